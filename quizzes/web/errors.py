"""Pages for what went wrong, in the reader's language."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from . import display, question

WAIT = 60  # seconds: most limits count per minute


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: refused before anything was looked at."""
    return _bare(request, "quizzes/errors/bad_request.html", HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return render(request, "quizzes/errors/forbidden.html", status=HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return render(request, "quizzes/not_found.html", status=HTTPStatus.NOT_FOUND)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429: try again later."""
    response = render(
        request, "quizzes/errors/too_many_requests.html", _back(request), status=HTTPStatus.TOO_MANY_REQUESTS
    )
    response["Retry-After"] = str(WAIT)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500."""
    return _bare(request, "quizzes/errors/server_error.html", HTTPStatus.INTERNAL_SERVER_ERROR)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database or the disk fails at the moment."""
    return _bare(request, "quizzes/errors/unavailable.html", HTTPStatus.SERVICE_UNAVAILABLE)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form does not belong to the session that the browser has now. A question is asked again as it was."""
    asked_again = question.show_again(request)
    if asked_again is not None:
        return asked_again
    context = {**_back(request), "no_cookie": reason == REASON_NO_CSRF_COOKIE}
    return render(request, "quizzes/errors/csrf_failure.html", context, status=HTTPStatus.FORBIDDEN)


def _back(request: HttpRequest) -> dict[str, str]:
    """Where the form was: those of accounts are sent to the page that they are on."""
    if request.path.startswith(reverse("account")):
        return {"back": request.get_full_path()}
    return {}


def _bare(request: HttpRequest, template: str, status: HTTPStatus) -> HttpResponse:
    """A page that asks neither the database nor the session, and trusts nothing that a middleware should have done."""
    language = getattr(request, "LANGUAGE_CODE", None) or translation.get_language_from_request(request)
    with translation.override(language):
        page = render_to_string(template, {"display": display.of(request)})
    return HttpResponse(page, status=status, headers={"Content-Language": language})
