"""What all shapes are made of: fields that convert nothing, and serializers with an example."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers


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


class DeviceTime(serializers.DateTimeField):
    """A moment on the device's clock, as ISO 8601 with an offset."""

    def to_internal_value(self, value: Any) -> datetime:
        """Refuse a time without an offset, and what is no text."""
        if not isinstance(value, str):
            self.fail("invalid", format="ISO 8601")
        moment = super().to_internal_value(value)
        if datetime.fromisoformat(value.replace("Z", "+00:00")).tzinfo is None:
            self.fail("make_aware", timezone="UTC")
        return moment


class Shape(serializers.Serializer[Any]):
    """A serializer whose fields may be called what DRF keeps for itself: a trailing underscore is dropped.

    ``example`` holds a value for each field that is not a shape itself; the OpenAPI document shows it.
    """

    example: ClassVar[dict[str, Any]] = {}

    def get_fields(self) -> dict[str, Any]:
        """The declared fields under their contract's names."""
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}
