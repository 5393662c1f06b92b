"""Questions for paper: a sheet is given by its topic and a number, and is the same whenever it is asked for."""

from __future__ import annotations

from hashlib import sha256

from quizzes import questions
from quizzes.questions import MAX_SEED, Variant

from . import templates
from .choosing import Scope, in_order
from .errors import NothingToAsk


def worksheet(topic: str, count: int, seed: int, level: int | None = None) -> list[Variant]:
    """``count`` variants of the topic's calculations in turns, easy ones first; nothing of it is recorded.

    Raises :class:`NothingToAsk`.
    """
    rows = list(in_order(Scope(topic=topic, level=level, kind="question")).filter(calculates=True))
    if not rows:
        raise NothingToAsk("nothing-of-this-kind")
    chosen = sorted(range(count), key=lambda number: number % len(rows))
    return [
        questions.generate(templates.load(rows[number % len(rows)].current_id), _seed(topic, seed, number))
        for number in chosen
    ]


def _seed(topic: str, seed: int, number: int) -> int:
    digest = sha256(f"{topic}/{seed}/{number}".encode()).digest()
    return int.from_bytes(digest[:8]) % (MAX_SEED + 1)
