"""The feed of a learner's changes: what another device must hear of. Reads only; :mod:`.log` gives the numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from quizzes.models import Belief, Card, User

from .rows import belief_of, card_state


class CursorExpired(LookupError):
    """The place in the feed is not of this log (of another learner, or ahead of a restored database): start anew."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row as it stands now: a card or a belief, or what the learner chose."""

    number: int
    kind: Literal["card", "misconception", "preferences"]
    row: Card | Belief | User

    @property
    def deleted(self) -> bool:
        """Whether nothing is left of it: all its answers were taken back."""
        if isinstance(self.row, Card):
            return card_state(self.row).revision == 0
        return isinstance(self.row, Belief) and not belief_of(self.row).met


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of the feed; ``number`` is where the next one begins."""

    learner: User
    changes: tuple[Change, ...]
    number: int
    has_more: bool


BEGINNING = -1


def changes(learner: UUID, after: int, limit: int) -> Page:
    """What changed after the change ``after``, oldest first, every row once in its latest state.

    Raises :class:`CursorExpired`.
    """
    user = User.objects.get(id=learner)
    # Read first: a writer holds the learner's row until it commits, so all up to this number can be seen from now on;
    # what is changed again meanwhile gets a later number.
    last = user.changes
    if after > last:
        raise CursorExpired
    scope = {"learner_id": learner, "change__gt": after, "change__lte": last}
    found = [Change(row.change, "card", row) for row in _cards(scope, limit)]
    found += [
        Change(row.change, "misconception", row)
        for row in Belief.objects.filter(**scope).order_by("change")[: limit + 1]
    ]
    if after < user.preferences_change <= last:
        found.append(Change(user.preferences_change, "preferences", user))
    found.sort(key=lambda change: change.number)
    has_more = len(found) > limit
    page = tuple(found[:limit])
    return Page(user, page, page[-1].number if has_more else last, has_more)


def _cards(scope: dict[str, object], limit: int) -> list[Card]:
    return list(Card.objects.filter(**scope).select_related("template").order_by("change")[: limit + 1])
