"""Variant + language → what is shown before the answer. Nothing here may read ``variant.answers``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnncalc.words import Language

from .choices import options
from .figures import KINDS, Figure
from .markup import Text
from .template import FieldType
from .values import decimal_text
from .variants import Variant


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a choice."""

    key: str
    text: Text


@dataclass(frozen=True, slots=True)
class Field:
    """One box, grid or list of options to answer in."""

    name: str
    type: FieldType
    label: str
    parts: tuple[str, ...] = ()
    places: int | None = None
    tolerance: str | None = None
    board: tuple[int, int] = (0, 0)
    choices: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """A posed question, or the front of a flashcard (which has no fields)."""

    title: str
    stem: Text
    fields: tuple[Field, ...]
    figure: Figure | None
    hints: int


def render(variant: Variant, language: Language) -> Prompt:
    """What a learner is shown before answering."""
    template = variant.template
    return Prompt(
        title=template.title[language],
        stem=template.stem[language].render(variant.scope),
        fields=tuple(_fields(variant, language)),
        figure=figure(variant, language, revealed=False),
        hints=len(template.hints),
    )


def hint(variant: Variant, number: int, language: Language) -> Text:
    """The hint ``number``, counted from 1. Raises ``IndexError`` where there is none."""
    if number < 1:
        raise IndexError(number)
    return variant.template.hints[number - 1][language].render(variant.scope)


def figure(variant: Variant, language: Language, *, revealed: bool) -> Figure | None:
    """The template's figure in its form before or after the answer."""
    spec = variant.template.figure
    if spec is None:
        return None
    arguments: Mapping[str, object] = {
        name: expression.evaluate(variant.scope) for name, expression in spec.arguments.items()
    }
    return KINDS[spec.kind].draw(**arguments, level=variant.template.level, language=language, revealed=revealed)


def _fields(variant: Variant, language: Language) -> list[Field]:
    fields = []
    for answer in variant.template.answers:
        posed = options(variant, answer, language)
        fields.append(
            Field(
                name=answer.name,
                type="choice" if posed else answer.type,
                label=answer.label[language],
                parts=answer.parts,
                places=answer.places if answer.type == "decimal" else None,
                tolerance=decimal_text(answer.tolerance, 7).rstrip("0").rstrip(".")
                if answer.type == "decimal"
                else None,
                board=answer.board,
                choices=tuple(Option(key, text) for key, text, _ in posed),
            )
        )
    return fields
