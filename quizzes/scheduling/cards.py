"""The events of one card → its state. Pure: no database, no clock, no randomness.

A card is a fold over its events in the order of (time, id). :func:`step` takes one event further; :func:`fold`
replays all. FSRS sees one review per learner-day, whose rating follows from that day's answers, so the state keeps
the memory as it was before the day (``settled``) beside the memory after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import fsrs

from .days import midnight
from .events import Action, Answer, Event, Rating
from .forgetting import fuzzed, interval, retrievability
from .preferences import DEFAULTS, Preferences

LEECH_LAPSES = 4
SKILL_WEIGHT = 0.3  # of the newest first answer in the moving average


@dataclass(frozen=True, slots=True)
class Memory:
    """FSRS's view after a review on the learner-day ``day``: stability in days, difficulty 1 … 10."""

    stability: float
    difficulty: float
    day: int


@dataclass(frozen=True, slots=True)
class CardState:
    """One learner's memory of one template."""

    settled: Memory | None = None  # before the latest day with answers
    memory: Memory | None = None  # after it
    rating: Rating | None = None  # that day's rating so far
    second_chance: bool = False  # a right answer to one fresh variant that day still lifts again to hard
    due_day: int | None = None
    reviews: int = 0  # days with answers
    lapses: int = 0  # days rated again, after the first
    first_day: int | None = None
    first_right_day: int | None = None  # of the days whose first answer was right without help …
    right_day: int | None = None  # … the first and the latest
    skill: float | None = None  # moving average of the days' first answers, 0 … 1
    suspended: bool = False
    buried_day: int | None = None  # not to be asked on that day
    revision: int = 0  # events taken in
    latest_at: datetime | None = None
    latest_id: UUID | None = None

    @property
    def leech(self) -> bool:
        """Whether it was forgotten so often that asking again alone does not help."""
        return self.lapses >= LEECH_LAPSES

    def follows(self, event: Event) -> bool:
        """Whether :func:`step` may take ``event``: it comes after all taken in and takes none of them back."""
        if isinstance(event, Action) and event.act == "void":
            return False
        if self.latest_at is None or self.latest_id is None:
            return True
        return (event.at, event.id) > (self.latest_at, self.latest_id)


def fold(events: Iterable[Event], preferences: Preferences = DEFAULTS, key: bytes = b"") -> CardState:
    """The state of a card from all its events, given in any order and any number of times.

    ``key`` (learner and template) keeps the fuzz of one card from that of others.
    """
    by_id = {event.id: event for event in events}
    voided = {event.voids for event in by_id.values() if isinstance(event, Action) and event.act == "void"}
    state = CardState()
    for event in sorted(by_id.values(), key=lambda event: (event.at, event.id)):
        seen = replace(state, revision=state.revision + 1, latest_at=event.at, latest_id=event.id)
        state = seen if event.id in voided else _taken(seen, event, preferences, key)
    return state


def step(state: CardState, event: Event, preferences: Preferences = DEFAULTS, key: bytes = b"") -> CardState:
    """The state after one more event, which must follow those taken in.

    A traveller's clock may go back to an earlier day; the answer then counts for the latest day so far.
    """
    if not state.follows(event):
        raise ValueError(f"event {event.id} does not follow {state.latest_id}: fold all events again")
    seen = replace(state, revision=state.revision + 1, latest_at=event.at, latest_id=event.id)
    return _taken(seen, event, preferences, key)


def recall(memory: Memory | None, day: int) -> float | None:
    """Predicted probability that it is recalled on ``day``; ``None`` for a card that was never reviewed.

    FSRS's retrievability, which is not the probability of a right answer: that is recall times :func:`.share`.
    """
    return None if memory is None else retrievability(memory.stability, max(0, day - memory.day))


def due_day(memory: Memory, reviews: int, preferences: Preferences, key: bytes) -> int:
    """The day on which a memory should be refreshed: recall falls to the retention asked for, a little fuzzed."""
    days = interval(memory.stability, preferences.retention)
    return memory.day + fuzzed(days, key + reviews.to_bytes(4))


def _taken(state: CardState, event: Event, preferences: Preferences, key: bytes) -> CardState:
    """``state`` with ``event``, which is counted in its revision already."""
    if isinstance(event, Answer):
        return _answered(state, event, preferences, key)
    match event.act:
        case "suspend":
            return replace(state, suspended=True)
        case "resume":
            return replace(state, suspended=False, buried_day=None)
        case "bury":
            return replace(state, buried_day=event.day)
        case "reset":
            return CardState(revision=state.revision, latest_at=state.latest_at, latest_id=state.latest_id)
    return state  # a void acts through the answer that is left out


def _answered(state: CardState, answer: Answer, preferences: Preferences, key: bytes) -> CardState:
    memory = state.memory
    if memory is None or answer.day > memory.day:
        rating, second_chance = _first(answer)
        state = replace(
            _with_skill(state, answer),
            settled=memory,
            reviews=state.reviews + 1,
            second_chance=second_chance,
            first_day=answer.day if state.first_day is None else state.first_day,
        )
        return _reviewed(state, answer.day, rating, preferences, key)
    if not state.second_chance:
        return state
    rating = Rating.HARD if answer.unaided else Rating.AGAIN
    today_lapsed = state.settled is not None  # it is counted anew
    state = replace(state, second_chance=False, lapses=state.lapses - today_lapsed)
    return _reviewed(state, memory.day, rating, preferences, key)


def _first(answer: Answer) -> tuple[Rating, bool]:
    """The rating after a day's first answer, and whether a second chance follows."""
    if answer.self_rating is not None:
        return answer.self_rating, False
    if answer.gave_up:
        return Rating.AGAIN, False
    if answer.correct:
        return (Rating.HARD if answer.hinted else Rating.GOOD), False
    return Rating.AGAIN, True


def _with_skill(state: CardState, answer: Answer) -> CardState:
    right = answer.unaided
    skill = float(right) if state.skill is None else state.skill + SKILL_WEIGHT * (right - state.skill)
    if not right:
        return replace(state, skill=skill)
    first = answer.day if state.first_right_day is None else state.first_right_day
    return replace(state, skill=skill, first_right_day=first, right_day=answer.day)


def _reviewed(state: CardState, day: int, rating: Rating, preferences: Preferences, key: bytes) -> CardState:
    card, _ = _SCHEDULER.review_card(_card(state.settled), fsrs.Rating(int(rating)), midnight(day))
    assert card.stability is not None  # noqa: S101  # FSRS gives both to every reviewed card
    assert card.difficulty is not None  # noqa: S101
    memory = Memory(card.stability, card.difficulty, day)
    return replace(
        state,
        memory=memory,
        rating=rating,
        due_day=due_day(memory, state.reviews, preferences, key),
        lapses=state.lapses + (rating is Rating.AGAIN and state.settled is not None),
    )


# Whole days only, no steps of minutes, no random fuzz. The retention asked for moves the due day, never the memory.
_SCHEDULER = fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)


def _card(memory: Memory | None) -> fsrs.Card:
    # An id is given because fsrs sleeps a millisecond to make one.
    if memory is None:
        return fsrs.Card(card_id=0, due=midnight(0))
    return fsrs.Card(
        card_id=0,
        state=fsrs.State.Review,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=midnight(memory.day),
        last_review=midnight(memory.day),
    )
