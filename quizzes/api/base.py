"""What all endpoints share: strict bodies, errors as documents, answers that only their learner may keep."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Any, ClassVar, cast

from django.http import HttpRequest
from django.utils.cache import patch_cache_control, patch_vary_headers
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from quizzes.models import User

from . import reading, throttles
from .parsers import StrictJSONParser
from .problems import MEDIA_TYPE
from .shapes.problems import Problem


class Endpoint(APIView):
    """Reads JSON only; what it answers depends on who asks, and in which language.

    ``limit`` names which of ``settings.API_LIMITS`` its requests count under, besides that of the address.
    """

    parser_classes = (StrictJSONParser,)
    limit: ClassVar[str] = "learner"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what nobody can have meant before anything is looked up."""
        reading.check(request)
        super().initial(request, *args, **kwargs)

    def perform_authentication(self, request: Request) -> None:
        """Count the address before the token is looked up: guessing costs the same."""
        throttles.check("address", throttles.address(request))
        super().perform_authentication(request)

    def check_throttles(self, request: Request) -> None:
        """Count the learner; where there is none, the address once more."""
        who = throttles.address(request) if request.user is None else learner(request).id.hex
        throttles.check(self.limit, who)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """``Allow`` says which methods there are; the OpenAPI document says the rest."""
        return Response(status=204)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """No cache on the way may keep what belongs to one learner."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ("Authorization", "Cookie"))
        return response


def responses(success: dict[Any, Any], *, body: bool = True, **errors: str) -> dict[Any, Any]:
    """Every answer of an endpoint for OpenAPI: ``_409="…"`` documents an error; ``body``: whether it reads one.

    :class:`.schema.Schema` adds what follows from how the endpoint lets callers in.
    """
    common = _ALWAYS | (_WITH_BODY if body else {})
    found = common | {int(status.lstrip("_")): words for status, words in errors.items()}
    documents = {(status, MEDIA_TYPE): OpenApiResponse(Problem, words) for status, words in sorted(found.items())}
    return {**success, **documents}


_ALWAYS = {
    400: "The request is not of the documented form (`invalid`), or its address is malformed (`malformed-query`).",
    406: "`Accept` excludes JSON (`not-acceptable`).",
    429: "Too many requests (`throttled`). `Retry-After` says in how many seconds to try again.",
    503: "The data cannot be reached (`unavailable`). `Retry-After` says in how many seconds to send the same again.",
}
_WITH_BODY = {
    400: "The body is not JSON (`parse-error`) or not of the documented form (`invalid`, with `errors` per field).",
    411: "The body has no `Content-Length` (`length-required`).",
    413: "The body is larger than 256 kB (`too-large`).",
    415: "The body is not declared as JSON in UTF-8 (`unsupported-media-type`).",
}
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
    """As the API writes times, and DRF's ``DateTimeField``: in UTC."""
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def day_text(day: date) -> str:
    """As the API writes days."""
    return day.isoformat()
