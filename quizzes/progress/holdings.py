"""How much is kept of a learner, for those who think of having it deleted."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from quizzes.models import Attempt, Card, Device


class Holdings(NamedTuple):
    """Rows of the learner; ``answers`` also counts those taken back, ``devices`` are apps that are signed in."""

    answers: int
    cards: int
    devices: int


def holdings(learner: UUID) -> Holdings:
    """Three counts."""
    return Holdings(
        Attempt.objects.filter(learner_id=learner).count(),
        Card.objects.filter(learner_id=learner).count(),
        Device.objects.filter(user_id=learner).count(),
    )
