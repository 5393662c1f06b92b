"""How pages look and behave in this browser: chosen per device, kept in one cookie, no part of the learner's data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

COOKIE = "display"
_AGE = 365 * 24 * 3600

Theme = Literal["system", "light", "dark"]


@dataclass(frozen=True, slots=True)
class Display:
    """``reduced_motion`` off leaves it to the system; ``grades`` is how many buttons rate a flashcard."""

    theme: Theme = "system"
    reduced_motion: bool = False
    shortcuts: bool = True
    grades: Literal[2, 4] = 2


def of(request: HttpRequest) -> Display:
    """What this browser was told. The cookie is a set of words; those that are unknown or missing change nothing."""
    words = request.COOKIES.get(COOKIE, "").split(".")
    return Display(
        theme="dark" if "dark" in words else "light" if "light" in words else "system",
        reduced_motion="reduced-motion" in words,
        shortcuts="no-shortcuts" not in words,
        grades=4 if "four-grades" in words else 2,
    )


def keep(response: HttpResponseBase, display: Display) -> None:
    """Let the browser remember it for a year."""
    words = [
        display.theme,
        "reduced-motion" if display.reduced_motion else "",
        "" if display.shortcuts else "no-shortcuts",
        "four-grades" if display.grades == 4 else "",
    ]
    response.set_cookie(
        COOKIE, ".".join(filter(None, words)), max_age=_AGE, samesite="Lax", httponly=True, secure=settings.HTTPS
    )


def display(request: HttpRequest) -> dict[str, Display]:
    """The context processor: ``display`` in every template."""
    return {"display": of(request)}
