"""What browsers are told with every kind of answer, and with every cookie."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from http.cookies import Morsel
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client

from quizzes import study
from quizzes.models import QuestionTemplate, User
from tests.api.addresses import lines

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
OF_VIEWS = ALWAYS | {"X-Frame-Options": "DENY"}
DRAWN_WITH_STYLES = {"/api/docs/"}  # Swagger UI, which needs inline styles and pictures of its own
SITE = Path(__file__).parents[2] / "studysite" / "settings.py"


@pytest.fixture
def secure(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The site as it is with ``HTTPS=on``."""
    monkeypatch.setenv("HTTPS", "on")
    found = importlib.util.spec_from_file_location("studysite.settings_with_https", SITE)
    assert found is not None
    assert found.loader is not None
    site = importlib.util.module_from_spec(found)
    found.loader.exec_module(site)
    for name, value in vars(site).items():
        if name.startswith("SECURE_") or name.endswith("_COOKIE_SECURE") or name == "HTTPS":
            setattr(settings, name, value)


@pytest.fixture
def learner_of_a_site(small: Callable[..., QuestionTemplate], learner: User) -> User:
    """A guest where there is something to ask."""
    small()
    return learner


def browser(user: User | None = None, **others: Any) -> Client:
    client = Client(raise_request_exception=False, **others)
    if user:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def kinds(user: User, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """An answer of every kind."""
    client, stranger = browser(user), browser()
    token: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Token {study.add_device(user, 'phone')[1]}"}
    root = browser(User.objects.create_superuser("root@example.org", "correct horse battery"))
    found = {
        "page": client.get("/"),
        "question": client.get("/practice/", follow=True),
        "redirect": client.get("/practice/"),
        "login": stranger.get("/accounts/login/"),
        "not found": stranger.get("/nothing/"),
        "not there": stranger.get("/attempts/01980c5e-8d10-7a55-b1f0-5c2f0e9a7b21/"),
        "no method": stranger.get("/language/"),
        "forged form": browser(user, enforce_csrf_checks=True).post("/settings/"),
        "another host": stranger.get("/", HTTP_HOST="evil.example"),
        "export": client.get("/progress/export.json"),
        "admin": root.get("/admin/"),
        "admin's door": stranger.get("/admin/"),
        "admin, not found": root.get("/admin/nothing/"),
        "api": client.get("/api/v1/me/", **token),
        "api, refused": stranger.get("/api/v1/me/"),
        "api, not found": stranger.get("/api/nothing/"),
        "api, export": client.get("/api/v1/me/export/", **token),
        "api, another host": stranger.get("/api/v1/me/", HTTP_HOST="evil.example"),
        "document": stranger.get("/api/schema/"),
        "apps": stranger.get("/_allauth/app/v1/config"),
        "apps, refused": stranger.post("/_allauth/app/v1/auth/login", "{}", "application/json"),
        "probe": stranger.get("/healthz"),
        "ready": stranger.get("/readyz"),
    }

    def broken(*_arguments: Any, **_others: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(study, "next_question", broken)
    found["bug"] = client.get("/practice/")
    assert found["bug"].status_code == 500
    return found


@pytest.mark.django_db
def test_every_kind_of_answer_tells_browsers_what_not_to_do(
    learner_of_a_site: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind, answer in kinds(learner_of_a_site, monkeypatch).items():
        assert {name: answer.get(name) for name in OF_VIEWS} == OF_VIEWS, kind
        policy = answer["Content-Security-Policy"]
        rules = (
            "default-src 'none'",
            "script-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        )
        assert [rule for rule in rules if rule not in policy] == [], kind
        for loose in ("unsafe", "*", "http:", "https:", "data:"):
            assert loose not in policy, kind
        assert "Server" not in answer
        assert "X-Powered-By" not in answer


@pytest.mark.django_db
def test_only_the_page_of_the_document_has_a_policy_of_its_own() -> None:
    policy = Client().get("/api/docs/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert not re.search(r"script-src[^;]*unsafe", policy)


@pytest.mark.django_db
def test_static_files_are_not_guessed_at_either() -> None:
    path = staticfiles_storage.url("quizzes/site.css")
    answer: Any = Client().get(path)
    answer.close()
    assert answer.status_code == 200
    assert {name: answer.get(name) for name in ALWAYS} == ALWAYS
    assert not answer.cookies
    assert "Set-Cookie" not in answer


@pytest.mark.django_db
@pytest.mark.usefixtures("secure")
def test_with_https_browsers_are_told_to_keep_to_it() -> None:
    there = Client().get("/accounts/login/")
    assert (there.status_code, there.url) == (301, "https://testserver/accounts/login/")  # type: ignore[attr-defined]
    answer = Client().get("/accounts/login/", secure=True)
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


# Cookies


def cookies_of_a_stay(secure: bool) -> dict[str, Morsel[str]]:
    """Every cookie that a browser is given, by a stranger who studies, chooses, logs in, and is told something."""
    found: dict[str, Morsel[str]] = {}
    client = Client()

    def note(answer: Any) -> Any:
        found.update({name: cookie for name, cookie in answer.cookies.items() if cookie.value})
        return answer

    def get(path: str) -> Any:
        return note(client.get(path, secure=secure))

    def post(path: str, values: dict[str, str]) -> Any:
        return note(client.post(path, values, secure=secure))

    asked = get("/practice/").url
    get(asked)
    variant = parse_qs(urlsplit(asked).query)["variant"][0]
    post("/question/", {"variant": variant, "action": "give-up"})
    post("/language/", {"language": "ja"})
    shown = get("/settings/").context["shown"]
    post("/settings/", {name: str(shown[name].value() or "") for name in shown.fields} | {"theme": "dark"})
    post("/settings/", {"theme": "dark", "grades": "colours"})
    get("/cards/")  # there are none, which is said on the next page
    User.objects.create_user("someone@example.org", "correct horse battery")
    post("/accounts/login/", {"login": "someone@example.org", "password": "correct horse battery"})
    return found


@pytest.mark.parametrize("https", [False, True])
def test_no_cookie_is_for_scripts_or_other_sites(
    small: Callable[..., QuestionTemplate], request: pytest.FixtureRequest, https: bool
) -> None:
    small()
    if https:
        request.getfixturevalue("secure")
    found = cookies_of_a_stay(https)
    assert found.keys() >= {"sessionid", "csrftoken", "visitor", "django_language"}
    for name, cookie in found.items():
        assert cookie["httponly"] is True, name
        assert cookie["samesite"] == "Lax", name
        assert bool(cookie["secure"]) is https, name
        assert not cookie["domain"], name


@pytest.mark.django_db
def test_who_asks_with_a_token_is_given_no_cookie(learner: User) -> None:
    token: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Token {study.add_device(learner, 'phone')[1]}"}
    for line in lines():
        if line.method == "GET" and line.address.startswith("/api/v1/") and "{" not in line.address:
            assert not Client().get(line.address, **token).cookies, line.address
