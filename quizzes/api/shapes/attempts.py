"""Answers, and what follows from them."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from .base import DeviceTime, Shape, StrictBoolean, StrictInteger, StrictText, StrictUUID
from .variants import FigurePart, TextPart

MAX_DURATION_MS = 2**53 - 1
VERDICTS = ["correct", "partial", "incorrect"]

_TEXT = {"type": "string"}
_TYPED = {"anyOf": [_TEXT, {"type": "number"}]}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


class ByField(serializers.DictField):
    """Something per answer field: ``component`` is its name in the OpenAPI document, ``value`` what each field has."""

    component: ClassVar[str]
    value: ClassVar[dict[str, Any]]


class ResponseByField(ByField):
    """What was typed, per field."""

    component = "ResponseByField"
    value = {
        "anyOf": [
            _TEXT,
            {"type": "number"},
            {"type": "object", "title": "Parts", "additionalProperties": _TYPED},
            _list(_TYPED),
            _list(_list(_TYPED)),
        ]
    }


class ValuesByField(ByField):
    """Values as a response would hold them, all numbers as text, per field."""

    component = "ValuesByField"
    value = {"anyOf": [_TEXT, _list(_TEXT), _list(_list(_TEXT))]}


class AttemptRequest(Shape):
    """An answer to a variant."""

    id = StrictUUID(help_text="Chosen by the client; the same id again returns the first result.")
    variant = StrictText(max_length=1000, help_text="The token of the variant.")
    response = ResponseByField(
        required=False,
        default=dict,
        help_text=(
            "Per field: text or number (integer, decimal), object, list or text (shape), list of rows or text "
            "(matrix), key (choice)."
        ),
    )
    hints_used = StrictInteger(min_value=0, max_value=20, default=0, help_text="How many hints were shown.")
    gave_up = StrictBoolean(default=False, help_text="“I don't know”: the response is not read.")
    duration_ms = StrictInteger(
        min_value=0,
        max_value=MAX_DURATION_MS,
        required=False,
        allow_null=True,
        help_text="How long it took. If not given: the time since it was asked, at most five minutes.",
    )
    answered_at = DeviceTime(required=False, help_text="On the device's clock; now if not given.")
    utc_offset_minutes = StrictInteger(
        min_value=-14 * 60, max_value=14 * 60, required=False, help_text="Of the device's clock: it makes the day."
    )

    example = {
        "id": "0b8f8f0e-6f0a-4f7e-9a52-0d3c9b1c2a11",
        "variant": "WyIwMTk4…:1sA…",
        "response": {"O": "14"},
        "hints_used": 0,
        "gave_up": False,
        "duration_ms": 5300,
        "answered_at": "2026-04-01T18:00:00+09:00",
        "utc_offset_minutes": 540,
    }


@extend_schema_field(ValuesByField.value)
class AnyValue(serializers.JSONField):
    """Text, lists of text, or a choice's key, as a response would hold it."""


class FieldResult(Shape):
    """One field's result."""

    name = serializers.CharField(help_text="The field's name.")
    correct = serializers.BooleanField(help_text="Whether it is right.")
    given = AnyValue(allow_null=True, help_text="What was read; `null` after “I don't know”.")
    expected = AnyValue(help_text="What is right.")

    example = {"name": "O", "correct": False, "given": "13", "expected": "14"}


class DiagnosisPart(Shape):
    """A misconception that gives just this wrong answer."""

    code = serializers.CharField(help_text="Stable, never translated.")
    title = serializers.CharField(help_text="Its name.")
    feedback = serializers.CharField(help_text="What was done wrong, and what to do instead.")

    example = {
        "code": "forgot-plus-one",
        "title": "The +1 was forgotten",
        "feedback": "The window itself is one position: add 1.",
    }


class SolutionPart(TextPart):
    """The worked solution."""

    figure = FigurePart(allow_null=True, help_text="The picture with the result drawn in.")


class CardPart(Shape):
    """The learner's memory of the template after this attempt."""

    template = serializers.CharField(help_text="Slug of the template.")
    due = serializers.DateField(help_text="The learner's day on which the template should come back.")
    recall = serializers.FloatField(help_text="Predicted probability of a right answer on the day of this attempt.")
    interval_days = serializers.IntegerField(help_text="Days from this attempt to `due`.")
    revision = serializers.IntegerField(help_text="Grows by one with each attempt taken in.")

    example = {
        "template": "conv-output-size",
        "due": "2026-04-04",
        "recall": 1.0,
        "interval_days": 3,
        "revision": 1,
    }


class Attempt(Shape):
    """The graded attempt."""

    id = serializers.UUIDField(help_text="As it was sent.")
    verdict = serializers.ChoiceField(VERDICTS, help_text="All, some or none right.")
    score = serializers.FloatField(help_text="The share of fields that are right.")
    fields_ = FieldResult(many=True, help_text="Field by field.")
    misconceptions = DiagnosisPart(many=True, help_text="Every misconception that explains the answer.")
    solution = SolutionPart(help_text="Step by step.")
    rating = serializers.ChoiceField(
        ["again", "hard", "good", "easy"], allow_null=True, help_text="`null` while a second chance is open."
    )
    second_chance = serializers.BooleanField(
        help_text="Answering another variant of this template rightly today makes the rating `hard`."
    )
    card = CardPart(allow_null=True, help_text="`null` for a template that was only crammed.")

    example = {
        "id": "0b8f8f0e-6f0a-4f7e-9a52-0d3c9b1c2a11",
        "verdict": "incorrect",
        "score": 0.0,
        "rating": None,
        "second_chance": True,
    }
