"""What a learner's day asks for, read from the tables: what the learner's verbs choose from and pages show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from . import scheduling
from .models import Attempt, Belief, Card, CardAction, User
from .prepared import Prepared
from .scheduling import Planned, Preferences
from .scheduling.planning import HORIZON, PASS_DAYS

_ANY = Q()
_NEVER = 2**31 - 1  # a day after all days
TRAVEL = 3  # days by which today may go back: 28 hours of time zones, and 23 of the hour at which days begin
IDLE_MS = 10 * 60 * 1000  # what a single answer counts for at most: nobody calculates longer, people walk away


@dataclass(frozen=True, slots=True)
class Day:
    """A learner's today."""

    learner: UUID
    today: int
    preferences: Preferences


def day_of(user: User, now: datetime) -> Day:
    """Today, on the learner's clock."""
    preferences = preferences_of(user)
    today = scheduling.learner_day(now, utc_offset(user, now), preferences.day_start_hour)
    return Day(user.id, today, preferences)


class Answered(NamedTuple):
    """One of today's attempts."""

    template: UUID
    topic: UUID
    score: float
    duration_ms: int | None
    recall: float | None
    purpose: str


_users = Prepared(lambda id: User.objects.filter(id=id), UUID)


def learner(who: User | UUID) -> User:
    """The learner's row, which whoever has read it already may give. Raises ``User.DoesNotExist``."""
    if isinstance(who, User):
        return who
    found = _users(who)
    if not found:
        raise User.DoesNotExist(f"there is no learner {who}")
    return found[0]


def preferences_of(user: User) -> Preferences:
    """What scheduling needs to know of what the learner chose."""
    return Preferences(
        retention=user.retention,
        new_per_day=user.new_per_day,
        daily_minutes=user.daily_minutes,
        day_start_hour=user.day_start_hour,
        exam_day=scheduling.day_of(user.exam_date) if user.exam_date else None,
    )


def utc_offset(user: User, moment: datetime, device_minutes: int | None = None) -> timedelta:
    """The offset of the learner's clock: of the zone that was chosen, else of the device, else of the service."""
    return moment.astimezone(_zone(user, device_minutes)).utcoffset() or timedelta(0)


def begins(user: User, day: int) -> datetime:
    """The first moment of a learner-day, on the clock that the learner has now."""
    wall = datetime.combine(scheduling.date_of(day), time(user.day_start_hour))
    return wall.replace(tzinfo=_zone(user)).astimezone(UTC)


def card_key(learner: UUID, template: UUID) -> bytes:
    """What keeps the fuzz of this card from that of others."""
    return learner.bytes + template.bytes


def voided(learner: UUID) -> QuerySet[CardAction, UUID | None]:
    """The ids of the attempts that were taken back."""
    return CardAction.objects.filter(learner_id=learner, act="void").values_list("voids", flat=True)


def counted(learner: UUID) -> QuerySet[Attempt]:
    """The learner's attempts without those taken back."""
    return Attempt.objects.filter(learner_id=learner).exclude(id__in=voided(learner))


def answered(day: Day) -> list[Answered]:
    """Today's attempts, with a traveller's tomorrow, the latest first; not those taken back."""
    return [Answered(*row) for row in _answered(day.learner, day.today, day.today + TRAVEL)]


def _between(learner: UUID, day: int, last: int) -> QuerySet[Attempt, tuple[Any, ...]]:
    columns = ("template_id", "template__topic_id", "score", "duration_ms", "recall", "purpose")
    attempts = counted(learner).filter(day__gte=day, day__lte=last).order_by("-answered_at", "-id")
    return attempts.values_list(*columns)


_answered = Prepared(_between, UUID, int, int)


def tested(day: Day) -> Counter[str]:
    """How many of today's attempts each misconception would have shown on."""
    return Counter(code for (codes,) in _exposing(day.learner, day.today, day.today + TRAVEL) for code in codes)


def _codes_between(learner: UUID, day: int, last: int) -> QuerySet[Attempt, tuple[list[str]]]:
    return counted(learner).filter(day__gte=day, day__lte=last).values_list("exposes")


_exposing = Prepared(_codes_between, UUID, int, int)


def askable(learner: UUID, today: int) -> QuerySet[Card]:
    """The learned cards that may be asked today: of published templates, neither suspended nor buried."""
    cards = Card.objects.filter(learner_id=learner, day__isnull=False, suspended=False)
    return cards.filter(Q(buried_day=None) | Q(buried_day__lt=today), template__current__isnull=False)


def planned(day: Day, only: Q = _ANY, days: int = HORIZON) -> list[Planned]:
    """The cards of the coming days, with their windows; ``only``: a condition on cards."""
    until = day.today + days
    exam = day.preferences.exam_day
    if exam is not None and exam - PASS_DAYS - days < day.today < exam:
        until = _NEVER  # every card's final pass may be near
    return [
        scheduling.planned(template, topic, stability or 0.0, reviewed or 0, due or 0, day.preferences, day.today)
        for template, topic, stability, reviewed, due in _planned(day.learner, day.today, until, only=only)
    ]


def _due_before(learner: UUID, today: int, until: int, only: Q) -> QuerySet[Card, tuple[Any, ...]]:
    columns = ("template_id", "template__topic_id", "stability", "day", "due_day")
    return askable(learner, today).filter(only, due_day__lt=until).values_list(*columns)


_planned = Prepared(_due_before, UUID, int, int)


def portion(day: Day, reviewed: int) -> list[Planned]:
    """The cards to ask today after ``reviewed`` of them were answered."""
    return scheduling.portion(planned(day), reviewed, day.today)


def open_misconceptions(learner: UUID) -> QuerySet[Belief]:
    """The misconceptions that the learner still holds."""
    return Belief.objects.filter(learner_id=learner, opened_at__isnull=False, closed_at=None)


def is_unseen(learner: UUID, today: int) -> Q:
    """The condition on a template that it is offered as new: neither learned, suspended nor buried today."""
    known = Card.objects.filter(learner_id=learner, template_id=OuterRef("pk"))
    return ~Q(Exists(known.filter(Q(day__isnull=False) | Q(suspended=True) | Q(buried_day__gte=today))))


def introduced(answered: Iterable[Answered]) -> int:
    """How many templates were new today.

    A template was new if no recall was predicted for its first answer; what is crammed does not count.
    """
    firsts = {one.template: one.recall for one in answered if one.purpose != "cram"}  # the latest first
    return sum(recall is None for recall in firsts.values())


def new_left(day: Day, answered: Iterable[Answered]) -> int:
    """How many new templates the day still offers: up to the daily number, until the daily minutes are spent."""
    answered = list(answered)
    if spent_ms(one.duration_ms for one in answered) >= day.preferences.daily_minutes * 60_000:
        return 0
    return max(0, day.preferences.new_per_day - introduced(answered))


def spent_ms(durations: Iterable[int | None]) -> int:
    """The time that answers took, without pauses."""
    return sum(min(duration or 0, IDLE_MS) for duration in durations)


def _zone(user: User, device_minutes: int | None = None) -> tzinfo:
    if user.time_zone:
        try:
            return ZoneInfo(user.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # there was one of this name when it was chosen
            pass
    minutes = device_minutes if device_minutes is not None else user.utc_offset_minutes
    return ZoneInfo(settings.LEARNER_TIME_ZONE) if minutes is None else timezone(timedelta(minutes=minutes))
