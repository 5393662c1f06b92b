"""Arrays with the exact numbers that their decimals show, and how sums and matrices of them are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnncalc import latex
from cnncalc.arguments import RealArray

Exact: TypeAlias = int | Fraction
ExactArray: TypeAlias = NDArray[np.object_]


def exact_numbers(name: str, array: RealArray) -> ExactArray:
    """Return ``array`` with ``int`` and ``Fraction`` in it; ``ValueError`` for NaN and infinities.

    >>> exact_numbers("x", np.array([1, 2.5])).tolist()
    [1, Fraction(5, 2)]
    """
    require_finite(name, array)
    numbers: ExactArray = np.empty(array.size, dtype=object)
    numbers[:] = [latex.exact_value(number) for number in array.flat]
    return numbers.reshape(array.shape)


def require_finite(name: str, array: RealArray) -> None:
    """Raise ``ValueError`` if there are NaN or infinities in ``array``."""
    if not np.isfinite(array).all():
        raise ValueError(f"a trace shows finite numbers only, got NaN or an infinity in {name}")


def one_example(name: str, maps: RealArray) -> ExactArray:
    """Return the numbers of maps ``(C, H, W)``; ``ValueError`` for a batch, NaN and infinities.

    >>> one_example("x", np.ones((1, 1, 2), dtype=int)).tolist()
    [[[1, 1]]]
    """
    if maps.ndim != 3:
        raise ValueError(f"a trace shows one example of shape (C, H, W), got {name} of shape {maps.shape}")
    return exact_numbers(name, maps)


def terms(numbers: Sequence[Exact]) -> str:
    """Write a sum; of no numbers it is 0, of one the number.

    >>> terms([1, -3]), terms([-3]), terms([])
    ('1 + (-3)', '-3', '0')
    """
    if len(numbers) == 1:
        return latex.number(numbers[0])
    return " + ".join(latex.summand(number) for number in numbers) or "0"


def product_terms(factors: Iterable[tuple[Exact, Exact]]) -> str:
    """Write a sum of products; of no products it is 0.

    >>> product_terms([(1, 2), (-1, 3)])
    '1 \\\\cdot 2 + (-1) \\\\cdot 3'
    """
    return " + ".join(f"{latex.summand(one)} \\cdot {latex.summand(other)}" for one, other in factors) or "0"


def equation(written: str, total: Exact) -> str:
    """Write that a sum is ``total``; nothing but the sum if it is its own total.

    >>> equation("1 + (-3)", -2), equation("5", 5)
    ('1 + (-3) = -2', '5')
    """
    return written if written == latex.number(total) else f"{written} {latex.equals(total)}"


def element(name: str, place: Sequence[int], shape: Sequence[int]) -> str:
    """Write an element of an array by its place, counted from 1; leading axes of length 1 are left out.

    >>> element("x", (0, 1, 2), (1, 4, 4)), element("x", (0, 1, 2), (2, 4, 4)), element("db", (0,), (1,))
    ('x_{2,3}', 'x_{1,2,3}', 'db')
    """
    if tuple(shape) == (1,):
        return name
    first = next((axis for axis, size in enumerate(shape) if size > 1), len(shape))
    shown = place[min(first, max(len(shape) - 2, 0)) :]
    return f"{name}_{{{','.join(str(index + 1) for index in shown)}}}"


def named_matrices(name: str, array: ExactArray) -> str:
    """Write the matrices on the last two axes of ``array``, with their places on the other axes as indices from 1.

    >>> named_matrices("Y", np.array([[[1, 2]]], dtype=object))
    'Y = \\\\begin{pmatrix} 1 & 2 \\\\end{pmatrix}'
    >>> named_matrices("Y", np.array([[[1]], [[2]]], dtype=object))
    'Y_{1} = \\\\begin{pmatrix} 1 \\\\end{pmatrix}, \\\\quad Y_{2} = \\\\begin{pmatrix} 2 \\\\end{pmatrix}'
    """
    places = list(np.ndindex(array.shape[:-2]))
    if len(places) == 1:
        return f"{name} = {latex.matrix(array[places[0]])}"
    return ", \\quad ".join(
        f"{name}_{{{','.join(str(axis + 1) for axis in place)}}} = {latex.matrix(array[place])}" for place in places
    )
