"""Pooling to a given number of windows, and over whole maps."""

from __future__ import annotations

from typing import Literal, TypeAlias, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncalc.arguments import Pair, RealArray, flag, pair, real_maps
from cnncalc.pooling.argmax import Indices, chosen_cells
from cnncalc.pooling.mean import MeanArray, mean_arithmetic
from cnncalc.pooling.reduction import Scalar, along, planes
from cnncalc.sums import as_arithmetic_has_it

Spans: TypeAlias = list[slice]


def adaptive_windows(size: int, output: int) -> Spans:
    """Return the cells of every window along one axis: from ``floor(i*size/output)`` to ``ceil((i+1)*size/output)``.

    Neighbours share a cell where the sizes do not divide. With ``output`` above ``size`` cells are repeated.

    Source: PyTorch, ``start_index`` and ``end_index`` of its adaptive pooling.

    >>> [(cells.start, cells.stop) for cells in adaptive_windows(5, 3)]
    [(0, 2), (1, 4), (3, 5)]
    """
    return [slice(i * size // output, -(-(i + 1) * size // output)) for i in range(output)]


@as_arithmetic_has_it
def adaptive_mean_pool2d(x: ArrayLike, output: int | Pair, *, exact: bool = False) -> MeanArray:
    """Return the means of ``output`` windows that divide ``x`` ``(..., H, W)``: shape ``(..., Oh, Ow)``.

    ``output`` is an integer or ``(Oh, Ow)``, also larger than the map; for the windows see ``adaptive_windows``.
    Types and ``exact`` as in ``mean_pool2d``.

    Raises ``ValueError`` for maps that are not real and rectangular, for an ``output`` below 1, and for
    ``exact`` with maps that are not integers.

    Source: PyTorch documentation of ``AdaptiveAvgPool2d``.

    >>> adaptive_mean_pool2d([[1, 2, 3, 4, 5]], (1, 3)).tolist()
    [[1.5, 3.0, 4.5]]
    >>> adaptive_mean_pool2d([[1, 2, 2]], 1, exact=True).tolist()
    [[Fraction(5, 3)]]
    """
    maps = real_maps(x)
    rows, columns = adaptive_axes(maps.shape, output)
    counts = adaptive_divisors(rows, columns)
    arithmetic = mean_arithmetic(maps, int(counts.max()), exact)
    terms = maps.astype(arithmetic.working, copy=False)
    sums = _reduced(_reduced(terms, -2, rows, np.add), -1, columns, np.add)
    means: MeanArray = np.empty(sums.shape, dtype=arithmetic.result)
    arithmetic.divide(sums, counts.astype(arithmetic.working), out=means, casting="unsafe")
    return means


@overload
def adaptive_max_pool2d(x: ArrayLike, output: int | Pair, *, return_indices: Literal[False] = False) -> RealArray: ...


@overload
def adaptive_max_pool2d(
    x: ArrayLike, output: int | Pair, *, return_indices: Literal[True]
) -> tuple[RealArray, Indices]: ...


def adaptive_max_pool2d(
    x: ArrayLike, output: int | Pair, *, return_indices: bool = False
) -> RealArray | tuple[RealArray, Indices]:
    """Return the maxima of ``output`` windows that divide ``x`` ``(..., H, W)``: shape ``(..., Oh, Ow)``.

    ``output`` is an integer or ``(Oh, Ow)``, also larger than the map; for the windows see ``adaptive_windows``.
    NaN always wins. With ``return_indices`` a pair ``(maxima, indices)`` as from ``max_pool2d``.

    Raises ``ValueError`` for maps that are not real and rectangular, and for an ``output`` below 1.

    Source: PyTorch documentation of ``AdaptiveMaxPool2d``.

    >>> adaptive_max_pool2d([[1, 2, 3, 2, 3]], (1, 3)).tolist()
    [[2, 3, 3]]
    >>> adaptive_max_pool2d([[1, 2, 3, 2, 3]], (1, 3), return_indices=True)[1].tolist()
    [[1, 2, 4]]
    """
    maps = real_maps(x)
    rows, columns = adaptive_axes(maps.shape, output)
    if not flag("return_indices", return_indices):
        return _reduced(_reduced(maps, -2, rows, np.maximum), -1, columns, np.maximum)
    indices = max_indices(maps, rows, columns)
    flat = maps.reshape(*maps.shape[:-2], -1)
    chosen = np.take_along_axis(flat, indices.reshape(*maps.shape[:-2], -1), axis=-1)
    return chosen.reshape(indices.shape), indices


@as_arithmetic_has_it
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
    cells = maps.shape[-2] * maps.shape[-1]
    arithmetic = mean_arithmetic(maps, cells, exact)
    means: MeanArray = np.empty(maps.shape[:-2], dtype=arithmetic.result)
    sums = np.asarray(maps.sum(axis=(-2, -1), dtype=arithmetic.working), dtype=arithmetic.working)
    arithmetic.divide(sums, np.asarray(cells, dtype=arithmetic.working), out=means, casting="unsafe")
    return means


def global_max_pool2d(x: ArrayLike) -> RealArray:
    """Return the maximum over ``H`` and ``W`` of ``x`` ``(..., H, W)``: shape ``(...,)``, for one map ``()``.

    The type of ``x`` is kept; NaN always wins. Raises ``ValueError`` for maps that are not real and rectangular.

    Source: PyTorch documentation of ``AdaptiveMaxPool2d`` with output 1.

    >>> global_max_pool2d([[[1, 2], [3, 4]], [[0, 0], [0, -1]]]).tolist()
    [4, 0]
    """
    maps = real_maps(x)
    return np.asarray(maps.max(axis=(-2, -1)))


def adaptive_axes(shape: tuple[int, ...], output: int | Pair) -> tuple[Spans, Spans]:
    """Return the windows along height and width; ``ValueError`` for an ``output`` below 1.

    >>> adaptive_axes((4, 6), (1, 2))
    ([slice(0, 4, None)], [slice(0, 3, None), slice(3, 6, None)])
    """
    tall, wide = pair("output", output, 1)
    return adaptive_windows(shape[-2], tall), adaptive_windows(shape[-1], wide)


def adaptive_divisors(rows: Spans, columns: Spans) -> NDArray[np.intp]:
    """Return the number of cells in every window, shape ``(Oh, Ow)``.

    >>> adaptive_divisors(*adaptive_axes((3, 4), (2, 1))).tolist()
    [[8], [8]]
    """
    tall, wide = ([cells.stop - cells.start for cells in spans] for spans in (rows, columns))
    divisors: NDArray[np.intp] = np.multiply.outer(np.array(tall), np.array(wide))
    return divisors


def max_indices(maps: RealArray, rows: Spans, columns: Spans) -> Indices:
    """Return the place ``row * W + column`` of the first maximum, or the last NaN, of every window.

    >>> max_indices(np.array([[1, 2, 3, 2, 3]]), *adaptive_axes((1, 5), (1, 3))).tolist()
    [[1, 2, 4]]
    """
    images = planes(maps)
    indices = np.empty((len(images), len(rows), len(columns)), dtype=np.int64)
    for i, tall in enumerate(rows):
        for j, wide in enumerate(columns):
            window = images[:, tall, wide]
            row, column = np.divmod(chosen_cells(window.reshape(len(images), -1)), window.shape[2])
            indices[:, i, j] = (tall.start + row) * maps.shape[-1] + wide.start + column
    return indices.reshape(*maps.shape[:-2], len(rows), len(columns))


def _reduced(x: NDArray[Scalar], position: int, spans: Spans, combine: np.ufunc) -> NDArray[Scalar]:
    return np.stack([combine.reduce(x[along(position, cells)], axis=position) for cells in spans], axis=position)
