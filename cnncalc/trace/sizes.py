"""The steps of sizes: how many windows fit."""

from __future__ import annotations

from fractions import Fraction

from cnncalc import geometry, latex
from cnncalc.arguments import Pair, pair
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
