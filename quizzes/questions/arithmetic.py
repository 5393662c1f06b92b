"""Operators on the values of templates: exact where the mathematics is, and bounded at every step."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from .operations import MAX_CELLS
from .values import exact, matrix, same
from .words import Both

MAX_NUMBER = 10**15
MAX_EXPONENT = 64
MAX_STRING = 80
MAX_CELL = 10**6

Operator: TypeAlias = Callable[[Any, Any], Any]

_BY_MATRIX = Both("行列で割ることはできません。", "nothing can be divided by a matrix")
_LARGE_POWER = Both("べき乗の結果が大きすぎます。", "the power is too large")


class OutOfBounds(ValueError):
    """A value that is none of the language's, or too large."""


def checked(value: Any) -> Any:
    """``value``, if it is one of the language's and within its bounds; raises :class:`OutOfBounds`."""
    if type(value) is int and -MAX_NUMBER <= value <= MAX_NUMBER:
        return value
    if isinstance(value, tuple):
        return tuple(map(checked, value))
    if isinstance(value, np.integer):
        value = int(value)
    bounded = next((check for kind, check in _BOUNDS.items() if isinstance(value, kind)), None)
    if bounded is None:
        name = type(value).__name__
        raise OutOfBounds(Both(f"{name} は式の値になりません。", f"{name} is not a value of the language"))
    if not bounded(value):
        raise OutOfBounds(Both("値が大きすぎます。", "the value is too large"))
    return matrix(value) if isinstance(value, np.ndarray) else exact(value)


def _bounded_cells(value: Any) -> bool:
    if value.ndim != 2 or value.size > MAX_CELLS or value.size == 0:
        return False
    if value.dtype == object:
        return all(isinstance(cell, int | Fraction) and _BOUNDS[Fraction](cell) for cell in value.flat)
    return bool(value.min() >= -MAX_CELL and value.max() <= MAX_CELL)


_BOUNDS: Mapping[type, Callable[[Any], bool]] = {
    int: lambda value: abs(value) <= MAX_NUMBER,
    Fraction: lambda value: max(abs(value.numerator), value.denominator) <= MAX_NUMBER,
    float: lambda value: math.isfinite(value) and abs(value) <= MAX_NUMBER,
    str: lambda value: len(value) <= MAX_STRING,
    np.ndarray: _bounded_cells,
}


def truth(value: Any) -> bool:
    """Whether a condition holds."""
    if isinstance(value, np.ndarray):
        raise TypeError(Both("行列そのものは条件になりません。", "a matrix is neither true nor false"))
    return bool(value)


def negative(value: Any) -> Any:
    """Minus a number or a matrix."""
    if isinstance(value, str | tuple):
        raise TypeError(Both("符号を変えられるのは数と行列だけです。", "only numbers and matrices can be negated"))
    return -value


def _arithmetic(apply: Operator) -> Operator:
    """``apply`` for operands that can be calculated with, before NumPy wraps around or broadcasts."""

    def calculated(left: Any, right: Any) -> Any:
        if isinstance(left, str | tuple) or isinstance(right, str | tuple):
            raise TypeError(
                Both("計算できるのは数と行列だけです。", "only numbers and matrices can be calculated with")
            )
        if isinstance(left, np.ndarray) and isinstance(right, np.ndarray) and left.shape != right.shape:
            message = Both(
                f"形状が {left.shape} の行列と {right.shape} の行列は、一緒に計算できません。",
                f"matrices of {left.shape} and {right.shape} do not fit",
            )
            raise ValueError(message)
        for number, other in ((left, right), (right, left)):
            if isinstance(other, np.ndarray) and not isinstance(number, np.ndarray) and abs(number) > MAX_CELL:
                message = Both(
                    f"行列と計算できる数は、絶対値が{MAX_CELL}までです。",
                    f"a matrix is calculated with numbers up to {MAX_CELL}",
                )
                raise ValueError(message)  # int64 wraps around
        return apply(left, right)

    return calculated


def _divide(left: Any, right: Any) -> Any:
    if isinstance(right, np.ndarray):
        raise TypeError(_BY_MATRIX)
    if isinstance(left, np.ndarray):
        if right == 0:
            raise ZeroDivisionError("division by zero")  # as Python says it of numbers
        if isinstance(right, float) or left.dtype.kind == "f":
            return left / float(right)
        return left.astype(object) / Fraction(right)  # cell by cell and exact
    if isinstance(left, int) and isinstance(right, int):
        return Fraction(left, right)
    return left / right


def _whole(apply: Operator) -> Operator:
    """NumPy answers a division by zero with a warning and a zero; a matrix is divided only by a number."""

    def divided(left: Any, right: Any) -> Any:
        if isinstance(right, np.ndarray):
            raise TypeError(_BY_MATRIX)
        if isinstance(left, np.ndarray) and right == 0:
            raise ZeroDivisionError("division by zero")
        return apply(left, right)

    return divided


def _power(left: Any, right: Any) -> Any:
    if not isinstance(right, int):
        raise TypeError(Both("指数は整数でなければなりません。", "powers have a whole exponent"))
    if isinstance(left, np.ndarray):
        if not 0 <= right <= MAX_EXPONENT or float(abs(left).max()) ** right > MAX_CELL:
            raise OutOfBounds(_LARGE_POWER)
        return left**right
    base = max(abs(left.numerator), left.denominator) if isinstance(left, int | Fraction) else 2
    if abs(right) > MAX_EXPONENT or base.bit_length() * abs(right) > MAX_EXPONENT:
        raise OutOfBounds(_LARGE_POWER)
    return Fraction(left) ** right if right < 0 and isinstance(left, int) else left**right


# How two whole numbers are calculated with, and how anything else is. Division and powers of whole numbers are no
# whole numbers in general, so they have no quick way.
QUICK: Mapping[type[ast.operator], Operator] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Div: _divide,
    ast.Pow: _power,
}
GENERAL: Mapping[type[ast.operator], Operator] = {
    ast.Add: _arithmetic(operator.add),
    ast.Sub: _arithmetic(operator.sub),
    ast.Mult: _arithmetic(operator.mul),
    ast.FloorDiv: _arithmetic(_whole(operator.floordiv)),
    ast.Mod: _arithmetic(_whole(operator.mod)),
    ast.Div: _arithmetic(_divide),
    ast.Pow: _arithmetic(_power),
}


def _ordered(compare: Operator) -> Operator:
    def compared(left: Any, right: Any) -> Any:
        if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
            raise TypeError(Both("行列の大小は比べられません。", "matrices are not ordered"))
        return compare(left, right)

    return compared


COMPARISONS: Mapping[type[ast.cmpop], Operator] = {
    ast.Eq: same,
    ast.NotEq: lambda left, right: not same(left, right),
    ast.Lt: _ordered(operator.lt),
    ast.LtE: _ordered(operator.le),
    ast.Gt: _ordered(operator.gt),
    ast.GtE: _ordered(operator.ge),
}
