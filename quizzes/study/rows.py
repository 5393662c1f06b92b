"""Rows ↔ the pure states of :mod:`quizzes.scheduling`."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from quizzes import scheduling
from quizzes.models import Attempt, Belief, Card, CardAction
from quizzes.scheduling import Action, Answer, CardState, Memory, Rating

_SAME = [field.name for field in fields(CardState) if field.name not in ("settled", "memory", "rating")]
_BELIEF = [field.name for field in fields(scheduling.Belief)]


def answer_of(attempt: Attempt) -> Answer:
    """What scheduling needs to know of an attempt."""
    return Answer(
        at=attempt.answered_at,
        id=attempt.id,
        day=attempt.day,
        correct=attempt.verdict == "correct",
        hinted=attempt.hints_used > 0,
        gave_up=attempt.gave_up,
        self_rating=Rating(attempt.self_rating) if attempt.self_rating is not None else None,
    )


def action_of(row: CardAction) -> Action:
    """The event that a row of the log holds."""
    return Action(at=row.at, id=row.id, day=row.day, act=row.act, voids=row.voids)  # type: ignore[arg-type]  # choices


def card_state(card: Card) -> CardState:
    """The state that a card's row holds."""
    return CardState(
        settled=_memory(card.settled_stability, card.settled_difficulty, card.settled_day),
        memory=_memory(card.stability, card.difficulty, card.day),
        rating=Rating(card.rating) if card.rating is not None else None,
        **{name: getattr(card, name) for name in _SAME},
    )


def card_columns(state: CardState) -> dict[str, Any]:
    """The columns of a card in this state."""
    settled, memory = state.settled, state.memory
    return {
        "settled_stability": settled and settled.stability,
        "settled_difficulty": settled and settled.difficulty,
        "settled_day": settled and settled.day,
        "stability": memory and memory.stability,
        "difficulty": memory and memory.difficulty,
        "day": memory and memory.day,
        "rating": state.rating,
        **{name: getattr(state, name) for name in _SAME},
    }


def belief_of(row: Belief) -> scheduling.Belief:
    """The belief that a row holds."""
    return scheduling.Belief(**{name: getattr(row, name) for name in _BELIEF})


def belief_columns(belief: scheduling.Belief) -> dict[str, Any]:
    """The columns of a belief."""
    return {name: getattr(belief, name) for name in _BELIEF}


def _memory(stability: float | None, difficulty: float | None, day: int | None) -> Memory | None:
    if stability is None or difficulty is None or day is None:
        return None
    return Memory(stability, difficulty, day)
