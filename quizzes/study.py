"""The learner's verbs: ask for the next question, submit an answer, rate a flashcard.

Web and API both call these. A learner is named by id; a stranger by the id that the guest will have, because the
first answer creates the guest.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from . import questions, scheduling, tickets
from .models import Attempt, Card, Device, QuestionTemplate, TemplateVersion, User
from .questions import MAX_SEED, Format, Grade, Kind, Template, Variant
from .scheduling import CardState, Event, Memory, Rating
from .tickets import Purpose, Ticket

RECENT = 50  # variants of a card that are not shown again while others exist
MAX_TRIES = 100
FIRST_QUESTION = "conv-output-size"

_LONGEST = timedelta(days=1).total_seconds() * 1000


class NothingToAsk(LookupError):
    """There is no published template of what was asked for; ``code`` says what is missing."""

    def __init__(self, code: Literal["unknown-template", "unknown-topic", "empty-bank", "no-choice-form"]) -> None:
        super().__init__(code)
        self.code = code


class Conflict(ValueError):
    """An answer that contradicts one already given; ``attempt`` is that one, where it is the learner's."""

    def __init__(self, code: Literal["id-reused", "variant-answered"], attempt: Attempt) -> None:
        super().__init__(code)
        self.code = code
        self.attempt = attempt


@dataclass(frozen=True, slots=True)
class Question:
    """A variant that was asked, with the token that answers it."""

    token: str
    ticket: Ticket
    variant: Variant


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
    """An attempt with everything that follows from it. ``grade`` is ``None`` for a flashcard."""

    attempt: Attempt
    variant: Variant
    grade: Grade | None
    card: CardState
    created: bool


def ask(
    learner: UUID,
    *,
    stranger: bool = False,
    template: str | None = None,
    topic: str | None = None,
    kind: Kind | None = None,
    purpose: Purpose = "review",
    format: Format = "free",
    now: datetime | None = None,
) -> Question:
    """The next question: of the template, topic or kind named, else what is most worth asking. Writes nothing.

    Raises :class:`NothingToAsk`.
    """
    now = now or timezone.now()
    row = _choose(None if stranger else learner, template, topic, kind, now)
    recent = [] if stranger else _recent(learner, row)
    loaded = _load(row.current_id)
    variant = _fresh(loaded, format, recent)
    holder = tickets.visitor_holder(learner) if stranger else tickets.learner_holder(learner)
    assert row.current is not None  # noqa: S101  # _choose takes published templates only
    ticket = Ticket(holder, row.slug, row.current.number, variant.seed, format, purpose, now)
    return Question(ticket.token(), ticket, variant)


def reopen(learner: UUID, token: str, now: datetime | None = None) -> Question:
    """The question in a token, asked before. Raises :class:`tickets.TicketError`."""
    ticket = tickets.read(token, learner, now or timezone.now())
    try:
        _, _, template = _version(ticket.slug, ticket.version)
    except TemplateVersion.DoesNotExist:  # the database was put back to an older copy
        raise tickets.TicketError("invalid") from None
    return Question(token, ticket, questions.generate(template, ticket.seed, ticket.format))


def submit(learner: UUID, submission: Submission, *, stranger: bool = False, now: datetime | None = None) -> Result:
    """Grade a response, append the attempt and refold the card: all or nothing.

    The same submission again gives the first result. Raises :class:`tickets.TicketError`,
    :class:`questions.ResponseError` (nothing recorded) and :class:`Conflict`.
    """
    now = now or timezone.now()
    question = reopen(learner, submission.token, now)
    grade = _grade(question.variant, submission)
    attempt = _attempt(learner, submission, question, grade, now)
    try:
        with transaction.atomic():
            if stranger:
                _admit(learner)
            return _record(attempt, question.variant, grade)
    except IntegrityError:
        # Another request stored this id or this variant between our look and our insert.
        earlier = _earlier(attempt)
        if earlier is None:
            raise
        return _repeated(earlier, attempt)


def result(learner: UUID, attempt_id: UUID) -> Result:
    """An attempt of this learner, to look at again. Raises ``Attempt.DoesNotExist``."""
    return _result(Attempt.objects.get(learner_id=learner, id=attempt_id))


# Asking


def _choose(
    learner: UUID | None, template: str | None, topic: str | None, kind: Kind | None, now: datetime
) -> QuestionTemplate:
    published = QuestionTemplate.objects.filter(current__isnull=False).select_related("current")
    published = published.only("slug", "current__number")  # not the sources of everything that is ranked
    if template is not None:
        row = published.filter(slug=template).first()
        if row is None:
            raise NothingToAsk("unknown-template")
        return row
    if topic is not None:
        published = published.filter(topic__slug=topic)
    if kind is not None:
        published = published.filter(kind=kind)
    in_order = published.order_by("topic__position", "-kind", "level", "slug")  # questions before flashcards
    row = _first(in_order) if learner is None else _most_worth(learner, in_order, now)
    if row is None:
        raise NothingToAsk("unknown-topic" if topic is not None else "empty-bank")
    return row


def _first(in_order: QuerySet[QuestionTemplate]) -> QuestionTemplate | None:
    """What a newcomer meets: where it may be anything, the calculation that every exam asks for."""
    return in_order.filter(slug=FIRST_QUESTION).first() or in_order.first()


def _most_worth(learner: UUID, published: QuerySet[QuestionTemplate], now: datetime) -> QuestionTemplate | None:
    """Due first, then new ones in order, then a second chance, then what was answered longest ago.

    What was answered just now comes again only when there is nothing else.
    """
    columns = ("template_id", "day", "due_day", "second_chance", "latest_at", "latest_id")
    all_cards = list(Card.objects.filter(learner_id=learner).values(*columns))
    if not all_cards:
        return _first(published)
    latest = max(all_cards, key=lambda card: card["latest_at"])
    today = scheduling.learner_day(now, _offset_of(learner, latest["latest_id"]))
    rows = {row.id: row for row in published.filter(id__in=[card["template_id"] for card in all_cards])}
    cards = [card for card in all_cards if card["template_id"] in rows]

    def urgency(card: dict[str, Any]) -> tuple[int, Any]:
        if card is latest:
            return 3, card["latest_at"]
        if card["due_day"] <= today:
            return 0, card["due_day"]
        return (1 if card["second_chance"] and card["day"] >= today else 2), card["latest_at"]

    ranked = sorted(cards, key=urgency)
    if not ranked or urgency(ranked[0])[0] > 0:
        new = published.exclude(id__in=rows).first()
        if new is not None:
            return new
    return rows[ranked[0]["template_id"]] if ranked else None


def _fresh(template: Template, format: Format, recent: list[Any]) -> Variant:
    """A variant with other parameters than the recent ones; where there is none, one that was asked longest ago."""
    posed: Variant | None = None
    longest = -1
    for _ in range(MAX_TRIES if template.parameters else 1):
        variant = questions.generate(template, secrets.randbelow(MAX_SEED + 1), format)
        if format == "choice" and not questions.offers_choice(variant):
            continue
        parameters = variant.parameters_json()
        ago = recent.index(parameters) if parameters in recent else RECENT
        if ago > longest:
            posed, longest = variant, ago
        if ago == RECENT:
            break
    if posed is None:
        raise NothingToAsk("no-choice-form")
    return posed


def _offset_of(learner: UUID, attempt: UUID) -> timedelta:
    """The offset from UTC of the device that answered last; it may differ from the service's guess by a day."""
    return timedelta(minutes=Attempt.objects.get(learner_id=learner, id=attempt).utc_offset_minutes)


def _recent(learner: UUID, template: QuestionTemplate) -> list[Any]:
    attempts = Attempt.objects.filter(learner_id=learner, template=template).order_by("-answered_at")
    return list(attempts.values_list("parameters", flat=True)[:RECENT])


@lru_cache(maxsize=1024)
def _load(version_id: UUID) -> Template:
    """Versions never change, so a loaded one is kept."""
    return questions.load(TemplateVersion.objects.values_list("source", flat=True).get(id=version_id))


@lru_cache(maxsize=1024)
def _version(slug: str, number: int) -> tuple[UUID, UUID, Template]:
    """The template's id, the version's id and the loaded template."""
    row = TemplateVersion.objects.only("id", "template_id").get(template__slug=slug, number=number)
    return row.template_id, row.id, _load(row.id)


# Submitting


def _grade(variant: Variant, submission: Submission) -> Grade | None:
    if variant.template.kind == "flashcard":
        if submission.self_rating is None:
            raise questions.ResponseError({"rating": "empty"})
        return None
    if submission.gave_up:
        return questions.give_up(variant)
    return questions.grade(variant, questions.parse(variant, submission.response or {}))


def _attempt(learner: UUID, submission: Submission, question: Question, grade: Grade | None, now: datetime) -> Attempt:
    ticket, variant = question.ticket, question.variant
    template_id, version_id, _ = _version(ticket.slug, ticket.version)
    answered_at = min(max(submission.answered_at or now, ticket.issued_at), now)
    offset = submission.utc_offset_minutes
    if offset is None:
        offset = int(_default_offset(answered_at).total_seconds() // 60)
    return Attempt(
        learner_id=learner,
        id=submission.id,
        template_id=template_id,
        version_id=version_id,
        seed=ticket.seed,
        format=ticket.format,
        parameters=variant.parameters_json(),
        request_digest=submission.digest(),
        response=None if submission.gave_up else submission.response,
        self_rating=submission.self_rating if grade is None else None,
        verdict=grade.verdict if grade else "rated",
        score=float(grade.score) if grade else 0.0,
        misconceptions=list(grade.misconceptions) if grade else [],
        hints_used=min(submission.hints_used, len(variant.template.hints)),
        gave_up=submission.gave_up,
        purpose=ticket.purpose,
        duration_ms=min(submission.duration_ms, int(_LONGEST)) if submission.duration_ms is not None else None,
        issued_at=ticket.issued_at,
        answered_at=answered_at,
        received_at=now,
        utc_offset_minutes=offset,
        day=scheduling.learner_day(answered_at, timedelta(minutes=offset)),
    )


def _record(attempt: Attempt, variant: Variant, grade: Grade | None) -> Result:
    """Inside the transaction: the card's row is the lock under which its attempts are added."""
    key = {"learner_id": attempt.learner_id, "template_id": attempt.template_id}
    Card.objects.bulk_create([Card(**key)], ignore_conflicts=True)
    card = Card.objects.select_for_update().get(**key)
    earlier = _earlier(attempt)
    if earlier is not None:
        return _repeated(earlier, attempt)
    attempt.save(force_insert=True)
    state, event = card_state(card), _event(attempt)
    if state.follows(event):
        state = scheduling.step(state, event)
    else:
        state = scheduling.fold(_event(row) for row in Attempt.objects.filter(**key))
    Card.objects.filter(**key).update(**_columns(state))
    return Result(attempt, variant, grade, state, created=True)


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
    template = _load(attempt.version_id)
    variant = questions.restore(template, attempt.seed, attempt.parameters, _format(attempt))
    grade = None
    if template.kind == "question" and attempt.gave_up:
        grade = questions.give_up(variant)
    elif template.kind == "question":
        grade = questions.grade(variant, questions.parse(variant, attempt.response or {}))
    card = Card.objects.get(learner_id=attempt.learner_id, template_id=attempt.template_id)
    return Result(attempt, variant, grade, card_state(card), created=False)


def _format(attempt: Attempt) -> Format:
    return "choice" if attempt.format == "choice" else "free"


def _event(attempt: Attempt) -> Event:
    return Event(
        at=attempt.answered_at,
        id=attempt.id,
        day=attempt.day,
        correct=attempt.verdict == "correct",
        hinted=attempt.hints_used > 0,
        gave_up=attempt.gave_up,
        self_rating=Rating(attempt.self_rating) if attempt.self_rating is not None else None,
    )


def card_state(card: Card) -> CardState:
    """The state that a card's row holds."""
    return CardState(
        settled=_memory(card.settled_stability, card.settled_difficulty, card.settled_day),
        memory=_memory(card.stability, card.difficulty, card.day),
        rating=Rating(card.rating) if card.rating is not None else None,
        second_chance=card.second_chance,
        due_day=card.due_day,
        reviews=card.reviews,
        lapses=card.lapses,
        revision=card.revision,
        latest_at=card.latest_at,
        latest_id=card.latest_id,
    )


def _memory(stability: float | None, difficulty: float | None, day: int | None) -> Memory | None:
    if stability is None or difficulty is None or day is None:
        return None
    return Memory(stability, difficulty, day)


def _columns(state: CardState) -> dict[str, Any]:
    settled, memory = state.settled, state.memory
    return {
        "settled_stability": settled and settled.stability,
        "settled_difficulty": settled and settled.difficulty,
        "settled_day": settled and settled.day,
        "stability": memory and memory.stability,
        "difficulty": memory and memory.difficulty,
        "day": memory and memory.day,
        "rating": state.rating,
        "second_chance": state.second_chance,
        "due_day": state.due_day,
        "reviews": state.reviews,
        "lapses": state.lapses,
        "revision": state.revision,
        "latest_at": state.latest_at,
        "latest_id": state.latest_id,
    }


def _admit(visitor: UUID) -> None:
    """The first answer makes the guest. A visitor's id that has a password since then is no longer a stranger's."""
    User.objects.bulk_create([_guest(visitor)], ignore_conflicts=True)
    if not User.objects.get(id=visitor).is_guest:
        raise tickets.TicketError("not-yours")


def create_guest(device_name: str) -> tuple[Device, str]:
    """A learner without a password and the token of its first device, which is told only here."""
    with transaction.atomic():
        guest = _guest(None)
        guest.save(force_insert=True)
        device, token = Device.objects.create(user=guest, name=device_name)
    return device, token


def _guest(id: UUID | None) -> User:
    guest = User(id=id) if id else User()
    guest.set_unusable_password()
    return guest


def _default_offset(moment: datetime) -> timedelta:
    """The offset from UTC of a learner whose device did not say."""
    return moment.astimezone(ZoneInfo(settings.LEARNER_TIME_ZONE)).utcoffset() or timedelta(0)
