"""Max and mean pooling, separable: the rows of all windows are reduced first, then the columns."""

from __future__ import annotations

from fractions import Fraction
from types import EllipsisType
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncalc.arguments import Padding, Pair, RealArray, flag, real_maps
from cnncalc.geometry import WindowAxis, window_axes

MeanArray: TypeAlias = NDArray[np.floating | np.object_]
Scalar = TypeVar("Scalar", bound=np.generic)

_fractions = np.frompyfunc(Fraction, 2, 1)


def max_pool2d(
    x: ArrayLike,
    kernel: int | Pair,
    stride: int | Pair | None = None,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
) -> RealArray:
    """Return the maximum of every window of ``x`` ``(..., H, W)``: shape ``(..., Oh, Ow)``, dtype of ``x``.

    ``stride`` defaults to ``kernel``. Padding never wins, NaN always does. For the forms of the arguments see
    ``sliding_windows``, for the output size ``output_size``.

    Raises ``ValueError`` for maps that are not real and rectangular, for windows that do not fit, for padding
    larger than half the kernel, and for a dilated window that holds nothing but padding.

    Source: PyTorch documentation of ``MaxPool2d``.

    >>> max_pool2d([[1, 3, 2, 0], [4, 2, 1, 5]], kernel=2).tolist()
    [[4, 5]]
    >>> max_pool2d([[-1, -3], [-2, -4]], kernel=2, stride=1, padding=1).tolist()
    [[-1, -1, -3], [-1, -1, -3], [-2, -2, -4]]
    """
    maps = real_maps(x)
    height, width = pooling_axes(maps.shape, kernel, stride, padding, dilation, ceil_mode)
    lowest = -np.inf if maps.dtype.kind == "f" else np.iinfo(maps.dtype.name).min
    rows = _reduced(maps, -2, height, np.maximum, lowest)
    return _reduced(rows, -1, width, np.maximum, lowest)


def mean_pool2d(
    x: ArrayLike,
    kernel: int | Pair,
    stride: int | Pair | None = None,
    padding: Padding = 0,
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
    larger than half the kernel, and for ``exact`` with maps that are not integers.

    Source: PyTorch documentation of ``AvgPool2d``.

    >>> mean_pool2d([[1, 3, 2, 0], [4, 2, 1, 5]], kernel=2).tolist()
    [[2.5, 2.0]]
    >>> mean_pool2d([[1, 2], [3, 5]], kernel=2, padding=1, count_include_pad=False).tolist()
    [[1.0, 2.0], [3.0, 5.0]]
    >>> mean_pool2d([[1, 0, 0]], kernel=(1, 3), exact=True).tolist()
    [[Fraction(1, 3)]]
    """
    maps = real_maps(x)
    height, width = pooling_axes(maps.shape, kernel, stride, padding, 1, ceil_mode)
    counts = mean_divisors(height, width, count_include_pad)
    terms = _terms(maps, exact)
    with np.errstate(invalid="ignore"):  # inf - inf is NaN: a result, not an accident
        rows = _reduced(terms, -2, height, np.add, 0)
        sums = _reduced(rows, -1, width, np.add, 0)
    return _means(maps, sums, counts)


def global_mean_pool2d(x: ArrayLike, *, exact: bool = False) -> MeanArray:
    """Return the mean over ``H`` and ``W`` of ``x`` ``(..., H, W)``: shape ``(...,)``, for one map ``()``.

    Types and ``exact`` as in ``mean_pool2d``. Raises ``ValueError`` for maps that are not real and
    rectangular, and for ``exact`` with maps that are not integers.

    Source: Lin, Chen & Yan 2013, "Network in network", section 3.2.

    >>> global_mean_pool2d([[[1, 2], [3, 4]], [[0, 0], [0, 1]]]).tolist()
    [2.5, 0.25]
    >>> global_mean_pool2d([[1, 2], [3, 4]], exact=True).item()
    Fraction(5, 2)
    """
    maps = real_maps(x)
    terms = _terms(maps, exact)
    with np.errstate(invalid="ignore"):
        sums = np.asarray(terms.sum(axis=(-2, -1)), dtype=terms.dtype)
    return _means(maps, sums, np.asarray(maps.shape[-2] * maps.shape[-1]))


def pooling_axes(
    shape: tuple[int, ...],
    kernel: int | Pair,
    stride: int | Pair | None,
    padding: Padding,
    dilation: int | Pair,
    ceil_mode: bool,
) -> tuple[WindowAxis, WindowAxis]:
    """Return the windows over ``shape`` ``(..., H, W)``; ``ValueError`` if one of them could hold no input.

    >>> [axis.output for axis in pooling_axes((5, 6), 2, None, 0, 1, True)]
    [3, 3]
    """
    axes = window_axes(shape, kernel, kernel if stride is None else stride, padding, dilation, ceil_mode)
    for name, axis in zip(("height", "width"), axes, strict=True):
        if 2 * max(axis.before, axis.after) > axis.kernel:
            raise ValueError(
                f"{name} of shape {shape}: padding {(axis.before, axis.after)} must not be larger than "
                f"half the kernel {axis.kernel}"
            )
        if axis.dilation > 1 and not _inside(axis, 0, 0).all():
            raise ValueError(
                f"{name} of shape {shape}: a window holds nothing but padding (kernel {axis.kernel}, "
                f"dilation {axis.dilation}, padding {(axis.before, axis.after)})"
            )
    return axes


def mean_divisors(height: WindowAxis, width: WindowAxis, count_include_pad: bool) -> NDArray[np.intp]:
    """Return the number of cells that each window's mean counts, shape ``(Oh, Ow)``.

    >>> height, width = pooling_axes((3, 3), 2, None, 0, 1, True)
    >>> mean_divisors(height, width, True).tolist()
    [[4, 2], [2, 1]]
    """
    if flag("count_include_pad", count_include_pad):
        rows, columns = (_inside(axis, axis.before, axis.after) for axis in (height, width))
    else:
        rows, columns = (_inside(axis, 0, 0) for axis in (height, width))
    return np.multiply.outer(rows, columns)


def _inside(axis: WindowAxis, before: int, after: int) -> NDArray[np.intp]:
    """Count the cells of every window that lie in the input widened by ``before`` and ``after`` cells."""
    positions = axis.positions()
    counts: NDArray[np.intp] = ((positions >= -before) & (positions < axis.size + after)).sum(axis=1)
    return counts


def _terms(maps: RealArray, exact: bool) -> MeanArray:
    if flag("exact", exact):
        if maps.dtype.kind == "f":
            raise ValueError(f"exact=True needs integers, got dtype {maps.dtype}")
        return maps.astype(object)
    # a sum in float16 overflows at 65,504 where its mean does not
    narrowest = np.float32 if maps.dtype.kind == "f" else np.float64
    return maps.astype(np.promote_types(maps.dtype, narrowest), copy=False)


def _means(maps: RealArray, sums: MeanArray, counts: NDArray[np.intp]) -> MeanArray:
    if sums.dtype == np.object_:
        return np.asarray(_fractions(sums, counts.astype(object)), dtype=object)
    return np.asarray(sums / counts.astype(sums.dtype), dtype=np.float16 if maps.dtype == np.float16 else None)


def _reduced(x: NDArray[Scalar], position: int, axis: WindowAxis, combine: np.ufunc, neutral: float) -> NDArray[Scalar]:
    """Combine the cells of every window along one axis; ``neutral`` stands for padding and ceil overhang."""
    x = _extended(x, position, axis, neutral)
    span = (axis.output - 1) * axis.stride + 1
    offsets = range(0, axis.kernel * axis.dilation, axis.dilation)
    parts = [x[_along(position, slice(offset, offset + span, axis.stride))] for offset in offsets]
    reduced = parts[0].copy()
    for part in parts[1:]:
        combine(reduced, part, out=reduced)
    return reduced


def _extended(x: NDArray[Scalar], position: int, axis: WindowAxis, neutral: float) -> NDArray[Scalar]:
    missing = axis.reach - axis.before - axis.size
    if axis.before == 0 and missing <= 0:
        return x
    shape = list(x.shape)
    shape[position] = axis.before + axis.size + max(missing, 0)
    extended = np.full(shape, neutral, dtype=x.dtype)
    extended[_along(position, slice(axis.before, axis.before + axis.size))] = x
    return extended


def _along(position: int, cells: slice) -> tuple[EllipsisType | slice, ...]:
    return (..., cells, slice(None)) if position == -2 else (..., cells)
