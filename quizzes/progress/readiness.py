"""What lies ahead: the reviews of the coming days, and whether the time until the exam is enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quizzes import scheduling
from quizzes.agenda import Day
from quizzes.scheduling import Deck

from .cards import recalls

FORECAST_DAYS = 30
FARTHEST = 366  # days to an exam that are foreseen: each one is calculated


@dataclass(frozen=True, slots=True)
class Readiness:
    """How the exam would go after studying every day until then all that is due, and new templates at the daily number.

    ``minutes`` is the time that takes in all. ``seen`` of the published ``templates`` will have been answered by then;
    their mean ``recall`` on the exam day is ``None`` where that is none.
    """

    exam_day: int
    days_left: int
    minutes: float
    daily_minutes: int  # that the learner gives it
    seen: int
    templates: int
    recall: float | None

    @property
    def minutes_per_day(self) -> float:
        """What it takes, to be held against ``daily_minutes``."""
        return self.minutes / self.days_left

    @property
    def is_enough(self) -> bool:
        """Whether the learner gives it the time that it takes."""
        return self.minutes_per_day <= self.daily_minutes


def forecast(deck: Deck, day: Day) -> tuple[int, ...]:
    """The reviews expected on each of 30 days, today's first, if nothing new is learned.

    The expectation is rounded so that the sum up to each day is right, not each day alone: a card every third day is
    not thirty times nothing.
    """
    expected = scheduling.project(deck, day.today, FORECAST_DAYS, day.preferences).reviews
    sums = np.rint(np.cumsum(expected)).astype(int)
    return tuple(int(count) for count in np.diff(sums, prepend=0))


def readiness(deck: Deck, day: Day, *, seen: int, unseen: int, templates: int, seconds: float) -> Readiness | None:
    """Until an exam within a year, else ``None``.

    ``deck`` are the cards that are asked, ``seen`` counts also those suspended; ``unseen`` templates are still
    offered. ``seconds`` go into an answer.
    """
    exam = day.preferences.exam_day
    if exam is None or not day.today < exam <= day.today + FARTHEST:
        return None
    left = exam - day.today
    projection = scheduling.project(deck, day.today, left, day.preferences, unseen)
    return Readiness(
        exam_day=exam,
        days_left=left,
        minutes=projection.answers * seconds / 60,
        daily_minutes=day.preferences.daily_minutes,
        seen=seen + sum(projection.new),
        templates=templates,
        recall=float(recalls(projection.deck, exam).mean()) if len(projection.deck.day) else None,
    )
