"""The OpenAPI document: complete, stable, and true. What endpoints answer is held against it in conftest.py."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.urls.resolvers import URLPattern
from rest_framework.test import APIClient

from quizzes import study
from quizzes.api.base import Endpoint
from quizzes.api.docs import Document
from quizzes.models import uuid7
from tests.api import documented
from tests.api.compatible import METHODS, SNAPSHOT, breaks
from tests.quizzes.answers import right, wrong
from tests.routes import routes

CONV = "conv-output-size"
GAP = "gap-vs-fc-parameters"
POOL = "max-pool-matrix"

OPEN = {"create_guest"}  # the operations that need no token
ALWAYS = {"400", "406", "429"}
WITH_BODY = {"411", "413", "415"}

Json = dict[str, Any]


@pytest.fixture
def document() -> Json:
    """The document that the service serves."""
    return documented.document()


def operations() -> Iterator[tuple[str, str, Json]]:
    """Path, method and description of every operation."""
    for path, methods in documented.document()["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield path, method, operation


OPERATIONS = list(operations())
every_operation = pytest.mark.parametrize(
    ("path", "method", "operation"), OPERATIONS, ids=[operation["operationId"] for _, _, operation in OPERATIONS]
)


def test_the_service_serves_the_document_that_the_command_writes(document: Json) -> None:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)  # validates against OpenAPI's own schema
    assert yaml.safe_load(out.getvalue()) == document
    for accepted in ("*/*", "application/json", "application/vnd.oai.openapi+json"):
        answer = APIClient().get("/api/schema/", HTTP_ACCEPT=accepted, HTTP_ACCEPT_LANGUAGE="ja")
        assert (answer.status_code, json.loads(answer.content)) == (200, document)
        assert answer["Content-Language"] == "en"
    assert answer["Content-Type"] == "application/vnd.oai.openapi+json"
    assert APIClient().get("/api/schema/", HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304
    assert APIClient().get("/api/schema/", HTTP_ACCEPT="text/html").status_code == 406


def test_no_client_written_against_the_document_in_the_repository_is_broken(document: Json) -> None:
    assert list(breaks(json.loads(SNAPSHOT.read_bytes()), document)) == []


def test_every_endpoint_is_in_the_document(document: Json) -> None:
    found = {
        (re.sub(r"<(\w+:)?(\w+)>", r"{\2}", f"/{route}"), method)
        for route, pattern in routes()
        if (view := endpoint(pattern)) is not None
        for method in METHODS
        if method != "options" and hasattr(view, method)
    }
    told = {(path, method) for path, method, _ in OPERATIONS}
    assert found <= told  # what is not of DRF is told by hand


def endpoint(pattern: URLPattern) -> type[Endpoint] | None:
    """The class behind a route, where it is one of ours."""
    view = getattr(pattern.callback, "cls", None)
    return view if view is not None and issubclass(view, Endpoint) and view is not Document else None


def test_operations_have_stable_names() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch("[a-z]+(_[a-z0-9]+)+", name)] == []


@every_operation
def test_every_operation_is_described(path: str, method: str, operation: Json) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"]
    for parameter in operation.get("parameters", []):
        assert parameter["description"], parameter["name"]
        examples = list(examples_of(parameter))
        assert examples, parameter["name"]
        for example in examples:
            check(parameter["schema"], example, parameter["name"])


@every_operation
def test_every_error_of_an_operation_is_a_described_problem(path: str, method: str, operation: Json) -> None:
    answers = operation["responses"]
    expected = set(ALWAYS)
    if "requestBody" in operation:
        expected |= WITH_BODY
    if operation["operationId"] not in OPEN:
        expected |= {"401"} if method in ("get", "head") else {"401", "403"}
    assert expected <= answers.keys()
    assert min(answers) < "300"
    for status, answer in answers.items():
        assert answer["description"] or status < "400"
        if status >= "400":
            problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
            assert answer["content"].keys() == {"application/problem+json"}, status
            assert problem.items() <= answer["content"]["application/problem+json"].items(), status
    assert answers["429"]["headers"]["Retry-After"]["description"]


@every_operation
def test_every_operation_says_who_may_ask(path: str, method: str, operation: Json, document: Json) -> None:
    ways = operation.get("security", [{}])
    if operation["operationId"] in OPEN:
        assert ways == [{}]
        return
    schemes = document["components"]["securitySchemes"]
    kinds = {(schemes[scheme]["in"], schemes[scheme]["name"]) for way in ways for scheme in way}
    assert kinds == {("header", "Authorization"), ("cookie", "sessionid")}


def test_every_field_is_described_with_an_example_that_holds(document: Json) -> None:
    missing = []
    for component, schema in document["components"]["schemas"].items():
        for field, described in schema.get("properties", {}).items():
            if not described.get("description"):
                missing.append(f"{component}.{field}: no description")
            if "example" in described:
                check(described, described["example"], f"{component}.{field}")
            elif not is_nested(described):
                missing.append(f"{component}.{field}: no example")
    assert missing == []


def is_nested(schema: Json) -> bool:
    """A shape, or a list or dictionary of shapes, whose fields have examples of their own."""
    parts = [schema, *schema.get("allOf", []), *schema.get("oneOf", []), *schema.get("anyOf", [])]
    references = [part["$ref"].rpartition("/")[2] for part in parts if "$ref" in part]
    components = documented.document()["components"]["schemas"]
    if any("enum" not in components[reference] for reference in references):
        return True
    inner = schema.get("items", schema.get("additionalProperties"))
    return isinstance(inner, dict) and is_nested(inner)


def examples_of(part: Json) -> Iterator[Any]:
    for place in (part, part.get("schema", {})):
        if "example" in place:
            yield place["example"]
        yield from (example["value"] for example in place.get("examples", {}).values())


def check(schema: Json, value: Any, place: str) -> None:
    assert [error.message for error in documented.validator(schema).iter_errors(value)] == [], place


def test_examples_of_bodies_hold() -> None:
    for _path, _method, operation in OPERATIONS:
        for part in (operation.get("requestBody", {}), *operation["responses"].values()):
            for content in part.get("content", {}).values():
                for example in examples_of(content):
                    check(content["schema"], example, operation["operationId"])


def test_enumerations_have_names_and_not_numbers(document: Json) -> None:
    names = [name for name, schema in document["components"]["schemas"].items() if "enum" in schema]
    assert names
    assert [name for name in names if re.search(r"[0-9]", name)] == []


def test_it_says_where_and_how_to_ask(document: Json) -> None:
    assert document["openapi"].startswith("3.")
    assert document["servers"][0]["url"] == "/"
    for word in ("Authorization: Token", "Accept-Language", "application/problem+json", "Retry-After"):
        assert word in document["info"]["description"]


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    ("template", "format"),
    [(CONV, "free"), (CONV, "choice"), (GAP, "free"), (POOL, "free"), ("output-size-06", "free")],
)
def test_questions_and_answers_keep_to_the_document(api: APIClient, template: str, format: str, language: str) -> None:
    """Of every form, in both languages; conftest.py looks at each answer."""
    api.defaults["HTTP_ACCEPT_LANGUAGE"] = language

    def post(path: str, body: Json) -> Any:
        return api.post(f"/api/v1/{path}/", body, format="json").json()

    for kind in ("right", "wrong", "given up", "unreadable"):
        asked = post("variants", {"template": template, "purpose": "review", "format": format})
        variant = study.reopen(api.learner, asked["variant"]).variant  # type: ignore[attr-defined]
        body = {"id": str(uuid7()), "variant": asked["variant"], "response": right(variant)}
        if kind == "wrong" and variant.wrong:
            codes = [rule.code for rule in variant.template.misconceptions[:5]]
            body["response"] = wrong(variant, codes[-1])
        elif kind == "given up":
            body["gave_up"] = True
        elif kind == "unreadable":
            body["response"] = {}
        for _ in range(2):
            post("attempts", body)
        post("attempts", {**body, "id": str(uuid7())})


def test_an_answer_that_is_not_as_documented_is_noticed() -> None:
    body = b'{"token": "x", "learner": "5", "expiry": "2026-06-30T09:00:00Z", "more": 1}'
    found = documented.complaints("POST", "/api/v1/guests/", 201, "application/json", body)
    assert len(found) == 2  # no UUID, and a key too many
    assert documented.complaints("POST", "/api/v1/guests/", 418, "application/json", b"{}")
    assert documented.complaints("POST", "/api/v1/guests/", 400, "application/json", b"{}")
