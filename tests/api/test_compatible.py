"""The check that keeps clients working: it must find every kind of break, and let additions pass."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.api import compatible
from tests.api.compatible import breaks

Json = dict[str, Any]

OLD: Json = {
    "paths": {
        "/things/": {
            "post": {
                "operationId": "create_thing",
                "security": [{"token": []}, {"session": []}],
                "parameters": [{"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 100}}],
                "requestBody": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ThingRequest"}}}
                },
                "responses": {
                    "201": {
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                        "headers": {"ETag": {"schema": {"type": "string"}}},
                    },
                    "404": {"description": "There is none."},
                },
            }
        },
        "/open/": {"get": {"operationId": "get_open", "security": [{}], "responses": {"200": {}}}},
    },
    "components": {
        "schemas": {
            "ThingRequest": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "maxLength": 10},
                    "size": {"type": "number", "nullable": True, "minimum": 1},
                    "kind": {"allOf": [{"$ref": "#/components/schemas/Kind"}], "description": "Which."},
                },
                "required": ["name"],
            },
            "Thing": {
                "type": "object",
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "kind": {"oneOf": [{"$ref": "#/components/schemas/Kind"}, {"$ref": "#/components/schemas/Null"}]},
                    "count": {"type": "integer"},
                    "state": {"allOf": [{"$ref": "#/components/schemas/Kind"}]},
                    "inner": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                    "event": {"oneOf": [{"$ref": "#/components/schemas/Thing"}, {"$ref": "#/components/schemas/Kind"}]},
                },
                "required": ["id", "kind", "count", "state", "inner"],
            },
            "Kind": {"type": "string", "enum": ["a", "b"]},
            "Null": {"enum": [None]},
        }
    },
}


def changed(change: Callable[[Json, Json], Any]) -> list[str]:
    """What is found after ``change(operation of /things/, components)``."""
    new = copy.deepcopy(OLD)
    change(new["paths"]["/things/"]["post"], new["components"]["schemas"])
    return list(breaks(OLD, new))


def request(schemas: Json) -> Any:
    return schemas["ThingRequest"]["properties"]


def response(schemas: Json) -> Any:
    return schemas["Thing"]["properties"]


BREAKS: dict[str, Callable[[Json, Json], Any]] = {
    "POST /things/: its id was": lambda operation, _: operation.update(operationId="x"),
    "lets nobody in by": lambda operation, _: operation.update(security=[{"token": []}]),
    "parameter limit is gone": lambda operation, _: operation.update(parameters=[]),
    "parameter limit: maximum is 50": lambda operation, _: operation["parameters"][0]["schema"].update(maximum=50),
    "parameter limit: was integer, is string": lambda operation, _: operation["parameters"][0].update(
        schema={"type": "string"}
    ),
    "parameter limit is required": lambda operation, _: operation["parameters"][0].update(required=True),
    "parameter new is required": lambda operation, _: operation["parameters"].append(
        {"in": "query", "name": "new", "required": True, "schema": {}}
    ),
    "body is required now": lambda operation, _: operation["requestBody"].update(required=True),
    "reads no body": lambda operation, _: operation.pop("requestBody"),
    "body: application/json is gone": lambda operation, _: operation["requestBody"].update(content={}),
    "status 201 is gone": lambda operation, _: operation["responses"].pop("201"),
    "201: application/json is gone": lambda operation, _: operation["responses"]["201"].update(content={}),
    "header ETag is gone": lambda operation, _: operation["responses"]["201"].update(headers={}),
    "components: Null is gone": lambda _, schemas: (
        schemas.update(Nothing=schemas.pop("Null"))
        or response(schemas)["kind"]["oneOf"].__setitem__(1, {"$ref": "#/components/schemas/Nothing"})
    ),
    "body.name is gone": lambda _, schemas: request(schemas).pop("name"),
    "body.name: was string, is integer": lambda _, schemas: request(schemas).update(name={"type": "integer"}),
    "body.name: was string, is string uuid": lambda _, schemas: request(schemas)["name"].update(format="uuid"),
    "body.name: maxLength is 5": lambda _, schemas: request(schemas)["name"].update(maxLength=5),
    "body.name: minLength is 1": lambda _, schemas: request(schemas)["name"].update(minLength=1),
    "body.name: has to match": lambda _, schemas: request(schemas)["name"].update(pattern="x"),
    "body.name: only some values": lambda _, schemas: request(schemas)["name"].update(enum=["x"]),
    "body.size: was number, is integer": lambda _, schemas: request(schemas)["size"].update(type="integer"),
    "body.size: may not be null": lambda _, schemas: request(schemas)["size"].update(nullable=False),
    "body.size: minimum is 2": lambda _, schemas: request(schemas)["size"].update(minimum=2),
    "body.size is required": lambda _, schemas: schemas["ThingRequest"].update(required=["name", "size"]),
    "body.new is required": lambda _, schemas: schemas["ThingRequest"].update(required=["name", "new"]),
    "body: further names": lambda _, schemas: schemas["ThingRequest"].update(additionalProperties=False),
    "201.id is gone": lambda _, schemas: response(schemas).pop("id"),
    "201.id: was string uuid, is string": lambda _, schemas: response(schemas)["id"].pop("format"),
    "201.id: may be null": lambda _, schemas: response(schemas)["id"].update(nullable=True),
    "201.state: may be null": lambda _, schemas: response(schemas).update(
        state={"oneOf": [{"$ref": "#/components/schemas/Kind"}, {"$ref": "#/components/schemas/Null"}]}
    ),
    "201.id may be missing": lambda _, schemas: schemas["Thing"]["required"].remove("id"),
    "201.count: was integer, is number": lambda _, schemas: response(schemas)["count"].update(type="number"),
    'the value "b" is gone': lambda _, schemas: schemas["Kind"].update(enum=["a"]),
    "may have any value": lambda _, schemas: schemas["Kind"].pop("enum"),
    "201.inner: was array": lambda _, schemas: response(schemas).update(inner={"type": "object"}),
    "201.inner[]: was object, is string": lambda _, schemas: response(schemas)["inner"].update(
        items={"type": "string"}
    ),
    "Kind is no alternative": lambda _, schemas: response(schemas)["event"].update(
        oneOf=[{"$ref": "#/components/schemas/Thing"}, {"type": "string"}]
    ),
}
ADDITIONS: dict[str, Callable[[Json, Json], Any]] = {
    "nothing": lambda *_: None,
    "a way in": lambda operation, _: operation["security"].append({"key": []}),
    "open to all": lambda operation, _: operation.update(security=[]),
    "a parameter": lambda operation, _: operation["parameters"].append({"in": "query", "name": "new", "schema": {}}),
    "a wider parameter": lambda operation, _: operation["parameters"][0]["schema"].update(maximum=500),
    "an error": lambda operation, _: operation["responses"].update({"409": {}}),
    "an error less": lambda operation, _: operation["responses"].pop("404"),
    "a component": lambda _, schemas: schemas.update(New={"type": "string"}),
    "an optional field to send": lambda _, schemas: request(schemas).update(new={"type": "string"}),
    "a longer name": lambda _, schemas: request(schemas)["name"].update(maxLength=20),
    "null to send": lambda _, schemas: request(schemas)["name"].update(nullable=True),
    "not required": lambda _, schemas: schemas["ThingRequest"].pop("required"),
    "a field to read": lambda _, schemas: response(schemas).update(new={"type": "string"}),
    "never null": lambda _, schemas: response(schemas).update(kind={"$ref": "#/components/schemas/Kind"}),
    "always there": lambda _, schemas: schemas["Thing"]["required"].append("event"),
    "a value": lambda _, schemas: schemas["Kind"]["enum"].append("c"),
    "an alternative": lambda _, schemas: response(schemas)["event"]["oneOf"].append({"type": "integer"}),
    "words": lambda _, schemas: response(schemas)["count"].update(description="How many.", example=3),
}


@pytest.mark.parametrize("words", BREAKS)
def test_every_kind_of_break_is_found(words: str) -> None:
    found = changed(BREAKS[words])
    assert any(words in line for line in found), found


@pytest.mark.parametrize("name", ADDITIONS)
def test_additions_pass(name: str) -> None:
    assert changed(ADDITIONS[name]) == []


def test_an_operation_that_is_gone_or_closed_is_found() -> None:
    new = copy.deepcopy(OLD)
    new["paths"]["/open/"]["get"]["security"] = [{"token": []}]
    del new["paths"]["/things/"]["post"]
    assert list(breaks(OLD, new)) == ["POST /things/ is gone", "GET /open/ needs a token now"]
    del new["paths"]["/open/"]
    assert list(breaks(OLD, new)) == ["POST /things/ is gone", "GET /open/ is gone"]


def test_every_field_of_the_real_document_is_watched() -> None:
    """Taking any property away, or making it something else, is found wherever it is."""
    document = json.loads(compatible.SNAPSHOT.read_bytes())
    assert list(breaks(document, document)) == []
    for component, schema in document["components"]["schemas"].items():
        for replacement, words in (({"type": "another"}, ": was "), (None, " is gone")):
            new = copy.deepcopy(document)
            changed = new["components"]["schemas"][component]
            for name in schema.get("properties", {}):
                changed["properties"][name] = replacement
            if replacement is None:
                changed["properties"] = {}
            found = list(breaks(document, new))
            for name in schema.get("properties", {}):
                assert any(f".{name}{words}" in line for line in found), (component, name)


def test_the_command_fails_on_a_break_and_passes_on_additions(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compatible, "SNAPSHOT", tmp_path / "openapi.json")
    monkeypatch.setattr(compatible, "_current", lambda: json.dumps(OLD).encode())
    assert compatible.main(["--write"]) == 0
    assert compatible.main([]) == 0
    new = copy.deepcopy(OLD)
    new["paths"]["/new/"] = {"get": {"operationId": "get_new", "responses": {}}}
    monkeypatch.setattr(compatible, "_current", lambda: json.dumps(new).encode())
    assert compatible.main([]) == 0
    del new["paths"]["/open/"]
    monkeypatch.setattr(compatible, "_current", lambda: json.dumps(new).encode())
    assert compatible.main([]) == 1
    assert "GET /open/ is gone" in capsys.readouterr().out
