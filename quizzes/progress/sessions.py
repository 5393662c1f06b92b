"""What the latest sitting came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from quizzes import agenda
from quizzes.merges import merges
from quizzes.models import Belief, Card

from .reviews import coming

PAUSE = timedelta(minutes=30)  # a longer one ends a sitting


@dataclass(frozen=True, slots=True)
class Session:
    """The latest answers without a long pause, and what comes next.

    It began with the answer at ``started_at``; ``None`` where nothing was answered ever. ``met`` and ``closed`` are
    codes of misconceptions that showed or were overcome in it. ``second_chances`` are templates that were missed today
    and may still be made good; ``next_due_day`` is told where nothing is due today.
    """

    started_at: datetime | None
    answered: int
    right: int
    minutes: float
    met: tuple[str, ...]
    closed: tuple[str, ...]
    second_chances: tuple[str, ...]
    due: int
    next_due_day: int | None


def session(learner: UUID, now: datetime) -> Session:
    """The latest sitting, which does not reach back over the start of its day."""
    day = agenda.day_of(agenda.learner(learner), now)
    answered = _last_day(day, now)
    run = _run(answered)
    due, next_due_day = coming(day, sum(one.recall is not None for one in answered if one.day >= day.today))
    return Session(
        started_at=run[-1].at if run else None,
        answered=len(run),
        right=sum(one.score >= 1 for one in run),
        minutes=agenda.spent_ms(one.duration_ms for one in run) / 60_000,
        met=_met(run),
        closed=tuple(_closed(learner, run)) if run else (),
        second_chances=tuple(_second_chances(day)),
        due=len(due),
        next_due_day=next_due_day,
    )


class _Answered(NamedTuple):
    day: int
    at: datetime
    score: float
    duration_ms: int | None
    recall: float | None
    misconceptions: list[str]


def _last_day(day: agenda.Day, now: datetime) -> list[_Answered]:
    """The attempts of the last day with any, the latest first; a traveller's tomorrow is joined to today.

    What a clock that was ahead has dated to a time to come is no part of it.
    """
    attempts = agenda.counted(day.learner).filter(day__lte=day.today + agenda.TRAVEL, answered_at__lte=now + PAUSE)
    attempts = attempts.order_by("-day", "-answered_at", "-id")
    last = attempts.values_list("day", flat=True).first()
    if last is None:
        return []
    attempts = attempts.filter(day__gte=min(last, day.today)).order_by("-answered_at", "-id")
    columns = ("day", "answered_at", "score", "duration_ms", "recall", "misconceptions")
    return [_Answered(*row) for row in attempts.values_list(*columns)]


def _run(answered: list[_Answered]) -> list[_Answered]:
    """The first of ``answered``, up to a long pause."""
    run = answered[:1]
    for one in answered[1:]:
        if run[-1].at - one.at > PAUSE:
            break
        run.append(one)
    return run


def _met(run: list[_Answered]) -> tuple[str, ...]:
    """By the codes that they go by now."""
    codes = {code for one in run for code in one.misconceptions}
    return tuple(sorted(set(merges().codes(codes)))) if codes else ()


def _closed(learner: UUID, run: list[_Answered]) -> QuerySet[Belief, str]:
    closed = Belief.objects.filter(learner_id=learner, closed_at__range=(run[-1].at, run[0].at))
    return closed.order_by("code").values_list("code", flat=True)


def _second_chances(day: agenda.Day) -> QuerySet[Card, str]:
    """As the choice of questions sees them."""
    cards = agenda.askable(day.learner, day.today).filter(second_chance=True)
    cards = cards.filter(day__range=(day.today, day.today + agenda.TRAVEL))
    return cards.order_by("latest_at").values_list("template__slug", flat=True)
