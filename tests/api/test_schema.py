"""The OpenAPI document, and whether the service keeps to it."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from rest_framework.test import APIClient

from quizzes import study
from quizzes.models import uuid7
from tests.quizzes.answers import right, wrong

CONV = "conv-output-size"
GAP = "gap-vs-fc-parameters"
POOL = "max-pool-matrix"

ERRORS = {
    "/api/v1/guests/": {"400", "413", "415"},
    "/api/v1/variants/": {"400", "401", "404", "413", "415", "422"},
    "/api/v1/attempts/": {"400", "401", "409", "413", "415", "422"},
}
SUCCESSES = {"/api/v1/guests/": {"201"}, "/api/v1/variants/": {"201"}, "/api/v1/attempts/": {"200", "201"}}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document that `manage.py spectacular` writes; it validates it against OpenAPI's own schema."""
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return dict(yaml.safe_load(out.getvalue()))


def test_the_service_serves_the_document_that_the_command_writes(document: dict[str, Any]) -> None:
    answer = APIClient().get("/api/schema/", HTTP_ACCEPT="application/vnd.oai.openapi+json")
    assert answer.status_code == 200
    assert json.loads(answer.content)["paths"] == document["paths"]


def test_every_endpoint_is_documented_with_its_errors(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.")
    assert document["paths"].keys() == ERRORS.keys()
    for path, operations in document["paths"].items():
        assert operations.keys() == {"post"}
        responses = operations["post"]["responses"]
        assert responses.keys() == ERRORS[path] | SUCCESSES[path]
        for status in ERRORS[path]:
            schema = responses[status]["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}
            assert responses[status]["description"]


def test_only_guests_need_no_token(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        assert ({} in operations["post"].get("security", [{}])) is (path == "/api/v1/guests/")


def strict(part: Any) -> Any:
    """The same in JSON Schema: OpenAPI 3.0 says "or null" in a way of its own; and no key goes undocumented."""
    if isinstance(part, list):
        return [strict(item) for item in part]
    if not isinstance(part, dict):
        return part
    converted = {key: strict(value) for key, value in part.items() if key != "nullable"}
    if converted.get("type") == "object" and "properties" in converted:
        converted["additionalProperties"] = False
    return {"anyOf": [converted, {"type": "null"}]} if part.get("nullable") is True else converted


def checked(document: dict[str, Any], answer: Any) -> Any:
    """The body of an answer, which is of the documented form and has no undocumented key."""
    path, status = answer.request["PATH_INFO"], str(answer.status_code)
    kind = answer["Content-Type"].split(";")[0]
    schema = document["paths"][path]["post"]["responses"][status]["content"][kind]["schema"]
    validator = Draft202012Validator({**schema, "components": strict(document["components"])})
    body = json.loads(answer.content)
    assert [error.message for error in validator.iter_errors(body)] == []
    return body


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    ("template", "format"),
    [(CONV, "free"), (CONV, "choice"), (GAP, "free"), (POOL, "free"), ("output-size-06", "free")],
)
def test_answers_keep_to_the_document(
    api: APIClient, document: dict[str, Any], template: str, format: str, language: str
) -> None:
    api.defaults["HTTP_ACCEPT_LANGUAGE"] = language

    def post(path: str, body: dict[str, Any]) -> Any:
        return checked(document, api.post(f"/api/v1/{path}/", body, format="json"))

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
    post("variants", {"template": "nothing", "purpose": "review"})
    post("variants", {"template": 5})
    post("attempts", {})
    post("guests", {})
    post("guests", {"device_name": "x"})
    api.credentials()
    post("variants", {})
