"""Which input cells every pooling window holds."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cnncalc.arguments import Padding, Pair, flag
from cnncalc.geometry import WindowAxis, window_axes


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
    # small maps are pooled sooner than this is checked; but within a pair a cache would take True for 1
    arguments = (kernel, stride, padding, dilation, ceil_mode)
    checked = _remembered_axes if _PLAIN.issuperset(map(type, arguments)) else _checked_axes
    return checked(shape, *arguments)


def _checked_axes(
    shape: tuple[int, ...],
    kernel: int | Pair,
    stride: int | Pair | None,
    padding: Padding,
    dilation: int | Pair,
    ceil_mode: bool,
) -> tuple[WindowAxis, WindowAxis]:
    axes = window_axes(shape, kernel, kernel if stride is None else stride, padding, dilation, ceil_mode)
    for name, axis in zip(("height", "width"), axes, strict=True):
        if 2 * max(axis.before, axis.after) > axis.kernel:
            raise ValueError(
                f"{name} of shape {shape}: padding {(axis.before, axis.after)} must not be larger than "
                f"half the kernel {axis.kernel}"
            )
        if axis.dilation > 1 and extends(axis) and not inside(axis).any(axis=1).all():
            raise ValueError(
                f"{name} of shape {shape}: a window holds nothing but padding (kernel {axis.kernel}, "
                f"dilation {axis.dilation}, padding {(axis.before, axis.after)})"
            )
    return axes


_PLAIN = frozenset({int, bool, type(None)})
_remembered_axes = lru_cache(maxsize=256, typed=True)(_checked_axes)


def mean_divisors(height: WindowAxis, width: WindowAxis, count_include_pad: bool) -> NDArray[np.intp]:
    """Return the number of cells that each window's mean counts, shape ``(Oh, Ow)``.

    >>> height, width = pooling_axes((3, 3), 2, None, 0, 1, True)
    >>> mean_divisors(height, width, True).tolist()
    [[4, 2], [2, 1]]
    """
    counts = []
    padded = flag("count_include_pad", count_include_pad)
    for axis in (height, width):
        before, after = (axis.before, axis.after) if padded else (0, 0)
        # most windows hold their whole kernel, and small maps are pooled sooner than positions are compared
        if before == axis.before and axis.reach <= axis.before + axis.size + after:
            counts.append(np.full(axis.output, axis.kernel))
        else:
            counts.append(inside(axis, before, after).sum(axis=1))
    divisors: NDArray[np.intp] = np.multiply.outer(*counts)
    return divisors


def extends(axis: WindowAxis) -> bool:
    """Tell whether a window reaches beyond the input, into the padding or over the end in ceil mode.

    >>> [extends(axis) for axis in pooling_axes((3, 4), 2, None, 0, 1, True)]
    [True, False]
    """
    return axis.before > 0 or axis.reach > axis.before + axis.size


def inside(axis: WindowAxis, before: int = 0, after: int = 0) -> NDArray[np.bool_]:
    """Tell which cells of every window lie in the input widened by ``before`` and ``after``: ``(output, kernel)``.

    >>> inside(pooling_axes((1, 3), (1, 2), None, 0, 1, True)[1]).tolist()
    [[True, True], [True, False]]
    """
    positions = axis.positions()
    held: NDArray[np.bool_] = (positions >= -before) & (positions < axis.size + after)
    return held


def nearest_inside(axis: WindowAxis) -> NDArray[np.intp]:
    """Return the positions of every window, each one outside the input replaced by the window's nearest inside.

    A maximum and its place stay the same, for no cell is added. Shape ``(output, kernel)``.

    >>> nearest_inside(pooling_axes((1, 4), (1, 3), 2, (0, 1), 1, True)[1]).tolist()
    [[0, 0, 1], [1, 2, 3], [3, 3, 3]]
    """
    positions = axis.positions()
    from_first = np.where(positions < 0, positions % axis.dilation, positions)
    steps_over = np.maximum(-((axis.size - 1 - from_first) // axis.dilation), 0)
    nearest: NDArray[np.intp] = from_first - steps_over * axis.dilation
    return nearest
