"""Who is asking: the learner of the session, or a stranger known by a signed cookie alone.

The cookie holds the id that the guest will get with the first answer, so a repeated first answer makes one guest.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponseBase

from quizzes.models import User, uuid7

COOKIE = "visitor"
_SALT = "quizzes.visitor"
_AGE = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Asker:
    """A learner, or a stranger who will be the learner ``id``; ``known`` means the browser can prove it."""

    id: UUID
    stranger: bool
    known: bool


def asker(request: HttpRequest) -> Asker:
    """Who sent this request."""
    if isinstance(request.user, User):
        return Asker(request.user.id, stranger=False, known=True)
    value = request.get_signed_cookie(COOKIE, default="", salt=_SALT, max_age=_AGE)
    if value:
        return Asker(UUID(value), stranger=True, known=True)
    return Asker(uuid7(), stranger=True, known=False)


def remember(response: HttpResponseBase, who: Asker) -> None:
    """Let a new stranger's browser carry the id."""
    if who.stranger and not who.known:
        response.set_signed_cookie(
            COOKIE, str(who.id), salt=_SALT, max_age=_AGE, httponly=True, samesite="Lax", secure=settings.HTTPS
        )


def admit(request: HttpRequest, response: HttpResponseBase, who: Asker) -> None:
    """After the first answer: the stranger is a guest with a session, the cookie has done its work."""
    if who.stranger:
        secret = request.META.get("CSRF_COOKIE")
        login(request, User.objects.get(id=who.id), backend="django.contrib.auth.backends.ModelBackend")
        if secret:  # forms in other tabs stay good; that a guest begins is no change of rights
            request.META["CSRF_COOKIE"] = secret
        response.delete_cookie(COOKIE, samesite="Lax")
