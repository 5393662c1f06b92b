"""Answers that a client may keep: an entity tag tells whether they changed, and 304 saves sending them again.

A tag is made of what an answer follows from, not of the answer, which is then not even put together. Three rules keep
it from ever being stale: the state is read before the answer (what changes in between makes the next tag another one);
everything that the answer shows is in the state; and the state is compared exactly, not by counts or times.

    published = progress.published()
    tag = entity_tag(request, published)
    return conditional(request, tag, lambda: …)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes import agenda
from quizzes.reader import language

from .base import learner

PARAMETERS = [
    OpenApiParameter(
        "If-None-Match",
        location=OpenApiParameter.HEADER,
        description="The `ETag` of the answer that the client has: if it is still good, the status is 304.",
        examples=[OpenApiExample("a tag", value='W/"5f0d6f9c1a2b3c4d5e6f708192a3b4c5"')],
    ),
    OpenApiParameter(
        "ETag",
        location=OpenApiParameter.HEADER,
        description="Weak: changes whenever the answer does, with its language and with the learner's day.",
        examples=[OpenApiExample("a tag", value='W/"5f0d6f9c1a2b3c4d5e6f708192a3b4c5"')],
        response=[200, 304],
    ),
]
NOT_MODIFIED = OpenApiResponse(description="What the client has under this `ETag` is still good.")


def entity_tag(request: Request, *state: Any) -> str:
    """The tag of an answer to this learner that follows from ``state`` and the learner's own.

    ``state`` is anything whose ``repr`` tells all of it: rows of :mod:`quizzes.progress.catalogue`, the request's
    parameters. Taken in are also the language, the API's version, and of the learner the id, the number of the last
    change to cards, beliefs and preferences (the row was read when the request was let in) and the learner-day. What
    attempts alone change is not: progress by days, the time left for today.

    It is weak: what it stands for may be put together anew, with other random draws or in other bytes.
    """
    user = learner(request)
    today = agenda.day_of(user, timezone.now()).today
    version = settings.SPECTACULAR_SETTINGS["VERSION"]
    told = repr((version, language(), user.id, user.changes, today, state))
    return f'W/"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'


def conditional(request: Request, tag: str, answer: Callable[[], Any]) -> Response:
    """``answer()`` under its tag; 304, and ``answer`` is not called, where the client has it."""
    known = {one.removeprefix("W/") for one in parse_etags(request.headers.get("If-None-Match", ""))}
    headers = {"ETag": tag}
    if known & {tag.removeprefix("W/"), "*"}:
        return Response(status=304, headers=headers)
    return Response(answer(), headers=headers)
