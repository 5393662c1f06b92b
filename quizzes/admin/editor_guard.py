"""Posts that carry a text: who is not let in any more gets it back, to send it again. Nothing is stored then."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from .editor_form import is_htmx, note_of, source_of
from .site import View, allowed, site

Edit = Callable[[HttpRequest, UUID], HttpResponse]


class _Check(CsrfViewMiddleware):
    """Django's own check, which says whether it refuses instead of answering."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(reason, status=HTTPStatus.FORBIDDEN)


def keeps_text(*permissions: str) -> Callable[[Edit], View]:
    """As :func:`allowed`; a refused post is answered with the text that it brought (401, 403, 404)."""

    def decorate(view: Edit) -> View:
        @csrf_exempt  # it is checked here, where the answer can carry the text
        @wraps(view)
        def exempt(request: HttpRequest, draft: UUID) -> HttpResponse:
            return view(request, draft)

        inner = allowed(*permissions)(exempt)

        @csrf_exempt
        @never_cache
        @wraps(view)
        def checked(request: HttpRequest, draft: UUID) -> HttpResponse:
            if request.method != "POST":
                return inner(request, draft)
            if not site.has_permission(request):
                return _give_back(request, "signed-out", HTTPStatus.UNAUTHORIZED)
            if _Check(_nothing).process_view(request, _nothing, (), {}) is not None:
                return _give_back(request, "stale", HTTPStatus.FORBIDDEN)
            try:
                return inner(request, draft)
            except PermissionDenied:
                return _give_back(request, "forbidden", HTTPStatus.FORBIDDEN)
            except Http404:
                return _give_back(request, "gone", HTTPStatus.NOT_FOUND)

        return checked

    return decorate


def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def _give_back(request: HttpRequest, reason: str, status: HTTPStatus) -> HttpResponse:
    htmx = is_htmx(request)
    template = "draft_refused.html" if htmx else "draft_kept.html"
    context = {**site.each_context(request), "reason": reason, "source": source_of(request), "note": note_of(request)}
    response = render(request, f"admin/quizzes/{template}", context, status=status)
    if htmx:  # beside what is shown, not in its place
        response["HX-Retarget"] = "#notice"
        response["HX-Reswap"] = "innerHTML"
    return response
