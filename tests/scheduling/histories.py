"""What happens to a card, as the tests tell it: single events, and whole histories by chance."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from quizzes.scheduling import DEFAULTS, Act, Action, Answer, CardState, Event, Preferences, Rating, fold, step

START = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
TODAY = 20544  # 2026-04-01

DAYS_ON = (0, 0, 0, 1, 1, 2, 30, 400)
DAYS_BACK = (-1, -2)
ANSWERS = ("right", "right", "wrong", "wrong", "hinted", "gave up", "rated")
ACTIONS: tuple[Act, ...] = ("suspend", "resume", "bury", "reset", "void", "void")


def answer(
    number: int,
    day: int = TODAY,
    correct: bool = True,
    hinted: bool = False,
    gave_up: bool = False,
    self_rating: Rating | None = None,
) -> Answer:
    """The event ``number``: an answer, given in that order."""
    return Answer(_at(number), UUID(int=number), day, correct, hinted, gave_up, self_rating)


def action(number: int, act: Act, day: int = TODAY, voids: Event | None = None) -> Action:
    """The event ``number``: what the learner did with the card."""
    return Action(_at(number), UUID(int=number), day, act, voids.id if voids else None)


def _at(number: int) -> datetime:
    return START + timedelta(minutes=number)


def history(chance: random.Random, travel: bool = True, acts: bool = True) -> list[Event]:
    """Up to eight events in their order; some at the same moment. A traveller's days may go back."""
    found: list[Event] = []
    at, day = START, TODAY
    for number in range(1, chance.randint(0, 8) + 1):
        at += timedelta(minutes=chance.choice((0, 1, 700, 5000)))
        day += chance.choice(DAYS_ON + DAYS_BACK * travel)
        if acts and chance.randint(1, 3) == 1:
            act = chance.choice(ACTIONS)
            voids = chance.choice(found).id if act == "void" and found else None
            found.append(Action(at, UUID(int=number), day, act, voids))
        else:
            found.append(_answer(at, number, day, chance))
    return found


def _answer(at: datetime, number: int, day: int, chance: random.Random) -> Answer:
    kind = chance.choice(ANSWERS)
    return Answer(
        at,
        UUID(int=number),
        day,
        correct=kind in ("right", "hinted"),
        hinted=kind == "hinted",
        gave_up=kind == "gave up",
        self_rating=Rating(chance.randint(1, 4)) if kind == "rated" else None,
    )


def histories(travel: bool = True, acts: bool = True) -> st.SearchStrategy[list[Event]]:
    """Histories for Hypothesis."""
    return st.randoms(use_true_random=False).map(lambda chance: history(chance, travel, acts))


def disordered(events: list[Event], chance: random.Random) -> list[Event]:
    """The events as they may arrive: some twice, each some places late or in no order at all."""
    places = list(enumerate(events))
    places += chance.sample(places, len(places) // 3)
    spread = chance.choice((2, 5, 50))
    return [event for _, event in sorted(places, key=lambda place: place[0] + spread * chance.random())]


def stepped(events: Iterable[Event]) -> CardState:
    """The state after one step per event."""
    state = CardState()
    for event in events:
        state = step(state, event)
    return state


def arrived(events: Iterable[Event], preferences: Preferences = DEFAULTS, key: bytes = b"") -> CardState:
    """The state as it is kept when events arrive in this order: one step where that will do, else all again."""
    log: list[Event] = []
    state = CardState()
    for event in events:
        log.append(event)
        following = state.follows(event)
        state = step(state, event, preferences, key) if following else fold(log, preferences, key)
    return state


def learned(state: CardState) -> CardState:
    """The state without its place in the log."""
    return replace(state, revision=0, latest_at=None, latest_id=None)
