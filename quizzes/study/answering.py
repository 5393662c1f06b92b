"""Submitting an answer: grade, append to the log, bring what follows from it up to date – or nothing at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from quizzes import agenda, questions, scheduling, tickets
from quizzes.models import Attempt, User
from quizzes.prepared import whole
from quizzes.questions import MAX_SEED, Format, GenerationError, Grade, ResponseError, Template, TemplateError, Variant
from quizzes.scheduling import CardState, Rating

from . import log, templates
from .accounts import guest
from .asking import Question, reopen
from .choosing import Published, named
from .errors import Conflict, NothingToAsk, Unrated
from .voiding import voids_of

LONGEST = timedelta(days=1)  # that an answer is said to have taken
UNATTENDED = timedelta(minutes=5)  # what it is taken to have lasted at most, where the client does not say


@dataclass(frozen=True, slots=True)
class Submission:
    """What came back: a response, a self-rating (flashcards), or "I don't know".

    A flashcard may be rated without having been asked: by the name of its ``template``, without a token. A token beside
    the name has to be of this flashcard.
    ``answered_at`` is on the device's clock.
    """

    id: UUID
    token: str | None = None
    response: Mapping[str, Any] | None = None
    self_rating: Rating | None = None
    hints_used: int = 0
    gave_up: bool = False
    duration_ms: int | None = None
    answered_at: datetime | None = None
    utc_offset_minutes: int | None = None
    template: str | None = None

    def digest(self) -> str:
        """The same request gives the same digest, whatever the order of its keys."""
        body = [
            self.token or [self.template],
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


class Arrival(NamedTuple):
    """When something came in, and when its device believed to send it: the difference tells how its clock is off."""

    at: datetime
    sent_at: datetime | None = None

    def moment(self, on_device: datetime | None) -> datetime:
        """When it happened, on our clock; not after it came in."""
        if on_device is None:
            return self.at
        off = self.at - self.sent_at if self.sent_at else timedelta(0)
        try:
            return min(on_device + off, self.at)
        except OverflowError:  # a clock at the end of all times
            return self.at


class Graded(NamedTuple):
    """A submission with its question and grade (``None`` for a flashcard); nothing is recorded yet."""

    submission: Submission
    question: Question
    grade: Grade | None


def graded(learner: UUID, submission: Submission, arrival: Arrival) -> Graded:
    """Read and grade. Raises :class:`tickets.TicketError`, :class:`questions.ResponseError`, :class:`NothingToAsk`."""
    if submission.token is None:
        question = _unasked(learner, submission, arrival)
    else:
        question = reopen(learner, submission.token, arrival.at)
        if submission.template is not None:
            _check_flashcard(submission.template, question)
    return Graded(submission, question, _grade(question.variant, submission))


def submit(learner: UUID, submission: Submission, *, stranger: bool = False, now: datetime | None = None) -> Result:
    """Grade a response, append the attempt and refold the card: all or nothing.

    The same submission again gives the first result. What was asked in a version that is voided by now is graded and
    recorded like any other, and counts for nothing. Raises :class:`tickets.TicketError`,
    :class:`questions.ResponseError` (nothing recorded), :class:`NothingToAsk` (a flashcard that does not exist) and
    :class:`Conflict`.
    """
    arrival = Arrival(now or timezone.now())
    answer = graded(learner, submission, arrival)
    try:
        with transaction.atomic():
            user = _admitted(learner) if stranger else log.lock(learner)
            attempt = attempt_of(user, answer, arrival)
            if submission.utc_offset_minutes is not None:
                user.utc_offset_minutes = submission.utc_offset_minutes
            state = log.extend(user, [attempt, *voids_of(user, [attempt], arrival.at)])[attempt.template_id]
    except IntegrityError:  # most answers are new: only where the constraints object is an earlier one looked for
        earlier = _earlier(attempt)
        if earlier is None:
            raise
        return _repeated(earlier, attempt)
    return Result(attempt, answer.question.variant, answer.grade, state, created=True)


def result(learner: UUID, attempt_id: UUID) -> Result:
    """An attempt of this learner, to look at again.

    Raises ``Attempt.DoesNotExist``, and :class:`GenerationError` where an update has left its question unreadable: the
    record stands all the same.
    """
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
            raise Unrated
        return None
    if submission.gave_up:
        return questions.give_up(variant)
    return questions.grade(variant, questions.parse(variant, submission.response or {}))


def _unasked(learner: UUID, submission: Submission, arrival: Arrival) -> Question:
    """The question that is answered by rating a flashcard by its name: the current version, as if just asked."""
    published, template = _flashcard(submission.template or "")
    seed = int.from_bytes(hashlib.sha256(submission.id.bytes).digest()[:8]) % (MAX_SEED + 1)
    asked_at = max(arrival.moment(submission.answered_at), arrival.at - tickets.MAX_AGE)
    holder = tickets.learner_holder(learner)
    ticket = tickets.Ticket(holder, published.slug, published.number, seed, "free", "review", asked_at)
    return Question("", ticket, questions.generate(template, seed))


def _flashcard(slug: str) -> tuple[Published, Template]:
    published = named(slug)
    template = templates.load(published.version)
    if template.kind != "flashcard":
        raise NothingToAsk("unknown-template")
    return published, template


def _check_flashcard(slug: str, question: Question) -> None:
    """Refuse a token that is another template's; one of an older version is good, published or not."""
    if question.ticket.slug != slug or question.variant.template.kind != "flashcard":
        _flashcard(slug)
        raise tickets.TicketError("other-template")


def attempt_of(user: User, answer: Graded, arrival: Arrival) -> Attempt:
    """The row to append."""
    submission, question, grade = answer
    ticket, variant = question.ticket, question.variant
    template_id, version_id, _ = templates.version(ticket.slug, ticket.version)
    answered_at = max(arrival.moment(submission.answered_at), ticket.issued_at)
    offset = agenda.utc_offset(user, answered_at, submission.utc_offset_minutes)
    rating = submission.self_rating if grade is None else None
    return whole(
        Attempt,
        {
            "learner_id": user.id,
            "id": submission.id,
            "template_id": template_id,
            "version_id": version_id,
            "seed": ticket.seed,
            "format": ticket.format,
            "parameters": variant.parameters_json(),
            "request_digest": submission.digest(),
            "response": None if submission.gave_up else submission.response,
            "self_rating": rating,
            "verdict": grade.verdict if grade else "rated",
            "score": float(grade.score) if grade else float(rating is not Rating.AGAIN),
            "misconceptions": list(grade.misconceptions) if grade else [],
            "exposes": list(questions.exposes(variant)),
            "hints_used": min(submission.hints_used, len(variant.template.hints)),
            "gave_up": submission.gave_up,
            "purpose": ticket.purpose,
            "duration_ms": _duration(submission, answered_at - ticket.issued_at),
            "issued_at": ticket.issued_at,
            "answered_at": answered_at,
            "received_at": arrival.at,
            "device_answered_at": submission.answered_at,
            "device_sent_at": arrival.sent_at,
            "utc_offset_minutes": int(offset.total_seconds() // 60),
            "day": scheduling.learner_day(answered_at, offset, user.day_start_hour),
            "recall": None,  # predicted when it is appended
        },
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
    try:
        template = templates.load(attempt.version_id)
        variant = questions.restore(template, attempt.seed, attempt.parameters, _format(attempt))
        grade = None
        if template.kind == "question" and attempt.gave_up:
            grade = questions.give_up(variant)
        elif template.kind == "question":
            grade = questions.grade(variant, questions.parse(variant, attempt.response or {}))
    except (TemplateError, ResponseError, ArithmeticError) as error:
        raise GenerationError(f"attempt {attempt.id} cannot be read again") from error
    card = log.state_of(attempt.learner_id, attempt.template_id)
    return Result(attempt, variant, grade, card, created=False)


def _format(attempt: Attempt) -> Format:
    return "choice" if attempt.format == "choice" else "free"
