"""Which cards a day asks for, and in which order. Pure: a function of the cards, the day and the preferences."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from .forgetting import interval, pick, retrievability, window
from .preferences import Preferences

HORIZON = 7  # days ahead over which the load is levelled
PASS_DAYS = 7  # before the exam, in which every card is seen once more


class Planned(NamedTuple):
    """A card that was learned: when it should come back, and between which days it may."""

    template: UUID
    topic: UUID
    stability: float
    day: int  # of the latest review
    due_day: int
    opens: int
    closes: int


def planned(
    template: UUID, topic: UUID, stability: float, day: int, due_day: int, preferences: Preferences, today: int
) -> Planned:
    """The card with its window: FSRS's fuzz range around its interval, cut short by the exam."""
    earliest, latest = window(interval(stability, preferences.retention))
    due, closes = (
        before_exam(template, day, last, preferences.exam_day, today) for last in (due_day, max(day + latest, due_day))
    )
    return Planned(template, topic, stability, day, due, min(day + earliest, closes), closes)


def before_exam(template: UUID, day: int, due_day: int, exam_day: int | None, today: int) -> int:
    """``due_day``, or sooner before an exam: what was not seen in the last days before it is seen once more then.

    The final pass is spread evenly over its days, or over those that are left. On the day itself it is over.
    """
    if exam_day is None or exam_day <= today or day >= exam_day - PASS_DAYS:
        return due_day
    first = max(exam_day - PASS_DAYS, today)
    left = exam_day - first
    # Each number of days left draws anew: of one number, the remainders by 6, 4, 3 and 2 hang together.
    return min(due_day, first + pick(template.bytes + bytes([left]), left))


def portion(cards: Iterable[Planned], reviewed: int, today: int) -> list[Planned]:
    """The cards to ask today, when ``reviewed`` were asked today already: the load is levelled over a week.

    The least daily number with which every card due within the week comes before its window closes; cards whose window
    has opened are taken in the order in which they close. What closes today or is overdue is always asked. The number
    stays the same while the portion is worked through, and until more falls due it is on no day above the most cards
    that were due on one day.
    """
    near = sorted((card for card in cards if card.due_day < today + HORIZON), key=_closing)
    total = unopened = 0
    for count, card in enumerate(near, 1):
        unopened += card.opens > today
        later = max(card.closes - today, 0)  # days after today that are left for these cards
        total = max(total, -(-(reviewed + count) // (later + 1)))
        if later:  # what has not opened is all left to them
            total = max(total, -(-unopened // later))
    return [card for card in near if card.opens <= today][: max(total - reviewed, 0)]


def _closing(card: Planned) -> tuple[int, int, UUID]:
    return card.closes, card.due_day, card.template


def loss(stability: float, elapsed: int) -> float:
    """The recall that is lost by waiting one more day.

    What is fresh falls fast and is saved first; what is long forgotten has little left to lose. With more cards due
    than time for them, this order keeps the most recall.
    """
    return retrievability(stability, elapsed) - retrievability(stability, elapsed + 1)


def ordered(
    cards: Iterable[Planned], today: int, last_topic: UUID | None = None, preferred: Collection[UUID] = ()
) -> list[Planned]:
    """``cards`` in the order to ask them: the preferred templates first, then largest loss first, topics in turns."""
    return sorted(
        cards,
        key=lambda card: (
            card.template not in preferred,
            card.topic == last_topic,
            -loss(card.stability, max(0, today - card.day)),
            card.template,
        ),
    )
