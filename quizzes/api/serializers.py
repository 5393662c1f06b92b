"""The shapes of requests and answers. Requests are validated by these; answers are described by them for OpenAPI."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from quizzes.questions import FORMATS
from quizzes.tickets import PURPOSES

FIELD_TYPES = ["integer", "decimal", "shape", "matrix", "choice"]


class StrictInteger(serializers.IntegerField):
    """A JSON number without a fraction; neither ``"1"`` nor ``true``."""

    def to_internal_value(self, data: Any) -> int:
        """Refuse what Python would merely convert."""
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictBoolean(serializers.BooleanField):
    """``true`` or ``false``."""

    def to_internal_value(self, data: Any) -> bool:
        """Refuse what Python would merely convert."""
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return bool(data)


class StrictText(serializers.CharField):
    """A JSON string."""

    def to_internal_value(self, data: Any) -> str:
        """Refuse what Python would merely convert."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class StrictUUID(serializers.UUIDField):
    """A UUID as text."""

    def to_internal_value(self, data: Any) -> UUID:
        """Refuse what Python would merely convert."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Shape(serializers.Serializer[Any]):
    """A serializer whose fields may be called what DRF keeps for itself: a trailing underscore is dropped."""

    def get_fields(self) -> dict[str, Any]:
        """The declared fields under their contract's names."""
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}


class GuestRequest(Shape):
    """A device that wants to study without an account."""

    device_name = StrictText(max_length=100, help_text="Shown in the learner's list of devices.")


class Guest(Shape):
    """A new guest and the token of its first device."""

    token = serializers.CharField(help_text="Send as `Authorization: Token …`. Shown this once.")
    learner = serializers.UUIDField()
    expiry = serializers.DateTimeField(help_text="Moves on while the token is used.")


class VariantRequest(Shape):
    """What to ask: a template, a topic, or (neither given) what is most worth asking now."""

    template = StrictText(required=False, max_length=80, help_text="Slug of a template.")
    topic = StrictText(required=False, max_length=60, help_text="Slug of a topic.")
    purpose = serializers.ChoiceField(PURPOSES)
    format = serializers.ChoiceField(FORMATS, default="free", help_text="`choice`: posed as multiple choice.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A template already has its topic."""
        if "template" in attrs and "topic" in attrs:
            raise serializers.ValidationError({"topic": ["Give a template or a topic, not both."]}, code="exclusive")
        return attrs


class TextPart(Shape):
    """Something to read: plain text (formulas as LaTeX between dollar signs) and safe HTML (formulas as MathML)."""

    text = serializers.CharField()
    html = serializers.CharField()


class FigurePart(Shape):
    """A picture with its accessible name and description."""

    svg = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()


class ChoicePart(TextPart):
    """One option."""

    key = serializers.CharField()


class FieldPart(Shape):
    """One thing to answer."""

    name = serializers.CharField()
    type = serializers.ChoiceField(FIELD_TYPES)
    label_ = serializers.CharField()
    parts = serializers.ListField(child=serializers.CharField(), required=False, help_text="`shape`: its parts.")
    choices = ChoicePart(many=True, required=False, help_text="`choice`: the options in the order to show.")
    places = serializers.IntegerField(required=False, help_text="Where decimals are asked for: how many places.")
    tolerance = serializers.FloatField(required=False, help_text="Where decimals are asked for: how far off is right.")
    board = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        help_text="`matrix`: rows and columns of an empty grid to show, larger than the answer.",
    )


class Variant(Shape):
    """A posed question. Nothing in it tells the answer."""

    variant = serializers.CharField(help_text="The signed token to answer with.")
    template = serializers.CharField()
    version = serializers.IntegerField()
    topic = serializers.CharField()
    kind = serializers.ChoiceField(["question", "flashcard"])
    level = serializers.IntegerField()
    title = serializers.CharField()
    stem = TextPart()
    figure = FigurePart(allow_null=True)
    fields_ = FieldPart(many=True)
    hints = serializers.IntegerField(help_text="How many hints there are.")
    issued_at = serializers.DateTimeField()


@extend_schema_field(OpenApiTypes.OBJECT)
class AnyResponse(serializers.DictField):
    """What was typed, per field."""


class AttemptRequest(Shape):
    """An answer to a variant."""

    id = StrictUUID(help_text="Chosen by the client; the same id again returns the first result.")
    variant = StrictText(max_length=1000, help_text="The token of the variant.")
    response = AnyResponse(
        required=False,
        default=dict,
        help_text=(
            "Per field: text or number (integer, decimal), object, list or text (shape), list of rows or text "
            "(matrix), key (choice)."
        ),
    )
    hints_used = StrictInteger(min_value=0, max_value=20, default=0)
    gave_up = StrictBoolean(default=False, help_text="“I don't know”: the response is not read.")
    duration_ms = StrictInteger(min_value=0, max_value=2**53 - 1, required=False, allow_null=True)
    answered_at = serializers.DateTimeField(required=False, help_text="On the device's clock; now if not given.")
    utc_offset_minutes = StrictInteger(min_value=-14 * 60, max_value=14 * 60, required=False)


@extend_schema_field(OpenApiTypes.ANY)
class AnyValue(serializers.JSONField):
    """Text, lists of text, or a choice's key, as a response would hold it."""


class FieldResult(Shape):
    """One field's result."""

    name = serializers.CharField()
    correct = serializers.BooleanField()
    given = AnyValue(allow_null=True)
    expected = AnyValue()


class DiagnosisPart(Shape):
    """A misconception that gives just this wrong answer."""

    code = serializers.CharField()
    title = serializers.CharField()
    feedback = serializers.CharField()


class SolutionPart(TextPart):
    """The worked solution."""

    figure = FigurePart(allow_null=True)


class CardPart(Shape):
    """The learner's memory of the template after this attempt."""

    template = serializers.CharField()
    due = serializers.DateField(help_text="The learner's day on which the template should come back.")
    recall = serializers.FloatField(help_text="Predicted probability of a right answer on the day of this attempt.")
    interval_days = serializers.IntegerField()
    revision = serializers.IntegerField(help_text="Grows by one with each attempt taken in.")


class Attempt(Shape):
    """The graded attempt."""

    id = serializers.UUIDField()
    verdict = serializers.ChoiceField(["correct", "partial", "incorrect"])
    score = serializers.FloatField()
    fields_ = FieldResult(many=True)
    misconceptions = DiagnosisPart(many=True)
    solution = SolutionPart()
    rating = serializers.ChoiceField(
        ["again", "hard", "good", "easy"], allow_null=True, help_text="`null` while a second chance is open."
    )
    second_chance = serializers.BooleanField(
        help_text="Answering another variant of this template rightly today makes the rating `hard`."
    )
    card = CardPart(allow_null=True, help_text="`null` for a template that was only crammed.")


class FieldProblem(Shape):
    """What is wrong with one field."""

    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class Problem(Shape):
    """RFC 9457 problem document; `code` is stable, `detail` and `message` are in the reader's language."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors_ = FieldProblem(many=True, required=False)
