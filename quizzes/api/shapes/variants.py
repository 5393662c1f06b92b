"""Questions as they are asked."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from quizzes.questions import FORMATS
from quizzes.tickets import PURPOSES

from .base import Shape, StrictText

FIELD_TYPES = ["integer", "decimal", "shape", "matrix", "choice"]


class VariantRequest(Shape):
    """What to ask: a template, a topic, or (neither given) what is most worth asking now."""

    template = StrictText(required=False, max_length=80, help_text="Slug of a template.")
    topic = StrictText(required=False, max_length=60, help_text="Slug of a topic.")
    purpose = serializers.ChoiceField(
        PURPOSES, help_text="`review` and `practice` count for the card; `cram` leaves the schedule alone."
    )
    format = serializers.ChoiceField(FORMATS, default="free", help_text="`choice`: posed as multiple choice.")

    example = {
        "template": "conv-output-size",
        "topic": "convolution",
        "purpose": "practice",
        "format": "free",
    }
    constraints = {"not": {"required": ["template", "topic"]}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A template already has its topic."""
        if "template" in attrs and "topic" in attrs:
            raise serializers.ValidationError({"topic": ["Give a template or a topic, not both."]}, code="exclusive")
        return attrs


class TextPart(Shape):
    """Something to read: plain text (formulas as LaTeX between dollar signs) and safe HTML (formulas as MathML)."""

    text = serializers.CharField(help_text="Plain text; formulas as LaTeX between dollar signs.")
    html = serializers.CharField(help_text="Safe HTML; formulas as MathML.")

    example = {"text": "The input is 28×28.", "html": "<p>The input is 28×28.</p>"}


class FigurePart(Shape):
    """A picture with its accessible name and description."""

    svg = serializers.CharField(help_text="A whole SVG element. Its colours are style classes: see the guide.")
    title = serializers.CharField(help_text="The picture's name.")
    description = serializers.CharField(help_text="What it shows, for those who do not see it.")

    example = {
        "svg": "<svg …></svg>",
        "title": "Max pooling",
        "description": "An input of 4 by 4, windows of 2 by 2.",
    }


class ChoicePart(TextPart):
    """One option."""

    key = serializers.CharField(help_text="What to send as the response.")

    example = {"key": "a", "text": "14", "html": "14"}


class FieldPart(Shape):
    """One thing to answer."""

    name = serializers.CharField(help_text="The key of the response.")
    type = serializers.ChoiceField(FIELD_TYPES, help_text="What is to be typed; with `choices`, a key.")
    label_ = serializers.CharField(help_text="What is asked for, in the reader's language.")
    parts = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="`shape`: the names of its parts."
    )
    choices = ChoicePart(many=True, required=False, help_text="`choice`: the options in the order to show.")
    places = serializers.IntegerField(required=False, help_text="Where decimals are asked for: how many places.")
    tolerance = serializers.FloatField(required=False, help_text="Where decimals are asked for: how far off is right.")
    board = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        help_text="`matrix`: rows and columns of an empty grid to show, larger than the answer.",
    )

    example = {
        "name": "O",
        "type": "integer",
        "label": "Output size",
        "parts": ["H", "W"],
        "places": 2,
        "tolerance": 0.005,
        "board": [5, 5],
    }


class Variant(Shape):
    """A posed question. Nothing in it tells the answer."""

    variant = serializers.CharField(help_text="The signed token to answer with.")
    template = serializers.CharField(help_text="Slug of the template.")
    version = serializers.IntegerField(help_text="Of the template; answers are graded against it for ever.")
    topic = serializers.CharField(help_text="Slug of the topic.")
    kind = serializers.ChoiceField(["question", "flashcard"], help_text="A flashcard is rated, not answered.")
    level = serializers.IntegerField(help_text="1 (basic) to 4.")
    title = serializers.CharField(help_text="The template's title.")
    stem = TextPart(help_text="The question.")
    figure = FigurePart(allow_null=True, help_text="A picture that belongs to the question.")
    fields_ = FieldPart(many=True, help_text="What is to be answered; nothing for a flashcard.")
    hints = serializers.IntegerField(help_text="How many hints there are.")
    issued_at = serializers.DateTimeField(help_text="When it was asked; it can be answered for 90 days.")

    example = {
        "variant": "WyIwMTk4…:1sA…",
        "template": "conv-output-size",
        "version": 1,
        "topic": "convolution",
        "kind": "question",
        "level": 1,
        "title": "Output size of a convolution",
        "hints": 2,
        "issued_at": "2026-04-01T09:00:00Z",
    }
