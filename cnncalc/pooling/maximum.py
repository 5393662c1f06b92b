"""Max pooling."""

from __future__ import annotations

from typing import Literal, overload

import numpy as np
from numpy.typing import ArrayLike

from cnncalc.arguments import Padding, Pair, RealArray, flag, real_maps
from cnncalc.geometry import WindowAxis
from cnncalc.pooling.argmax import Indices, lowest, max_with_indices
from cnncalc.pooling.axes import pooling_axes
from cnncalc.pooling.reduction import blocks, planes, reduced


@overload
def max_pool2d(
    x: ArrayLike,
    kernel: int | Pair,
    stride: int | Pair | None = None,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
    *,
    return_indices: Literal[False] = False,
) -> RealArray: ...


@overload
def max_pool2d(
    x: ArrayLike,
    kernel: int | Pair,
    stride: int | Pair | None = None,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
    *,
    return_indices: Literal[True],
) -> tuple[RealArray, Indices]: ...


def max_pool2d(
    x: ArrayLike,
    kernel: int | Pair,
    stride: int | Pair | None = None,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
    *,
    return_indices: bool = False,
) -> RealArray | tuple[RealArray, Indices]:
    """Return the maximum of every window of ``x`` ``(..., H, W)``: shape ``(..., Oh, Ow)``, dtype of ``x``.

    ``stride`` defaults to ``kernel``. Padding never wins, NaN always does. For the forms of the arguments see
    ``sliding_windows``, for the output size ``output_size``. With ``return_indices`` a pair ``(maxima, indices)``:
    ``row * W + column`` of each maximum in its unpadded map, int64; the first of equal maxima, the last NaN.

    Raises ``ValueError`` for maps that are not real and rectangular, for windows that do not fit, for padding
    larger than half the kernel, and for a dilated window that holds nothing but padding.

    Source: PyTorch documentation of ``MaxPool2d``.

    >>> max_pool2d([[1, 3, 2, 0], [4, 2, 1, 5]], kernel=2).tolist()
    [[4, 5]]
    >>> max_pool2d([[-1, -3], [-2, -4]], kernel=2, stride=1, padding=1).tolist()
    [[-1, -1, -3], [-1, -1, -3], [-2, -2, -4]]
    >>> maxima, indices = max_pool2d([[1, 3, 2, 0], [4, 2, 1, 5]], kernel=2, return_indices=True)
    >>> indices.tolist()
    [[4, 7]]
    """
    maps = real_maps(x)
    height, width = pooling_axes(maps.shape, kernel, stride, padding, dilation, ceil_mode)
    return (
        max_with_indices(maps, height, width) if flag("return_indices", return_indices) else maxima(maps, height, width)
    )


def maxima(maps: RealArray, height: WindowAxis, width: WindowAxis) -> RealArray:
    """Return the maximum of every window of ``maps`` ``(..., H, W)``, shape ``(..., Oh, Ow)``.

    >>> height, width = pooling_axes((1, 4), (1, 2), None, 0, 1, False)
    >>> maxima(np.array([[1, 3, 2, 0]]), height, width).tolist()
    [[3, 2]]
    """
    result: RealArray = np.empty((*maps.shape[:-2], height.output, width.output), dtype=maps.dtype)
    images, pooled, neutral = planes(maps), planes(result), lowest(maps.dtype)
    for block in blocks(len(images), images[0].nbytes):
        reduced(images[block], height, width, np.maximum, neutral, out=pooled[block])
    return result
