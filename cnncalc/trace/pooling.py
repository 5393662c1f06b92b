"""The steps of max and mean pooling: one per window."""

from __future__ import annotations

from fractions import Fraction

from numpy.typing import ArrayLike

from cnncalc import latex, pooling
from cnncalc.arguments import Padding, Pair
from cnncalc.trace.cells import exact_cells, exact_rows, maximum_line, mean_line, one_map, windows
from cnncalc.trace.numbers import Exact
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
    maps = one_map(x)
    result = pooling.max_pool2d(maps, kernel, stride, padding, dilation, ceil_mode)
    axes = pooling.pooling_axes(maps.shape, kernel, stride, padding, dilation, ceil_mode)
    shown = exact_cells(maps)
    steps = []
    for output, cells in windows(*axes):
        line = maximum_line([shown[cell] for cell in cells])
        window = Window(output, cells, max(cells, key=shown.__getitem__))
        steps.append(Step("window", line, result[output].item(), window))
    return (*steps, Step("result", latex.matrix(exact_rows(result)), result))


def mean_pool2d(
    x: ArrayLike,
    kernel: int | Pair,
    stride: int | Pair | None = None,
    padding: Padding = 0,
    dilation: int | Pair = 1,
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
    maps = one_map(x)
    exact = maps.dtype.kind != "f"
    result = pooling.mean_pool2d(maps, kernel, stride, padding, dilation, ceil_mode, count_include_pad, exact=exact)
    height, width = pooling.pooling_axes(maps.shape, kernel, stride, padding, dilation, ceil_mode)
    divisors = pooling.mean_divisors(height, width, count_include_pad)
    shown = exact_cells(maps)
    means: list[list[Exact]] = [[] for _ in range(height.output)]
    steps = []
    for output, cells in windows(height, width):
        values = [shown[cell] for cell in cells]
        divisor = int(divisors[output])
        mean = Fraction(sum(values), divisor)
        means[output[0]].append(mean)
        value = mean if exact else float(result[output])
        steps.append(Step("window", mean_line(values, divisor), value, Window(output, cells, None)))
    return (*steps, Step("result", latex.matrix(means), result))
