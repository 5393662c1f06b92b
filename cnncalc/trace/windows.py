"""The steps of windows as a matrix: one per window, or one per cell that entries are added to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from cnncalc import columns, latex
from cnncalc.arguments import Padding, Pair, batch_shape
from cnncalc.columns import WindowsAs
from cnncalc.geometry import WindowAxis, window_axes
from cnncalc.trace.numbers import ExactArray, element, equation, exact_numbers, named_matrices, one_example, terms
from cnncalc.trace.sizes import output_sizes
from cnncalc.trace.steps import Cell, Step, Trace, Window


def im2col(
    x: ArrayLike,
    kernel: int | Pair,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    windows_as: WindowsAs = "columns",
) -> Trace:
    """Trace ``columns.im2col`` for one example ``(C, H, W)``: a "window" per window, then the "result".

    The step of a window shows its column, or its row. The cells are ``(channel, row, column)`` of the input, in
    the padding too, where the value is 0; the output is ``(row, column)`` of the window. Raises ``ValueError``
    as ``columns.im2col`` does, for a batch, and for NaN and infinities.

    >>> for step in im2col([[[1, 2, 3], [4, 5, 6]]], 2, windows_as="rows"):
    ...     print(step.latex)
    \\begin{pmatrix} 1 & 2 & 4 & 5 \\end{pmatrix}
    \\begin{pmatrix} 2 & 3 & 5 & 6 \\end{pmatrix}
    \\begin{pmatrix} 1 & 2 & 4 & 5 \\\\ 2 & 3 & 5 & 6 \\end{pmatrix}
    """
    result = columns.im2col(x, kernel, stride, padding, dilation, windows_as)
    maps = one_example("x", np.asarray(x))
    as_rows = windows_as == "rows"
    shown = exact_numbers("the matrix", result)
    entries = result if as_rows else result.T
    steps = []
    axes = window_axes(maps.shape, kernel, stride, padding, dilation)
    for number, (output, cells) in enumerate(_windows(len(maps), axes)):
        part = shown[number : number + 1] if as_rows else shown[:, number : number + 1]
        steps.append(Step("window", latex.matrix(part), entries[number], Window(output, cells)))
    return (*steps, Step("result", latex.matrix(shown), result))


def col2im(
    col: ArrayLike,
    input_shape: tuple[int, ...],
    kernel: int | Pair,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    windows_as: WindowsAs = "columns",
) -> Trace:
    """Trace ``columns.col2im`` for one example ``(C, H, W)``: a "cell" per input cell, then the "result".

    The output of a cell's window is its place ``(channel, row, column)``, its cells are the places ``(row,
    column)`` in ``col`` of the entries that it adds up. Raises ``ValueError`` as ``columns.col2im`` does, for a
    batch, and for NaN and infinities.

    >>> for step in col2im([[1, 2], [2, 3]], (1, 1, 3), (1, 2)):
    ...     print(step.latex)
    x_{1,1} = 1
    x_{1,2} = 2 + 2 = 4
    x_{1,3} = 3
    X = \\begin{pmatrix} 1 & 4 & 3 \\end{pmatrix}
    """
    result = columns.col2im(col, input_shape, kernel, stride, padding, dilation, windows_as)
    entries = exact_numbers("col", np.asarray(col))
    one_example("the result", result)
    totals: ExactArray = np.zeros(result.shape, dtype=object)
    places: dict[Cell, list[Cell]] = {cell: [] for cell in np.ndindex(result.shape)}
    axes = window_axes(result.shape, kernel, stride, padding, dilation)
    for number, (_, cells) in enumerate(_windows(len(result), axes)):
        for entry, cell in enumerate(cells):
            if cell in places:
                places[cell].append((number, entry) if windows_as == "rows" else (entry, number))
    steps = []
    for cell, found in places.items():
        numbers = [entries[place] for place in found]
        totals[cell] = sum(numbers)
        line = f"{element('x', cell, result.shape)} = {equation(terms(numbers), totals[cell])}"
        steps.append(Step("cell", line, result[cell].item(), Window(cell, tuple(found))))
    return (*steps, Step("result", named_matrices("X", totals), result))


def im2col_shape(
    input_shape: tuple[int, ...],
    kernel: int | Pair,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    windows_as: WindowsAs = "columns",
) -> Trace:
    """Trace ``columns.im2col_shape``: formula, output (height and width), substitution, result.

    ``N`` is left out for one example. Raises ``ValueError`` as ``columns.im2col_shape`` does.

    >>> for step in im2col_shape((3, 28, 28), 5):
    ...     print(step.latex)
    (C F_h F_w) \\times (O_h O_w)
    O_h = \\left\\lfloor \\frac{28 + 2 \\cdot 0 - 5}{1} \\right\\rfloor + 1 = 24
    O_w = \\left\\lfloor \\frac{28 + 2 \\cdot 0 - 5}{1} \\right\\rfloor + 1 = 24
    (3 \\cdot 5 \\cdot 5) \\times (24 \\cdot 24)
    75 \\times 576
    """
    result = columns.im2col_shape(input_shape, kernel, stride, padding, dilation, windows_as)
    images, channels, _, _ = shape = batch_shape("input_shape", input_shape)
    outputs, (height, width) = output_sizes(shape, kernel, stride, padding, dilation)
    entries = ("C F_h F_w", f"{channels} \\cdot {height.kernel} \\cdot {width.kernel}")
    windows = ("O_h O_w", f"{height.output} \\cdot {width.output}")
    if images > 1:
        windows = (f"N {windows[0]}", f"{images} \\cdot {windows[1]}")
    (letters, numbers), (other_letters, other_numbers) = (
        (windows, entries) if windows_as == "rows" else (entries, windows)
    )
    return (
        Step("formula", f"({letters}) \\times ({other_letters})"),
        *outputs,
        Step("substitution", f"({numbers}) \\times ({other_numbers})"),
        Step("result", f"{latex.grouped(result[0])} \\times {latex.grouped(result[1])}", result),
    )


def im2col_expansion(
    input_shape: tuple[int, ...],
    kernel: int | Pair,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
) -> Trace:
    """Trace ``columns.im2col_expansion``: formula, output (height and width), substitution, result.

    Examples and channels are on both sides of the fraction and cancel out. Raises ``ValueError`` as
    ``columns.im2col_expansion`` does.

    >>> for step in im2col_expansion((1, 4, 4), 3):
    ...     print(step.latex)
    \\frac{C F_h F_w \\cdot O_h O_w}{C H W} = \\frac{F_h F_w O_h O_w}{H W}
    O_h = \\left\\lfloor \\frac{4 + 2 \\cdot 0 - 3}{1} \\right\\rfloor + 1 = 2
    O_w = \\left\\lfloor \\frac{4 + 2 \\cdot 0 - 3}{1} \\right\\rfloor + 1 = 2
    \\frac{3 \\cdot 3 \\cdot 2 \\cdot 2}{4 \\cdot 4}
    \\frac{36}{16} = 2.25
    """
    result = columns.im2col_expansion(input_shape, kernel, stride, padding, dilation)
    outputs, (height, width) = output_sizes(batch_shape("input_shape", input_shape), kernel, stride, padding, dilation)
    above = " \\cdot ".join(str(size) for size in (height.kernel, width.kernel, height.output, width.output))
    below = f"{height.size} \\cdot {width.size}"
    numbers = latex.grouped(height.kernel * width.kernel * height.output * width.output)
    fraction = f"\\frac{{{numbers}}}{{{latex.grouped(height.size * width.size)}}}"
    return (
        Step("formula", "\\frac{C F_h F_w \\cdot O_h O_w}{C H W} = \\frac{F_h F_w O_h O_w}{H W}"),
        *outputs,
        Step("substitution", f"\\frac{{{above}}}{{{below}}}"),
        Step("result", f"{fraction} {latex.equals(result)}", result),
    )


def _windows(channels: int, axes: tuple[WindowAxis, WindowAxis]) -> Iterator[tuple[Pair, tuple[Cell, ...]]]:
    """Yield the place of every window and its cells ``(channel, row, column)``, in the padding too."""
    rows, columns = (axis.positions().tolist() for axis in axes)
    for (i, window_rows), (j, window_columns) in product(enumerate(rows), enumerate(columns)):
        yield (i, j), tuple(product(range(channels), window_rows, window_columns))
