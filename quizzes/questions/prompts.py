"""Variant + language → what is shown before the answer. Nothing here may read ``variant.answers``."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from cnncalc.words import Language

from .choices import options
from .figures import KINDS, Figure
from .markup import Text
from .template import FieldType, FigureSpec, Template
from .values import Scope, decimal_text
from .variants import Variant


class Option(NamedTuple):
    """One option of a choice."""

    key: str
    text: Text


class Field(NamedTuple):
    """One box, grid or list of options to answer in."""

    name: str
    type: FieldType
    label: str
    parts: tuple[str, ...] = ()
    places: int | None = None
    tolerance: str | None = None
    board: tuple[int, int] = (0, 0)
    choices: tuple[Option, ...] = ()


class Prompt(NamedTuple):
    """A posed question, or the front of a flashcard (which has no fields)."""

    title: str
    stem: Text
    fields: tuple[Field, ...]
    figure: Figure | None
    hints: int


def render(variant: Variant, language: Language) -> Prompt:
    """What a learner is shown before answering."""
    wording = stem(variant, language)
    return Prompt(
        title=_title(variant.template, wording, language),
        stem=wording,
        fields=fields(variant, language),
        figure=figure(variant, language, revealed=False),
        hints=len(variant.template.hints),
    )


def stem(variant: Variant, language: Language) -> Text:
    """The wording alone."""
    return variant.template.stem[language].render(variant.scope)


def title(variant: Variant, language: Language) -> str:
    """What the question is called; a card's front is its name."""
    return _title(variant.template, stem(variant, language), language)


def _title(template: Template, wording: Text, language: Language) -> str:
    return wording.text if template.kind == "flashcard" else template.title[language]


def hint(variant: Variant, number: int, language: Language) -> Text:
    """The hint ``number``, counted from 1. Raises ``IndexError`` where there is none."""
    if number < 1:
        raise IndexError(number)
    return variant.template.hints[number - 1][language].render(variant.scope)


def figure(variant: Variant, language: Language, *, revealed: bool) -> Figure | None:
    """The template's figure in its form before or after the answer; some have only the latter."""
    spec = variant.template.figure
    if spec is None:
        return None
    level = variant.template.level
    return KINDS[spec.kind].draw(level=level, language=language, revealed=revealed, **arguments(spec, variant.scope))


def arguments(spec: FigureSpec, scope: Scope) -> dict[str, object]:
    """What a figure is drawn from."""
    return {name: expression.evaluate(scope) for name, expression in spec.arguments.items()}


def fields(variant: Variant, language: Language) -> tuple[Field, ...]:
    """What is to be filled in, in its order."""
    template = variant.template
    if variant.format == "free" and not template.has_choices:
        return _typed_fields(template, language)
    found = []
    for field, answer in zip(_typed_fields(template, language), template.answers, strict=True):
        posed = tuple(Option(key, text) for key, text, _ in options(variant, answer, language))
        found.append(field._replace(type="choice", choices=posed, places=None, tolerance=None) if posed else field)
    return tuple(found)


@lru_cache(maxsize=1024)
def _typed_fields(template: Template, language: Language) -> tuple[Field, ...]:
    """The fields as every variant has them."""
    return tuple(
        Field(
            name=answer.name,
            type=answer.type,
            label=answer.label[language],
            parts=answer.parts,
            places=answer.places if answer.is_decimal else None,
            tolerance=decimal_text(answer.tolerance, 7).rstrip("0").rstrip(".") if answer.is_decimal else None,
            board=answer.board,
        )
        for answer in template.answers
    )
