"""How much is simulated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Learners of each kind, and cards of each learner, for predictions and for schedules."""

    learners: int
    predicted: int
    scheduled: int


FULL = Size(learners=200, predicted=6, scheduled=2)
