"""The attempts on one card → its state. Pure: no database, no clock, no randomness.

A card is a fold over its attempts in the order of (time, id). :func:`step` takes one attempt further; :func:`fold`
replays all. FSRS sees one review per learner-day, whose rating follows from that day's attempts, so the state keeps
the memory as it was before the day (``settled``) and the day's tally beside the memory after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from uuid import UUID

import fsrs

DEFAULT_RETENTION = 0.9
DEFAULT_DAY_START_HOUR = 4

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Rating(IntEnum):
    """How well a card was recalled on a day, in FSRS's four grades."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


@dataclass(frozen=True, slots=True)
class Event:
    """What scheduling needs to know of an attempt."""

    at: datetime
    id: UUID
    day: int
    correct: bool
    hinted: bool = False
    gave_up: bool = False
    self_rating: Rating | None = None  # flashcards


@dataclass(frozen=True, slots=True)
class Memory:
    """FSRS's view after a review on the learner-day ``day``: stability in days, difficulty 1 … 10."""

    stability: float
    difficulty: float
    day: int


@dataclass(frozen=True, slots=True)
class CardState:
    """One learner's memory of one template."""

    settled: Memory | None = None  # before the latest day with attempts
    memory: Memory | None = None  # after it
    rating: Rating | None = None  # that day's rating so far
    second_chance: bool = False  # a right answer to one fresh variant that day still lifts again to hard
    due_day: int | None = None
    reviews: int = 0  # days with attempts
    lapses: int = 0  # days rated again, after the first
    revision: int = 0  # attempts taken in
    latest_at: datetime | None = None
    latest_id: UUID | None = None

    def follows(self, event: Event) -> bool:
        """Whether ``event`` comes after everything taken in, so that :func:`step` may take it."""
        if self.latest_at is None or self.latest_id is None:
            return True
        return (event.at, event.id) > (self.latest_at, self.latest_id)


def learner_day(moment: datetime, utc_offset: timedelta, day_start_hour: int = DEFAULT_DAY_START_HOUR) -> int:
    """The learner's day as a count from 1970-01-01: the local date, where a day begins at ``day_start_hour``.

    >>> learner_day(datetime(1970, 1, 2, 3, 59, tzinfo=UTC), timedelta(0), 4)
    0
    >>> learner_day(datetime(1970, 1, 1, 19, 0, tzinfo=UTC), timedelta(hours=9), 4)
    1
    """
    return (moment + utc_offset - timedelta(hours=day_start_hour) - _EPOCH).days


def date_of(day: int) -> date:
    """The calendar date of a learner-day."""
    return (_EPOCH + timedelta(days=day)).date()


def fold(events: Iterable[Event], retention: float = DEFAULT_RETENTION) -> CardState:
    """The state of a card from all its attempts, given in any order and any number of times."""
    state = CardState()
    for event in sorted({event.id: event for event in events}.values(), key=lambda event: (event.at, event.id)):
        state = step(state, event, retention)
    return state


def step(state: CardState, event: Event, retention: float = DEFAULT_RETENTION) -> CardState:
    """The state after one more attempt, which must follow those taken in.

    A traveller's clock may go back to an earlier day; the attempt then counts for the latest day so far.
    """
    if not state.follows(event):
        raise ValueError(f"attempt {event.id} does not follow {state.latest_id}: fold all attempts again")
    seen = replace(state, revision=state.revision + 1, latest_at=event.at, latest_id=event.id)
    if state.memory is None or event.day > state.memory.day:
        rating, second_chance = _first(event)
        return _reviewed(
            replace(seen, reviews=state.reviews + 1),
            state.memory,
            event.day,
            rating,
            second_chance,
            retention,
        )
    if not state.second_chance:
        return seen
    rating = Rating.HARD if event.correct and not event.hinted and not event.gave_up else Rating.AGAIN
    seen = replace(seen, lapses=seen.lapses - (state.settled is not None))  # today's own lapse is counted anew
    return _reviewed(seen, state.settled, state.memory.day, rating, False, retention)


def recall(memory: Memory | None, day: int, retention: float = DEFAULT_RETENTION) -> float | None:
    """Predicted probability of a right answer on ``day``; ``None`` for a card that was never reviewed."""
    if memory is None:
        return None
    return float(_scheduler(retention).get_card_retrievability(_card(memory), _midnight(day)))


def _first(event: Event) -> tuple[Rating, bool]:
    """The rating after a day's first attempt, and whether a second chance follows."""
    if event.self_rating is not None:
        return event.self_rating, False
    if event.gave_up:
        return Rating.AGAIN, False
    if event.correct:
        return (Rating.HARD if event.hinted else Rating.GOOD), False
    return Rating.AGAIN, True


def _reviewed(
    seen: CardState, before: Memory | None, day: int, rating: Rating, second_chance: bool, retention: float
) -> CardState:
    card, _ = _scheduler(retention).review_card(_card(before), fsrs.Rating(int(rating)), _midnight(day))
    assert card.stability is not None  # noqa: S101  # FSRS gives both to every reviewed card
    assert card.difficulty is not None  # noqa: S101
    return replace(
        seen,
        settled=before,
        memory=Memory(card.stability, card.difficulty, day),
        rating=rating,
        second_chance=second_chance,
        due_day=day + (card.due - _midnight(day)).days,
        lapses=seen.lapses + (rating is Rating.AGAIN and before is not None),
    )


_schedulers: dict[float, fsrs.Scheduler] = {}


def _scheduler(retention: float) -> fsrs.Scheduler:
    """One scheduler per target retention: whole days only, no steps of minutes, no random fuzz."""
    if retention not in _schedulers:
        _schedulers[retention] = fsrs.Scheduler(
            desired_retention=retention, learning_steps=(), relearning_steps=(), enable_fuzzing=False
        )
    return _schedulers[retention]


def _card(memory: Memory | None) -> fsrs.Card:
    # An id is given because fsrs sleeps a millisecond to make one.
    if memory is None:
        return fsrs.Card(card_id=0, due=_EPOCH)
    return fsrs.Card(
        card_id=0,
        state=fsrs.State.Review,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=_midnight(memory.day),
        last_review=_midnight(memory.day),
    )


def _midnight(day: int) -> datetime:
    """FSRS counts 24-hour blocks: given midnights, it counts days."""
    return _EPOCH + timedelta(days=day)
