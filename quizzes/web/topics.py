"""The syllabus: a list of the topics, and a page for each with its rule, a worked example and its templates."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import F, Prefetch, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from quizzes import progress, questions
from quizzes.models import Topic, User
from quizzes.progress import Known
from quizzes.questions import GenerationError, Language, TemplateError
from quizzes.questions.markup import compile_prose, mathml
from quizzes.reader import language as current_language
from quizzes.study import templates

from . import written

logger = logging.getLogger(__name__)

FIRST_SEED = 1
# Seeds of questions are drawn from 2**53 and can be read in their tickets, so examples keep to a few of their own.
EXAMPLES = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """A published template by its name: a question's title, a flashcard's front."""

    name: SafeString
    known: Known
    recall: str


@never_cache
@require_safe
def topics(request: HttpRequest) -> HttpResponseBase:
    """All topics in the order of learning, with what each needs and, for a learner, how far it is known."""
    titled = _titled(current_language())
    rows = titled.prefetch_related(Prefetch("requires", titled))
    known = {one.slug: one for one in progress.topics_of(_learner(request), timezone.now())}
    context = {
        "topics": [(row, one, _percent(one.recall)) for row in rows if (one := known.get(row.slug))],
        "is_learner": _learner(request) is not None,
    }
    return render(request, "quizzes/topics.html", context)


@never_cache
@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One topic: what to know, how it is calculated, what there is to practise."""
    row = get_object_or_404(Topic.objects.select_related("example"), slug=slug)
    language = current_language()
    text, formula = getattr(row, f"text_{language}"), getattr(row, f"formula_{language}")
    learner = _learner(request)
    known, found = progress.topic_of(learner, slug, timezone.now())
    entries = [Entry(_name(one.version, one.slug, language), one, _percent(one.recall)) for one in found]
    version = row.example and row.example.current_id
    context = {
        "slug": slug,
        "title": getattr(row, f"title_{language}"),
        "known": known,
        "recall": _percent(known.recall),
        "is_learner": learner is not None,
        "requires": _titled(language).filter(required_by=row),
        "required_by": _titled(language).filter(requires=row),
        "text": mark_safe(_prose(text)),  # noqa: S308  # sanitised
        "formula": mark_safe(mathml(formula, display=True)) if formula else "",  # noqa: S308
        "example": _example(version, _seed(request), language) if version else None,
        "questions": [entry for entry in entries if entry.known.kind == "question"],
        "flashcards": [entry for entry in entries if entry.known.kind == "flashcard"],
    }
    return render(request, "quizzes/topic.html", context)


def _learner(request: HttpRequest) -> UUID | None:
    return request.user.id if isinstance(request.user, User) else None


def _percent(recall: float | None) -> str:
    return "" if recall is None else written.percent(recall)


def _titled(language: Language) -> QuerySet[Topic]:
    """Topics with a ``title``, without their long texts."""
    return Topic.objects.only("slug", "position").annotate(title=F(f"title_{language}"))


def _seed(request: HttpRequest) -> int:
    """Which of the examples; anything else is the first."""
    text = request.GET.get("seed", "")
    seed = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(EXAMPLES)) else FIRST_SEED
    return seed if FIRST_SEED <= seed <= EXAMPLES else FIRST_SEED


def _example(version: UUID, seed: int, language: Language) -> dict[str, Any] | None:
    """A variant with everything that is told after an answer; none where it cannot be shown."""
    try:
        template = templates.load(version)
        variant = questions.generate(template, seed)
        questions.check(variant)
    except (TemplateError, GenerationError, ArithmeticError):
        logger.exception("the example of a topic cannot be shown")
        return None
    return {
        "stem": questions.stem(variant, language),
        "solution": questions.explain(variant, language),
        "frames": questions.walk(variant, language),
        "next_seed": seed % EXAMPLES + 1 if template.parameters else None,
    }


@lru_cache(maxsize=256)
def _prose(source: str) -> str:
    return compile_prose(source).render({}).html


@lru_cache(maxsize=2048)
def _name(version: UUID, slug: str, language: Language) -> SafeString:
    """What a version is called; the front of a flashcard shows example numbers where it has any."""
    try:
        template = templates.load(version)
        if template.kind == "question":
            return escape(template.title[language])
        front = questions.stem(questions.generate(template, FIRST_SEED), language)
    except (TemplateError, GenerationError, ArithmeticError):
        logger.exception("a version of %s has no title that can be read", slug)
        return escape(slug)
    return mark_safe(front.html)  # noqa: S308  # sanitised
