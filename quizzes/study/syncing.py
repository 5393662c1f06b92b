"""Events of a device that was away: answers, ratings and acts on cards, taken in together.

One bad event never keeps the others out, and the device's own grade is never asked for. An event's id is its record:
the same again changes nothing, so that a device may send until it hears an answer. What happened when is told by the
device's clock, put right by the difference between when it believed to send and when that came in.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, TypeAlias
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from quizzes import agenda, scheduling, tickets
from quizzes.models import Attempt, CardAction, QuestionTemplate, User
from quizzes.prepared import Prepared
from quizzes.questions import GenerationError, ResponseError, TemplateError
from quizzes.scheduling import Act, CardState

from . import log
from .answering import Arrival, Graded, Submission, attempt_of, graded
from .errors import NothingToAsk
from .voiding import voids_of

logger = logging.getLogger(__name__)

Status: TypeAlias = Literal["accepted", "duplicate", "conflict", "rejected"]


@dataclass(frozen=True, slots=True)
class CardAct:
    """What a learner did with a card, or with an answer: ``void`` takes back the attempt ``voids``."""

    id: UUID
    act: Act
    at: datetime | None = None  # on the device's clock
    template: str | None = None
    voids: UUID | None = None


SyncEvent: TypeAlias = Submission | CardAct


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one event. ``code`` says why it was not accepted; ``card`` is the state after all events."""

    id: UUID
    status: Status
    code: str | None = None
    errors: dict[str, str] = field(default_factory=dict)  # code per field of a response that cannot be read
    verdict: str | None = None
    template: str | None = None
    card: CardState | None = None


def sync(learner: UUID, events: Sequence[SyncEvent], sent_at: datetime, now: datetime) -> list[Outcome]:
    """Take in what is good of ``events``, in one transaction; an outcome for each, in their order.

    Raises ``User.DoesNotExist``.
    """
    arrival = Arrival(now, sent_at)
    read = [_read(learner, event, arrival) for event in events]
    with transaction.atomic():
        intake = _Intake(log.lock(learner), arrival, read)
        taken = {number: intake.take(one) for number, one in sorted(enumerate(read), key=_answers_first)}
        outcomes = [taken[number] for number in range(len(read))]
        rows = [*intake.rows, *voids_of(intake.user, intake.rows, now)]
        states = log.extend(intake.user, rows) if rows else {}
        missing = list({outcome.template for outcome in outcomes if outcome.template} - states.keys())
        states |= log.states_of(learner, missing)
    return [outcome.told(states) for outcome in outcomes]


class _Rejected(NamedTuple):
    """An event that can never be taken in, whatever is in the log."""

    id: UUID
    code: str
    errors: dict[str, str] = {}  # noqa: RUF012  # never changed


class _Taken(NamedTuple):
    id: UUID
    status: Status
    code: str | None = None
    errors: dict[str, str] = {}  # noqa: RUF012
    verdict: str | None = None
    template: UUID | None = None
    slug: str | None = None

    def told(self, states: dict[UUID, CardState]) -> Outcome:
        card = states.get(self.template) if self.template else None
        return Outcome(self.id, self.status, self.code, self.errors, self.verdict, self.slug, card)


class _Action(NamedTuple):
    event: CardAct
    template: UUID | None  # None: that of the attempt that is taken back
    slug: str | None


_Read: TypeAlias = Graded | _Action | _Rejected


def _read(learner: UUID, event: SyncEvent, arrival: Arrival) -> _Read:
    """Everything that can be said of an event without the log."""
    if isinstance(event, CardAct):
        return _read_act(event)
    try:
        return graded(learner, event, arrival)
    except tickets.TicketError as error:
        return _Rejected(event.id, f"variant-{error.code}")
    except ResponseError as error:
        return _Rejected(event.id, "unreadable-response", dict(error.codes))
    except NothingToAsk as error:
        return _Rejected(event.id, error.code)
    except (TemplateError, GenerationError, ArithmeticError):
        logger.exception("event %s cannot be graded", event.id)
        return _Rejected(event.id, "cannot-be-graded")


def _read_act(event: CardAct) -> _Read:
    if event.act == "void":
        return _Action(event, None, None)
    template = QuestionTemplate.objects.filter(slug=event.template or "").values_list("id", flat=True).first()
    return _Rejected(event.id, "unknown-template") if template is None else _Action(event, template, event.template)


def _answers_first(numbered: tuple[int, _Read]) -> tuple[bool, int]:
    """An answer may come after the act that takes it back: what happened when is told by their times."""
    number, read = numbered
    return isinstance(read, _Action), number


class _Known(NamedTuple):
    """What is told of an attempt that is in the log, or will be."""

    id: UUID
    version: UUID
    seed: int
    digest: str
    verdict: str
    template: UUID
    slug: str


_COLUMNS = ("id", "version_id", "seed", "request_digest", "verdict", "template_id", "template__slug")


def _by_id(learner: UUID, ids: list[UUID]) -> QuerySet[Attempt, tuple[object, ...]]:
    return Attempt.objects.filter(learner_id=learner, id__in=ids).values_list(*_COLUMNS)


def _by_variant(learner: UUID, versions: list[UUID], seeds: list[int]) -> QuerySet[Attempt, tuple[object, ...]]:
    found = Attempt.objects.filter(learner_id=learner, version_id__in=versions, seed__in=seeds)
    return found.values_list(*_COLUMNS)


def _acts_by_id(learner: UUID, ids: list[UUID]) -> QuerySet[CardAction]:
    return CardAction.objects.filter(learner_id=learner, id__in=ids)


_attempts = Prepared(_by_id, UUID, UUID)
_variants = Prepared(_by_variant, UUID, UUID, int)
_actions = Prepared(_acts_by_id, UUID, UUID)


class _Intake:
    """One batch, event by event, with what the log holds of the same ids and variants."""

    def __init__(self, user: User, arrival: Arrival, read: Sequence[_Read]) -> None:
        self.user, self.arrival = user, arrival
        self.rows: list[log.Row] = []
        self.attempts: dict[UUID, _Known] = {}
        self.variants: dict[tuple[UUID, int], _Known] = {}
        answers = [one for one in read if isinstance(one, Graded)]
        acts = [one.event for one in read if isinstance(one, _Action)]
        ids = [one.submission.id for one in answers] + [act.voids for act in acts if act.voids]
        rows = [attempt_of(user, one, arrival) for one in answers]
        self.pending = {id(one): row for one, row in zip(answers, rows, strict=True)}
        versions, seeds = {row.version_id for row in rows}, {row.seed for row in rows}
        for found in (*_attempts(user.id, ids), *_variants(user.id, [*versions], [*seeds])):
            self._know(_Known(*found))  # type: ignore[arg-type]
        self.actions = {act.id: act for act in _actions(user.id, [act.id for act in acts])}

    def take(self, read: _Read) -> _Taken:
        """Append the row of an event that is new."""
        if isinstance(read, _Rejected):
            return _Taken(read.id, "rejected", read.code, read.errors)
        return self._take_answer(read) if isinstance(read, Graded) else self._take_act(read)

    def _take_answer(self, answer: Graded) -> _Taken:
        submission, row = answer.submission, self.pending[id(answer)]
        if earlier := self.attempts.get(row.id):
            if earlier.digest != row.request_digest:
                return _Taken(row.id, "conflict", "id-reused")
            return _Taken(row.id, "duplicate", None, {}, earlier.verdict, earlier.template, earlier.slug)
        if earlier := self.variants.get((row.version_id, row.seed)):
            return _Taken(row.id, "conflict", "variant-answered", {}, None, earlier.template, earlier.slug)
        slug = answer.question.variant.template.slug
        self._know(_Known(row.id, row.version_id, row.seed, row.request_digest, row.verdict, row.template_id, slug))
        if submission.utc_offset_minutes is not None:
            self.user.utc_offset_minutes = submission.utc_offset_minutes
        self.rows.append(row)
        return _Taken(row.id, "accepted", None, {}, row.verdict, row.template_id, slug)

    def _take_act(self, read: _Action) -> _Taken:
        event, template, slug = read
        if event.voids is not None:
            attempt = self.attempts.get(event.voids)
            if attempt is None:
                return _Taken(event.id, "rejected", "unknown-attempt")
            template, slug = attempt.template, attempt.slug
        if template is None:
            return _Taken(event.id, "rejected", "unknown-attempt")
        if earlier := self.actions.get(event.id):
            if (earlier.template_id, earlier.act, earlier.voids) != (template, event.act, event.voids):
                return _Taken(event.id, "conflict", "id-reused")
            return _Taken(event.id, "duplicate", None, {}, None, template, slug)
        row = self._row(event, template)
        self.actions[event.id] = row
        self.rows.append(row)
        return _Taken(event.id, "accepted", None, {}, None, template, slug)

    def _row(self, event: CardAct, template: UUID) -> CardAction:
        at = max(self.arrival.moment(event.at), self.arrival.at - tickets.MAX_AGE)
        offset = agenda.utc_offset(self.user, at)
        return CardAction(
            learner_id=self.user.id,
            id=event.id,
            template_id=template,
            act=event.act,
            voids=event.voids,
            at=at,
            device_at=event.at,
            device_sent_at=self.arrival.sent_at,
            utc_offset_minutes=int(offset / timedelta(minutes=1)),
            day=scheduling.learner_day(at, offset, self.user.day_start_hour),
        )

    def _know(self, known: _Known) -> None:
        self.attempts[known.id] = known
        self.variants[known.version, known.seed] = known
