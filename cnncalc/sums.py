"""The types of results, and those in which sums are calculated: exact for integers, wide enough for float16."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnncalc.arguments import RealArray

# NumPy's annotations have no dtype that is "of integers or of floats" wherever one is passed on
RealType: TypeAlias = np.dtype[Any]
FloatType: TypeAlias = np.dtype[np.floating]
FloatArray: TypeAlias = NDArray[np.floating]

LARGEST_EXACT_FLOAT64 = 2**53

as_arithmetic_has_it = np.errstate(invalid="ignore", over="ignore")
"""Decorates functions in which inf - inf is NaN and a sum too large for its type is infinite, without warnings."""


def result_type(*arrays: RealArray | None) -> RealType:
    """Return int64 if all ``arrays`` hold integers, else the type that NumPy gives them together.

    >>> result_type(np.array([1], dtype=np.uint8), None), result_type(np.array([1]), np.array([0.5]))
    (dtype('int64'), dtype('float64'))
    """
    types = [array.dtype for array in arrays if array is not None]
    if types[0].kind == "f" and types.count(types[0]) == len(types):
        return types[0]  # np.result_type takes a tenth of the time of 8 × 8 maps
    for dtype in types:
        if dtype.kind == "f":
            return np.result_type(*types)
    return np.dtype(np.int64)


def float_type(*arrays: RealArray) -> FloatType:
    """Return the floating type of a result: that of ``arrays`` together, float64 for integers.

    >>> float_type(np.array([1])), float_type(np.ones(1, dtype=np.float16))
    (dtype('float64'), dtype('float16'))
    """
    together = result_type(*arrays)
    return np.result_type(together, np.float64 if together.kind != "f" else together)


def float_working_type(result: FloatType) -> FloatType:
    """Return the type in which to sum numbers of a floating type: float16 would overflow at 65,504.

    >>> float_working_type(np.dtype(np.float16))
    dtype('float32')
    """
    return np.dtype(np.float32) if result.itemsize == 2 else result


def working_type(result: RealType, largest: Callable[[], int]) -> RealType:
    """Return the type in which to calculate sums of type ``result``.

    Integers are summed in float64 if it holds every integer up to ``largest()``, the size that a sum could
    have, because BLAS multiplies no integers; else in int64. Raises ``ValueError`` if int64 would not hold
    them either. For floating types see ``float_working_type``.

    >>> working_type(np.dtype(np.int64), lambda: 2**53), working_type(np.dtype(np.int64), lambda: 2**53 + 1)
    (dtype('float64'), dtype('int64'))
    """
    if result.kind == "f":
        return float_working_type(result)
    size = largest()
    if size > np.iinfo(np.int64).max:
        raise ValueError(f"a sum could be as large as {size}, which int64 does not hold")
    return np.dtype(np.float64 if size <= LARGEST_EXACT_FLOAT64 else np.int64)


def magnitude(array: RealArray | None) -> int:
    """Return the largest absolute value of an integer array; 0 if there is none.

    >>> magnitude(np.array([-128, 127], dtype=np.int8))
    128
    """
    return 0 if array is None else max(int(array.max()), -int(array.min()))
