"""Devices that are signed in."""

from __future__ import annotations

from rest_framework import serializers

from .base import Shape, StrictText


class DeviceRequest(Shape):
    """The device's new name."""

    name = StrictText(max_length=100, help_text="Shown in the learner's list of devices.")

    example = {"name": "my tablet"}


class Device(Shape):
    """A device that is signed in. Its token was told once and is not kept."""

    id = serializers.UUIDField(help_text="Of the device, not its token.")
    name = serializers.CharField(help_text="As the device called itself; may be empty.")
    created_at = serializers.DateTimeField(help_text="When the device got its token.")
    last_used_at = serializers.DateTimeField(help_text="When the token was used last; at most a day behind.")
    expiry = serializers.DateTimeField(help_text="When the token ends. Moves on while it is used.")
    current = serializers.BooleanField(help_text="Whether this request came with this device's token.")

    example = {
        "id": "01980c5e-8d10-7a55-b1f0-5c2f0e9a7b21",
        "name": "my phone",
        "created_at": "2026-04-01T09:00:00Z",
        "last_used_at": "2026-04-03T12:30:00Z",
        "expiry": "2026-07-02T12:30:00Z",
        "current": True,
    }
