"""What an author wrote, compiled: a question or a flashcard, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import numpy as np

from cnncalc.words import Language

from .expressions import Expression
from .markup import Prose
from .values import Value

FieldType: TypeAlias = Literal["integer", "decimal", "shape", "matrix", "choice"]
Kind: TypeAlias = Literal["question", "flashcard"]
FIELD_TYPES: tuple[FieldType, ...] = ("integer", "decimal", "shape", "matrix", "choice")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value drawn at random: a whole number from low to high, one of the choices, or a matrix of whole numbers."""

    name: str
    low: int = 0
    high: int = 0
    choices: tuple[Value, ...] = ()
    shape: tuple[int, int] | None = None

    @property
    def size(self) -> int:
        """How many values it can take."""
        if self.choices:
            return len(self.choices)
        cells = self.shape[0] * self.shape[1] if self.shape else 1
        return int((self.high - self.low + 1) ** cells)


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a choice answer."""

    key: str
    label: Mapping[Language, Prose]
    misconception: str | None


@dataclass(frozen=True, slots=True)
class AnswerField:
    """One thing that is asked for."""

    name: str
    type: FieldType
    value: Expression
    label: Mapping[Language, str]
    parts: tuple[str, ...] = ()
    places: int = 0
    tolerance: Fraction = Fraction(0)
    board: tuple[int, int] = (0, 0)  # matrix: the empty grid shown; larger than the answer, so it tells nothing
    choices: tuple[Choice, ...] = ()

    @property
    def is_decimal(self) -> bool:
        """Whether what is typed has decimals, and is right within the tolerance that is stated."""
        return self.type == "decimal" or (self.type == "matrix" and self.places > 0)


def is_of_type(value: Value, answer: AnswerField) -> bool:
    """Whether a calculated value is one that could be typed for this answer."""
    if answer.type == "integer":
        return type(value) is int
    if answer.type == "decimal":
        return isinstance(value, int | Fraction | float)
    if answer.type == "shape":
        return isinstance(value, tuple) and len(value) == len(answer.parts) and all(type(part) is int for part in value)
    if answer.type == "matrix":
        return isinstance(value, np.ndarray)
    return any(value == choice.key for choice in answer.choices)


@dataclass(frozen=True, slots=True)
class MisconceptionRule:
    """A wrong rule and what it gives, per answer field."""

    code: str
    values: Mapping[str, Expression]


@dataclass(frozen=True, slots=True)
class FigureSpec:
    """Which figure, with which arguments."""

    kind: str
    arguments: Mapping[str, Expression]


@dataclass(frozen=True, slots=True)
class TemplateTest:
    """An example by the author: given parameters, the answer, or a response and the misconceptions it shows."""

    given: Mapping[str, Any]
    answer: Mapping[str, Any] | None = None
    respond: Mapping[str, Any] | None = None
    misconceptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A question, graded by the engine, or a flashcard, rated by the learner. Identity is its version."""

    kind: Kind
    slug: str
    topic: str
    level: int
    source: str
    small: bool
    title: Mapping[Language, str]
    parameters: tuple[Parameter, ...]
    require: tuple[Expression, ...]
    derived: Mapping[str, Expression]
    stem: Mapping[Language, Prose]
    answers: tuple[AnswerField, ...] = ()
    misconceptions: tuple[MisconceptionRule, ...] = ()
    hints: tuple[Mapping[Language, Prose], ...] = ()
    solution: Mapping[Language, Prose] | None = None  # prose; the back of a flashcard
    traces: Mapping[str, tuple[Expression, ...]] = field(default_factory=dict)  # by answer field
    figure: FigureSpec | None = None
    tests: tuple[TemplateTest, ...] = ()

    @property
    def has_choices(self) -> bool:
        """Whether an author's options stand in the place of something to type."""
        return any(answer.choices for answer in self.answers)

    def misconception_codes(self) -> list[str]:
        """Every misconception that the template can diagnose, each once."""
        posed = [c.misconception for answer in self.answers for c in answer.choices if c.misconception]
        return sorted({rule.code for rule in self.misconceptions} | set(posed))
