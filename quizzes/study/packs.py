"""Questions to take along: what a device asks, grades and explains while the service is out of reach. Reads only.

A pack follows from the state of its learner: the same state gives the same questions with the same tokens, so that
whoever lost the connection may simply ask again. Every answer makes it another one.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.crypto import salted_hmac

from quizzes import agenda, scheduling, tickets
from quizzes.agenda import Answered, Day
from quizzes.models import Attempt, QuestionTemplate
from quizzes.prepared import Prepared
from quizzes.questions import MAX_SEED, GenerationError, TemplateError
from quizzes.tickets import Ticket

from . import templates
from .asking import MAX_BROKEN, RECENT, Question, fresh
from .choosing import Published, Scope, in_order, second_chances

logger = logging.getLogger(__name__)

MAX_PACK = 100
MAX_DAYS = 30


@dataclass(frozen=True, slots=True)
class Packed:
    """A question or flashcard to take along; ``due_day`` is ``None`` for a new one.

    ``second_chance``: another variant, for the day on which the first is answered wrongly.
    """

    question: Question
    due_day: int | None
    second_chance: Question | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """Questions for the days until ``expires_at``; answers are accepted for as long as tokens are."""

    id: str
    issued_at: datetime
    expires_at: datetime
    items: tuple[Packed, ...]


def pack(learner: UUID, limit: int, days: int, now: datetime | None = None) -> Pack:
    """At most ``limit`` variants for ``days`` learner-days, of which today is the first.

    Open second chances come first, then the cards that fall due, day by day, each question with a variant for its
    second chance; then new templates, as many as these days would offer. It counts as issued when the day began.
    """
    now = now or timezone.now()
    user = agenda.learner(learner)
    day = agenda.day_of(user, now)
    issued_at = min(agenda.begins(user, day.today), now)
    held = [belief.code for belief in _held(learner)]
    answered = agenda.answered(day)
    wanted = _known(day, days, limit, answered, held)
    offered = agenda.new_left(day, answered) + day.preferences.new_per_day * (days - 1)
    if offered:
        wanted += [_Wanted(Published(*row), kind, None) for *row, kind in _unseen(learner, day.today)]
    wanted = _within(wanted, limit)
    state = f"{learner}/{user.changes}/{day.today}"
    poser = _Poser(learner, state, issued_at, held, _recent(learner, wanted))
    items = tuple(_packed(poser, wanted, limit, offered))
    told = repr([state, limit, days, [item.question.token for item in items]])
    id = hashlib.sha256(told.encode()).hexdigest()[:32]
    return Pack(id, issued_at, agenda.begins(user, day.today + days), items)


class _Wanted(NamedTuple):
    """A template to pose. ``is_second``: it was missed today, this is its second chance."""

    template: Published
    kind: str
    due_day: int | None
    is_second: bool = False

    @property
    def places(self) -> int:
        """How many variants it takes: a question has one for its second chance."""
        return 1 if self.is_second or self.kind == "flashcard" else 2


def _within(wanted: list[_Wanted], limit: int) -> list[_Wanted]:
    """Those that fill a pack, and a few for those that turn out not to be posable."""
    ends = accumulate(one.places for one in wanted)
    enough = sum(end < limit for end in ends) + 1
    return wanted[: enough + MAX_BROKEN]


def _packed(poser: _Poser, wanted: list[_Wanted], limit: int, offered: int) -> Iterator[Packed]:
    """As many as have a place, ``offered`` new ones at most; the last question may be without a second chance."""
    for one in wanted:
        is_new = one.due_day is None
        if limit == 0 or (is_new and offered == 0):
            return
        question = poser.pose(one.template)
        if question is None:
            continue
        limit -= 1
        offered -= is_new
        second = poser.pose(one.template) if limit and one.places == 2 else None
        limit -= second is not None
        yield Packed(question, one.due_day, second)


class _Poser:
    """Poses templates, the same ones for the same state: seeds follow from it and from a secret of the service."""

    def __init__(
        self, learner: UUID, state: str, issued_at: datetime, suspected: Collection[str], recent: dict[UUID, list[Any]]
    ) -> None:
        self.learner, self.state, self.issued_at = learner, state, issued_at
        self.suspected, self.recent = suspected, recent
        self.posed: Counter[UUID] = Counter()

    def pose(self, template: Published) -> Question | None:
        """A variant unlike the recent ones and those in the pack; ``None`` where the template cannot be asked."""
        start = f"{self.state}/{template.slug}/{template.number}/{self.posed[template.id]}"
        recent = self.recent[template.id]
        try:
            loaded = templates.load(template.version)
            variant = fresh(loaded, "free", recent, self.suspected, lambda tries: _seed(f"{start}/{tries}"))
        except (TemplateError, GenerationError, ArithmeticError):
            logger.exception("version %d of %s cannot be asked", template.number, template.slug)
            return None
        recent.insert(0, variant.parameters_json())
        self.posed[template.id] += 1
        holder = tickets.learner_holder(self.learner)
        ticket = Ticket(holder, template.slug, template.number, variant.seed, "free", "review", self.issued_at)
        return Question(ticket.token(), ticket, variant)


def _seed(text: str) -> int:
    digest = salted_hmac("quizzes.study.packs", text, algorithm="sha256").digest()
    return int.from_bytes(digest[:8]) % (MAX_SEED + 1)


def _known(day: Day, days: int, limit: int, answered: list[Answered], held: list[str]) -> list[_Wanted]:
    """What was learned: open second chances, then what falls due, on each day the largest loss first."""
    missed = {one.template for one in answered if one.score < 1}
    again = [id for (id,) in second_chances(day.learner, day.today, [*missed], only=Q())]
    cards = [card for card in agenda.planned(day, days=days) if card.due_day < day.today + days]
    last_topic = answered[0].topic if answered else None
    ordered = scheduling.ordered(cards, day.today, last_topic, {id for (id,) in _exposing(held)})
    due = sorted(ordered, key=lambda card: max(card.due_day, day.today))[: limit + MAX_BROKEN]
    found = _published([*again, *(card.template for card in due)])
    rows = {id: (Published(id, *rest), kind) for id, *rest, kind in found}
    return [
        *(_Wanted(*rows[id], day.today, is_second=True) for id in again if id in rows),
        *(_Wanted(*rows[card.template], card.due_day) for card in due if card.template in rows),
    ]


def _recent(learner: UUID, wanted: list[_Wanted]) -> dict[UUID, list[Any]]:
    """The parameters of the latest variants per template, the latest first."""
    found: dict[UUID, list[Any]] = defaultdict(list)
    for template, parameters in _latest(learner, [one.template.id for one in wanted]):
        found[template].append(parameters)
    return found


def _with_kind(rows: QuerySet[QuestionTemplate]) -> QuerySet[QuestionTemplate, tuple[Any, ...]]:
    """The columns of :class:`Published`, and the kind."""
    return rows.values_list("id", "slug", "current_id", "current__number", "kind")


def _among(ids: list[UUID]) -> QuerySet[QuestionTemplate, tuple[Any, ...]]:
    return _with_kind(QuestionTemplate.objects.filter(id__in=ids, current__isnull=False))


def _asked(learner: UUID, ids: list[UUID]) -> QuerySet[Attempt, tuple[Any, ...]]:
    order = [F("answered_at").desc(), F("id").desc()]
    place = Window(RowNumber(), partition_by=F("template_id"), order_by=order)
    attempts = Attempt.objects.filter(learner_id=learner, template_id__in=ids).annotate(place=place)
    latest = attempts.filter(place__lte=RECENT).order_by("template_id", "place")
    return latest.values_list("template_id", "parameters")


def _new_ones(learner: UUID, today: int) -> QuerySet[QuestionTemplate, tuple[Any, ...]]:
    return _with_kind(in_order(Scope()).filter(agenda.is_unseen(learner, today)))[: MAX_PACK + MAX_BROKEN]


def _telling(codes: list[str]) -> QuerySet[QuestionTemplate, tuple[UUID]]:
    return QuestionTemplate.objects.filter(misconceptions__code__in=codes).values_list("id")


_held = Prepared(agenda.open_misconceptions, UUID)
_unseen = Prepared(_new_ones, UUID, int)
_exposing = Prepared(_telling, str)
_published = Prepared(_among, UUID)
_latest = Prepared(_asked, UUID, UUID)
