"""What to show where a request failed outside of its view: a problem document where programs ask, a page elsewhere."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse

from quizzes.api import problems
from quizzes.web import errors as pages

from . import unavailable


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return problems.of_site(request, 400) if _is_api(request) else pages.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return problems.of_site(request, 403) if _is_api(request) else pages.forbidden(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return problems.of_site(request, 404) if _is_api(request) else pages.not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; where it is the database or the disk that fails, 503 with ``Retry-After``."""
    if unavailable.passes(sys.exception()):  # Django calls this while it handles what was raised
        response = problems.of_site(request, 503) if _is_api(request) else pages.unavailable(request)
        response["Retry-After"] = str(unavailable.RETRY_AFTER)
        return response
    return problems.of_site(request, 500) if _is_api(request) else pages.server_error(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: without its CSRF token a session proves nothing."""
    return problems.of_site(request, 403) if _is_api(request) else pages.csrf_failure(request, reason)


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(("/api/", "/_allauth/"))
