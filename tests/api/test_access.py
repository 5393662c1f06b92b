"""Who may see what: every route of the project for every kind of person, from a table that no route is missing in.

The admin's are in tests/admin/test_access.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve

from quizzes import study
from quizzes.authoring import give_roles, publish
from quizzes.models import Device, QuestionTemplate, User, uuid7
from tests.api.addresses import PERSONS, Line, lines
from tests.api.apps import PASSWORD
from tests.lengths import LONG
from tests.quizzes.answers import right
from tests.quizzes.conftest import small as small
from tests.quizzes.sources import sum_source
from tests.routes import routes

STAFF = PERSONS[4:]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass
class Person:
    """Somebody with a browser and a phone; the anonymous one has signed in on neither."""

    name: str
    user: User | None = None
    token: str = ""
    device: Device | None = None
    session: str = ""

    def ask(self, method: str, path: str, body: str = "{}") -> Any:
        """Pages see the session, the API sees the token."""
        client = Client()
        headers = {}
        if self.session:
            client.cookies["sessionid"] = self.session
        if self.token:
            headers["authorization"] = f"Token {self.token}"
        return client.generic(method, path, "" if method == "GET" else body, "application/json", headers=headers)


def staff(role: str) -> User:
    """Somebody who writes, publishes, or gives roles."""
    user = User.objects.create_user(f"{role}@example.org", PASSWORD)
    give_roles(user, [role])
    return user


@pytest.fixture
def persons(small: Callable[..., QuestionTemplate]) -> dict[str, Person]:
    """One of each kind, where there is little to ask."""
    small(), small("card", kind="flashcard")
    publish(f'{sum_source()}hints = [{{ ja = "1を足します。", en = "Add 1." }}]')
    users: dict[str, User | None] = {
        "anonymous": None,
        "guest": User.objects.get(id=study.create_guest("phone")[0].user_id),
        "A": User.objects.create_user("a@example.org", PASSWORD),
        "B": User.objects.create_user("b@example.org", PASSWORD),
        **{role: staff(role) for role in ("author", "editor", "administrator")},
        "superuser": User.objects.create_superuser("root@example.org", PASSWORD),
    }
    found = {}
    for name, user in users.items():
        device, token = study.add_device(user, "phone") if user else (None, "")
        found[name] = Person(name, user, token, device, _session(user) if user else "")
    return found


def _session(user: User) -> str:
    """Signing in once is enough: what is done in one request does not last until the next."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


@pytest.fixture
def samples(persons: dict[str, Person]) -> dict[str, str]:
    """What belongs to A, and what everybody shares, for the names in the table."""
    learner, device = persons["A"].user, persons["A"].device
    assert learner is not None
    assert device is not None
    asked = study.next_question(learner.id, template="sum")
    submission = study.Submission(uuid7(), asked.token, right(asked.variant))
    attempt = study.submit(learner.id, submission).attempt
    return {
        "attempt": str(attempt.id),
        "token": study.next_question(learner.id, template="sum").token,
        "device": str(device.id),
        "template": "sum",
        "topic": "sums",
        "misconception": "forgot-one",
        "flashcard": "card",
    }


def test_no_route_is_missing(samples: dict[str, str]) -> None:
    told = {(resolve(line.address.partition("?")[0].format(**samples)).route, line.method) for line in lines()}
    missing = []
    for route, pattern in routes():
        if route.startswith("admin/"):
            continue
        view = getattr(pattern.callback, "cls", None)
        methods = [method for method in METHODS if view is not None and hasattr(view, method.lower())]
        methods = methods or ["GET", "POST"]
        missing += [f"{method} /{route}" for method in methods if (route, method) not in told]
    assert missing == [], "add a line to tests/api/addresses.py"


def answers(persons: dict[str, Person], samples: dict[str, str], line: Line) -> Iterator[tuple[str, Any]]:
    """What everybody gets; nothing of it lasts. A short run asks one of the staff, each time another."""
    staff = len(line.method + line.address) % len(STAFF)
    for name in PERSONS if LONG else (*PERSONS[: -len(STAFF)], STAFF[staff]):
        with transaction.atomic():
            yield name, persons[name].ask(line.method, line.address.format(**samples), line.body)
            transaction.set_rollback(True)


def test_everybody_gets_what_is_theirs(persons: dict[str, Person], samples: dict[str, str]) -> None:
    wrong = []
    for line in lines():
        found = {name: answer.status_code for name, answer in answers(persons, samples, line)}
        if any(line.statuses[name] != status for name, status in found.items()):
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
    """Authors, who gives them roles and superusers study as everybody does."""
    for line in lines():
        assert {line.statuses[name] for name in PERSONS[3:]} == {line.statuses["B"]}, line
