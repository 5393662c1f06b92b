"""Who may do what in the admin: every route by GET and by POST, for every kind of person, from a table."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

from quizzes import authoring, study
from quizzes.models import Misconception, QuestionTemplate, Topic, User
from tests.admin.addresses import PERSONS, lines
from tests.admin.conftest import Staff, signed_in
from tests.routes import routes

DOORS = ("/admin/login/", "/admin/logout/")  # a redirect, or a refusal
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def samples(staff: Staff, small: Any) -> tuple[dict[str, Client], dict[str, str]]:
    """A browser for each person, and what the names in the table stand for."""
    small("sum")
    small("other", topic="others", code="forgot-two")
    author = staff("author")
    people = {
        "anonymous": Client(),
        "guest": signed_in(User.objects.get(id=study.create_guest("phone")[0].user_id)),
        "learner": signed_in(User.objects.create_user("learner@example.org", "a password of theirs")),
        "author": signed_in(author),
        "another": signed_in(staff("author", email="another@example.org")),
        "editor": signed_in(staff("editor")),
        "administrator": signed_in(staff("administrator")),
        "superuser": signed_in(User.objects.create_superuser("root@example.org", "a password of theirs")),
    }
    template = QuestionTemplate.objects.get(slug="sum")
    return people, {
        "draft": str(authoring.start(author, template).id),
        "template": str(template.id),
        "topic": str(Topic.objects.get(slug="sums").id),
        "misconception": str(Misconception.objects.get(code="forgot-one").id),
        "user": str(User.objects.get(email="learner@example.org").id),
    }


def _route(address: str, names: dict[str, str]) -> str:
    try:
        return resolve(address.format(**names)).route
    except Resolver404:  # pragma: no cover  # the message below says it better
        return ""


def test_no_route_of_the_admin_is_missing(samples: tuple[dict[str, Client], dict[str, str]]) -> None:
    told = {_route(line.address, samples[1]) for line in lines()}
    assert [route for route, _ in routes() if route.startswith("admin/") and route not in told] == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_everybody_may_do_what_the_table_says(samples: tuple[dict[str, Client], dict[str, str]], method: str) -> None:
    people, names = samples
    wrong = []
    for line in lines():
        if line.method != method:
            continue
        found = {}
        for name in PERSONS:
            cookies = {key: cookie.value for key, cookie in people[name].cookies.items()}
            with transaction.atomic():
                answer: Any = people[name].generic(method, line.address.format(**names), "", FORM)
                found[name] = answer.status_code
                if answer.status_code == 302 and answer.url.startswith(("/admin/login/", "/accounts/login/")):
                    found[name] = 401  # to the door
                transaction.set_rollback(True)
            people[name].cookies.clear()  # signing out forgets them
            people[name].cookies.load(cookies)
        if found != line.statuses:
            wrong.append(f"{method:4} {line.address:80} {' '.join(map(str, found.values()))}")
    assert wrong == []


def test_each_route_is_asked_in_both_ways() -> None:
    asked = [(line.method, line.address) for line in lines()]
    assert len(asked) == len(set(asked))
    addresses = {address for _, address in asked}
    assert set(asked) == {(method, address) for method in ("GET", "POST") for address in addresses}


def test_nobody_without_a_role_gets_in() -> None:
    for line in lines():
        for outsider in ("anonymous", "guest", "learner"):
            assert line.statuses[outsider] in (401, 404, 405) or line.address in DOORS, line


def test_authors_neither_publish_nor_touch_what_all_share() -> None:
    """Nothing that needs an editor answers an author with anything but a refusal."""
    for line in lines():
        if line.statuses["editor"] not in (403, 404, 405) and line.statuses["author"] == 403:
            assert line.statuses["another"] == 403, line
    refused = {line.address for line in lines() if line.method == "POST" and line.statuses["author"] == 403}
    assert {address.rsplit("/", 2)[-2] for address in refused} >= {"publish", "archive", "void", "merge", "delete"}
