"""Combining the cells of windows: separable, and in blocks of maps that stay in the processor's cache."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from types import EllipsisType
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from cnncalc.geometry import WindowAxis
from cnncalc.pooling.axes import extends, nearest_inside

Scalar = TypeVar("Scalar", bound=np.generic)
Outputs: TypeAlias = tuple[NDArray[np.intp], ...]

# What a block needs stays in a core's second-level cache, and the allocator keeps its memory for the next block: of
# larger pieces it may return each to the system, and their new pages cost more than the calculation.
BLOCK_BYTES = 2**18
MAX_GATHERED = 256  # numbers, up to which one gathering beats a dozen small steps


def planes(maps: NDArray[Scalar]) -> NDArray[Scalar]:
    """Return ``maps`` ``(..., H, W)`` as ``(planes, H, W)``."""
    return maps if maps.ndim == 3 else maps.reshape(-1, *maps.shape[-2:])


def blocks(count: int, plane_bytes: int) -> Iterator[slice]:
    """Divide ``count`` planes into blocks of about ``BLOCK_BYTES``.

    >>> list(blocks(3, BLOCK_BYTES // 2))
    [slice(0, 2, None), slice(2, 4, None)]
    """
    size = max(1, BLOCK_BYTES // plane_bytes)
    for start in range(0, count, size):
        yield slice(start, start + size)


def reduced(
    x: NDArray[Scalar],
    height: WindowAxis,
    width: WindowAxis,
    combine: np.ufunc,
    neutral: float,
    out: NDArray[Scalar] | None = None,
) -> NDArray[Scalar]:
    """Combine the cells of every window; ``neutral`` stands for padding and ceil overhang.

    The rows come first: they lie one after the other in memory, and leave less for the strided columns.
    """
    in_any_order = x.dtype.kind != "f" or combine is np.maximum  # sums of floats round
    if x.size <= MAX_GATHERED and in_any_order:
        places = _places(height, width)
        if places is not None:
            cells = x.reshape(*x.shape[:-2], -1).take(places, axis=-1)
            return combine.reduce(cells, axis=-1, out=out)  # type: ignore[no-any-return]  # NumPy's stubs say Any
    rows = _reduced_axis(x, -2, height, combine, neutral, None)
    return _reduced_axis(rows, -1, width, combine, neutral, out)


@lru_cache(maxsize=256)
def _places(height: WindowAxis, width: WindowAxis) -> NDArray[np.intp] | None:
    """Return ``row * W + column`` of every window's cells, ``(Oh, Ow, kh * kw)``; ``None`` if a window reaches out."""
    if extends(height) or extends(width):
        return None
    rows, columns = height.positions(), width.positions()
    places: NDArray[np.intp] = rows[:, None, :, None] * width.size + columns[None, :, None, :]
    return places.reshape(height.output, width.output, -1)


def _reduced_axis(
    x: NDArray[Scalar],
    position: int,
    axis: WindowAxis,
    combine: np.ufunc,
    neutral: float,
    out: NDArray[Scalar] | None,
) -> NDArray[Scalar]:
    everywhere, somewhere = _cells_inside(x, position, axis)
    if len(everywhere) > 1:
        total: NDArray[Scalar] = combine(everywhere[0], everywhere[1], out=out)
    elif everywhere and not somewhere and out is None:
        return everywhere[0]
    else:
        shape = list(x.shape)
        shape[position] = axis.output
        total = np.empty(shape, dtype=x.dtype) if out is None else out
        total[...] = everywhere[0] if everywhere else neutral
    for part in everywhere[2:]:
        combine(total, part, out=total)
    for outputs, part in somewhere:
        target = total[along(position, outputs)]
        combine(target, part, out=target)
    return total


def _cells_inside(
    x: NDArray[Scalar], position: int, axis: WindowAxis
) -> tuple[list[NDArray[Scalar]], list[tuple[slice, NDArray[Scalar]]]]:
    """Return views of the cells that all windows hold, and of those that only some outputs hold.

    This is faster than to copy the maps with their padding.
    """
    everywhere, somewhere = [], []
    for offset in range(-axis.before, axis.kernel * axis.dilation - axis.before, axis.dilation):
        first = max(0, -(offset // axis.stride))
        end = min(axis.output, (axis.size - 1 - offset) // axis.stride + 1)
        if first < end:
            start = offset + first * axis.stride
            part = x[along(position, slice(start, offset + end * axis.stride, axis.stride))]
            if end - first == axis.output:
                everywhere.append(part)
            else:
                somewhere.append((slice(first, end), part))
    return everywhere, somewhere


def parts(x: NDArray[Scalar], position: int, axis: WindowAxis) -> list[NDArray[Scalar]]:
    """Return, for every cell of a window, a view of that cell in all windows along one axis of an extended ``x``."""
    span = (axis.output - 1) * axis.stride + 1
    offsets = range(0, axis.kernel * axis.dilation, axis.dilation)
    return [x[along(position, slice(offset, offset + span, axis.stride))] for offset in offsets]


def extended(x: NDArray[Scalar], position: int, axis: WindowAxis, neutral: float) -> NDArray[Scalar]:
    """Return ``x`` with padding and ceil overhang along one axis, or ``x`` itself if no window reaches there."""
    if not extends(axis):
        return x
    shape = list(x.shape)
    shape[position] = max(axis.reach, axis.before + axis.size)
    wider = np.full(shape, neutral, dtype=x.dtype)
    wider[along(position, slice(axis.before, axis.before + axis.size))] = x
    return wider


def along(position: int, cells: slice) -> tuple[EllipsisType | slice, ...]:
    """Return the index of ``cells`` along the last axis (-1) or the one before it (-2)."""
    return (..., cells, slice(None)) if position == -2 else (..., cells)


def windows_at(
    x: NDArray[Scalar], height: WindowAxis, width: WindowAxis, outputs: Outputs
) -> tuple[NDArray[Scalar], NDArray[np.intp]]:
    """Return the cells of some windows of ``x`` ``(planes, H, W)`` and their places ``row * W + column``.

    Both have the shape ``(windows, kh * kw)``. Places outside the input are replaced as in ``nearest_inside``.
    """
    plane, i, j = outputs  # as np.nonzero names them
    rows = nearest_inside(height)[i]
    columns = nearest_inside(width)[j]
    places = (rows[:, :, np.newaxis] * width.size + columns[:, np.newaxis, :]).reshape(
        len(plane), height.kernel * width.kernel
    )
    cells = x[plane[:, np.newaxis], places // width.size, places % width.size]
    return cells, places
