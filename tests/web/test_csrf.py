"""Other sites cannot act for whoever is signed in here: every address that could change something asks for a token."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern

from quizzes.models import User
from tests.routes import routes

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
SAMPLES = {
    "uuid": "01980c5e-8d10-7a55-b1f0-5c2f0e9a7b21",
    "int": "1",
    "slug": "x",
    "str": "x",
    "path": "x",
    "url": "x",
}
BY_TOKEN = ("api/", "_allauth/")  # these do not take a browser's word for it, or ask for the token themselves
OF_NOBODY = {"api/v1/guests/"}  # whoever asks, a new guest answers


def address(route: str) -> str:
    """Something that the route matches."""
    known = {
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$": "password/reset/key/1-x/",
        r"(?P<url>.*)$": "nothing/",
    }
    for written, sample in known.items():
        route = route.replace(written, sample).replace(written.removeprefix("^"), sample)
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda match: SAMPLES[match[1] or "str"], route).replace("$", "")


def exempt(pattern: URLPattern) -> bool:
    return bool(getattr(pattern.callback, "csrf_exempt", False))


@pytest.fixture
def root(db: None) -> User:
    """Somebody to whom nothing is forbidden."""
    return User.objects.create_superuser("root@example.org", "correct horse battery")


def browser(user: User) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def pages() -> list[str]:
    return [address(route) for route, _pattern in routes() if not route.startswith(BY_TOKEN)]


def test_only_what_looks_at_the_token_itself_is_exempt() -> None:
    """Besides what works by tokens: editors' pages, which give back the text that a refused form has brought."""
    others = {route for route, pattern in routes() if exempt(pattern) and not route.startswith(BY_TOKEN)}
    assert all(re.match(r"admin/quizzes/(drafts/<uuid:draft>/|import/)", route) for route in others), others


def test_no_page_changes_anything_without_the_token(root: User) -> None:
    found = pages()
    assert len(found) > 90
    client = browser(root)
    client.get("/settings/")  # the cookie alone is what other sites make a browser send
    let_through = [
        (method, path, status)
        for path in found
        for method in UNSAFE
        if (status := client.generic(method, path, "a=b", "application/x-www-form-urlencoded").status_code) != 403
    ]
    assert [one for one in let_through if one[0] == "POST" or one[2] != 405] == []
    assert len(let_through) < 20  # there is no such method: few look at that before they look at the token
    assert User.objects.filter(id=root.id).exists()


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        ("right", {}, 302),
        ("right", {"origin": "http://testserver"}, 302),
        ("right", {"origin": "https://evil.example"}, 403),
        ("right", {"origin": "null"}, 403),
        ("x" * 64, {}, 403),
        ("", {}, 403),
    ],
)
def test_the_token_of_this_browser_counts_from_this_site(
    root: User, token: str, headers: dict[str, str], status: int
) -> None:
    client = browser(root)
    client.get("/settings/")
    sent = client.cookies["csrftoken"].value if token == "right" else token
    values = {"language": "ja", "csrfmiddlewaretoken": sent}
    assert client.post("/language/", values, headers=headers).status_code == status


def test_the_api_takes_no_session_without_the_token(root: User) -> None:
    client = browser(root)
    tried = 0
    for route, pattern in routes():
        view = getattr(pattern.callback, "cls", None)
        for method in UNSAFE:
            if view is None or not hasattr(view, method.lower()) or route in OF_NOBODY:
                continue
            answer: Any = client.generic(method, address(route), "{}", "application/json")
            assert (answer.status_code, answer.json()["code"]) == (403, "csrf-failed"), (method, route)
            tried += 1
    assert tried >= 8


def test_a_browsers_session_means_nothing_to_the_addresses_of_apps(root: User) -> None:
    client = browser(root)
    body = '{"current_password": "correct horse battery", "new_password": "staple battery horse"}'
    answer = client.post("/_allauth/app/v1/account/password/change", body, "application/json")
    assert answer.status_code == 401
    root.refresh_from_db()
    assert root.check_password("correct horse battery")
