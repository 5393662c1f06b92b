"""The language of pages: the one chosen on this device, else the learner's, else what the browser asks for."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from quizzes.models import User


def keep(response: HttpResponseBase, language: str) -> None:
    """Let this device use ``language`` from now on; where it is empty, the browser's again."""
    if not language:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        return
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )


def learners_language(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The middleware: on a device that has chosen none, the learner's language comes before the browser's.

    It stands after Django's own, which knows nothing of learners, and after authentication.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) in dict(settings.LANGUAGES)
        # Without a session nobody is signed in; not to ask keeps such responses the same for everybody.
        if not chosen and settings.SESSION_COOKIE_NAME in request.COOKIES:
            language = request.user.language if isinstance(request.user, User) else ""
            if language:
                translation.activate(language)
                request.LANGUAGE_CODE = language
        return get_response(request)

    return middleware
