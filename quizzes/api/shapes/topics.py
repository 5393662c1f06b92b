"""The syllabus, and how far it is known."""

from __future__ import annotations

from rest_framework import serializers

from .base import Shape
from .variants import TextPart

STATUSES = ["not-started", "learning", "proficient"]


class TopicProgress(Shape):
    """How far the learner has come in a topic."""

    slug = serializers.CharField(help_text="The topic's stable name.")
    title = serializers.CharField(help_text="The topic's title.")
    templates = serializers.IntegerField(help_text="How many published templates it has.")
    seen = serializers.IntegerField(help_text="How many of these the learner has answered.")
    recall = serializers.FloatField(
        allow_null=True,
        help_text="Mean predicted probability of a right answer today; `null` where nothing was seen.",
    )
    skill = serializers.FloatField(
        allow_null=True, help_text="How well it went lately, from 0 to 1; `null` where nothing was seen."
    )
    exam_recall = serializers.FloatField(
        allow_null=True,
        help_text="`recall` on the day of the exam if nothing more is studied; `null` without an exam ahead.",
    )
    status = serializers.ChoiceField(
        STATUSES,
        help_text=(
            "`proficient`: half of the templates seen, `skill` and `recall` 0.8 or more, right at first on two days."
        ),
    )

    example = {
        "slug": "output-size",
        "title": "Output size",
        "templates": 13,
        "seen": 4,
        "recall": 0.94,
        "skill": 0.75,
        "exam_recall": 0.71,
        "status": "learning",
    }


class Topic(TopicProgress):
    """A topic with its explanation, and how far the learner has come in it."""

    position = serializers.IntegerField(help_text="Its place in the order of learning.")
    requires = serializers.ListField(
        child=serializers.CharField(), help_text="The slugs of the topics that come before it."
    )
    explanation = TextPart(allow_null=True, help_text="What there is to know; `null` where nothing was written.")
    formula = TextPart(allow_null=True, help_text="Its formula; `null` where it has none.")
    worked_example = serializers.CharField(
        allow_null=True, help_text="Slug of the question whose solution shows best how it is calculated."
    )

    example = TopicProgress.example | {
        "position": 4,
        "requires": ["padding", "stride"],
        "worked_example": "conv-output-size",
    }
