"""Nobody guesses a way in, nobody learns who has an account, and what a password let in goes with it."""

from __future__ import annotations

import getpass
import re
from collections.abc import Callable
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.contrib.auth.signals import user_logged_in
from django.core.management import call_command
from django.test import Client

from quizzes import study
from quizzes.models import Attempt, Device, QuestionTemplate, Session, User
from quizzes.web.accounts.adapter import AccountAdapter
from quizzes.web.visitors import COOKIE
from tests.quizzes.answers import ask_and_answer

ADDRESS = "someone@example.org"
PASSWORD = "correct horse battery"
NEW = "staple battery horse"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def make(email: str = ADDRESS, **others: Any) -> User:
    user = User.objects.create_user(email, PASSWORD, **others)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    return user


@pytest.fixture
def account(db: None) -> User:
    """An account with a confirmed address."""
    return make()


# Ways in


def by_page(email: str, password: str, **others: Any) -> Any:
    return Client().post("/accounts/login/", {"login": email, "password": password}, **others)


def by_admin(email: str, password: str, **others: Any) -> Any:
    """The door of the admin leads to that of the site, whatever is sent to it."""
    client = Client()
    there: Any = client.post("/admin/login/", {"username": email, "password": password}, **others)
    assert there.status_code == 302
    assert "_auth_user_id" not in client.session
    return client.post(there.url, {"login": email, "password": password}, **others)


def by_app(email: str, password: str, **others: Any) -> Any:
    body = {"email": email, "password": password}
    return Client().post("/_allauth/app/v1/auth/login", body, "application/json", **others)


DOORS = pytest.mark.parametrize("door", [by_page, by_admin, by_app])


def said(answer: Any) -> tuple[int, str]:
    """An answer without what differs each time, and without the address that was typed."""
    page = re.sub(r'(value|content)="\w{64}"', "", answer.content.decode())
    return answer.status_code, re.sub(r"[\w.]+@example\.org", "…", page)


def let_in(answer: Any) -> bool:
    return answer.status_code == 302 or b'"is_authenticated": true' in answer.content.replace(b'":true', b'": true')


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that is hashed from now on: that is what takes the time of a sign-in."""
    done: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(hasher: MD5PasswordHasher, password: str, salt: str) -> str:
        done.append(password)
        return encode(hasher, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return done


@DOORS
def test_a_known_account_takes_the_same_work_and_gets_the_same_answer(
    account: User, hashed: list[str], door: Callable[..., Any]
) -> None:
    make("closed@example.org", is_active=False)
    User.objects.create_user("author@example.org", PASSWORD, is_staff=True)  # without a row of allauth
    found = {}
    for email in (ADDRESS, "closed@example.org", "author@example.org", "nobody@example.org"):
        hashed.clear()
        answer = said(door(email, "wrong password"))
        found[email] = (answer, hashed.count("wrong password"), len(hashed))
    assert len(set(map(str, found.values()))) == 1, {email: one[1:] for email, one in found.items()}
    assert found[ADDRESS][1] >= 1


@DOORS
def test_guessing_at_one_account_ends_from_wherever_it_comes(account: User, door: Callable[..., Any]) -> None:
    """Known or not, the sixth try is not looked at: not even the right password is."""
    refusals = {}
    for email in (ADDRESS, "nobody@example.org"):
        before = {said(door(email, f"wrong {number}", REMOTE_ADDR=f"192.0.2.{number}")) for number in range(5)}
        after = door(email, PASSWORD, REMOTE_ADDR="198.51.100.1")
        assert not let_in(after)
        assert said(after) not in before
        refusals[email] = said(after)
    assert len(set(refusals.values())) == 1
    make("other@example.org")
    assert let_in(door("other@example.org", PASSWORD, REMOTE_ADDR="198.51.100.1"))  # nobody else is kept out


@DOORS
def test_guessing_from_one_address_ends_whoever_it_is_aimed_at(account: User, door: Callable[..., Any]) -> None:
    for number in range(10):
        door(f"nobody{number}@example.org", "wrong password", REMOTE_ADDR="192.0.2.9")
    assert not let_in(door(ADDRESS, PASSWORD, REMOTE_ADDR="192.0.2.9"))
    assert let_in(door(ADDRESS, PASSWORD, REMOTE_ADDR="192.0.2.10"))


def test_doors_count_together(account: User) -> None:
    for door in (by_page, by_app, by_admin, by_page, by_app):
        assert not let_in(door(ADDRESS, "wrong password"))
    assert not let_in(by_app(ADDRESS, PASSWORD, REMOTE_ADDR="198.51.100.1"))
    assert not let_in(by_page(ADDRESS, PASSWORD, REMOTE_ADDR="198.51.100.1"))


# Sessions


def keys(client: Client) -> tuple[str | None, str | None]:
    """What proves who somebody is: the session's key, and the CSRF token's."""
    return tuple(client.cookies[name].value if name in client.cookies else None for name in ("sessionid", "csrftoken"))  # type: ignore[return-value]


@pytest.mark.parametrize("planted", [False, True])
def test_who_logs_in_gets_new_keys(account: User, planted: bool) -> None:
    """Whoever knew them before, or had planted them, is left outside."""
    client = Client()
    client.get("/accounts/login/")
    if planted:
        session = client.session
        session["planted"] = True
        session.save()
        client.cookies["sessionid"] = str(session.session_key)
    before = keys(client)
    client.post("/accounts/login/", {"login": ADDRESS, "password": PASSWORD})
    after = keys(client)
    assert after[0]
    assert not set(before) & set(after)
    assert not Session.objects.filter(session_key=before[0]).exists()


def test_a_guest_who_signs_up_gets_a_new_session(learner: User) -> None:
    client = Client()
    client.force_login(learner, backend=BACKEND)
    client.get("/accounts/signup/")
    before = keys(client)
    new = {"email": ADDRESS, "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/accounts/signup/", new).status_code == 302
    assert client.session["_auth_user_id"] == str(learner.id)
    assert not set(before) & set(keys(client))
    assert not Session.objects.filter(session_key=before[0]).exists()


def test_a_session_cannot_be_chosen(account: User) -> None:
    client = Client()
    client.cookies["sessionid"] = "chosen0by0somebody0else000000000"
    client.post("/accounts/login/", {"login": ADDRESS, "password": PASSWORD})
    assert client.cookies["sessionid"].value != "chosen0by0somebody0else000000000"
    assert not Session.objects.filter(session_key__startswith="chosen").exists()


# What goes with a password


def bearer(token: str) -> dict[str, Any]:
    """The header that a device sends."""
    return {"HTTP_AUTHORIZATION": f"Token {token}"}


def by_command(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda prompt="": NEW)
    call_command("changepassword", user.email, stdout=StringIO())


def in_a_shell(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    user.set_password(NEW)
    user.save()


def in_one_column(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.filter(id=user.id).update(password=make_password(NEW))


def by_taking_it_away(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    user.set_unusable_password()
    user.save(update_fields=["password"])


@pytest.mark.parametrize("change", [by_command, in_a_shell, in_one_column, by_taking_it_away])
def test_what_the_old_password_let_in_is_out(
    account: User, monkeypatch: pytest.MonkeyPatch, change: Callable[..., None]
) -> None:
    (_phone, token), (_tablet, later) = study.add_device(account, "phone"), study.add_device(account, "tablet")
    client = Client()
    client.post("/accounts/login/", {"login": ADDRESS, "password": PASSWORD})
    phone, tablet = bearer(token), bearer(later)
    assert client.get("/accounts/password/change/").status_code == 200
    assert len(client.get("/api/v1/me/devices/").json()) == 2
    change(account, monkeypatch)
    assert client.get("/accounts/password/change/").status_code == 302
    assert Client().get("/api/v1/me/", **phone).status_code == 401
    assert Client().post("/api/v1/attempts/", {}, "application/json", **phone).status_code == 401
    assert Client().get("/_allauth/app/v1/auth/session", **phone).status_code == 401
    again = Client()
    again.force_login(User.objects.get(id=account.id), backend=BACKEND)
    assert again.get("/api/v1/me/devices/").json() == []  # nor is one listed that has not asked yet
    assert Client().get("/api/v1/me/", **tablet).status_code == 401


def test_a_password_that_is_only_hashed_anew_lets_the_same_in(account: User, settings: Any) -> None:
    token = bearer(study.add_device(account, "phone")[1])
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher", *settings.PASSWORD_HASHERS]
    assert not let_in(by_page(ADDRESS, "wrong password"))
    assert let_in(by_page(ADDRESS, PASSWORD))
    assert User.objects.get(id=account.id).password.startswith("scrypt$")
    assert Client().get("/api/v1/me/", **token).status_code == 200


def test_a_guests_device_goes_on_when_the_guest_signs_up_in_the_browser(learner: User) -> None:
    token = bearer(study.add_device(learner, "phone")[1])
    study.register(learner.id, ADDRESS, PASSWORD)
    assert Client().get("/api/v1/me/", **token).json()["is_guest"] is False


def test_to_check_takes_no_query_more(account: User, django_assert_num_queries: Any) -> None:
    token = bearer(study.add_device(account, "phone")[1])
    Client().get("/api/v1/me/", **token)
    with django_assert_num_queries(2):  # the device with its learner, and the address
        Client().get("/api/v1/me/", **token)


# An account that is deleted while somebody logs in


@pytest.mark.django_db(transaction=True)
@DOORS
@pytest.mark.parametrize("when", ["before", "after"])
def test_to_log_in_while_the_account_is_deleted_is_no_error(
    small: Callable[..., QuestionTemplate], monkeypatch: pytest.MonkeyPatch, door: Callable[..., Any], when: str
) -> None:
    """``before``: since the password was looked at; ``after``: until the session, or the device, is written."""
    account = make()

    def delete(*_arguments: Any, **_others: Any) -> None:
        study.delete_learner(account.id)

    if when == "before":
        monkeypatch.setattr(AccountAdapter, "pre_login", delete)
    else:
        user_logged_in.connect(delete)
    try:
        answer = door(ADDRESS, PASSWORD)
    finally:
        user_logged_in.disconnect(delete)
    assert answer.status_code in ((400, 410) if door is by_app else (302,))
    if door is not by_app:
        assert answer.url in ("/accounts/login/", "/", "/admin/login/")
    assert not User.objects.exists()
    assert not Device.objects.exists()
    assert not Session.objects.exclude(learner=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_guest_keeps_its_answers_when_the_account_it_logs_in_to_goes(
    small: Callable[..., QuestionTemplate], monkeypatch: pytest.MonkeyPatch
) -> None:
    small()
    account, visitor = make(), study.create_guest("phone")[0].user
    ask_and_answer(visitor.id, "sum")
    client = Client()
    client.force_login(visitor, backend=BACKEND)
    monkeypatch.setattr(AccountAdapter, "pre_login", lambda *_, **__: study.delete_learner(account.id))
    answer = client.post("/accounts/login/", {"login": ADDRESS, "password": PASSWORD}, follow=True)
    assert "do not belong together" in answer.content.decode()
    assert client.session["_auth_user_id"] == str(visitor.id)
    assert Attempt.objects.get().learner_id == visitor.id


# Strangers


def variant_of(asked: Any) -> str:
    """The token in the address that a practice leads to."""
    return str(parse_qs(urlsplit(asked.url).query)["variant"][0])


@pytest.mark.parametrize("kind", ["question", "flashcard"])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_strangers_of_one_address_begin_only_so_often(
    small: Callable[..., QuestionTemplate], settings: Any, kind: str, language: str
) -> None:
    small("one", kind=kind)
    settings.API_LIMITS = {"guests": (2, 3600)}

    def begin(address: str, **others: str) -> tuple[Client, Any]:
        client = Client(REMOTE_ADDR=address, headers={"accept-language": language})
        asked = client.get("/cards/" if kind == "flashcard" else "/practice/")
        sent = {"variant": variant_of(asked), "s": "1234567", "rating": "good", **others}
        return client, client.post("/question/", sent)

    assert begin("192.0.2.1")[1].status_code == 302
    body = {"device_name": "x"}
    made = Client(REMOTE_ADDR="192.0.2.1").post("/api/v1/guests/", body, "application/json")
    assert made.status_code == 201  # counted together
    client, refused = begin("192.0.2.1")
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= 3600
    assert len(refused.context["messages"]) == 1
    assert kind == "flashcard" or 'value="1234567"' in refused.content.decode()  # nothing typed is lost
    assert client.cookies[COOKIE].value  # nor who was asked
    assert User.objects.count() == 2
    assert begin("192.0.2.2")[1].status_code == 302
    if kind == "question":
        assert begin("192.0.2.1", action="hint")[1].status_code == 200  # which makes nobody a guest


def test_who_has_begun_is_not_counted_as_a_stranger(
    small: Callable[..., QuestionTemplate], settings: Any, learner: User
) -> None:
    small()
    settings.API_LIMITS = {"guests": (0, 3600)}
    client = Client()
    client.force_login(learner, backend=BACKEND)
    answer: Any = client.post("/question/", {"variant": variant_of(client.get("/practice/")), "s": "1"})
    assert answer.status_code == 302
    assert answer.url.startswith("/attempts/")
