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
    end = today + days
    new = [min(preferences.new_per_day, max(unseen - preferences.new_per_day * index, 0)) for index in range(days)]
    deck = _with_new(deck, new, today, preferences)
    reviews = np.zeros(days + RETURNS_AFTER)
    exam = preferences.exam_day or 0
    first = end if exam <= today else min(max(exam - PASS_DAYS, today), end)
    after = max(first, min(exam, end))
    _as_due(deck, reviews, today, today, first, preferences)
    for now in range(first, after):
        due = (deck.due_day <= now) | _final_pass(deck, now, exam)
        _review(deck, reviews, today, np.flatnonzero(due), np.array(now), preferences)
    _as_due(deck, reviews, today, after, end, preferences)
    return Projection(reviews[:days].tolist(), new, deck)


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


def _as_due(deck: Deck, reviews: Floats, today: int, first: int, end: int, preferences: Preferences) -> None:
    """Review every card on each of its due days from ``first`` up to ``end``: all cards at a time."""
    due = np.arange(len(deck.day))
    while True:
        due = due[deck.due_day[due] < end]
        if not len(due) or first >= end:
            return
        _review(deck, reviews, today, due, np.maximum(deck.due_day[due], first), preferences)


def _review(deck: Deck, reviews: Floats, today: int, due: Integers, now: Integers, preferences: Preferences) -> None:
    """Review the cards ``due`` (indices) on the days ``now``, one for each or one for all."""
    recalled = retrievability(deck.stability[due], now - deck.day[due])
    index = np.broadcast_to(now - today, due.shape)
    np.add.at(reviews, index, 2 - recalled)
    np.add.at(reviews, index + RETURNS_AFTER, 1 - recalled)
    stability, difficulty = good_review(deck.stability[due], deck.difficulty[due], recalled)
    deck.stability[due], deck.difficulty[due], deck.day[due] = stability, difficulty, now
    deck.due_day[due] = now + intervals(stability, preferences.retention)


def _final_pass(deck: Deck, now: int, exam: int) -> NDArray[np.bool_]:
    """Of the cards not seen in the last days before the exam, today's share: those recalled worst."""
    waiting = np.flatnonzero((deck.day < exam - PASS_DAYS) & (deck.due_day > now))
    worst = np.argsort(retrievability(deck.stability[waiting], now - deck.day[waiting]), kind="stable")
    chosen = np.zeros(len(deck.day), dtype=bool)
    chosen[waiting[worst[: -(-len(waiting) // (exam - now))]]] = True
    return chosen


def _with_new(deck: Deck, new: list[int], today: int, preferences: Preferences) -> Deck:
    """A deck of its own: the cards given, then those of each coming day, which first come back after it."""
    w = PARAMETERS
    day = np.repeat(today + np.arange(len(new)), new)
    stability = np.full(len(day), w[1])
    difficulty = np.full(len(day), w[4] - math.exp(w[5]) + 1)
    fresh = Deck(stability, difficulty, day, day + intervals(stability, preferences.retention))
    return Deck(*(np.concatenate(pair) for pair in zip(deck, fresh, strict=True)))
