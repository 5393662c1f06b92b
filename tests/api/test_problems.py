"""Whatever goes wrong under /api/ is told by a problem document, in the reader's language, and nobody else keeps it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest
from django.test import Client
from rest_framework.test import APIClient

from quizzes.api import parsers
from quizzes.api.reviews import ReviewQueue
from quizzes.models import Attempt, User, uuid7
from tests.api.apps import problem
from tests.routes import routes

GUESTS = "/api/v1/guests/"


def send(body: Any, path: str = GUESTS, **headers: Any) -> Any:
    client = APIClient(raise_request_exception=False)
    return client.generic("POST", path, body, headers.pop("content_type", "application/json"), **headers)


# Bodies


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "nonsense",
        "{'device_name': 'x'}",
        '{"device_name": "x"} {}',
        '{"device_name": "x",}',
        '{"device_name": NaN}',
        '{"device_name": Infinity}',
        '{"device_name": -Infinity}',
        '{"device_name": 1e400}',
        '{"device_name": -1E999}',
        '{"device_name": ' + "9" * 5000 + "}",
        '{"device_name": "x", "device_name": "y"}',
        '{"device_name": "x", "other": [{"a": 1, "a": 1}]}',
        '{"device_name": "a\\u0000b"}',
        '{"device_name": "x", "a\\u0000b": 1}',
        '{"device_name": "x", "other": ["\\\\\\u0000"]}',
        '{"device_name": "\\ud800"}',
        '{"device_name": "\\udc00\\ud800"}',
        '{"\\udfff": 1}',
        '{"device_name": "a\x00b"}',
        '{"device_name": "a\nb"}',
        "\ufeff{}",
        b'{"device_name": "\xff"}',
        b'{"device_name": "\xed\xa0\x80"}',
        b"\xff\xfe{\x00}\x00",
        "[" * 1000 + "]" * 1000,
        '{"a":' * 1000 + "1" + "}" * 1000,
        "[" * 100_000,
        '{"device_name": "x", "other": ' + "[" * 17 + "]" * 17 + "}",
    ],
)
@pytest.mark.django_db
def test_what_is_not_json_is_refused(body: str | bytes) -> None:
    answer = send(body)
    document = problem(answer, 400, answer.json()["code"])
    assert document["code"] == ("parse-error" if body else "invalid")
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (r"\ud83d\ude00", "😀"),  # a whole pair
        (r"\\u0000", "\\u0000"),  # a backslash and five characters
        (r"\\\\u0000", "\\\\u0000"),
        (r"\\ud800", "\\ud800"),
        ("日本語 ｆｕｌｌ", "日本語 ｆｕｌｌ"),
    ],
)
@pytest.mark.django_db
def test_text_that_only_looks_like_it_is_kept_as_it_is(text: str, name: str) -> None:
    answer = send(f'{{"device_name": "{text}", "other": {"[" * 15}{"]" * 15}}}')
    assert answer.status_code == 201
    device = User.objects.get().auth_token_set.get()
    assert device.name == name


def test_depth_is_counted_and_not_guessed() -> None:
    """Wide is not deep, whatever the order in which it is looked at."""
    assert parsers._is_shallow([{"a": [[]]}] * 1000)
    deepest: Any = 1
    for _ in range(parsers.MAX_DEPTH):
        deepest = [deepest]
    assert parsers._is_shallow([[]] * 3)
    assert parsers._is_shallow(deepest)
    assert not parsers._is_shallow({"a": 1, "b": deepest})


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "text/xml", "", "json"])
@pytest.mark.django_db
def test_another_media_type_is_refused(content_type: str) -> None:
    problem(send('{"device_name": "x"}', content_type=content_type), 415, "unsupported-media-type")


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "shift_jis", "ascii"])
@pytest.mark.django_db
def test_another_encoding_is_refused(charset: str) -> None:
    body = '{"device_name": "x"}'.encode(charset)
    problem(send(body, content_type=f"application/json; charset={charset}"), 415, "unsupported-media-type")
    assert send('{"device_name": "x"}', content_type="application/json; charset=UTF-8").status_code == 201


@pytest.mark.django_db
def test_a_body_is_as_long_as_it_says() -> None:
    """One that is shorter needs a real connection: tests/site/test_api.py."""
    body = '{"device_name": "x"}'
    problem(send(body, CONTENT_LENGTH=str(len(body) - 5)), 400, "parse-error")
    problem(send(body, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked"), 411, "length-required")
    problem(send("x" * 300_000), 413, "too-large")
    problem(send(body, CONTENT_LENGTH="99999999999"), 413, "too-large")
    assert not User.objects.exists()


# Types: a body with one wrong value each


def _any(*values: Any) -> tuple[Any, ...]:
    """Values of all types."""
    return values


BODY = {"id": "0b8f8f0e-6f0a-4f7e-9a52-0d3c9b1c2a11", "variant": "x", "response": {"O": "1"}}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("id", value) for value in _any(1, True, None, "", "x", [], {}, "0b8f8f0e6f0a4f7e9a520d3c9b1c2a11")],
        ("id", "{0b8f8f0e-6f0a-4f7e-9a52-0d3c9b1c2a11}"),
        ("id", "urn:uuid:0b8f8f0e-6f0a-4f7e-9a52-0d3c9b1c2a11"),
        ("id", " 0b8f8f0e-6f0a-4f7e-9a52-0d3c9b1c2a11"),
        ("id", "0b8f8f0e-6f0a-4f7e-9a52-0d3c9b1c2a11\n"),
        ("id", "0b8f8f0e-6f0a-4f7e-9a52-0d3c9b1c2a1１"),
        *[("variant", value) for value in _any(1, True, None, "", [], {}, "x" * 1001)],
        *[("hints_used", value) for value in _any("1", True, None, 1.0, 1.5, -1, 21, 2**31, 2**63, -(2**63) - 1)],
        *[("hints_used", value) for value in _any(10**30, [])],
        *[("duration_ms", value) for value in _any("1", True, 1.0, -1, 2**53, 2**64, 10**100)],
        *[("gave_up", value) for value in _any("true", 1, 0, None, "", [])],
        *[("answered_at", value) for value in _any(1, True, "", "x", "2026-04-01", "2026-04-01T18:00:00", 10**30, [])],
        *[("utc_offset_minutes", value) for value in _any("540", True, 540.0, 10**6, 2**63)],
        *[("response", value) for value in _any(1, "1", True, None, [], [["O", 1]])],
    ],
)
def test_every_field_has_one_type(api: APIClient, field: str, value: Any) -> None:
    document = problem(api.post("/api/v1/attempts/", {**BODY, field: value}, format="json"), 400, "invalid")
    assert {error["field"] for error in document["errors"]} == {field}
    assert all(error["code"] and error["message"] for error in document["errors"])
    assert not Attempt.objects.exists()


@pytest.mark.usefixtures("bank")
def test_a_uuid_may_be_written_in_capitals(api: APIClient) -> None:
    for case in (str.lower, str.upper):
        asked = api.post("/api/v1/variants/", {"purpose": "review"}, format="json").json()
        chosen = case(str(uuid7()))
        body = {"id": chosen, "variant": asked["variant"], "gave_up": True}
        answer = api.post("/api/v1/attempts/", body, format="json")
        assert (answer.status_code, answer.json()["id"]) == (201, chosen.lower())


# Addresses, methods, types of answers


@pytest.mark.parametrize(
    "query", ["a=%", "a=%f", "a=%zz", "%", "a=%ff", "a=%00", "a=b%00c", "a=%ed%a0%80", "a=%c3%28", "a=b\x00"]
)
@pytest.mark.django_db
def test_a_query_that_is_no_text_is_refused(api: APIClient, query: str) -> None:
    for path in ("/api/v1/reviews/", "/api/schema/"):
        problem(api.generic("GET", path, QUERY_STRING=query), 400, "malformed-query")


@pytest.mark.django_db
def test_a_query_that_is_text_is_read(api: APIClient) -> None:
    assert api.generic("GET", "/api/schema/", QUERY_STRING="a=%E6%97%A5%20b+c&d=%25").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/api/",
        "/api/v1/",
        "/api/v1/nothing/",
        "/api/v1/guests",
        "/api/v2/guests/",
        "/api/v1/variants/a%00b/hints/1/",
        "/api/v1/%00",
        "/api/v1/%ff/",
        "/api/v1/%ed%a0%80/",
        "/api/v1/" + "x" * 5000,
        "/api/v1/../v1/",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
@pytest.mark.django_db
def test_an_address_that_there_is_not_is_a_problem(api: APIClient, path: str, method: str) -> None:
    problem(api.generic(method, path), 404, "not-found")


def api_routes() -> list[str]:
    """One address of each endpoint."""
    samples = {"<str:token>": "x", "<int:n>": "1", "<slug:slug>": "x", "<uuid:id>": str(UUID(int=1))}
    found = []
    for route, pattern in routes():
        if route.startswith("api/") and hasattr(pattern.callback, "cls"):
            for name, value in samples.items():
                route = route.replace(name, value)
            found.append(f"/{route}")
    return found


@pytest.mark.parametrize("path", api_routes())
@pytest.mark.django_db
def test_every_endpoint_keeps_to_the_rules_of_http(api: APIClient, path: str) -> None:
    options = api.generic("OPTIONS", path)
    assert (options.status_code, options.content) == (204, b"")
    allowed = set(options["Allow"].split(", "))
    assert "OPTIONS" in allowed
    assert ("GET" in allowed) is ("HEAD" in allowed)
    for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} - allowed:
        refused = api.generic(method, path)
        assert set(refused["Allow"].split(", ")) == allowed
        assert refused.status_code == 405
        if method != "HEAD":
            problem(refused, 405, "method-not-allowed")
    method = next(iter(allowed - {"OPTIONS", "HEAD"}))
    for accepted in ("text/html", "image/*", "application/xml;q=0.9", "nonsense"):
        problem(api.generic(method, path, HTTP_ACCEPT=accepted), 406, "not-acceptable")


@pytest.mark.parametrize("path", api_routes())
@pytest.mark.parametrize(("language", "expected"), [("ja", "ja"), ("en-GB", "en"), ("fr", "en"), ("x" * 5000, "en")])
@pytest.mark.django_db
def test_every_answer_says_its_language_and_who_may_keep_it(
    api: APIClient, path: str, language: str, expected: str
) -> None:
    anonymous = APIClient()
    for client in (api, anonymous):
        for method in client.generic("OPTIONS", path).get("Allow", "GET").split(", "):
            if method in ("DELETE", "OPTIONS"):
                continue
            answer = client.generic(method, path, HTTP_ACCEPT_LANGUAGE=language)
            is_document = path == "/api/schema/" and answer.status_code == 200
            assert answer["Content-Language"] == ("en" if is_document else expected)
            assert {"Accept-Language", "Authorization", "Cookie"} <= set(answer["Vary"].split(", "))
            if answer.status_code >= 400 or path != "/api/schema/":
                assert {"private", "no-store"} & set(answer["Cache-Control"].split(", "))
                assert "public" not in answer["Cache-Control"]
            if answer.status_code >= 400 and method != "HEAD":
                document = problem(answer, answer.status_code, answer.json()["code"])
                assert bool(any(character > "\u3040" for character in document["detail"])) is (expected == "ja")


# Who may ask


@pytest.mark.django_db
def test_a_session_needs_its_csrf_token(learner: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(learner, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/api/v1/reviews/").status_code == 200
    problem(client.post("/api/v1/variants/", {"purpose": "review"}, format="json"), 403, "csrf-failed")


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["é", "\xff\xfe", "a" * 10_000, "\x00", "0" * 64])
def test_a_token_that_is_none_is_refused(token: str) -> None:
    client = APIClient(raise_request_exception=False)
    problem(client.get("/api/v1/reviews/", HTTP_AUTHORIZATION=f"Token {token}"), 401, "authentication-failed")


def test_another_host_is_refused_with_a_problem() -> None:
    for path in ("/api/v1/reviews/", "/api/nothing/", "/api/docs/"):
        answer = Client().get(path, HTTP_HOST="evil.example", HTTP_ACCEPT_LANGUAGE="ja")
        assert problem(answer, 400, "bad-request")["detail"] == "リクエストを読み取れません。"
        assert answer["Content-Language"] == "ja"
        assert "evil.example" not in answer.content.decode()
    assert Client().get("/about/", HTTP_HOST="evil.example")["Content-Type"].startswith("text/html")


def test_before_there_is_a_language_it_is_told_in_the_readers(settings: Any) -> None:
    """The redirect to HTTPS looks at the host before anything else."""
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get("/api/v1/reviews/", HTTP_HOST="evil.example", HTTP_ACCEPT_LANGUAGE="ja")
    assert problem(answer, 400, "bad-request")["detail"] == "リクエストを読み取れません。"


@pytest.mark.django_db
def test_too_many_parameters_are_a_problem(api: APIClient) -> None:
    query = "&".join(f"a{number}=1" for number in range(django_settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1))
    answer = api.generic("GET", "/api/v1/templates/", QUERY_STRING=query)
    problem(answer, 400, "bad-request")


# Bugs


@pytest.fixture
def bug(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Makes the review queue fail."""

    def plant(error: Exception) -> None:
        def fail(*args: Any, **kwargs: Any) -> None:
            raise error

        monkeypatch.setattr(ReviewQueue, "get", fail)

    return plant


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_bug_is_logged_and_not_told(
    api: APIClient, bug: Callable[[Exception], None], caplog: pytest.LogCaptureFixture, language: str
) -> None:
    bug(RuntimeError("the database password is hunter2"))
    api.raise_request_exception = False
    with caplog.at_level(logging.ERROR):
        answer = api.get("/api/v1/reviews/", HTTP_ACCEPT_LANGUAGE=language)
    document = problem(answer, 500, "server-error")
    assert "hunter2" not in json.dumps(document)
    assert bool(any(character > "\u3040" for character in document["detail"])) is (language == "ja")
    assert answer["Content-Language"] == language
    assert "private" in answer["Cache-Control"]
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info
    assert "hunter2" in str(record.exc_info[1])


def test_a_bug_outside_of_the_api_is_a_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(request: HttpRequest) -> None:
        raise RuntimeError

    monkeypatch.setattr("django.views.generic.base.TemplateView.dispatch", lambda self, request: fail(request))
    client.raise_request_exception = False
    assert client.get("/about/")["Content-Type"].startswith("text/html")


@pytest.mark.django_db
def test_the_page_of_the_document_takes_only_get() -> None:
    client = APIClient()
    page = client.get("/api/docs/")
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert page["Content-Language"] == "en"
    refused = client.post("/api/docs/")
    problem(refused, 405, "method-not-allowed")
    assert refused["Allow"] == "GET, HEAD"


@pytest.mark.django_db
def test_only_the_page_of_the_document_shows_pictures_from_itself(client: Client) -> None:
    """The one thing that its policy allows more than all others: `data:` for the icons in Swagger UI's style sheet."""

    def policy(path: str) -> dict[str, list[str]]:
        parts = [part.split() for part in client.get(path)["Content-Security-Policy"].split(";")]
        return {name: values for name, *values in parts}

    docs, other = policy("/api/docs/"), policy("/about/")
    assert docs.pop("img-src") == ["'self'", "data:"]
    assert other.pop("img-src") == ["'self'"]
    assert docs == other
    assert docs["script-src"] == docs["style-src"] == ["'self'"]
