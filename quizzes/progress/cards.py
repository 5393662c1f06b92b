"""A learner's cards of published templates, read once, for all that is calculated from them."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from quizzes.agenda import Day
from quizzes.models import Card
from quizzes.scheduling import Deck
from quizzes.scheduling.forgetting import retrievability


class Seen(NamedTuple):
    """A card that was answered before, and not reset since."""

    topic: str
    stability: float
    difficulty: float
    day: int
    due_day: int
    skill: float
    first_right_day: int | None
    right_day: int | None
    suspended: bool
    buried_day: int | None


class Cards(NamedTuple):
    """The seen cards, and how many were suspended unseen."""

    seen: list[Seen]
    refused: int


def read(learner: UUID) -> Cards:
    """All the learner's cards, whose templates are published."""
    columns = (
        "template__topic__slug", "stability", "difficulty", "day", "due_day", "skill", "first_right_day", "right_day",
        "suspended", "buried_day",
    )  # fmt: skip
    rows = Card.objects.filter(learner_id=learner, template__current__isnull=False).values_list(*columns)
    seen, refused = [], 0
    for topic, stability, difficulty, day, due_day, skill, first_right_day, right_day, suspended, buried_day in rows:
        if stability is None or difficulty is None or day is None or due_day is None:
            refused += suspended
            continue
        rights = first_right_day, right_day
        seen.append(Seen(topic, stability, difficulty, day, due_day, skill or 0.0, *rights, suspended, buried_day))
    return Cards(seen, refused)


def deck(seen: list[Seen], day: Day) -> Deck:
    """The memories of those that are asked; what is buried today comes back tomorrow."""
    asked = [card for card in seen if not card.suspended]
    tomorrow = day.today + 1
    due = [max(card.due_day, tomorrow) if card.buried_day == day.today else card.due_day for card in asked]
    return Deck(
        stability=np.array([card.stability for card in asked], dtype=np.float64),
        difficulty=np.array([card.difficulty for card in asked], dtype=np.float64),
        day=np.array([card.day for card in asked], dtype=np.int64),
        due_day=np.array(due, dtype=np.int64),
    )


def recalls(memories: Deck, day: int) -> NDArray[np.float64]:
    """Predicted recall of each card on ``day``."""
    return retrievability(memories.stability, np.maximum(day - memories.day, 0))
