"""FSRS-6's forgetting curve, for one memory and for arrays of them.

R(t, S) = (1 + (0.9^(-1/w) - 1) * t/S)^(-w), where t is days since the review, S the stability in days, w FSRS's
decay. The ``fsrs`` package has the same formulas for one card at a time; tests hold these to it.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, overload

import fsrs
import numpy as np
from numpy.typing import NDArray

PARAMETERS = fsrs.Scheduler().parameters
DECAY = -PARAMETERS[20]
FACTOR = 0.9 ** (1 / DECAY) - 1
LONGEST = 36500  # days, as in fsrs

_SPREAD = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.10), (20.0, float("inf"), 0.05))  # from, to, share of the interval


@overload
def retrievability(stability: float, elapsed: float) -> float: ...
@overload
def retrievability(stability: NDArray[np.float64], elapsed: NDArray[Any]) -> NDArray[np.float64]: ...
def retrievability(stability: Any, elapsed: Any) -> Any:
    """Recall after ``elapsed`` days (not negative), of one memory or of arrays of one shape."""
    return (1 + FACTOR * elapsed / stability) ** DECAY


def interval(stability: float, retention: float) -> int:
    """Whole days until recall falls to ``retention``: at least 1.

    >>> interval(10.0, 0.9), interval(10.0, 0.8), interval(0.2, 0.9)
    (10, 33, 1)
    """
    days: float = stability / FACTOR * (retention ** (1 / DECAY) - 1)
    return min(max(round(days), 1), LONGEST)


def window(days: int) -> tuple[int, int]:
    """The earliest and the latest day at which a review planned after ``days`` does as well: FSRS's fuzz range.

    >>> window(2), window(3), window(10), window(100)
    ((2, 2), (2, 4), (8, 12), (93, 107))
    """
    if days < _SPREAD[0][0]:
        return days, days
    delta = 1 + sum(share * max(min(days, end) - start, 0) for start, end, share in _SPREAD)
    return max(2, round(days - delta)), min(round(days + delta), LONGEST)


def fuzzed(days: int, key: bytes) -> int:
    """A day of the window, the same for the same key: what was learned together does not all come back together."""
    earliest, latest = window(days)
    return earliest + pick(key, latest - earliest + 1)


def pick(key: bytes, count: int) -> int:
    """A number from 0 to ``count`` - 1 that follows from ``key``."""
    return int.from_bytes(blake2b(key, digest_size=8).digest()) % count
