"""The learner's whole course on one page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quizzes import progress, study
from quizzes.models import Belief, QuestionTemplate, User, uuid7
from quizzes.progress import Held
from tests.quizzes.answers import ask_and_answer
from tests.quizzes.progress.histories import DAY, NOON, answered, choose, learned

Make = Callable[..., QuestionTemplate]


def test_misconceptions_are_open_or_closed(learner: User, small: Make) -> None:
    slug = small().slug
    days = [NOON - days_ago * DAY for days_ago in (3, 2, 1)]
    ask_and_answer(learner.id, slug, "forgot-one", now=days[0])
    ask_and_answer(learner.id, slug, now=days[1])
    assert progress.overview(learner.id, NOON).misconceptions == (Held("forgot-one", 1, 1, days[0], days[0], None),)
    for _ in range(2):
        ask_and_answer(learner.id, slug, now=days[2])
    assert progress.overview(learner.id, NOON).misconceptions == (Held("forgot-one", 1, 3, days[0], days[0], days[2]),)


def test_open_misconceptions_come_first_and_the_latest_before_others(learner: User) -> None:
    for code, met_ago, closed_ago in (("a", 5, 2), ("b", 9, None), ("c", 7, 1), ("d", 3, None)):
        closed_at = None if closed_ago is None else NOON - closed_ago * DAY
        when = {"opened_at": NOON - 10 * DAY, "met_at": NOON - met_ago * DAY, "closed_at": closed_at}
        Belief.objects.create(learner=learner, code=code, met=1, **when)
    assert [held.code for held in progress.overview(learner.id, NOON).misconceptions] == ["d", "b", "c", "a"]


def test_others_have_no_part_in_it(learner: User, small: Make) -> None:
    other, _ = study.create_guest("other")
    before = progress.overview(learner.id, NOON)
    slug = small().slug
    ask_and_answer(other.user_id, slug, "forgot-one", now=NOON)
    found = progress.overview(learner.id, NOON)
    assert found.topics[0].seen == 0
    assert (found.days, found.week, found.forecast, found.misconceptions) == (
        before.days, before.week, before.forecast, before.misconceptions
    )  # fmt: skip


def test_an_unknown_learner_has_no_progress(db: None) -> None:
    for look in (progress.overview, progress.reviews, progress.session):
        with pytest.raises(User.DoesNotExist):
            look(uuid7(), NOON)


def test_the_queries_do_not_grow_with_the_history(learner: User, small: Make) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            progress.overview(learner.id, NOON)
        assert all(query["sql"].startswith("SELECT") for query in captured.captured_queries)
        return len(captured)

    assert queries() == 6
    for number in range(9):
        template = small(f"q{number}", topic=f"t{number % 4}")
        learned(learner, template)
        for days_ago in range(10):
            answered(learner, template, days_ago=days_ago, recall=0.9)
        Belief.objects.create(learner=learner, code=f"code-{number}", met=1, opened_at=NOON, met_at=NOON)
    assert queries() == 6
    choose(learner, exam_date=date(2026, 6, 1))
    assert queries() == 6
