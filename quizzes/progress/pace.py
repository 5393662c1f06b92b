"""How long a learner takes for an answer."""

from __future__ import annotations

from statistics import median
from uuid import UUID

from django.db.models import QuerySet

from quizzes import agenda
from quizzes.models import Attempt
from quizzes.prepared import Prepared

LATEST = 200  # answers that tell the pace of today
FEWEST = 5  # answers that tell a pace at all
DEFAULT_SECONDS = 30.0


def seconds_per_answer(learner: UUID) -> float:
    """The median of the latest timed answers; a usual time where there are few."""
    durations = [min(ms or 0, agenda.IDLE_MS) for (ms,) in _latest(learner)]
    return median(durations) / 1000 if len(durations) >= FEWEST else DEFAULT_SECONDS


def _timed(learner: UUID) -> QuerySet[Attempt, tuple[int | None]]:
    timed = agenda.counted(learner).filter(duration_ms__isnull=False).order_by("-day", "-answered_at")
    return timed.values_list("duration_ms")[:LATEST]


_latest = Prepared(_timed, UUID)
