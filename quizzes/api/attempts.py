"""Answer a question."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes import study

from . import written
from .base import NO_TOKEN, Endpoint, learner, responses, valid
from .shapes.attempts import Attempt, AttemptRequest


class Attempts(Endpoint):
    """Answer a question."""

    limit = "answers"

    @extend_schema(
        operation_id="create_attempt",
        request=AttemptRequest,
        responses=responses(
            {201: Attempt, 200: Attempt},
            _401=NO_TOKEN,
            _409="The id was used with another body (`id-reused`), or the variant was answered (`variant-answered`).",
            _422=(
                "The response cannot be read (nothing was recorded), the variant's token is not valid, or it is a "
                "flashcard's (`flashcard-not-rated`), which is rated."
            ),
        ),
    )
    def post(self, request: Request) -> Response:
        """Grade, diagnose, record and reschedule. The same request again gives the first result with status 200."""
        body = valid(AttemptRequest, request.data)
        submission = study.Submission(token=body.pop("variant"), **body)
        result = study.submit(learner(request).id, submission)
        return Response(written.attempt(result), 201 if result.created else 200)
