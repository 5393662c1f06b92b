"""A result in words of one language: what the web page and the API both show after an answer."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from . import questions
from .models import Misconception
from .prepared import Prepared
from .progress import WrongRule
from .questions import Figure, Language, Solution, Text, Variant
from .study import Result

logger = logging.getLogger(__name__)

_NO_SOLUTION: Mapping[Language, str] = {
    "ja": "この数値での解説は、もう表示できません。",
    "en": "With these numbers the worked solution cannot be shown any more.",
}


@dataclass(frozen=True, slots=True)
class FieldFeedback:
    """One answer field: what was given, what is right."""

    name: str
    label: str
    correct: bool
    given: Text | None
    expected: Text


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A misconception that explains the answer: its name, what was done wrong and what to do instead."""

    code: str
    title: str
    feedback: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """Everything that is told after an answer."""

    fields: tuple[FieldFeedback, ...]
    misconceptions: tuple[Diagnosis, ...]
    solution: Text
    figure: Figure | None


def feedback(result: Result, language: Language) -> Feedback:
    """Put ``result`` in words. One query, for the names of misconceptions, where there are any."""
    variant = result.variant
    answers = {answer.name: answer for answer in variant.template.answers}
    fields = tuple(
        FieldFeedback(
            field.name,
            answers[field.name].label[language],
            field.correct,
            questions.shown(variant, answers[field.name], field.given, language) if field.given is not None else None,
            questions.shown(variant, answers[field.name], field.expected, language),
        )
        for field in (result.grade.fields if result.grade else ())
    )
    solution = _solution(variant, language)
    codes = result.grade.misconceptions if result.grade else ()
    return Feedback(fields, _diagnoses(codes, language), solution.text, solution.figure)


def _solution(variant: Variant, language: Language) -> Solution:
    """The worked solution; words in its place where an update has left these numbers without one."""
    try:
        return questions.explain(variant, language)
    except questions.RENDERABLE:  # the answer is recorded, and its verdict is to be told all the same
        logger.exception("the solution of %s cannot be shown (seed %d)", variant.template.slug, variant.seed)
        words = _NO_SOLUTION[language]
        return Solution(Text(words, f"<p>{words}</p>"), None)


def diagnosis(rule: Misconception | WrongRule, language: Language) -> Diagnosis:
    """A misconception in words."""
    joined = " " if language == "en" else ""
    told = joined.join((getattr(rule, f"wrong_{language}"), getattr(rule, f"remedy_{language}")))
    return Diagnosis(rule.code, getattr(rule, f"title_{language}"), told)


# What they were merged into too. No row comes twice: merges lead in one step to what is in use.
_named = Prepared(
    lambda codes: Misconception.objects.filter(
        Q(code__in=codes) | Q(id__in=Misconception.objects.filter(code__in=codes).values("merged_into"))
    ),
    str,
)


def _diagnoses(codes: tuple[str, ...], language: Language) -> tuple[Diagnosis, ...]:
    if not codes:
        return ()
    rows = _named(codes)
    by_id, by_code = {row.id: row for row in rows}, {row.code: row for row in rows}
    found = [by_code[code] for code in codes if code in by_code]
    now = dict.fromkeys(by_id[row.merged_into_id or row.id] for row in found)  # each once
    return tuple(diagnosis(row, language) for row in now)
