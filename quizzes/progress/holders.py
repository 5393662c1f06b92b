"""How many learners hold which misconception, for those who write."""

from __future__ import annotations

from django.db.models import Count

from quizzes.models import Belief


def holders() -> dict[str, int]:
    """How many hold each misconception now, by code; those that nobody holds are left out. One query."""
    held = Belief.objects.filter(opened_at__isnull=False, closed_at=None)
    return dict(held.values_list("code").annotate(count=Count("learner_id")).order_by("code"))
