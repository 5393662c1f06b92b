"""Which template comes next. Reads only; the order of a day is :mod:`quizzes.scheduling.planning`'s."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from django.db.models import Case, Q, QuerySet, When

from quizzes import agenda, scheduling
from quizzes.agenda import Day
from quizzes.models import Belief, Card, Misconception, QuestionTemplate, Topic
from quizzes.prepared import Prepared
from quizzes.questions import Kind
from quizzes.scheduling.forgetting import retrievability
from quizzes.tickets import Purpose

from .errors import NothingToAsk
from .rows import belief_of

FIRST_QUESTION = "conv-output-size"
BASIC_LEVEL = 2  # templates up to it come first, through all topics
GAP = 3  # other questions before a second chance
MAX_CHECKS = 4  # questions a day that test one open misconception beyond what is due


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be asked, by slug or code; everything where nothing is named."""

    template: str | None = None
    topic: str | None = None
    level: int | None = None
    misconception: str | None = None
    kind: Kind | None = None
    without: frozenset[str] = frozenset()  # templates, by slug

    @property
    def is_narrow(self) -> bool:
        """Whether the learner chose what to practise, so that daily numbers do not apply."""
        return bool(self.topic or self.level or self.misconception)

    def filter(self, prefix: str = "") -> Q:
        """The condition on templates, or on rows that refer to one by ``prefix``."""
        named = {
            "topic__slug": self.topic,
            "level": self.level,
            "misconceptions__code": self.misconception,
            "kind": self.kind,
        }
        condition = Q(**{prefix + name: value for name, value in named.items() if value is not None})
        return condition & ~Q(**{f"{prefix}slug__in": self.without}) if self.without else condition


class Published(NamedTuple):
    """A template that may be asked, in its current version."""

    id: UUID
    slug: str
    version: UUID
    number: int


class Chosen(NamedTuple):
    """A template, and whether it goes beyond what the day asks for."""

    template: Published
    extra: bool = False


def choose(day: Day, scope: Scope, purpose: Purpose, held: list[Belief]) -> Chosen:
    """The template to ask a learner who holds the misconceptions ``held``. Raises :class:`NothingToAsk`."""
    if scope.template is not None:
        return Chosen(named(scope.template))
    chosen = _Choice(day, scope, purpose, held).chosen()
    if chosen is None:
        raise NothingToAsk(_missing(scope))
    return chosen


def choose_first(scope: Scope) -> Published:
    """The template to ask a stranger. Raises :class:`NothingToAsk`."""
    found = _first(scope) if scope.template is None else named(scope.template)
    if found is None:
        raise NothingToAsk(_missing(scope))
    return found


def named(slug: str) -> Published:
    """The published template of this name. Raises :class:`NothingToAsk`."""
    found = _with_slug(slug, scope=Scope())
    if not found:
        raise NothingToAsk("unknown-template")
    return Published(*found[0])


def in_order(scope: Scope) -> QuerySet[QuestionTemplate]:
    """Published templates in the order in which they are learned.

    First the basics of all topics, then the rest; each time topic after topic, so that what a topic requires comes
    before it. Within a topic by level; questions before flashcards, calculations before questions about words.
    """
    advanced = Case(When(level__lte=BASIC_LEVEL, then=0), default=1)
    order = (advanced, "topic__position", "level", "-kind", "-calculates", "slug")
    return QuestionTemplate.objects.filter(scope.filter(), current__isnull=False).order_by(*order)


def _columns(rows: QuerySet[QuestionTemplate]) -> QuerySet[QuestionTemplate, tuple[Any, ...]]:
    return rows.values_list("id", "slug", "current_id", "current__number")


_with_slug = Prepared(lambda slug, scope: _columns(in_order(scope).filter(slug=slug)), str)
_with_id = Prepared(lambda id: _columns(QuestionTemplate.objects.filter(id=id, current__isnull=False)), UUID)
_in_order = Prepared(lambda scope: _columns(in_order(scope))[:1])


def _first(scope: Scope) -> Published | None:
    """What a newcomer meets: where it may be anything, the calculation that every exam asks for."""
    found = _with_slug(FIRST_QUESTION, scope=scope) or _in_order(scope=scope)
    return Published(*found[0]) if found else None


def _missing(scope: Scope) -> NothingToAsk.Code:
    if (
        scope.topic is not None
        and not Topic.objects.filter(slug=scope.topic, templates__current__isnull=False).exists()
    ):
        return "unknown-topic"
    if scope.misconception is not None and not Misconception.objects.filter(code=scope.misconception).exists():
        return "unknown-misconception"
    return "nothing-of-this-kind" if scope.is_narrow else "empty-bank"


Way: TypeAlias = Callable[[], Published | UUID | None]


def _new_templates(learner: UUID, today: int, scope: Scope) -> QuerySet[QuestionTemplate, tuple[Any, ...]]:
    return _columns(in_order(scope).filter(agenda.is_unseen(learner, today)))[:1]


def _new_among(learner: UUID, today: int, ids: list[UUID], scope: Scope) -> QuerySet[QuestionTemplate, tuple[Any, ...]]:
    return _columns(in_order(scope).filter(agenda.is_unseen(learner, today), id__in=ids))[:1]


def _missed(learner: UUID, today: int, ids: list[UUID], only: Q) -> QuerySet[Card, tuple[UUID]]:
    open_today = agenda.askable(learner, today).filter(only, template_id__in=ids, second_chance=True, day__gte=today)
    return open_today.order_by("latest_at").values_list("template_id")


def _askable(learner: UUID, today: int, only: Q) -> QuerySet[Card, tuple[UUID]]:
    """The learned cards that may be asked, what was asked longest ago first: two, as one may have come just now."""
    return agenda.askable(learner, today).filter(only).order_by("latest_at").values_list("template_id")[:2]


def _askable_among(learner: UUID, today: int, ids: list[UUID], only: Q) -> QuerySet[Card, tuple[UUID]]:
    known = agenda.askable(learner, today).filter(only, template_id__in=ids)
    return known.order_by("latest_at").values_list("template_id")[:1]


def _diagnosing(codes: list[str], ids: list[UUID]) -> QuerySet[QuestionTemplate, tuple[UUID]]:
    return QuestionTemplate.objects.filter(misconceptions__code__in=codes, id__in=ids).values_list("id")


def _telling(codes: list[str], scope: Scope) -> QuerySet[QuestionTemplate, tuple[UUID]]:
    return in_order(scope).filter(misconceptions__code__in=codes).values_list("id")


_unseen = Prepared(_new_templates, UUID, int)
_unseen_among = Prepared(_new_among, UUID, int, UUID)
second_chances = Prepared(_missed, UUID, int, UUID)
_by_age = Prepared(_askable, UUID, int)
_known = Prepared(_askable_among, UUID, int, UUID)
_exposing_among = Prepared(_diagnosing, str, UUID)
_exposing = Prepared(_telling, str)


class _Choice:
    """One choice for one learner, with what was read for it."""

    def __init__(self, day: Day, scope: Scope, purpose: Purpose, held: list[Belief]) -> None:
        self.day, self.scope, self.purpose, self.held = day, scope, purpose, held

    def chosen(self) -> Chosen | None:
        """The template that the first of the ways finds."""
        extra = False
        if self.purpose == "cram":
            found: Published | UUID | None = self._weakest()
        elif (found := self._found(self._of_the_day())) is None:
            extra, found = True, self._found(self._beyond_the_day())
        if isinstance(found, UUID):
            found = next((Published(*row) for row in _with_id(found)), None)
        return None if found is None else Chosen(found, extra)

    @cached_property
    def answered(self) -> list[agenda.Answered]:
        """Today's attempts, the latest first; not those taken back."""
        return agenda.answered(self.day)

    @cached_property
    def just_now(self) -> list[UUID]:
        """What was answered last and is not to come again at once."""
        return [one.template for one in self.answered[:GAP]]

    @cached_property
    def only(self) -> Q:
        """The condition on cards that they are of the scope."""
        return self.scope.filter("template__")

    def _of_the_day(self) -> Iterable[Way]:
        return self._ripe_second_chance, self._due, self._to_check, self._new, self._any_second_chance

    def _beyond_the_day(self) -> Iterable[Way]:
        return self._longest_ago, self._beyond_the_daily_number, self._the_same_again

    @staticmethod
    def _found(ways: Iterable[Way]) -> Published | UUID | None:
        return next((found for way in ways if (found := way()) is not None), None)

    @cached_property
    def _second_chances(self) -> list[UUID]:
        missed = {one.template for one in self.answered if one.score < 1}
        return [id for (id,) in second_chances(self.day.learner, self.day.today, [*missed], only=self.only)]

    def _ripe_second_chance(self) -> UUID | None:
        return next((template for template in self._second_chances if template not in self.just_now), None)

    def _any_second_chance(self) -> UUID | None:
        return next((template for template in self._second_chances if template not in self.just_now[:1]), None)

    def _due(self) -> UUID | None:
        cards = agenda.planned(self.day, self.only)
        if self.scope.is_narrow:
            chosen = [card for card in cards if card.due_day <= self.day.today]
        else:
            reviewed = sum(one.recall is not None for one in self.answered)
            chosen = scheduling.portion(cards, reviewed, self.day.today)
        if not chosen:
            return None
        last_topic = self.answered[0].topic if self.answered else None
        codes = [belief.code for belief in self.held]
        exposing = {id for (id,) in _exposing_among(codes, [card.template for card in chosen])}
        return scheduling.ordered(chosen, self.day.today, last_topic, exposing)[0].template

    def _to_check(self) -> Published | UUID | None:
        """A template on which an open misconception would show, though it is not due."""
        wanted = [belief.code for belief in self.held if belief_of(belief).wants_check(self.day.today)]
        if wanted:
            tested = agenda.tested(self.day)
            wanted = [code for code in wanted if tested[code] < MAX_CHECKS]
        templates = [id for (id,) in _exposing(wanted, scope=self.scope) if id not in self.just_now]
        if not templates:
            return None
        known = _known(self.day.learner, self.day.today, templates, only=self.only)
        return known[0][0] if known else self._unseen(templates)

    def _new(self) -> Published | None:
        if self.scope.is_narrow:
            return self._beyond_the_daily_number()
        if not agenda.new_left(self.day, self.answered):
            return None
        return self._beyond_the_daily_number()

    def _beyond_the_daily_number(self) -> Published | None:
        if not self.answered and not Card.objects.filter(learner_id=self.day.learner).exists():
            return _first(self.scope)
        return self._unseen()

    def _unseen(self, templates: list[UUID] | None = None) -> Published | None:
        day = self.day
        if templates is None:
            found = _unseen(day.learner, day.today, scope=self.scope)
        else:
            found = _unseen_among(day.learner, day.today, templates, scope=self.scope)
        return Published(*found[0]) if found else None

    @cached_property
    def _oldest(self) -> list[UUID]:
        return [id for (id,) in _by_age(self.day.learner, self.day.today, only=self.only)]

    def _longest_ago(self) -> UUID | None:
        return next((template for template in self._oldest if template not in self.just_now[:1]), None)

    def _the_same_again(self) -> UUID | None:
        return next(iter(self._oldest), None)

    def _weakest(self) -> UUID | None:
        """For cramming: what was asked least today; of that, what is recalled worst or was never seen."""
        columns = ("template_id", "stability", "day", "suspended")
        cards = Card.objects.filter(learner_id=self.day.learner).values_list(*columns)
        recalls = {
            template: retrievability(stability, max(0, self.day.today - day))
            for template, stability, day, suspended in cards
            if stability is not None and day is not None and not suspended
        }
        suspended = {row[0] for row in cards if row[3]}
        asked = Counter(one.template for one in self.answered)
        templates = [id for id in in_order(self.scope).values_list("id", flat=True) if id not in suspended]
        return min(
            templates,
            key=lambda id: (asked[id], id in self.just_now[:1], recalls.get(id, 0.0)),
            default=None,
        )
