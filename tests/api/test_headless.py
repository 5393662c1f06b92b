"""Apps that sign up, in and out by allauth's headless interface, and get tokens like any other device."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core import mail
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from quizzes import study
from quizzes.models import Attempt, Device, Session, User
from tests.api.apps import ADDRESS, NEW, PASSWORD, App, app_of, guest, make_account, problem
from tests.quizzes.answers import ask_and_answer

CONV = "conv-output-size"
APP = "/_allauth/app/v1/"

pytestmark = pytest.mark.usefixtures("bank")


@pytest.fixture
def stranger() -> App:
    return App()


@pytest.fixture
def visitor() -> App:
    return guest()


@pytest.fixture
def account() -> User:
    return make_account()


@pytest.fixture
def secret(account: User) -> str:
    """The account has switched on its second factor; this is the key in the authenticator."""
    key = str(generate_totp_secret())
    TOTP.activate(account, key)
    RecoveryCodes.activate(account)
    return key


def code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def send(app: App, path: str, session: str = "", **body: str) -> Any:
    headers = {"HTTP_X_SESSION_TOKEN": session} if session else {}
    return app.ask("post", f"{APP}{path}", body, **headers)


def sign_up(app: App, email: str = ADDRESS, password: str = PASSWORD, **others: str) -> Any:
    return send(app, "auth/signup", email=email, password=password, **others)


def log_in(app: App, email: str = ADDRESS, password: str = PASSWORD, **others: str) -> Any:
    return send(app, "auth/login", email=email, password=password, **others)


def token(answer: Any) -> str:
    """The token that came with a completed sign-in, and nothing else that opens anything."""
    assert answer.status_code == 200, answer.content
    meta = answer.json()["meta"]
    assert meta.keys() == {"is_authenticated", "access_token", "device", "expiry"}
    assert meta["is_authenticated"] is True
    assert not answer.cookies
    return str(meta["access_token"])


def learner(app: App) -> UUID:
    return UUID(app.me()["id"])


def refused(answer: Any, code: str, param: str | None = None) -> None:
    """An error in allauth's format."""
    assert answer.status_code == 400, answer.content
    (error,) = answer.json()["errors"]
    assert (error["code"], error.get("param")) == (code, param)


def key(pattern: str) -> str:
    """What the link in the last mail ends with."""
    found = re.search(pattern, str(mail.outbox[-1].body))
    assert found is not None, mail.outbox[-1].body
    return str(found[1])


def reset_key(app: App) -> str:
    assert send(app, "auth/password/request", email=ADDRESS).status_code == 200
    return key(r"/accounts/password/reset/key/([^/]+)/")


# Signing up


def test_a_stranger_signs_up_and_its_device_has_a_token(stranger: App) -> None:
    answer = sign_up(stranger, "Someone@Example.org", device_name="スマホ")
    assert answer.json()["data"]["user"] == {"id": str(User.objects.get().id), "email": ADDRESS}
    app = App(token(answer))
    me = app.me()
    assert (me["id"], me["email"], me["email_verified"], me["is_guest"]) == (
        str(User.objects.get().id),
        ADDRESS,
        False,
        False,
    )
    (device,) = app.ask("get", "me/devices/").json()
    assert (device["name"], device["current"], device["id"]) == ("スマホ", True, answer.json()["meta"]["device"])
    assert device["expiry"] == answer.json()["meta"]["expiry"]
    assert [sent.subject for sent in mail.outbox] == ["Welcome to CNN study: please confirm your address"]


def test_only_the_hash_of_the_token_is_kept_and_no_session(stranger: App) -> None:
    given = token(sign_up(stranger))
    for values in Device.objects.values():
        assert given not in map(str, values.values())
    assert not Session.objects.exists()


def test_a_guest_who_signs_up_stays_the_same_learner(visitor: App) -> None:
    id = learner(visitor)
    attempts = {ask_and_answer(id, CONV).attempt.id for _ in range(2)}
    answer = sign_up(visitor, device_name="my phone")
    app = App(token(answer))
    assert learner(app) == id
    assert app.me()["is_guest"] is False
    assert set(Attempt.objects.filter(learner=id).values_list("id", flat=True)) == attempts
    assert User.objects.count() == 1
    assert app.ask("get", "reviews/").status_code == 200


def test_the_guests_device_keeps_its_token_for_the_answer_may_get_lost(visitor: App) -> None:
    before = Device.objects.get()
    for _ in range(2):
        assert token(sign_up(visitor)) == visitor.token
    after = Device.objects.get()
    assert (after.digest, after.id, after.name) == (before.digest, before.id, "phone")
    assert after.signed_in_at > before.signed_in_at
    assert User.objects.count() == EmailAddress.objects.count() == 1


def test_a_question_that_a_guest_has_open_can_be_answered_after_signing_up(visitor: App) -> None:
    asked = visitor.ask("post", "variants/", {"purpose": "review", "template": CONV}).json()
    app = App(token(sign_up(visitor)))
    assert study.reopen(learner(app), asked["variant"])


@pytest.mark.parametrize("confirmed", [True, False])
def test_nobody_can_tell_a_taken_address_from_a_free_one(account: User, confirmed: bool) -> None:
    EmailAddress.objects.update(verified=confirmed)
    seen = []
    for email in (ADDRESS, "nobody1@example.org"):
        app = guest()
        answer = sign_up(app, email, NEW)
        told = [answer.json(), app.me(), log_in(app, email, "wrong password").json()]
        text = json.dumps(told).replace(email, "…")
        seen.append(re.sub(r'"[0-9a-f-]{36}"|"[0-9a-f]{64}"|"2\d{3}-[^"]+"|[\d.]{15,}', "", text))
        assert learner(app) != account.id
    assert seen[0] == seen[1]
    account.refresh_from_db()
    assert (account.email, account.check_password(PASSWORD)) == (ADDRESS, True)


@pytest.mark.parametrize("password", ["short", "1234567890123", "password"])
def test_weak_passwords_are_refused(visitor: App, password: str) -> None:
    answer = sign_up(visitor, password=password)
    assert answer.status_code == 400
    assert {error["param"] for error in answer.json()["errors"]} == {"password"}
    assert visitor.me()["is_guest"] is True


def test_signing_up_goes_on_while_the_mail_server_is_down(stranger: App, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert App(token(sign_up(stranger))).me()["email"] == ADDRESS


def test_an_address_is_confirmed_by_the_key_in_the_mail(stranger: App) -> None:
    app = App(token(sign_up(stranger)))
    wrong = send(stranger, "auth/email/verify", key="wrong")
    refused(wrong, "invalid_or_expired_key", "key")
    send(stranger, "auth/email/verify", key=key(r"/accounts/confirm-email/([^/\s]+)/"))
    assert app.me()["email_verified"] is True


# Logging in and out


def test_logging_in_gives_each_device_a_token_of_its_own(stranger: App, account: User) -> None:
    apps = [App(token(log_in(stranger, device_name=name))) for name in ("phone", "tablet")]
    assert {learner(app) for app in apps} == {account.id}
    assert {device["name"] for device in apps[0].ask("get", "me/devices/").json()} == {"phone", "tablet"}
    assert not Session.objects.exists()


def test_logging_in_again_on_a_device_keeps_its_token(account: User) -> None:
    app = app_of(account)
    Device.objects.update(signed_in_at=timezone.now() - timedelta(days=1))
    assert token(log_in(app)) == app.token
    assert Device.objects.get().signed_in_at > timezone.now() - timedelta(minutes=1)


def test_another_account_on_the_same_device_gets_another_token(account: User) -> None:
    other = app_of(make_account("other@example.org"))
    given = token(log_in(other))
    assert given != other.token
    assert learner(App(given)) == account.id
    assert learner(other) != account.id


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(visitor: App, account: User) -> None:
    answers = [log_in(visitor, email, "wrong password") for email in (ADDRESS, "nobody@example.org")]
    for answer in answers:
        refused(answer, "email_password_mismatch", "password")
    assert answers[0].content == answers[1].content
    assert visitor.me()["is_guest"] is True
    assert Device.objects.count() == 1


def test_errors_are_in_the_readers_language(stranger: App, account: User) -> None:
    answer = stranger.ask("post", f"{APP}auth/login", {"email": ADDRESS, "password": "x"}, HTTP_ACCEPT_LANGUAGE="ja")
    assert answer.json()["errors"][0]["message"] == "メールアドレスまたはパスワードが正しくありません。"


def test_a_closed_account_cannot_be_used(stranger: App, account: User) -> None:
    User.objects.update(is_active=False)
    assert log_in(stranger).status_code != 200
    assert not Device.objects.exists()


def test_the_session_is_that_of_the_token(account: User) -> None:
    app, other = app_of(account), app_of(account, "tablet")
    assert app.ask("get", f"{APP}auth/session").json()["data"]["user"]["id"] == str(account.id)
    assert app.ask("delete", f"{APP}auth/session").status_code == 401
    problem(app.ask("get", "me/"), 401, "authentication-failed")
    assert other.me()
    assert not Session.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "x-y", "-", "\x00-\x00", "日-本", "1" * 5000 + "-x"])
def test_a_key_that_is_none_is_refused(stranger: App, key: str) -> None:
    headers = {"HTTP_X_PASSWORD_RESET_KEY": key, "HTTP_X_EMAIL_VERIFICATION_KEY": key}
    for path in ("auth/password/reset", "auth/email/verify"):
        assert stranger.ask("get", f"{APP}{path}", **headers).status_code == 400
        if "\x00" not in key:
            assert send(stranger, path, key=key, password=NEW).status_code == 400


def test_a_guest_is_not_signed_out_by_mistake(visitor: App) -> None:
    assert visitor.ask("get", f"{APP}auth/session").status_code == 401
    assert visitor.ask("delete", f"{APP}auth/session").status_code == 401
    assert visitor.me()["is_guest"] is True


# A guest who has an account


def test_a_guest_who_logs_in_brings_the_answers_along(visitor: App, account: User) -> None:
    own = ask_and_answer(account.id, CONV).attempt
    theirs = [ask_and_answer(learner(visitor), CONV).attempt for _ in range(3)]
    app = App(token(log_in(visitor)))
    assert learner(app) == account.id
    assert User.objects.get() == account
    assert set(Attempt.objects.filter(learner=account).values_list("id", flat=True)) == {
        attempt.id for attempt in [own, *theirs]
    }
    assert Device.objects.get().name == "phone"
    problem(visitor.ask("get", "me/"), 410, "account-deleted")
    problem(log_in(visitor), 410, "account-deleted")


def test_an_interrupted_merge_loses_nothing_and_is_completed_by_the_next_try(visitor: App, account: User) -> None:
    attempts = {ask_and_answer(learner(visitor), CONV).attempt.id for _ in range(2)}
    visitor.raise_request_exception = False

    def fail(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('DELETE FROM "quizzes_user"'):
            raise OperationalError("the disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        problem(log_in(visitor), 503, "unavailable")
    assert visitor.me()["is_guest"] is True
    App(token(log_in(visitor)))
    assert User.objects.get() == account
    assert set(Attempt.objects.values_list("id", flat=True)) == attempts


# The second factor


def test_answers_come_along_and_the_token_is_given_only_after_the_second_factor(
    visitor: App, account: User, secret: str
) -> None:
    ask_and_answer(learner(visitor), CONV)
    first = log_in(visitor)
    assert first.status_code == 401
    pending = next(flow for flow in first.json()["data"]["flows"] if "is_pending" in flow)
    assert (pending["id"], {*pending["types"]}) == ("mfa_authenticate", {"totp", "recovery_codes"})
    meta = first.json()["meta"]
    assert meta.keys() == {"is_authenticated", "session_token"}
    assert not Device.objects.filter(user=account).exists()
    session = meta["session_token"]
    refused(send(visitor, "auth/2fa/authenticate", session, code="000000"), "incorrect_code", "code")
    assert Attempt.objects.get().learner_id == learner(visitor)
    app = App(token(send(visitor, "auth/2fa/authenticate", session, code=code(secret), device_name="my phone")))
    assert learner(app) == account.id
    assert Attempt.objects.get().learner == account
    assert [device["name"] for device in app.ask("get", "me/devices/").json()] == ["my phone"]
    assert not Session.objects.exists()


def test_a_recovery_code_works_once(stranger: App, account: User, secret: str) -> None:
    spare = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    for works in (True, False):
        session = log_in(stranger).json()["meta"]["session_token"]
        answer = send(stranger, "auth/2fa/authenticate", session, code=spare)
        if works:
            assert learner(App(token(answer))) == account.id
        else:
            refused(answer, "incorrect_code", "code")


def test_the_second_step_needs_the_first(stranger: App, secret: str) -> None:
    assert send(stranger, "auth/2fa/authenticate", code=code(secret)).status_code == 401
    assert send(stranger, "auth/2fa/authenticate", "x" * 32, code=code(secret)).status_code == 410
    for broken in ("\x00", "x", "日本"):
        header = broken.encode().decode("latin-1")
        assert send(stranger, "auth/2fa/authenticate", header, code=code(secret)).status_code == 410


def test_a_sign_in_under_way_ends_soon_and_opens_nothing(stranger: App, account: User, secret: str) -> None:
    session = log_in(stranger).json()["meta"]["session_token"]
    row = Session.objects.get()
    assert row.learner_id is None
    assert row.expire_date < timezone.now() + timedelta(minutes=16)
    browser = Client()
    browser.cookies["sessionid"] = session
    problem(browser.get("/api/v1/me/"), 401, "not-authenticated")


def test_a_browsers_session_is_no_session_of_an_app(account: User) -> None:
    browser = Client()
    browser.force_login(account)
    session = browser.cookies["sessionid"].value
    answer = App().ask("get", f"{APP}auth/session", HTTP_X_SESSION_TOKEN=session)
    assert answer.status_code == 410
    assert browser.get("/api/v1/me/").status_code == 200


def test_a_reset_password_does_not_get_around_the_second_factor(stranger: App, account: User, secret: str) -> None:
    answer = send(stranger, "auth/password/reset", key=reset_key(stranger), password=NEW)
    assert answer.status_code == 401
    session = answer.json()["meta"]["session_token"]
    assert not Device.objects.exists()
    assert learner(App(token(send(stranger, "auth/2fa/authenticate", session, code=code(secret))))) == account.id


# Passwords: whichever way one changes, all that came in by the old one is out


def by_form(account: User, old: App) -> None:
    browser = Client()
    browser.force_login(account)
    values = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert browser.post("/accounts/password/change/", values).status_code == 302


def by_the_link_in_the_mail(account: User, old: App) -> None:
    browser = Client()
    browser.post("/accounts/password/reset/", {"email": ADDRESS})
    page: Any = browser.get(f"/accounts/password/reset/key/{key(r'/reset/key/([^/]+)/')}/", follow=True)
    form = page.redirect_chain[-1][0]
    assert browser.post(form, {"password1": NEW, "password2": NEW}).status_code == 302


def by_an_app_with_the_key_in_the_mail(account: User, old: App) -> None:
    app = App()
    answer = send(app, "auth/password/reset", key=reset_key(app), password=NEW, device_name="new phone")
    assert learner(App(token(answer))) == account.id
    assert Device.objects.get(user=account).name == "new phone"


def by_an_app(account: User, old: App) -> None:
    wrong = send(old, "account/password/change", current_password="wrong password", new_password=NEW)
    refused(wrong, "enter_current_password", "current_password")
    assert old.me()
    answer = send(old, "account/password/change", current_password=PASSWORD, new_password=NEW)
    assert answer.status_code == 200
    assert answer.json()["meta"] == {"is_authenticated": True}


@pytest.mark.parametrize("change", [by_form, by_the_link_in_the_mail, by_an_app_with_the_key_in_the_mail, by_an_app])
def test_a_changed_password_ends_every_token_and_session(account: User, change: Callable[[User, App], None]) -> None:
    apps, browser = [app_of(account), app_of(account, "tablet")], Client()
    browser.force_login(account)
    bystander = guest()
    assert browser.get("/api/v1/me/").status_code == 200
    change(account, apps[0])
    for app in apps:
        problem(app.ask("get", "me/"), 401, "authentication-failed")
    problem(browser.get("/api/v1/me/"), 401, "not-authenticated")
    assert bystander.me()
    assert [sent.subject for sent in mail.outbox][-1] == "Your password was changed"
    refused(log_in(App()), "email_password_mismatch", "password")
    assert learner(App(token(log_in(App(), password=NEW)))) == account.id


def test_a_guest_who_resets_the_password_brings_the_answers_along(visitor: App, account: User) -> None:
    ask_and_answer(learner(visitor), CONV)
    answer = send(visitor, "auth/password/reset", key=reset_key(visitor), password=NEW)
    assert learner(App(token(answer))) == account.id
    assert Attempt.objects.get().learner == account


def test_asking_for_a_link_tells_nobody_who_has_an_account(stranger: App, account: User) -> None:
    answers = {
        send(stranger, "auth/password/request", email=email).content for email in (ADDRESS, "nobody@example.org")
    }
    assert len(answers) == 1


def test_a_guest_has_no_password_to_change(visitor: App) -> None:
    answer = send(visitor, "account/password/change", new_password=NEW)
    assert answer.status_code == 401
    assert visitor.me()["is_guest"] is True
    assert not User.objects.get().has_usable_password()


# Limits, and what cannot be read


def test_who_tries_too_often_waits(stranger: App, account: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    for _ in range(2):
        refused(log_in(stranger, password="wrong password"), "email_password_mismatch", "password")
    answer = log_in(stranger)
    assert (answer.status_code, answer.json()["status"], answer["Retry-After"]) == (429, 429, "60")


def test_guessing_the_password_of_one_account_ends_after_five_tries(account: User) -> None:
    for _ in range(5):
        refused(log_in(App(), password="wrong password"), "email_password_mismatch", "password")
    refused(log_in(App()), "too_many_login_attempts")


def test_guessing_the_second_factor_ends_as_well(stranger: App, account: User, secret: str) -> None:
    session = log_in(stranger).json()["meta"]["session_token"]
    answers = [send(stranger, "auth/2fa/authenticate", session, code=f"00000{number}") for number in range(12)]
    assert answers[-1].status_code in (400, 401, 429)
    assert send(stranger, "auth/2fa/authenticate", session, code=code(secret)).status_code != 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("[" * 5000, "parse-error"),
        ("{", "parse-error"),
        ('{"email": "\\ud800", "password": "x"}', "parse-error"),
        ('{"email": "a", "password": 12345678}', "invalid"),
        ('{"email": ["a"], "password": "x"}', "invalid"),
        ('{"email": "a", "password": "x", "device_name": 5}', "invalid"),
        ("[]", "invalid"),
        ('"text"', "invalid"),
        ("null", "invalid"),
    ],
)
@pytest.mark.parametrize("path", ["auth/login", "auth/signup", "auth/password/reset", "auth/email/verify"])
def test_a_body_is_an_object_of_texts(stranger: App, path: str, body: str, code: str) -> None:
    problem(stranger.generic("POST", f"{APP}{path}", body, "application/json"), 400, code)


def test_the_name_of_a_device_is_not_too_long(stranger: App, account: User) -> None:
    document = problem(log_in(stranger, device_name="x" * 101), 400, "invalid")
    assert [error["field"] for error in document["errors"]] == ["device_name"]
    assert not Device.objects.exists()


def test_bodies_are_json_and_not_too_large(stranger: App) -> None:
    problem(stranger.generic("POST", f"{APP}auth/login", "a=b", "text/plain"), 415, "unsupported-media-type")
    problem(stranger.generic("POST", f"{APP}auth/login", " " * 300_000, "application/json"), 413, "too-large")


def test_a_token_that_is_not_good_is_told_and_not_passed_over(stranger: App, account: User) -> None:
    """Otherwise a guest would lose its answers without a word."""
    answer = log_in(App("0" * 64))
    problem(answer, 401, "authentication-failed")
    assert answer["WWW-Authenticate"] == "Token"
    problem(stranger.ask("post", f"{APP}auth/login", {}, HTTP_AUTHORIZATION="Token"), 401, "authentication-failed")


def test_only_the_addresses_we_use_are_there(account: User) -> None:
    app = app_of(account)
    for path in (
        "app/v1/account/email",
        "app/v1/account/phone",
        "app/v1/account/authenticators/totp",
        "app/v1/auth/code/request",
        "app/v1/auth/webauthn/login",
        "app/v1/tokens/refresh",
        "browser/v1/auth/login",
        "openapi.json",
    ):
        problem(app.ask("get", f"/_allauth/{path}"), 404, "not-found")


def test_no_answer_may_be_stored(stranger: App, account: User) -> None:
    for answer in (log_in(stranger), stranger.ask("get", f"{APP}config"), log_in(App("0" * 64))):
        assert "no-store" in answer["Cache-Control"]
