"""The syllabus as the learner stands to it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes import progress
from quizzes.progress import Heading
from quizzes.questions import Text
from quizzes.questions.markup import compile_prose, mathml
from quizzes.reader import language

from . import written
from .base import NO_TOKEN, Endpoint, learner, responses
from .conditional import NOT_MODIFIED, PARAMETERS, conditional, entity_tag
from .shapes.topics import Topic


class Topics(Endpoint):
    """The syllabus."""

    @extend_schema(
        operation_id="list_topics",
        parameters=PARAMETERS,
        request=None,
        responses=responses({200: Topic(many=True), 304: NOT_MODIFIED}, body=False, _401=NO_TOKEN),
    )
    def get(self, request: Request) -> Response:
        """All topics in the order of learning, with their explanations and the learner's figures.

        The figures alone are in `GET /api/v1/progress/`, which is much shorter.
        """
        headings = progress.headings()
        tag = entity_tag(request, headings, progress.published())
        return conditional(request, tag, lambda: _topics(request, headings))


def _topics(request: Request, headings: list[Heading]) -> list[dict[str, Any]]:
    known = {topic.slug: topic for topic in progress.topics_of(learner(request).id, timezone.now())}
    return [_topic(heading, known[heading.slug]) for heading in headings if heading.slug in known]


def _topic(heading: Heading, known: progress.Topic) -> dict[str, Any]:
    title, text, formula = heading.in_language(language())
    return {
        **standing(known, title),
        "position": heading.position,
        "requires": list(heading.requires),
        "explanation": written.text(_prose(text)) if text else None,
        "formula": {"text": f"${formula}$", "html": mathml(formula, display=True)} if formula else None,
        "worked_example": heading.example,
    }


def standing(topic: progress.Topic, title: str) -> dict[str, Any]:
    """How far a topic is known, :class:`.shapes.topics.TopicProgress`."""
    return {
        "slug": topic.slug,
        "title": title,
        "templates": topic.templates,
        "seen": topic.seen,
        "recall": topic.recall,
        "skill": topic.skill,
        "exam_recall": topic.exam_recall,
        "status": topic.status,
    }


@lru_cache(maxsize=256)
def _prose(source: str) -> Text:
    return compile_prose(source).render({})
