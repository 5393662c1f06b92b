"""The learner: who it is, what it chose, and everything that is known of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers

from quizzes.scheduling.preferences import DAILY_MINUTES, DAY_START_HOURS, NEW_PER_DAY, RETENTIONS

from .base import Shape, StrictDate, StrictInteger, StrictNumber, StrictText

LANGUAGES = [code for code, _name in settings.LANGUAGES]
HELP = {
    "retention": "The recall at which a card comes back.",
    "new_per_day": "How many new templates a day are offered.",
    "daily_minutes": "After that much time of the day nothing new is offered.",
    "day_start_hour": "The hour at which the learner's day begins.",
    "exam_date": "Reviews are arranged for the most recall on this day; `null`: there is none.",
    "time_zone": "Name in the IANA database; empty: that of the device that answered last.",
    "language": "Of the web pages and mails; empty: what the browser asks for. The API goes by `Accept-Language`.",
}
EXAMPLE = {
    "retention": 0.9,
    "new_per_day": 10,
    "daily_minutes": 20,
    "day_start_hour": 4,
    "exam_date": "2027-02-19",
    "time_zone": "Asia/Tokyo",
    "language": "ja",
}


class StrictLanguage(serializers.ChoiceField):
    """A language's code as text, or nothing."""

    def to_internal_value(self, data: Any) -> str:
        """Refuse what Python would merely convert."""
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return str(super().to_internal_value(data))


class MeRequest(Shape):
    """What to change; what is not given stays. A name that there is not is refused."""

    retention = StrictNumber(
        min_value=RETENTIONS[0], max_value=RETENTIONS[1], required=False, help_text=HELP["retention"]
    )
    new_per_day = StrictInteger(
        min_value=NEW_PER_DAY[0], max_value=NEW_PER_DAY[1], required=False, help_text=HELP["new_per_day"]
    )
    daily_minutes = StrictInteger(
        min_value=DAILY_MINUTES[0], max_value=DAILY_MINUTES[1], required=False, help_text=HELP["daily_minutes"]
    )
    day_start_hour = StrictInteger(
        min_value=DAY_START_HOURS[0], max_value=DAY_START_HOURS[1], required=False, help_text=HELP["day_start_hour"]
    )
    exam_date = StrictDate(required=False, allow_null=True, help_text=HELP["exam_date"])
    time_zone = StrictText(max_length=64, required=False, allow_blank=True, help_text=HELP["time_zone"])
    language = StrictLanguage(LANGUAGES, required=False, allow_blank=True, help_text=HELP["language"])

    example = EXAMPLE
    constraints = {"additionalProperties": False}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """A misspelt preference would otherwise look as if it had been changed."""
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            message = serializers.ErrorDetail(_("There is no preference of this name."), "unknown")
            raise serializers.ValidationError({name: [message] for name in sorted(unknown)})
        found: dict[str, Any] = super().to_internal_value(data)
        return found


class Preferences(Shape):
    """What the learner chose about studying."""

    retention = serializers.FloatField(help_text=HELP["retention"])
    new_per_day = serializers.IntegerField(help_text=HELP["new_per_day"])
    daily_minutes = serializers.IntegerField(help_text=HELP["daily_minutes"])
    day_start_hour = serializers.IntegerField(help_text=HELP["day_start_hour"])
    exam_date = serializers.DateField(allow_null=True, help_text=HELP["exam_date"])
    time_zone = serializers.CharField(help_text=HELP["time_zone"])
    language = serializers.ChoiceField(LANGUAGES, allow_blank=True, help_text=HELP["language"])

    example = EXAMPLE


class Me(Preferences):
    """The learner."""

    id = serializers.UUIDField(help_text="The learner's id. A guest who signs up keeps it.")
    email = serializers.EmailField(allow_null=True, help_text="The account's address; a guest has none.")
    email_verified = serializers.BooleanField(help_text="Whether the address was confirmed by the link in the mail.")
    is_guest = serializers.BooleanField(help_text="Whether there is no account yet.")
    created_at = serializers.DateTimeField(help_text="When the learner came.")

    example = EXAMPLE | {
        "id": "01980c5e-7b2a-7c31-9d3e-2f6a1b0c4d5e",
        "email": "someone@example.org",
        "email_verified": True,
        "is_guest": False,
        "created_at": "2026-04-01T09:00:00Z",
    }


def _rows(help_text: str) -> serializers.ListField:
    return serializers.ListField(child=serializers.DictField(), help_text=help_text)


class Export(Shape):
    """Everything the service knows of the learner, but not what opens the account. Keys are the columns' names."""

    profile = serializers.DictField(help_text="The learner's own row.")
    email_addresses = _rows("Addresses, confirmed or not.")
    second_factors = _rows("Which there are, without their secrets.")
    devices = _rows("Devices that are signed in, without their tokens.")
    sessions = _rows("Browsers that are signed in, without their keys.")
    cards = _rows("The memory of each template.")
    beliefs = _rows("How the learner stands to each misconception.")
    card_actions = _rows("What was done with cards other than answering.")
    attempts = _rows("Every answer.")
    drafts = _rows("Of an author: texts that are being written.")
    versions = _rows("Of an author: versions that were saved.")
    publications = _rows("Of an editor: what was published, archived and voided.")

    example = {
        "profile": {"id": "01980c5e-7b2a-7c31-9d3e-2f6a1b0c4d5e", "retention": 0.9},
        "email_addresses": [{"email": "someone@example.org", "verified": True, "primary": True}],
        "second_factors": [{"type": "totp"}],
        "devices": [{"id": "01980c5e-8d10-7a55-b1f0-5c2f0e9a7b21", "name": "my phone"}],
        "sessions": [{"expire_date": "2027-04-01T09:00:00+00:00"}],
        "cards": [{"template": "conv-output-size", "due_day": 740000, "reviews": 3}],
        "beliefs": [{"code": "forgot-plus-one", "met": 2}],
        "card_actions": [{"template": "conv-output-size", "act": "suspend"}],
        "attempts": [{"template": "conv-output-size", "verdict": "correct", "score": 1.0}],
        "drafts": [{"template": "conv-output-size", "base": 1}],
        "versions": [{"template": "conv-output-size", "number": 2}],
        "publications": [{"template": "conv-output-size", "version": 2, "act": "publish"}],
    }
