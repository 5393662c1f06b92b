"""The page of a template's statistics."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from quizzes.authoring import publish
from quizzes.authoring.additions import misconception_block
from quizzes.models import Attempt, Draft, QuestionTemplate, TemplateVersion, User
from quizzes.study.accounts import guest
from tests.admin.conftest import Staff, signed_in
from tests.quizzes.progress.histories import MINUTE, NOON, answered
from tests.quizzes.sources import sum_source

Make = Callable[..., QuestionTemplate]


@pytest.fixture
def crowd(db: None) -> list[User]:
    """Twelve guests."""
    return User.objects.bulk_create([guest() for _ in range(12)])


@pytest.fixture
def author(staff: Staff) -> Client:
    """An author's browser."""
    return signed_in(staff("author"))


def page(client: Client, template: QuestionTemplate, **query: Any) -> str:
    """The page's text."""
    response = client.get(reverse("admin:template_statistics", args=[template.id]), query)
    assert response.status_code == 200
    return response.content.decode()


def double(users: list[User], template: QuestionTemplate) -> None:
    """All of them double the number, instead of adding 1."""
    for number, user in enumerate(users):
        a = 11 + 7 * number
        attempt = answered(user, template, at=NOON, score=0.0, response={"s": str(2 * a)})
        Attempt.objects.filter(learner_id=user.id, id=attempt.id).update(parameters={"a": a})


class _Forms(HTMLParser):
    """What each form of a page sends, and where."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect."""
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((values.get("action", ""), {}))
        elif tag == "input" and self.found:
            self.found[-1][1][values.get("name", "")] = values.get("value", "")


def forms(html: str, url: str) -> list[dict[str, str]]:
    """What the forms that go to ``url`` send."""
    parser = _Forms()
    parser.feed(html)
    return [fields for action, fields in parser.found if action == url]


def test_only_who_may_see_templates_sees_their_statistics(small: Make, staff: Staff, crowd: list[User]) -> None:
    url = reverse("admin:template_statistics", args=[small().id])
    answers = {
        "author": signed_in(staff("author")).get(url).status_code,
        "editor": signed_in(staff("editor")).get(url).status_code,
        "administrator": signed_in(staff("administrator")).get(url).status_code,
        "learner": signed_in(crowd[0]).get(url).status_code,
        "anonymous": Client().get(url).status_code,
        "posted": signed_in(staff("author", email="b@example.org")).post(url).status_code,
    }
    assert answers == {
        "author": 200, "editor": 200, "administrator": 403, "learner": 302, "anonymous": 302, "posted": 405,
    }  # fmt: skip


def test_what_does_not_exist_is_not_found(small: Make, author: Client) -> None:
    template = small()
    assert author.get(reverse("admin:template_statistics", args=[uuid4()])).status_code == 404
    url = reverse("admin:template_statistics", args=[template.id])
    for version in ("2", "0", "-1", "one", "１", "9" * 40):
        assert author.get(url, {"version": version}).status_code == 404


def test_a_template_without_answers_says_what_will_be_here(small: Make, author: Client) -> None:
    html = page(author, small())
    assert "Nobody has answered it yet." in html
    assert "Accuracy" not in html


def test_few_learners_have_counts_but_no_rates(small: Make, author: Client, crowd: list[User]) -> None:
    template = small()
    for user in crowd[:4]:
        answered(user, template, score=0.0, misconceptions=["forgot-one"], response={"s": "1"})
    html = page(author, template)
    assert "Fewer than 5 learners have answered" in html
    assert "%" not in html.split("<h1>")[1].split('id="versions-title"')[0].replace("95%", "")
    assert "<code>forgot-one</code></th><td>4</td>" in html
    answered(crowd[4], template)
    html = page(author, template)
    assert "Fewer than" not in html
    assert "<td>1</td><td>5</td><td>20%</td><td>4%–62%</td>" in html
    assert "<td>80%</td>" in html


def test_figures_of_a_version_stand_beside_those_of_all(small: Make, author: Client, crowd: list[User]) -> None:
    template = small()
    for user in crowd:
        answered(user, template, at=NOON, score=0.0, duration_ms=90_000)
    publish(sum_source(words="Now: "))
    template.refresh_from_db()
    for user in crowd:
        answered(user, template, at=NOON + MINUTE, duration_ms=20_000)
    TemplateVersion.objects.filter(number=1).update(voided_at=NOON)
    html = page(author, template)
    assert "Answers to all versions together." in html
    assert "<td>12</td><td>24</td><td>50%</td><td>31%–69%</td>" in html
    assert html.index("Version 2") < html.index("Version 1")
    assert html.count('<span class="tag">published</span>') == html.count('<span class="tag">voided</span>') == 1
    old = page(author, template, version=1)
    assert "Answers to version 1 only." in old
    assert "<td>0</td><td>12</td><td>0%</td><td>0%–24%</td>" in old
    assert "1 min 30 s" in old.split('id="versions-title"')[0]


def test_difficulty_is_said_in_words(small: Make, author: Client, crowd: list[User]) -> None:
    for right in (4, 6, 7, 8, 10):
        template = small(f"of-{right}")
        for place, user in enumerate(crowd):
            answered(user, template, score=float(place < right))
    mine = small("mine")
    for user in crowd:
        answered(user, mine, score=0.0)
    html = page(author, mine)
    assert "<strong>Harder than most of level 1</strong>." in html
    assert "Of 5 others, 100% are answered rightly more often." in html
    card = small("card", kind="flashcard")
    for user in crowd:
        answered(user, card)
    assert "too few other templates" in page(author, card)


def test_a_rule_becomes_a_draft_in_one_click(small: Make, author: Client, crowd: list[User]) -> None:
    template = small()
    double(crowd, template)
    (sent,) = forms(page(author, template), reverse("admin:start_draft"))
    assert sent["template"] == str(template.id)
    (block,) = tomllib.loads(sent["addition"])["misconceptions"]
    assert block["code"] == "…"
    assert block["value"] in ("a * 2", "2 * a", "a + a")
    assert "# a = 88: answered 176, right is 89" in sent["addition"]
    response = author.post(reverse("admin:start_draft"), {"template": sent["template"], "addition": sent["addition"]})
    assert response.status_code == 302
    assert Draft.objects.get().source.rstrip().endswith(sent["addition"])


def test_the_same_answer_of_several_becomes_a_draft_to_fill_in(small: Make, author: Client, crowd: list[User]) -> None:
    template = small()
    for number, user in enumerate(crowd[:5]):
        attempt = answered(user, template, score=0.0, response={"s": "1７"})
        Attempt.objects.filter(learner_id=user.id, id=attempt.id).update(parameters={"a": (3, 30)[number % 2]})
    html = page(author, template)
    assert "<strong>5 learners answered 17</strong>: no misconception explains it." in html
    (sent,) = forms(html, reverse("admin:start_draft"))
    assert tomllib.loads(sent["addition"])["misconceptions"] == [{"code": "…", "value": "…"}]
    assert "# a = 3: answered 17, right is 4" in sent["addition"]


def test_rare_answers_are_not_shown(small: Make, author: Client, crowd: list[User]) -> None:
    template = small()
    for user in crowd:
        answered(user, template)
    for user in crowd[:2]:
        attempt = answered(user, template, at=NOON + MINUTE, score=0.0, response={"s": "4242"})
        Attempt.objects.filter(learner_id=user.id, id=attempt.id).update(parameters={"a": 3})
    html = page(author, template)
    assert "4,242" not in html
    assert "4242" not in html
    assert "An answer of fewer than 3 learners is not shown by itself" in html


def test_who_may_not_write_is_offered_no_draft(small: Make, staff: Staff, crowd: list[User]) -> None:
    template = small()
    double(crowd, template)
    reader = staff("author")
    reader.groups.clear()
    reader.user_permissions.set([_permission("view_questiontemplate")])
    html = page(signed_in(reader), template)
    assert "Formulas that give them" in html
    assert forms(html, reverse("admin:start_draft")) == []


def _permission(name: str) -> Any:
    from django.contrib.auth.models import Permission

    return Permission.objects.get(codename=name)


def test_the_page_has_no_inline_style_or_script_and_its_headings_are_in_order(
    small: Make, author: Client, crowd: list[User]
) -> None:
    template = small()
    double(crowd, template)
    html = page(author, template).split('<div class="statistics">')[1]
    assert "style=" not in html
    assert "<script" not in html
    assert " on" not in "".join(part.split(">")[0] for part in html.split("<")[1:] if part[:1] != "/").replace(
        " one", ""
    )
    levels = [int(part[0]) for part in html.split("<h")[1:] if part[0].isdigit()]
    assert levels[0] == 2
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_the_queries_do_not_grow_with_the_answers(small: Make, author: Client, crowd: list[User]) -> None:
    template = small()
    counts = []
    for users in (crowd[:6], crowd):
        double(users, template)
        with CaptureQueriesContext(connection) as captured:
            page(author, template)
        counts.append(len(captured))
    assert counts[1] <= counts[0]  # the others' figures were kept


def test_an_addition_is_toml_whatever_was_answered() -> None:
    text = misconception_block(['x = "\n[[tests]]\x00'], 'f("a\\b")', "O")
    assert tomllib.loads(text) == {"misconceptions": [{"code": "…", "value": {"O": 'f("a\\b")'}}]}
