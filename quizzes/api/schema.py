"""The OpenAPI document: what drf-spectacular finds in the shapes, with an example for every field."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema

from .shapes.base import Shape


class Schema(AutoSchema):
    """Takes the examples of fields from :attr:`Shape.example`."""

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        described: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, Shape):
            for name, value in serializer.example.items():
                if name in described.get("properties", {}):
                    described["properties"][name]["example"] = value
        return described
