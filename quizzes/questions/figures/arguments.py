"""The arguments of figures, checked once: every mistake raises a :class:`FigureError` that names the argument."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from ..values import Number
from ..words import Both

Arguments: TypeAlias = Mapping[str, object]
Pair: TypeAlias = tuple[int, int]
Sides: TypeAlias = tuple[Pair, Pair]
Rows: TypeAlias = tuple[tuple[Number, ...], ...]

MAX_SIZE = 4096
MAX_SIDE = 12  # of a matrix: more cells than this have no room for their numbers


class FigureError(ValueError):
    """A figure that cannot be drawn from these arguments; the message names the argument and what is allowed."""

    def __init__(self, message: Both) -> None:
        super().__init__(message)


def integer(arguments: Arguments, name: str, low: int, high: int = MAX_SIZE, default: int | None = None) -> int:
    """The argument ``name`` as an integer from ``low`` to ``high``; ``default`` where it is left out.

    >>> integer({"size": 28}, "size", 1)
    28
    """
    value = arguments.get(name, default)
    if type(value) is int and low <= value <= high:
        return value
    return whole(name, value, low, high)


def whole(name: str | Both, value: object, low: int, high: int = MAX_SIZE) -> int:
    """``value`` as an ``int``, which a bool is not."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        allowed = Both(f"{low}から{high}までの整数にしてください", f"be an integer from {low} to {high}")
        raise unfit(name, allowed, value)
    return int(value)


def pair(arguments: Arguments, name: str, low: int, high: int = MAX_SIZE, default: Pair | None = None) -> Pair:
    """The argument ``name`` as (height, width); one integer stands for both.

    >>> pair({"kernel": 3}, "kernel", 1), pair({"kernel": (3, 5)}, "kernel", 1)
    ((3, 3), (3, 5))
    """
    value = arguments.get(name)
    if value is None and default is not None:
        return default
    return two(name, value, low, high)


def two(name: str | Both, value: object, low: int, high: int = MAX_SIZE) -> Pair:
    """``value`` as a pair of integers."""
    if type(value) is int and low <= value <= high:
        return value, value
    if isinstance(value, tuple):
        if len(value) != 2:
            allowed = Both("整数か (高さ, 幅) にしてください", "be an integer or a pair (height, width)")
            raise unfit(name, allowed, value)
        return whole(name, value[0], low, high), whole(name, value[1], low, high)
    number = whole(name, value, low, high)
    return number, number


def sides(arguments: Arguments, name: str = "padding", high: int = MAX_SIZE) -> Sides:
    """The padding as ((top, bottom), (left, right)): an integer, (height, width), or the full form.

    >>> sides({"padding": (1, 2)}), sides({"padding": ((0, 1), (2, 3))}), sides({})
    (((1, 1), (2, 2)), ((0, 1), (2, 3)), ((0, 0), (0, 0)))
    """
    value = arguments.get(name, 0)
    if isinstance(value, tuple):
        if len(value) != 2:
            allowed = Both("整数か、高さと幅の組にしてください", "be an integer or a pair for (height, width)")
            raise unfit(name, allowed, value)
        return two(name, value[0], 0, high), two(name, value[1], 0, high)
    number = whole(name, value, 0, high)
    return (number, number), (number, number)


def matrix(arguments: Arguments, name: str) -> Rows:
    """The argument ``name``, a two-dimensional array of at most 12×12 finite numbers, as rows of plain numbers.

    >>> matrix({"x": np.array([[1, 2], [3, 4]])}, "x")
    ((1, 2), (3, 4))
    """
    value = arguments.get(name)
    if not isinstance(value, np.ndarray) or value.ndim != 2:
        raise unfit(name, Both("行列にしてください", "be a matrix"), value)
    height, width = value.shape
    if not 1 <= height <= MAX_SIDE or not 1 <= width <= MAX_SIDE:
        message = Both(
            f"{name} の行数と列数は、それぞれ1から{MAX_SIDE}までです（指定された行列：{height}行{width}列）。",
            f"{name} must have 1 to {MAX_SIDE} rows and columns, got {height} by {width}",
        )
        raise FigureError(message)
    rows: Rows = tuple(map(tuple, value.tolist()))
    if value.dtype.kind not in "iu":
        for row in rows:
            for cell in row:
                finite(name, cell)
    return rows


def finite(name: str, value: object) -> Number:
    """``value`` as a number that is neither a bool, infinite nor undefined."""
    if isinstance(value, bool) or not isinstance(value, int | Fraction | float) or not math.isfinite(value):
        raise unfit(name, Both("有限の数だけにしてください", "hold finite numbers only"), value)
    return value


def number(arguments: Arguments, name: str, low: Number, high: Number, default: Number | None = None) -> Number:
    """The argument ``name`` as a number above ``low`` and not above ``high``."""
    value = arguments.get(name, default)
    if (
        isinstance(value, bool)
        or not isinstance(value, int | Fraction | float)
        or not math.isfinite(value)
        or not low < value <= high
    ):
        allowed = Both(f"{low}より大きく{high}以下の数にしてください", f"be a number above {low} and up to {high}")
        raise unfit(name, allowed, value)
    return value


def word(arguments: Arguments, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
    """The argument ``name``, one of the ``allowed`` words."""
    value = arguments.get(name, default)
    if not isinstance(value, str) or value not in allowed:
        listed = ", ".join(allowed)
        raise unfit(name, Both(f"次のどれか1つにしてください：{listed}", f"be one of {listed}"), value)
    return value


def items(arguments: Arguments, name: str, most: int, what: Both) -> tuple[object, ...]:
    """The argument ``name`` as a tuple of 1 to ``most`` things; ``what`` says in a message what they are."""
    value = arguments.get(name)
    if not isinstance(value, tuple) or not 1 <= len(value) <= most:
        allowed = Both(f"1個から{most}個の{what.ja}にしてください", f"be a tuple of 1 to {most} {what}")
        raise unfit(name, allowed, value)
    return value


def unfit(name: str | Both, allowed: Both, value: object) -> FigureError:
    """An error that says what the argument ``name`` must be, and what it is."""
    named, given = Both(name, name) if isinstance(name, str) else name, _short(value)
    return FigureError(
        Both(f"{named.ja} は{allowed.ja}（指定された値：{given.ja}）。", f"{named} must {allowed}, got {given}")
    )


def misfit(told: Both, reason: Exception) -> FigureError:
    """An error that says what does not fit together, and what the calculation says to it."""
    return FigureError(Both(f"{told.ja}：{reason}", f"{told}: {reason}"))


def _short(value: object) -> Both:
    if isinstance(value, np.ndarray):  # which has a repr of many lines
        return Both(f"形状が {value.shape} の行列", f"a matrix of shape {value.shape}")
    text = repr(value)
    text = text if len(text) <= 60 else f"{text[:57]}..."
    return Both(text, text)
