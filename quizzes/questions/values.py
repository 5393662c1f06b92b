"""The values that templates calculate with: exact numbers, words, tuples, matrices; and how they are written.

Numbers are exact: an ``int``, or a ``Fraction`` that is not whole. A ``float`` appears only where the mathematics
leaves the rationals (roots). Matrices are read-only two-dimensional arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from html import escape
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .words import Both

Number: TypeAlias = int | Fraction | float
Matrix: TypeAlias = NDArray[Any]
Value: TypeAlias = "int | Fraction | float | str | tuple[Value, ...] | Matrix"
Scope: TypeAlias = Mapping[str, Value]

LANGUAGES = ("ja", "en")
CLOSE = Fraction(1, 10**9)  # within it, a float is the number that it stands for

_MINUS = "\N{MINUS SIGN}"
_ROUGH = 1e-9


def exact(number: Number) -> Number:
    """A fraction that is whole becomes an ``int``, so that equal numbers have equal types.

    >>> exact(Fraction(8, 2)), exact(Fraction(1, 2))
    (4, Fraction(1, 2))
    """
    if isinstance(number, Fraction) and number.denominator == 1:
        return number.numerator
    return number


def matrix(rows: object) -> Matrix:
    """A read-only copy of nested rows or of an array, with whole numbers as int64 where all are whole."""
    array = np.array(rows)
    if array.ndim != 2:
        message = Both(
            f"行列の軸は2つです（指定された形状：{array.shape}）。", f"a matrix has two axes, got shape {array.shape}"
        )
        raise ValueError(message)
    if array.dtype.kind in "iub":
        array = array.astype(np.int64, copy=False)
    elif array.dtype == object and all(isinstance(exact(cell), int) for cell in array.flat):
        array = array.astype(np.int64)
    array.setflags(write=False)
    return array


def same(left: Value, right: Value) -> bool:
    """Equality of values: matrices by shape and cells, everything else by ``==``."""
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        return (
            isinstance(left, np.ndarray)
            and isinstance(right, np.ndarray)
            and left.shape == right.shape
            and bool((left == right).all())
        )
    return left == right


def hashed(value: Value) -> Any:
    """Something that two values share just when they are the :func:`same`."""
    if isinstance(value, np.ndarray):
        return (value.shape, *(cell for row in value.tolist() for cell in row))
    return value


def near(left: Value, right: Value, tolerance: Fraction) -> bool:
    """Whether two numbers, or the cells of two matrices of one shape, differ by at most ``tolerance``; exact."""
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return left.shape == right.shape and all(
            near(one, other, tolerance)
            for one, other in zip(left.ravel().tolist(), right.ravel().tolist(), strict=True)
        )
    if not isinstance(left, int | Fraction | float) or not isinstance(right, int | Fraction | float):
        return False
    rough = abs(float(left) - float(right)) - float(tolerance)
    if abs(rough) > _ROUGH * (1 + abs(float(left))):  # too far from the border for floats to be mistaken
        return rough < 0
    return abs(Fraction(left) - Fraction(right)) <= tolerance


def to_json(value: Value) -> Any:
    """Plain JSON of a value; :func:`from_json` reads it back."""
    if isinstance(value, np.ndarray):
        return {"matrix": [[to_json(cell) for cell in row] for row in value.tolist()]}
    if isinstance(value, tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Fraction):
        return {"fraction": [value.numerator, value.denominator]}
    return value


def from_json(data: Any) -> Value:
    """The value that :func:`to_json` wrote."""
    if isinstance(data, dict):
        if "matrix" in data:
            return matrix([[from_json(cell) for cell in row] for row in data["matrix"]])
        numerator, denominator = data["fraction"]
        return Fraction(numerator, denominator)
    if isinstance(data, list):
        return tuple(from_json(item) for item in data)
    if isinstance(data, int | float | str):
        return data
    raise TypeError(f"not a value: {data!r}")


def decimal_text(number: Number, places: int) -> str:
    """``number`` rounded half away from zero to ``places`` decimals, exactly.

    >>> decimal_text(Fraction(5, 2), 0), decimal_text(Fraction(-1, 8), 2)
    ('3', '-0.13')
    """
    scaled = abs(Fraction(number)) * 10**places
    digits = str(int(scaled + Fraction(1, 2))).rjust(places + 1, "0")
    whole, decimals = (digits[:-places], digits[-places:]) if places else (digits, "")
    sign = "-" if number < 0 and digits.strip("0") else ""
    return f"{sign}{int(whole):,}" + (f".{decimals}" if decimals else "")


def plain(value: Value, places: int | None = None) -> str:
    """How a value is typed: ASCII minus, digits grouped by commas, matrix rows on lines."""
    if type(value) is int:
        return f"{value:,}" if places is None else decimal_text(value, places)
    if isinstance(value, np.ndarray):
        return "\n".join(" ".join(plain(cell, places) for cell in row) for row in value.tolist())
    if isinstance(value, tuple):
        return ", ".join(plain(item, places) for item in value)
    if isinstance(value, str):
        return value
    if places is not None:
        return decimal_text(value, places)
    if isinstance(value, Fraction):
        short = _short_decimal(value)
        return short or f"{value.numerator:,}/{value.denominator:,}"
    return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.2f}"


def html(value: Value, places: int | None = None) -> str:
    """How a value is shown to people: a real minus sign, matrices as tables; always escaped."""
    if type(value) is int and places is None:
        return f"{value:,}" if value >= 0 else f"{_MINUS}{-value:,}"
    if isinstance(value, np.ndarray):
        rows = "".join(
            "<tr>" + "".join(f"<td>{html(cell, places)}</td>" for cell in row) + "</tr>" for row in value.tolist()
        )
        return f'<table class="matrix"><tbody>{rows}</tbody></table>'
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, tuple):
        return ", ".join(html(item, places) for item in value)
    return escape(plain(value, places).replace("-", _MINUS))


def latex(value: Value) -> str:
    """How a value is written inside a formula."""
    if type(value) is int:
        return f"{value:,}".replace(",", "{,}")
    if isinstance(value, np.ndarray):
        rows = r" \\ ".join(" & ".join(latex(cell) for cell in row) for row in value.tolist())
        return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"
    if isinstance(value, tuple):
        return "(" + ", ".join(latex(item) for item in value) + ")"
    if isinstance(value, Fraction) and not _short_decimal(value):
        sign = "-" if value < 0 else ""
        return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"
    if isinstance(value, str):
        raise TypeError(Both("数式に文字列は使えません。", "words have no place in a formula"))
    return plain(value).replace(",", "{,}")


def _short_decimal(value: Fraction) -> str:
    """The decimal form where it ends after at most four places, else the empty string."""
    scaled = value * 10_000
    if scaled.denominator != 1:
        return ""
    text = decimal_text(value, 4).rstrip("0")
    return text.rstrip(".")
