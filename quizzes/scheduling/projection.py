"""How the coming days would go: reviews per day, and recall at the end. Pure, all cards at once in NumPy."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .forgetting import DECAY, FACTOR, LONGEST, PARAMETERS, retrievability
from .planning import PASS_DAYS
from .preferences import Preferences

RETURNS_AFTER = 2  # days until a forgotten card is back, about
ANSWERS_PER_NEW = 2  # a new template is answered about twice on its first day

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Deck(NamedTuple):
    """The memories of learned cards as arrays (n,), with the day on which each comes back."""

    stability: Floats
    difficulty: Floats
    day: Integers
    due_day: Integers


class Projection(NamedTuple):
    """Expected numbers per day, today first, and the deck afterwards: the cards given, then those that were new."""

    reviews: list[float]
    new: list[int]
    deck: Deck

    @property
    def answers(self) -> float:
        """How many answers that is in all."""
        return sum(self.reviews) + ANSWERS_PER_NEW * sum(self.new)


def project(deck: Deck, today: int, days: int, preferences: Preferences, unseen: int = 0) -> Projection:
    """Study ``days`` days from ``today`` on, all that is due each day and ``unseen`` templates at the daily number.

    An answer is right with the recall that is predicted. A memory that is recalled grows as FSRS says of a good
    review; one that is forgotten is counted as asked again on the same day and two days later. New templates start as
    after a hard first day: most are missed once.
    """
    deck = Deck(deck.stability.copy(), deck.difficulty.copy(), deck.day.copy(), deck.due_day.copy())
    reviews, new = [0.0] * (days + RETURNS_AFTER), [0] * days
    for index in range(days):
        now = today + index
        due = deck.due_day <= now
        due |= _final_pass(deck, due, now, preferences)
        if due.any():
            recalled = retrievability(deck.stability[due], now - deck.day[due])
            missed = float((1 - recalled).sum())
            reviews[index] += due.sum() + missed
            reviews[index + RETURNS_AFTER] += missed
            _review(deck, due, recalled, now, preferences)
        new[index] = min(preferences.new_per_day, unseen)
        unseen -= new[index]
        deck = _with_new(deck, new[index], now, preferences)
    return Projection(reviews[:days], new, deck)


def good_review(stability: Floats, difficulty: Floats, recalled: Floats) -> tuple[Floats, Floats]:
    """FSRS-6's stability and difficulty after a review rated good at the recall ``recalled``."""
    w = PARAMETERS
    growth = math.exp(w[8]) * (11 - difficulty) * stability ** -w[9] * np.expm1(w[10] * (1 - recalled))
    easiest = w[4] - math.exp(3 * w[5]) + 1
    return stability * (1 + growth), np.clip(w[7] * easiest + (1 - w[7]) * difficulty, 1, 10)


def intervals(stability: Floats, retention: float) -> Integers:
    """Whole days until recall falls to ``retention``, at least 1."""
    days: Floats = stability / FACTOR * (retention ** (1 / DECAY) - 1)
    whole: Integers = np.clip(np.rint(days), 1, LONGEST).astype(np.int64)
    return whole


def _review(deck: Deck, due: NDArray[np.bool_], recalled: Floats, now: int, preferences: Preferences) -> None:
    stability, difficulty = good_review(deck.stability[due], deck.difficulty[due], recalled)
    deck.stability[due], deck.difficulty[due], deck.day[due] = stability, difficulty, now
    deck.due_day[due] = now + intervals(stability, preferences.retention)


def _final_pass(deck: Deck, due: NDArray[np.bool_], now: int, preferences: Preferences) -> NDArray[np.bool_]:
    """Of the cards not seen in the last days before the exam, today's share: those recalled worst."""
    chosen = np.zeros_like(due)
    exam = preferences.exam_day
    if exam is None or not exam - PASS_DAYS <= now < exam:
        return chosen
    waiting = np.flatnonzero((deck.day < exam - PASS_DAYS) & ~due)
    worst = np.argsort(retrievability(deck.stability[waiting], now - deck.day[waiting]), kind="stable")
    chosen[waiting[worst[: -(-len(waiting) // (exam - now))]]] = True
    return chosen


def _with_new(deck: Deck, count: int, now: int, preferences: Preferences) -> Deck:
    if not count:
        return deck
    w = PARAMETERS
    stability = np.full(count, w[1])
    difficulty = np.full(count, w[4] - math.exp(w[5]) + 1)
    day = np.full(count, now)
    fresh = Deck(stability, difficulty, day, day + intervals(stability, preferences.retention))
    return Deck(*(np.concatenate(pair) for pair in zip(deck, fresh, strict=True)))
