"""What the latest sitting came to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quizzes import progress, study
from quizzes.models import QuestionTemplate, User
from quizzes.progress import Session
from tests.quizzes.answers import ask_and_answer
from tests.quizzes.progress.histories import DAY, MINUTE, NOON, TODAY, answered, choose, learned, taken_back

Make = Callable[..., QuestionTemplate]


def test_a_newcomer_has_had_no_sitting(learner: User) -> None:
    assert progress.session(learner.id, NOON) == Session(None, 0, 0, 0.0, (), (), (), 0, None)


def test_a_long_pause_ends_a_sitting(learner: User, small: Make) -> None:
    template = small()
    for minutes in (-200, -61, -31, -1):  # the pauses are 139, 30 and 30 minutes
        answered(learner, template, at=NOON + minutes * MINUTE)
    assert progress.session(learner.id, NOON).started_at == NOON - 61 * MINUTE
    assert progress.session(learner.id, NOON).answered == 3
    answered(learner, template, at=NOON + 29 * MINUTE + timedelta(seconds=1))
    assert progress.session(learner.id, NOON + 2 * MINUTE).answered == 1


def test_answers_and_time_are_added_up(learner: User, small: Make) -> None:
    template = small()
    answered(learner, template, at=NOON - 3 * MINUTE, score=0.5, duration_ms=30_000)
    answered(learner, template, at=NOON - 2 * MINUTE, duration_ms=10**8)
    taken_back(answered(learner, template, at=NOON - MINUTE))
    answered(learner, template, at=NOON, purpose="cram", duration_ms=None)
    found = progress.session(learner.id, NOON)
    assert (found.answered, found.right, found.minutes) == (3, 2, 10.5)


def test_a_sitting_stays_the_latest_until_the_next(learner: User, small: Make) -> None:
    template = small()
    answered(learner, template, days_ago=9)
    answered(learner, template, days_ago=4)
    found = progress.session(learner.id, NOON)
    assert (found.started_at, found.answered) == (NOON - 4 * DAY, 1)


def test_a_sitting_tells_what_it_met_and_what_it_overcame(learner: User, small: Make) -> None:
    old, new = small("old"), small("new")
    ask_and_answer(learner.id, old.slug, "forgot-one", now=NOON - 3 * DAY)
    ask_and_answer(learner.id, old.slug, now=NOON - 2 * DAY)
    found = progress.session(learner.id, NOON)
    assert (found.met, found.closed) == ((), ())
    ask_and_answer(learner.id, old.slug, now=NOON - 2 * MINUTE)
    ask_and_answer(learner.id, new.slug, now=NOON - MINUTE)
    assert progress.session(learner.id, NOON).closed == ("forgot-one",)
    ask_and_answer(learner.id, old.slug, "forgot-one", now=NOON)
    found = progress.session(learner.id, NOON)
    assert (found.met, found.closed) == (("forgot-one",), ())  # it showed again
    answered(learner, new, at=NOON + 40 * MINUTE)
    assert progress.session(learner.id, NOON + 40 * MINUTE).met == ()


def test_what_an_earlier_sitting_overcame_is_not_told_again(learner: User, small: Make) -> None:
    slug = small().slug
    ask_and_answer(learner.id, slug, "forgot-one", now=NOON - 2 * DAY)
    for now in (NOON - DAY, NOON - 2 * MINUTE, NOON - MINUTE):
        ask_and_answer(learner.id, slug, now=now)
    assert progress.session(learner.id, NOON).closed == ("forgot-one",)
    answered(learner, small("other"), at=NOON + 40 * MINUTE)
    assert progress.session(learner.id, NOON + 40 * MINUTE).closed == ()


def test_yesterdays_reviews_are_not_taken_off_todays_portion(learner: User, small: Make) -> None:
    for number in range(6):
        learned(learner, small(f"q{number}"), days_ago=10)  # levelled: two a day
    for _ in range(3):
        answered(learner, small("q0"), days_ago=1, recall=0.9)
    assert progress.session(learner.id, NOON).due == progress.reviews(learner.id, NOON).due == 2


def test_a_second_chance_is_open_until_it_is_taken_or_the_day_is_over(learner: User, small: Make) -> None:
    for slug in ("a", "b"):
        ask_and_answer(learner.id, small(slug).slug, "forgot-one", now=NOON)
    assert progress.session(learner.id, NOON).second_chances == ("a", "b")
    assert progress.session(learner.id, NOON + DAY).second_chances == ()
    ask_and_answer(learner.id, "a", now=NOON + MINUTE)
    assert progress.session(learner.id, NOON + MINUTE).second_chances == ("b",)
    study.suspend(learner.id, "b", now=NOON + MINUTE)
    assert progress.session(learner.id, NOON + MINUTE).second_chances == ()


@pytest.mark.parametrize("due_in", [-3, 0, 5])
def test_what_comes_next_is_what_reviews_says(learner: User, small: Make, due_in: int) -> None:
    choose(learner, new_per_day=0)
    for number in range(5):
        learned(learner, small(f"q{number}"), days_ago=10 - due_in)
    answered(learner, small("q0"), recall=0.9)
    found, reviews = progress.session(learner.id, NOON), progress.reviews(learner.id, NOON)
    assert (found.due, found.next_due_day) == (reviews.due, reviews.next_due_day)
    assert (found.due == 0) == (found.next_due_day is not None)
    assert found.next_due_day is None or found.next_due_day > TODAY


def test_the_queries_do_not_grow_with_the_history(learner: User, small: Make) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            progress.session(learner.id, NOON)
        assert all(query["sql"].startswith("SELECT") for query in captured.captured_queries)
        return len(captured)

    assert queries() == 5  # nothing answered, nothing due
    learned(learner, small(), days_ago=20)
    answered(learner, small())
    assert queries() == 6
    for number in range(9):
        template = small(f"q{number}")
        learned(learner, template, days_ago=20)
        for minutes in range(10):
            answered(learner, template, at=NOON - minutes * MINUTE)
    assert queries() == 6
