"""After an update that cannot show what was asked before it: answers count, and nobody gets an error."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NoReturn, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from rest_framework.test import APIClient

from quizzes.authoring import publish
from quizzes.models import Attempt, CardAction, QuestionTemplate, TemplateVersion, uuid7
from quizzes.questions.figures import KINDS, FigureError, FigureKind
from quizzes.questions.words import Both
from quizzes.study import templates
from tests.quizzes.sources import sum_source

from .pages import text

DRAWN = f'{sum_source("drawn")}[figure]\nkind = "gap-vs-fc"\nheight = "a"\nwidth = "1"\nchannels = "1"\n'
NO_SOLUTION = {"en": "solution cannot be shown any more", "ja": "解説は、もう表示できません"}


@pytest.fixture(autouse=True)
def drawn(small: object) -> None:
    """There is but one question, and it has a figure."""
    small("sum")  # type: ignore[operator]  # makes the topic
    publish(DRAWN)
    QuestionTemplate.objects.exclude(slug="drawn").update(current=None)


@pytest.fixture
def update(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Make the site one that draws this kind of figure no more."""

    def refuse(**arguments: object) -> NoReturn:
        raise FigureError(Both("描けません。", "it cannot be drawn"))

    refusing = replace(KINDS["gap-vs-fc"], check=refuse, draw=refuse, walk=refuse)
    return lambda: monkeypatch.setitem(cast("dict[str, FigureKind]", KINDS), "gap-vs-fc", refusing)


def asked(client: Client) -> tuple[str, dict[str, str]]:
    """The address of a question, and its form filled in."""
    response: Any = client.get("/practice/", follow=True)
    address = response.redirect_chain[-1][0]
    question = response.context["question"]
    right = str(int(str(question.variant.scope["a"])) + 1)
    fields = parse_qs(urlsplit(address).query)
    return address, {"variant": fields["variant"][0], "practice": "/practice/", "s": right, "attempt": str(uuid7())}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_answer_counts_and_its_verdict_is_told(
    client: Client, update: Callable[[], None], language: str, caplog: pytest.LogCaptureFixture
) -> None:
    _, form = asked(client)
    update()
    with caplog.at_level(logging.ERROR):
        answer: Any = client.post("/question/", form, headers={"accept-language": language}, follow=True)
    assert answer.status_code == 200
    assert answer.context["result"].attempt.verdict == Attempt.objects.get().verdict == "correct"
    page = text(answer.content.decode())
    assert NO_SOLUTION[language] in page
    assert form["s"] in page
    assert "the solution of drawn cannot be shown" in caplog.text


def test_the_question_gives_way_to_another(client: Client, update: Callable[[], None]) -> None:
    address, form = asked(client)
    update()
    publish(sum_source("sum", words="Once more: "))
    answer: Any = client.get(address, follow=True, headers={"accept-language": "en"})
    assert answer.status_code == 200
    assert answer.context["question"].ticket.slug == "sum"
    assert "no longer open" in text(answer.content.decode())
    asked_for_help: Any = client.post("/question/", {**form, "action": "hint"}, follow=True)
    assert asked_for_help.status_code == 200
    assert not Attempt.objects.exists()


def test_a_form_that_was_open_for_too_long_is_refused_without_an_error(update: Callable[[], None]) -> None:
    client = Client(enforce_csrf_checks=True)
    _, form = asked(client)
    update()
    assert client.post("/question/", form).status_code == 403


def test_an_app_is_told_the_verdict(api: APIClient, update: Callable[[], None]) -> None:
    question = api.post("/api/v1/variants/", {"purpose": "review"}, format="json").json()
    update()
    body = {"id": str(uuid7()), "variant": question["variant"], "response": {"s": "0"}}
    answer = api.post("/api/v1/attempts/", body, format="json")
    assert answer.status_code == 201
    assert answer.json()["verdict"] == "incorrect"
    assert NO_SOLUTION["en"] in answer.json()["solution"]["text"]
    assert answer.json()["solution"]["figure"] is None


def test_an_attempt_that_cannot_be_read_leads_on_and_can_be_taken_back(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    _, form = asked(client)
    page = client.post("/question/", form)["Location"]
    publish(sum_source("sum"))
    TemplateVersion.objects.filter(template__slug="drawn").update(source="schema = 1")
    QuestionTemplate.objects.filter(slug="drawn").update(current=None)
    templates.load.cache_clear()
    with caplog.at_level(logging.ERROR):
        answer: Any = client.get(page, follow=True, headers={"accept-language": "en"})
    assert answer.status_code == 200
    assert "Your answer is kept" in text(answer.content.decode())
    assert "the question of an attempt cannot be shown any more" in caplog.text
    client.post(f"{urlsplit(page).path}act/", {"act": "undo"})
    assert CardAction.objects.filter(act="void").count() == 1
    assert client.get(f"/attempts/{uuid7()}/").status_code == 404
