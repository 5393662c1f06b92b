"""Flashcards are rated, by the variant that was shown or by name."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from quizzes import study
from quizzes.models import Attempt, Card, QuestionTemplate, User, uuid7
from quizzes.scheduling import Rating
from tests.quizzes.answers import right

CARD, OTHER = "output-size-06", "output-size-01"
CONV = "conv-output-size"

pytestmark = pytest.mark.usefixtures("bank")


def learner_of(api: APIClient) -> Any:
    return api.learner  # type: ignore[attr-defined]


def token(api: APIClient, template: str = CARD) -> str:
    return study.next_question(learner_of(api), template=template).token


def rate(api: APIClient, rating: Any = "good", slug: str = CARD, **others: Any) -> Any:
    body = {"id": str(uuid7()), "rating": rating, **others}
    return api.post(f"/api/v1/flashcards/{slug}/ratings/", json.dumps(body), content_type="application/json")


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer["Content-Type"].split(";")[0] == "application/problem+json"
    return dict(answer.json())


@pytest.mark.parametrize("rating", ["again", "hard", "good", "easy"])
@pytest.mark.parametrize("shown", [True, False])
def test_a_rating_is_recorded_and_brings_the_card_back(api: APIClient, rating: str, shown: bool) -> None:
    chosen = uuid4()
    others = {"variant": token(api)} if shown else {}
    answer = rate(api, rating, id=str(chosen), duration_ms=4100, utc_offset_minutes=540, **others)
    assert answer.status_code == 201
    body = answer.json()
    assert body.keys() == {"id", "rating", "card"}
    assert (body["id"], body["rating"], body["card"]["template"]) == (str(chosen), rating, CARD)
    attempt, card = Attempt.objects.get(), Card.objects.get()
    assert (attempt.id, attempt.self_rating, attempt.verdict) == (chosen, Rating[rating.upper()], "rated")
    assert (attempt.duration_ms, attempt.purpose, attempt.utc_offset_minutes) == (4100, "review", 540)
    assert body["card"]["interval_days"] == (card.due_day or 0) - (card.day or 0)
    assert body["card"]["revision"] == card.revision == 1


def test_the_better_it_was_known_the_later_it_comes_back(api: APIClient) -> None:
    cards = QuestionTemplate.objects.filter(kind="flashcard").order_by("slug").values_list("slug", flat=True)[:4]
    days = [
        rate(api, rating, slug).json()["card"]["interval_days"]
        for slug, rating in zip(cards, ("again", "hard", "good", "easy"), strict=True)
    ]
    assert days == sorted(days)
    assert days[0] < days[-1]


@pytest.mark.parametrize("shown", [True, False])
def test_the_same_request_again_is_answered_with_200(api: APIClient, shown: bool) -> None:
    others = {"variant": token(api)} if shown else {}
    chosen = str(uuid4())
    first, second = (rate(api, "hard", id=chosen, **others) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    problem(rate(api, "easy", id=chosen, **others), 409, "id-reused")
    problem(rate(api, "hard", OTHER, id=chosen), 409, "id-reused")
    if shown:
        problem(rate(api, "hard", **others), 409, "variant-answered")
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize("slug", ["nothing", CONV, "x" * 200, "ba-d_1"])
def test_only_flashcards_that_there_are_can_be_rated(api: APIClient, slug: str) -> None:
    problem(rate(api, slug=slug), 404, "unknown-template")
    problem(rate(api, slug=slug, variant=token(api)), 404, "unknown-template")
    assert not Attempt.objects.exists()


def test_a_question_is_no_flashcard_even_by_its_token(api: APIClient) -> None:
    problem(rate(api, slug=CONV, variant=token(api, CONV)), 404, "unknown-template")
    problem(rate(api, variant=token(api, CONV)), 422, "variant-other-template")
    problem(rate(api, variant=token(api, OTHER)), 422, "variant-other-template")
    assert not Attempt.objects.exists()


def test_a_card_that_was_shown_can_be_rated_though_it_was_withdrawn(api: APIClient) -> None:
    shown = token(api)
    QuestionTemplate.objects.filter(slug=CARD).update(current=None)
    assert rate(api, variant=shown).status_code == 201
    problem(rate(api), 404, "unknown-template")


def test_a_token_has_to_be_good(api: APIClient, learner: User) -> None:
    problem(rate(api, variant="forged"), 422, "variant-invalid")
    problem(rate(api, variant=study.next_question(learner.id, template=CARD).token), 422, "variant-not-yours")
    old = study.next_question(learner_of(api), template=CARD, now=timezone.now() - timedelta(days=91))
    problem(rate(api, variant=old.token), 422, "variant-expired")
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rating", "perfect"),
        ("rating", None),
        ("rating", 3),
        ("rating", True),
        ("id", 5),
        ("id", None),
        ("id", "no-uuid"),
        ("variant", 5),
        ("variant", ""),
        ("variant", "x" * 1001),
        ("duration_ms", "1"),
        ("duration_ms", -1),
        ("answered_at", "yesterday"),
        ("utc_offset_minutes", 900),
    ],
)
def test_the_types_of_a_rating_are_strict(api: APIClient, field: str, value: Any) -> None:
    (error,) = problem(rate(api, **{"rating": "good", field: value}), 400, "invalid")["errors"]
    assert error["field"] == field
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(("language", "word"), [("ja", "自己評価"), ("en", "rated, not answered")])
def test_an_answer_to_a_flashcard_is_shown_the_way(api: APIClient, language: str, word: str) -> None:
    body = {"id": str(uuid7()), "variant": token(api), "response": {"O": "1"}}
    answer = api.post("/api/v1/attempts/", body, format="json", headers={"Accept-Language": language})
    document = problem(answer, 422, "flashcard-not-rated")
    assert word in document["detail"]
    assert "/api/v1/flashcards/{slug}/ratings/" in document["detail"]
    assert [(error["field"], error["code"]) for error in document["errors"]] == [("rating", "empty")]
    assert not Attempt.objects.exists()


def test_a_question_cannot_be_rated_by_a_sync_event(api: APIClient) -> None:
    asked = study.next_question(learner_of(api), template=CONV)
    event = {"id": str(uuid4()), "kind": "rating", "variant": asked.token, "rating": "easy"}
    body = {"sent_at": timezone.now().isoformat(), "events": [event]}
    (result,) = api.post("/api/v1/sync/events/", body, format="json").json()["results"]
    assert (result["status"], result["code"]) == ("rejected", "unreadable-response")
    assert [(error["field"], error["code"]) for error in result["errors"]] == [("O", "empty")]
    study.submit(learner_of(api), study.Submission(uuid4(), asked.token, right(asked.variant)))


def test_the_same_rating_by_the_endpoint_and_by_sync_counts_once(api: APIClient) -> None:
    chosen, shown = str(uuid4()), token(api)
    assert rate(api, "hard", id=chosen, variant=shown).status_code == 201
    event = {"id": chosen, "kind": "rating", "variant": shown, "rating": "hard"}
    body = {"sent_at": timezone.now().isoformat(), "events": [event]}
    (result,) = api.post("/api/v1/sync/events/", body, format="json").json()["results"]
    assert result["status"] == "duplicate"
    assert Attempt.objects.count() == 1


def test_without_a_token_nobody_rates() -> None:
    assert rate(APIClient()).status_code == 401


def test_the_number_of_queries_does_not_grow(api: APIClient, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(2):
        rate(api, variant=token(api))
        rate(api)
    for _ in range(3):
        shown = token(api)
        with django_assert_num_queries(QUERIES_SHOWN):
            assert rate(api, variant=shown).status_code == 201
        with django_assert_num_queries(QUERIES_BY_NAME):
            assert rate(api).status_code == 201


QUERIES_SHOWN = 9
QUERIES_BY_NAME = 10
