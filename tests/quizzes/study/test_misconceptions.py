"""A misconception that showed comes back until it is overcome."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from quizzes import questions, study
from quizzes.models import Attempt, Belief, QuestionTemplate, User
from quizzes.study import NothingToAsk
from quizzes.study.choosing import MAX_CHECKS
from tests.quizzes.answers import ask_and_answer, submission, wrong

Make = Callable[..., QuestionTemplate]
NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
CONV = "conv-output-size"


def belief(learner: User, code: str = "forgot-one") -> Belief:
    return Belief.objects.get(learner_id=learner.id, code=code)


def asked(learner: UUID, now: datetime, **what: Any) -> str:
    return study.next_question(learner, now=now, **what).ticket.slug


def test_it_opens_when_it_shows_and_closes_after_three_right_answers_on_two_days(small: Make, learner: User) -> None:
    small("a")
    ask_and_answer(learner.id, "a", "forgot-one", now=NOON)
    assert (belief(learner).met, belief(learner).opened_at) == (1, NOON)
    for n in (1, 2, 3):
        ask_and_answer(learner.id, "a", now=NOON + n * MINUTE)
    assert (belief(learner).rights, belief(learner).closed_at) == (3, None)  # all on one day
    ask_and_answer(learner.id, "a", now=NOON + DAY)
    assert belief(learner).closed_at == NOON + DAY


def test_it_opens_again_and_a_right_answer_with_a_hint_does_not_count(small: Make, learner: User) -> None:
    small("a")
    ask_and_answer(learner.id, "a", "forgot-one", now=NOON)
    for n in (1, 2, 3):
        ask_and_answer(learner.id, "a", now=NOON + n * DAY)
    assert belief(learner).closed_at == NOON + 3 * DAY
    ask_and_answer(learner.id, "a", "forgot-one", now=NOON + 4 * DAY)
    row = belief(learner)
    assert (row.met, row.rights, row.opened_at, row.closed_at) == (2, 0, NOON + 4 * DAY, None)


@pytest.mark.usefixtures("bank")
def test_an_attempt_stores_every_misconception_that_would_have_shown(learner: User) -> None:
    result = ask_and_answer(learner.id, CONV)
    assert set(result.attempt.exposes) == set(questions.exposes(result.variant))
    for code in result.attempt.exposes:
        assert result.variant.wrong[code]["O"] != result.variant.answers["O"]
    hinted = ask_and_answer(learner.id, CONV, "stride-ignored")
    assert "stride-ignored" in hinted.attempt.misconceptions
    row = belief(learner, "stride-ignored")
    ask_and_answer(learner.id, CONV, hints_used=1)
    assert belief(learner, "stride-ignored").rights == row.rights == 0


@pytest.mark.usefixtures("bank")
def test_variants_are_preferred_on_which_an_open_misconception_shows(learner: User) -> None:
    ask_and_answer(learner.id, CONV, "stride-ignored")
    for _ in range(20):
        variant = study.next_question(learner.id, template=CONV).variant
        assert "stride-ignored" in questions.exposes(variant)


def test_of_what_is_due_templates_are_preferred_that_expose_it(small: Make, learner: User) -> None:
    small("exposing", topic="later")
    small("silent", topic="first", code="forgot-two")
    for slug in ("silent", "exposing"):
        ask_and_answer(learner.id, slug, now=NOON)
        ask_and_answer(learner.id, slug, now=NOON + 3 * DAY)
    ask_and_answer(learner.id, "exposing", "forgot-one", now=NOON + 3 * DAY + MINUTE)
    assert belief(learner).closed_at is None
    assert asked(learner.id, NOON + 90 * DAY) == "exposing"


def test_it_is_checked_though_nothing_that_exposes_it_is_due(small: Make, learner: User) -> None:
    for slug in ("a", "b", "c", "d", "e"):
        small(slug, code="forgot-two")
    small("one", topic="second")
    small("other", topic="second")
    for slug in ("one", "other", "one", "other", "one", "other"):
        ask_and_answer(learner.id, slug, now=NOON)
    day = NOON + DAY
    ask_and_answer(learner.id, "one", "forgot-one", now=day)
    for minute, slug in enumerate("abc", 1):
        ask_and_answer(learner.id, slug, now=day + minute * MINUTE)
    assert asked(learner.id, day + 5 * MINUTE) == "one"  # the second chance
    ask_and_answer(learner.id, "one", now=day + 5 * MINUTE)
    assert asked(learner.id, day + 6 * MINUTE) == "other"  # the check, before the new ones
    ask_and_answer(learner.id, "other", now=day + 6 * MINUTE)
    assert belief(learner).rights == 2
    assert asked(learner.id, day + 7 * MINUTE) == "d"  # enough for one day


def test_checks_of_one_day_are_limited(small: Make, learner: User) -> None:
    for number in range(9):
        small(f"new-{number}", code="forgot-two")
    for number in range(8):
        small(f"exposing-{number}", topic="second")
    ask_and_answer(learner.id, "exposing-0", "forgot-one", now=NOON)
    for minute in range(1, 12):
        question = study.next_question(learner.id, now=NOON + minute * MINUTE)
        if question.variant.template.misconceptions[0].code == "forgot-one":
            study.submit(
                learner.id,
                submission(question, wrong(question.variant, "forgot-one")),
                now=NOON + minute * MINUTE,
            )
        else:
            study.submit(learner.id, submission(question), now=NOON + minute * MINUTE)
    tested = [row for row in Attempt.objects.all() if row.exposes == ["forgot-one"]]
    assert MAX_CHECKS <= len(tested) <= MAX_CHECKS + 5  # the checks, and second chances of theirs


def test_a_misconception_can_be_practised_by_itself(small: Make, learner: User) -> None:
    small("silent", code="forgot-two")
    small("exposing", topic="later")
    for minute in range(5):
        now = NOON + minute * MINUTE
        question = study.next_question(learner.id, misconception="forgot-one", now=now)
        assert question.ticket.slug == "exposing"
        study.submit(learner.id, submission(question), now=now)
    with pytest.raises(NothingToAsk, match="unknown-misconception"):
        study.next_question(learner.id, misconception="never-heard-of")


def test_a_late_answer_is_taken_in_where_it_belongs(small: Make, learner: User) -> None:
    small("a")
    offline = study.next_question(learner.id, template="a", now=NOON)
    for n in (1, 2, 3):
        ask_and_answer(learner.id, "a", now=NOON + n * DAY)
    assert not Belief.objects.exists()  # what never showed needs no disproof
    late = submission(offline, wrong(offline.variant, "forgot-one"), answered_at=NOON + MINUTE)
    study.submit(learner.id, late, now=NOON + 4 * DAY)
    row = belief(learner)
    assert (row.met, row.rights, row.closed_at) == (1, 3, NOON + 3 * DAY)
