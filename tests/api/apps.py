"""Apps as the tests use them: a client with a token, and what a problem document says."""

from __future__ import annotations

import json
from typing import Any

from allauth.account.models import EmailAddress
from rest_framework.test import APIClient

from quizzes import study
from quizzes.models import User

ADDRESS = "someone@example.org"
PASSWORD = "correct horse battery"
NEW = "staple battery horse"


class App(APIClient):
    """A client that speaks JSON, held to the CSRF rules as any; ``token`` is sent with every request."""

    def __init__(self, token: str = "") -> None:
        super().__init__(enforce_csrf_checks=True)
        self.token = token

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """``path`` is under the version's address; with a leading slash it is whole."""
        path = path if path.startswith("/") else f"/api/v1/{path}"
        if self.token:
            headers = {"HTTP_AUTHORIZATION": f"Token {self.token}", **headers}
        return getattr(self, method)(path, body, format="json", **headers)

    def me(self) -> dict[str, Any]:
        """The learner whose token it is."""
        answer = self.ask("get", "me/")
        assert answer.status_code == 200, answer.content
        return dict(answer.json())


def guest(name: str = "phone") -> App:
    """The app of a new guest."""
    return App(study.create_guest(name)[1])


def make_account(email: str = ADDRESS) -> User:
    """An account with a confirmed address."""
    user = User.objects.create_user(email, PASSWORD)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    return user


def app_of(user: User, name: str = "phone") -> App:
    """One more device on which the account is signed in."""
    return App(study.add_device(user, name)[1])


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The body of a problem document with this status and code."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].split(";")[0] == "application/problem+json"
    document: dict[str, Any] = json.loads(answer.content)
    assert (document["status"], document["code"], document["type"]) == (status, code, "about:blank")
    assert document["title"]
    assert document["detail"]
    return document
