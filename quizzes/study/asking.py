"""The next question: of what was asked for, else what is most worth asking. Nothing here writes."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from quizzes import agenda, questions, scheduling, tickets
from quizzes.merges import merges
from quizzes.models import Attempt, Card, QuestionTemplate, TemplateVersion, Topic, User, uuid7
from quizzes.prepared import Prepared
from quizzes.questions import MAX_SEED, Format, GenerationError, Kind, Template, TemplateError, Variant
from quizzes.scheduling import LEECH_LAPSES, Answer, CardState, Rating
from quizzes.tickets import Purpose, Ticket

from . import log, templates
from .choosing import Chosen, Scope, choose, choose_first
from .errors import NothingToAsk

logger = logging.getLogger(__name__)

RECENT = 50  # variants of a card that are not shown again while others exist
MAX_TRIES = 100
MAX_BROKEN = 5  # templates passed over because they cannot be asked, which authors are told of in the log
MAX_BETTER = 20  # fresh variants, until every suspected misconception would show on one


@dataclass(frozen=True, slots=True)
class Question:
    """A variant that was asked, with the token that answers it.

    ``extra``: all that the day asks for is done, this goes beyond it.
    """

    token: str
    ticket: Ticket
    variant: Variant
    extra: bool = False


@dataclass(frozen=True, slots=True)
class Help:
    """What to offer before a question that was forgotten again and again: a worked example, what comes before."""

    example: Variant
    requires: tuple[Topic, ...]


def next_question(
    who: User | UUID,
    *,
    stranger: bool = False,
    template: str | None = None,
    topic: str | None = None,
    level: int | None = None,
    misconception: str | None = None,
    kind: Kind | None = None,
    purpose: Purpose = "review",
    format: Format = "free",
    now: datetime | None = None,
) -> Question:
    """What to answer next, of the template, topic, level, misconception or kind named.

    Where nothing is named: second chances that are ripe, then due cards, then open misconceptions, then new templates
    up to the daily number, then free practice (:mod:`.choosing`). ``purpose="cram"`` leaves the schedule alone.
    Raises :class:`NothingToAsk`.
    """
    now = now or timezone.now()
    misconception = misconception and merges().code(misconception)
    scope = Scope(template, topic, level, misconception, kind)
    learner = who.id if isinstance(who, User) else who
    day = None if stranger else agenda.day_of(agenda.learner(who), now)
    held = [] if stranger else _held(learner)
    suspected = {misconception} if misconception else {belief.code for belief in held}
    for _ in range(MAX_BROKEN):
        chosen = Chosen(choose_first(scope)) if day is None else choose(day, scope, purpose, held)
        row = chosen.template
        try:
            recent = [] if stranger else [parameters for (parameters,) in _recent(learner, row.id)]
            variant = fresh(templates.load(row.version), format, recent, suspected)
        except (TemplateError, GenerationError, ArithmeticError):
            logger.exception("version %d of %s cannot be asked", row.number, row.slug)
            if template is not None:
                raise NothingToAsk("unknown-template") from None
            scope = replace(scope, without=scope.without | {row.slug})
            continue
        holder = tickets.visitor_holder(learner) if stranger else tickets.learner_holder(learner)
        ticket = Ticket(holder, row.slug, row.number, variant.seed, format, purpose, now)
        return Question(ticket.token(), ticket, variant, chosen.extra)
    raise NothingToAsk("empty-bank")


def reopen(learner: UUID, token: str, now: datetime | None = None) -> Question:
    """The question in a token, asked before. Raises :class:`tickets.TicketError`."""
    ticket = tickets.read(token, learner, now or timezone.now())
    try:
        _, _, template = templates.version(ticket.slug, ticket.version)
        return Question(token, ticket, questions.generate(template, ticket.seed, ticket.format))
    except TemplateVersion.DoesNotExist:  # the database was put back to an older copy
        raise tickets.TicketError("invalid") from None
    except (TemplateError, GenerationError, ArithmeticError):
        logger.exception("version %d of %s cannot be asked again", ticket.version, ticket.slug)
        raise tickets.TicketError("invalid") from None


def help_first(learner: UUID, question: Question) -> Help | None:
    """A worked example with other numbers and the topics that come before, where the card is a leech; else ``None``."""
    template = question.variant.template
    leech = Card.objects.filter(learner_id=learner, template__slug=template.slug, lapses__gte=LEECH_LAPSES).exists()
    if not leech or template.kind == "flashcard":
        return None
    example = fresh(template, question.ticket.format, [question.variant.parameters_json()], set())
    requires = Topic.objects.filter(required_by__slug=template.topic)
    return Help(example, tuple(requires))


def intervals(learner: UUID, question: Question, now: datetime | None = None) -> dict[Rating, int]:
    """For each rating of a flashcard, after how many days it would come back."""
    now = now or timezone.now()
    user = User.objects.filter(id=learner).first() or User(id=learner)  # a stranger has no row yet
    template = QuestionTemplate.objects.values_list("id", flat=True).get(slug=question.variant.template.slug)
    state, day = log.state_of(learner, template), agenda.day_of(user, now)
    at = max(now, state.latest_at + timedelta(microseconds=1)) if state.latest_at else now  # clocks may have gone back
    return {rating: (_after(state, rating, at, day, template).due_day or day.today) - day.today for rating in Rating}


def _after(state: CardState, rating: Rating, at: datetime, day: agenda.Day, template: UUID) -> CardState:
    """The card if it were rated so now."""
    answer = Answer(at, uuid7(), day.today, correct=rating is not Rating.AGAIN, self_rating=rating)
    return scheduling.step(state, answer, day.preferences, agenda.card_key(day.learner, template))


def _any_seed(tries: int) -> int:
    return secrets.randbelow(MAX_SEED + 1)


def fresh(
    template: Template,
    format: Format,
    recent: list[Any],
    suspected: Collection[str],
    seed: Callable[[int], int] = _any_seed,
) -> Variant:
    """A variant with other parameters than the recent ones, on which the suspected misconceptions would show.

    Where there is none, one that was asked longest ago. ``seed`` gives the seed of each try. One that cannot be shown
    is passed over. Raises :class:`GenerationError` where none is left, :class:`NothingToAsk` where none has a choice.
    """
    suspected = {*suspected} & {*template.misconception_codes()}
    posed: Variant | None = None
    failure: GenerationError | None = None
    best = (-1, -1)
    for tries in range(MAX_TRIES if template.parameters else 1):
        variant = questions.generate(template, seed(tries), format)
        if format == "choice" and not questions.offers_choice(variant):
            continue
        parameters = variant.parameters_json()
        ago = recent.index(parameters) if parameters in recent else RECENT
        shown = len(suspected.intersection(questions.exposes(variant))) if suspected else 0
        if (ago, shown) > best:
            try:
                questions.check(variant)
            except GenerationError as error:
                if failure is None:  # once for all tries
                    logger.warning("passed over: %s", error)
                failure = error
                continue
            posed, best = variant, (ago, shown)
        if best[0] == RECENT and (best[1] == len(suspected) or tries >= MAX_BETTER):
            break
    if posed is None:
        raise failure or NothingToAsk("no-choice-form")
    return posed


def _latest(learner: UUID, template: UUID) -> QuerySet[Attempt, tuple[Any]]:
    attempts = Attempt.objects.filter(learner_id=learner, template_id=template).order_by("-answered_at")
    return attempts.values_list("parameters")[:RECENT]


_recent = Prepared(_latest, UUID, UUID)
_held = Prepared(agenda.open_misconceptions, UUID)
