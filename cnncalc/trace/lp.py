"""The steps of Lp pooling: one per window."""

from __future__ import annotations

import math
from fractions import Fraction

from numpy.typing import ArrayLike

from cnncalc import latex, pooling
from cnncalc.arguments import Padding, Pair
from cnncalc.trace.cells import exact_cells, one_map, windows
from cnncalc.trace.numbers import Exact, require_finite
from cnncalc.trace.steps import Step, Trace, Window

LARGEST_WRITTEN_POWER = 10**6
LARGEST_EXACT_POWER = 16
LARGEST_ROOTED_BITS = 512


def lp_pool2d(
    x: ArrayLike,
    p: float,
    kernel: int | Pair,
    stride: int | Pair | None = None,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
    normalized: bool = False,
    *,
    count_include_pad: bool = True,
) -> Trace:
    """Trace ``pooling.lp_pool2d`` for one map ``(H, W)``: a "window" per output cell, then the "result".

    Padding is in the divisor of the normalised form only. For ``p=math.inf`` the windows are maxima of ``|x|``.
    Raises ``ValueError`` as ``pooling.lp_pool2d`` does, for more than one map, and for NaN and infinities.

    >>> for step in lp_pool2d([[3, -4, 1, -2]], 2, (1, 2)):
    ...     print(step.latex)
    \\sqrt{|3|^2 + |-4|^2} = \\sqrt{25} = 5
    \\sqrt{|1|^2 + |-2|^2} = \\sqrt{5} \\approx 2.236
    \\begin{pmatrix} 5 & 2.236 \\end{pmatrix}
    >>> lp_pool2d([[1, -7, 2, 6]], 3, (1, 4), normalized=True)[0].latex
    '\\\\sqrt[3]{\\\\frac{1}{4} \\\\left(|1|^3 + |-7|^3 + |2|^3 + |6|^3\\\\right)} = \\\\sqrt[3]{142} \\\\approx 5.217'
    """
    maps = one_map(x)
    result = pooling.lp_pool2d(
        maps, p, kernel, stride, padding, dilation, ceil_mode, normalized, count_include_pad=count_include_pad
    )
    require_finite("the result", result)
    height, width = pooling.pooling_axes(maps.shape, kernel, stride, padding, dilation, ceil_mode)
    divisors = pooling.mean_divisors(height, width, count_include_pad)
    shown = exact_cells(maps)
    rows: list[list[Exact]] = [[] for _ in range(height.output)]
    steps = []
    for output, cells in windows(height, width):
        values = [shown[cell] for cell in cells]
        sizes = [max(value, -value) for value in values]
        norm = float(result[output])
        if p == math.inf:
            chosen = cells[sizes.index(max(sizes))]
            exact: Exact | None = max(sizes)
            line = f"\\max({', '.join(f'|{latex.number(value)}|' for value in values)})"
        else:
            chosen = None
            line, exact = _norm_line(values, float(p), int(divisors[output]) if normalized else None)
        number = latex.exact_value(norm) if exact is None else exact
        ending = f"\\approx {latex.rounded(number)}" if exact is None else latex.equals(number)
        rows[output[0]].append(number)
        steps.append(Step("window", f"{line} {ending}", norm, Window(output, cells, chosen)))
    return (*steps, Step("result", latex.matrix(rows), result))


def _norm_line(values: list[Exact], p: float, divisor: int | None) -> tuple[str, Exact | None]:
    """Write the norm up to its last sign, and return its value if that is a whole or rational number."""
    degree = latex.number(latex.exact_value(p))
    exponent = "" if p == 1 else f"^{degree}" if len(degree) == 1 else f"^{{{degree}}}"
    terms = " + ".join(f"|{latex.number(value)}|{exponent}" for value in values)
    if divisor is not None:
        terms = f"\\frac{{1}}{{{divisor}}} " + (terms if len(values) == 1 else f"\\left({terms}\\right)")
    if not p.is_integer() or p > LARGEST_EXACT_POWER:
        return _root(terms, p, degree), None
    total = Fraction(sum(max(value, -value) ** int(p) for value in values), divisor or 1)
    line = _root(terms, p, degree)
    written = latex.exact(total)
    if p > 1 and written is not None and total < LARGEST_WRITTEN_POWER:
        line = f"{line} = {_root(written, p, degree)}"
    return line, _exact_root(total, int(p))


def _root(radicand: str, p: float, degree: str) -> str:
    if p == 1:
        return radicand
    return f"\\sqrt{{{radicand}}}" if p == 2 else f"\\sqrt[{degree}]{{{radicand}}}"


def _exact_root(total: Fraction, degree: int) -> Fraction | None:
    """Return the root if it is rational.

    >>> _exact_root(Fraction(8, 27), 3), _exact_root(Fraction(2), 2)
    (Fraction(2, 3), None)
    """
    if max(total.numerator, total.denominator).bit_length() > LARGEST_ROOTED_BITS:
        return None
    root = Fraction(round(total.numerator ** (1 / degree)), round(total.denominator ** (1 / degree)))
    return root if root**degree == total else None
