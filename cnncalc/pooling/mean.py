"""Mean pooling, and the arithmetic of means."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncalc.arguments import Padding, Pair, RealArray, flag, real_maps
from cnncalc.pooling.axes import mean_divisors, pooling_axes
from cnncalc.pooling.reduction import blocks, planes, reduced
from cnncalc.sums import LARGEST_EXACT_FLOAT64, as_arithmetic_has_it, float_type, float_working_type, magnitude

MeanArray: TypeAlias = NDArray[np.floating | np.object_]

fractions = np.frompyfunc(Fraction, 2, 1)


@as_arithmetic_has_it
def mean_pool2d(
    x: ArrayLike,
    kernel: int | Pair,
    stride: int | Pair | None = None,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    *,
    exact: bool = False,
) -> MeanArray:
    """Return the mean of every window of ``x`` ``(..., H, W)``: shape ``(..., Oh, Ow)``.

    ``stride`` defaults to ``kernel``. The divisor counts the padding unless ``count_include_pad`` is false;
    cells beyond the padding, which ceil mode may reach, never count. Floating types are kept, integers give
    float64, or with ``exact`` an object array of ``fractions.Fraction``.

    Raises ``ValueError`` for maps that are not real and rectangular, for windows that do not fit, for padding
    larger than half the kernel, for a dilated window that holds nothing but padding, and for ``exact`` with
    maps that are not integers.

    Source: PyTorch documentation of ``AvgPool2d``, which has no ``dilation``; here it stands where it does in
    ``max_pool2d`` and spreads the cells of a window in the same way.

    >>> mean_pool2d([[1, 3, 2, 0], [4, 2, 1, 5]], kernel=2).tolist()
    [[2.5, 2.0]]
    >>> mean_pool2d([[1, 2], [3, 5]], kernel=2, padding=1, count_include_pad=False).tolist()
    [[1.0, 2.0], [3.0, 5.0]]
    >>> mean_pool2d([[1, 0, 0]], kernel=(1, 3), exact=True).tolist()
    [[Fraction(1, 3)]]
    """
    maps = real_maps(x)
    height, width = pooling_axes(maps.shape, kernel, stride, padding, dilation, ceil_mode)
    arithmetic = mean_arithmetic(maps, height.kernel * width.kernel, exact)
    counts = mean_divisors(height, width, count_include_pad).astype(arithmetic.working)
    result: MeanArray = np.empty((*maps.shape[:-2], height.output, width.output), dtype=arithmetic.result)
    images, pooled = planes(maps), planes(result)
    for block in blocks(len(images), images[0].size * arithmetic.working.itemsize):
        terms = images[block].astype(arithmetic.working, copy=False)
        sums = reduced(terms, height, width, np.add, 0)
        arithmetic.divide(sums, counts, out=pooled[block], casting="unsafe")
    return result


@dataclass(frozen=True, slots=True)
class MeanArithmetic:
    """The type in which the terms of means are added, the division, and the type of the means."""

    working: np.dtype[np.floating | np.object_]
    divide: np.ufunc
    result: np.dtype[np.floating | np.object_]


def mean_arithmetic(terms: RealArray, count: int, exact: bool) -> MeanArithmetic:
    """Return how means of up to ``count`` of the ``terms`` are calculated; ``ValueError`` for ``exact`` floats.

    >>> mean_arithmetic(np.array([1, 2]), 2, False).working, mean_arithmetic(np.array([2**62]), 2, False).working
    (dtype('float64'), dtype('O'))
    """
    objects, result = np.dtype(object), float_type(terms)
    if flag("exact", exact):
        if terms.dtype.kind == "f":
            raise ValueError(f"exact=True needs integers, got dtype {terms.dtype}")
        return MeanArithmetic(objects, fractions, objects)
    # where float64 would round a sum, Python's integers add exactly and divide with a single rounding
    wide = terms.dtype.kind != "f" and terms.dtype.itemsize > 4
    rounds = wide and magnitude(terms) * count > LARGEST_EXACT_FLOAT64
    return MeanArithmetic(objects if rounds else float_working_type(result), np.true_divide, result)
