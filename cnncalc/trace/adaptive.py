"""The steps of adaptive and global pooling."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from numpy.typing import ArrayLike

from cnncalc import latex, pooling
from cnncalc.arguments import Pair
from cnncalc.trace.cells import Places, exact_cells, exact_rows, maximum_line, mean_line, one_map
from cnncalc.trace.numbers import Exact
from cnncalc.trace.steps import Step, Trace, Window


def global_mean_pool2d(x: ArrayLike) -> Trace:
    """Trace ``pooling.global_mean_pool2d`` for one map ``(H, W)``: one "window", then the "result".

    The value is exact for integers, as ``global_mean_pool2d(…, exact=True)`` returns it.
    Raises ``ValueError`` as ``pooling.global_mean_pool2d`` does, for more than one map, and for NaN and infinities.

    >>> for step in global_mean_pool2d([[1, -3], [2, 6]]):
    ...     print(step.latex)
    \\frac{1 + (-3) + 2 + 6}{4} = 1.5
    1.5
    """
    maps = one_map(x)
    exact = maps.dtype.kind != "f"
    result = pooling.global_mean_pool2d(maps, exact=exact)
    shown = exact_cells(maps)
    values = list(shown.values())
    mean = Fraction(sum(values), len(values))
    window = Window((0, 0), tuple(shown), None)
    return (
        Step("window", mean_line(values, len(values)), mean if exact else float(result), window),
        Step("result", latex.number(mean), result),
    )


def global_max_pool2d(x: ArrayLike) -> Trace:
    """Trace ``pooling.global_max_pool2d`` for one map ``(H, W)``: one "window", then the "result".

    Raises ``ValueError`` as ``pooling.global_max_pool2d`` does, for more than one map, and for NaN and infinities.

    >>> for step in global_max_pool2d([[1, -3], [2, 6]]):
    ...     print(step.latex)
    \\max(1, -3, 2, 6) = 6
    6
    """
    maps = one_map(x)
    result = pooling.global_max_pool2d(maps)
    shown = exact_cells(maps)
    chosen = max(shown, key=shown.__getitem__)
    return (
        Step("window", maximum_line(list(shown.values())), result.item(), Window((0, 0), tuple(shown), chosen)),
        Step("result", latex.number(shown[chosen]), result),
    )


def adaptive_mean_pool2d(x: ArrayLike, output: int | Pair) -> Trace:
    """Trace ``pooling.adaptive_mean_pool2d`` for one map ``(H, W)``.

    The steps are "window-rows" and "window-columns" for the first cell of each window and the one after its last,
    counted from 0; then a "window" per output cell and the "result". Values of integer maps are exact, as
    ``adaptive_mean_pool2d(…, exact=True)`` returns them.
    Raises ``ValueError`` as ``pooling.adaptive_mean_pool2d`` does, for more than one map, and for NaN and infinities.

    >>> rows, *columns_and_windows = adaptive_mean_pool2d([[1, 2, 4]], (1, 2))
    >>> for step in columns_and_windows:
    ...     print(step.latex)
    \\left\\lfloor \\frac{0 \\cdot 3}{2} \\right\\rfloor = 0,
        \\quad \\left\\lceil \\frac{1 \\cdot 3}{2} \\right\\rceil = 2
    \\left\\lfloor \\frac{1 \\cdot 3}{2} \\right\\rfloor = 1,
        \\quad \\left\\lceil \\frac{2 \\cdot 3}{2} \\right\\rceil = 3
    \\frac{1 + 2}{2} = 1.5
    \\frac{2 + 4}{2} = 3
    \\begin{pmatrix} 1.5 & 3 \\end{pmatrix}
    """
    maps = one_map(x)
    exact = maps.dtype.kind != "f"
    result = pooling.adaptive_mean_pool2d(maps, output, exact=exact)
    shown = exact_cells(maps)
    means: list[list[Exact]] = [[] for _ in result]
    steps = []
    for place, cells in _windows(maps.shape, output):
        values = [shown[cell] for cell in cells]
        mean = Fraction(sum(values), len(cells))
        means[place[0]].append(mean)
        value = mean if exact else float(result[place])
        steps.append(Step("window", mean_line(values, len(cells)), value, Window(place, cells, None)))
    return (*_spans(maps.shape, output), *steps, Step("result", latex.matrix(means), result))


def adaptive_max_pool2d(x: ArrayLike, output: int | Pair) -> Trace:
    """Trace ``pooling.adaptive_max_pool2d`` for one map ``(H, W)``, in steps as those of ``adaptive_mean_pool2d``.

    Raises ``ValueError`` as ``pooling.adaptive_max_pool2d`` does, for more than one map, and for NaN and infinities.

    >>> for step in adaptive_max_pool2d([[1, 3, 2]], (1, 2))[3:]:
    ...     print(step.latex)
    \\max(1, 3) = 3
    \\max(3, 2) = 3
    \\begin{pmatrix} 3 & 3 \\end{pmatrix}
    """
    maps = one_map(x)
    result = pooling.adaptive_max_pool2d(maps, output)
    shown = exact_cells(maps)
    steps = []
    for place, cells in _windows(maps.shape, output):
        window = Window(place, cells, max(cells, key=shown.__getitem__))
        steps.append(Step("window", maximum_line([shown[cell] for cell in cells]), result[place].item(), window))
    return (*_spans(maps.shape, output), *steps, Step("result", latex.matrix(exact_rows(result)), result))


def _spans(shape: tuple[int, ...], output: int | Pair) -> Iterator[Step]:
    spans = pooling.adaptive_axes(shape, output)
    for key, size, cells in zip(("window-rows", "window-columns"), shape, spans, strict=True):
        for i, span in enumerate(cells):
            first = f"\\left\\lfloor \\frac{{{i} \\cdot {size}}}{{{len(cells)}}} \\right\\rfloor = {span.start}"
            end = f"\\left\\lceil \\frac{{{i + 1} \\cdot {size}}}{{{len(cells)}}} \\right\\rceil = {span.stop}"
            yield Step(key, f"{first}, \\quad {end}", (span.start, span.stop))


def _windows(shape: tuple[int, ...], output: int | Pair) -> Iterator[tuple[Pair, Places]]:
    rows, columns = pooling.adaptive_axes(shape, output)
    for i, tall in enumerate(rows):
        for j, wide in enumerate(columns):
            yield (i, j), tuple(product(range(tall.start, tall.stop), range(wide.start, wide.stop)))
