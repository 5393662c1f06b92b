"""What a learner does with a card, and taking back an answer. Each is an event in the log; nothing is deleted."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from quizzes import agenda, scheduling
from quizzes.models import Attempt, CardAction, QuestionTemplate, User, uuid7
from quizzes.scheduling import Act, CardState

from . import log
from .errors import Refused


def suspend(learner: UUID, template: str, *, id: UUID | None = None, now: datetime | None = None) -> CardState:
    """Do not ask this template until it is resumed."""
    return _act(learner, template, "suspend", id, now)


def resume(learner: UUID, template: str, *, id: UUID | None = None, now: datetime | None = None) -> CardState:
    """Ask a suspended or buried template again."""
    return _act(learner, template, "resume", id, now)


def bury(learner: UUID, template: str, *, id: UUID | None = None, now: datetime | None = None) -> CardState:
    """Do not ask this template again today."""
    return _act(learner, template, "bury", id, now)


def reset(learner: UUID, template: str, *, id: UUID | None = None, now: datetime | None = None) -> CardState:
    """Forget what was learned of this template: it is new again. Its attempts stay in the log."""
    return _act(learner, template, "reset", id, now)


def undo(learner: UUID, attempt_id: UUID, *, now: datetime | None = None) -> CardState:
    """Take back the last answer: it counts for nothing, its variant is used up. The same again changes nothing.

    Raises :class:`Refused` for an attempt that does not exist (``unknown-attempt``) or was followed by another
    (``not-the-last``).
    """
    now = now or timezone.now()
    with transaction.atomic():
        user = log.lock(learner)
        attempt = Attempt.objects.filter(learner_id=learner, id=attempt_id).first()
        if attempt is None:
            raise Refused("unknown-attempt")
        if CardAction.objects.filter(learner_id=learner, act="void", voids=attempt_id).exists():
            return log.state_of(user.id, attempt.template_id)
        last = agenda.counted(learner).order_by("-answered_at", "-id").values_list("id", flat=True).first()
        if last != attempt_id:
            raise Refused("not-the-last")
        return _append(user, _row(user, attempt.template_id, "void", uuid7(), now, voids=attempt_id))


def _act(learner: UUID, template: str, act: Act, id: UUID | None, now: datetime | None) -> CardState:
    """Append the action. A repeated ``id`` changes nothing; with another content it is refused (``id-reused``)."""
    now = now or timezone.now()
    template_id = QuestionTemplate.objects.filter(slug=template).values_list("id", flat=True).first()
    if template_id is None:
        raise Refused("unknown-template")
    with transaction.atomic():
        user = log.lock(learner)
        earlier = CardAction.objects.filter(learner_id=learner, id=id).first() if id else None
        if earlier is not None:
            if (earlier.template_id, earlier.act) != (template_id, act):
                raise Refused("id-reused")
            return log.state_of(user.id, template_id)
        return _append(user, _row(user, template_id, act, id or uuid7(), now))


def _append(user: User, action: CardAction) -> CardState:
    return log.extend(user, [action])[action.template_id]


def _row(user: User, template: UUID, act: Act, id: UUID, now: datetime, voids: UUID | None = None) -> CardAction:
    offset = agenda.utc_offset(user, now)
    return CardAction(
        learner_id=user.id,
        id=id,
        template_id=template,
        act=act,
        voids=voids,
        at=now,
        utc_offset_minutes=int(offset.total_seconds() // 60),
        day=scheduling.learner_day(now, offset, user.day_start_hour),
    )
