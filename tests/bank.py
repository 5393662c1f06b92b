"""The bank of this repository, read once for all tests of a process."""

from __future__ import annotations

from functools import cache, lru_cache

from quizzes.questions import Format, Template, Variant, generate, load
from quizzes.questions.catalogue import read_bank

BANK = read_bank()


@cache
def compiled() -> tuple[Template, ...]:
    """All of its templates, in its order."""
    return tuple(load(source) for _, source in BANK.sources)


@lru_cache(maxsize=1024)
def posed(template: Template, seed: int, format: Format = "free") -> Variant:
    """A variant, which many tests in a row look at: those of one template come together."""
    return generate(template, seed, format)
