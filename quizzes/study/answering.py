"""Submitting an answer: grade, append to the log, bring what follows from it up to date – or nothing at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from quizzes import agenda, questions, scheduling, tickets
from quizzes.models import Attempt, User
from quizzes.questions import Format, Grade, Variant
from quizzes.scheduling import CardState, Rating

from . import log, templates
from .accounts import guest
from .asking import Question, reopen
from .errors import Conflict

LONGEST = timedelta(days=1)  # that an answer is said to have taken
UNATTENDED = timedelta(minutes=5)  # what it is taken to have lasted at most, where the client does not say


@dataclass(frozen=True, slots=True)
class Submission:
    """What came back: a response, a self-rating (flashcards), or "I don't know"."""

    id: UUID
    token: str
    response: Mapping[str, Any] | None = None
    self_rating: Rating | None = None
    hints_used: int = 0
    gave_up: bool = False
    duration_ms: int | None = None
    answered_at: datetime | None = None
    utc_offset_minutes: int | None = None

    def digest(self) -> str:
        """The same request gives the same digest, whatever the order of its keys."""
        body = [
            self.token,
            self.response,
            self.self_rating,
            self.hints_used,
            self.gave_up,
            self.duration_ms,
            self.answered_at.isoformat() if self.answered_at else None,
            self.utc_offset_minutes,
        ]
        return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Result:
    """An attempt with everything that follows from it.

    ``grade`` is ``None`` for a flashcard; ``card`` is an empty state where the template was only crammed so far.
    """

    attempt: Attempt
    variant: Variant
    grade: Grade | None
    card: CardState
    created: bool


def submit(learner: UUID, submission: Submission, *, stranger: bool = False, now: datetime | None = None) -> Result:
    """Grade a response, append the attempt and refold the card: all or nothing.

    The same submission again gives the first result. Raises :class:`tickets.TicketError`,
    :class:`questions.ResponseError` (nothing recorded) and :class:`Conflict`.
    """
    now = now or timezone.now()
    question = reopen(learner, submission.token, now)
    grade = _grade(question.variant, submission)
    try:
        with transaction.atomic():
            user = _admitted(learner) if stranger else log.lock(learner)
            attempt = _attempt(user, submission, question, grade, now)
            if submission.utc_offset_minutes is not None:
                user.utc_offset_minutes = submission.utc_offset_minutes
            state = log.extend(user, [attempt])[attempt.template_id]
    except IntegrityError:  # most answers are new: only where the constraints object is an earlier one looked for
        earlier = _earlier(attempt)
        if earlier is None:
            raise
        return _repeated(earlier, attempt)
    return Result(attempt, question.variant, grade, state, created=True)


def result(learner: UUID, attempt_id: UUID) -> Result:
    """An attempt of this learner, to look at again. Raises ``Attempt.DoesNotExist``."""
    return _result(Attempt.objects.get(learner_id=learner, id=attempt_id))


def _admitted(visitor: UUID) -> User:
    """The first answer makes the guest. A visitor's id that has a password since then is no longer a stranger's."""
    User.objects.bulk_create([guest(visitor)], ignore_conflicts=True)
    user = log.lock(visitor)
    if not user.is_guest:
        raise tickets.TicketError("not-yours")
    return user


def _grade(variant: Variant, submission: Submission) -> Grade | None:
    if variant.template.kind == "flashcard":
        if submission.self_rating is None:
            raise questions.ResponseError({"rating": "empty"})
        return None
    if submission.gave_up:
        return questions.give_up(variant)
    return questions.grade(variant, questions.parse(variant, submission.response or {}))


def _attempt(user: User, submission: Submission, question: Question, grade: Grade | None, now: datetime) -> Attempt:
    ticket, variant = question.ticket, question.variant
    template_id, version_id, _ = templates.version(ticket.slug, ticket.version)
    answered_at = min(max(submission.answered_at or now, ticket.issued_at), now)
    offset = agenda.utc_offset(user, answered_at, submission.utc_offset_minutes)
    rating = submission.self_rating if grade is None else None
    return Attempt(
        learner_id=user.id,
        id=submission.id,
        template_id=template_id,
        version_id=version_id,
        seed=ticket.seed,
        format=ticket.format,
        parameters=variant.parameters_json(),
        request_digest=submission.digest(),
        response=None if submission.gave_up else submission.response,
        self_rating=rating,
        verdict=grade.verdict if grade else "rated",
        score=float(grade.score) if grade else float(rating is not Rating.AGAIN),
        misconceptions=list(grade.misconceptions) if grade else [],
        exposes=list(questions.exposes(variant)),
        hints_used=min(submission.hints_used, len(variant.template.hints)),
        gave_up=submission.gave_up,
        purpose=ticket.purpose,
        duration_ms=_duration(submission, answered_at - ticket.issued_at),
        issued_at=ticket.issued_at,
        answered_at=answered_at,
        received_at=now,
        utc_offset_minutes=int(offset.total_seconds() // 60),
        day=scheduling.learner_day(answered_at, offset, user.day_start_hour),
    )


def _duration(submission: Submission, since_asked: timedelta) -> int:
    """Milliseconds: what the client measured, else the time since the question was asked, without long pauses."""
    if submission.duration_ms is not None:
        return min(submission.duration_ms, int(LONGEST.total_seconds() * 1000))
    return int(min(since_asked, UNATTENDED).total_seconds() * 1000)


def _earlier(attempt: Attempt) -> Attempt | None:
    """The learner's stored attempt with this id or on this variant; the id decides."""
    same = Q(id=attempt.id) | Q(version_id=attempt.version_id, seed=attempt.seed)
    found = Attempt.objects.filter(same, learner_id=attempt.learner_id)
    return next(iter(sorted(found, key=lambda row: row.id != attempt.id)), None)


def _repeated(earlier: Attempt, attempt: Attempt) -> Result:
    if earlier.id != attempt.id:
        raise Conflict("variant-answered", earlier)
    if earlier.request_digest != attempt.request_digest:
        raise Conflict("id-reused", earlier)
    return _result(earlier)


def _result(attempt: Attempt) -> Result:
    template = templates.load(attempt.version_id)
    variant = questions.restore(template, attempt.seed, attempt.parameters, _format(attempt))
    grade = None
    if template.kind == "question" and attempt.gave_up:
        grade = questions.give_up(variant)
    elif template.kind == "question":
        grade = questions.grade(variant, questions.parse(variant, attempt.response or {}))
    card = log.state_of(attempt.learner_id, attempt.template_id)
    return Result(attempt, variant, grade, card, created=False)


def _format(attempt: Attempt) -> Format:
    return "choice" if attempt.format == "choice" else "free"
