"""What happens to a card: answers, and what a learner does with the card itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Literal, TypeAlias
from uuid import UUID


class Rating(IntEnum):
    """How well a card was recalled on a day, in FSRS's four grades."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """What scheduling needs to know of an attempt."""

    at: datetime
    id: UUID
    day: int
    correct: bool
    hinted: bool = False
    gave_up: bool = False
    self_rating: Rating | None = None  # flashcards

    @property
    def unaided(self) -> bool:
        """Whether the learner knew it: right without a hint, or a flashcard not rated again."""
        if self.self_rating is not None:
            return self.self_rating is not Rating.AGAIN
        return self.correct and not self.hinted and not self.gave_up


Act: TypeAlias = Literal["suspend", "resume", "bury", "reset", "void"]
ACTS: tuple[Act, ...] = ("suspend", "resume", "bury", "reset", "void")


@dataclass(frozen=True, slots=True)
class Action:
    """What a learner does with a card.

    ``suspend``: never ask it until ``resume``. ``bury``: not again today. ``reset``: forget what was learned; it is
    new again. ``void``: the answer ``voids`` does not count. Nothing is deleted.
    """

    at: datetime
    id: UUID
    day: int
    act: Act
    voids: UUID | None = None


Event: TypeAlias = Answer | Action
