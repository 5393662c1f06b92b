"""Errors as RFC 9457 problem documents: a stable ``code``, words in the reader's language, ``errors`` per field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from quizzes.feedback import language
from quizzes.questions import ResponseError
from quizzes.study import Conflict, NothingToAsk
from quizzes.tickets import TicketError

MEDIA_TYPE = "application/problem+json"


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. What is not known here is a bug and stays an exception."""
    found = _of_the_verbs(error) or _of_the_framework(error)
    if found is None:
        return None
    set_rollback()
    status, code, detail, errors, headers = found
    return Response(_document(status, code, detail, errors), status, headers=headers, content_type=MEDIA_TYPE)


@csrf_exempt  # a client with a token has no cookie, and nothing is done here
def unknown_route(request: HttpRequest) -> JsonResponse:
    """404 for every address under the API that does not exist."""
    document = _document(404, "not-found", _("There is nothing at this address."), None)
    return JsonResponse(document, status=404, content_type=MEDIA_TYPE)


_Found = tuple[int, str, str, list[dict[str, str]] | None, dict[str, str]]


def _document(status: int, code: str, detail: str, errors: list[dict[str, str]] | None) -> dict[str, Any]:
    document = {"type": "about:blank", "title": _TITLES[status], "status": status, "code": code, "detail": detail}
    return document if errors is None else {**document, "errors": errors}


_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    409: "Conflict",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
}


def _of_the_verbs(error: Exception) -> _Found | None:
    if isinstance(error, ResponseError):
        messages = error.messages(language())
        errors = [{"field": name, "code": code, "message": messages[name]} for name, code in error.codes.items()]
        return 422, "unreadable-response", _("The response cannot be read. Nothing was recorded."), errors, {}
    if isinstance(error, TicketError):
        return 422, f"variant-{error.code}", _TICKET_DETAILS[error.code](), None, {}
    if isinstance(error, Conflict):
        return 409, error.code, _CONFLICT_DETAILS[error.code](), None, {}
    if isinstance(error, NothingToAsk):
        status = 422 if error.code == "no-choice-form" else 404
        return status, error.code, _NOTHING_DETAILS[error.code](), None, {}
    return None


_TICKET_DETAILS = {
    "invalid": lambda: _("This is not a variant that was issued here."),
    "expired": lambda: _("This variant is too old to be answered. Ask for a new one."),
    "not-yours": lambda: _("This variant was issued to another learner."),
}
_CONFLICT_DETAILS = {
    "id-reused": lambda: _("An attempt with this id and another content was recorded before."),
    "variant-answered": lambda: _("This variant was answered before. The first answer counts."),
}
_NOTHING_DETAILS = {
    "unknown-template": lambda: _("There is no published template of this name."),
    "unknown-topic": lambda: _("There is no topic of this name with published templates."),
    "unknown-misconception": lambda: _("There is no misconception of this name."),
    "nothing-of-this-kind": lambda: _("There are no published templates of this kind."),
    "empty-bank": lambda: _("There are no published questions yet."),
    "no-choice-form": lambda: _("This template cannot be posed as multiple choice."),
}


def _of_the_framework(error: Exception) -> _Found | None:
    if isinstance(error, RequestDataTooBig):
        return 413, "too-large", _("The request is too large."), None, {}
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    if isinstance(error, exceptions.ValidationError):
        return 400, "invalid", _("The request is not of the documented form."), list(_fields(error.detail)), headers
    code = str(error.default_code).replace("_", "-")
    return error.status_code, code, str(error.detail), None, headers


def _fields(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from _fields(value, f"{path}.{key}" if path else str(key))
    elif isinstance(detail, list):
        for value in detail:
            yield from _fields(value, path)
    else:
        yield {"field": path, "code": str(detail.code).replace("_", "-"), "message": str(detail)}
