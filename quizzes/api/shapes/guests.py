"""A learner without a password."""

from __future__ import annotations

from rest_framework import serializers

from .base import Shape, StrictText


class GuestRequest(Shape):
    """A device that wants to study without an account."""

    device_name = StrictText(max_length=100, help_text="Shown in the learner's list of devices.")

    example = {"device_name": "my phone"}


class Guest(Shape):
    """A new guest and the token of its first device."""

    token = serializers.CharField(help_text="Send as `Authorization: Token …`. Shown this once.")
    learner = serializers.UUIDField(help_text="The learner's id.")
    expiry = serializers.DateTimeField(help_text="When the token ends. Moves on while it is used.")

    example = {
        "token": "9f1c…",
        "learner": "01980c5e-7b2a-7c31-9d3e-2f6a1b0c4d5e",
        "expiry": "2026-06-30T09:00:00Z",
    }
