"""Whether what was learned is remembered as often as planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .days import Totals
from .intervals import Proportion, wilson

WINDOW = 90  # days
FEWEST = 20  # reviews that say something


@dataclass(frozen=True, slots=True)
class Retention:
    """The reviews of the last 90 days: each day's first answer on a card that was known before.

    Recalled is what was right in full without a hint; a flashcard, what was not rated again. What is crammed or
    answered a second time on a day is no review. ``predicted`` is the mean recall foreseen for these reviews, which
    says how well memory is modelled; ``target`` is what the learner asks for.
    """

    recalled: Proportion
    predicted: float | None
    target: float

    @property
    def reviews(self) -> int:
        """How many there were."""
        return self.recalled.trials

    @property
    def achieved(self) -> float | None:
        """The share that was recalled."""
        return self.recalled.share

    @property
    def standing(self) -> Literal["unknown", "below", "on-target", "above"]:
        """Where the target lies: outside the interval, memory does differ from what is asked for."""
        if self.reviews < FEWEST:
            return "unknown"
        if self.recalled.high < self.target:
            return "below"
        return "above" if self.recalled.low > self.target else "on-target"


def retention(rows: Iterable[Totals], today: int, target: float) -> Retention:
    """What the daily totals say of it."""
    latest = [row for row in rows if row.day > today - WINDOW]
    reviews = sum(row.reviews for row in latest)
    predicted = sum(row.predicted for row in latest) / reviews if reviews else None
    return Retention(wilson(sum(row.recalled for row in latest), reviews), predicted, target)
