"""How much was done, day by day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Least

from quizzes import agenda
from quizzes.models import Attempt
from quizzes.prepared import Prepared

YEAR = 365
WEEK = 7


class Day(NamedTuple):
    """The answers of one learner-day; ``right`` are those with the full score, long pauses are left out of ``ms``."""

    day: int
    answers: int
    right: int
    ms: int


class Week(NamedTuple):
    """The last seven days together, today included."""

    answers: int
    right: int
    minutes: float
    days: int  # with answers


class Totals(NamedTuple):
    """One day as the database adds it up: all answers, and those for which a recall was predicted."""

    day: int
    answers: int
    right: int
    ms: int
    reviews: int
    recalled: int
    predicted: float


def totals(learner: UUID, today: int) -> list[Totals]:
    """The last 365 days, without those on which nothing was answered, the earliest first.

    A traveller's tomorrow is joined to today.
    """
    found = [Totals(*row) for row in _by_day(learner, today - YEAR + 1, today + agenda.TRAVEL)]
    latest = [row for row in found if row.day >= today]
    return [*(row for row in found if row.day < today), *([_joined(latest, today)] if latest else [])]


def _added_up(learner: UUID, first: int, last: int) -> QuerySet[Attempt, tuple[Any, ...]]:
    # PostgreSQL's LEAST passes over a missing duration and would count the limit.
    spent = Least(Coalesce("duration_ms", 0), Value(agenda.IDLE_MS))
    recalled = Q(recall__isnull=False, score__gte=1, hints_used=0)
    return (
        agenda.counted(learner)
        .filter(day__gte=first, day__lte=last)
        .values_list("day")
        .annotate(
            answers=Count("id"),
            right=Count("id", filter=Q(score__gte=1)),
            ms=Sum(spent),
            reviews=Count("recall"),
            recalled=Count("id", filter=recalled),
            predicted=Coalesce(Sum("recall"), 0.0),
        )
        .order_by("day")
    )


_by_day = Prepared(_added_up, UUID, int, int)


def _joined(rows: list[Totals], day: int) -> Totals:
    return Totals(
        day=day,
        answers=sum(row.answers for row in rows),
        right=sum(row.right for row in rows),
        ms=sum(row.ms for row in rows),
        reviews=sum(row.reviews for row in rows),
        recalled=sum(row.recalled for row in rows),
        predicted=sum(row.predicted for row in rows),
    )


def days(rows: Iterable[Totals]) -> tuple[Day, ...]:
    """The days as a learner sees them."""
    return tuple(Day(row.day, row.answers, row.right, row.ms) for row in rows)


def week(rows: Iterable[Totals], today: int) -> Week:
    """The rolling week up to today."""
    latest = [row for row in rows if row.day > today - WEEK]
    return Week(
        answers=sum(row.answers for row in latest),
        right=sum(row.right for row in latest),
        minutes=sum(row.ms for row in latest) / 60_000,
        days=len(latest),
    )
