"""What today asks for."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes import progress, scheduling

from .base import NO_TOKEN, Endpoint, day_text, learner, responses, time_text
from .shapes.reviews import Reviews


class ReviewQueue(Endpoint):
    """What today asks for."""

    @extend_schema(
        operation_id="retrieve_reviews",
        request=None,
        responses=responses({200: Reviews}, body=False, _401=NO_TOKEN),
    )
    def get(self, request: Request) -> Response:
        """What is left for today. `POST /api/v1/variants/` with only a `purpose` asks for it in this order."""
        found = progress.reviews(learner(request), timezone.now())
        return Response(
            {
                "due": found.due,
                "new": found.new,
                "next_due_at": None if found.next_due_at is None else time_text(found.next_due_at),
                "minutes": found.minutes,
                "items": [
                    {
                        "template": item.template,
                        "topic": item.topic,
                        "due": day_text(scheduling.date_of(item.due_day)),
                        "kind": item.kind,
                    }
                    for item in found.items
                ],
            }
        )
