"""Histories of the tests' own: rows as studying leaves them, with numbers one can calculate by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from quizzes import scheduling
from quizzes.models import Attempt, Card, CardAction, QuestionTemplate, User, uuid7

NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)  # at the learners' clock, in Japan
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
TODAY = scheduling.learner_day(NOON, timedelta(hours=9))

_seeds = count()


def answered(user: User, template: QuestionTemplate, *, days_ago: int = 0, **columns: Any) -> Attempt:
    """An attempt, right and within ten seconds where nothing else is said."""
    at = columns.pop("at", NOON - days_ago * DAY)
    columns = {"score": 1.0, "duration_ms": 10_000, "purpose": "review", "version_id": template.current_id} | columns
    return Attempt.objects.create(
        id=uuid7(),
        learner=user,
        template=template,
        seed=next(_seeds),
        format="free",
        parameters={},
        verdict="correct" if columns["score"] == 1 else "incorrect",
        issued_at=at,
        answered_at=at,
        received_at=at,
        utc_offset_minutes=540,
        day=TODAY - days_ago,
        **columns,
    )


def taken_back(attempt: Attempt) -> None:
    """The learner takes the answer back, as far as the log is concerned."""
    key = {"learner_id": attempt.learner_id, "template_id": attempt.template_id, "id": uuid7()}
    when = {"at": attempt.answered_at, "utc_offset_minutes": 540, "day": attempt.day}
    CardAction.objects.create(act="void", voids=attempt.id, **key, **when)


def learned(user: User, template: QuestionTemplate, *, days_ago: int = 10, **columns: Any) -> Card:
    """A card last reviewed so many days ago, whose recall falls to 0.9 within ten days and that is due then."""
    columns = {"stability": 10.0, "difficulty": 5.0, "skill": 1.0, "reviews": 2, "revision": 2} | columns
    day = TODAY - days_ago
    days = {"due_day": day + round(columns["stability"]), "first_day": day, "latest_at": NOON - days_ago * DAY}
    return Card.objects.create(learner=user, template=template, day=day, **(days | columns))


def choose(user: User, **columns: Any) -> None:
    """Change the learner's row."""
    User.objects.filter(id=user.id).update(**columns)
