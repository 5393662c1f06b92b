"""Values → grade: exact, per field, with every misconception that gives just this wrong answer."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

import numpy as np

from .template import AnswerField
from .values import Scope, Value, same
from .variants import Variant

Verdict: TypeAlias = Literal["correct", "partial", "incorrect"]


@dataclass(frozen=True, slots=True)
class FieldGrade:
    """One field's result."""

    name: str
    correct: bool
    given: Value | None  # None after "I don't know"
    expected: Value
    misconceptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grade:
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
    return FieldGrade(answer.name, False, given, expected, _explanations(variant, answer, given, expected))


def is_right(answer: AnswerField, given: Value, expected: Value) -> bool:
    """Whether ``given`` is graded as ``expected``: equal, or for decimals within the tolerance."""
    if answer.type == "decimal":
        return _near(given, expected, answer)
    return same(given, expected)


def _near(given: Value, value: Value, answer: AnswerField) -> bool:
    """Within the tolerance that the prompt states."""
    if not isinstance(given, int | Fraction | float) or not isinstance(value, int | Fraction | float):
        return False
    return abs(Fraction(given) - Fraction(value)) <= answer.tolerance


def _explanations(variant: Variant, answer: AnswerField, given: Value, expected: Value) -> tuple[str, ...]:
    if answer.type == "choice":
        return tuple(c.misconception for c in answer.choices if c.key == given and c.misconception)
    return tuple(
        code
        for code, by_field in variant.wrong.items()
        if answer.name in by_field and _explains(answer, by_field[answer.name], given, expected)
    )


def _explains(answer: AnswerField, wrong: Value, given: Value, expected: Value) -> bool:
    """Whether following the wrong rule gives what was given.

    A matrix may follow it in some cells only: then each wrong cell is the wrong rule's.
    """
    if answer.type == "decimal":
        return _near(given, wrong, answer)
    if isinstance(given, np.ndarray) and isinstance(wrong, np.ndarray) and isinstance(expected, np.ndarray):
        if given.shape != wrong.shape:
            return False
        if given.shape != expected.shape:
            return same(given, wrong)
        return bool((given == wrong)[given != expected].all())
    return same(given, wrong)
