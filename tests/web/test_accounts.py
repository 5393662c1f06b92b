"""Signing up, in and out, passwords, addresses and the second factor, as a browser meets them."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.apps import apps
from django.core import mail
from django.core.cache.backends.filebased import FileBasedCache
from django.db import OperationalError, connection
from django.test import Client
from django.utils.module_loading import import_string
from pytest_django import DjangoAssertNumQueries

from quizzes import study
from quizzes.models import Attempt, Device, Session, User
from quizzes.web.visitors import COOKIE
from studysite.settings import CACHES
from tests.quizzes.answers import ask_and_answer

CONV = "conv-output-size"
ADDRESS = "someone@example.org"
PASSWORD = "correct horse battery"
NEW = "staple battery horse"

pytestmark = pytest.mark.usefixtures("bank")


class Browser(Client):
    """A test client that is held to the CSRF rules, and sees pages as text."""

    def __init__(self, language: str = "en") -> None:
        super().__init__(enforce_csrf_checks=True, headers={"accept-language": language})
        self.answer: Any = None

    def show(self, path: str) -> str:
        self.answer = self.get(path, follow=True)
        return unescape(self.answer.content.decode())

    def send(self, path: str, **values: str) -> str:
        if "csrftoken" not in self.cookies:
            self.show(path)
        values["csrfmiddlewaretoken"] = self.cookies["csrftoken"].value
        self.answer = self.post(path, values, follow=True)
        return unescape(self.answer.content.decode())

    def sign_up(self, email: str = ADDRESS, password: str = PASSWORD) -> str:
        self.show("/accounts/signup/")
        return self.send("/accounts/signup/", email=email, password1=password, password2=password)

    def log_in(self, email: str = ADDRESS, password: str = PASSWORD) -> str:
        return self.send("/accounts/login/", login=email, password=password)

    def learner(self) -> User | None:
        """Who is signed in here: a guest, an account, nobody."""
        self.get("/accounts/")  # a session that does not hold any more ends here
        key = self.session.get("_auth_user_id")
        return User.objects.get(id=key) if key else None


@pytest.fixture
def stranger() -> Browser:
    return Browser()


@pytest.fixture
def visitor(learner: User) -> Browser:
    """The browser of a guest."""
    browser = Browser()
    browser.force_login(learner, backend="django.contrib.auth.backends.ModelBackend")
    return browser


@pytest.fixture
def account(bank: None) -> User:
    """An account with a confirmed address."""
    user = User.objects.create_user(ADDRESS, PASSWORD)
    EmailAddress.objects.create(user=user, email=ADDRESS, primary=True, verified=True)
    return user


@pytest.fixture
def owner(account: User) -> Browser:
    """The browser in which the account is logged in."""
    browser = Browser()
    browser.log_in()
    return browser


@pytest.fixture
def secret(account: User) -> str:
    """The account has switched on its second factor; this is the key in the app."""
    key = str(generate_totp_secret())
    TOTP.activate(account, key)
    RecoveryCodes.activate(account)
    return key


def code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def link() -> str:
    """The path of the first link in the last mail."""
    found = re.search(r"http://testserver(/accounts/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return str(found[1])


def addresses(user: User) -> list[tuple[str, bool, bool]]:
    rows = EmailAddress.objects.filter(user=user).order_by("email")
    return [(row.email, row.primary, row.verified) for row in rows]


# Signing up


def test_a_stranger_signs_up_and_learns_on_at_once(stranger: Browser) -> None:
    page = stranger.sign_up("Someone@Example.org")
    assert "Your account is ready." in page
    user = User.objects.get()
    assert (user.email, user.is_guest, stranger.learner()) == (ADDRESS, False, user)
    assert addresses(user) == [(ADDRESS, True, False)]
    assert [(sent.to, sent.subject) for sent in mail.outbox] == [
        ([ADDRESS], "Welcome to CNN study: please confirm your address")
    ]
    assert "is confirmed" in stranger.send(link())
    assert addresses(user) == [(ADDRESS, True, True)]


def test_a_guest_who_signs_up_stays_the_same_learner(visitor: Browser, learner: User) -> None:
    attempts = [ask_and_answer(learner.id, CONV).attempt.id for _ in range(2)]
    assert "Your 2 answers will be kept." in visitor.show("/accounts/signup/")
    before = visitor.session.session_key
    page = visitor.sign_up()
    assert "2 answers were kept." in page
    user = User.objects.get()
    assert (user.id, user.email, visitor.learner()) == (learner.id, ADDRESS, user)
    assert set(Attempt.objects.values_list("id", flat=True)) == {*attempts}
    assert visitor.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_the_question_that_a_stranger_has_open_can_be_answered_after_signing_up(stranger: Browser) -> None:
    stranger.show("/")
    page = str(stranger.answer.content.decode())
    token = re.search(r'name="variant" value="([^"]+)"', page)
    assert token is not None
    stranger.sign_up()
    user = stranger.learner()
    assert user is not None
    assert study.reopen(user.id, token[1])
    assert COOKIE not in stranger.cookies or not stranger.cookies[COOKIE].value


def test_a_sign_up_form_sent_twice_makes_one_account(stranger: Browser) -> None:
    stranger.show("/accounts/signup/")
    twin = Browser()
    twin.cookies.load({name: cookie.value for name, cookie in stranger.cookies.items()})  # before any answer came
    for browser in (stranger, twin):
        browser.send("/accounts/signup/", email=ADDRESS, password1=PASSWORD, password2=PASSWORD)
    assert User.objects.get() == stranger.learner() == twin.learner()
    assert EmailAddress.objects.count() == 1


@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_nobody_can_tell_a_taken_address_from_a_free_one(account: User, confirmed: bool, language: str) -> None:
    EmailAddress.objects.update(verified=confirmed)
    seen = []
    for email in (ADDRESS, "somebody@example.org"):
        browser = Browser(language)
        pages = [browser.sign_up(email)]
        chain = browser.answer.redirect_chain
        pages += [browser.show(f"/accounts/{path}") for path in ("", "email/", "password/change/", "login/", "signup/")]
        pages.append(browser.send("/accounts/email/", email=email, action_send="1"))
        seen.append((chain, [re.sub(r'value="\w{64}"|som\w+@', "", page) for page in pages]))
        assert browser.learner() != account
    assert seen[0] == seen[1]
    account.refresh_from_db()
    assert (account.email, account.check_password(PASSWORD)) == (ADDRESS, True)


def test_two_accounts_of_one_address_are_joined_by_its_owner(visitor: Browser, learner: User, account: User) -> None:
    ask_and_answer(account.id, CONV)
    ask_and_answer(learner.id, CONV)
    visitor.sign_up(password=NEW)
    assert visitor.learner() == learner
    assert mail.outbox[-1].subject == "You have an account already"
    assert "You have two accounts" in visitor.show(link())
    assert "Log in" in visitor.send(link())
    assert visitor.learner() is None
    assert "1 answer was kept." in visitor.log_in()
    assert visitor.learner() == User.objects.get() == account
    assert Attempt.objects.filter(learner=account).count() == 2


def test_nobody_joins_an_account_that_is_not_theirs(visitor: Browser, learner: User, account: User) -> None:
    other = User.objects.create_user("other@example.org", PASSWORD)
    EmailAddress.objects.create(user=other, email="other@example.org", primary=True, verified=True)
    visitor.sign_up(password=NEW)
    visitor.send(link())
    visitor.log_in("other@example.org")
    assert visitor.learner() == other
    assert User.objects.filter(id=learner.id).exists()


def test_who_confirms_an_address_has_it(account: User) -> None:
    """Somebody has signed up with an address that is not theirs; they could not confirm it."""
    EmailAddress.objects.update(verified=False)
    browser = Browser()
    browser.sign_up(password=NEW)
    browser.send(link())
    user = browser.learner()
    account.refresh_from_db()
    assert user is not None
    assert (user.email, account.email) == (ADDRESS, None)
    assert "do not belong together" in Browser().log_in()
    other = Browser()
    other.log_in(password=NEW)
    assert other.learner() == user


@pytest.mark.parametrize("password", ["short", "1234567890123", "password"])
def test_weak_passwords_are_refused_and_the_address_stays_typed(stranger: Browser, password: str) -> None:
    page = stranger.sign_up(password=password)
    assert f'value="{ADDRESS}"' in page
    assert 'aria-describedby="id_password1_helptext id_password1_error"' in page
    assert 'class="error" id="id_password1_error" role="alert"' in page
    assert not User.objects.exists()


def test_learning_goes_on_while_the_mail_server_is_down(stranger: Browser, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    page = stranger.sign_up()
    assert "The mail could not be sent." in page
    assert stranger.learner() == User.objects.get()


# Logging in and out


def test_logging_in_and_out(stranger: Browser, account: User) -> None:
    assert "You are logged in." in stranger.log_in("SOMEONE@example.org")
    assert stranger.learner() == account
    assert stranger.answer.redirect_chain == [("/", 302)]
    assert "Log out" in stranger.show("/accounts/logout/")
    assert stranger.learner() == account
    assert "You are logged out." in stranger.send("/accounts/logout/")
    assert stranger.learner() is None


def test_a_guest_is_not_logged_out_by_mistake(visitor: Browser, learner: User) -> None:
    visitor.send("/accounts/logout/")
    assert visitor.learner() == learner


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(stranger: Browser, account: User) -> None:
    known, unknown = (
        re.sub(r'value="\w{64}"', "", stranger.log_in(email, "wrong password")).replace(email, "…")
        for email in (ADDRESS, "nobody@example.org")
    )
    assert known == unknown
    assert 'role="alert"' in known
    assert stranger.learner() is None


@pytest.mark.parametrize(
    ("wanted", "landing"), [("/settings/", "/settings/"), ("https://evil.example/", "/"), ("//evil.example", "/")]
)
def test_who_logs_in_goes_on_to_our_pages_only(stranger: Browser, account: User, wanted: str, landing: str) -> None:
    stranger.send("/accounts/login/", login=ADDRESS, password=PASSWORD, next=wanted)
    assert stranger.answer.redirect_chain[-1][0] == landing


def test_a_closed_account_cannot_be_used(stranger: Browser, account: User) -> None:
    User.objects.update(is_active=False)
    assert "This account is closed" in stranger.log_in()
    assert stranger.learner() is None


# A guest who has an account


def test_a_guest_who_logs_in_brings_the_answers_along(visitor: Browser, learner: User, account: User) -> None:
    own = ask_and_answer(account.id, CONV).attempt
    theirs = [ask_and_answer(learner.id, CONV).attempt for _ in range(3)]
    assert "The 3 answers that you gave here will be added" in visitor.show("/accounts/login/")
    before = visitor.session.session_key
    assert "You are logged in. 3 answers were kept." in visitor.log_in()
    assert visitor.learner() == User.objects.get() == account
    assert set(Attempt.objects.filter(learner=account).values_list("id", flat=True)) == {
        attempt.id for attempt in [own, *theirs]
    }
    assert visitor.session.session_key != before
    visitor.send("/accounts/logout/")
    assert "kept" not in visitor.log_in()


def test_a_wrong_password_leaves_the_guest_alone(visitor: Browser, learner: User, account: User) -> None:
    ask_and_answer(learner.id, CONV)
    visitor.log_in(password="wrong password")
    assert visitor.learner() == learner
    assert Attempt.objects.get().learner == learner


def test_an_interrupted_merge_loses_nothing_and_is_completed_by_the_next_try(
    visitor: Browser, learner: User, account: User
) -> None:
    attempts = {ask_and_answer(learner.id, CONV).attempt.id for _ in range(2)}
    visitor.raise_request_exception = False

    def fail(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('DELETE FROM "quizzes_user"'):
            raise OperationalError("the disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        assert "Back in a moment" in visitor.log_in()
    assert visitor.answer.status_code == 503
    assert visitor.learner() == learner
    assert set(Attempt.objects.filter(learner=learner).values_list("id", flat=True)) == attempts
    visitor.log_in()
    assert visitor.learner() == User.objects.get() == account
    assert set(Attempt.objects.values_list("id", flat=True)) == attempts
    assert Attempt.objects.count() == 2


def test_answers_come_along_only_after_the_second_factor(
    visitor: Browser, learner: User, account: User, secret: str
) -> None:
    ask_and_answer(learner.id, CONV)
    assert "Second step" in visitor.log_in()
    assert visitor.learner() == learner
    assert "Second step" in visitor.show("/accounts/login/")
    wrong = visitor.send("/accounts/2fa/authenticate/", code="000000")
    assert "This is not the right code." in wrong
    assert Attempt.objects.get().learner == learner
    assert "1 answer was kept." in visitor.send("/accounts/2fa/authenticate/", code=code(secret))
    assert visitor.learner() == User.objects.get() == account
    assert Attempt.objects.get().learner == account


def test_the_second_step_can_be_left(visitor: Browser, learner: User, account: User, secret: str) -> None:
    visitor.log_in()
    visitor.send("/accounts/logout/", next="/accounts/login/")
    assert "Forgot the password?" in visitor.show("/accounts/login/")
    assert visitor.learner() == learner


# Passwords


def test_a_forgotten_password_is_replaced_by_mail(visitor: Browser, learner: User, account: User) -> None:
    ask_and_answer(learner.id, CONV)
    other = Browser()
    other.log_in()
    Device.objects.create(user=account, name="phone")
    assert "Look into your mailbox" in visitor.send("/accounts/password/reset/", email=ADDRESS)
    path = link()
    assert "Choose a new password" in visitor.show(path)
    form = visitor.answer.redirect_chain[-1][0]
    assert "1 answer was kept." in visitor.send(form, password1=NEW, password2=NEW)
    assert visitor.learner() == account
    assert other.learner() is None
    assert not Device.objects.filter(user=account).exists()
    assert mail.outbox[-1].subject == "Your password was changed"
    assert "This link does not work any more" in Browser().show(path)
    assert "do not belong together" in Browser().log_in()


def test_a_reset_password_does_not_get_around_the_second_factor(stranger: Browser, account: User, secret: str) -> None:
    stranger.send("/accounts/password/reset/", email=ADDRESS)
    stranger.show(link())
    page = stranger.send(stranger.answer.redirect_chain[-1][0], password1=NEW, password2=NEW)
    assert "Second step" in page
    assert stranger.learner() is None


def test_asking_for_a_link_tells_nobody_who_has_an_account(stranger: Browser, account: User) -> None:
    pages = {
        re.sub(r'value="\w{64}"', "", stranger.send("/accounts/password/reset/", email=email))
        for email in (ADDRESS, "nobody@example.org")
    }
    assert len(pages) == 1
    assert [sent.subject for sent in mail.outbox] == [
        "Choose a new password",
        "There is no account with this address",
    ]


def test_a_changed_password_logs_out_everything_else(owner: Browser, account: User) -> None:
    other = Browser()
    other.log_in()
    Device.objects.create(user=account, name="phone")
    refused = owner.send("/accounts/password/change/", oldpassword="wrong", password1=NEW, password2=NEW)
    assert "This is not your password." in refused
    assert Device.objects.exists()
    page = owner.send("/accounts/password/change/", oldpassword=PASSWORD, password1=NEW, password2=NEW)
    assert "Your password is changed." in page
    assert owner.learner() == account
    assert other.learner() is None
    assert not Device.objects.exists()


# Addresses


def test_an_address_changes_when_the_new_one_is_confirmed(owner: Browser, account: User) -> None:
    assert "Is it you?" in owner.send("/accounts/email/", email="new@example.org", action_add="1")
    owner.send("/accounts/reauthenticate/", password=PASSWORD, next="/accounts/email/")
    assert addresses(account) == [("new@example.org", False, False), (ADDRESS, True, True)]
    account.refresh_from_db()
    assert account.email == ADDRESS
    assert mail.outbox[-1].to == ["new@example.org"]
    Browser().send(link())
    account.refresh_from_db()
    assert (account.email, addresses(account)) == ("new@example.org", [("new@example.org", True, True)])
    assert mail.outbox[-1].to == [ADDRESS]
    assert "Your account has a new address" in mail.outbox[-1].subject


def test_a_change_under_way_ends_with_the_password(owner: Browser, account: User) -> None:
    """Who got in by a stolen password keeps no back door."""
    EmailAddress.objects.create(user=account, email="thief@example.org")
    owner.send("/accounts/password/change/", oldpassword=PASSWORD, password1=NEW, password2=NEW)
    assert addresses(account) == [(ADDRESS, True, True)]


def test_a_mistyped_address_is_replaced_at_once(stranger: Browser) -> None:
    stranger.sign_up("somoene@example.org")
    stranger.send("/accounts/email/", email=ADDRESS, action_add="1")
    stranger.send("/accounts/reauthenticate/", password=PASSWORD, next="/accounts/email/")
    user = User.objects.get()
    assert (user.email, addresses(user)) == (ADDRESS, [(ADDRESS, True, False)])
    stranger.send(link())
    assert addresses(user) == [(ADDRESS, True, True)]


def test_a_taken_address_cannot_be_changed_to_nor_told(owner: Browser, account: User) -> None:
    User.objects.create_user("other@example.org", PASSWORD)
    EmailAddress.objects.create(
        user=User.objects.get(email="other@example.org"), email="other@example.org", primary=True, verified=True
    )
    owner.send("/accounts/email/", email="other@example.org", action_add="1")
    page = owner.send("/accounts/reauthenticate/", password=PASSWORD, next="/accounts/email/")
    assert "We have sent a mail to other@example.org" in page
    assert mail.outbox[-1].subject == "You have an account already"
    account.refresh_from_db()
    assert account.email == ADDRESS


# The second factor


@pytest.mark.django_db(transaction=True)  # mails go when it is certain
def test_the_second_factor_is_switched_on_and_off(owner: Browser, account: User) -> None:
    assert "Is it you?" in owner.show("/accounts/2fa/totp/activate/")
    page = owner.send("/accounts/reauthenticate/", password=PASSWORD, next="/accounts/2fa/totp/activate/")
    assert '<svg class="qr"' in page
    assert "data:image" not in page
    assert "style=" not in page
    key = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', page)
    assert key is not None
    page = owner.send("/accounts/2fa/totp/activate/", code=code(key[1].replace(" ", "")))
    codes = re.findall(r"<code>(\d{8})</code>", page)
    assert len(codes) == 10
    assert owner.get("/accounts/2fa/recovery-codes/download/").content.decode().split() == codes
    assert "10 recovery codes are left." in owner.show("/accounts/")
    lost = Browser()
    lost.log_in()
    lost.send("/accounts/2fa/authenticate/", code=codes[0])
    assert lost.learner() == account
    again = Browser()
    again.log_in()
    assert "This is not the right code." in again.send("/accounts/2fa/authenticate/", code=codes[0])
    owner.send("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert [sent.subject for sent in mail.outbox] == [
        "Two-factor authentication is on",
        "Two-factor authentication is off",
    ]


def test_what_concerns_safety_asks_for_the_password_again(owner: Browser, secret: str) -> None:
    for path in ("totp/deactivate/", "recovery-codes/", "recovery-codes/generate/", "recovery-codes/download/"):
        assert "Is it you?" in owner.show(f"/accounts/2fa/{path}")


# Mails


def test_mails_are_in_the_readers_language(account: User) -> None:
    Browser("ja").sign_up("somebody@example.org")
    assert mail.outbox[-1].subject == "CNN計算ドリル：メールアドレスの確認"
    assert not re.search(r"[A-Za-z]{4,}(?![\w.:/@-])", re.sub(r"http\S+", "", str(mail.outbox[-1].body)))
    User.objects.filter(id=account.id).update(language="ja")
    Browser("en").sign_up(ADDRESS)
    assert mail.outbox[-1].subject == "すでにアカウントがあります"


# Limits


def test_who_tries_too_often_waits(stranger: Browser, account: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    for _ in range(2):
        assert "do not belong together" in stranger.log_in(password="wrong password")
    page = stranger.log_in()
    assert (stranger.answer.status_code, stranger.answer["Retry-After"]) == (429, "60")
    assert "Too many tries" in page
    assert 'href="/accounts/login/"' in page
    stranger.show("/accounts/login/")
    assert stranger.answer.status_code == 200


def test_guessing_the_password_of_one_account_ends_after_five_tries(account: User) -> None:
    for _ in range(5):
        assert "do not belong together" in Browser().log_in(password="wrong password")
    assert "Too many tries. Wait a few minutes." in Browser().log_in()


def test_limits_are_counted_where_all_workers_see_them() -> None:
    if "CACHE_URL" in os.environ:
        pytest.skip("CACHE_URL says otherwise")
    assert issubclass(import_string(CACHES["default"]["BACKEND"]), FileBasedCache)


# Everything together


def test_a_deleted_account_leaves_nothing_in_any_table(owner: Browser, account: User, secret: str) -> None:
    ask_and_answer(account.id, CONV)
    EmailAddress.objects.create(user=account, email="new@example.org")
    study.delete_learner(account.id)
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.related_model is User or (model is User and field.primary_key):
                assert not model._default_manager.filter(**{field.name: account.id}).exists(), model
    assert not EmailAddress.objects.exists()
    assert not Authenticator.objects.exists()
    assert owner.learner() is None


def test_only_the_pages_we_use_are_there(owner: Browser) -> None:
    for path in (
        "login/code/",
        "password/set/",
        "confirm-email/",
        "2fa/webauthn/",
        "social/login/cancelled/",
        "phone/",
    ):
        owner.show(f"/accounts/{path}")
        assert owner.answer.status_code == 404, path


def test_a_guest_is_sent_to_the_login_page_by_pages_of_accounts(visitor: Browser) -> None:
    for path in ("email/", "password/change/", "2fa/totp/activate/", "2fa/recovery-codes/", "reauthenticate/"):
        assert "Forgot the password?" in visitor.show(f"/accounts/{path}")


def test_no_page_of_accounts_may_be_stored(owner: Browser, visitor: Browser) -> None:
    for browser in (owner, visitor, Browser()):
        for path in ("", "login/", "signup/", "email/", "password/change/", "password/reset/"):
            assert "no-store" in browser.get(f"/accounts/{path}")["Cache-Control"]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_is_in_one_language(language: str, account: User, learner: User, secret: str) -> None:
    visitor, owner = Browser(language), Browser(language)
    visitor.force_login(learner, backend="django.contrib.auth.backends.ModelBackend")
    ask_and_answer(learner.id, CONV)
    owner.log_in()
    pages = [owner.show("/accounts/2fa/authenticate/")]
    owner.send("/accounts/2fa/authenticate/", code=code(secret))
    for path in ("", "login/", "signup/", "password/reset/", "password/reset/done/", "inactive/", "confirm-email/x/"):
        pages.append(visitor.show(f"/accounts/{path}"))
    for path in ("reset/key/a-b/",):
        pages.append(visitor.show(f"/accounts/password/{path}"))
    for path in ("", "email/", "password/change/", "logout/", "reauthenticate/", "2fa/reauthenticate/"):
        pages.append(owner.show(f"/accounts/{path}"))
    pages.append(owner.send("/accounts/password/change/", oldpassword="x", password1="1", password2="2"))
    owner.send("/accounts/reauthenticate/", password=PASSWORD)
    for path in ("recovery-codes/", "recovery-codes/generate/", "totp/deactivate/"):
        pages.append(owner.show(f"/accounts/2fa/{path}"))
    pages.append(owner.send("/accounts/2fa/totp/deactivate/"))
    pages.append(owner.show("/accounts/2fa/totp/activate/"))
    for page in pages:
        assert f'<html lang="{language}"' in page
        check_language(page, language)


def check_language(page: str, language: str) -> None:
    """No Japanese in English, no English in Japanese, apart from names, addresses and the buttons that switch."""
    text = re.sub(r'<form id="language".*?</form>|<svg.*?</svg>|<code.*?</code>|<head>.*?</head>', "", page, flags=re.S)
    text = re.sub(r"<[^>]+>", " ", text)
    if language == "en":
        assert not re.search(r"[぀-ヿ一-鿿]", text), text
    else:
        words = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"\S+@\S+", "", text)))
        assert words <= {"CNN", "Cookie"}, words


# Queries

STRANGER, ACCOUNT = 0, 4


def test_pages_ask_the_database_little(
    stranger: Browser, owner: Browser, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(STRANGER):
        stranger.get("/accounts/login/")
    with django_assert_num_queries(STRANGER):
        stranger.get("/accounts/signup/")
    with django_assert_num_queries(ACCOUNT):
        owner.get("/accounts/")
