"""The steps of the gradients of pooling: what every window gives to which cells."""

from __future__ import annotations

from fractions import Fraction

from numpy.typing import ArrayLike

from cnncalc import latex, pooling
from cnncalc.arguments import Padding, Pair, RealArray, real_array
from cnncalc.pooling.mean import MeanArray
from cnncalc.trace.cells import exact_cells, maximum_line, one_map, windows
from cnncalc.trace.numbers import Exact, require_finite
from cnncalc.trace.steps import Step, Trace, Window


def max_pool2d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    kernel: int | Pair,
    stride: int | Pair | None = None,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
) -> Trace:
    """Trace ``pooling.max_pool2d_backward`` for one map ``(H, W)``.

    A "window" per output cell says which cell takes its gradient, a "sum" per cell that takes several what they
    add up to, then comes the "result". Cells are counted from 1, as the entries of a matrix are.
    Raises ``ValueError`` as ``pooling.max_pool2d_backward`` does, for more than one map, and for NaN and infinities.

    >>> for step in max_pool2d_backward([[5, 7]], [[1, 4, 3]], (1, 2), 1):
    ...     print(step.latex)
    \\max(1, 4) = 4 = x_{1,2}, \\quad 5 \\to x_{1,2}
    \\max(4, 3) = 4 = x_{1,2}, \\quad 7 \\to x_{1,2}
    \\frac{\\partial L}{\\partial x_{1,2}} = 5 + 7 = 12
    \\begin{pmatrix} 0 & 12 & 0 \\end{pmatrix}
    """
    maps = one_map(x)
    gradient = real_array("dy", dy)
    require_finite("dy", gradient)
    result = pooling.max_pool2d_backward(gradient, maps, kernel, stride, padding, dilation, ceil_mode)
    axes = pooling.pooling_axes(maps.shape, kernel, stride, padding, dilation, ceil_mode)
    shown, given = exact_cells(maps), exact_cells(gradient)
    taken: dict[Pair, list[Exact]] = {cell: [] for cell in shown}
    steps = []
    for output, cells in windows(*axes):
        chosen = max(cells, key=shown.__getitem__)
        taken[chosen].append(given[output])
        line = maximum_line([shown[cell] for cell in cells])
        line = f"{line} = {_cell(chosen)}, \\quad {latex.number(given[output])} \\to {_cell(chosen)}"
        steps.append(Step("window", line, gradient[output].item(), Window(output, cells, chosen)))
    return (*steps, *_collected(taken, result))


def mean_pool2d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    kernel: int | Pair,
    stride: int | Pair | None = None,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Trace:
    """Trace ``pooling.mean_pool2d_backward`` for one map ``(H, W)``, in steps as those of ``max_pool2d_backward``.

    The values of an integer ``dy`` are exact, as ``mean_pool2d_backward(…, exact=True)`` returns them.
    Raises ``ValueError`` as ``pooling.mean_pool2d_backward`` does, for more than one map, and for NaN and infinities.

    >>> for step in mean_pool2d_backward([[6, 8]], [[1, 4, 3]], (1, 2), 1):
    ...     print(step.latex)
    \\frac{6}{2} = 3 \\to x_{1,1}, x_{1,2}
    \\frac{8}{2} = 4 \\to x_{1,2}, x_{1,3}
    \\frac{\\partial L}{\\partial x_{1,2}} = 3 + 4 = 7
    \\begin{pmatrix} 3 & 7 & 4 \\end{pmatrix}
    """
    maps = one_map(x)
    gradient = real_array("dy", dy)
    require_finite("dy", gradient)
    exact = gradient.dtype.kind != "f"
    result = pooling.mean_pool2d_backward(
        gradient, maps, kernel, stride, padding, dilation, ceil_mode, count_include_pad, exact=exact
    )
    height, width = pooling.pooling_axes(maps.shape, kernel, stride, padding, dilation, ceil_mode)
    divisors = pooling.mean_divisors(height, width, count_include_pad)
    given = exact_cells(gradient)
    taken: dict[Pair, list[Exact]] = {cell: [] for cell in exact_cells(maps)}
    steps = []
    for output, cells in windows(height, width):
        share = Fraction(given[output], int(divisors[output]))
        for cell in cells:
            taken[cell].append(share)
        quotient = f"\\frac{{{latex.number(given[output])}}}{{{divisors[output]}}} {latex.equals(share)}"
        line = f"{quotient} \\to {', '.join(map(_cell, cells))}"
        steps.append(
            Step(
                "window",
                line,
                share if exact else float(gradient[output]) / int(divisors[output]),
                Window(output, cells, None),
            )
        )
    return (*steps, *_collected(taken, result))


def _collected(taken: dict[Pair, list[Exact]], result: RealArray | MeanArray) -> list[Step]:
    """Add up what the cells of one map took."""
    steps = []
    rows: list[list[Exact]] = [[] for _ in result]
    for cell, parts in taken.items():
        total = sum(parts)
        rows[cell[0]].append(total)
        if len(parts) > 1:
            line = f"\\frac{{\\partial L}}{{\\partial {_cell(cell)}}} = {' + '.join(map(latex.summand, parts))}"
            steps.append(Step("sum", f"{line} {latex.equals(total)}", result.tolist()[cell[0]][cell[1]]))
    return [*steps, Step("result", latex.matrix(rows), result)]


def _cell(place: Pair) -> str:
    return f"x_{{{place[0] + 1},{place[1] + 1}}}"
