"""Who may see what: every route of the project for every kind of person, from a table that no route is missing in.

The admin's are in tests/admin/test_access.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve

from quizzes import study
from quizzes.authoring import give_roles
from quizzes.models import Device, QuestionTemplate, User, uuid7
from tests.api.addresses import PERSONS, Line, lines
from tests.api.apps import PASSWORD
from tests.quizzes.answers import right
from tests.routes import routes

CONV = "conv-output-size"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass
class Person:
    """Somebody with a browser and a phone; the anonymous one has signed in on neither."""

    name: str
    user: User | None = None
    token: str = ""
    device: Device | None = None

    def ask(self, method: str, path: str, body: str = "{}") -> Any:
        """Pages see the session, the API sees the token."""
        client = Client()
        headers = {}
        if self.user is not None:
            client.force_login(self.user, backend="django.contrib.auth.backends.ModelBackend")
        if self.token:
            headers["authorization"] = f"Token {self.token}"
        return client.generic(method, path, "" if method == "GET" else body, "application/json", headers=headers)


def author() -> User:
    """Somebody who writes."""
    user = User.objects.create_user("author@example.org", PASSWORD)
    give_roles(user, ["author", "editor", "administrator"])
    return user


@pytest.fixture
def persons(bank: None, settings: Any) -> dict[str, Person]:
    """One of each kind."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    users: dict[str, User | None] = {
        "anonymous": None,
        "guest": User.objects.get(id=study.create_guest("phone")[0].user_id),
        "A": User.objects.create_user("a@example.org", PASSWORD),
        "B": User.objects.create_user("b@example.org", PASSWORD),
        "author": author(),
        "superuser": User.objects.create_superuser("root@example.org", PASSWORD),
    }
    found = {}
    for name, user in users.items():
        device, token = study.add_device(user, "phone") if user else (None, "")
        found[name] = Person(name, user, token, device)
    return found


@pytest.fixture
def samples(persons: dict[str, Person]) -> dict[str, str]:
    """What belongs to A, and what everybody shares, for the names in the table."""
    learner, device = persons["A"].user, persons["A"].device
    assert learner is not None
    assert device is not None
    asked = study.next_question(learner.id, template=CONV)
    submission = study.Submission(uuid7(), asked.token, right(asked.variant))
    attempt = study.submit(learner.id, submission).attempt
    flashcard = QuestionTemplate.objects.filter(kind="flashcard", topic__slug="stride").first()
    assert flashcard is not None
    return {
        "attempt": str(attempt.id),
        "token": study.next_question(learner.id, template=CONV).token,
        "device": str(device.id),
        "template": CONV,
        "topic": "stride",
        "misconception": "forgot-plus-one",
        "flashcard": flashcard.slug,
    }


def test_no_route_is_missing(samples: dict[str, str]) -> None:
    told = {(resolve(line.address.partition("?")[0].format(**samples)).route, line.method) for line in lines()}
    missing = []
    for route, pattern in routes():
        if route.startswith("admin/"):
            continue
        view = getattr(pattern.callback, "cls", None)
        methods = [method for method in METHODS if view is not None and hasattr(view, method.lower())] or ["GET"]
        missing += [f"{method} /{route}" for method in methods if (route, method) not in told]
    assert missing == [], "add a line to tests/api/addresses.py"


def answers(persons: dict[str, Person], samples: dict[str, str], line: Line) -> Iterator[tuple[str, Any]]:
    """What everybody gets; nothing of it lasts."""
    for name in PERSONS:
        with transaction.atomic():
            yield name, persons[name].ask(line.method, line.address.format(**samples), line.body)
            transaction.set_rollback(True)


def test_everybody_gets_what_is_theirs(persons: dict[str, Person], samples: dict[str, str]) -> None:
    wrong = []
    for line in lines():
        found = {name: answer.status_code for name, answer in answers(persons, samples, line)}
        if found != line.statuses:
            wrong.append(f"{line.method} {line.address} {' '.join(map(str, found.values()))}")
    assert wrong == []


def test_what_is_anothers_is_not_there(persons: dict[str, Person], samples: dict[str, str]) -> None:
    """The same answer as for what does not exist: nobody learns that it does."""
    own = [line for line in lines() if "{attempt}" in line.address or "{device}" in line.address]
    assert len(own) >= 5
    absent = samples | {"attempt": str(uuid7()), "device": str(uuid7())}
    for line in own:
        for name, answer in answers(persons, samples, line):
            if name not in ("anonymous", "A") and line.statuses["A"] != 405:
                assert answer.status_code == 404, (line, name)
                there_is_none = persons[name].ask(line.method, line.address.format(**absent), line.body)
                assert body(answer) == body(there_is_none), (line, name)


def body(answer: Any) -> Any:
    """What an answer says, without what differs each time."""
    if answer["Content-Type"].startswith("application/"):
        return json.loads(answer.content)
    return answer.content.decode().count("<")


def test_nobody_is_more_than_a_learner_here(persons: dict[str, Person]) -> None:
    """Authors and superusers study as everybody does."""
    for line in lines():
        assert line.statuses["author"] == line.statuses["superuser"] == line.statuses["B"], line
