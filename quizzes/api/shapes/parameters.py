"""Parameters of addresses: text, whatever they stand for."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class Count(serializers.IntegerField):
    """A whole number in plain digits; neither ``+5``, ``5.0``, ``5_0`` nor ``５``."""

    def to_internal_value(self, data: Any) -> int:
        """Refuse what Python would merely convert."""
        if not (isinstance(data, str) and data.isascii() and data.isdecimal()):
            self.fail("invalid")
        return super().to_internal_value(data)
