"""The answer form: fields of a prompt ↔ names and values of HTML inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from quizzes.models import uuid7
from quizzes.questions import Field

MAX_INPUT = 60  # more than any answer, the same for every field: tells nothing


@dataclass(frozen=True, slots=True)
class Input:
    """One HTML input."""

    name: str
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Box:
    """One answer field with what was typed so far and what is wrong with it."""

    field: Field
    rows: tuple[tuple[Input, ...], ...]
    error: str
    value: str

    @property
    def id(self) -> str:
        """The id of the element that the error and the label point at."""
        return f"field-{self.field.name}"


def boxes(fields: Iterable[Field], typed: Mapping[str, str], errors: Mapping[str, str]) -> list[Box]:
    """The form's fields in the prompt's order."""
    return [Box(field, _rows(field, typed), errors.get(field.name, ""), typed.get(field.name, "")) for field in fields]


def response(fields: Iterable[Field], typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, in the form of an API response."""
    return {field.name: _response(field, typed) for field in fields}


def attempt_id(text: str) -> UUID:
    """The id that the form carried; a new one where it is damaged."""
    try:
        return UUID(text)
    except ValueError:
        return uuid7()


def _rows(field: Field, typed: Mapping[str, str]) -> tuple[tuple[Input, ...], ...]:
    if field.type == "matrix":
        rows, columns = field.board
        return tuple(
            tuple(
                _input(
                    f"{field.name}.{row}.{column}",
                    typed,
                    _("row %(row)d, column %(column)d") % {"row": row + 1, "column": column + 1},
                )
                for column in range(columns)
            )
            for row in range(rows)
        )
    if field.type == "shape":
        return (tuple(_input(f"{field.name}.{part}", typed, part) for part in field.parts),)
    return ((_input(field.name, typed, field.label),),)


def _input(name: str, typed: Mapping[str, str], label: str) -> Input:
    return Input(name, typed.get(name, ""), label)


def _response(field: Field, typed: Mapping[str, str]) -> Any:
    cells = [[cell.value for cell in row] for row in _rows(field, typed)]
    if field.type == "matrix":
        return cells
    if field.type == "shape":
        return dict(zip(field.parts, cells[0], strict=True))
    return cells[0][0]
