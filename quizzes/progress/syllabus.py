"""The syllabus as somebody stands to it: all topics, or one with its templates. A stranger has started nothing."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from quizzes import agenda
from quizzes.models import QuestionTemplate
from quizzes.scheduling import LEECH_LAPSES

from . import cards
from .topics import Topic, topics, untouched


class Known(NamedTuple):
    """A published template, and what is known of it: ``recall`` is today's, where it is asked again.

    A leech has slipped away so often that it wants help.
    """

    slug: str
    kind: str
    level: int
    version: UUID
    seen: bool
    recall: float | None
    suspended: bool
    leech: bool


def topics_of(learner: UUID | None, now: datetime) -> tuple[Topic, ...]:
    """All topics in the order of learning; ``None`` is a stranger. Raises ``User.DoesNotExist``."""
    if learner is None:
        return untouched()
    day = agenda.day_of(agenda.learner(learner), now)
    seen, _ = cards.read(learner)
    return topics(seen, cards.deck(seen, day), day)


def topic_of(learner: UUID | None, slug: str, now: datetime) -> tuple[Topic, tuple[Known, ...]]:
    """One topic with its published templates: questions before flashcards, then by level.

    Raises ``User.DoesNotExist``, and ``ValueError`` where there is no such topic.
    """
    if learner is None:
        (topic,) = untouched(slug)
        return topic, _templates(slug, cards.Cards([], []), {})
    day = agenda.day_of(agenda.learner(learner), now)
    held = cards.read(learner, slug)
    deck = cards.deck(held.seen, day)
    (topic,) = topics(held.seen, deck, day, slug)
    asked = [card.template for card in held.seen if not card.suspended]
    return topic, _templates(slug, held, dict(zip(asked, cards.recalls(deck, day.today).tolist(), strict=True)))


def _templates(topic: str, held: cards.Cards, recalls: dict[UUID, float]) -> tuple[Known, ...]:
    published = QuestionTemplate.objects.filter(topic__slug=topic, current__isnull=False)
    rows = published.order_by("-kind", "level", "-calculates", "slug")
    seen = {card.template for card in held.seen}
    suspended = {card.template for card in held.seen if card.suspended}.union(held.refused)
    leeches = {card.template for card in held.seen if card.lapses >= LEECH_LAPSES}
    return tuple(
        Known(
            slug=slug,
            kind=kind,
            level=level,
            version=version,
            seen=id in seen,
            recall=recalls.get(id),
            suspended=id in suspended,
            leech=id in leeches,
        )
        for id, slug, kind, level, version in rows.values_list("id", "slug", "kind", "level", "current_id")
        if version is not None
    )
