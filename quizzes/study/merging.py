"""What learners believe after a misconception was merged into another: as if it had always been that one.

Learner by learner, each in a transaction of its own, in steps as long as the caller likes. Who is left is found in the
beliefs themselves, so that the work may be broken off anywhere, and the same again changes nothing. Whoever answers
meanwhile is brought up to date with the answer.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from quizzes.merges import Merges, merges
from quizzes.models import Belief, Misconception, User

from . import log

BATCH = 500  # learners that are looked up at a time


@dataclass(frozen=True, slots=True)
class MergeStep:
    """How far it got: ``after`` is the last learner who was done, ``done`` whether there is none after that one."""

    learners: int
    after: UUID | None
    done: bool


def merge_beliefs(*, after: UUID | None = None, seconds: float = 1.0) -> MergeStep:
    """Rebuild the beliefs told before a merge, of the learners after ``after``, until the time is up; one at least."""
    until = time.monotonic() + seconds
    known, count = merges(), 0
    while True:
        batch = _waiting(known, after, BATCH)
        for learner in batch:
            _rebuild(learner, known)
            after, count = learner, count + 1
            if time.monotonic() >= until:
                return MergeStep(count, after, done=False)
        if len(batch) < BATCH:
            return MergeStep(count, after, done=True)


def count_unmerged(most: int = 10_000) -> int:
    """How many learners wait for :func:`merge_beliefs`; not counted further than ``most``."""
    return len(_waiting(merges(), None, most))


def _waiting(known: Merges, after: UUID | None, limit: int) -> list[UUID]:
    """Learners whose beliefs were told before a merge, in the order of their ids.

    They hold what was merged; or what it was merged into, without a mark that the other was counted in.
    """
    if not known.into:
        return []
    rows = Belief.objects.filter(_unmarked(known) | Exists(_missing()), code__in={*known.into, *known.into.values()})
    if after is not None:
        rows = rows.filter(learner_id__gt=after)
    return list(rows.order_by("learner_id").values_list("learner_id", flat=True).distinct()[:limit])


def _unmarked(known: Merges) -> Q:
    return Q(code__in=[*known.into]) & (Q(closed_at=None) | ~Q(closed_at=log.MERGED.closed_at))


def _missing() -> QuerySet[Misconception]:
    beside = Belief.objects.filter(learner_id=OuterRef(OuterRef("learner_id")), code=OuterRef("code"))
    return Misconception.objects.filter(~Exists(beside), merged_into__code=OuterRef("code"))


def _rebuild(learner: UUID, known: Merges) -> None:
    with transaction.atomic():
        try:
            user = log.lock(learner)
        except User.DoesNotExist:  # deleted meanwhile
            return
        log.rebuild_beliefs(user, {*known.into})
