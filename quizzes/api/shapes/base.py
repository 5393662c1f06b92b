"""What all shapes are made of: fields that convert nothing, and serializers with an example."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from django.core.validators import ProhibitNullCharactersValidator
from django.utils.functional import cached_property
from rest_framework import serializers
from rest_framework.validators import ProhibitSurrogateCharactersValidator

_UUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


_SLOW = (ProhibitNullCharactersValidator, ProhibitSurrogateCharactersValidator)


class StrictInteger(serializers.IntegerField):
    """A JSON number without a fraction, of 64 bits; neither ``"1"``, ``1.0`` nor ``true``."""

    def to_internal_value(self, data: Any) -> int:
        """Refuse what Python would merely convert, and what no database or other language keeps."""
        if type(data) is not int:
            self.fail("invalid")
        if not -(2**63) <= data < 2**63:
            self.fail("max_value" if data > 0 else "min_value", max_value=2**63 - 1, min_value=-(2**63))
        return super().to_internal_value(data)


class StrictNumber(serializers.FloatField):
    """A JSON number; neither ``"0.9"`` nor ``true``."""

    def to_internal_value(self, data: Any) -> float:
        """Refuse what Python would merely convert."""
        if type(data) not in (int, float):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictDate(serializers.DateField):
    """A day as RFC 3339 writes it, ``2027-02-19``."""

    def to_internal_value(self, value: Any) -> date:
        """Refuse the other ways of ISO 8601."""
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class StrictBoolean(serializers.BooleanField):
    """``true`` or ``false``."""

    def to_internal_value(self, data: Any) -> bool:
        """Refuse what Python would merely convert."""
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return bool(data)


class StrictText(serializers.CharField):
    """A JSON string. The parser has refused what is no text: nothing looks for it character by character."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators = [one for one in self.validators if not isinstance(one, _SLOW)]

    def to_internal_value(self, data: Any) -> str:
        """Refuse what Python would merely convert."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class StrictUUID(serializers.UUIDField):
    """A UUID as text: 8-4-4-4-12 hexadecimal digits, small or capital, as RFC 9562 has it."""

    def to_internal_value(self, data: Any) -> UUID:
        """Refuse the other forms that Python reads: in braces, as URN, without hyphens."""
        if not (isinstance(data, str) and _UUID.fullmatch(data)):
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

    ``example`` holds a value for each field that is not a shape itself; the OpenAPI document shows it. ``constraints``
    says there in JSON Schema what :meth:`validate` refuses.
    """

    example: ClassVar[dict[str, Any]] = {}
    constraints: ClassVar[dict[str, Any]] = {}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """As DRF does it, but straight on: only what cannot be read so is read again, to tell all that is wrong."""
        if isinstance(data, dict):
            with suppress(serializers.ValidationError, serializers.SkipField):
                return self._read(data)
        return dict(super().to_internal_value(data))

    def _read(self, data: dict[str, Any]) -> dict[str, Any]:
        read: dict[str, Any] = {}
        for name, field, is_optional in self._plain_fields:
            if name in data:
                read[name] = field.run_validation(data[name])
            elif not is_optional:
                read[name] = field.run_validation()
        return read

    @cached_property
    def _plain_fields(self) -> list[tuple[str, serializers.Field[Any, Any, Any, Any], bool]]:
        """Each field, and whether nothing comes of it where it is not given."""
        return [
            (name, field, not field.required and field.default is serializers.empty)
            for name, field in self.fields.items()
            if not field.read_only
        ]

    def get_fields(self) -> dict[str, Any]:
        """The declared fields under their contract's names."""
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}
