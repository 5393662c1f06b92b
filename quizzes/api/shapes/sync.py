"""Events of a device that was away, and what it has missed."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from .attempts import MAX_DURATION_MS, AttemptRequest, CardPart
from .base import DeviceTime, Shape, StrictInteger, StrictText, StrictUUID
from .me import Preferences
from .problems import FieldProblem

MAX_EVENTS = 100
RATINGS = ("again", "hard", "good", "easy")
ACTS = ("suspend", "resume", "bury", "reset")
STATUSES = ("accepted", "duplicate", "conflict", "rejected")
VERDICTS = ("correct", "partial", "incorrect", "rated")
CHANGES = ("card", "misconception", "preferences")


class AttemptEvent(AttemptRequest):
    """An answer that was given away from the network; the same as `POST /attempts/`."""

    kind = serializers.ChoiceField(["attempt"], help_text="What happened.")

    example = {**AttemptRequest.example, "kind": "attempt"}


class RatingEvent(Shape):
    """A flashcard that was rated: the variant of a pack, or the template by its name."""

    id = StrictUUID(help_text="Chosen by the client; the same id again changes nothing.")
    kind = serializers.ChoiceField(["rating"], help_text="What happened.")
    variant = StrictText(required=False, max_length=1000, help_text="The token of the variant that was shown.")
    template = StrictText(required=False, max_length=80, help_text="Slug of the flashcard, where none was shown.")
    rating = serializers.ChoiceField(RATINGS, help_text="How well it was recalled.")
    duration_ms = StrictInteger(
        min_value=0, max_value=MAX_DURATION_MS, required=False, allow_null=True, help_text="How long it took."
    )
    answered_at = DeviceTime(required=False, help_text="On the device's clock; now if not given.")
    utc_offset_minutes = StrictInteger(
        min_value=-14 * 60, max_value=14 * 60, required=False, help_text="Of the device's clock: it makes the day."
    )

    example = {
        "id": "5d0c2f0e-8d0a-4b7e-8a52-0d3c9b1c2a12",
        "kind": "rating",
        "variant": "WyIwMTk4…:1sA…",
        "template": "card-gap",
        "rating": "good",
        "duration_ms": 4100,
        "answered_at": "2026-04-01T18:01:00+09:00",
        "utc_offset_minutes": 540,
    }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """It is named in one way."""
        if ("variant" in attrs) == ("template" in attrs):
            raise serializers.ValidationError({"variant": ["Give a variant or a template."]}, code="exclusive")
        return attrs


class ActEvent(Shape):
    """What the learner did with a card: not ask it again (until resumed, or today), or forget what was learned."""

    id = StrictUUID(help_text="Chosen by the client; the same id again changes nothing.")
    kind = serializers.ChoiceField(ACTS, help_text="What happened.")
    template = StrictText(max_length=80, help_text="Slug of the template.")
    at = DeviceTime(required=False, help_text="On the device's clock; now if not given.")

    example = {
        "id": "7a1c2f0e-8d0a-4b7e-8a52-0d3c9b1c2a13",
        "kind": "bury",
        "template": "conv-output-size",
        "at": "2026-04-01T18:02:00+09:00",
    }


class VoidEvent(Shape):
    """An answer that was taken back: it counts for nothing."""

    id = StrictUUID(help_text="Chosen by the client; the same id again changes nothing.")
    kind = serializers.ChoiceField(["void"], help_text="What happened.")
    attempt = StrictUUID(help_text="The id of the attempt, of this request or an earlier one.")
    at = DeviceTime(required=False, help_text="On the device's clock; now if not given.")

    example = {
        "id": "8b1c2f0e-8d0a-4b7e-8a52-0d3c9b1c2a14",
        "kind": "void",
        "attempt": "0b8f8f0e-6f0a-4f7e-9a52-0d3c9b1c2a11",
        "at": "2026-04-01T18:03:00+09:00",
    }


EVENTS: dict[str, type[Shape]] = {
    "attempt": AttemptEvent,
    "rating": RatingEvent,
    **dict.fromkeys(ACTS, ActEvent),
    "void": VoidEvent,
}


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="SyncEvent",
        serializers=dict(EVENTS),
        resource_type_field_name="kind",
        many=False,
    )
)
class AnyEvent(serializers.JSONField):
    """One event; each is read by itself, so that a bad one does not keep the others out."""

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """Even a `null` is refused later, by itself."""
        return True, data


class SyncRequest(Shape):
    """What happened while the device was away, in any order."""

    sent_at = DeviceTime(help_text="Now, on the device's clock: it tells how far that clock is off.")
    events = serializers.ListField(
        child=AnyEvent(),
        max_length=MAX_EVENTS,
        help_text="At most 100. Each is taken in or refused by itself.",
    )

    example = {"sent_at": "2026-04-01T20:00:00+09:00"}


class EventResult(Shape):
    """What became of one event."""

    id = serializers.CharField(allow_null=True, help_text="As it was sent; `null` if it had none.")
    status = serializers.ChoiceField(
        STATUSES,
        help_text=(
            "`accepted`; `duplicate`: it was accepted before; `conflict`: this id or this variant was used by another "
            "answer, which counts; `rejected`: it can never be accepted. Whatever it is, do not send it again."
        ),
    )
    verdict = serializers.ChoiceField(VERDICTS, required=False, help_text="The server's own grade.")
    code = serializers.CharField(required=False, help_text="Why it was not accepted. Stable, never translated.")
    errors_ = FieldProblem(many=True, required=False, help_text="Per field, where fields are wrong.")
    card = CardPart(required=False, allow_null=True, help_text="As it is after all events.")

    example = {
        "id": "0b8f8f0e-6f0a-4f7e-9a52-0d3c9b1c2a11",
        "status": "accepted",
        "verdict": "correct",
        "code": "variant-answered",
    }


class SyncResult(Shape):
    """An outcome for each event, in the order in which they were sent."""

    server_time = serializers.DateTimeField(help_text="When the request came in, on the server's clock.")
    results = EventResult(many=True, help_text="One for each event.")

    example = {"server_time": "2026-04-01T11:00:00Z"}


class CardChange(CardPart):
    """A card as it stands now."""

    due = serializers.DateField(allow_null=True, help_text="The learner's day to ask it again; `null`: never asked.")
    recall = serializers.FloatField(allow_null=True, help_text="Predicted probability of recalling it today.")
    interval_days = serializers.IntegerField(allow_null=True, help_text="Days from the last review to `due`.")
    stability = serializers.FloatField(allow_null=True, help_text="FSRS: days until recall falls to 90 %.")
    reviewed = serializers.DateField(allow_null=True, help_text="The learner's day of the last review.")
    lapses = serializers.IntegerField(help_text="How often it was forgotten.")
    second_chance = serializers.BooleanField(help_text="Whether another variant today still lifts the rating.")
    suspended = serializers.BooleanField(help_text="Whether it is not asked until it is resumed.")
    buried = serializers.DateField(allow_null=True, help_text="A day on which it is not asked.")

    example = {
        **CardPart.example,
        "stability": 3.1,
        "reviewed": "2026-04-01",
        "lapses": 0,
        "second_chance": False,
        "suspended": False,
        "buried": None,
    }


class MisconceptionChange(Shape):
    """How the learner stands to a misconception now."""

    code = serializers.CharField(help_text="Stable, never translated.")
    open = serializers.BooleanField(help_text="Whether it showed and was not overcome since.")
    met = serializers.IntegerField(help_text="How often it showed.")

    example = {"code": "forgot-plus-one", "open": True, "met": 2}


class Change(Shape):
    """One thing as it stands now; what it is stands under the name of its type."""

    type = serializers.ChoiceField(CHANGES, help_text="What changed.")
    op = serializers.ChoiceField(["upsert", "delete"], help_text="`delete`: nothing is left of it.")
    card = CardChange(required=False, help_text="Of type `card`.")
    misconception = MisconceptionChange(required=False, help_text="Of type `misconception`.")
    preferences = Preferences(required=False, help_text="Of type `preferences`.")

    example = {"type": "card", "op": "upsert"}


class Changes(Shape):
    """A piece of the feed."""

    changes = Change(many=True, help_text="Oldest first; everything once, as it stands now.")
    next_cursor = serializers.CharField(help_text="Send it with the next request.")
    has_more = serializers.BooleanField(help_text="Whether to ask again at once.")

    example = {"next_cursor": "MDE5ODBjNWUuNDI", "has_more": False}


class ChangesParameters(Shape):
    """From where on."""

    cursor = StrictText(
        default="",
        allow_blank=True,
        max_length=200,
        help_text="`next_cursor` of the answer before. Without it everything is told from the beginning.",
    )

    example = {"cursor": "MDE5ODBjNWUuNDI"}
