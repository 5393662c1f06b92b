"""What today asks for."""

from __future__ import annotations

from rest_framework import serializers

from .base import Shape
from .templates import KINDS


class ReviewItem(Shape):
    """A template to be asked again today."""

    template = serializers.CharField(help_text="Slug of the template.")
    topic = serializers.CharField(help_text="Slug of its topic.")
    due = serializers.DateField(
        help_text="The learner's day on which it is due; days with much to do take some from the days after them."
    )
    kind = serializers.ChoiceField(KINDS, help_text="A question is answered, a flashcard is rated.")

    example = {"template": "conv-output-size", "topic": "output-size", "due": "2026-04-04", "kind": "question"}


class Reviews(Shape):
    """What is left for the learner's today."""

    due = serializers.IntegerField(help_text="How many templates are to be asked again: those of `items`.")
    new = serializers.IntegerField(help_text="How many new templates are still offered today.")
    next_due_at = serializers.DateTimeField(
        allow_null=True,
        help_text=(
            "When the next day with something due begins on the learner's clock; `null` while something is due now, "
            "and where nothing was learned yet."
        ),
    )
    minutes = serializers.FloatField(help_text="How long that will take at the learner's own pace.")
    items_ = ReviewItem(many=True, help_text="In the order of asking.")

    example = {"due": 12, "new": 5, "next_due_at": "2026-04-04T19:00:00Z", "minutes": 11.5}
