"""What a log says of a request, and that it says nothing of a person, whatever happens."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as given
from django.core import mail
from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError
from django.http import HttpRequest
from django.test import Client
from rest_framework.test import APIClient

from quizzes import study
from quizzes.models import User, uuid7
from studysite import logs
from tests.quizzes.answers import right

EMAIL, PASSWORD, NAME = "ann.private@example.org", "a password of hers 7391", "Annas-telephone"
CONV = "conv-output-size"


class Written:
    """What was written to the log meanwhile."""

    def __init__(self, stream: io.StringIO) -> None:
        self.stream = stream

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def access(self) -> list[dict[str, Any]]:
        return [entry for entry in self.entries if entry["logger"] == logs.ACCESS]


@pytest.fixture(params=["json"])
def written(settings: Any, request: pytest.FixtureRequest) -> Iterator[Written]:
    """As the settings configure it, but kept."""
    settings.ACCESS_LOG = True
    stream = io.StringIO()
    configuration = logs.configuration(request.param, "INFO")
    configuration["handlers"]["console"]["stream"] = stream
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logging.config.dictConfig(configuration)
    yield Written(stream)
    logging.config.dictConfig(given.LOGGING)
    root.handlers[:] = before
    root.setLevel(level)


@pytest.fixture
def visitor(written: Written) -> Client:
    return Client(raise_request_exception=False)


def test_a_request_is_one_line_with_its_route_and_its_id(visitor: Client, written: Written) -> None:
    answer = visitor.get("/healthz?token=abc", headers={"X-Request-ID": "from-the-proxy.1"})
    assert answer["X-Request-ID"] == "from-the-proxy.1"
    (line,) = written.entries
    assert line.pop("duration_ms") >= 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line.pop("time"))
    assert line == {
        "level": "INFO", "logger": "studysite.access", "message": "answered", "request_id": "from-the-proxy.1",
        "method": "GET", "route": "/healthz", "status": 200,
    }  # fmt: skip


@pytest.mark.parametrize("unfit", ["", "a b", "a\tb", "x" * 65, "ann@example.org", "あ", '"}', "<script>"])
def test_an_id_that_is_not_harmless_is_replaced(visitor: Client, unfit: str) -> None:
    answer = visitor.get("/healthz", headers={"X-Request-ID": unfit})
    assert re.fullmatch(r"[0-9a-f]{16}", answer["X-Request-ID"])
    assert visitor.get("/healthz")["X-Request-ID"] != answer["X-Request-ID"]


def test_everything_logged_in_a_request_has_its_id_and_nothing_after_it(visitor: Client, written: Written) -> None:
    answer = visitor.get("/nothing/here")
    assert {entry["request_id"] for entry in written.entries} == {answer["X-Request-ID"]}
    assert {entry["logger"] for entry in written.entries} == {logs.ACCESS, "django.request"}
    logging.getLogger("quizzes").info("later")
    assert written.entries[-1]["request_id"] == ""


def test_a_method_that_nobody_knows_is_not_told(visitor: Client, written: Written) -> None:
    visitor.generic("ANN", "/healthz")
    assert written.access()[0]["method"] == "OTHER"


def test_without_the_access_log_only_errors_are_told(settings: Any, written: Written) -> None:
    settings.ACCESS_LOG = False
    Client().get("/healthz")
    assert written.entries == []


@pytest.mark.parametrize("written", ["lines"], indirect=True)
def test_for_people_it_is_a_line_of_text(visitor: Client, written: Written) -> None:
    visitor.get("/healthz", headers={"X-Request-ID": "me"})
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}"
    assert re.fullmatch(rf"{stamp} INFO studysite\.access \[me\]: answered GET /healthz 200 \d+\.\d\n", written.text)


# No personal data


def secrets_of(user: User) -> list[str]:
    return [EMAIL, "ann.private", PASSWORD, NAME, str(user.id), user.id.hex]


def fail(error: Exception) -> Any:
    def view(request: HttpRequest) -> None:
        raise error

    return view


@pytest.mark.parametrize("written", ["json", "lines"], indirect=True)
@pytest.mark.usefixtures("bank")
def test_a_whole_life_leaves_no_trace_of_the_person(written: Written, settings: Any) -> None:
    browser = Client()
    browser.get(f"/accounts/signup/?next=/&email={EMAIL}")
    browser.post("/accounts/signup/", {"email": EMAIL, "password1": PASSWORD, "password2": PASSWORD})
    user = User.objects.get(email=EMAIL)
    EmailAddress.objects.update_or_create(user=user, email=EMAIL, defaults={"verified": True, "primary": True})
    hidden = secrets_of(user)
    browser.post("/accounts/logout/")
    browser.post("/accounts/login/", {"login": EMAIL, "password": "wrong " + PASSWORD})
    browser.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})
    browser.get(f"/{EMAIL}/{user.id}?name={NAME}")

    Client().post("/accounts/password/reset/", {"email": EMAIL})
    (link,) = re.findall(r"https?://[^/\s]+(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    hidden += [link, link.split("/")[-2]]
    Client().get(link)
    Client().delete(link)
    Client().get(link[:-3] + "x/")

    _device, token = study.add_device(user, NAME)
    hidden.append(token)
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert api.get("/api/v1/me/").status_code == 200
    question = study.next_question(user.id, template=CONV)
    attempt = uuid7()
    hidden += [question.token, str(attempt)]
    answered = {"id": str(attempt), "token": question.token, "response": right(question.variant)}
    api.put(f"/api/v1/attempts/{attempt}/", answered, format="json")
    api.post(f"/api/v1/attempts/{attempt}/", {"response": {NAME: NAME}}, format="json")
    api.get("/api/v1/me/", HTTP_HOST=EMAIL)
    api.credentials(HTTP_AUTHORIZATION=f"Token {token}x")
    api.get("/api/v1/me/")
    strict = Client(enforce_csrf_checks=True, headers={"Referer": f"https://evil.example/{NAME}?{EMAIL}"})
    settings.SECURE_SSL_REDIRECT = False
    strict.post(f"/accounts/login/?next=/{NAME}", {"login": EMAIL}, secure=True)

    assert len(written.text.splitlines()) > 12
    found = [word for word in hidden if word in written.text]
    assert not found
    assert "127.0.0.1" not in written.text


@pytest.mark.parametrize(
    "error",
    [
        ValueError(f"could not convert string to float: '{NAME}'"),
        KeyError(EMAIL),
        IntegrityError(f"duplicate key\nDETAIL:  Key (email)=({EMAIL}) already exists."),
        RuntimeError(f"Failing row contains ({NAME}, {EMAIL})"),
        OSError(2, "No such file", f"/uploads/{NAME}"),
        SuspiciousOperation(f"what {EMAIL} sent"),
        ExceptionGroup("several", [ValueError(f"'{NAME}'"), KeyError(EMAIL)]),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("written", ["json", "lines"], indirect=True)
def test_a_traceback_says_where_and_what_but_not_whose(
    visitor: Client, written: Written, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    try:
        raise LookupError(f"before: '{NAME}'")
    except LookupError as before:
        error.__context__ = before
    monkeypatch.setattr("studysite.probes.JsonResponse", fail(error))
    answer = visitor.get(f"/healthz?name={NAME}")
    assert answer.status_code in (400, 500)
    assert type(error).__name__ in written.text
    assert "in healthz" in written.text
    assert "LookupError: before: …" in written.text
    assert answer["X-Request-ID"] in written.text
    assert [word for word in (NAME, EMAIL, "ann.private") if word in written.text] == []


def test_what_somebody_else_attaches_to_a_record_is_not_told(written: Written) -> None:
    request = HttpRequest()
    request.path = "/accounts/password/reset/key/secret-words/"
    logging.getLogger("django.request").warning("Not Found: %s", request.path, extra={"request": request, "who": NAME})
    assert written.entries[0]["message"] == "Not Found: (none)"
    assert NAME not in written.text
    assert "secret-words" not in written.text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("to ann.b+c@example.org and 'bob@x.org'", "to <e-mail> and '<e-mail>'"),
        ("from 10.1.2.3 or ::1 or 2001:db8::8a2e:370:7334", "from <address> or <address> or <address>"),
        ("user 019abc00-1234-7abc-8def-0123456789ab", "user <id>"),
        ("key 4h2k-cx3f2p-0123456789abcdef0123456789abcdef", "key <token>"),
        ("see https://example.org/a?b=c now", "see <url> now"),
        ("GET /a/b?key=abc HTTP/1.1", "GET /a/b?<query> HTTP/1.1"),
        ("at 19:43:09, a::method, version 3 of conv-output-size-with-dilation", None),
    ],
)
def test_what_looks_like_a_person_is_left_out_and_nothing_else(text: str, told: str | None) -> None:
    assert logs.hide(text) == (text if told is None else told)


def test_a_message_of_several_lines_stays_one(written: Written) -> None:
    logging.getLogger("x").error("a\n2026-01-01 00:00:00,000 ERROR forged")
    assert written.entries[0]["message"] == r"a\n2026-01-01 00:00:00,000 ERROR forged"
    line = logs.Line().format(logging.makeLogRecord({"msg": "a\nb", "name": "x"}))
    assert line.endswith(r": a\nb")


def test_a_long_message_is_cut_and_quickly_so() -> None:
    for text in ("a." * 500_000, "@" * 500_000, "(" * 500_000, "1" * 500_000, ":" * 500_000, "'" * 500_000):
        assert len(logs.hide(text)) <= logs.LONGEST


@pytest.mark.parametrize(
    "line",
    ["Invalid request from ip=10.0.0.7: Invalid Header: 'X-Ann'", "Error handling request GET /key/secret-words/?a=b"],
)
def test_gunicorns_own_lines_say_neither_address_nor_path(line: str) -> None:
    told = logs.message(logging.makeLogRecord({"msg": line, "name": "gunicorn.error"}))
    assert told in ("Invalid request", "Error handling request")
