"""Hints to a posed question."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes import questions, study
from quizzes.reader import language
from quizzes.tickets import TicketError

from . import written
from .base import NO_TOKEN, Endpoint, learner, responses
from .shapes.hints import Hint

DAY = 24 * 3600


class UnknownVariant(NotFound):
    """A token that opens nothing for this learner: forged, another's or too old. An address does not tell which."""

    default_code = "unknown_variant"
    default_detail = _("You have no variant of this token, or it is too old. Ask for a new one.")


class UnknownHint(NotFound):
    """A number beyond the hints that there are."""

    default_code = "unknown_hint"
    default_detail = _("There is no hint of this number.")


class Hints(Endpoint):
    """Hints to a posed question."""

    @extend_schema(
        operation_id="retrieve_hint",
        parameters=[
            OpenApiParameter(
                "token",
                location=OpenApiParameter.PATH,
                description="`variant` of the posed question.",
                examples=[OpenApiExample("a token", value="WyIwMTk4…:1sA…")],
            ),
            OpenApiParameter(
                "n",
                {"type": "integer", "minimum": 1},
                location=OpenApiParameter.PATH,
                description="Which hint, from 1 to `hints` of the posed question.",
                examples=[OpenApiExample("the first", value=1)],
            ),
        ],
        request=None,
        responses=responses(
            {200: Hint},
            body=False,
            _401=NO_TOKEN,
            _404=(
                "The token is not valid, too old or another learner's (`unknown-variant`), or there are fewer hints "
                "(`unknown-hint`)."
            ),
        ),
    )
    def get(self, request: Request, token: str, n: int) -> Response:
        """One hint, for this variant's numbers. It never changes.

        Nothing is recorded: say with the answer how many hints were shown (`hints_used`).
        """
        try:
            variant = study.reopen(learner(request).id, token).variant
        except TicketError:
            raise UnknownVariant from None
        try:
            hint = questions.hint(variant, n, language())
        except IndexError:
            raise UnknownHint from None
        return Response(written.text(hint), headers={"Cache-Control": f"private, max-age={DAY}, immutable"})
