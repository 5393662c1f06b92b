"""``/metrics``: the figures, for who may see them. To everybody else it is as if there was nothing."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

HERE = {"127.0.0.1", "::1"}
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """404 where ``METRICS`` is off, and for who lacks the token or, where there is none, comes from elsewhere."""
    if not settings.METRICS or not _may(request):
        raise Http404
    from . import metrics as figures  # the library is not even loaded where it is not asked for

    return HttpResponse(figures.written(), content_type=CONTENT_TYPE)


def _may(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        shown = request.headers.get("Authorization", "")
        return secrets.compare_digest(shown.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    forwarded = {"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via"}
    return request.META.get("REMOTE_ADDR") in HERE and not forwarded & request.headers.keys()
