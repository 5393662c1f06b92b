"""Ratings of flashcards."""

from __future__ import annotations

from rest_framework import serializers

from .attempts import MAX_DURATION_MS, CardPart
from .base import DeviceTime, Shape, StrictInteger, StrictText, StrictUUID
from .sync import RATINGS


class RatingRequest(Shape):
    """How well a flashcard was recalled."""

    id = StrictUUID(help_text="Chosen by the client; the same id again returns the first result.")
    rating = serializers.ChoiceField(
        RATINGS, help_text="`again`: not at all; `hard`: with effort; `good`: known; `easy`: known at once."
    )
    variant = StrictText(
        required=False, max_length=1000, help_text="The token of the variant that was shown, if it came from here."
    )
    duration_ms = StrictInteger(
        min_value=0, max_value=MAX_DURATION_MS, required=False, allow_null=True, help_text="How long it took."
    )
    answered_at = DeviceTime(required=False, help_text="On the device's clock; now if not given.")
    utc_offset_minutes = StrictInteger(
        min_value=-14 * 60, max_value=14 * 60, required=False, help_text="Of the device's clock: it makes the day."
    )

    example = {
        "id": "5d0c2f0e-8d0a-4b7e-8a52-0d3c9b1c2a12",
        "rating": "good",
        "variant": "WyIwMTk4…:1sA…",
        "duration_ms": 4100,
        "answered_at": "2026-04-01T18:01:00+09:00",
        "utc_offset_minutes": 540,
    }


class Rating(Shape):
    """The rating as it was recorded."""

    id = serializers.UUIDField(help_text="As it was sent.")
    rating = serializers.ChoiceField(RATINGS, help_text="As it was sent.")
    card = CardPart(allow_null=True, help_text="`null` for a flashcard that was only crammed.")

    example = {"id": "5d0c2f0e-8d0a-4b7e-8a52-0d3c9b1c2a12", "rating": "good"}
