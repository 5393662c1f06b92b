"""The steps of pooling: one per window."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from cnncalc import latex, pooling
from cnncalc.arguments import Padding, Pair, RealArray, real_maps
from cnncalc.geometry import WindowAxis
from cnncalc.trace.steps import Step, Trace, Window


def max_pool2d(
    x: ArrayLike,
    kernel: int | Pair,
    stride: int | Pair | None = None,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
) -> Trace:
    """Trace ``pooling.max_pool2d`` for one map ``(H, W)``: a "window" per output cell, then the "result".

    Raises ``ValueError`` as ``pooling.max_pool2d`` does, for more than one map, and for NaN and infinities.

    >>> for step in max_pool2d([[1, -3, 5], [2, 0, 4]], 2, 1):
    ...     print(step.latex)
    \\max(1, -3, 2, 0) = 2
    \\max(-3, 5, 0, 4) = 5
    \\begin{pmatrix} 2 & 5 \\end{pmatrix}
    """
    maps = _one_map(x)
    result = pooling.max_pool2d(maps, kernel, stride, padding, dilation, ceil_mode)
    axes = pooling.pooling_axes(maps.shape, kernel, stride, padding, dilation, ceil_mode)
    shown = _exact_cells(maps)
    steps = []
    for output, cells in _windows(*axes):
        chosen = max(cells, key=shown.__getitem__)
        listed = ", ".join(latex.number(shown[cell]) for cell in cells)
        window = Window(output, cells, chosen)
        maximum = latex.number(shown[chosen])
        steps.append(Step("window", f"\\max({listed}) = {maximum}", result[output].item(), window))
    return (*steps, Step("result", latex.matrix(_exact_rows(result)), result))


def mean_pool2d(
    x: ArrayLike,
    kernel: int | Pair,
    stride: int | Pair | None = None,
    padding: Padding = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Trace:
    """Trace ``pooling.mean_pool2d`` for one map ``(H, W)``: a "window" per output cell, then the "result".

    The values of integer maps are exact, as ``mean_pool2d(…, exact=True)`` returns them; those of floating
    maps are floats, written as the mean of the decimals that the cells show. Padding is in the divisor only,
    not in the sum.
    Raises ``ValueError`` as ``pooling.mean_pool2d`` does, for more than one map, and for NaN and infinities.

    >>> for step in mean_pool2d([[1, -3, 5], [2, 0, 4]], 2, 1):
    ...     print(step.latex)
    \\frac{1 + (-3) + 2 + 0}{4} = 0
    \\frac{(-3) + 5 + 0 + 4}{4} = 1.5
    \\begin{pmatrix} 0 & 1.5 \\end{pmatrix}
    """
    maps = _one_map(x)
    exact = maps.dtype.kind != "f"
    result = pooling.mean_pool2d(maps, kernel, stride, padding, ceil_mode, count_include_pad, exact=exact)
    height, width = pooling.pooling_axes(maps.shape, kernel, stride, padding, 1, ceil_mode)
    divisors = pooling.mean_divisors(height, width, count_include_pad)
    shown = _exact_cells(maps)
    means: list[list[int | Fraction]] = [[] for _ in range(height.output)]
    steps = []
    for output, cells in _windows(height, width):
        divisor = int(divisors[output])
        mean = Fraction(sum(shown[cell] for cell in cells), divisor)
        means[output[0]].append(mean)
        terms = " + ".join(latex.summand(shown[cell]) for cell in cells)
        line = f"\\frac{{{terms}}}{{{divisor}}} {latex.equals(mean)}"
        steps.append(Step("window", line, mean if exact else float(result[output]), Window(output, cells, None)))
    return (*steps, Step("result", latex.matrix(means), result))


def _one_map(x: ArrayLike) -> RealArray:
    maps = real_maps(x)
    if maps.ndim != 2:
        raise ValueError(f"a trace shows one map of shape (H, W), got shape {maps.shape}")
    if not np.isfinite(maps).all():
        raise ValueError("a trace shows finite numbers only, got NaN or an infinity")
    return maps


def _exact_rows(maps: RealArray) -> list[list[int | Fraction]]:
    return [[latex.exact_value(cell) for cell in row] for row in maps]


def _exact_cells(maps: RealArray) -> dict[Pair, int | Fraction]:
    rows = _exact_rows(maps)
    return {(row, column): value for row, cells in enumerate(rows) for column, value in enumerate(cells)}


def _windows(height: WindowAxis, width: WindowAxis) -> Iterator[tuple[Pair, tuple[Pair, ...]]]:
    """Yield every output cell with the input cells in its window, row by row."""
    rows, columns = (
        [[place for place in places if 0 <= place < axis.size] for places in axis.positions().tolist()]
        for axis in (height, width)
    )
    for i, window_rows in enumerate(rows):
        for j, window_columns in enumerate(columns):
            yield (i, j), tuple((row, column) for row in window_rows for column in window_columns)
