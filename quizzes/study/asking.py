"""The next question: of what was asked for, else what is most worth asking. Nothing here writes."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from quizzes import agenda, questions, tickets
from quizzes.models import Attempt, Card, QuestionTemplate, TemplateVersion, Topic, User
from quizzes.questions import MAX_SEED, Format, Kind, Template, Variant
from quizzes.scheduling import LEECH_LAPSES
from quizzes.tickets import Purpose, Ticket

from . import templates
from .choosing import Scope, choose, choose_first
from .errors import NothingToAsk

RECENT = 50  # variants of a card that are not shown again while others exist
MAX_TRIES = 100
MAX_BETTER = 20  # fresh variants, until every suspected misconception would show on one


@dataclass(frozen=True, slots=True)
class Question:
    """A variant that was asked, with the token that answers it.

    ``leech``: chosen though forgotten again and again, so that :func:`help_first` should come first.
    """

    token: str
    ticket: Ticket
    variant: Variant
    leech: bool = False


@dataclass(frozen=True, slots=True)
class Help:
    """What to offer before a question that was forgotten again and again: a worked example, what comes before."""

    example: Variant
    requires: tuple[Topic, ...]


def next_question(
    learner: UUID,
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
    scope = Scope(template, topic, level, misconception, kind)
    suspected, recent, leech = set(), [], False
    if stranger:
        row = choose_first(scope)
    else:
        held = list(agenda.open_misconceptions(learner))
        row, leech = choose(agenda.day_of(User.objects.get(id=learner), now), scope, purpose, held)
        suspected = {misconception} if misconception else {belief.code for belief in held}
        recent = _recent(learner, row)
    assert row.current is not None  # noqa: S101  # only published templates are chosen
    variant = _fresh(templates.load(row.current_id), format, recent, suspected)
    holder = tickets.visitor_holder(learner) if stranger else tickets.learner_holder(learner)
    ticket = Ticket(holder, row.slug, row.current.number, variant.seed, format, purpose, now)
    return Question(ticket.token(), ticket, variant, leech)


def reopen(learner: UUID, token: str, now: datetime | None = None) -> Question:
    """The question in a token, asked before. Raises :class:`tickets.TicketError`."""
    ticket = tickets.read(token, learner, now or timezone.now())
    try:
        _, _, template = templates.version(ticket.slug, ticket.version)
    except TemplateVersion.DoesNotExist:  # the database was put back to an older copy
        raise tickets.TicketError("invalid") from None
    return Question(token, ticket, questions.generate(template, ticket.seed, ticket.format))


def help_first(learner: UUID, question: Question) -> Help | None:
    """A worked example with other numbers and the topics that come before, where the card is a leech; else ``None``."""
    template = question.variant.template
    leech = Card.objects.filter(learner_id=learner, template__slug=template.slug, lapses__gte=LEECH_LAPSES).exists()
    if not leech or template.kind == "flashcard":
        return None
    example = _fresh(template, question.ticket.format, [question.variant.parameters_json()], set())
    requires = Topic.objects.filter(required_by__slug=template.topic)
    return Help(example, tuple(requires))


def _fresh(template: Template, format: Format, recent: list[Any], suspected: Collection[str]) -> Variant:
    """A variant with other parameters than the recent ones, on which the suspected misconceptions would show.

    Where there is none, one that was asked longest ago.
    """
    suspected = {*suspected} & {*template.misconception_codes()}
    posed: Variant | None = None
    best = (-1, -1)
    for tries in range(MAX_TRIES if template.parameters else 1):
        variant = questions.generate(template, secrets.randbelow(MAX_SEED + 1), format)
        if format == "choice" and not questions.offers_choice(variant):
            continue
        parameters = variant.parameters_json()
        ago = recent.index(parameters) if parameters in recent else RECENT
        shown = len(suspected.intersection(questions.exposes(variant))) if suspected else 0
        if (ago, shown) > best:
            posed, best = variant, (ago, shown)
        if best[0] == RECENT and (best[1] == len(suspected) or tries >= MAX_BETTER):
            break
    if posed is None:
        raise NothingToAsk("no-choice-form")
    return posed


def _recent(learner: UUID, template: QuestionTemplate) -> list[Any]:
    attempts = Attempt.objects.filter(learner_id=learner, template=template).order_by("-answered_at")
    return list(attempts.values_list("parameters", flat=True)[:RECENT])
