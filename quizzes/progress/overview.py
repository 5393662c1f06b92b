"""The learner's whole course on one page: six queries at most, whose rows are passed on to those who calculate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, QuerySet

from quizzes import agenda
from quizzes.models import Belief, User
from quizzes.prepared import Prepared

from . import cards
from .days import Day, Week, days, totals, week
from .pace import seconds_per_answer
from .readiness import Readiness, forecast, readiness
from .retention import Retention, retention
from .topics import Topic, topics


class Held(NamedTuple):
    """A misconception that showed: open until ``closed_at``. ``rights`` counts right answers since it last did."""

    code: str
    met: int
    rights: int
    opened_at: datetime
    met_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Progress:
    """What was done, what is known and what lies ahead, as of the learner-day ``today``."""

    today: int
    topics: tuple[Topic, ...]
    days: tuple[Day, ...]
    week: Week
    forecast: tuple[int, ...]
    retention: Retention
    misconceptions: tuple[Held, ...]
    readiness: Readiness | None


def overview(who: User | UUID, now: datetime) -> Progress:
    """All of a learner's progress. Raises ``User.DoesNotExist``."""
    day = agenda.day_of(agenda.learner(who), now)
    learner = day.learner
    seen, refused = cards.read(learner)
    deck = cards.deck(seen, day)
    by_topic = topics(seen, deck, day)
    done = totals(learner, day.today)
    templates = sum(topic.templates for topic in by_topic)
    return Progress(
        today=day.today,
        topics=by_topic,
        days=days(done),
        week=week(done, day.today),
        forecast=forecast(deck, day),
        retention=retention(done, day.today, day.preferences.retention),
        misconceptions=_misconceptions(learner),
        readiness=readiness(
            deck,
            day,
            seen=len(seen),
            unseen=templates - len(seen) - len(refused),
            templates=templates,
            seconds=seconds_per_answer(learner),
        ),
    )


def _misconceptions(learner: UUID) -> tuple[Held, ...]:
    """The open ones first, the one met last before the others; then those closed, the latest first."""
    return tuple(
        Held(code, met, rights, opened_at, met_at, closed_at)
        for code, met, rights, opened_at, met_at, closed_at in _beliefs(learner)
        if opened_at is not None and met_at is not None
    )


def _in_order(learner: UUID) -> QuerySet[Belief, tuple[Any, ...]]:
    order = (F("closed_at").desc(nulls_first=True), "-met_at", "code")
    columns = ("code", "met", "rights", "opened_at", "met_at", "closed_at")
    return Belief.objects.filter(learner_id=learner).order_by(*order).values_list(*columns)


_beliefs = Prepared(_in_order, UUID)
