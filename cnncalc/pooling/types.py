"""The floating types of results, and those in which sums are calculated."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnncalc.arguments import RealArray
from cnncalc.sums import result_type

FloatArray: TypeAlias = NDArray[np.floating]
FloatType: TypeAlias = np.dtype[np.floating]


def float_type(*arrays: RealArray) -> FloatType:
    """Return the floating type of a result: that of ``arrays`` together, float64 for integers.

    >>> float_type(np.array([1])), float_type(np.ones(1, dtype=np.float16))
    (dtype('float64'), dtype('float16'))
    """
    together = result_type(*arrays)
    return np.result_type(together, np.float64 if together.kind != "f" else together)


def summing_type(result: FloatType) -> FloatType:
    """Return the type in which to sum: float16 overflows at 65,504 where a mean does not.

    >>> summing_type(np.dtype(np.float16))
    dtype('float32')
    """
    return np.dtype(np.float32) if result == np.float16 else result
