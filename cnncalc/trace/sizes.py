"""The steps of sizes along an axis: how many windows fit, and how much padding keeps a size."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

from cnncalc import geometry, latex
from cnncalc.arguments import Padding, Pair, pair
from cnncalc.geometry import WindowAxis, window_axes
from cnncalc.trace.steps import Step, Trace

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

    pad_letters, pad_numbers = both_paddings(before, after)
    extent_letters, extent_numbers = extent(kernel_letter, kernel, dilation)
    formula = f"\\frac{{{letter} + {pad_letters} - {extent_letters}}}{{S}}"
    substitution = f"\\frac{{{size} + {pad_numbers} - {extent_numbers}}}{{{stride}}}"

    room = size + before + after - (dilation * (kernel - 1) + 1)
    whole = -(-room // stride) if ceil_mode else room // stride
    steps = [
        Step("formula", f"{out} = {_rounded(formula, side)} + 1"),
        Step("substitution", f"{out} = {_rounded(substitution, side)} + 1"),
    ]
    steps += _division(room, stride, side)
    if result <= whole:
        start = f"{whole} \\cdot {stride} = {whole * stride}"
        steps.append(Step("last-window", f"{start} \\ge {size} + {before} = {size + before}", whole * stride))
        steps.append(Step("result", f"{whole} + 1 - 1 = {result}", result))
    else:
        steps.append(Step("result", f"{whole} + 1 = {result}", result))
    return tuple(steps)


def valid_output_size(size: int, kernel: int, stride: int = 1, dilation: int = 1) -> Trace:
    """Trace ``geometry.valid_output_size``: formula, substitution, division, rounding, result.

    "rounding" is left out if the division leaves no rest. Raises ``ValueError`` as that function does.

    >>> for step in valid_output_size(28, 3, 2):
    ...     print(step.latex)
    O = \\left\\lceil \\frac{I - F + 1}{S} \\right\\rceil
    O = \\left\\lceil \\frac{28 - 3 + 1}{2} \\right\\rceil
    \\frac{26}{2} = 13
    O = 13
    """
    result = geometry.valid_output_size(size, kernel, stride, dilation)
    letters, numbers = extent("F", kernel, dilation)
    places = size - (dilation * (kernel - 1) + 1) + 1
    return (
        Step("formula", f"O = {_ceiling(f'I - {letters} + 1', 'S')}"),
        Step("substitution", f"O = {_ceiling(f'{size} - {numbers} + 1', stride)}"),
        *_division(places, stride, "ceil"),
        Step("result", f"O = {result}", result),
    )


def same_output_size(size: int, stride: int = 1) -> Trace:
    """Trace ``geometry.same_output_size``: formula, substitution, division, rounding, result.

    "rounding" is left out if the division leaves no rest. Raises ``ValueError`` as that function does.

    >>> for step in same_output_size(7, 2):
    ...     print(step.latex)
    O = \\left\\lceil \\frac{I}{S} \\right\\rceil
    O = \\left\\lceil \\frac{7}{2} \\right\\rceil
    \\frac{7}{2} = 3.5
    \\left\\lceil 3.5 \\right\\rceil = 4
    O = 4
    """
    result = geometry.same_output_size(size, stride)
    return (
        Step("formula", f"O = {_ceiling('I', 'S')}"),
        Step("substitution", f"O = {_ceiling(size, stride)}"),
        *_division(size, stride, "ceil"),
        Step("result", f"O = {result}", result),
    )


def same_padding(kernel: int, dilation: int = 1) -> Trace:
    """Trace ``geometry.same_padding``: formula, substitution, result.

    Raises ``ValueError`` as that function does.

    >>> for step in same_padding(5):
    ...     print(step.latex)
    P = \\frac{F - 1}{2}
    P = \\frac{5 - 1}{2}
    P = \\frac{4}{2} = 2
    """
    result = geometry.same_padding(kernel, dilation)
    if dilation == 1:
        letters, numbers = "F - 1", f"{kernel} - 1"
    else:
        letters, numbers = "D(F - 1)", f"{dilation} \\cdot ({kernel} - 1)"
    return (
        Step("formula", f"P = \\frac{{{letters}}}{{2}}"),
        Step("substitution", f"P = \\frac{{{numbers}}}{{2}}"),
        Step("result", f"P = \\frac{{{2 * result}}}{{2}} = {result}", result),
    )


def tensorflow_same_padding(size: int, kernel: int, stride: int = 1, dilation: int = 1) -> Trace:
    """Trace ``geometry.tensorflow_same_padding``: output, formula, substitution, total, result.

    "output" is the size that SAME gives. Raises ``ValueError`` as that function does.

    >>> for step in tensorflow_same_padding(28, 3, 2):
    ...     print(step.latex)
    O = \\left\\lceil \\frac{28}{2} \\right\\rceil = 14
    P = \\max((O - 1) S + F - I, 0)
    P = \\max(13 \\cdot 2 + 3 - 28, 0)
    P = \\max(1, 0) = 1
    P_1 = \\left\\lfloor \\frac{1}{2} \\right\\rfloor = 0, \\quad P_2 = 1 - 0 = 1
    """
    before, after = geometry.tensorflow_same_padding(size, kernel, stride, dilation)
    output = geometry.same_output_size(size, stride)
    letters, numbers = extent("F", kernel, dilation)
    needed = (output - 1) * stride + dilation * (kernel - 1) + 1 - size
    total = before + after
    first = f"P_1 = \\left\\lfloor \\frac{{{total}}}{{2}} \\right\\rfloor = {before}"
    return (
        Step("output", f"O = {_ceiling(size, stride)} = {output}", output),
        Step("formula", f"P = \\max((O - 1) S + {letters} - I, 0)"),
        Step("substitution", f"P = \\max({output - 1} \\cdot {stride} + {numbers} - {size}, 0)"),
        Step("total", f"P = \\max({needed}, 0) = {total}", total),
        Step("result", f"{first}, \\quad P_2 = {total} - {before} = {after}", (before, after)),
    )


def transposed_output_size(
    size: int,
    kernel: int,
    stride: int = 1,
    padding: int | Pair = 0,
    output_padding: int = 0,
    dilation: int = 1,
) -> Trace:
    """Trace ``geometry.transposed_output_size``: formula, substitution, result.

    The output padding is left out where it is 0. Raises ``ValueError`` as that function does.

    >>> for step in transposed_output_size(14, 3, 2, 1, 1):
    ...     print(step.latex)
    O = (I - 1) S - 2P + F + P_o
    O = (14 - 1) \\cdot 2 - 2 \\cdot 1 + 3 + 1
    O = 26 - 2 + 3 + 1 = 28
    """
    result = geometry.transposed_output_size(size, kernel, stride, padding, output_padding, dilation)
    before, after = pair("padding", padding, 0)
    letters, numbers = extent("F", kernel, dilation)
    added = dilation * (kernel - 1) + 1
    pad_letters, pad_numbers = both_paddings(before, after, "-")
    extra_letters, extra = (" + P_o", f" + {output_padding}") if output_padding else ("", "")
    return (
        Step("formula", f"O = (I - 1) S - {pad_letters} + {letters}{extra_letters}"),
        Step("substitution", f"O = ({size} - 1) \\cdot {stride} - {pad_numbers} + {numbers}{extra}"),
        Step("result", f"O = {(size - 1) * stride} - {before + after} + {added}{extra} = {result}", result),
    )


def output_sizes(
    shape: tuple[int, ...], kernel: int | Pair, stride: int | Pair, padding: Padding, dilation: int | Pair
) -> tuple[Trace, tuple[WindowAxis, WindowAxis]]:
    """Return an "output" step for the height and one for the width, and the windows along both.

    >>> steps, _ = output_sizes((3, 28, 28), 5, 1, 0, 1)
    >>> [step.value for step in steps]
    [24, 24]
    """
    axes = window_axes(shape, kernel, stride, padding, dilation)
    steps = []
    for name, axis in zip(("height", "width"), axes, strict=True):
        sides = (axis.before, axis.after)
        lines = output_size(axis.size, axis.kernel, axis.stride, sides, axis.dilation, axis=name)
        steps.append(Step("output", f"{lines[1].latex} = {axis.output}", axis.output))
    return tuple(steps), axes


def extent(letter: str, kernel: int, dilation: int) -> tuple[str, str]:
    """Return the extent of a kernel in letters and in numbers; without dilation it is the kernel itself.

    >>> extent("F", 3, 1), extent("F", 3, 2)
    (('F', '3'), ('(D(F - 1) + 1)', '(2 \\\\cdot (3 - 1) + 1)'))
    """
    if dilation == 1:
        return letter, str(kernel)
    return f"(D({letter} - 1) + 1)", f"({dilation} \\cdot ({kernel} - 1) + 1)"


def both_paddings(before: int, after: int, sign: str = "+") -> tuple[str, str]:
    """Return the padding of both sides in letters and in numbers; ``sign`` joins unequal sides.

    >>> both_paddings(1, 1), both_paddings(0, 1)
    (('2P', '2 \\\\cdot 1'), ('P_1 + P_2', '0 + 1'))
    """
    if before == after:
        return "2P", f"2 \\cdot {before}"
    return f"P_1 {sign} P_2", f"{before} {sign} {after}"


def _rounded(inner: str, side: str) -> str:
    return f"\\left\\l{side} {inner} \\right\\r{side}"


def _ceiling(dividend: object, divisor: object) -> str:
    return _rounded(f"\\frac{{{dividend}}}{{{divisor}}}", "ceil")


@lru_cache(maxsize=4096)
def _division(dividend: int, divisor: int, side: str) -> tuple[Step, ...]:
    """Divide and, where a rest is left, round to the ``side``: "floor" or "ceil"."""
    fraction, quotient = f"\\frac{{{dividend}}}{{{divisor}}}", Fraction(int(dividend), int(divisor))
    whole = math.ceil(quotient) if side == "ceil" else math.floor(quotient)
    if quotient == whole:
        return (Step("division", f"{fraction} = {whole}", whole),)
    decimal = latex.decimal(quotient)
    written = f"\\approx {float(quotient):.2f}" if decimal is None else f"= {decimal}"
    return (
        Step("division", f"{fraction} {written}", quotient),
        Step("rounding", f"{_rounded(decimal or fraction, side)} = {whole}", whole),
    )
