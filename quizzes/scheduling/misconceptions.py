"""What a learner's answers say of one misconception → whether the learner still holds it. Pure, like the cards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

RIGHTS_TO_CLOSE = 3  # right answers where it would have shown, on at least two days


@dataclass(frozen=True, slots=True)
class Evidence:
    """An answer to a variant on which the misconception is wrong: it ``showed``, or the answer was right."""

    at: datetime
    id: UUID
    day: int
    showed: bool


@dataclass(frozen=True, slots=True)
class Belief:
    """How one learner stands to one misconception. Right answers count from the last time it showed."""

    met: int = 0  # times it showed
    opened_at: datetime | None = None
    met_at: datetime | None = None  # the last time
    rights: int = 0
    first_right_day: int | None = None
    right_day: int | None = None  # the latest
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it has shown and was not overcome since."""
        return self.opened_at is not None and self.closed_at is None

    def wants_check(self, today: int) -> bool:
        """Whether a right answer today would bring it nearer to being closed."""
        return self.is_open and (self.rights < RIGHTS_TO_CLOSE - 1 or {self.first_right_day, self.right_day} != {today})


def fold(evidence: Iterable[Evidence]) -> Belief:
    """The belief from all evidence, given in any order and any number of times."""
    belief = Belief()
    for one in sorted({one.id: one for one in evidence}.values(), key=lambda one: (one.at, one.id)):
        belief = step(belief, one)
    return belief


def step(belief: Belief, evidence: Evidence) -> Belief:
    """The belief after the next piece of evidence in the order of (time, id)."""
    if evidence.showed:
        opened = belief.opened_at if belief.is_open else evidence.at
        return Belief(met=belief.met + 1, opened_at=opened, met_at=evidence.at)
    if not belief.is_open:
        return belief  # what is not believed needs no disproof
    first, last = (belief.first_right_day, belief.right_day) if belief.rights else (evidence.day, evidence.day)
    assert first is not None  # noqa: S101  # both are set with the first right answer
    assert last is not None  # noqa: S101
    first, last, rights = min(first, evidence.day), max(last, evidence.day), belief.rights + 1
    overcome = rights >= RIGHTS_TO_CLOSE and first < last
    return replace(
        belief,
        rights=rights,
        first_right_day=first,
        right_day=last,
        closed_at=evidence.at if overcome else None,
    )
