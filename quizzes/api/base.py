"""What all endpoints share: strict bodies, errors as documents, answers that only their learner may keep."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any, cast

from django.utils.cache import patch_cache_control, patch_vary_headers
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from quizzes.models import User

from .parsers import StrictJSONParser
from .problems import MEDIA_TYPE
from .shapes.problems import Problem


class Endpoint(APIView):
    """Reads JSON only; what it answers depends on who asks, and in which language."""

    parser_classes = (StrictJSONParser,)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """No cache on the way may keep what belongs to one learner."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ("Authorization", "Cookie"))
        return response


def responses(success: dict[int, Any], *, body: bool = True, **errors: str) -> dict[Any, Any]:
    """Every answer of an endpoint for OpenAPI: ``_409="…"`` documents an error; ``body``: whether it reads one."""
    common = {
        400: "The request is not of the documented form.",
        413: "The body is too large.",
        415: "The body is not JSON.",
    }
    found = (common if body else {}) | {int(status.lstrip("_")): words for status, words in errors.items()}
    documents = {(status, MEDIA_TYPE): OpenApiResponse(Problem, words) for status, words in sorted(found.items())}
    return {**success, **documents}


NO_TOKEN = "No valid token."  # noqa: S105  # words


def learner(request: Request) -> User:
    """Who asks; the permission classes let only learners through."""
    return cast(User, request.user)


def valid(shape: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    """``data`` as its shape reads it. Raises DRF's ``ValidationError``."""
    return cast(dict[str, Any], _reader(shape).run_validation(data))


@cache
def _reader(shape: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """One for all requests: to make a serializer takes longer than to validate with it, and it keeps nothing."""
    return shape()


def time_text(moment: datetime) -> str:
    """As the API writes times."""
    return str(serializers.DateTimeField().to_representation(moment))


def day_text(day: date) -> str:
    """As the API writes days."""
    return day.isoformat()
