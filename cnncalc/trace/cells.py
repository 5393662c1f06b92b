"""The cells of one map, and which of them every window holds, as the traces of pooling show them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TypeAlias

from numpy.typing import ArrayLike

from cnncalc import latex
from cnncalc.arguments import Pair, RealArray, real_maps
from cnncalc.geometry import WindowAxis
from cnncalc.trace.numbers import Exact, require_finite, terms

Places: TypeAlias = tuple[Pair, ...]


def one_map(x: ArrayLike) -> RealArray:
    """Return ``x`` as one map ``(H, W)`` of finite numbers; ``ValueError`` for anything else.

    >>> one_map([[1, 2]]).shape
    (1, 2)
    """
    maps = real_maps(x)
    if maps.ndim != 2:
        raise ValueError(f"a trace shows one map of shape (H, W), got shape {maps.shape}")
    require_finite("x", maps)
    return maps


def exact_rows(maps: RealArray) -> list[list[Exact]]:
    """Return the numbers that the decimals of a map show.

    >>> exact_rows(real_maps([[0.1, 2.0]]))
    [[Fraction(1, 10), 2]]
    """
    return [[latex.exact_value(cell) for cell in row] for row in maps]


def exact_cells(maps: RealArray) -> dict[Pair, Exact]:
    """Return the numbers that the decimals of a map show, by ``(row, column)``.

    >>> exact_cells(real_maps([[3, 4]]))
    {(0, 0): 3, (0, 1): 4}
    """
    rows = exact_rows(maps)
    return {(row, column): value for row, cells in enumerate(rows) for column, value in enumerate(cells)}


def windows(height: WindowAxis, width: WindowAxis) -> Iterator[tuple[Pair, Places]]:
    """Yield every output cell with the input cells in its window, row by row.

    >>> list(windows(WindowAxis(1, 1, 1, 0, 0, 1, 1), WindowAxis(3, 2, 2, 0, 0, 1, 2)))
    [((0, 0), ((0, 0), (0, 1))), ((0, 1), ((0, 2),))]
    """
    rows, columns = (
        [[place for place in places if 0 <= place < axis.size] for places in axis.positions().tolist()]
        for axis in (height, width)
    )
    for i, window_rows in enumerate(rows):
        for j, window_columns in enumerate(columns):
            yield (i, j), tuple((row, column) for row in window_rows for column in window_columns)


def maximum_line(values: list[Exact]) -> str:
    """Write the maximum of ``values`` and what it is.

    >>> maximum_line([1, -3])
    '\\\\max(1, -3) = 1'
    """
    return f"\\max({', '.join(map(latex.number, values))}) = {latex.number(max(values))}"


def mean_line(values: list[Exact], divisor: int) -> str:
    """Write the sum of ``values`` over ``divisor`` and what it is.

    >>> mean_line([1, -3], 4)
    '\\\\frac{1 + (-3)}{4} = -0.5'
    """
    return f"\\frac{{{terms(values)}}}{{{divisor}}} {latex.equals(Fraction(sum(values), divisor))}"
