"""Questions for paper: a sheet is given by its topic and a number, and is the same whenever it is asked for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from quizzes.models import QuestionTemplate
from quizzes.questions import MAX_SEED, GenerationError, TemplateError, Variant

from . import templates
from .asking import fresh
from .choosing import Scope, in_order
from .errors import NothingToAsk

logger = logging.getLogger(__name__)


def worksheet(topic: str, count: int, seed: int, level: int | None = None) -> list[Variant]:
    """``count`` variants of the topic's calculations in turns, easy ones first; nothing of it is recorded.

    Those that cannot be posed are left out, which authors are told of in the log. Raises :class:`NothingToAsk`.
    """
    rows = list(in_order(Scope(topic=topic, level=level, kind="question")).filter(calculates=True))
    if not rows:
        raise NothingToAsk("nothing-of-this-kind")
    variants = list(_posed(rows, count, f"{topic}/{seed}"))
    if not variants:
        raise NothingToAsk("nothing-of-this-kind")
    return variants


def _posed(rows: Sequence[QuestionTemplate], count: int, sheet: str) -> Iterator[Variant]:
    for number in sorted(range(count), key=lambda number: number % len(rows)):
        row = rows[number % len(rows)]
        try:
            yield fresh(templates.load(row.current_id), "free", [], (), _seeds(f"{sheet}/{number}"))
        except (TemplateError, GenerationError, ArithmeticError):
            logger.exception("%s cannot be asked", row.slug)


def _seeds(text: str) -> Callable[[int], int]:
    """The seed of each try."""
    return lambda tries: int.from_bytes(sha256(f"{text}/{tries}".encode()).digest()[:8]) % (MAX_SEED + 1)
