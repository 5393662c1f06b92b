"""What a learner chooses about studying."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from quizzes import agenda, scheduling
from quizzes.models import Card, User

from . import log

NAMES = (
    "retention",
    "new_per_day",
    "daily_minutes",
    "day_start_hour",
    "exam_date",
    "time_zone",
    "language",
)  # fmt: skip


def set_preferences(learner: UUID, **changes: Any) -> User:
    """Change what the learner chose, by the names of :data:`NAMES`.

    Due days follow a changed retention; days that are over stay as they were. Raises ``ValidationError`` with a
    message per name, and then nothing was changed.
    """
    if unknown := changes.keys() - {*NAMES}:
        raise TypeError(f"not a preference: {', '.join(sorted(unknown))}")
    with transaction.atomic():
        user = log.lock(learner)
        before = {name: getattr(user, name) for name in NAMES}
        for name, value in changes.items():
            setattr(user, name, value)
        user.clean_fields(exclude={field.name for field in User._meta.fields} - changes.keys())
        changed = [name for name in changes if getattr(user, name) != before[name]]
        if "retention" in changed:
            _reschedule(user)
        if changed:
            user.changes += 1
            user.preferences_change = user.changes
            user.save(update_fields=[*changed, "changes", "preferences_change"])
    return user


def _reschedule(user: User) -> None:
    """The memories stay, the days on which they are to be refreshed move."""
    preferences = agenda.preferences_of(user)
    cards = list(Card.objects.filter(learner_id=user.id, day__isnull=False))
    for card in cards:
        memory = scheduling.Memory(card.stability or 0, card.difficulty or 0, card.day or 0)
        key = agenda.card_key(user.id, card.template_id)
        card.due_day = scheduling.due_day(memory, card.reviews, preferences, key)
    log.store_cards(user, cards)
