"""The steps of inverse problems: bounds of the unknown, then the set of its values."""

from __future__ import annotations

from cnncalc import inverse
from cnncalc.arguments import Pair, pair
from cnncalc.trace.sizes import both_paddings, extent
from cnncalc.trace.steps import Step, Trace

_LONGEST_LIST = 6


def paddings_giving(output: int, size: int, kernel: int, stride: int = 1, dilation: int = 1) -> Trace:
    """Trace ``inverse.paddings_giving``: formula, bounds, substitution, solution, result.

    Raises ``ValueError`` as that function does.

    >>> for step in paddings_giving(5, 10, 2, 3):
    ...     print(step.latex)
    O = \\left\\lfloor \\frac{I + 2P - F}{S} \\right\\rfloor + 1
    (O - 1) S \\le I + 2P - F < O S
    4 \\cdot 3 \\le 10 + 2P - 2 < 5 \\cdot 3
    4 \\le 2P < 7
    P \\in \\{2, 3\\}
    """
    found = inverse.paddings_giving(output, size, kernel, stride, dilation)
    letters, numbers = extent("F", kernel, dilation)
    missing = dilation * (kernel - 1) + 1 - size
    return (
        _formula("2P", letters),
        Step("bounds", f"(O - 1) S \\le I + 2P - {letters} < O S"),
        Step(
            "substitution",
            f"{output - 1} \\cdot {stride} \\le {size} + 2P - {numbers} < {output} \\cdot {stride}",
        ),
        Step("solution", f"{(output - 1) * stride + missing} \\le 2P < {output * stride + missing}"),
        _members("P", found),
    )


def strides_giving(output: int, size: int, kernel: int, padding: int | Pair = 0, dilation: int = 1) -> Trace:
    """Trace ``inverse.strides_giving``: formula, bounds, substitution, (solution,) result.

    Where the kernel is larger than the padded input, the bounds are left out: no stride helps. Raises
    ``ValueError`` as that function does.

    >>> for step in strides_giving(4, 16, 4):
    ...     print(step.latex)
    O = \\left\\lfloor \\frac{I + 2P - F}{S} \\right\\rfloor + 1
    O - 1 \\le \\frac{I + 2P - F}{S} < O
    3 \\le \\frac{16 + 2 \\cdot 0 - 4}{S} < 4
    \\frac{12}{4} < S \\le \\frac{12}{3}
    S \\in \\{4\\}
    """
    found = inverse.strides_giving(output, size, kernel, padding, dilation)
    before, after = pair("padding", padding, 0)
    letters, numbers = extent("F", kernel, dilation)
    pad_letters, pad_numbers = both_paddings(before, after)
    room = size + before + after - dilation * (kernel - 1) - 1
    formula = _formula(pad_letters, letters)
    if room < 0:
        inequality = f"{size} + {pad_numbers} - {numbers} = {room} < 0"
        return formula, Step("substitution", inequality), _members("S", found)
    if output == 1:
        solution = f"{room} < S"
    else:
        solution = f"\\frac{{{room}}}{{{output}}} < S \\le \\frac{{{room}}}{{{output - 1}}}"
    return (
        formula,
        Step("bounds", f"O - 1 \\le \\frac{{I + {pad_letters} - {letters}}}{{S}} < O"),
        Step("substitution", f"{output - 1} \\le \\frac{{{size} + {pad_numbers} - {numbers}}}{{S}} < {output}"),
        Step("solution", solution),
        _members("S", found),
    )


def kernels_giving(output: int, size: int, stride: int = 1, padding: int | Pair = 0, dilation: int = 1) -> Trace:
    """Trace ``inverse.kernels_giving``: formula, bounds, substitution, solution, result.

    Raises ``ValueError`` as that function does.

    >>> for step in kernels_giving(14, 28, 2, 1):
    ...     print(step.latex)
    O = \\left\\lfloor \\frac{I + 2P - F}{S} \\right\\rfloor + 1
    I + 2P - O S < F \\le I + 2P - (O - 1) S
    28 + 2 \\cdot 1 - 14 \\cdot 2 < F \\le 28 + 2 \\cdot 1 - 13 \\cdot 2
    2 < F \\le 4
    F \\in \\{3, 4\\}
    """
    found = inverse.kernels_giving(output, size, stride, padding, dilation)
    before, after = pair("padding", padding, 0)
    pad_letters, pad_numbers = both_paddings(before, after)
    letters = "F" if dilation == 1 else "D(F - 1) + 1"
    unknown = "F" if dilation == 1 else f"{dilation} (F - 1) + 1"
    padded = size + before + after
    shown = f"{size} + {pad_numbers}"
    return (
        _formula(pad_letters, letters if dilation == 1 else f"({letters})"),
        Step("bounds", f"I + {pad_letters} - O S < {letters} \\le I + {pad_letters} - (O - 1) S"),
        Step(
            "substitution",
            f"{shown} - {output} \\cdot {stride} < {unknown} \\le {shown} - {output - 1} \\cdot {stride}",
        ),
        Step("solution", f"{padded - output * stride} < {unknown} \\le {padded - (output - 1) * stride}"),
        _members("F", found),
    )


def _formula(pad_letters: str, kernel_letters: str) -> Step:
    quotient = f"\\frac{{I + {pad_letters} - {kernel_letters}}}{{S}}"
    return Step("formula", f"O = \\left\\lfloor {quotient} \\right\\rfloor + 1")


def _members(letter: str, found: frozenset[int]) -> Step:
    members = sorted(found)
    if not members:
        return Step("result", f"{letter} \\in \\emptyset", found)
    if len(members) > _LONGEST_LIST:  # they follow each other: the solutions of two inequalities
        listed = f"{members[0]}, {members[1]}, \\ldots, {members[-1]}"
    else:
        listed = ", ".join(map(str, members))
    return Step("result", f"{letter} \\in \\{{{listed}\\}}", found)
