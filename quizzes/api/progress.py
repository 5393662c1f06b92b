"""The learner's whole course."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from quizzes import names, progress
from quizzes.progress import Held, Readiness, Retention
from quizzes.reader import language
from quizzes.scheduling import date_of

from .base import NO_TOKEN, Endpoint, day_text, learner, responses, time_text
from .shapes.progress import Progress
from .topics import standing


class Course(Endpoint):
    """The learner's whole course."""

    @extend_schema(
        operation_id="retrieve_progress",
        request=None,
        responses=responses({200: Progress}, body=False, _401=NO_TOKEN),
    )
    def get(self, request: Request) -> Response:
        """What was done, what is known, what lies ahead. Answers that were taken back count nowhere."""
        return Response(_progress(progress.overview(learner(request), timezone.now())))


def _progress(found: progress.Progress) -> dict[str, Any]:
    titles = names.topics(language())
    return {
        "today": _date(found.today),
        "topics": [standing(topic, titles[topic.slug]) for topic in found.topics if topic.slug in titles],
        "days": [
            {"date": _date(day.day), "answers": day.answers, "right": day.right, "minutes": day.ms / 60_000}
            for day in found.days
        ],
        "week": found.week._asdict(),
        "forecast": [
            {"date": _date(found.today + ahead), "reviews": count} for ahead, count in enumerate(found.forecast)
        ],
        "misconceptions": _misconceptions(found.misconceptions),
        "retention": _retention(found.retention),
        "readiness": None if found.readiness is None else _readiness(found.readiness),
    }


def _misconceptions(held: Sequence[Held]) -> list[dict[str, Any]]:
    titles = names.misconceptions([one.code for one in held], language())
    return [
        {
            "code": one.code,
            "title": titles.get(one.code),
            "met": one.met,
            "rights": one.rights,
            "opened_at": time_text(one.opened_at),
            "met_at": time_text(one.met_at),
            "closed_at": None if one.closed_at is None else time_text(one.closed_at),
        }
        for one in held
    ]


def _retention(retention: Retention) -> dict[str, Any]:
    return {
        "reviews": retention.reviews,
        "recalled": retention.recalled.successes,
        "achieved": retention.achieved,
        "low": retention.recalled.low,
        "high": retention.recalled.high,
        "predicted": retention.predicted,
        "target": retention.target,
        "standing": retention.standing,
    }


def _readiness(ahead: Readiness) -> dict[str, Any]:
    return {
        "exam_date": _date(ahead.exam_day),
        "days_left": ahead.days_left,
        "minutes": ahead.minutes,
        "minutes_per_day": ahead.minutes_per_day,
        "daily_minutes": ahead.daily_minutes,
        "is_enough": ahead.is_enough,
        "seen": ahead.seen,
        "templates": ahead.templates,
        "recall": ahead.recall,
    }


def _date(day: int) -> str:
    return day_text(date_of(day))
