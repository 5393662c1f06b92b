"""How a day's answers come from a memory: slips, guesses, and a second chance after a wrong answer.

What is recalled is answered right, but for slips. What is not recalled is answered wrong, but for guesses on multiple
choice. After a wrong first answer the solution is shown. Where there is a second chance, a fresh variant follows: who
recalled has another chance to slip; who did not has understood the solution with probability ``UNDERSTOOD``, then
answers like one who recalls, and otherwise guesses like before. Understanding is no recall: the memory counts as
forgotten that day, whatever the second answer says.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import overload

from .learners import Memory
from .metrics import Floats

UNDERSTOOD = 0.5
GUESS = 0.25  # one option of four


@dataclass(frozen=True)
class Answers:
    """How often a recalled answer goes wrong, and how often a forgotten one comes out right."""

    slip: float
    guess: float

    @overload
    def right(self, recall: float) -> float: ...
    @overload
    def right(self, recall: Floats) -> Floats: ...
    def right(self, recall: float | Floats) -> float | Floats:
        """The probability of a right answer at a probability of recall."""
        return recall * (1 - self.slip) + (1 - recall) * self.guess


CONDITIONS = (Answers(0.0, 0.0), Answers(0.1, 0.0), Answers(0.2, 0.0), Answers(0.1, GUESS))


@dataclass(frozen=True)
class Studied:
    """One card on one day. A model sees ``day``, ``first`` and ``second`` only."""

    day: int
    recall: float  # the memory's own probability, before
    recalled: bool
    first: bool  # whether the first answer was right …
    second: bool | None = None  # … and the second, if there was one

    @property
    def answers(self) -> int:
        """How many there were."""
        return 1 + (self.second is not None)


def study(memory: Memory, day: int, answers: Answers, second_chance: bool, rng: Random) -> Studied:
    """Ask a card on a day; the memory takes it in."""
    recall = memory.recall(day)
    recalled = rng.random() < recall
    first = rng.random() < answers.right(recalled)
    memory.study(day, recalled)
    if first or not second_chance:
        return Studied(day, recall, recalled, first)
    understood = recalled or rng.random() < UNDERSTOOD
    memory.practise(understood)
    return Studied(day, recall, recalled, first, rng.random() < answers.right(understood))
