"""The list of templates: what it tells, finds and leaves out; in a fixed number of queries."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from quizzes import authoring, study
from quizzes.models import QuestionTemplate, TemplateVersion, User
from quizzes.progress import authored
from tests.quizzes.answers import ask_and_answer
from tests.quizzes.sources import sum_source

from .conftest import Staff, signed_in

Make = Callable[..., QuestionTemplate]
LIST = "/admin/quizzes/questiontemplate/"
QUERIES = 10


@pytest.fixture
def author(staff: Staff) -> Client:
    return signed_in(staff("author", email="writer@example.org"))


def html(client: Client, **query: Any) -> str:
    answer = client.get(LIST, {**query}, headers={"accept-language": "en"})
    assert answer.status_code == 200, answer.headers
    return answer.content.decode()


def slugs(page: str) -> list[str]:
    return re.findall(r'<code class="slug">([^<]*)</code>', page)


def row(page: str, slug: str) -> dict[str, str]:
    """The texts of a row's cells by the name of their column."""
    (found,) = [one for one in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if f">{slug}</code>" in one]
    cells = re.findall(r'<t[hd] class="field-(\w+)[^"]*">(.*?)</t[hd]>', found, re.DOTALL)
    return {name: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell)).strip() for name, cell in cells}


def test_the_list_tells_what_an_author_wants_to_know(small: Make, author: Client, learner: User) -> None:
    small("sum", topic="sums", level=2)
    ask_and_answer(learner.id, "sum")
    ask_and_answer(learner.id, "sum")
    ask_and_answer(learner.id, "sum", "forgot-one")
    proof = {
        "kind": "question", "exhaustive": True, "cut": False, "diagnosable": 0.954,
        "problems": [{"check": "no-test", "severity": "warning", "where": "tests", "message": "…", "line": None}],
    }  # fmt: skip
    TemplateVersion.objects.update(proof=proof)
    told = row(html(author), "sum")
    assert told["name"] == "Sum sum"
    assert (told["topic_name"], told["level_number"]) == ("sums Question", "2")
    assert (told["status"], told["badge"], told["diagnosable"]) == ("Published", "△ Warnings", "95%")
    assert (told["attempts"], told["accuracy"], told["languages"]) == ("3", "67%", "ja · en")
    assert told["changed"]


def test_the_list_is_in_the_interfaces_language(small: Make, author: Client) -> None:
    small("sum")
    answer = author.get(LIST, headers={"accept-language": "ja"})
    assert row(answer.content.decode(), "sum")["name"] == "和 sum"


def test_each_status_is_told_and_can_be_chosen(small: Make, author: Client, staff: Staff) -> None:
    small("published")
    small("newer")
    writer = staff("author")
    authoring.append(sum_source("newer", words="Now: "), by=writer)
    authoring.append(sum_source("draft"), by=writer)
    authoring.archive(small("archived"), by=writer)
    page = html(author)
    found = {slug: row(page, slug)["status"] for slug in ("published", "newer", "draft", "archived")}
    assert found == {
        "published": "Published", "newer": "Published Newer draft version", "draft": "Draft", "archived": "Archived",
    }  # fmt: skip
    assert row(page, "draft")["changed"].endswith("author@example.org")
    assert row(page, "archived")["changed"].endswith("author@example.org")
    assert sorted(slugs(html(author, status="published"))) == ["newer", "published"]
    for status in ("newer", "draft", "archived"):
        assert slugs(html(author, status=status)) == [status]


def test_a_voided_version_does_not_wait_to_be_published(small: Make, author: Client) -> None:
    small("sum")
    authoring.void(authoring.publish(sum_source("sum", words="Wrong: "))[0])
    assert row(html(author), "sum")["status"] == "Published"
    assert slugs(html(author, status="newer")) == []


@pytest.mark.parametrize(
    ("badge", "words"), [("clean", "✓ Clean"), ("errors", "✗ Errors"), ("unproved", "– Not proved")]
)
def test_each_badge_is_told_and_can_be_chosen(small: Make, author: Client, badge: str, words: str) -> None:
    finding = {"check": "c", "severity": "error", "where": "", "message": "", "line": None}
    for slug, proof in (("clean", {"problems": []}), ("errors", {"problems": [finding]}), ("unproved", None)):
        TemplateVersion.objects.filter(template=small(slug)).update(proof=proof)
    page = html(author, proof=badge)
    assert slugs(page) == [badge]
    assert row(page, badge)["badge"] == words


def test_it_is_filtered_by_topic_kind_and_level(small: Make, author: Client) -> None:
    small("one", topic="sums", level=1)
    small("two", topic="products", level=3)
    small("card", topic="sums", kind="flashcard")
    assert slugs(html(author, topic="products")) == ["two"]
    assert sorted(slugs(html(author, topic="sums"))) == ["card", "one"]
    assert slugs(html(author, kind="flashcard")) == ["card"]
    assert slugs(html(author, level="3")) == ["two"]
    assert row(html(author, kind="flashcard"), "card")["name"] == "Front card"


@pytest.mark.parametrize(
    ("word", "found"),
    [("cherry", ["first"]), ("CHERRY pie", ["first"]), ("cherry cake", []), ("seco", ["second"]),
     ('"y pie"', ["first"]), ("和", ["first", "second"]), ("100%", []), ("' OR", [])],
)  # fmt: skip
def test_it_is_searched_by_slug_title_and_text(small: Make, author: Client, word: str, found: list[str]) -> None:
    small("first", words="cherry pie ")
    small("second")
    page = html(author, q=word)
    assert sorted(slugs(page)) == found
    assert ("No template is like this" in page) == (not found)


def test_a_text_of_before_is_not_found(small: Make, author: Client) -> None:
    small("first", words="cherry ")
    authoring.publish(sum_source("first", words="apple "))
    assert slugs(html(author, q="cherry")) == []
    assert slugs(html(author, q="apple")) == ["first"]


def test_an_empty_list_says_how_to_begin(author: Client) -> None:
    page = html(author)
    assert "There are no templates yet" in page
    assert "/admin/quizzes/drafts/" in page


def test_answers_that_were_taken_back_do_not_count(small: Make, author: Client, learner: User) -> None:
    small("sum")
    ask_and_answer(learner.id, "sum")
    study.undo(learner.id, ask_and_answer(learner.id, "sum", "forgot-one").attempt.id)
    told = row(html(author), "sum")
    assert (told["attempts"], told["accuracy"]) == ("1", "100%")


def test_only_the_latest_answers_are_looked_at(
    small: Make, author: Client, learner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authored, "LATEST", 2)
    small("sum")
    for code in ("forgot-one", None, None):
        ask_and_answer(learner.id, "sum", code)
    told = row(html(author), "sum")
    assert (told["attempts"], told["accuracy"]) == ("2+", "100%")


def test_a_text_that_cannot_be_read_breaks_nothing(small: Make, author: Client) -> None:
    small("sum")
    TemplateVersion.objects.update(source="not TOML")
    told = row(html(author), "sum")
    assert (told["name"], told["languages"]) == ("sum sum", "–")


@pytest.mark.parametrize(("source", "languages"), [('a = { ja = "和", en = "Sum" }', ("ja", "en")),
    ('a = { ja = "和" }', ("ja",)), ('b = [{ c = { ja = "", en = "Sum" } }]', ("en",)), ("= =", ())])  # fmt: skip
def test_a_language_is_complete_where_every_text_is_there(source: str, languages: tuple[str, ...]) -> None:
    assert authored.languages_of(source) == languages


def test_the_number_of_queries_does_not_grow(small: Make, author: Client, learner: User) -> None:
    small("sum-0")

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            html(author)
        return len(found)

    queries()
    assert queries() == QUERIES
    for number in range(1, 8):
        small(f"sum-{number}", topic=f"topic-{number}")
        ask_and_answer(learner.id, f"sum-{number}")
        authoring.append(sum_source(f"sum-{number}", words="Now: "))
    assert queries() == QUERIES


def test_nothing_is_deleted_or_written_from_the_list(small: Make, staff: Staff) -> None:
    template = small("sum")
    client = signed_in(staff("editor"))
    assert "delete_selected" not in html(client)
    assert client.post(LIST, {"action": "delete_selected", "_selected_action": [template.id]}).status_code in (302, 200)
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.get(f"{LIST}{template.id}/delete/").status_code == 403
    assert QuestionTemplate.objects.exists()


@pytest.mark.parametrize(
    ("roles", "status"), [((), 403), (("administrator",), 403), (("author",), 200), (("editor",), 200)]
)
def test_who_may_see_it(small: Make, staff: Staff, roles: tuple[str, ...], status: int) -> None:
    small("sum")
    assert signed_in(staff(*roles)).get(LIST).status_code == status


def test_strangers_and_learners_are_sent_to_sign_in(small: Make, learner: User, client: Client) -> None:
    assert client.get(LIST).status_code == 302
    assert signed_in(learner).get(LIST).status_code in (302, 403)
