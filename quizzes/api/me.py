"""The learner: look at it, change what it chose, take everything along, delete everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import logout
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes import export, progress, study

from . import written
from .authentication import CLOSED, NO_CSRF, SignedInLately
from .base import NO_TOKEN, Endpoint, learner, responses, time_text, valid
from .shapes.me import Export, Me, MeRequest


class MyLearner(Endpoint):
    """The learner who asks."""

    def get_permissions(self) -> list[BasePermission]:
        """To delete everything takes a proof that it is the learner who does it."""
        return [IsAuthenticated(), *([SignedInLately()] if self.request.method == "DELETE" else [])]

    @extend_schema(operation_id="get_me", responses=responses({200: Me}, body=False, _401=NO_TOKEN, _410=CLOSED))
    def get(self, request: Request) -> Response:
        """Who the learner is, and what it chose."""
        return Response(_written(progress.profile(learner(request))))

    @extend_schema(
        operation_id="update_me",
        request=MeRequest,
        responses=responses({200: Me}, _401=NO_TOKEN, _403=NO_CSRF, _410=CLOSED),
    )
    def patch(self, request: Request) -> Response:
        """Change what the learner chose. Due days follow a changed retention."""
        changes = valid(MeRequest, request.data)
        return Response(_written(progress.profile(study.set_preferences(learner(request).id, **changes))))

    @extend_schema(
        operation_id="delete_me",
        request=None,
        responses=responses(
            {204: None},
            body=False,
            _401=NO_TOKEN,
            _403=f"The account has not signed in on this device within five minutes (`sign-in-again`). {NO_CSRF}",
            _410=CLOSED,
        ),
    )
    def delete(self, request: Request) -> Response:
        """Delete the learner with everything. All of its tokens are answered with 410 from then on.

        A guest needs nothing but its token. An account has to have signed in on this device within five minutes.
        """
        study.delete_learner(learner(request).id)
        if request.auth is None:
            logout(request._request)  # the browser's session went with the learner
        return Response(status=204)


class MyExport(Endpoint):
    """Everything, to take along."""

    @extend_schema(operation_id="export_me", responses=responses({200: Export}, body=False, _401=NO_TOKEN, _410=CLOSED))
    def get(self, request: Request) -> StreamingHttpResponse:
        """Everything that the service knows of the learner, as one document; what opens the account is left out."""
        return _attachment(export.export_json(learner(request).id), "application/json", "json")


class CSVRenderer(JSONRenderer):
    """Lets clients ask for CSV. What comes this way are errors; the table is streamed."""

    media_type = "text/csv"
    format = "csv"


class MyAttempts(Endpoint):
    """The answers as a table."""

    renderer_classes = (CSVRenderer, JSONRenderer)

    @extend_schema(
        operation_id="export_attempts",
        responses=responses(
            {(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, "UTF-8 with a byte order mark; a header first.")},
            body=False,
            _401=NO_TOKEN,
            _410=CLOSED,
        ),
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """All answers as a table for spreadsheets."""
        return _attachment(export.attempts_csv(learner(request).id), "text/csv; charset=utf-8", "csv")


def _written(found: progress.Profile) -> dict[str, Any]:
    user = found.user
    return {
        "id": str(user.id),
        "email": found.email,
        "email_verified": found.email_verified,
        "is_guest": user.is_guest,
        "created_at": time_text(user.created_at),
        **written.preferences(user),
    }


def _attachment(pieces: Iterator[str], content_type: str, ending: str) -> StreamingHttpResponse:
    name = f"cnn-study-{timezone.now():%Y-%m-%d}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(pieces, content_type=content_type, headers=headers)
