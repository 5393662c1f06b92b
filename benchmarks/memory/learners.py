"""Learners whose memory is known, of two kinds, so that no model is only tested against itself.

**FSRS-like**: every learner follows FSRS-6 with parameters of their own around the published defaults, every card has
a difficulty and an initial stability of its own. The defaults are right on average and for nobody.

**ACT-R-like**: Pavlik and Anderson (2005), "Practice and forgetting effects on vocabulary memory". Every study leaves a
trace; m = ln(sum of age^-d), where the trace's decay d = c * exp(m when it was laid) + alpha, hence the benefit of
spacing; recall = 1 / (1 + exp((tau - m) / s)). Ages are in seconds; between sessions they run ``H`` times as fast.
c, alpha, s and H are the paper's. Its threshold, for word pairs seen once for a few seconds, would leave 7 % after a
day; ours is lower: what was studied once is recalled with 75, 55 and 38 % after a day, a week and a month. Rohrer and
Taylor (2006) found 32 % four weeks after one session of mathematics.

A memory is studied once on a day, recalled or not; the solution is seen after a miss. A second attempt on that day
strengthens it further: an FSRS-like memory by FSRS's own same-day step if the solution was understood, an ACT-R-like
one by a second trace, minutes after the first. What some cards ask was met in a lesson before: FSRS-like memories then
recall it at first, ACT-R-like ones have a trace a week old.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Literal, Protocol, TypeAlias

import fsrs
import numpy as np
from fsrs.scheduler import DEFAULT_PARAMETERS, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS
from numpy.typing import NDArray

Kind: TypeAlias = Literal["FSRS-like", "ACT-R-like"]
KINDS: tuple[Kind, ...] = ("FSRS-like", "ACT-R-like")

KNOWN = (0.1, 0.5)  # share of a learner's cards met in a lesson, between these

# Standard deviations of the logarithm of a factor, between learners; of a card's own factor and difficulty.
STABILITY_SPREAD = 0.5
GROWTH_SPREAD = 0.3
LAPSE_SPREAD = 0.3
DECAY_SPREAD = 0.25
CARD_STABILITY_SPREAD = 0.5
CARD_DIFFICULTY_SPREAD = 1.5

DECAY_INTERCEPT = 0.177  # alpha
DECAY_SCALE = 0.217  # c
NOISE = 0.255  # s
H = 0.025
THRESHOLD = -1.8  # tau
INTERCEPT_SPREAD = 0.15
SCALE_SPREAD = 0.2
THRESHOLD_SPREAD = 0.25  # between learners, and …
CARD_THRESHOLD_SPREAD = 0.3  # … between one learner's cards
SECOND_ATTEMPT = 300.0  # seconds after the first
LESSON = -7  # its day

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86400 * H


def draws(key: str) -> Random:
    """A stream of random numbers of its own for every key."""
    return Random(key)  # noqa: S311  # no secret depends on it


class Memory(Protocol):
    """One learner's memory of one card."""

    def recall(self, day: int) -> float:
        """The probability of recall on a day after the latest study."""

    def recalls(self, days: range) -> NDArray[np.float64]:
        """The same for many days."""

    def study(self, day: int, recalled: bool) -> None:
        """Take in a day's first question and its solution."""

    def practise(self, understood: bool) -> None:
        """Take in the second question of the same day."""


@dataclass(frozen=True)
class Learner:
    """Draws the memories of one learner's cards."""

    name: str
    known: float
    parameters: tuple[float, ...]  # FSRS's 21, or intercept, scale and threshold of ACT-R
    kind: Kind
    spread: float = 1.0  # of the cards, as a share of the spreads above

    def memory(self, card: int) -> Memory:
        """A fresh memory of a card, the same whenever it is asked for."""
        rng = draws(f"{self.name} {card}")
        known = rng.random() < self.known
        if self.kind == "FSRS-like":
            factor = math.exp(rng.gauss(0, CARD_STABILITY_SPREAD * self.spread))
            shift = rng.gauss(0, CARD_DIFFICULTY_SPREAD * self.spread)
            return FsrsMemory(_scheduler(self.parameters), known, factor, shift)
        intercept, scale, threshold = self.parameters
        traces = [(LESSON * _DAY, intercept)] if known else []
        threshold += rng.gauss(0, CARD_THRESHOLD_SPREAD * self.spread)
        return ActrMemory(intercept, scale, threshold, traces)


PLAIN = Learner("plain", 1.0, DEFAULT_PARAMETERS, "FSRS-like", spread=0.0)  # knows every card, all cards are alike


def learner(kind: Kind, number: int) -> Learner:
    """The learner of that number: always the same one."""
    name = f"{kind} {number}"
    rng = draws(name)
    known = rng.uniform(*KNOWN)
    if kind == "ACT-R-like":
        intercept = DECAY_INTERCEPT * math.exp(rng.gauss(0, INTERCEPT_SPREAD))
        scale = DECAY_SCALE * math.exp(rng.gauss(0, SCALE_SPREAD))
        return Learner(name, known, (intercept, scale, rng.gauss(THRESHOLD, THRESHOLD_SPREAD)), kind)
    w = list(DEFAULT_PARAMETERS)
    factor = math.exp(rng.gauss(0, STABILITY_SPREAD))
    w[:4] = [stability * factor for stability in w[:4]]
    w[8] += rng.gauss(0, GROWTH_SPREAD)  # exp(w8) is the factor of all growth
    w[11] *= math.exp(rng.gauss(0, LAPSE_SPREAD))
    w[20] *= math.exp(rng.gauss(0, DECAY_SPREAD))
    return Learner(name, known, tuple(np.clip(w, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS).tolist()), kind)


@lru_cache(maxsize=1)  # one learner's cards follow each other
def _scheduler(parameters: tuple[float, ...]) -> fsrs.Scheduler:
    return fsrs.Scheduler(parameters, learning_steps=(), relearning_steps=(), enable_fuzzing=False)


@dataclass
class FsrsMemory:
    """FSRS-6: recalled is rated good, forgotten is rated again."""

    scheduler: fsrs.Scheduler
    known: bool
    stability_factor: float  # of the first stability
    difficulty_shift: float  # of the first difficulty
    card: fsrs.Card = field(default_factory=lambda: fsrs.Card(card_id=0, due=_EPOCH))
    day: int = 0

    def recall(self, day: int) -> float:
        """By the forgetting curve; a new card is known or not."""
        return float(self.recalls(range(day, day + 1))[0]) if self.card.stability else float(self.known)

    def recalls(self, days: range) -> NDArray[np.float64]:
        """By the forgetting curve, R = (1 + (0.9^(-1/w20) - 1) * t/S)^-w20."""
        assert self.card.stability is not None
        decay = self.scheduler.parameters[20]
        factor = 0.9 ** (-1 / decay) - 1
        recalls: NDArray[np.float64] = (1 + factor * (np.array(days) - self.day) / self.card.stability) ** -decay
        return recalls

    def study(self, day: int, recalled: bool) -> None:
        """Rate it good or again."""
        new = self.card.stability is None
        self._review(day, fsrs.Rating.Good if recalled else fsrs.Rating.Again)
        if new:
            assert self.card.stability is not None
            assert self.card.difficulty is not None
            self.card.stability *= self.stability_factor
            self.card.difficulty = min(max(self.card.difficulty + self.difficulty_shift, 1.0), 10.0)

    def practise(self, understood: bool) -> None:
        """FSRS's step of a second good review on one day; a solution not understood changes nothing."""
        if understood:
            self._review(self.day, fsrs.Rating.Good)

    def _review(self, day: int, rating: fsrs.Rating) -> None:
        self.card, _ = self.scheduler.review_card(self.card, rating, _EPOCH + timedelta(days=day))
        self.day = day


@dataclass
class ActrMemory:
    """Traces as (when, decay)."""

    intercept: float
    scale: float
    threshold: float
    traces: list[tuple[float, float]]

    def recall(self, day: int) -> float:
        """By the activation; 0 where there is no trace."""
        if not self.traces:
            return 0.0
        return 1 / (1 + math.exp((self.threshold - math.log(self._strength(day * _DAY))) / NOISE))

    def recalls(self, days: range) -> NDArray[np.float64]:
        """By the activation."""
        when, decay = np.array(self.traces).T
        ages = np.array(days, float)[:, None] * _DAY - when
        strength = (ages**-decay).sum(axis=1)
        recalls: NDArray[np.float64] = 1 / (1 + (math.exp(self.threshold) / strength) ** (1 / NOISE))
        return recalls

    def study(self, day: int, recalled: bool) -> None:
        """Lay a trace: recalling and seeing the solution count alike."""
        self._lay(day * _DAY)

    def practise(self, understood: bool) -> None:
        """Lay a second trace, which decays faster because the first is fresh."""
        self._lay(self.traces[-1][0] + SECOND_ATTEMPT)

    def _lay(self, when: float) -> None:
        self.traces.append((when, self.intercept + self.scale * self._strength(when)))

    def _strength(self, when: float) -> float:
        """exp(m)."""
        return sum(math.pow(when - laid, -decay) for laid, decay in self.traces)
