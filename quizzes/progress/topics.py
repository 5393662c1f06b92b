"""How far a learner has come in each topic."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import fmean
from typing import Literal, TypeAlias

from django.db.models import Count, Q, QuerySet

from quizzes import models
from quizzes.agenda import Day
from quizzes.prepared import Prepared
from quizzes.scheduling import Deck

from .cards import Seen, recalls

PROFICIENT = 0.8  # skill and recall from which a topic is
FEWEST = 2  # templates that show it

Status: TypeAlias = Literal["not-started", "learning", "proficient"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic with what the learner knows of it.

    ``seen`` counts its published ``templates`` that were answered; ``skill`` is the mean of their cards. ``recall`` is
    the mean probability of a right answer today, ``exam_recall`` on the day of an exam ahead if nothing more is
    studied; both leave out what is suspended. ``None`` where nothing was seen, or no exam lies ahead.
    """

    slug: str
    templates: int
    seen: int
    recall: float | None
    skill: float | None
    exam_recall: float | None
    status: Status


def topics(seen: list[Seen], memories: Deck, day: Day, slug: str | None = None) -> tuple[Topic, ...]:
    """All topics in their order, or the named one; ``memories`` is the deck of the seen cards."""
    cards: defaultdict[str, list[Seen]] = defaultdict(list)
    for card in seen:
        cards[card.topic].append(card)
    asked = [card.topic for card in seen if not card.suspended]
    now, exam = _recalls(asked, memories, day.today), {}
    if day.preferences.exam_day is not None and day.preferences.exam_day > day.today:
        exam = _recalls(asked, memories, day.preferences.exam_day)
    return tuple(
        _topic(slug, published, cards[slug], _mean(now.get(slug)), _mean(exam.get(slug)))
        for slug, published in _published(slug)
    )


def untouched(slug: str | None = None) -> tuple[Topic, ...]:
    """The topics as they are for somebody who has answered nothing."""
    return tuple(_topic(slug, published, [], None, None) for slug, published in _published(slug))


def status(templates: int, cards: list[Seen], skill: float | None, recall: float | None) -> Status:
    """``proficient`` is who has seen half of the templates (two at least, or all if there are fewer), with a skill and
    a recall of 0.8, and was right at first on two days.

    It falls again as recall does. Where all that was seen is suspended, there is no recall and it stays ``learning``.
    """
    if not cards:
        return "not-started"
    enough = len(cards) >= max(-(-templates // 2), min(FEWEST, templates))
    able = skill is not None and skill >= PROFICIENT and recall is not None and recall >= PROFICIENT
    first = min((card.first_right_day for card in cards if card.first_right_day is not None), default=0)
    last = max((card.right_day for card in cards if card.right_day is not None), default=0)
    return "proficient" if enough and able and first < last else "learning"


def _published(slug: str | None) -> list[tuple[str, int]]:
    """The topics with how many of their templates are published."""
    return _all() if slug is None else _one(slug)


def _counted(topics: QuerySet[models.Topic]) -> QuerySet[models.Topic, tuple[str, int]]:
    rows = topics.annotate(published=Count("templates", filter=Q(templates__current__isnull=False)))
    return rows.order_by("position").values_list("slug", "published")


_all = Prepared(lambda: _counted(models.Topic.objects.all()))
_one = Prepared(lambda slug: _counted(models.Topic.objects.filter(slug=slug)), str)


def _recalls(asked: list[str], memories: Deck, day: int) -> dict[str, list[float]]:
    by_topic: defaultdict[str, list[float]] = defaultdict(list)
    for topic, recall in zip(asked, recalls(memories, day).tolist(), strict=True):
        by_topic[topic].append(recall)
    return by_topic


def _topic(slug: str, templates: int, cards: list[Seen], recall: float | None, exam_recall: float | None) -> Topic:
    skill = _mean([card.skill for card in cards])
    return Topic(slug, templates, len(cards), recall, skill, exam_recall, status(templates, cards, skill, recall))


def _mean(values: list[float] | None) -> float | None:
    return fmean(values) if values else None
