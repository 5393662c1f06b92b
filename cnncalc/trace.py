"""The worked steps of a calculation: mathematics only, for texts in any language.

Every function is named as the one whose calculation it shows and takes the same positional arguments; the
value of its last step is what that function returns. The keys of the steps are stable names for texts to
refer to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from cnncalc import geometry, latex, layers, pooling
from cnncalc.arguments import Padding, Pair, RealArray, pair, real_maps
from cnncalc.geometry import WindowAxis


@dataclass(frozen=True, slots=True)
class Window:
    """The cells of one pooling window, as ``(row, column)``."""

    output: Pair
    cells: tuple[Pair, ...]
    """The input cells in the window, row by row; padding is left out."""
    chosen: Pair | None
    """Max pooling: the first maximum."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a calculation; ``value`` is the number or array that the line reaches."""

    key: str
    latex: str
    value: object | None = None
    window: Window | None = None


Trace: TypeAlias = tuple[Step, ...]

_LETTERS = {"": ("O", "I", "F"), "height": ("O_h", "H", "F_h"), "width": ("O_w", "W", "F_w")}


def output_size(
    size: int,
    kernel: int,
    stride: int = 1,
    padding: int | Pair = 0,
    dilation: int = 1,
    ceil_mode: bool = False,
    *,
    axis: str = "",
) -> Trace:
    """Trace ``geometry.output_size``: formula, substitution, division, rounding, last-window, result.

    ``axis`` selects the letters: ``""`` (O, I, F), ``"height"`` (O_h, H, F_h) or ``"width"`` (O_w, W, F_w).
    "rounding" is left out if the division leaves no rest; "last-window" is there if ceil mode drops a window.
    Raises ``ValueError`` as ``geometry.output_size`` does, and for an unknown ``axis``.

    >>> for step in output_size(28, 3, 2):
    ...     print(step.latex)
    O = \\left\\lfloor \\frac{I + 2P - F}{S} \\right\\rfloor + 1
    O = \\left\\lfloor \\frac{28 + 2 \\cdot 0 - 3}{2} \\right\\rfloor + 1
    \\frac{25}{2} = 12.5
    \\left\\lfloor 12.5 \\right\\rfloor = 12
    12 + 1 = 13
    """
    result = geometry.output_size(size, kernel, stride, padding, dilation, ceil_mode)
    if axis not in _LETTERS:
        raise ValueError(f"axis must be one of {', '.join(map(repr, _LETTERS))}, got {axis!r}")
    out, letter, kernel_letter = _LETTERS[axis]
    size, kernel, stride, dilation = int(size), int(kernel), int(stride), int(dilation)
    before, after = pair("padding", padding, 0)
    side = "ceil" if ceil_mode else "floor"

    def rounded(inner: str) -> str:
        return f"\\left\\l{side} {inner} \\right\\r{side}"

    if before == after:
        pad_letters, pad_numbers = "2P", f"2 \\cdot {before}"
    else:
        pad_letters, pad_numbers = "P_1 + P_2", f"{before} + {after}"
    if dilation == 1:
        extent_letters, extent_numbers = kernel_letter, str(kernel)
    else:
        extent_letters = f"(D({kernel_letter} - 1) + 1)"
        extent_numbers = f"({dilation} \\cdot ({kernel} - 1) + 1)"
    formula = f"\\frac{{{letter} + {pad_letters} - {extent_letters}}}{{S}}"
    substitution = f"\\frac{{{size} + {pad_numbers} - {extent_numbers}}}{{{stride}}}"

    room = size + before + after - (dilation * (kernel - 1) + 1)
    fraction = f"\\frac{{{room}}}{{{stride}}}"
    whole = -(-room // stride) if ceil_mode else room // stride
    steps = [
        Step("formula", f"{out} = {rounded(formula)} + 1"),
        Step("substitution", f"{out} = {rounded(substitution)} + 1"),
    ]
    if room % stride == 0:
        steps.append(Step("division", f"{fraction} = {whole}", whole))
    else:
        ratio = Fraction(room, stride)
        decimal = latex.decimal(ratio)
        quotient = f"\\approx {room / stride:.2f}" if decimal is None else f"= {decimal}"
        steps.append(Step("division", f"{fraction} {quotient}", ratio))
        steps.append(Step("rounding", f"{rounded(decimal or fraction)} = {whole}", whole))
    if result <= whole:
        start = f"{whole} \\cdot {stride} = {whole * stride}"
        steps.append(Step("last-window", f"{start} \\ge {size} + {before} = {size + before}", whole * stride))
        steps.append(Step("result", f"{whole} + 1 - 1 = {result}", result))
    else:
        steps.append(Step("result", f"{whole} + 1 = {result}", result))
    return tuple(steps)


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


def linear_parameter_count(in_features: int, out_features: int, bias: bool = True) -> Trace:
    """Trace ``layers.linear_parameter_count``: formula, substitution, result.

    Raises ``ValueError`` as ``layers.linear_parameter_count`` does.

    >>> for step in linear_parameter_count(25088, 256):
    ...     print(step.latex)
    N_i \\times N_o + N_o
    25{,}088 \\times 256 + 256
    6{,}422{,}528 + 256 = 6{,}422{,}784
    """
    result = layers.linear_parameter_count(in_features, out_features, bias)
    biases = int(out_features) if bias else 0
    return _count("N_i \\times N_o", "N_o", (in_features, out_features), biases, result)


def conv2d_parameter_count(
    in_channels: int, out_channels: int, kernel: int | Pair, bias: bool = True, groups: int = 1
) -> Trace:
    """Trace ``layers.conv2d_parameter_count``: formula, substitution, result.

    Raises ``ValueError`` as ``layers.conv2d_parameter_count`` does.

    >>> for step in conv2d_parameter_count(3, 64, 3):
    ...     print(step.latex)
    C_o \\times C_i \\times F_h \\times F_w + C_o
    64 \\times 3 \\times 3 \\times 3 + 64
    1{,}728 + 64 = 1{,}792
    """
    result = layers.conv2d_parameter_count(in_channels, out_channels, kernel, bias, groups)
    height, width = pair("kernel", kernel, 1)
    biases = int(out_channels) if bias else 0
    if groups == 1:
        letters = "C_o \\times C_i \\times F_h \\times F_w"
        return _count(letters, "C_o", (out_channels, in_channels, height, width), biases, result)
    letters = "C_o \\times \\frac{C_i}{G} \\times F_h \\times F_w"
    inputs = f"\\frac{{{latex.grouped(in_channels)}}}{{{latex.grouped(groups)}}}"
    return _count(letters, "C_o", (out_channels, inputs, height, width), biases, result)


def flatten_size(channels: int, height: int, width: int) -> Trace:
    """Trace ``layers.flatten_size``: formula, substitution, result.

    Raises ``ValueError`` as ``layers.flatten_size`` does.

    >>> for step in flatten_size(512, 7, 7):
    ...     print(step.latex)
    C \\times H \\times W
    512 \\times 7 \\times 7
    512 \\times 7 \\times 7 = 25{,}088
    """
    result = layers.flatten_size(channels, height, width)
    return _count("C \\times H \\times W", "", (channels, height, width), 0, result)


def _count(letters: str, bias_letter: str, factors: tuple[int | str, ...], biases: int, result: int) -> Trace:
    product = " \\times ".join(factor if isinstance(factor, str) else latex.grouped(factor) for factor in factors)
    total = latex.grouped(result)
    if not biases:
        return (
            Step("formula", letters),
            Step("substitution", product),
            Step("result", f"{product} = {total}", result),
        )
    added = latex.grouped(biases)
    return (
        Step("formula", f"{letters} + {bias_letter}"),
        Step("substitution", f"{product} + {added}"),
        Step("result", f"{latex.grouped(result - biases)} + {added} = {total}", result),
    )


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
