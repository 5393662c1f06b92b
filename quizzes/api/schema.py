"""The OpenAPI document: what drf-spectacular finds in the shapes, with an example for every field."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework.authentication import BaseAuthentication

from .authentication import CLOSED, NO_CSRF, DeviceAuthentication, SessionAuthentication
from .problems import MEDIA_TYPE
from .shapes.attempts import ByField
from .shapes.base import Shape, StrictText
from .shapes.problems import Problem

# A sign that is no blank. Python takes five control characters for blanks that patterns elsewhere do not.
_SHOWN = r"[^\s\x1c-\x1f\x85]"


class Schema(AutoSchema):
    """Takes from a :class:`Shape` what its fields do not tell; adds what every endpoint of a kind may answer."""

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        described: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, Shape):
            for name, value in serializer.example.items():
                if name in described.get("properties", {}):
                    described["properties"][name]["example"] = value
            described |= serializer.constraints
        return described

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]
        if isinstance(field, StrictText) and not field.allow_blank:
            schema |= {"minLength": 1, "pattern": _SHOWN}

    def get_summary(self) -> str:
        """The first sentence of the method's docstring."""
        words: str = self.get_description()
        return words.partition("\n")[0].partition(". ")[0].rstrip(".")

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        if "403" not in bodies and self._needs_csrf():
            forbidden = OpenApiResponse(Problem, NO_CSRF)
            bodies["403"] = self._get_response_for_code(forbidden, "403", [MEDIA_TYPE], direction)  # type: ignore[no-untyped-call]
        if "410" not in bodies and self._lets_in(DeviceAuthentication):
            gone = OpenApiResponse(Problem, CLOSED)
            bodies["410"] = self._get_response_for_code(gone, "410", [MEDIA_TYPE], direction)  # type: ignore[no-untyped-call]
        if "429" in bodies:
            bodies["429"].setdefault("headers", {})["Retry-After"] = {
                "schema": {"type": "integer", "minimum": 1},
                "description": "In how many seconds to try again.",
                "example": 21,
            }
        return dict(sorted(bodies.items()))

    def _needs_csrf(self) -> bool:
        return self.method not in ("GET", "HEAD") and self._lets_in(SessionAuthentication)

    def _lets_in(self, callers: type[BaseAuthentication]) -> bool:
        return any(isinstance(one, callers) for one in self.view.get_authenticators())


class NamedByField(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # it registers itself
    """Generated clients have one class for all places where the same stands, with typed values."""

    target_class = ByField
    match_subclasses = True

    def get_name(self) -> str:
        """Of the component."""
        return str(self.target.component)

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        """The field's own description and example stand beside the reference to this."""
        described = {"type": "object", "description": self.target.__doc__}
        return {**described, "additionalProperties": self.target.value}
