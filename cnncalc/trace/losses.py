"""The steps of softmax and cross-entropy, for one example."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from cnncalc import latex, losses
from cnncalc.arguments import real_array
from cnncalc.losses import Reduction
from cnncalc.sums import FloatArray
from cnncalc.trace.numbers import Exact, require_finite
from cnncalc.trace.steps import Step, Trace


def softmax(x: ArrayLike, axis: int = -1) -> Trace:
    """Trace ``losses.softmax`` for ``(K,)``: formula, maximum, shift, exponentials, sum, division, result.

    There is one "division" per class. Raises ``ValueError`` as ``losses.softmax`` does, for more than one
    example, and for NaN and infinities.

    >>> for step in softmax([1, 3]):
    ...     print(step.latex)
    y_i = \\frac{e^{x_i}}{\\sum_j e^{x_j}} = \\frac{e^{x_i - m}}{\\sum_j e^{x_j - m}}
    m = \\max(1, 3) = 3
    x - m = \\begin{pmatrix} -2 & 0 \\end{pmatrix}
    e^{x - m} \\approx \\begin{pmatrix} 0.1353 & 1 \\end{pmatrix}
    0.1353 + 1 \\approx 1.135
    \\frac{0.1353}{1.135} \\approx 0.1192
    \\frac{1}{1.135} \\approx 0.8808
    y \\approx \\begin{pmatrix} 0.1192 & 0.8808 \\end{pmatrix}
    """
    result = losses.softmax(x, axis)
    values = _logits(x)
    return (
        Step("formula", "y_i = \\frac{e^{x_i}}{\\sum_j e^{x_j}} = \\frac{e^{x_i - m}}{\\sum_j e^{x_j - m}}"),
        *_divided(values, result),
        Step("result", f"y {_row(result.tolist(), _equal(values))}", result),
    )


def cross_entropy(logits: ArrayLike, targets: ArrayLike, reduction: Reduction = "mean") -> Trace:
    """Trace ``losses.cross_entropy`` for ``(K,)``: formula, maximum, shift, exponentials, sum, substitution, result.

    Written with the logarithm of the sum, which has a value where the probability is too small for one.
    Raises ``ValueError`` as ``losses.cross_entropy`` does, for more than one example, and for NaN and infinities.

    >>> for step in cross_entropy([1, 3], 0)[4:]:
    ...     print(step.latex)
    0.1353 + 1 \\approx 1.135
    L \\approx \\ln 1.135 + (3 - 1)
    L \\approx 0.1269 + 2 \\approx 2.127
    """
    result = losses.cross_entropy(logits, targets, reduction)
    values = _logits(logits)
    target, maximum = values[int(np.asarray(targets))], max(values)
    steps, exponentials = _exponentials(values)
    total = math.fsum(exponentials)
    sign = "=" if len(values) == 1 else "\\approx"  # one class: ln 1 = 0; else the logarithm is an endless decimal
    logarithm, difference, loss = _number(math.log(total)), latex.number(maximum - target), _number(result.item())
    return (
        Step("formula", "L = -\\ln y_t = \\ln \\sum_j e^{x_j - m} + (m - x_t)"),
        *steps,
        Step("substitution", f"L {sign} \\ln {_number(total)} + ({latex.number(maximum)} - {latex.summand(target)})"),
        Step("result", f"L {sign} {logarithm} + {difference} {sign} {loss}", result),
    )


def cross_entropy_gradient(logits: ArrayLike, targets: ArrayLike, reduction: Reduction = "mean") -> Trace:
    """Trace ``losses.cross_entropy_gradient`` for ``(K,)``: formula, the steps of softmax, one-hot, result.

    Raises ``ValueError`` as ``losses.cross_entropy_gradient`` does, for more than one example, and for NaN and
    infinities.

    >>> for step in cross_entropy_gradient([2, 2], 1)[-3:]:
    ...     print(step.latex)
    \\frac{1}{2} = 0.5
    t = \\begin{pmatrix} 0 & 1 \\end{pmatrix}
    y - t = \\begin{pmatrix} 0.5 & -0.5 \\end{pmatrix}
    """
    result = losses.cross_entropy_gradient(logits, targets, reduction)
    values = _logits(logits)
    probabilities = losses.softmax(logits)
    one_hot = (np.arange(len(values)) == targets).astype(np.int64)
    return (
        Step("formula", "\\frac{\\partial L}{\\partial x_i} = y_i - t_i"),
        *_divided(values, probabilities),
        Step("one-hot", f"t = {latex.matrix([one_hot.tolist()])}", one_hot),
        Step("result", f"y - t {_row(result.tolist(), _equal(values))}", result),
    )


def _logits(x: ArrayLike) -> list[Exact]:
    values = real_array("x", x)
    if values.ndim != 1:
        raise ValueError(f"a trace shows one example of shape (K,), got shape {values.shape}")
    require_finite("x", values)
    return [latex.exact_value(value) for value in values]


def _exponentials(values: Sequence[Exact]) -> tuple[Trace, list[float]]:
    maximum = max(values)
    shifted = [value - maximum for value in values]
    # below -1000 every exponential is 0, and a larger number may be none that a float can hold
    exponentials = [math.exp(max(shift, -1000)) for shift in shifted]
    total = math.fsum(exponentials)
    exactly = not any(shifted)
    listed = ", ".join(latex.number(value) for value in values)
    terms = " + ".join(_number(exponential) for exponential in exponentials)
    steps = (
        Step("maximum", f"m = \\max({listed}) = {latex.number(maximum)}", _plain(maximum)),
        Step("shift", f"x - m = {latex.matrix([shifted])}", np.array([_plain(shift) for shift in shifted])),
        Step("exponentials", f"e^{{x - m}} {_row(exponentials, exactly)}", np.array(exponentials)),
        Step("sum", f"{terms} {_equals(total, exactly)}", total),
    )
    return steps, exponentials


def _divided(values: Sequence[Exact], probabilities: FloatArray) -> Trace:
    steps, exponentials = _exponentials(values)
    exactly = _equal(values)
    total = _number(math.fsum(exponentials))
    divisions = [
        Step("division", f"\\frac{{{_number(exponential)}}}{{{total}}} {_equals(probability, exactly)}", probability)
        for exponential, probability in zip(exponentials, probabilities.tolist(), strict=True)
    ]
    return (*steps, *divisions)


def _equal(values: Sequence[Exact]) -> bool:
    """Whether every exponential is 1; all others are endless decimals."""
    return len(set(values)) == 1


def _plain(value: Exact) -> int | float:
    return value if isinstance(value, int) else float(value)


def _number(value: float) -> str:
    return latex.number(latex.exact_value(value))


def _equals(value: float, exactly: bool) -> str:
    return latex.equals(latex.exact_value(value)) if exactly else f"\\approx {_number(value)}"


def _row(values: Sequence[float], exactly: bool) -> str:
    cells = [latex.exact_value(value) for value in values]
    exactly = exactly and all(latex.exact(cell) is not None for cell in cells)
    sign = "=" if exactly else "\\approx"
    return f"{sign} {latex.matrix([cells])}"
