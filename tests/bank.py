"""The bank of this repository, read once for all tests of a process."""

from __future__ import annotations

from functools import cache

from quizzes.questions import Template, load
from quizzes.questions.catalogue import read_bank

BANK = read_bank()


@cache
def compiled() -> tuple[Template, ...]:
    """All of its templates, in its order."""
    return tuple(load(source) for _, source in BANK.sources)
