"""Tables can be distributed by learner: keys have the learner in them, and so has every statement on a learner's way.

What is asked of the site is asked in earnest, of pages and API, and every statement is read. Tables that are looked up
before anybody knows who asks are named here with the reason; docs/operations.md says where they stay.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from django.db.models import CASCADE, CompositePrimaryKey, ForeignKey, Model, UniqueConstraint
from django.test import Client
from django.urls import resolve

from quizzes import study
from quizzes.models import Attempt, Device, QuestionTemplate, Session, User, uuid7
from tests.quizzes.answers import right, wrong
from tests.reliability.statements import Free, Owned, free
from tests.routes import routes

CONV = "conv-output-size"
EMAIL, PASSWORD = "learner@example.org", "correct horse battery"

# By which other columns a learner is found: none of them can be a key of a table that is distributed by learner.
FOUND_BY = {
    "quizzes_user": {"email": "who logs in knows an address only"},
    "quizzes_device": {
        "digest": "a token is looked up to learn who asks",
        "token_key": "its beginning, by which the token is found",
    },
    "quizzes_session": {"session_key": "a cookie is looked up to learn who asks"},
    "account_emailaddress": {
        "email": "who forgot a password, or confirms an address, knows an address only",
        "id": "allauth names an address that was read before by its own key",
    },
    "mfa_authenticator": {"id": "allauth names a second factor that was read before by its own key"},
}
# Of those who write, not of those who learn.
AUTHORS = {"quizzes_draft", "django_admin_log", "quizzes_user_groups", "quizzes_user_user_permissions"}


def owned() -> dict[str, Owned]:
    """Every table whose rows go with their learner, by Django's own account of it."""
    found = {User._meta.db_table: Owned("id", FOUND_BY["quizzes_user"])}
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            name = model._meta.db_table
            if (
                isinstance(field, ForeignKey)
                and field.related_model is User
                and field.remote_field.on_delete is CASCADE
            ):
                found[name] = Owned(str(field.column), FOUND_BY.get(name, {}))
    return {name: table for name, table in found.items() if name not in AUTHORS}


def test_these_tables_are_learners() -> None:
    assert {*owned()} == {
        "quizzes_user", "quizzes_attempt", "quizzes_card", "quizzes_cardaction", "quizzes_belief", "quizzes_device",
        "quizzes_session", "account_emailaddress", "mfa_authenticator",
    }  # fmt: skip


def test_the_learner_is_in_every_key() -> None:
    """But in those by which a learner is found."""
    without = {}
    for model in apps.get_models():
        table = owned().get(model._meta.db_table)
        if table is not None and (keys := [key for key in _keys(model) if table.column not in key]):
            without[model._meta.db_table] = {column for key in keys for column in key}
    allowed = {table: {*found} for table, found in FOUND_BY.items()}
    assert without == {table: columns & without.get(table, set()) for table, columns in allowed.items()}


def _keys(model: type[Model]) -> Iterator[Collection[str]]:
    columns = {field.name: str(field.column) for field in model._meta.concrete_fields}
    key = model._meta.pk
    yield (
        {columns[name.removesuffix("_id")] for name in key.field_names}
        if isinstance(key, CompositePrimaryKey)
        else {str(key.column)}
    )
    for field in model._meta.concrete_fields:
        if field.unique and not field.primary_key:
            yield {str(field.column)}
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield {columns[name] for name in constraint.fields}
    for together in model._meta.unique_together:
        yield {columns[name] for name in together}


class Watch:
    """Reads what goes to the database; ``learners`` is whose rows may be concerned."""

    def __init__(self) -> None:
        self.learners: set[UUID] = set()
        self.found: list[Free] = []
        self.read = 0
        self.routes: set[str] = set()
        self._tables = owned()

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        dialect = "sqlite" if connection.vendor == "sqlite" else "postgres"
        for row in params if many else [params]:
            self.read += 1
            self.found += free(sql, row, dialect, self._tables, self.learners)
        return execute(sql, params, many, context)

    @contextmanager
    def of(self, *learners: UUID) -> Iterator[None]:
        """These learners' statements."""
        self.learners = {*learners}
        with connection.execute_wrapper(self):
            yield


class Asking:
    """A learner's browser and phone, whose statements are read."""

    def __init__(self, watch: Watch, learner: UUID) -> None:
        self.watch, self.learner = watch, learner
        self.browser, self.phone = Client(), Client()
        self.browser.force_login(User.objects.get(id=learner), "django.contrib.auth.backends.ModelBackend")
        self.device, token = study.add_device(User.objects.get(id=learner), "phone")
        self.phone.defaults["HTTP_AUTHORIZATION"] = f"Token {token}"

    def page(self, path: str, values: dict[str, Any] | None = None, *others: UUID) -> Any:
        """Look at a page, or send a form to it, and follow."""
        with self.watch.of(self.learner, *others):
            answer: Any = (
                self.browser.get(path, follow=True) if values is None else self.browser.post(path, values, follow=True)
            )
            _ = b"".join(answer.streaming_content) if answer.streaming else answer.content
        self._seen(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the API."""
        with self.watch.of(self.learner):
            answer: Any = self.phone.generic(method, f"/api/v1/{path}", _json(body), "application/json")
            _ = b"".join(answer.streaming_content) if answer.streaming else answer.content
        self._seen(f"/api/v1/{path}")
        assert answer.status_code < 300, (path, answer.status_code, answer.content)
        return answer

    def _seen(self, path: str) -> None:
        self.watch.routes.add(resolve(path.partition("?")[0]).route)


def _json(body: Any) -> str:
    return "" if body is None else json.dumps(body)


def hidden(answer: Any) -> dict[str, str]:
    """What the form of a page carries along."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.content.decode()))


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def asking(bank: None, watch: Watch) -> Asking:
    return Asking(watch, study.create_guest("test")[0].user_id)


PAGES = (
    "/", "/topics/", "/topics/stride/", "/calculator/", "/practice/stride/worksheet/", "/about/", "/practice/",
    "/practice/stride/", "/misconceptions/forgot-plus-one/", "/cram/", "/cram/stride/",
)  # fmt: skip


def by_hand(asking: Asking) -> None:
    """All pages of somebody who studies."""
    page = asking.page
    for path in PAGES:
        page(path)
    asked = page("/review/")
    form = hidden(asked)
    page("/question/", {**form, "action": "hint"})
    page("/question/", {**form, "action": "give-up"})
    again = study.next_question(asking.learner, template=CONV)
    answered = page(
        "/question/", {"variant": again.token, "attempt": str(uuid7()), **wrong(again.variant, "forgot-plus-one")}
    )
    page("/question/", {"variant": again.token, "attempt": str(uuid7()), **right(again.variant)})  # it was answered
    mine = answered.redirect_chain[-1][0].partition("?")[0]
    page(mine)
    page("/", None)
    for act in ("bury", "suspend", "undo"):
        page(f"{mine}act/", {"act": act, "practice": "/practice/"})
    page(f"/templates/{CONV}/resume/", {})
    card = hidden(page("/cards/"))
    page("/cards/stride/")
    page(f"/question/?variant={card['variant']}&side=back")
    page("/question/", {**card, "rating": "good"})
    for path in ("/session/", "/progress/", "/progress/export.json", "/progress/export.csv", "/settings/"):
        page(path)
    page("/settings/", {"retention": "0.9", "new_per_day": "7", "daily_minutes": "20", "day_start_hour": "5"})
    page("/language/", {"language": "ja", "next": "/"})


def by_phone(asking: Asking) -> None:
    """The whole API, from a question to the end of the account."""
    api = asking.api
    for path in ("topics/", "templates/", "reviews/", "progress/", "me/", "me/export/", "me/export/attempts.csv",
                 "me/devices/", "sync/changes/", "packs/next/?limit=5&days=2"):  # fmt: skip
        api("GET", path)
    token = api("POST", "variants/", {"purpose": "review"}).json()["variant"]
    api("GET", f"variants/{token}/hints/1/")
    asked = study.next_question(asking.learner, template=CONV)
    body = {"id": str(uuid7()), "variant": asked.token, "response": wrong(asked.variant, "forgot-plus-one")}
    for _ in range(2):  # the second is a repetition
        api("POST", "attempts/", body)
    flashcard = QuestionTemplate.objects.filter(kind="flashcard", current__isnull=False).values_list("slug", flat=True)[
        0
    ]
    api("POST", f"flashcards/{flashcard}/ratings/", {"id": str(uuid7()), "rating": "good"})
    api("PATCH", "me/", {"retention": 0.85})
    now = datetime.now(UTC).isoformat()
    late = study.next_question(asking.learner, template=CONV)
    acts = [
        {"kind": kind, "id": str(uuid7()), "template": CONV, "at": now}
        for kind in ("suspend", "resume", "bury", "reset")
    ]
    events = [
        {"kind": "attempt", "id": str(uuid7()), "variant": late.token, "response": right(late.variant),
         "answered_at": "2020-01-01T00:00:00+00:00"},
        {"kind": "rating", "id": str(uuid7()), "template": flashcard, "rating": "hard"},
        {"kind": "void", "id": str(uuid7()), "attempt": body["id"], "at": now},
        *acts,
    ]  # fmt: skip
    outcome = api("POST", "sync/events/", {"sent_at": now, "events": events}).json()
    assert {one["status"] for one in outcome["results"]} == {"accepted"}, outcome
    api("POST", "sync/events/", {"sent_at": now, "events": events})
    api("GET", "sync/changes/")
    other, _ = study.add_device(User.objects.get(id=asking.learner), "tablet")
    api("GET", f"me/devices/{other.id}/")
    api("PATCH", f"me/devices/{other.id}/", {"name": "another"})
    api("DELETE", f"me/devices/{other.id}/")
    api("DELETE", "me/devices/")


def as_account(asking: Asking) -> None:
    """A guest signs up, forgets the password, studies as somebody else and comes back."""
    page = asking.page
    page("/accounts/signup/", {"email": EMAIL, "password1": PASSWORD, "password2": PASSWORD})
    page("/accounts/email/")
    page("/accounts/")
    page("/accounts/logout/", {})
    page("/accounts/password/reset/", {"email": EMAIL})
    link = re.search(r"http://testserver(/accounts/\S+)", str(mail.outbox[-1].body))
    assert link is not None
    page(link[1])
    visitor = study.create_guest("test")[0].user_id
    asked = study.next_question(visitor, template=CONV)
    study.submit(visitor, study.Submission(uuid7(), asked.token, right(asked.variant)))
    asking.browser.force_login(User.objects.get(id=visitor), "django.contrib.auth.backends.ModelBackend")
    page("/accounts/login/", {"login": EMAIL, "password": PASSWORD}, visitor)
    assert study.count_answers(asking.learner) == 1
    page(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": PASSWORD[::-1], "password2": PASSWORD[::-1]},
    )
    page("/settings/delete/", {"password": PASSWORD[::-1], "sure": "on"})


@pytest.mark.django_db
def test_every_statement_of_somebody_who_studies_names_the_learner(asking: Asking, watch: Watch) -> None:
    by_hand(asking)
    assert watch.found == []
    assert watch.read > 300
    assert _web() - watch.routes == {"settings/delete/"}  # in the next


@pytest.mark.django_db
def test_so_does_every_statement_of_a_phone(asking: Asking, watch: Watch) -> None:
    by_phone(asking)
    asking.api("DELETE", "me/")
    assert watch.found == []
    assert _api() - watch.routes == {"api/v1/guests/"}  # there is no learner yet


@pytest.mark.django_db
def test_so_does_what_an_account_begins_and_ends_with(asking: Asking, watch: Watch) -> None:
    as_account(asking)
    assert watch.found == []


def _web() -> set[str]:
    others = ("admin/", "api/", "accounts/", "_allauth/", "static/", "healthz", "readyz", "metrics")
    return {route for route, _ in routes() if not route.startswith(others)}


def _api() -> set[str]:
    return {route for route, _ in routes() if route.startswith("api/v1/")}


# Controls: statements that forget the learner, and code that does.


@pytest.mark.django_db
@pytest.mark.parametrize(
    "ask",
    [
        lambda attempt: Attempt.objects.filter(id=attempt.id).first(),
        lambda attempt: Attempt.objects.filter(id=attempt.id).update(verdict="correct"),
        lambda attempt: list(User.objects.filter(attempts__id=attempt.id)),
        lambda attempt: list(QuestionTemplate.objects.filter(attempts__id=attempt.id)),
        lambda attempt: list(Attempt.objects.filter(learner__in=User.objects.filter(new_per_day=1))),
        lambda attempt: Device.objects.filter(name="phone").update(name="tablet"),
        lambda attempt: list(Session.objects.filter(expire_date__lt=datetime.now(UTC))),
        lambda attempt: Attempt.objects.filter(learner_id=uuid7(), id=attempt.id).exists(),  # somebody else
    ],
)
def test_a_statement_that_forgets_the_learner_is_found(
    asking: Asking, watch: Watch, ask: Callable[[Attempt], object]
) -> None:
    asked = study.next_question(asking.learner, template=CONV)
    attempt = study.submit(asking.learner, study.Submission(uuid7(), asked.token, right(asked.variant))).attempt
    with watch.of(asking.learner):
        ask(attempt)
    assert watch.found


@pytest.mark.django_db
def test_a_page_that_looks_an_attempt_up_by_its_id_alone_is_found(
    asking: Asking, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(attempt: Attempt) -> Attempt | None:
        return Attempt.objects.filter(id=attempt.id).first()

    monkeypatch.setattr("quizzes.study.answering._earlier", careless)
    asked = study.next_question(asking.learner, template=CONV)
    body = {"id": str(uuid7()), "variant": asked.token, "response": right(asked.variant)}
    for _ in range(2):
        asking.api("POST", "attempts/", body)
    assert {found.table for found in watch.found} == {"quizzes_attempt"}
