"""Where the maximum of every window lies: the first one, or the last NaN."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnncalc.arguments import RealArray
from cnncalc.geometry import WindowAxis
from cnncalc.pooling.axes import extends
from cnncalc.pooling.reduction import blocks, extended, parts, planes, windows_at

Indices: TypeAlias = NDArray[np.int64]
Offsets: TypeAlias = NDArray[np.unsignedinteger]


@lru_cache(maxsize=32)
def lowest(dtype: np.dtype[np.generic]) -> float:
    """Return the number of a type that loses every maximum.

    >>> lowest(np.dtype(np.int8)), lowest(np.dtype(np.float32))
    (-128, -inf)
    """
    return -np.inf if dtype.kind == "f" else int(np.iinfo(dtype.name).min)


def chosen_cells(cells: RealArray) -> NDArray[np.intp]:
    """Return the column of the first maximum, or of the last NaN, in every row of ``cells`` ``(windows, n)``.

    >>> chosen_cells(np.array([[1, 3, 3], [np.nan, 4, np.nan]])).tolist()
    [1, 2]
    """
    chosen: NDArray[np.intp] = cells.argmax(axis=1)
    values = cells[np.arange(len(cells)), chosen]
    nan = np.flatnonzero(values != values)
    if len(nan):
        chosen[nan] = cells.shape[1] - 1 - np.isnan(cells[nan, ::-1]).argmax(axis=1)
    return chosen


def max_with_indices(maps: RealArray, height: WindowAxis, width: WindowAxis) -> tuple[RealArray, Indices]:
    """Return the maximum of every window of ``maps`` ``(..., H, W)`` and its place ``row * W + column``.

    The columns within each row come first, then the rows: so the first maximum is the first row by row.
    """
    shape = (*maps.shape[:-2], height.output, width.output)
    values: RealArray = np.empty(shape, dtype=maps.dtype)
    indices = np.empty(shape, dtype=np.int64)
    x, maxima, places = planes(maps), planes(values), planes(indices)
    neutral = lowest(maps.dtype)
    # the places of the windows' first cells, which may lie in the padding
    starts = np.add.outer(
        (np.arange(height.output) * height.stride - height.before) * width.size,
        np.arange(width.output) * width.stride - width.before,
    )
    row_step = height.dilation * width.size
    largest = (height.kernel - 1) * row_step + (width.kernel - 1) * width.dilation
    padded = extends(height) or extends(width)
    for block in blocks(len(x), x[0].nbytes):
        columns, offsets = _first_in_rows(extended(x[block], -1, width, neutral), width)
        columns, offsets = extended(columns, -2, height, neutral), extended(offsets, -2, height, 0)
        found, offsets = _first_of_rows(columns, offsets, height, row_step, largest)
        maxima[block] = found
        np.add(starts, offsets, out=places[block])
        # comparisons pass over NaN, and padding that ties with a lowest number would come first
        doubtful = ~(found > neutral) if padded else found != found
        if doubtful.any():
            outputs = np.nonzero(doubtful)
            cells, candidates = windows_at(x[block], height, width, outputs)
            places[block][outputs] = np.take_along_axis(candidates, chosen_cells(cells)[:, np.newaxis], 1)[:, 0]
    return values, indices


def _first_in_rows(values: RealArray, axis: WindowAxis) -> tuple[RealArray, Offsets]:
    """Return the maxima of the windows along the last axis and their offsets from the windows' first cells."""
    best, *others = parts(values, -1, axis)
    dtype = np.min_scalar_type((axis.kernel - 1) * axis.dilation).type
    offset: Offsets = np.zeros(best.shape, dtype)
    for n, part in enumerate(others, start=1):
        # later offsets are larger, so that the largest is the last that was better
        better = np.greater(part, best) * dtype(n * axis.dilation)
        offset = better if n == 1 else np.maximum(offset, better, out=offset)
        best = np.maximum(best, part, out=None if n == 1 else best)
    return best, offset


def _first_of_rows(
    values: RealArray, offsets: Offsets, axis: WindowAxis, step: int, largest: int
) -> tuple[RealArray, Offsets]:
    """Return the maxima along the last axis but one; ``step`` per row is added to the ``offsets`` they come with.

    ``largest`` is the largest offset possible.
    """
    best, *others = parts(values, -2, axis)
    within = parts(offsets, -2, axis)
    dtype = np.min_scalar_type(largest).type
    offset = within[0].astype(dtype)
    for n, part in enumerate(others, start=1):
        # offset = where(better, candidate, offset) in unsigned arithmetic, which is faster than a masked copy
        better = np.greater(part, best)
        candidate = within[n] + dtype(n * step)
        candidate -= offset
        candidate *= better
        offset += candidate
        best = np.maximum(best, part, out=None if n == 1 else best)
    return best, offset
