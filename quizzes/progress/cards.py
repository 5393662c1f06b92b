"""A learner's cards of published templates, read once, for all that is calculated from them."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from quizzes.agenda import Day
from quizzes.models import Card
from quizzes.prepared import Prepared
from quizzes.scheduling import Deck
from quizzes.scheduling.forgetting import retrievability


class Seen(NamedTuple):
    """A card that was answered before, and not reset since."""

    template: UUID
    suspended: bool
    topic: str
    stability: float
    difficulty: float
    day: int
    due_day: int
    skill: float
    first_right_day: int | None
    right_day: int | None
    buried_day: int | None
    lapses: int


class Cards(NamedTuple):
    """The seen cards, and the templates that were suspended unseen."""

    seen: list[Seen]
    refused: list[UUID]


def read(learner: UUID, topic: str | None = None) -> Cards:
    """All the learner's cards, or those of a topic, whose templates are published."""
    rows = _of_learner(learner) if topic is None else _of_topic(learner, topic)
    seen: list[Seen] = []
    refused: list[UUID] = []
    for template, suspended, slug, stability, difficulty, day, due_day, skill, *rest in rows:
        if stability is None or difficulty is None or day is None or due_day is None:
            refused += [template] if suspended else []
            continue
        seen.append(Seen(template, suspended, slug, stability, difficulty, day, due_day, skill or 0.0, *rest))
    return Cards(seen, refused)


def _published(learner: UUID, **of: str) -> QuerySet[Card, tuple[Any, ...]]:
    return Card.objects.filter(learner_id=learner, template__current__isnull=False, **of).values_list(
        "template_id", "suspended", "template__topic__slug", "stability", "difficulty", "day", "due_day", "skill",
        "first_right_day", "right_day", "buried_day", "lapses",
    )  # fmt: skip


_of_learner = Prepared(_published, UUID)
_of_topic = Prepared(lambda learner, topic: _published(learner, template__topic__slug=topic), UUID, str)


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
