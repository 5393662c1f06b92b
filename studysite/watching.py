"""What surrounds every request: its id, its line in the access log, and its place in the figures."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse

from . import logs

HEADER = "X-Request-ID"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_sane = re.compile(r"[A-Za-z0-9._-]{1,64}").fullmatch
_access = logging.getLogger(logs.ACCESS)


def watched(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The outermost middleware. The id is that of the proxy in front if it is harmless, else a new one."""
    observers: list[Callable[[str, str, int, float], None]] = []
    if settings.ACCESS_LOG:
        observers.append(_tell)
    if settings.METRICS:
        from . import metrics  # the library is not even loaded where it is not asked for

        observers.append(metrics.observe)

    def watch(request: HttpRequest) -> HttpResponse:
        begun = perf_counter()
        given = request.headers.get(HEADER, "")
        logs.request_id.set(given if _sane(given) else secrets.token_hex(8))
        response = get_response(request)
        response[HEADER] = logs.request_id.get()
        if observers:
            method = request.method if request.method in METHODS else "OTHER"
            route, seconds = _route(request), perf_counter() - begun
            for observe in observers:
                observe(str(method), route, response.status_code, seconds)
        return response

    return watch


def _route(request: HttpRequest) -> str:
    """WhiteNoise answers before there is a route."""
    if request.resolver_match is None and request.path_info.startswith(settings.STATIC_URL):
        return settings.STATIC_URL
    return logs.route(request)


def _tell(method: str, route: str, status: int, seconds: float) -> None:
    fields = {"method": method, "route": route, "status": status, "duration_ms": round(seconds * 1000, 1)}
    _access.info("answered", extra=fields)


def _forget(**_kwargs: Any) -> None:
    """Django logs errors after the middleware has returned; what the thread logs between requests belongs to none."""
    logs.request_id.set("")


request_finished.connect(_forget)
