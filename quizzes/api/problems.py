"""Errors as RFC 9457 problem documents: a stable ``code``, words in the reader's language, ``errors`` per field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.fields import get_error_detail
from rest_framework.response import Response
from rest_framework.views import set_rollback

from quizzes.models import User
from quizzes.questions import ResponseError
from quizzes.reader import language
from quizzes.study import Conflict, NothingToAsk, Refused, Unrated
from quizzes.tickets import TicketError

from .authentication import AccountDeleted

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
    return of_site(request, 404)


def of_site(request: HttpRequest, status: int) -> JsonResponse:
    """What failed outside of DRF's views: before a view was found, or by a bug. It tells no details; the log does."""
    chosen = getattr(request, "LANGUAGE_CODE", None) or translation.get_language_from_request(request)
    with translation.override(chosen):  # a middleware that should have done it may be what failed
        code = _OF_SITE[status]
        document = _document(status, code, _DETAILS[code](), None)
    response = JsonResponse(document, status=status, content_type=MEDIA_TYPE, headers={"Content-Language": chosen})
    patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ("Accept-Language", "Authorization", "Cookie"))
    return response


_OF_SITE = {
    400: "bad-request",
    403: "permission-denied",
    404: "not-found",
    405: "method-not-allowed",
    500: "server-error",
    503: "unavailable",
}


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
    410: "Gone",
    411: "Length Required",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
_DETAILS = {  # instead of the framework's
    "bad-request": lambda: _("The request cannot be read."),
    "not-found": lambda: _("There is nothing at this address."),
    "server-error": lambda: _("Something went wrong here. It was recorded; try again later."),
    "unavailable": lambda: _(
        "The data cannot be reached at the moment. Send the same again when Retry-After says: nothing counts twice."
    ),
    "too-large": lambda: _("The request is too large."),
    "not-authenticated": lambda: _("Send a token: Authorization: Token …"),
    "permission-denied": lambda: _("You may not do this."),
    "method-not-allowed": lambda: _("There is no such method at this address. Allow names those that there are."),
    "not-acceptable": lambda: _("There is no answer of a type that Accept names."),
    "unsupported-media-type": lambda: _("Send JSON in UTF-8, with Content-Type: application/json."),
    "throttled": lambda: _("Too many requests. Retry-After says in how many seconds to try again."),
}


def _of_the_verbs(error: Exception) -> _Found | None:
    if isinstance(error, ResponseError):
        messages = error.messages(language())
        errors = [{"field": name, "code": code, "message": messages[name]} for name, code in error.codes.items()]
        if isinstance(error, Unrated):
            detail = _("A flashcard is rated, not answered: send a rating to /api/v1/flashcards/{slug}/ratings/.")
            return 422, "flashcard-not-rated", detail, errors, {}
        return 422, "unreadable-response", _("The response cannot be read. Nothing was recorded."), errors, {}
    if isinstance(error, TicketError):
        return 422, f"variant-{error.code}", _TICKET_DETAILS[error.code](), None, {}
    if isinstance(error, Conflict):
        return 409, error.code, _CONFLICT_DETAILS[error.code](), None, {}
    if isinstance(error, Refused) and error.code in _REFUSED_DETAILS:
        return 404, error.code, _REFUSED_DETAILS[error.code](), None, {}
    if isinstance(error, NothingToAsk):
        status = 422 if error.code == "no-choice-form" else 404
        return status, error.code, _NOTHING_DETAILS[error.code](), None, {}
    return None


_TICKET_DETAILS = {
    "invalid": lambda: _("This is not a variant that was issued here."),
    "expired": lambda: _("This variant is too old to be answered. Ask for a new one."),
    "not-yours": lambda: _("This variant was issued to another learner."),
    "other-template": lambda: _("This is a variant of another template."),
}
_CONFLICT_DETAILS = {
    "id-reused": lambda: _("An attempt with this id and another content was recorded before."),
    "variant-answered": lambda: _("This variant was answered before. The first answer counts."),
}
_REFUSED_DETAILS = {
    "unknown-device": lambda: _("You have no device of this id."),
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
        return 413, "too-large", _DETAILS["too-large"](), None, {}
    if isinstance(error, SuspiciousOperation | UnreadablePostError):  # the client's doing, and it is gone in the latter
        return 400, "bad-request", _DETAILS["bad-request"](), None, {}
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, ValidationError):  # of a verb, which knows more than a shape
        error = exceptions.ValidationError(get_error_detail(error))
    elif isinstance(error, User.DoesNotExist):  # deleted since the request was let in
        error = AccountDeleted()
    if not isinstance(error, exceptions.APIException):
        return None
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(wait)
    if isinstance(error, exceptions.ValidationError):
        errors = list(field_problems(error.detail))
        return 400, "invalid", _("The request is not of the documented form."), errors, headers
    code = str(error.default_code).replace("_", "-")
    plain = code in _QUOTING or error.detail == error.default_detail
    detail = _DETAILS[code]() if plain and code in _DETAILS else str(error.detail)
    return error.status_code, code, detail, None, headers


_QUOTING = {"method-not-allowed", "unsupported-media-type", "throttled"}  # the framework's words hold the request's


def field_problems(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """What is wrong, field by field, of the detail of a ``ValidationError``."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from field_problems(value, f"{path}.{key}" if path else str(key))
    elif isinstance(detail, list):
        for value in detail:
            yield from field_problems(value, path)
    else:
        yield {"field": path, "code": str(detail.code).replace("_", "-"), "message": str(detail)}
