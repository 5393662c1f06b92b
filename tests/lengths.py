"""How much a test looks at: ``make test`` a part of what ``make test-long`` does (LONG=1), the same laws and cases."""

from __future__ import annotations

import os

LONG = os.environ.get("LONG") == "1"
SHORTER = 6


def often(count: int) -> int:
    """How many examples, seeds or steps of ``count`` this run takes: all, or a sixth of them, at least ten."""
    return count if LONG else min(count, max(10, count // SHORTER))


def some(number: int) -> bool:
    """Whether a short run takes the case of this number too, where every case is of one kind and dear."""
    return LONG or number % SHORTER == 0
