"""How numbers and matrices are written in LaTeX."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

LONGEST_DECIMALS = 4
LARGEST_DENOMINATOR = 999


def exact_value(number: float | np.number) -> int | Fraction:
    """Return the number that the shortest decimal form of a finite ``number`` shows.

    Read from the decimal form because a learner who sees 0.1 calculates with one tenth, not with the nearest
    binary fraction.

    >>> exact_value(0.1), exact_value(np.float32(2.0))
    (Fraction(1, 10), 2)
    """
    if isinstance(number, (int, np.integer)):
        return int(number)
    value = Fraction(str(number))
    return value.numerator if value.denominator == 1 else value


def decimal(value: int | Fraction) -> str | None:
    """Write ``value`` as an integer or a short decimal; ``None`` if the decimals are endless or long.

    >>> decimal(-3), decimal(Fraction(-27, 2)), decimal(Fraction(27, 7))
    ('-3', '-13.5', None)
    """
    if value.denominator == 1:
        return str(value.numerator)
    scaled, rest = divmod(abs(value.numerator) * 10**LONGEST_DECIMALS, value.denominator)
    if rest:
        return None
    whole, decimals = divmod(scaled, 10**LONGEST_DECIMALS)
    digits = str(decimals).zfill(LONGEST_DECIMALS).rstrip("0")
    return f"{'-' if value < 0 else ''}{whole}.{digits}"


def exact(value: int | Fraction) -> str | None:
    """Write ``value`` without loss: an integer, a short decimal or a fraction; ``None`` if all would be long.

    >>> exact(Fraction(27, 2)), exact(Fraction(-27, 7)), exact(Fraction(1, 10007))
    ('13.5', '-\\\\frac{27}{7}', None)
    """
    written = decimal(value)
    if written is None and value.denominator <= LARGEST_DENOMINATOR:
        return f"{'-' if value < 0 else ''}\\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
    return written


def rounded(value: int | Fraction) -> str:
    """Write ``value`` with at most four significant digits.

    >>> rounded(Fraction(27, 7)), rounded(Fraction(1, 3000000))
    ('3.857', '3.333 \\\\times 10^{-7}')
    """
    mantissa, _, exponent = f"{float(value):.4g}".partition("e")
    return f"{mantissa} \\times 10^{{{int(exponent)}}}" if exponent else mantissa


def number(value: int | Fraction) -> str:
    """Write ``value`` exactly where that is short, else rounded.

    >>> number(Fraction(5, 2)), number(Fraction(1, 10007))
    ('2.5', '9.993 \\\\times 10^{-5}')
    """
    return exact(value) or rounded(value)


def summand(value: int | Fraction) -> str:
    """Write ``value`` for the inside of a sum: negative numbers in parentheses.

    >>> summand(-3), summand(3)
    ('(-3)', '3')
    """
    return f"({number(value)})" if value < 0 else number(value)


def equals(value: int | Fraction) -> str:
    """Write ``= value``, or ``\\approx`` and a rounded value where the exact one would be long.

    >>> equals(Fraction(5, 2)), equals(Fraction(1, 10007))
    ('= 2.5', '\\\\approx 9.993 \\\\times 10^{-5}')
    """
    written = exact(value)
    return f"\\approx {rounded(value)}" if written is None else f"= {written}"


def grouped(value: int) -> str:
    """Write an integer with its digits in groups of three.

    >>> grouped(6422528), grouped(999)
    ('6{,}422{,}528', '999')
    """
    return f"{value:,}".replace(",", "{,}")


def matrix(rows: Iterable[Iterable[int | Fraction]]) -> str:
    """Write a matrix in parentheses.

    >>> matrix([[1, 2], [3, Fraction(1, 2)]])
    '\\\\begin{pmatrix} 1 & 2 \\\\\\\\ 3 & 0.5 \\\\end{pmatrix}'
    """
    body = r" \\ ".join(" & ".join(number(value) for value in row) for row in rows)
    return f"\\begin{{pmatrix}} {body} \\end{{pmatrix}}"
