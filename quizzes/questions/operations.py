"""What expressions can do with numbers, tuples and matrices; exact where the mathematics is, bounded before it starts.

Indices count from 0, as in NumPy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from .values import Matrix, Value, exact, matrix
from .words import Both

MAX_CELLS = 512


def _cells(x: Matrix) -> list[Any]:
    require_matrix(x)
    return [cell for row in x.tolist() for cell in row]


def require_matrix(*values: Any) -> None:
    """Refuses what is no matrix."""
    for value in values:
        if not isinstance(value, np.ndarray):
            raise TypeError(Both("行列を与えてください。", "should be a matrix"))


def number(value: Any) -> Any:
    """``value``, if it is a number."""
    if isinstance(value, bool) or not isinstance(value, int | Fraction | float):
        raise TypeError(Both("数を与えてください。", "should be a number"))
    return value


def _whole(value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        message = Both(f"{low}から{high}までの整数を与えてください。", f"should be a whole number from {low} to {high}")
        raise ValueError(message)
    return value


def sized(rows: int, columns: int) -> tuple[int, int]:
    """Refuses a matrix before it is made."""
    _whole(rows, 1, MAX_CELLS), _whole(columns, 1, MAX_CELLS)
    if rows * columns > MAX_CELLS:
        raise ValueError(Both(f"行列の要素は{MAX_CELLS}個までです。", f"a matrix has at most {MAX_CELLS} cells"))
    return rows, columns


# Numbers


def _absolute(value: Any) -> Any:
    return np.abs(value) if isinstance(value, np.ndarray) else abs(number(value))


def _ceil(value: Any) -> Any:
    return math.ceil(number(value))


def _floor(value: Any) -> Any:
    return math.floor(number(value))


def _ceil_divide(left: Any, right: Any) -> Any:
    return -(-number(left) // number(right))


def extreme(choose: Callable[..., Any]) -> Callable[..., Any]:
    """Of several numbers, or of the cells of one matrix or the items of one tuple."""

    def found(*values: Any) -> Any:
        items = values if len(values) != 1 else values[0] if isinstance(values[0], tuple) else _cells(values[0])
        return choose(map(number, items))

    return found


def _round(value: Any, places: int = 0) -> Any:
    """Half away from zero, as it is taught at school; exact."""
    scale = 10 ** _whole(places, 0, 6)
    scaled = Fraction(number(value)) * scale
    rounded = math.floor(abs(scaled) + Fraction(1, 2))
    return exact(Fraction(rounded if scaled >= 0 else -rounded, scale))


def _sqrt(value: Any) -> Any:
    """Exact for squares of whole numbers and fractions."""
    square = Fraction(number(value))
    if square < 0:
        raise ValueError(Both("負の数の平方根は求められません。", "a negative number has no square root"))
    root = Fraction(math.isqrt(square.numerator), math.isqrt(square.denominator))
    return exact(root) if root * root == square else math.sqrt(value)


def _exp(value: Any) -> float:
    return math.exp(number(value))


def _log(value: Any) -> float:
    return math.log(number(value))


# Tuples and matrices


def _len(value: Any) -> int:
    if not isinstance(value, tuple):
        message = Both(
            "len はタプルの関数です。行列には rows(X) と columns(X) を使ってください。",
            "len is for tuples; a matrix has rows(X) and columns(X)",
        )
        raise TypeError(message)
    return len(value)


def _item(value: Any, index: int) -> Any:
    if not isinstance(value, tuple):
        message = Both(
            "item はタプルの関数です。行列には cell(X, row, column) を使ってください。",
            "item is for tuples; a matrix has cell(X, row, column)",
        )
        raise TypeError(message)
    return value[_whole(index, 0, len(value) - 1)]


def _sum(value: Any) -> Any:
    items = value if isinstance(value, tuple) else _cells(value)
    return sum(map(number, items))


def mean(value: Any) -> Any:
    """Of a tuple's items or a matrix's cells; exact where they are."""
    items = value if isinstance(value, tuple) else _cells(value)
    total = sum(map(number, items))
    return total / len(items) if isinstance(total, float) else exact(Fraction(total, len(items)))


def _rows(x: Matrix) -> int:
    require_matrix(x)
    return len(x)


def _columns(x: Matrix) -> int:
    require_matrix(x)
    return int(x.shape[1])


def _cell(x: Matrix, row: int, column: int) -> Any:
    require_matrix(x)
    return x.item(_whole(row, 0, len(x) - 1), _whole(column, 0, x.shape[1] - 1))


def _block(x: Matrix, row: int, column: int, height: int, width: int) -> Matrix:
    """The cells from (row, column) on, ``height`` rows and ``width`` columns."""
    require_matrix(x)
    bottom, right = _whole(row, 0, len(x) - 1) + height, _whole(column, 0, x.shape[1] - 1) + width
    _whole(bottom, row + 1, len(x)), _whole(right, column + 1, x.shape[1])
    return x[row:bottom, column:right]


def _transpose(x: Matrix) -> Matrix:
    require_matrix(x)
    return x.T


def _rot180(x: Matrix) -> Matrix:
    require_matrix(x)
    return x[::-1, ::-1]


def _ravel(x: Matrix) -> Matrix:
    """All cells in one row, row by row."""
    require_matrix(x)
    return x.reshape(1, -1)


def _reshape(x: Matrix, rows: int, columns: int) -> Matrix:
    require_matrix(x)
    return x.reshape(sized(rows, columns))


def _full(rows: int, columns: int, value: Any) -> Matrix:
    size = sized(rows, columns)
    return matrix([[number(value)] * size[1]] * size[0])


def _pad(x: Matrix, padding: int, value: Any = 0) -> Matrix:
    require_matrix(x)
    _whole(padding, 0, 16)
    sized(len(x) + 2 * padding, x.shape[1] + 2 * padding)
    return np.pad(x, padding, constant_values=number(value))


def _kron(x: Matrix, y: Matrix) -> Matrix:
    """Every cell of ``x`` times the whole of ``y``."""
    require_matrix(x, y)
    sized(len(x) * len(y), x.shape[1] * y.shape[1])
    return np.kron(x, y)


def _matmul(x: Matrix, y: Matrix) -> Matrix:
    require_matrix(x, y)
    if x.shape[1] != len(y):
        message = Both(
            f"形状が {x.shape} の行列と {y.shape} の行列の積は求められません。",
            f"matrices of {x.shape} and {y.shape} have no product",
        )
        raise ValueError(message)
    sized(len(x), y.shape[1])
    return x @ y


def _distinct(x: Any) -> int:
    """How many different values a matrix or a tuple holds."""
    return len(set(map(number, x if isinstance(x, tuple) else _cells(x))))


def _count(x: Any, value: Any) -> int:
    """How many cells or items equal ``value``."""
    return (x if isinstance(x, tuple) else tuple(_cells(x))).count(number(value))


def _argmax(x: Matrix) -> tuple[int, int]:
    """Row and column of the first largest cell."""
    require_matrix(x)
    row, column = divmod(max(range(x.size), key=x.ravel().tolist().__getitem__), x.shape[1])
    return row, column


def _row_matrix(values: tuple[Value, ...]) -> Matrix:
    """A tuple as a matrix of one row."""
    if not isinstance(values, tuple):
        raise TypeError(Both("タプルを与えてください。", "should be a tuple"))
    return matrix([list(map(number, values))])


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "abs": _absolute,
    "ceil": _ceil,
    "floor": _floor,
    "ceil_divide": _ceil_divide,
    "max": extreme(max),
    "min": extreme(min),
    "round": _round,
    "sqrt": _sqrt,
    "exp": _exp,
    "log": _log,
    "len": _len,
    "item": _item,
    "sum": _sum,
    "mean": mean,
    "rows": _rows,
    "columns": _columns,
    "cell": _cell,
    "block": _block,
    "transpose": _transpose,
    "rot180": _rot180,
    "ravel": _ravel,
    "reshape": _reshape,
    "full": _full,
    "pad": _pad,
    "kron": _kron,
    "matmul": _matmul,
    "distinct": _distinct,
    "count": _count,
    "argmax": _argmax,
    "row_matrix": _row_matrix,
}
