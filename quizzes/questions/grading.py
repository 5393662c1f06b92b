"""Values → grade: exact, per field, with every misconception that gives just this wrong answer."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from .template import AnswerField
from .values import Scope, Value, near, same
from .variants import Variant

Verdict: TypeAlias = Literal["correct", "partial", "incorrect"]


class FieldGrade(NamedTuple):
    """One field's result."""

    name: str
    correct: bool
    given: Value | None  # None after "I don't know"
    expected: Value
    misconceptions: tuple[str, ...]


class Grade(NamedTuple):
    """The result of one response."""

    fields: tuple[FieldGrade, ...]

    @property
    def score(self) -> Fraction:
        """The share of fields that are right."""
        return Fraction(sum(field.correct for field in self.fields), len(self.fields))

    @property
    def verdict(self) -> Verdict:
        """All right, some right, none right."""
        right = sum(field.correct for field in self.fields)
        return "correct" if right == len(self.fields) else "partial" if right else "incorrect"

    @property
    def misconceptions(self) -> tuple[str, ...]:
        """Every misconception that explains a field, each once."""
        return tuple(dict.fromkeys(code for field in self.fields for code in field.misconceptions))


def grade(variant: Variant, given: Scope) -> Grade:
    """Compare what was given with the answers, and what is wrong with every misconception."""
    return Grade(tuple(_field(variant, answer, given[answer.name]) for answer in variant.template.answers))


def give_up(variant: Variant) -> Grade:
    """The grade of "I don't know": nothing was given, nothing is right, nothing is diagnosed."""
    return Grade(
        tuple(
            FieldGrade(answer.name, False, None, variant.answers[answer.name], ())
            for answer in variant.template.answers
        )
    )


def _field(variant: Variant, answer: AnswerField, given: Value) -> FieldGrade:
    expected = variant.answers[answer.name]
    if is_right(answer, given, expected):
        return FieldGrade(answer.name, True, given, expected, ())
    return FieldGrade(answer.name, False, given, expected, explanations(variant, answer, given))


def is_right(answer: AnswerField, given: Value, expected: Value) -> bool:
    """Whether ``given`` is graded as ``expected``: equal, or for decimals within the tolerance that is stated."""
    return near(given, expected, answer.tolerance) if answer.tolerance else same(given, expected)


def explanations(variant: Variant, answer: AnswerField, given: Value) -> tuple[str, ...]:
    """Every misconception that leads to ``given``, which is wrong."""
    if answer.type == "choice":
        return tuple(c.misconception for c in answer.choices if c.key == given and c.misconception)
    values = {code: by_field[answer.name] for code, by_field in variant.wrong.items() if answer.name in by_field}
    exactly = tuple(code for code, wrong in values.items() if is_right(answer, given, wrong))
    if exactly or not isinstance(given, tuple | np.ndarray):
        return exactly
    expected = variant.answers[answer.name]
    return tuple(code for code, wrong in values.items() if _partly(answer, given, wrong, expected))


def _partly(answer: AnswerField, given: Value, wrong: Value, expected: Value) -> bool:
    """Whether a matrix or a shape follows the wrong rule in some cells or parts, and is right in the others."""
    parts = [_parts(value) for value in (given, wrong, expected)]
    if (
        not parts[0]
        or len({len(found) for found in parts}) != 1
        or len({getattr(v, "shape", ()) for v in (given, wrong)}) != 1
    ):
        return False
    return all(
        is_right(answer, one, right) or is_right(answer, one, mistaken)
        for one, mistaken, right in zip(*parts, strict=True)
    )


def _parts(value: Value) -> list[Value]:
    if isinstance(value, np.ndarray):
        return list(value.ravel().tolist())
    return list(value) if isinstance(value, tuple) else []
