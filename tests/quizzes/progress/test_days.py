"""How much was done, day by day, and how much of it is remembered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from quizzes import agenda, progress, study
from quizzes.models import Attempt, QuestionTemplate, User
from quizzes.progress import Day, Week
from quizzes.scheduling import Rating
from tests.quizzes.answers import ask_and_answer, submission
from tests.quizzes.progress.histories import DAY, NOON, TODAY, answered, choose, learned, taken_back

Make = Callable[..., QuestionTemplate]


def test_a_newcomer_has_done_nothing(learner: User) -> None:
    found = progress.overview(learner.id, NOON)
    assert (found.today, found.days, found.week) == (TODAY, (), Week(0, 0, 0.0, 0))
    assert (found.retention.reviews, found.retention.achieved, found.retention.predicted) == (0, None, None)


def test_days_are_added_up(learner: User, small: Make) -> None:
    template = small()
    answered(learner, template, days_ago=2, score=0.5, duration_ms=3_000)
    answered(learner, template, days_ago=2, duration_ms=None)
    answered(learner, template, days_ago=2, duration_ms=11 * 60_000)
    answered(learner, template, purpose="cram")
    other, _ = study.create_guest("other")
    answered(other.user, template)
    found = progress.overview(learner.id, NOON)
    assert found.days == (Day(TODAY - 2, 3, 2, 3_000 + agenda.IDLE_MS), Day(TODAY, 1, 1, 10_000))
    assert found.week == Week(4, 3, (3_000 + 600_000 + 10_000) / 60_000, 2)


def test_the_week_and_the_year_roll(learner: User, small: Make) -> None:
    template = small()
    for days_ago in (6, 7, 364, 365):
        answered(learner, template, days_ago=days_ago)
    found = progress.overview(learner.id, NOON)
    assert [TODAY - day.day for day in found.days] == [364, 7, 6]
    assert (found.week.answers, found.week.days) == (1, 1)
    assert progress.overview(learner.id, NOON + DAY).week.answers == 0


def test_what_was_taken_back_never_counts(learner: User, small: Make) -> None:
    template = small()
    answered(learner, template, recall=0.9)
    taken_back(answered(learner, template, days_ago=1, recall=0.9))
    taken_back(answered(learner, template, recall=0.9, score=0.0))
    found = progress.overview(learner.id, NOON)
    assert found.days == (Day(TODAY, 1, 1, 10_000),)
    assert (found.retention.reviews, found.retention.achieved) == (1, 1.0)


def test_an_answer_undone_leaves_no_day(learner: User, small: Make) -> None:
    attempt = ask_and_answer(learner.id, small().slug, now=NOON).attempt
    assert len(progress.overview(learner.id, NOON).days) == 1
    study.undo(learner.id, attempt.id, now=NOON)
    assert progress.overview(learner.id, NOON).days == ()


def test_retention_is_that_of_the_reviews_alone(learner: User, small: Make) -> None:
    template = small()
    answered(learner, template, recall=0.95)
    answered(learner, template, recall=0.85, days_ago=89)
    answered(learner, template, recall=0.75, hints_used=1)  # right, but not recalled
    answered(learner, template, recall=0.65, score=0.5)
    answered(learner, template, recall=0.05, days_ago=90)  # too long ago
    answered(learner, template)  # a first meeting, a second answer on a day, or crammed
    choose(learner, retention=0.85)
    found = progress.overview(learner.id, NOON).retention
    assert (found.reviews, found.recalled.successes, found.achieved, found.target) == (4, 2, 0.5, 0.85)
    assert found.predicted == pytest.approx(0.8)
    # Wilson, 2 of 4, by hand: (0.5 + 0.4802 ± sqrt(0.2401 + 0.2306)) / 1.9604
    assert (found.recalled.low, found.recalled.high) == pytest.approx((0.1500, 0.8500), abs=5e-5)


def test_studying_leaves_reviews_as_they_are_counted(learner: User, small: Make) -> None:
    question, card = small("sum").slug, small("card", kind="flashcard").slug
    ask_and_answer(learner.id, question, now=NOON - 5 * DAY)  # new: no review
    ask_and_answer(learner.id, question, "forgot-one", now=NOON)  # missed …
    ask_and_answer(learner.id, question, now=NOON)  # … and made good: still one review, not recalled
    for days_ago, rating in ((5, Rating.GOOD), (2, Rating.HARD), (0, Rating.AGAIN)):
        now = NOON - days_ago * DAY
        asked = study.next_question(learner.id, template=card, now=now)
        study.submit(learner.id, submission(asked, {}, self_rating=rating), now=now)
    learned(learner, small("crammed"), days_ago=3)
    crammed = study.next_question(learner.id, template="crammed", purpose="cram", now=NOON)
    study.submit(learner.id, submission(crammed), now=NOON)
    found = progress.overview(learner.id, NOON)
    assert (found.retention.reviews, found.retention.recalled.successes) == (3, 1)
    assert sum(day.answers for day in found.days) == 7
    recalls = [recall for recall in Attempt.objects.values_list("recall", flat=True) if recall is not None]
    assert found.retention.predicted == pytest.approx(sum(recalls) / 3)
