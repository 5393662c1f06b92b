"""Whether clients written against the OpenAPI document in the repository still work with the service as it is now.

``python -m tests.api.compatible`` lists what breaks them and fails; additions pass. ``--write`` renews the document,
which is then part of the change that somebody reviews.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeAlias

SNAPSHOT = Path(__file__).with_name("openapi.json")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

Direction: TypeAlias = Literal["request", "response"]
Json: TypeAlias = dict[str, Any]

_AT_MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_AT_LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_NULL = {"enum": [None]}


def breaks(old: Json, new: Json) -> Iterator[str]:
    """Everything in ``new`` that clients written against ``old`` do not expect. Additions they can ignore."""
    for name in sorted(_components(old).keys() - _components(new).keys()):
        yield f"components: {name} is gone"  # generated clients have a class of this name
    for path, operations in old["paths"].items():
        for method in METHODS:
            if method not in operations:
                continue
            place = f"{method.upper()} {path}"
            if method not in new["paths"].get(path, {}):
                yield f"{place} is gone"
                continue
            comparison = _Comparison(old, new, place)
            yield from comparison.operation(operations[method], new["paths"][path][method])


def _components(document: Json) -> Json:
    found: Json = document.get("components", {}).get("schemas", {})
    return found


class _Comparison:
    """Of one operation in two documents."""

    def __init__(self, old: Json, new: Json, place: str) -> None:
        self.old, self.new, self.place = old, new, place
        self.seen: set[tuple[str, str, Direction]] = set()

    def operation(self, old: Json, new: Json) -> Iterator[str]:
        if old.get("operationId") != new.get("operationId"):
            yield f"{self.place}: its id was {old.get('operationId')}, is {new.get('operationId')}"
        if _is_open(old) and not _is_open(new):
            yield f"{self.place} needs a token now"
        for way in old.get("security", []):
            if way and way not in new.get("security", []) and not _is_open(new):
                yield f"{self.place} lets nobody in by {', '.join(way)} any more"
        yield from self._parameters(old, new)
        yield from self._body(old.get("requestBody", {}), new.get("requestBody", {}))
        for status, answer in old.get("responses", {}).items():
            if status not in new.get("responses", {}):
                if status < "400":
                    yield f"{self.place}: status {status} is gone"
                continue
            place = f"{self.place} {status}"
            for header in answer.get("headers", {}).keys() - new["responses"][status].get("headers", {}).keys():
                yield f"{place}: the header {header} is gone"
            yield from self._content(answer, new["responses"][status], "response", place)

    def _parameters(self, old: Json, new: Json) -> Iterator[str]:
        before = {(one["in"], one["name"]): one for one in old.get("parameters", [])}
        after = {(one["in"], one["name"]): one for one in new.get("parameters", [])}
        for key, parameter in before.items():
            place = f"{self.place} parameter {key[1]}"
            if key not in after:
                yield f"{place} is gone"
            else:
                yield from self.schema(parameter["schema"], after[key]["schema"], "request", place)
        for key, parameter in after.items():
            if parameter.get("required") and not before.get(key, {}).get("required"):
                yield f"{self.place} parameter {key[1]} is required now"

    def _body(self, old: Json, new: Json) -> Iterator[str]:
        if old and not new:
            yield f"{self.place} reads no body any more"
        if new.get("required") and not old.get("required"):
            yield f"{self.place}: the body is required now"
        if old and new:
            yield from self._content(old, new, "request", f"{self.place} body")

    def _content(self, old: Json, new: Json, direction: Direction, place: str) -> Iterator[str]:
        for kind, content in old.get("content", {}).items():
            if kind not in new.get("content", {}):
                yield f"{place}: {kind} is gone"
            else:
                after = new["content"][kind].get("schema", {})
                yield from self.schema(content.get("schema", {}), after, direction, place)

    def schema(self, old: Json, new: Json, direction: Direction, place: str) -> Iterator[str]:
        pair = json.dumps(old, sort_keys=True), json.dumps(new, sort_keys=True), direction
        if pair in self.seen:  # a shape within itself, or once more: it is told once
            return
        self.seen.add(pair)
        old, new = _plain(old, self.old), _plain(new, self.new)
        if not _same_type(old, new, direction):
            yield f"{place}: was {_name(old)}, is {_name(new)}"
            return
        if direction == "response" and new["nullable"] and not old["nullable"]:
            yield f"{place}: may be null now"
        if direction == "request" and old["nullable"] and not new["nullable"]:
            yield f"{place}: may not be null any more"
        yield from self._values(old, new, direction, place)
        yield from self._properties(old, new, direction, place)
        if "items" in old and "items" in new:
            yield from self.schema(old["items"], new["items"], direction, f"{place}[]")
        rest = [schema.get("additionalProperties") for schema in (old, new)]
        if isinstance(rest[0], dict) and isinstance(rest[1], dict):
            yield from self.schema(rest[0], rest[1], direction, f"{place}.*")
        elif direction == "request" and rest[1] is False and rest[0] is not False:
            yield f"{place}: further names are refused now"
        yield from self._alternatives(old, new, direction, place)

    def _values(self, old: Json, new: Json, direction: Direction, place: str) -> Iterator[str]:
        if "enum" in old and "enum" in new:
            for value in old["enum"]:
                if value not in new["enum"]:
                    yield f"{place}: the value {json.dumps(value)} is gone"
        elif direction == "request" and "enum" in new:
            yield f"{place}: only some values are taken now"
        elif direction == "response" and "enum" in old:
            yield f"{place}: may have any value now"
        if direction == "response":
            return
        for bound in _AT_MOST:
            if bound in new and (bound not in old or new[bound] < old[bound]):
                yield f"{place}: {bound} is {new[bound]} now"
        for bound in _AT_LEAST:
            if bound in new and new[bound] > old.get(bound, 0 if bound.endswith(("h", "s")) else float("-inf")):
                yield f"{place}: {bound} is {new[bound]} now"
        if new.get("pattern") not in (None, old.get("pattern")):
            yield f"{place}: has to match {new['pattern']} now"

    def _properties(self, old: Json, new: Json, direction: Direction, place: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        required = set(old.get("required", [])), set(new.get("required", []))
        for name, schema in before.items():
            if name not in after:
                yield f"{place}.{name} is gone"
            else:
                yield from self.schema(schema, after[name], direction, f"{place}.{name}")
        if direction == "request":
            for name in sorted(required[1] - required[0]):
                yield f"{place}.{name} is required now"
        else:
            for name in sorted(required[0] - required[1]):
                if name in after:
                    yield f"{place}.{name} may be missing now"

    def _alternatives(self, old: Json, new: Json, direction: Direction, place: str) -> Iterator[str]:
        by_label = {_label(one): one for one in new.get("oneOf", [])}
        as_written = {json.dumps(one, sort_keys=True): one for one in new.get("oneOf", [])}  # two may be arrays
        for one in old.get("oneOf", []):
            label = _label(one)
            after = as_written.get(json.dumps(one, sort_keys=True), by_label.get(label))
            if after is None:
                yield f"{place}: {label} is no alternative any more"
            else:
                yield from self.schema(one, after, direction, f"{place} ({label})")


def _is_open(operation: Json) -> bool:
    security = operation.get("security", [])
    return not security or {} in security


def _plain(schema: Json, document: Json) -> Json:
    """The schema with its references followed, its parts put together, and ``nullable`` said in one way."""
    while "$ref" in schema:
        schema = {**_components(document)[schema["$ref"].rpartition("/")[2]], **_without(schema, "$ref")}
    for part in schema.get("allOf", []):
        schema = {**_plain(part, document), **_without(schema, "allOf")}
    alternatives = [one for name in ("oneOf", "anyOf") for one in schema.get(name, [])]
    others = [one for one in alternatives if _plain(one, document).get("enum") != _NULL["enum"]]
    nullable = bool(schema.get("nullable")) or len(others) < len(alternatives)
    schema = _without(schema, "oneOf", "anyOf")
    if len(others) == 1:
        inner = _plain(others[0], document)
        return {**inner, **schema, "nullable": nullable or inner["nullable"]}
    return {**schema, "nullable": nullable} | ({"oneOf": others} if others else {})


def _without(schema: Json, *names: str) -> Json:
    return {name: value for name, value in schema.items() if name not in names}


def _same_type(old: Json, new: Json, direction: Direction) -> bool:
    before, after = ((schema.get("type"), schema.get("format")) for schema in (old, new))
    narrow, wide = (before, after) if direction == "request" else (after, before)
    if narrow[0] == "integer" and wide[0] == "number":
        return True
    return before == after or (narrow[0] == wide[0] and wide[1] is None)


def _name(schema: Json) -> str:
    return " ".join(filter(None, (schema.get("type", "anything"), schema.get("format"))))


def _label(schema: Json) -> str:
    return str(schema.get("$ref", "").rpartition("/")[2] or _name(schema))


def _current() -> bytes:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studysite.settings")
    import django  # after the settings are named

    django.setup()
    from quizzes.api.docs import document

    return document()


def main(arguments: list[str]) -> int:
    """Compare, or renew the snapshot."""
    written = _current()
    if "--write" in arguments:
        SNAPSHOT.write_bytes(written)
        return 0
    found = list(breaks(json.loads(SNAPSHOT.read_bytes()), json.loads(written)))
    for line in found:
        print(line)  # noqa: T201
    if found:
        print("These changes break clients. If that is meant, `make openapi` records it.")  # noqa: T201
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
