"""A template whose figure cannot be drawn for some numbers, or for any: the others are asked, nobody gets an error.

Publishing proves some of a template's variants, and what an older program could show a newer one may refuse.
"""

from __future__ import annotations

import logging

import pytest
from django.test import Client
from rest_framework.test import APIClient

from quizzes import questions, study
from quizzes.authoring import publish
from quizzes.models import QuestionTemplate, TemplateVersion, Topic, User
from quizzes.study import NothingToAsk, templates
from tests.quizzes.sources import sum_source

SOME, NONE = "a - 250", "0"  # the height of the figure's maps, which has to be at least 1
SEEDS = 40


def source(slug: str, height: str) -> str:
    """A question of the topic "sums" with a figure."""
    return f'{sum_source(slug)}[figure]\nkind = "gap-vs-fc"\nheight = "{height}"\nwidth = "1"\nchannels = "1"\n'


def drawn(slug: str, height: str) -> QuestionTemplate:
    """It, published."""
    publish(source(slug, height))
    return QuestionTemplate.objects.get(slug=slug)


@pytest.fixture(autouse=True)
def one_that_can_be_shown(small: object) -> None:
    """The topic that all are in."""
    small("sum")  # type: ignore[operator]  # makes a template


def test_numbers_that_cannot_be_drawn_are_passed_over(learner: User, caplog: pytest.LogCaptureFixture) -> None:
    template = questions.load(source("some", SOME))
    variants = [questions.generate(template, seed) for seed in range(SEEDS)]
    assert 0 < sum(int(str(one.scope["a"])) <= 250 for one in variants) < SEEDS
    drawn("some", SOME)
    with caplog.at_level(logging.WARNING):
        asked = [study.next_question(learner.id, template="some") for _ in range(SEEDS)]
    assert all(int(str(question.variant.scope["a"])) > 250 for question in asked)
    assert all(questions.render(question.variant, "ja").figure for question in asked)
    assert "passed over: some: cannot be shown" in caplog.text


def test_a_template_of_which_nothing_can_be_shown_gives_way(
    learner: User, api: APIClient, caplog: pytest.LogCaptureFixture
) -> None:
    drawn("none", NONE)
    with caplog.at_level(logging.ERROR):
        assert study.next_question(learner.id, topic="sums").ticket.slug == "sum"
        with pytest.raises(NothingToAsk):
            study.next_question(learner.id, template="none")
        pack = api.get("/api/v1/packs/next/").json()
        assert {one["template"] for one in pack["variants"]} == {"sum"}
        assert (
            api.post("/api/v1/variants/", {"template": "none", "purpose": "review"}, format="json").status_code == 404
        )
    assert "of none cannot be asked" in caplog.text


def test_a_sheet_for_paper_has_the_others(client: Client) -> None:
    drawn("none", NONE)
    drawn("some", SOME)
    sheet = study.worksheet("sums", 10, 7)
    assert {variant.template.slug for variant in sheet} == {"sum", "some"}
    assert [one.scope for one in study.worksheet("sums", 10, 7)] == [one.scope for one in sheet]
    assert client.get("/practice/sums/worksheet/?count=10&sheet=7").status_code == 200
    QuestionTemplate.objects.exclude(slug="none").update(current=None)
    with pytest.raises(NothingToAsk):
        study.worksheet("sums", 10, 7)


def test_a_topic_is_shown_without_its_example(client: Client) -> None:
    Topic.objects.filter(slug="sums").update(example=QuestionTemplate.objects.get(slug="sum"))
    assert client.get("/topics/sums/").context["example"]
    Topic.objects.filter(slug="sums").update(example=drawn("none", NONE))
    answer = client.get("/topics/sums/")
    assert answer.status_code == 200
    assert answer.context["example"] is None


def test_a_topic_names_a_template_that_cannot_be_read_by_its_slug(client: Client) -> None:
    Topic.objects.filter(slug="sums").update(example=QuestionTemplate.objects.get(slug="sum"))
    TemplateVersion.objects.update(source="schema = 1")
    templates.load.cache_clear()
    answer = client.get("/topics/sums/")
    assert answer.status_code == 200
    assert [str(entry.name) for entry in answer.context["questions"]] == ["sum"]
    assert answer.context["example"] is None
