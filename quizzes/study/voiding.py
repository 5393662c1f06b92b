"""Answers to a voided version stop counting: each is taken back in its learner's own log.

Learner by learner, each in a transaction of its own, in steps as long as the caller likes. What is done is found in
the log itself, so that the work may be broken off anywhere, and the same again changes nothing. An answer that comes in
afterwards is taken back as it is appended; one that was on its way meanwhile is found by :func:`finish_voids`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from quizzes import agenda, scheduling
from quizzes.models import Attempt, CardAction, TemplateVersion, User, uuid7
from quizzes.prepared import Prepared

from . import log

BATCH = 1000  # learners that are looked at in one query
_NAMES = UUID("3f1c2a52-7b0e-5d7c-9a55-1c5a0f6f2a10")  # of our own ids; made once


@dataclass(frozen=True, slots=True)
class VoidStep:
    """How far it got: ``after`` is the last learner looked at, ``done`` whether there is none after that one."""

    learners: int
    after: UUID | None
    done: bool


def void_step(version: UUID, *, after: UUID | None = None, seconds: float = 1.0) -> VoidStep:
    """Take back the answers to a voided version, of the learners after ``after``, until the time is up.

    It gets on a little at least. Raises ``ValueError`` where the version was not voided.
    """
    _check(version)
    until = time.monotonic() + seconds
    count = 0
    while True:
        concerned, last = _next(version, after)
        if last is None:
            return VoidStep(count, after, done=True)
        for learner in concerned:
            _take_back(learner, version)
            after, count = learner, count + 1
            if time.monotonic() >= until:
                return VoidStep(count, after, done=False)
        after = last
        if time.monotonic() >= until:
            return VoidStep(count, after, done=False)


def finish_voids(limit: int | None = None) -> int:
    """Take back what is left of all voided versions, of up to ``limit`` learners; how many learners that were."""
    count = 0
    voided = TemplateVersion.objects.filter(voided_at__isnull=False)
    for version in voided.order_by("voided_at", "id").values_list("id", flat=True):
        if not _counting(version).exists():
            continue
        concerned, after = _next(version, None)
        while after is not None:
            for learner in concerned:
                if count == limit:
                    return count
                _take_back(learner, version)
                count += 1
            concerned, after = _next(version, after)
    return count


def count_counting(version: UUID, most: int = 10_000) -> int:
    """How many answers to a version still count; not counted further than ``most``."""
    return _counting(version)[:most].count()


def voids_of(user: User, rows: Sequence[log.Row], now: datetime) -> list[CardAction]:
    """What to append together with ``rows``: a void for each attempt whose version was voided.

    ``user`` is the locked learner.
    """
    attempts = [row for row in rows if isinstance(row, Attempt)]
    voided = {id for (id,) in _voided(list({attempt.version_id for attempt in attempts}))}
    voids = [_void(user, attempt, now) for attempt in attempts if attempt.version_id in voided]
    if voids:
        taken = {row.id for row in rows if isinstance(row, CardAction)}
        known = CardAction.objects.filter(learner_id=user.id, id__in=[void.id for void in voids])
        taken.update(known.values_list("id", flat=True))
        for void in voids:
            if void.id in taken:  # a client chose it for something else
                void.id = uuid7()
    return voids


def _check(version: UUID) -> None:
    if not TemplateVersion.objects.filter(id=version, voided_at__isnull=False).exists():
        raise ValueError(f"version {version} was not voided")


def _counting(version: UUID) -> QuerySet[Attempt]:
    taken_back = CardAction.objects.filter(learner_id=OuterRef("learner_id"), act="void", voids=OuterRef("id"))
    return Attempt.objects.filter(~Exists(taken_back), version_id=version)


def _next(version: UUID, after: UUID | None) -> tuple[list[UUID], UUID | None]:
    """Of the next ``BATCH`` learners those whose answers still count, and the last who was looked at, if any.

    The learners are gone through, not the answers: each is found by an index, however many answers there are.
    """
    learners = User.objects.order_by("id").values_list("id", flat=True)
    ids = list((learners if after is None else learners.filter(id__gt=after))[:BATCH])
    if not ids:
        return [], None
    counting = _counting(version).filter(learner_id=OuterRef("id"))
    return list(learners.filter(Exists(counting), id__gte=ids[0], id__lte=ids[-1])), ids[-1]


def _take_back(learner: UUID, version: UUID) -> None:
    with transaction.atomic():
        try:
            user = log.lock(learner)
        except User.DoesNotExist:  # deleted meanwhile
            return
        attempts = list(_counting(version).filter(learner_id=learner))
        if not attempts:  # somebody else was here
            return
        log.extend(user, voids_of(user, attempts, timezone.now()))


def _void(user: User, attempt: Attempt, now: datetime) -> CardAction:
    offset = agenda.utc_offset(user, now)
    return CardAction(
        learner_id=user.id,
        id=_id(attempt),
        template_id=attempt.template_id,
        act="void",
        voids=attempt.id,
        at=now,
        utc_offset_minutes=int(offset.total_seconds() // 60),
        day=scheduling.learner_day(now, offset, user.day_start_hour),
    )


def _id(attempt: Attempt) -> UUID:
    """The same for the same attempt, in a guest's log and in that of the account it is merged into."""
    return uuid5(_NAMES, str(attempt.id))


def _among(ids: list[UUID]) -> QuerySet[TemplateVersion, tuple[UUID]]:
    return TemplateVersion.objects.filter(id__in=ids, voided_at__isnull=False).values_list("id")


_voided = Prepared(_among, UUID)
