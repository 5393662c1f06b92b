"""The learner itself: look, choose, take along, delete."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from quizzes import study
from quizzes.export import export
from quizzes.models import Attempt, Card, ClosedToken, Device, Session, User
from quizzes.scheduling.preferences import DEFAULTS
from tests.api.apps import ADDRESS, PASSWORD, App, app_of, guest, make_account, problem
from tests.quizzes.answers import ask_and_answer

CONV = "conv-output-size"

pytestmark = pytest.mark.usefixtures("bank")


@pytest.fixture
def account() -> User:
    return make_account()


@pytest.fixture
def app(account: User) -> App:
    """The account's phone."""
    return app_of(account)


# Looking


def test_a_guest_sees_itself() -> None:
    device, token = study.create_guest("phone")
    me = App(token).me()
    assert me == {
        "id": str(device.user_id),
        "email": None,
        "email_verified": False,
        "is_guest": True,
        "created_at": me["created_at"],
        "retention": DEFAULTS.retention,
        "new_per_day": DEFAULTS.new_per_day,
        "daily_minutes": DEFAULTS.daily_minutes,
        "day_start_hour": DEFAULTS.day_start_hour,
        "exam_date": None,
        "time_zone": "",
        "language": "",
    }
    assert me["created_at"].endswith("Z")


def test_an_account_sees_its_address(app: App, account: User) -> None:
    me = app.me()
    assert (me["id"], me["email"], me["email_verified"], me["is_guest"]) == (str(account.id), ADDRESS, True, False)


def test_an_address_that_is_not_confirmed_is_told_with_that(app: App) -> None:
    """Whether it is another account's, too, nobody is told: ``User.email`` is empty then."""
    EmailAddress.objects.update(verified=False)
    before = app.me()
    User.objects.update(email=None)
    assert app.me() == before
    assert (before["email"], before["email_verified"]) == (ADDRESS, False)


def test_an_author_made_by_command_has_no_row_of_allauth(app: App) -> None:
    EmailAddress.objects.all().delete()
    me = app.me()
    assert (me["email"], me["email_verified"]) == (ADDRESS, False)


def test_looking_takes_few_queries(app: App, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(2):  # the token and the address
        app.me()


# Choosing


@pytest.mark.parametrize(
    "changes",
    [
        {"retention": 0.85},
        {"new_per_day": 0, "daily_minutes": 600, "day_start_hour": 23},
        {"exam_date": "2027-02-19", "time_zone": "Asia/Tokyo", "language": "ja"},
        {"exam_date": None, "time_zone": "", "language": ""},
        {"retention": 0.9, "new_per_day": 100, "daily_minutes": 1, "day_start_hour": 0},
        {},
    ],
)
def test_preferences_change_and_the_others_stay(app: App, changes: dict[str, Any]) -> None:
    app.ask("patch", "me/", {"exam_date": "2026-12-01", "language": "en"})
    before = app.me()
    answer = app.ask("patch", "me/", changes)
    assert answer.status_code == 200, answer.content
    assert answer.json() == before | changes == app.me()


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"retention": "0.9"}, "retention", "invalid"),
        ({"retention": True}, "retention", "invalid"),
        ({"retention": 0.5}, "retention", "min-value"),
        ({"retention": 1}, "retention", "max-value"),
        ({"retention": 10**400}, "retention", "overflow"),
        ({"retention": None}, "retention", "null"),
        ({"new_per_day": 5.0}, "new_per_day", "invalid"),
        ({"new_per_day": "5"}, "new_per_day", "invalid"),
        ({"new_per_day": True}, "new_per_day", "invalid"),
        ({"new_per_day": -1}, "new_per_day", "min-value"),
        ({"daily_minutes": 0}, "daily_minutes", "min-value"),
        ({"daily_minutes": 10**30}, "daily_minutes", "max-value"),
        ({"day_start_hour": 24}, "day_start_hour", "max-value"),
        ({"exam_date": "19.2.2027"}, "exam_date", "invalid"),
        ({"exam_date": "20270219"}, "exam_date", "invalid"),
        ({"exam_date": "2027-02-30"}, "exam_date", "invalid"),
        ({"exam_date": "2027-02-19T00:00:00Z"}, "exam_date", "invalid"),
        ({"exam_date": 20270219}, "exam_date", "invalid"),
        ({"exam_date": ""}, "exam_date", "invalid"),
        ({"time_zone": "Asia/Atlantis"}, "time_zone", "unknown-time-zone"),
        ({"time_zone": 9}, "time_zone", "invalid"),
        ({"time_zone": None}, "time_zone", "null"),
        ({"time_zone": "x" * 65}, "time_zone", "max-length"),
        ({"language": "fr"}, "language", "invalid-choice"),
        ({"language": ["ja"]}, "language", "invalid-choice"),
        ({"email": "other@example.org"}, "email", "unknown"),
        ({"is_guest": True}, "is_guest", "unknown"),
        ({"Retention": 0.9}, "Retention", "unknown"),
    ],
)
def test_what_cannot_be_chosen_is_told_per_field(app: App, changes: dict[str, Any], field: str, code: str) -> None:
    before = app.me()
    document = problem(app.ask("patch", "me/", {"new_per_day": 7} | changes), 400, "invalid")
    assert [(error["field"], error["code"]) for error in document["errors"]] == [(field, code)]
    assert document["errors"][0]["message"]
    assert app.me() == before


@pytest.mark.parametrize("body", [[], "text", 5, None])
def test_preferences_are_an_object(app: App, body: Any) -> None:
    answer = app.generic("PATCH", "/api/v1/me/", json.dumps(body), "application/json", headers=app_headers(app))
    problem(answer, 400, "invalid")


def app_headers(app: App) -> dict[str, str]:
    return {"authorization": f"Token {app.token}"}


def test_due_days_follow_the_retention(app: App, account: User) -> None:
    ask_and_answer(account.id, CONV, now=timezone.now() - timedelta(days=3))
    before = Card.objects.get().due_day or 0
    app.ask("patch", "me/", {"retention": 0.97})
    assert 0 < (Card.objects.get().due_day or 0) < before


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_learning_goes_on_with_any_day_of_the_exam(app: App, day: str) -> None:
    assert app.ask("patch", "me/", {"exam_date": day}).json()["exam_date"] == day
    for path in ("reviews/", "progress/"):
        assert app.ask("get", path).status_code == 200
    assert app.ask("post", "variants/", {"purpose": "review"}).status_code == 201


# Taking along


def test_everything_is_exported_and_nobody_elses(app: App, account: User) -> None:
    mine = ask_and_answer(account.id, CONV, "forgot-plus-one").attempt
    other, _ = study.create_guest("other")
    theirs = ask_and_answer(other.user_id, CONV).attempt
    answer = app.ask("get", "me/export/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"].startswith('attachment; filename="cnn-study-')
    assert "private" in answer["Cache-Control"]
    text = answer.getvalue().decode()
    assert json.loads(text) == export(account.id)
    assert [row["id"] for row in json.loads(text)["attempts"]] == [str(mine.id)]
    device = Device.objects.get(user=account)
    for secret in (str(theirs.id), str(other.user_id), app.token, device.digest, account.password):
        assert secret not in text


@pytest.mark.parametrize("accept", ["text/csv", "*/*", "application/json"])
def test_the_answers_are_exported_as_a_table(app: App, account: User, accept: str) -> None:
    mine = ask_and_answer(account.id, CONV).attempt
    ask_and_answer(study.create_guest("other")[0].user_id, CONV)
    answer = app.ask("get", "me/export/attempts.csv", HTTP_ACCEPT=accept)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].endswith('.csv"')
    rows = list(csv.DictReader(answer.getvalue().decode("utf-8-sig").splitlines()))
    assert [row["id"] for row in rows] == [str(mine.id)]


def test_the_table_is_refused_with_a_problem_document() -> None:
    problem(App().ask("get", "me/export/attempts.csv", HTTP_ACCEPT="text/csv"), 401, "not-authenticated")


# Deleting


def test_a_guest_is_deleted_with_its_token_alone() -> None:
    device, token = study.create_guest("phone")
    ask_and_answer(device.user_id, CONV)
    study.add_device(device.user, "tablet")
    Device.objects.update(signed_in_at=timezone.now() - timedelta(days=30))
    kept, _ = study.create_guest("other")
    answer = App(token).ask("delete", "me/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert list(User.objects.all()) == [kept.user]
    assert list(Device.objects.all()) == [kept]
    assert not Attempt.objects.exists()
    assert ClosedToken.objects.count() == 2


def test_an_account_is_deleted_where_it_has_just_signed_in(app: App, account: User) -> None:
    assert app.ask("delete", "me/").status_code == 204
    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()


def test_an_account_signs_in_again_before_it_is_deleted(app: App, account: User) -> None:
    """Who finds a phone unlocked does not delete years of work."""
    Device.objects.update(signed_in_at=timezone.now() - timedelta(minutes=6))
    problem(app.ask("delete", "me/"), 403, "sign-in-again")
    assert User.objects.get() == account
    credentials = {"email": ADDRESS, "password": PASSWORD}
    assert app.ask("post", "/_allauth/app/v1/auth/login", credentials).status_code == 200
    assert app.ask("delete", "me/").status_code == 204
    assert not User.objects.exists()


def test_deleting_takes_effect_on_all_devices(app: App, account: User) -> None:
    tablet = app_of(account, "tablet")
    app.ask("delete", "me/")
    for device in (app, tablet):
        problem(device.ask("get", "me/"), 410, "account-deleted")


# Browsers


@pytest.fixture
def browser(account: User) -> Client:
    """A browser that logged in by the form just now."""
    client = Client(enforce_csrf_checks=True)
    client.get("/accounts/login/")
    client.post(
        "/accounts/login/",
        {"login": ADDRESS, "password": PASSWORD, "csrfmiddlewaretoken": client.cookies["csrftoken"].value},
    )
    return client


def test_a_browsers_session_works_with_its_csrf_token(browser: Client, account: User) -> None:
    assert browser.get("/api/v1/me/").json()["id"] == str(account.id)
    proof = {"x-csrftoken": browser.cookies["csrftoken"].value}

    def change(**headers: Any) -> Any:
        return browser.patch("/api/v1/me/", '{"new_per_day": 3}', content_type="application/json", **headers)

    problem(change(), 403, "csrf-failed")
    assert change(headers=proof).json()["new_per_day"] == 3
    problem(browser.delete("/api/v1/me/"), 403, "csrf-failed")
    assert User.objects.get() == account


def test_a_browser_that_has_just_logged_in_may_delete(browser: Client) -> None:
    proof = {"x-csrftoken": browser.cookies["csrftoken"].value}
    assert browser.delete("/api/v1/me/", headers=proof).status_code == 204
    assert not User.objects.exists()
    assert not Session.objects.exists()
    assert not browser.cookies["sessionid"].value


def test_a_session_that_is_older_may_not(account: User) -> None:
    browser = Client()
    browser.force_login(account)
    problem(browser.delete("/api/v1/me/"), 403, "sign-in-again")


# Who may


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "me/"),
        ("patch", "me/"),
        ("delete", "me/"),
        ("get", "me/export/"),
        ("get", "me/export/attempts.csv"),
        ("get", "me/devices/"),
        ("delete", "me/devices/"),
    ],
)
def test_nobody_gets_in_without_a_token(method: str, path: str) -> None:
    problem(App().ask(method, path), 401, "not-authenticated")
    problem(App("0" * 64).ask(method, path), 401, "authentication-failed")


def test_each_sees_itself_only(app: App) -> None:
    assert app.me()["id"] != guest().me()["id"]
