"""Questions to take along where there is no network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes import progress, questions, scheduling, study
from quizzes.feedback import diagnosis
from quizzes.progress import WrongRule
from quizzes.questions import Variant
from quizzes.reader import language

from . import written
from .base import NO_TOKEN, Endpoint, day_text, learner, responses, time_text
from .conditional import NOT_MODIFIED, PARAMETERS, conditional, entity_tag
from .parameters import parameters
from .shapes.packs import Pack, PackParameters


class NextPack(Endpoint):
    """Questions to take along where there is no network."""

    limit = "sync"

    @extend_schema(
        operation_id="retrieve_next_pack",
        parameters=[PackParameters, *PARAMETERS],
        request=None,
        responses=responses(
            {200: Pack, 304: NOT_MODIFIED},
            body=False,
            _400="A parameter is unknown, stands there twice or is not of the documented form.",
            _401=NO_TOKEN,
        ),
    )
    def get(self, request: Request) -> Response:
        """What the coming days ask for, with everything to grade, diagnose and explain it on the device.

        Open second chances, then what falls due, then new templates. Unlike all other answers of this API it tells what
        is right. It stays the same until something is answered: a pack that was lost on the way is simply asked again.
        """
        asked = parameters(PackParameters, request)
        rules = progress.wrong_rules()
        tag = entity_tag(request, asked, progress.published(), progress.headings(), rules)
        return conditional(request, tag, lambda: _pack(study.pack(learner(request).id, **asked), rules))


def _pack(pack: study.Pack, rules: list[WrongRule]) -> dict[str, Any]:
    """The pack in words, :class:`.shapes.packs.Pack`."""
    by_code = progress.by_code(rules)
    kinds = [(item, item.question.variant.template.kind) for item in pack.items]
    return {
        "pack": pack.id,
        "issued_at": time_text(pack.issued_at),
        "expires_at": time_text(pack.expires_at),
        "variants": [variant for item, kind in kinds if kind == "question" for variant in _variants(item, by_code)],
        "flashcards": [_flashcard(item) for item, kind in kinds if kind == "flashcard"],
    }


def _variants(item: study.Packed, rules: dict[str, WrongRule]) -> Iterator[dict[str, Any]]:
    """The variant to ask, and the one for its second chance."""
    first = item.question
    yield {**_asked(first, item), "grading": grading(first.variant, rules)}
    if second := item.second_chance:
        chance = {"second_chance_of": first.token, "grading": grading(second.variant, rules)}
        yield {**_asked(second, item), **chance}


def _flashcard(item: study.Packed) -> dict[str, Any]:
    return {**_asked(item.question, item), "back": _solution(item.question.variant)}


def _asked(question: study.Question, item: study.Packed) -> dict[str, Any]:
    due = None if item.due_day is None else day_text(scheduling.date_of(item.due_day))
    return {**written.question(question), "due": due}


def grading(variant: Variant, rules: dict[str, WrongRule]) -> dict[str, Any]:
    """What is right and what is wrong; like the diagnosis online it names only what the catalogue knows."""
    key, spoken = questions.answer_key(variant), language()
    known = [(diagnosis(rules[code], spoken), values) for code, values in key.misconceptions.items() if code in rules]
    hints = range(1, len(variant.template.hints) + 1)
    return {
        "fields": [field._asdict() for field in key.fields],
        "expected": key.expected,
        "misconceptions": [
            {"code": told.code, "title": told.title, "feedback": told.feedback, "values": values}
            for told, values in known
        ],
        "solution": _solution(variant),
        "hints": [written.text(questions.hint(variant, number, spoken)) for number in hints],
    }


def _solution(variant: Variant) -> dict[str, Any]:
    solution = questions.explain(variant, language())
    return {**written.text(solution.text), "figure": written.figure(solution.figure)}
