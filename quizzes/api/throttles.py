"""The limits of :mod:`quizzes.limits` as the API tells that they are exceeded."""

from __future__ import annotations

from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from quizzes import limits


def check(limit: str, who: str) -> None:
    """Count one more request of ``who`` under a limit of ``settings.API_LIMITS``. Raises DRF's ``Throttled``."""
    try:
        limits.check(limit, who)
    except limits.TooMany as error:
        raise Throttled(wait=error.wait) from None


def address(request: Request) -> str:
    """Where a request comes from."""
    return limits.address(request._request)
