"""What today asks for, and when it goes on if that is nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from quizzes import agenda, scheduling
from quizzes.models import Card, QuestionTemplate, User
from quizzes.prepared import Prepared
from quizzes.scheduling import Planned
from quizzes.scheduling.planning import HORIZON, PASS_DAYS
from quizzes.scheduling.projection import ANSWERS_PER_NEW

from .pace import seconds_per_answer


class Item(NamedTuple):
    """A card to ask today; ``due_day`` may lie ahead, where the load is levelled."""

    template: str
    topic: str
    due_day: int
    kind: str


@dataclass(frozen=True, slots=True)
class Reviews:
    """What is left for today; the next day with something due, and when it begins, only where nothing is due."""

    due: int
    new: int
    next_due_day: int | None
    next_due_at: datetime | None
    minutes: float
    items: tuple[Item, ...]


def reviews(learner: User | UUID, now: datetime) -> Reviews:
    """Today's portion in the order of asking, and the new templates that are still offered.

    New templates are offered up to the daily number and, as
    the choice of questions does, only until the daily minutes are spent. ``minutes`` counts an answer per card and two
    per new template at the learner's own pace.
    """
    user = agenda.learner(learner)
    day = agenda.day_of(user, now)
    answered = agenda.answered(day)
    due, next_due_day = coming(day, sum(one.recall is not None for one in answered))
    templates = _templates(day, [card.template for card in due])
    last_topic = answered[0].topic if answered else None
    exposing = {template for template, row in templates.items() if row.exposing}
    cards = [card for card in scheduling.ordered(due, day.today, last_topic, exposing) if card.template in templates]
    new = _new(day, answered)
    return Reviews(
        due=len(cards),
        new=new,
        next_due_day=next_due_day,
        next_due_at=None if next_due_day is None else agenda.begins(user, next_due_day),
        minutes=(len(cards) + ANSWERS_PER_NEW * new) * seconds_per_answer(user.id) / 60,
        items=tuple(_item(card, templates[card.template]) for card in cards),
    )


def coming(day: agenda.Day, reviewed: int) -> tuple[list[Planned], int | None]:
    """What is left of today's portion after ``reviewed`` of it; where nothing is, the next day with something due."""
    due = agenda.portion(day, reviewed)
    return due, None if due else _next_due_day(day)


class _Template(NamedTuple):
    """A published template."""

    slug: str
    topic: str
    kind: str
    exposing: bool  # an open misconception would show


def _templates(day: agenda.Day, ids: list[UUID]) -> dict[UUID, _Template]:
    return {id: _Template(*rest) for id, *rest in _published(day.learner, ids)}


def _among(learner: UUID, ids: list[UUID]) -> QuerySet[QuestionTemplate, tuple[Any, ...]]:
    held = agenda.open_misconceptions(learner).values("code")
    diagnosed = QuestionTemplate.misconceptions.through.objects.filter(misconception__code__in=held)
    exposing = Exists(diagnosed.filter(questiontemplate_id=OuterRef("pk")))
    published = QuestionTemplate.objects.filter(id__in=ids, current__isnull=False).annotate(exposing=exposing)
    return published.values_list("id", "slug", "topic__slug", "kind", "exposing")


_published = Prepared(_among, UUID, UUID)


def _item(card: Planned, template: _Template) -> Item:
    return Item(template.slug, template.topic, card.due_day, template.kind)


def _new(day: agenda.Day, answered: list[agenda.Answered]) -> int:
    """How many new templates are still offered."""
    if agenda.spent_ms(one.duration_ms for one in answered) >= day.preferences.daily_minutes * 60_000:
        return 0
    offered = day.preferences.new_per_day - agenda.introduced(answered)
    if offered <= 0:
        return 0
    return min(offered, len(_unseen(day.learner, day.today, limit=day.preferences.new_per_day)))


def _new_ones(learner: UUID, today: int, limit: int) -> QuerySet[QuestionTemplate, tuple[UUID]]:
    unseen = QuestionTemplate.objects.filter(agenda.is_unseen(learner, today), current__isnull=False)
    return unseen.values_list("id")[:limit]


_unseen = Prepared(_new_ones, UUID, int)


def _next_due_day(day: agenda.Day) -> int | None:
    """The first later day that would ask for something, if nothing is answered until then."""
    found = _to_come(day.learner, whole=day.preferences.exam_day is not None)
    return min((_comes(_Card(*row), day) for row in found), default=None)


def _learned(learner: UUID, whole: bool) -> QuerySet[Card, tuple[Any, ...]]:
    """The cards that will be asked again, also those buried for today; unless ``whole``, those of the nearest days."""
    known = Card.objects.filter(learner_id=learner, day__isnull=False, suspended=False)
    learned = known.filter(template__current__isnull=False)
    if not whole:  # none is planned earlier than a week before it is due
        nearest = Subquery(learned.order_by("due_day").values("due_day")[:1])
        learned = learned.filter(due_day__lt=nearest + HORIZON)
    return learned.values_list("template_id", "template__topic_id", "stability", "day", "due_day")


_to_come = Prepared(_learned, UUID)


class _Card(NamedTuple):
    template: UUID
    topic: UUID
    stability: float | None
    day: int | None
    due_day: int | None


def _comes(card: _Card, today: agenda.Day) -> int:
    """The first later day that would ask for this card: its window is open, and it is near enough to be planned."""
    preferences, exam = today.preferences, today.preferences.exam_day
    due = card.due_day or 0

    def foreseen(day: int) -> int:
        """As it looks on ``day``."""
        stability, reviewed = card.stability or 0.0, card.day or 0
        opens = scheduling.planned(card.template, card.topic, stability, reviewed, due, preferences, day).opens
        near = due - HORIZON + 1
        if exam is not None and exam > max(opens, day):
            near = min(near, exam - PASS_DAYS - HORIZON + 1)
        return max(opens, near, day)

    comes = foreseen(today.today + 1)
    if exam is None:
        return comes
    for day in range(max(today.today + 2, exam - PASS_DAYS + 1), exam):  # each day of the final pass draws anew
        if comes < day:
            break
        comes = foreseen(day)
    return comes
