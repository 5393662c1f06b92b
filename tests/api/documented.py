"""The OpenAPI document as a judge of answers: whether an answer is of the documented form, to the last key."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from quizzes.api import docs

Json = dict[str, Any]


@cache
def document() -> Json:
    """The document that the service serves."""
    return dict(json.loads(docs.document()))


def template(path: str) -> str | None:
    """Which documented path an address belongs to."""
    return next((found for found, pattern in _patterns() if pattern.fullmatch(path)), None)


def complaints(method: str, path: str, status: int, kind: str, body: bytes) -> list[str]:
    """What in an answer is not as the document has it. The path is without its query."""
    place = template(path)
    operation = document()["paths"].get(place, {}).get(method.lower())
    if operation is None:
        return []  # there is no such method or address: tests of its own say what becomes of that
    answer = operation["responses"].get(str(status))
    if answer is None:
        return [f"{method} {place}: {status} is not documented: {body[:200]!r}"]
    content = answer.get("content", {})
    if not content:
        return [f"{method} {place}: {status} has no body in the document"] if body else []
    if kind not in content:
        return [f"{method} {place}: {status} is {kind}, documented are {', '.join(content)}"]
    if not kind.endswith("json"):
        return []
    validator = _validator(place or "", method.lower(), str(status), kind)
    errors = validator.iter_errors(json.loads(body))
    return [f"{method} {place} {status} {error.json_path}: {error.message}" for error in errors]


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    paths = sorted(document()["paths"], key=lambda path: path.count("{"))  # a fixed name goes before any name
    return [(path, re.compile(re.sub(r"\{\w+\}", "[^/]+", path.replace(".", r"\.")))) for path in paths]


@cache
def _validator(path: str, method: str, status: str, kind: str) -> Any:
    schema = document()["paths"][path][method]["responses"][status]["content"][kind]["schema"]
    return validator(schema)


def validator(schema: Json) -> Any:
    """Of a schema of the document."""
    components = strict(document()["components"])
    return Draft202012Validator({**strict(schema), "components": components}, format_checker=FormatChecker())


def strict(part: Any) -> Any:
    """The same in JSON Schema: OpenAPI 3.0 says "or null" in a way of its own; and no key goes undocumented."""
    if isinstance(part, list):
        return [strict(item) for item in part]
    if not isinstance(part, dict):
        return part
    converted = {key: strict(value) for key, value in part.items() if key != "nullable"}
    if converted.get("type") == "object" and "properties" in converted:
        converted.setdefault("additionalProperties", False)
    return {"anyOf": [converted, {"type": "null"}]} if part.get("nullable") is True else converted
