"""How good probabilities are. Arrays (n,): ``predicted`` probabilities, ``happened`` true or false."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CLIP = 1e-4

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


def log_loss(predicted: Floats, happened: Booleans) -> float:
    """The mean of -ln of the probability given to what happened; probabilities are kept ``CLIP`` from 0 and 1.

    >>> round(log_loss(np.array([0.5, 0.5]), np.array([True, False])), 4)
    0.6931
    """
    kept = np.clip(predicted, CLIP, 1 - CLIP)
    return float(-np.log(np.where(happened, kept, 1 - kept)).mean())


def auc(predicted: Floats, happened: Booleans) -> float:
    """The share of pairs of one that happened and one that did not in which the former was given more; ties are half.

    By ranks (Mann and Whitney). Not a number when all or none happened.

    >>> auc(np.array([0.9, 0.5, 0.5, 0.1]), np.array([True, True, False, False]))
    0.875
    """
    _, places, counts = np.unique(predicted, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]  # equal values share the mean of their ranks
    hits = int(happened.sum())
    misses = len(happened) - hits
    if not hits or not misses:
        return float("nan")
    return float((ranks[happened].sum() - hits * (hits + 1) / 2) / (hits * misses))


def distance(predicted: Floats, true: Floats) -> float:
    """The root of the mean square between predicted and true probabilities."""
    return float(np.sqrt(((predicted - true) ** 2).mean()))
