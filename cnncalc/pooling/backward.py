"""The gradients of max, mean and Lp pooling."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncalc.arguments import Padding, Pair, RealArray, flag, real_maps
from cnncalc.geometry import WindowAxis
from cnncalc.pooling.argmax import max_with_indices
from cnncalc.pooling.axes import mean_divisors, pooling_axes
from cnncalc.pooling.gradients import mean_shares, output_gradient, scattered
from cnncalc.pooling.lp import absolute, exponent, norms
from cnncalc.pooling.mean import MeanArray
from cnncalc.pooling.reduction import Scalar, along, extended, parts
from cnncalc.sums import FloatArray, as_arithmetic_has_it, float_type, float_working_type


@as_arithmetic_has_it
def max_pool2d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    kernel: int | Pair,
    stride: int | Pair | None = None,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
) -> RealArray:
    """Return the gradient of ``max_pool2d`` with respect to ``x``, shape of ``x`` ``(..., H, W)``.

    Every value of ``dy`` ``(..., Oh, Ow)`` goes to the first maximum of its window, or to its last NaN; where
    windows overlap, a cell collects. Floating types of ``dy`` are kept, integers give exact int64.

    Raises ``ValueError`` as ``max_pool2d`` does, for a ``dy`` of another shape than the output, and if a sum of
    integers exceeds int64.

    Source: PyTorch documentation of ``MaxPool2d`` (its gradient).

    >>> max_pool2d_backward([[5, 7]], [[1, 3, 2, 0], [4, 2, 1, 5]], kernel=2).tolist()
    [[0, 0, 0, 0], [5, 0, 0, 7]]
    """
    maps = real_maps(x)
    height, width = pooling_axes(maps.shape, kernel, stride, padding, dilation, ceil_mode)
    gradient = output_gradient(dy, (*maps.shape[:-2], height.output, width.output))
    _, indices = max_with_indices(maps, height, width)
    return scattered(gradient, indices, maps.shape)


@as_arithmetic_has_it
def mean_pool2d_backward(
    dy: ArrayLike,
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
    """Return the gradient of ``mean_pool2d`` with respect to ``x``, shape of ``x`` ``(..., H, W)``.

    Every value of ``dy`` ``(..., Oh, Ow)`` is divided by the divisor of its window, and every cell of the window
    takes that share; what falls on padding is lost. Floating types of ``dy`` are kept, integers give float64, or
    with ``exact`` an object array of ``fractions.Fraction``. The values of ``x`` do not matter.

    Raises ``ValueError`` as ``mean_pool2d`` does, for a ``dy`` of another shape than the output, and for
    ``exact`` with a ``dy`` that does not hold integers.

    Source: PyTorch documentation of ``AvgPool2d`` (its gradient).

    >>> mean_pool2d_backward([[4, 8]], [[1, 3, 2, 0], [4, 2, 1, 5]], kernel=2).tolist()
    [[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]]
    >>> mean_pool2d_backward([[1, 1]], [[6, 7, 8]], kernel=(1, 2), stride=1, exact=True).tolist()
    [[Fraction(1, 2), Fraction(1, 1), Fraction(1, 2)]]
    """
    maps = real_maps(x)
    height, width = pooling_axes(maps.shape, kernel, stride, padding, dilation, ceil_mode)
    counts = mean_divisors(height, width, count_include_pad)
    gradient = output_gradient(dy, (*maps.shape[:-2], height.output, width.output))
    shares = mean_shares(gradient, counts, exact)
    spread = _spread(_spread(shares, -1, width), -2, height)
    return spread.astype(gradient.dtype if gradient.dtype.kind == "f" else shares.dtype, copy=False)


@as_arithmetic_has_it
def lp_pool2d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    p: float,
    kernel: int | Pair,
    stride: int | Pair | None = None,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
    normalized: bool = False,
    *,
    count_include_pad: bool = True,
) -> FloatArray:
    """Return the gradient of ``lp_pool2d`` with respect to ``x``, shape of ``x`` ``(..., H, W)``.

    A cell takes ``dy * sign(x) * (|x| / y)**(p - 1)`` from every window, in the normalised form divided by its
    ``N``. For ``p=math.inf`` the first maximum of ``|x|`` takes all, times its sign. Where a window or a cell is
    zero, the gradient has no single value; here it is 0. The type is that of ``dy`` and ``x`` together, float64
    for integers.

    Raises ``ValueError`` as ``lp_pool2d`` does, and for a ``dy`` of another shape than the output.

    Source: the derivative of the formulas in ``lp_pool2d``. PyTorch, which takes ``x**p`` without the absolute
    value, also returns 0 for a window of zeros if ``p`` is 1 or more; for a smaller ``p`` it returns NaN there.

    >>> lp_pool2d_backward([[5, 2]], [[3, -4, 0, 0]], 2, kernel=(1, 2)).tolist()
    [[3.0, -4.0, 0.0, 0.0]]
    """
    maps = real_maps(x)
    power = exponent(p)
    height, width = pooling_axes(maps.shape, kernel, stride, padding, dilation, ceil_mode)
    divisors = mean_divisors(height, width, count_include_pad)
    counts = divisors if flag("normalized", normalized) else None
    gradient = output_gradient(dy, (*maps.shape[:-2], height.output, width.output))
    dtype = float_type(gradient, maps)
    working = float_working_type(dtype)
    sizes = absolute(maps).astype(working, copy=False)
    slopes = gradient.astype(working, copy=False)
    if power == math.inf:
        norm, indices = max_with_indices(sizes, height, width)
        collected = scattered(np.where(norm == 0, 0, slopes), indices, maps.shape)
    else:
        norm = norms(sizes, power, height, width, counts)
        slopes = slopes if counts is None else slopes / counts.astype(working)
        collected = _norm_slopes(slopes, sizes, norm, power, height, width)
    signs = np.where(np.isnan(maps), 1, np.sign(maps))
    return np.asarray(collected * signs, dtype=dtype)


def _norm_slopes(
    slopes: FloatArray, sizes: FloatArray, norm: FloatArray, p: float, height: WindowAxis, width: WindowAxis
) -> FloatArray:
    """Return the sum of ``slopes * (sizes / norm)**(p - 1)`` over the windows of every cell.

    The quotient keeps large powers in range, which ``sizes**(p - 1) * norm**(1 - p)`` would not.
    """
    slopes = np.where(np.isnan(norm), norm, np.where(norm == 0, 0, slopes))
    norm = np.where(norm == 0, 1, norm)
    wide = extended(extended(sizes, -2, height, 0), -1, width, 0)
    total = np.zeros_like(wide)
    rows, targets = parts(wide, -2, height), parts(total, -2, height)
    with np.errstate(all="ignore"):
        for row, target_row in zip(rows, targets, strict=True):
            for cells, target in zip(parts(row, -1, width), parts(target_row, -1, width), strict=True):
                quotients = cells / norm
                if p < 1:  # 0**(p - 1) is infinite, but a cell of zero takes nothing
                    quotients[cells == 0] = np.inf
                target += slopes * quotients ** (p - 1)
    return total[..., height.before : height.before + height.size, width.before : width.before + width.size]


def _spread(y: NDArray[Scalar], position: int, axis: WindowAxis) -> NDArray[Scalar]:
    """Add every value of ``y`` to all cells of its window along one axis: the adjoint of a sum over windows."""
    shape = list(y.shape)
    shape[position] = max(axis.reach, axis.before + axis.size)
    total = np.full(shape, Fraction(0) if y.dtype == np.object_ else 0, dtype=y.dtype)
    for part in parts(total, position, axis):
        part += y
    return total[along(position, slice(axis.before, axis.before + axis.size))]
