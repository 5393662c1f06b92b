"""Ask for a question."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes import questions, study

from . import written
from .base import NO_TOKEN, Endpoint, learner, responses, valid
from .shapes.variants import Variant, VariantRequest


class Variants(Endpoint):
    """Ask for a question."""

    limit = "answers"

    @extend_schema(
        operation_id="create_variant",
        request=VariantRequest,
        responses=responses(
            {201: Variant},
            _401=NO_TOKEN,
            _404="No published template of this name or topic.",
            _422="The template cannot be posed as multiple choice.",
        ),
    )
    def post(self, request: Request) -> Response:
        """Pose a fresh variant. It is stored only when it is answered."""
        body = valid(VariantRequest, request.data)
        kind: questions.Kind | None = None if "template" in body else "question"
        return Response(written.question(study.next_question(learner(request), kind=kind, **body)), 201)
