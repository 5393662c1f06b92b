"""What was done, what is known, what lies ahead."""

from __future__ import annotations

from rest_framework import serializers

from .base import Shape
from .topics import TopicProgress

STANDINGS = ["unknown", "below", "on-target", "above"]


class DayPart(Shape):
    """A learner's day with answers."""

    date = serializers.DateField(help_text="The learner's day: it begins at the hour that the learner chose.")
    answers = serializers.IntegerField(help_text="How many answers were given.")
    right = serializers.IntegerField(help_text="How many of these were right in full.")
    minutes = serializers.FloatField(help_text="The time that they took, without long pauses.")

    example = {"date": "2026-04-01", "answers": 24, "right": 20, "minutes": 13.5}


class WeekPart(Shape):
    """The last seven days together, today included."""

    answers = serializers.IntegerField(help_text="How many answers were given.")
    right = serializers.IntegerField(help_text="How many of these were right in full.")
    minutes = serializers.FloatField(help_text="The time that they took, without long pauses.")
    days = serializers.IntegerField(help_text="On how many of the days.")

    example = {"answers": 112, "right": 95, "minutes": 64.2, "days": 6}


class ForecastPart(Shape):
    """A day ahead."""

    date = serializers.DateField(help_text="The learner's day.")
    reviews = serializers.IntegerField(help_text="Expected reviews, if nothing new is learned.")

    example = {"date": "2026-04-02", "reviews": 9}


class HeldMisconception(Shape):
    """A misconception that showed in answers."""

    code = serializers.CharField(help_text="Stable, never translated.")
    title = serializers.CharField(allow_null=True, help_text="Its name; `null` if it has left the catalogue.")
    met = serializers.IntegerField(help_text="How often it showed.")
    rights = serializers.IntegerField(
        help_text="Right answers since then where it would have shown; three on two days close it."
    )
    opened_at = serializers.DateTimeField(help_text="When it showed at first, or again after it was closed.")
    met_at = serializers.DateTimeField(help_text="When it showed last.")
    closed_at = serializers.DateTimeField(allow_null=True, help_text="When it was overcome; `null` while it is open.")

    example = {
        "code": "forgot-plus-one",
        "title": "The final +1 was forgotten",
        "met": 3,
        "rights": 1,
        "opened_at": "2026-03-20T10:00:00Z",
        "met_at": "2026-03-29T10:15:00Z",
        "closed_at": None,
    }


class RetentionPart(Shape):
    """The reviews of the last 90 days: each day's first answer to a template that was known before."""

    reviews = serializers.IntegerField(help_text="How many there were.")
    recalled = serializers.IntegerField(help_text="How many were right in full without a hint.")
    achieved = serializers.FloatField(allow_null=True, help_text="`recalled` / `reviews`; `null` without reviews.")
    low = serializers.FloatField(help_text="Lower end of the 95 % interval of what `achieved` stands for (Wilson).")
    high = serializers.FloatField(help_text="Its upper end.")
    predicted = serializers.FloatField(
        allow_null=True, help_text="Mean recall that was predicted for these reviews; `null` without reviews."
    )
    target = serializers.FloatField(help_text="The retention that the learner chose.")
    standing = serializers.ChoiceField(
        STANDINGS,
        help_text="Whether the whole interval lies `below` or `above` the target; `unknown` with less than 20 reviews.",
    )

    example = {
        "reviews": 240,
        "recalled": 218,
        "achieved": 0.908,
        "low": 0.865,
        "high": 0.939,
        "predicted": 0.915,
        "target": 0.9,
        "standing": "on-target",
    }


class ReadinessPart(Shape):
    """How the exam would go, if all that is due and the daily number of new templates is studied until then."""

    exam_date = serializers.DateField(help_text="The day of the exam.")
    days_left = serializers.IntegerField(help_text="Days until then.")
    minutes = serializers.FloatField(help_text="The time that it takes in all.")
    minutes_per_day = serializers.FloatField(help_text="The same per day.")
    daily_minutes = serializers.IntegerField(help_text="What the learner gives it per day.")
    is_enough = serializers.BooleanField(help_text="Whether that is as much as it takes.")
    seen = serializers.IntegerField(help_text="How many templates will have been seen by then.")
    templates = serializers.IntegerField(help_text="How many there are.")
    recall = serializers.FloatField(
        allow_null=True, help_text="Mean recall of those seen on that day; `null` where that is none."
    )

    example = {
        "exam_date": "2026-08-22",
        "days_left": 143,
        "minutes": 1720.0,
        "minutes_per_day": 12.03,
        "daily_minutes": 20,
        "is_enough": True,
        "seen": 253,
        "templates": 253,
        "recall": 0.91,
    }


class Progress(Shape):
    """The learner's whole course."""

    today = serializers.DateField(help_text="The learner's day.")
    topics = TopicProgress(many=True, help_text="Topic by topic, in the order of learning.")
    days = DayPart(many=True, help_text="The last 365 days, those with answers only, the earliest first.")
    week = WeekPart(help_text="The last seven days together.")
    forecast = ForecastPart(many=True, help_text="30 days, today first.")
    misconceptions = HeldMisconception(
        many=True, help_text="The open ones first, the one met last before the others; then those closed."
    )
    retention = RetentionPart(help_text="Whether as much is remembered as planned.")
    readiness = ReadinessPart(
        allow_null=True, help_text="What it takes until the exam; `null` without an exam within a year."
    )

    example = {"today": "2026-04-01"}
