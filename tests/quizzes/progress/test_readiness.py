"""What lies ahead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from quizzes import progress, study
from quizzes.models import QuestionTemplate, User
from quizzes.progress import Readiness
from quizzes.scheduling.forgetting import PARAMETERS, retrievability
from tests.quizzes.progress.histories import DAY, NOON, TODAY, answered, choose, learned

Make = Callable[..., QuestionTemplate]


@pytest.fixture
def made(small: Make) -> list[QuestionTemplate]:
    """Eleven questions in one topic."""
    return [small(f"q{n}") for n in range(11)]


def readiness(learner: User, exam_in: int) -> Readiness | None:
    choose(learner, exam_date=(NOON + exam_in * DAY).date())
    return progress.overview(learner.id, NOON).readiness


def test_the_forecast_is_thirty_days_long(learner: User) -> None:
    assert progress.overview(learner.id, NOON).forecast == (0,) * 30


def test_ten_cards_due_at_a_recall_of_nine_in_ten_make_eleven_answers_and_one_two_days_later(
    learner: User, made: list[QuestionTemplate]
) -> None:
    for template in made[:10]:
        learned(learner, template, days_ago=10, difficulty=1.0)  # easy: not back within a month
    assert progress.overview(learner.id, NOON).forecast == (11, 0, 1, *[0] * 27)


def test_expectations_are_rounded_without_losing_any(learner: User, made: list[QuestionTemplate]) -> None:
    for template in made[:4]:
        learned(learner, template, days_ago=10, difficulty=1.0)
    # 4.4 answers today and 0.4 two days later: 4.8 in all.
    assert progress.overview(learner.id, NOON).forecast == (4, 0, 1, *[0] * 27)
    QuestionTemplate.objects.filter(id__in=[template.id for template in made]).update(current=None)
    assert progress.overview(learner.id, NOON).forecast == (0,) * 30


def test_what_is_suspended_is_not_foreseen_and_what_is_buried_comes_tomorrow(
    learner: User, made: list[QuestionTemplate]
) -> None:
    learned(learner, made[0], suspended=True)
    assert progress.overview(learner.id, NOON).forecast == (0,) * 30
    learned(learner, made[1], buried_day=TODAY)
    learned(learner, made[2], days_ago=20, buried_day=TODAY - 1)
    assert progress.overview(learner.id, NOON).forecast[:2] == (1, 1)


@pytest.mark.parametrize("exam_in", [-1, 0, 367])
def test_there_is_no_readiness_without_an_exam_within_a_year(learner: User, exam_in: int) -> None:
    assert progress.overview(learner.id, NOON).readiness is None
    assert readiness(learner, exam_in) is None
    choose(learner, exam_date=date.max)
    assert progress.overview(learner.id, NOON).readiness is None
    assert readiness(learner, 366) is not None


def test_an_exam_tomorrow_leaves_one_day_of_new_templates(learner: User, made: list[QuestionTemplate]) -> None:
    for _ in range(5):
        answered(learner, made[0], days_ago=400, duration_ms=6_000)
    found = readiness(learner, 1)
    assert found is not None
    assert (found.exam_day, found.days_left, found.seen, found.templates) == (TODAY + 1, 1, 10, 11)
    assert found.minutes == found.minutes_per_day == 10 * 2 * 6 / 60
    assert found.daily_minutes == 20
    assert found.recall == pytest.approx(retrievability(PARAMETERS[1], 1))  # all were missed once, a day ago


def test_new_templates_wait_for_their_day(learner: User, made: list[QuestionTemplate]) -> None:
    choose(learner, new_per_day=3)
    assert [(found.days_left, found.seen) for n in (1, 2, 3, 4, 9) if (found := readiness(learner, n))] == [
        (1, 3), (2, 6), (3, 9), (4, 11), (9, 11)
    ]  # fmt: skip


def test_due_cards_take_time_and_are_known_afterwards(learner: User, made: list[QuestionTemplate]) -> None:
    choose(learner, new_per_day=0)
    learned(learner, made[0], days_ago=10)
    learned(learner, made[1], days_ago=10, suspended=True)  # seen, and left out of everything else
    found = readiness(learner, 1)
    assert found is not None
    assert found.minutes == pytest.approx(1.1 * 30 / 60)  # one answer, and a tenth of one again
    assert found.seen == 2
    assert found.recall is not None
    assert 0.95 < found.recall < 1


def test_what_was_suspended_unseen_is_not_foreseen(learner: User, made: list[QuestionTemplate]) -> None:
    study.suspend(learner.id, made[0].slug, now=NOON)
    choose(learner, new_per_day=100)
    found = readiness(learner, 1)
    assert found is not None
    assert (found.seen, found.templates) == (10, 11)


def test_nothing_learned_means_no_recall(learner: User, made: list[QuestionTemplate]) -> None:
    choose(learner, new_per_day=0)
    found = readiness(learner, 5)
    assert found is not None
    assert (found.minutes, found.seen, found.recall) == (0, 0, None)
