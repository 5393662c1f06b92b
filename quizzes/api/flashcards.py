"""Rate a flashcard."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes import study
from quizzes.scheduling import Rating as SelfRating

from . import written
from .base import NO_TOKEN, Endpoint, learner, responses, valid
from .shapes.flashcards import Rating, RatingRequest


class Ratings(Endpoint):
    """Rate a flashcard."""

    limit = "answers"

    @extend_schema(
        operation_id="create_rating",
        parameters=[
            OpenApiParameter(
                "slug",
                location=OpenApiParameter.PATH,
                description="Slug of the flashcard.",
                examples=[OpenApiExample("a flashcard", value="output-size-06")],
            )
        ],
        request=RatingRequest,
        responses=responses(
            {201: Rating, 200: Rating},
            _401=NO_TOKEN,
            _404="No published flashcard of this name.",
            _409="The id was used with another body (`id-reused`), or the variant was rated (`variant-answered`).",
            _422="The variant's token is not valid, or it is another template's (`variant-other-template`).",
        ),
    )
    def post(self, request: Request, slug: str) -> Response:
        """Record the learner's own rating and reschedule. The same request again gives the first result with 200."""
        body = valid(RatingRequest, request.data)
        rating = SelfRating[body.pop("rating").upper()]
        submission = study.Submission(token=body.pop("variant", None), template=slug, self_rating=rating, **body)
        result = study.submit(learner(request).id, submission)
        return Response(written.rating(result), 201 if result.created else 200)
