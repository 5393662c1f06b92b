"""What a request says beyond its form is refused or passed over: nobody writes a column that is not theirs to write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from quizzes import study
from quizzes.models import Attempt, Card, Device, QuestionTemplate, User, uuid7
from tests.api.apps import ADDRESS, NEW, PASSWORD, App, app_of, make_account
from tests.quizzes.answers import right
from tests.routes import routes

OTHER = "01980c5e-8d10-7a55-b1f0-5c2f0e9a7b21"
PAST, FUTURE = "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"
EXTRA: dict[str, Any] = {
    # of the account
    "is_staff": True, "is_superuser": True, "is_active": False, "groups": [1], "user_permissions": [1],
    "email": "x@x.jp", "password": "x", "created_at": PAST, "changes": 99, "preferences_change": 99, "last_login": None,
    "email_verified": True, "is_guest": False,
    # of the answer
    "learner": OTHER, "learner_id": OTHER, "user": OTHER, "user_id": OTHER, "verdict": "correct", "score": 1.0,
    "misconceptions": [], "exposes": [], "recall": 1.0, "seed": 1, "version": 99, "version_id": OTHER,
    "template_id": OTHER,
    "parameters": {"a": 1}, "request_digest": "x", "received_at": PAST, "issued_at": PAST,
    "day": 1, "format": "choice", "purpose": "cram",
    # of the card and the device
    "stability": 1.0, "difficulty": 1.0, "due_day": 99_999, "revision": 99, "card": {"due": "2099-01-01"},
    "digest": "x", "token_key": "x", "token": "x", "expiry": FUTURE, "signed_in_at": FUTURE,
    "password_digest": "x", "last_used_at": FUTURE, "current": False,
}  # fmt: skip
WRITES_NOTHING = {"api/v1/variants/"}  # a question that nobody has answered is in no table
TABLES = (User, Device, Attempt, Card)


@pytest.fixture
def account(small: Callable[..., QuestionTemplate]) -> User:
    """Somebody who has a question and a flashcard to answer."""
    small(), small("card", kind="flashcard")
    return make_account()


def writes(user: User, device: Device) -> list[tuple[str, str, dict[str, Any]]]:
    """A good request to every endpoint that writes: method, address and body."""
    asked, again = (study.next_question(user.id, template="sum") for _ in range(2))
    wrong = {"s": "100000"}
    event = {"id": str(uuid7()), "kind": "attempt", "variant": again.token, "response": wrong}
    return [
        ("post", "/api/v1/guests/", {"device_name": "x"}),
        ("post", "/api/v1/attempts/", {"id": str(uuid7()), "variant": asked.token, "response": wrong}),
        ("post", "/api/v1/flashcards/card/ratings/", {"id": str(uuid7()), "rating": "again"}),
        ("post", "/api/v1/sync/events/", {"sent_at": "2026-01-01T00:00:00Z", "events": [event]}),
        ("patch", "/api/v1/me/", {"new_per_day": 7}),
        ("patch", f"/api/v1/me/devices/{device.id}/", {"name": "renamed"}),
    ]


def test_every_endpoint_that_writes_is_tried(account: User) -> None:
    device, _token = study.add_device(account, "phone")
    tried = {(resolve(path).route, method) for method, path, _body in writes(account, device)}
    wanted = set()
    for route, pattern in routes():
        view = getattr(pattern.callback, "cls", None)
        if view is not None and route.startswith("api/v1/") and route not in WRITES_NOTHING:
            wanted |= {(route, method) for method in ("post", "put", "patch") if hasattr(view, method)}
    assert tried == wanted


def rows() -> dict[tuple[str, Any], dict[str, Any]]:
    """All that the tables hold, by table and key."""
    return {
        (table.__name__, row.pk): {field.attname: getattr(row, field.attname) for field in table._meta.concrete_fields}
        for table in TABLES
        for row in table._default_manager.all()
    }


def changed(before: dict[Any, Any], after: dict[Any, Any]) -> dict[str, set[str]]:
    """The columns that are not as they were, by table; those of new rows are told apart."""
    found: dict[str, set[str]] = {}
    for key, row in after.items():
        old = before.get(key)
        columns = {name for name, value in row.items() if old is None or old[name] != value}
        if columns:
            found.setdefault(f"{'new ' if old is None else ''}{key[0]}", set()).update(columns if old else set())
    return found


def body_with(extra: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """The body with what it should not say, in its events too."""
    events = [{**extra, **event} for event in body.get("events", [])]
    return {**extra, **body, **({"events": events} if events else {})}


def test_no_endpoint_takes_more_than_its_form(account: User) -> None:
    device, token = study.add_device(account, "phone")
    app = App(token)
    for method, path, body in writes(account, device):
        plain = {name: value for name, value in EXTRA.items() if name not in body}
        before = rows()
        answer = app.ask(method, path, body_with(plain, body))
        assert answer.status_code in (200, 201, 400), (path, answer.content)
        found = changed(before, rows())
        assert found.get("User", set()) <= {"new_per_day", "changes", "preferences_change", "utc_offset_minutes"}, path
        assert found.get("Device", set()) <= {"name"}, path
        assert not any(key[0] == "User" and row["is_staff"] for key, row in rows().items())
        if answer.status_code == 400:
            assert found == {}, path
    for attempt in Attempt.objects.all():
        assert attempt.learner_id == account.id
        assert attempt.purpose == "review" or attempt.self_rating is not None
        assert (attempt.format, attempt.verdict in ("incorrect", "rated")) == ("free", True)
        assert attempt.score == 0
        assert attempt.received_at.year > 2020
    assert Attempt.objects.count() == 3
    assert User.objects.count() == 2
    assert not User.objects.exclude(id=account.id).get().email


def test_each_field_alone_is_taken_by_nobody(account: User) -> None:
    """One field at a time, in case that one refused has kept another from being taken."""
    device, token = study.add_device(account, "phone")
    app = App(token)
    for name, value in EXTRA.items():
        before = rows()
        app.ask("patch", "/api/v1/me/", {name: value})
        app.ask("patch", f"/api/v1/me/devices/{device.id}/", {name: value})
        found = changed(before, rows())
        assert found in ({}, {"User": {"changes", "preferences_change"}}), name


def test_signing_up_and_changing_a_password_take_no_more_either(account: User) -> None:
    texts = {name: str(value) for name, value in EXTRA.items() if name not in ("email", "password")}
    new = {"email": "new@example.org", "password": NEW}
    App().ask("post", "/_allauth/app/v1/auth/signup", {**texts, **new})
    Client().post("/accounts/signup/", {**texts, "email": "more@example.org", "password1": NEW, "password2": NEW})
    change = {"current_password": PASSWORD, "new_password": NEW}
    app_of(account).ask("post", "/_allauth/app/v1/account/password/change", {**texts, **change})
    assert sorted(str(user.email) for user in User.objects.all()) == ["more@example.org", "new@example.org", ADDRESS]
    assert not User.objects.filter(is_staff=True).exists()
    assert not User.objects.filter(is_superuser=True).exists()
    assert User.objects.filter(is_active=True).count() == 3
    assert not User.objects.filter(changes=99).exists()
    account.refresh_from_db()
    assert account.check_password(NEW)


def test_forms_take_no_more_than_they_show(account: User) -> None:
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    texts = {name: str(value) for name, value in EXTRA.items()}
    asked = study.next_question(account.id, template="sum")
    before = rows()
    client.post("/settings/", texts)
    client.post("/accounts/email/", texts | {"email": "not an address"})
    client.post("/question/", {**texts, "variant": asked.token, "attempt": str(uuid7()), "s": "100000"})
    found = changed(before, rows())
    assert found.get("User", set()) <= {"changes", "utc_offset_minutes"}
    attempt = Attempt.objects.get()
    assert (attempt.learner_id, attempt.verdict, attempt.score) == (account.id, "incorrect", 0)
    assert attempt.response != right(asked.variant)
