"""What a device needs to grade, and to diagnose, a variant without this engine; the result is :mod:`.grading`'s.

Numbers are text, and exact: a whole number, a decimal that ends, or a fraction such as ``1/3``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from .choices import options
from .grading import explanations, is_right
from .template import AnswerField, FieldType
from .values import Number, Value
from .variants import Variant


class FieldRule(NamedTuple):
    """How one field is compared; ``tolerance`` is how far off a number may be."""

    name: str
    type: FieldType
    tolerance: str


class AnswerKey(NamedTuple):
    """What is right, and what each misconception leads to, per field: a number, a list of them, or rows of a matrix.

    For a choice, what is right is a key, and a misconception leads to a list of keys.
    """

    fields: tuple[FieldRule, ...]
    expected: Mapping[str, Any]
    misconceptions: Mapping[str, Mapping[str, Any]]


def answer_key(variant: Variant) -> AnswerKey:
    """The rules, the answers and the wrong answers of this variant. Not to be shown before the answer."""
    fields: list[FieldRule] = []
    expected: dict[str, Any] = {}
    wrong: dict[str, dict[str, Any]] = {code: {} for code in variant.wrong}
    for answer in variant.template.answers:
        posed = {key: value for key, _, value in options(variant, answer, "en")}
        right = variant.answers[answer.name]
        if posed:
            fields.append(FieldRule(answer.name, "choice", "0"))
            expected[answer.name] = next(key for key, value in posed.items() if is_right(answer, value, right))
            leads_to = _keys(variant, answer, posed)
        else:
            fields.append(FieldRule(answer.name, answer.type, exact_text(answer.tolerance)))
            expected[answer.name] = _written(right)
            leads_to = _values(variant, answer)
        for code, value in leads_to.items():
            wrong.setdefault(code, {})[answer.name] = value
    return AnswerKey(tuple(fields), expected, {code: by_field for code, by_field in wrong.items() if by_field})


def exact_text(number: Number) -> str:
    """``number`` as a decimal where that ends, else as a fraction; nothing is rounded.

    >>> exact_text(-14), exact_text(Fraction(-1, 8)), exact_text(Fraction(1, 3)), exact_text(0.1)[:21]
    ('-14', '-0.125', '1/3', '0.1000000000000000055')
    """
    value = Fraction(number)
    places = _places(value.denominator)
    if places is None:
        return f"{value.numerator}/{value.denominator}"
    if places == 0:
        return str(value.numerator)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _places(denominator: int) -> int | None:
    """How many decimals a fraction in lowest terms has; ``None`` where they never end."""
    powers = []
    for prime in (2, 5):
        power = 0
        while denominator % prime == 0:
            denominator //= prime
            power += 1
        powers.append(power)
    return max(powers) if denominator == 1 else None


def _keys(variant: Variant, answer: AnswerField, posed: Mapping[str, Value]) -> dict[str, list[str]]:
    """By misconception, the options that it leads to."""
    found: dict[str, list[str]] = {}
    for key, value in posed.items():
        if not is_right(answer, value, variant.answers[answer.name]):
            for code in explanations(variant, answer, value):
                found.setdefault(code, []).append(key)
    return found


def _values(variant: Variant, answer: AnswerField) -> dict[str, Any]:
    """By misconception, the value that it leads to, where a response could be like it."""
    values = {code: by_field[answer.name] for code, by_field in variant.wrong.items() if answer.name in by_field}
    return {code: _written(value) for code, value in values.items() if _is_possible(answer, value)}


def _is_possible(answer: AnswerField, value: Value) -> bool:
    """Whether something typed could equal the value, or a part of it: not, where a shape has too few parts."""
    if answer.type == "shape":
        return isinstance(value, tuple) and len(value) == len(answer.parts) and _are_numbers(value)
    if answer.type == "matrix":
        return isinstance(value, np.ndarray)
    return _are_numbers([value])


def _are_numbers(values: Iterable[Value]) -> bool:
    return all(isinstance(value, int | Fraction | float) for value in values)


def _written(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return [[exact_text(cell) for cell in row] for row in value.tolist()]
    if isinstance(value, tuple):
        return [exact_text(part) for part in value]
    return exact_text(value)
