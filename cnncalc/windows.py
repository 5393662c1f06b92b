"""Every window of a map as a view, without a Python loop."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from cnncalc.arguments import Padding, Pair, RealArray, real_maps
from cnncalc.geometry import WindowAxis, window_axes


def sliding_windows(
    x: ArrayLike,
    kernel: int | Pair,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    *,
    pad_value: float = 0,
) -> RealArray:
    """Return all windows of ``x`` ``(..., H, W)`` as a read-only view of shape ``(..., Oh, Ow, kh, kw)``.

    ``kernel``, ``stride`` and ``dilation`` are integers or ``(height, width)`` pairs; ``padding`` is an
    integer, ``(ph, pw)`` or ``((top, bottom), (left, right))``. Only padding copies the data.

    Raises ``ValueError`` for maps that are not real and rectangular, for windows that do not fit (see
    ``output_size``), and for a ``pad_value`` that the type of ``x`` cannot hold.

    >>> sliding_windows([[1, 2, 3], [4, 5, 6]], kernel=2).tolist()
    [[[[1, 2], [4, 5]], [[2, 3], [5, 6]]]]
    >>> sliding_windows([[1, 2], [3, 4]], kernel=(1, 2), padding=(0, 1)).shape
    (2, 3, 1, 2)
    """
    maps = real_maps(x)
    height, width = window_axes(maps.shape, kernel, stride, padding, dilation)
    try:
        filler = np.array(pad_value, dtype=maps.dtype)
        held = filler.shape == () and (filler == pad_value or pad_value != pad_value)
    except (TypeError, ValueError, OverflowError):
        held = False
    if not held:
        raise ValueError(f"pad_value {pad_value!r} is not a number of dtype {maps.dtype}")
    return windows_of(_padded(maps, height, width, pad_value), height, width)


def windows_of(extended: RealArray, height: WindowAxis, width: WindowAxis) -> RealArray:
    """Return the windows of maps that hold their padding, as a view of shape ``(..., Oh, Ow, kh, kw)``.

    >>> height, width = window_axes((1, 3), kernel=(1, 2))
    >>> windows_of(np.array([[1, 2, 3]]), height, width).tolist()
    [[[[1, 2]], [[2, 3]]]]
    """
    extent = (height.dilation * (height.kernel - 1) + 1, width.dilation * (width.kernel - 1) + 1)
    every = sliding_window_view(extended, extent, axis=(-2, -1))
    # a transposed convolution may have fewer windows than there would be room for
    rows = slice(0, height.output * height.stride, height.stride)
    columns = slice(0, width.output * width.stride, width.stride)
    return every[..., rows, columns, :: height.dilation, :: width.dilation]


def _padded(maps: RealArray, height: WindowAxis, width: WindowAxis, pad_value: float) -> RealArray:
    if not (height.before or height.after or width.before or width.after):
        return maps
    tall = height.before + height.size + height.after
    wide = width.before + width.size + width.after
    extended = np.full((*maps.shape[:-2], tall, wide), pad_value, dtype=maps.dtype)
    extended[..., height.before : height.before + height.size, width.before : width.before + width.size] = maps
    return extended
