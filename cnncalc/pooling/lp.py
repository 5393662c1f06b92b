"""Lp pooling: the p-norm of every window, or its mean form."""

from __future__ import annotations

import math
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncalc.arguments import Padding, Pair, RealArray, flag, real_maps
from cnncalc.geometry import WindowAxis
from cnncalc.pooling.axes import inside, mean_divisors, pooling_axes
from cnncalc.pooling.maximum import maxima
from cnncalc.pooling.reduction import blocks, planes, reduced, windows_at
from cnncalc.sums import FloatArray, as_arithmetic_has_it, float_type, float_working_type

LARGEST_MULTIPLIED_POWER = 16


@as_arithmetic_has_it
def lp_pool2d(
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
    """Return ``(Σ |x|**p)**(1/p)`` of every window of ``x`` ``(..., H, W)``: shape ``(..., Oh, Ow)``.

    With ``normalized`` it is ``(1/N Σ |x|**p)**(1/p)``, where ``N`` counts as the divisor of ``mean_pool2d``
    does; ``p=1`` then gives the mean of ``|x|``. For ``p=math.inf`` both forms are the maximum of ``|x|``.
    ``stride`` defaults to ``kernel``. Large powers neither overflow nor vanish: they are calculated relative to
    the largest cell of their window. Floating types are kept, integers give float64.

    Raises ``ValueError`` for maps that are not real and rectangular, for windows that do not fit, for padding
    larger than half the kernel, for a dilated window that holds nothing but padding, and for a ``p`` that is no
    real number (a bool is none) or not above 0.

    Source: PyTorch documentation of ``LPPool2d`` (sum form); Gulcehre et al. 2014, "Learned-norm pooling for deep
    feedforward and recurrent neural networks", equation 1 (normalised form). Unlike here, PyTorch takes ``x**p``
    without the absolute value, has no padding and no dilation, and calculates its sum as the mean times
    ``kh * kw``, which is too large where a window reaches over the end in ceil mode.

    >>> lp_pool2d([[3, -4, 0, 5]], 2, kernel=(1, 2)).tolist()
    [[5.0, 5.0]]
    >>> lp_pool2d([[1, -7, 0, 5]], 2, kernel=(1, 2), normalized=True).tolist()[0][0]
    5.0
    >>> lp_pool2d([[9, -9]], math.inf, kernel=(1, 2)).tolist()
    [[9.0]]
    """
    maps = real_maps(x)
    power = exponent(p)
    height, width = pooling_axes(maps.shape, kernel, stride, padding, dilation, ceil_mode)
    divisors = mean_divisors(height, width, count_include_pad)
    counts = divisors if flag("normalized", normalized) else None
    return norms(maps, power, height, width, counts)


def exponent(p: object) -> float:
    """Return ``p`` as a ``float``; ``ValueError`` if it is no real number, a bool, NaN or not above 0.

    >>> exponent(2), exponent(math.inf)
    (2.0, inf)
    """
    if isinstance(p, (bool, np.bool_)) or not isinstance(p, Real):
        raise ValueError(f"p must be a real number, got {p!r}")
    try:
        power = float(p)
    except OverflowError as reason:
        raise ValueError("p must be a number that a float holds, or math.inf") from reason
    if not power > 0:
        raise ValueError(f"p must be above 0, got {p!r}")
    return power


def absolute(maps: RealArray) -> FloatArray:
    """Return ``|maps|`` in the floating type in which norms are calculated.

    >>> absolute(np.array([-128], dtype=np.int8)).tolist()
    [128.0]
    """
    sizes: FloatArray = np.abs(maps.astype(float_working_type(float_type(maps)), copy=False))
    return sizes


def norms(
    maps: RealArray, p: float, height: WindowAxis, width: WindowAxis, counts: NDArray[np.intp] | None
) -> FloatArray:
    """Return the norm of every window; with ``counts`` ``(Oh, Ow)`` the mean takes the place of the sum."""
    dtype = float_type(maps)
    if p == math.inf:
        return maxima(absolute(maps), height, width).astype(dtype, copy=False)
    result: FloatArray = np.empty((*maps.shape[:-2], height.output, width.output), dtype=dtype)
    images, pooled = planes(maps), planes(result)
    together = list(blocks(len(images), images[0].nbytes))
    # memory taken once: new memory for every block would cost as much as the calculation
    memory: FloatArray = np.empty((2, *images[together[0]].shape), float_working_type(dtype))
    for block in together:
        cells = images[block].astype(memory.dtype, copy=False)
        sizes = cells if p % 2 == 0 else np.abs(cells, out=memory[0, : len(cells)])
        sums = reduced(_powers(sizes, p, memory[1, : len(cells)]), height, width, np.add, 0)
        pooled[block] = _roots(sums if counts is None else sums / counts.astype(sums.dtype), p)
        if not _in_range(sums.min()) or not _in_range(sums.max()):
            _rescale(pooled[block], np.abs(cells), sums, p, height, width, counts)
    return result


def _in_range(sums: FloatArray) -> NDArray[np.bool_]:
    """Tell which sums of powers neither overflowed nor lost a term that counts; NaN is not in range."""
    limits = np.finfo(sums.dtype)
    ordinary: NDArray[np.bool_] = (sums >= limits.tiny / limits.eps) & (sums <= limits.max)
    return ordinary


def _rescale(
    pooled: FloatArray,
    sizes: FloatArray,
    sums: FloatArray,
    p: float,
    height: WindowAxis,
    width: WindowAxis,
    counts: NDArray[np.intp] | None,
) -> None:
    """Calculate the norms whose ``sums`` are out of range again, relative to the largest cell of their window."""
    largest = reduced(sizes, height, width, np.maximum, 0)
    doubtful = ~_in_range(sums) & (largest > 0) & (largest < np.inf)
    if not doubtful.any():  # windows of zeros are common, and searching for places is slow
        return
    lost = np.nonzero(doubtful)
    cells, _ = windows_at(sizes, height, width, lost)
    _, i, j = lost
    held = (inside(height)[i][:, :, np.newaxis] & inside(width)[j][:, np.newaxis, :]).reshape(cells.shape)
    relative = ((cells / largest[lost][:, np.newaxis]) ** p * held).sum(axis=1)
    pooled[lost] = largest[lost] * _roots(relative if counts is None else relative / counts[i, j], p)


def _powers(sizes: FloatArray, p: float, out: FloatArray) -> FloatArray:
    if p == 1:
        return sizes
    if p > LARGEST_MULTIPLIED_POWER or not p.is_integer():
        return np.power(sizes, p, out=out)
    # a few products are much faster than a power
    product = sizes
    for digit in f"{int(p):b}"[1:]:
        product = np.multiply(product, product, out=out)
        if digit == "1":
            product *= sizes
    return product


def _roots(sums: FloatArray, p: float) -> FloatArray:
    if p == 1:
        return sums
    if p == 2:
        return np.sqrt(sums)
    # to the power of 0, as which 1/p could be rounded, 0, infinity and NaN would all be 1
    return sums ** max(1 / p, float(np.finfo(sums.dtype).tiny))
