"""What is compared: models that see a card's answers, predict whether it is recalled and choose the next day for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from quizzes.scheduling import DEFAULTS, Answer, CardState, Preferences, recall, step

from .answering import Studied

OURS = "ours"
FIRST_ANSWER = "first answer"
SM2 = "SM-2"
CONSTANT = "constant"
OWN_RATE = "own rate"
TRUTH = "truth"

RECALL_WHEN_DUE = 0.9  # what SM-2 is taken to predict when a card is due: the convention of the srs-benchmark


class Model(Protocol):
    """One card, seen by one model."""

    def take(self, studied: Studied) -> None:
        """Take in a day's answers."""

    def recall(self, day: int) -> float:
        """Predicted probability of recall, after at least one day of answers."""

    @property
    def due_day(self) -> int:
        """When to ask again."""


@dataclass
class Fsrs:
    """The project's own fold, with its second chance or with first answers only: wrong is again, right is good."""

    second_chance: bool
    key: bytes
    preferences: Preferences = DEFAULTS
    state: CardState = field(default_factory=CardState)

    def take(self, studied: Studied) -> None:
        """One event per answer."""
        self._answer(studied.day, 0, studied.first)
        if self.second_chance and studied.second is not None:
            self._answer(studied.day, 5, studied.second)

    def recall(self, day: int) -> float:
        """The retrievability."""
        recalled = recall(self.state.memory, day)
        assert recalled is not None
        return recalled

    @property
    def due_day(self) -> int:
        """At the retention asked for, fuzzed."""
        assert self.state.due_day is not None
        return self.state.due_day

    def _answer(self, day: int, minute: int, correct: bool) -> None:
        at = _EPOCH + timedelta(days=day, minutes=minute)
        event = Answer(at=at, id=UUID(int=self.state.revision), day=day, correct=correct)
        self.state = step(self.state, event, self.preferences, self.key)


@dataclass
class SuperMemo2:
    """SM-2: intervals of 1, 6, then the last times the ease. Right is quality 4, wrong is quality 2."""

    ease: float = 2.5
    interval: int = 0
    rights: int = 0
    day: int = 0

    def take(self, studied: Studied) -> None:
        """From the first answer alone."""
        quality = 4 if studied.first else 2
        self.rights = self.rights + 1 if studied.first else 0
        if self.rights > 2:
            self.interval = round(self.interval * self.ease)
        else:
            self.interval = 6 if self.rights == 2 else 1
        self.ease = max(1.3, self.ease + 0.1 - (5 - quality) * (0.08 + (5 - quality) * 0.02))
        self.day = studied.day

    def recall(self, day: int) -> float:
        """Falls exponentially."""
        return float(RECALL_WHEN_DUE ** ((day - self.day) / self.interval))

    @property
    def due_day(self) -> int:
        """SM-2 knows no retention to ask for."""
        return self.day + self.interval


MODELS: dict[str, Callable[[bytes, Preferences], Model]] = {
    OURS: lambda key, preferences: Fsrs(True, key, preferences),
    FIRST_ANSWER: lambda key, preferences: Fsrs(False, key, preferences),
    SM2: lambda key, preferences: SuperMemo2(),
}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
