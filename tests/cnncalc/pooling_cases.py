"""Pooling as plain loops, and the cases to try it on."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from cnncalc import output_size

Arguments: TypeAlias = dict[str, Any]
Places: TypeAlias = list[tuple[int, int]]


@st.composite
def pooling_arguments(draw: st.DrawFn, largest_dilation: int = 3) -> tuple[tuple[int, ...], Arguments]:
    """Draw a shape and the arguments of a pooling in which every window holds a cell of the input."""

    def two(strategy: st.SearchStrategy[int]) -> tuple[int, int]:
        return draw(st.tuples(strategy, strategy))

    kernel = two(st.integers(1, 4))
    dilation = two(st.integers(1, largest_dilation))
    padding = tuple(draw(st.tuples(st.integers(0, k // 2), st.integers(0, k // 2))) for k in kernel)
    sizes = []
    for k, d, sides in zip(kernel, dilation, padding, strict=True):
        smallest = max(1, d * (k - 1) + 1 - sum(sides))
        sizes.append(draw(st.integers(smallest, smallest + 4)))
    batch = draw(st.sampled_from([(), (2,), (1, 2)]))
    stride = draw(st.one_of(st.none(), st.just(two(st.integers(1, 4)))))
    arguments = {
        "kernel": kernel,
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "ceil_mode": draw(st.booleans()),
    }
    if not all(places for places, _ in windows_by_hand(sizes[0], sizes[1], arguments)):
        arguments["padding"] = ((0, 0), (0, 0))
        sizes = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    return (*batch, *sizes), arguments


def windows_by_hand(height: int, width: int, arguments: Arguments) -> list[tuple[Places, int]]:
    """Return for every window its cells in the input, row by row, and their number with the padding."""
    (kh, kw), ((top, bottom), (left, right)) = arguments["kernel"], arguments["padding"]
    (sh, sw), (dh, dw) = arguments["stride"] or arguments["kernel"], arguments["dilation"]
    windows = []
    for i in range(output_size(height, kh, sh, (top, bottom), dh, arguments["ceil_mode"])):
        for j in range(output_size(width, kw, sw, (left, right), dw, arguments["ceil_mode"])):
            cells = [(i * sh - top + a * dh, j * sw - left + b * dw) for a in range(kh) for b in range(kw)]
            places = [(row, column) for row, column in cells if 0 <= row < height and 0 <= column < width]
            counted = sum(row < height + bottom and column < width + right for row, column in cells)
            windows.append((places, counted))
    return windows


def pooled_by_hand(x: NDArray[Any], arguments: Arguments, reduce: Callable[[list[Any], int], Any]) -> list[Any]:
    """Call ``reduce(values, number of cells with the padding)`` for every window of every map, in order."""
    height, width = x.shape[-2:]
    windows = windows_by_hand(height, width, arguments)
    return [
        reduce([image[row][column] for row, column in places], counted)
        for image in x.reshape(-1, height, width).tolist()
        for places, counted in windows
    ]


def largest(values: list[Any]) -> int:
    """Return the index of the first maximum, or of the last NaN."""
    nan = [n for n, value in enumerate(values) if math.isnan(value)]
    return nan[-1] if nan else values.index(max(values))


def filled(data: st.DataObject, shape: tuple[int, ...], values: st.SearchStrategy[Any], dtype: Any) -> NDArray[Any]:
    """Draw an array."""
    count = math.prod(shape)
    return np.array(data.draw(st.lists(values, min_size=count, max_size=count)), dtype=dtype).reshape(shape)
