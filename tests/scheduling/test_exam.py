"""The last days before an exam: every card is seen once more, evenly spread."""

from __future__ import annotations

import random
from dataclasses import dataclass
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.scheduling import Preferences, before_exam, planned, portion
from quizzes.scheduling.forgetting import fuzzed, interval
from quizzes.scheduling.planning import PASS_DAYS
from tests.lengths import often
from tests.scheduling.histories import TODAY

templates = st.uuids()


@settings(max_examples=often(300), deadline=None)
@given(templates, st.integers(0, 60), st.integers(1, 90), st.integers(-3, 30))
def test_what_was_not_seen_in_the_last_days_is_due_before_the_exam(
    template: UUID, ago: int, days: int, exam_in: int
) -> None:
    day, exam = TODAY - ago, TODAY + exam_in
    found = before_exam(template, day, day + days, exam, TODAY)
    if exam_in <= 0 or day >= exam - PASS_DAYS:
        assert found == day + days
    else:
        assert found < exam
        assert found <= day + days
        assert found == day + days or found >= max(exam - PASS_DAYS, TODAY)


@given(templates, st.integers(0, 60), st.integers(1, 90))
def test_without_an_exam_and_on_its_day_nothing_is_moved(template: UUID, ago: int, days: int) -> None:
    due = TODAY - ago + days
    for exam in (None, TODAY, TODAY - 1, TODAY - 40):
        assert before_exam(template, TODAY - ago, due, exam, TODAY) == due


@given(templates)
def test_the_last_day_takes_what_is_left(template: UUID) -> None:
    assert before_exam(template, TODAY - 20, TODAY + 300, TODAY + 1, TODAY) == TODAY


@pytest.mark.parametrize("left", range(1, PASS_DAYS + 4))
def test_the_final_pass_is_spread_evenly_over_the_days_that_are_left(left: int) -> None:
    """Day by day, whoever does what is due that day does about as much as on any other."""
    exam = TODAY + left
    chance = random.Random(left)  # noqa: S311  # to repeat, not to hide
    waiting = [UUID(int=chance.getrandbits(128)) for _ in range(300 * PASS_DAYS)]
    loads = []
    for today in range(TODAY, exam):
        due = {card for card in waiting if before_exam(card, TODAY - 20, TODAY + 300, exam, today) <= today}
        loads.append(len(due))
        waiting = [card for card in waiting if card not in due]
    assert not waiting
    assert loads[:-PASS_DAYS] == [0] * max(left - PASS_DAYS, 0)
    passed = loads[-PASS_DAYS:]
    even = sum(passed) / len(passed)
    assert all(abs(load - even) < 4 * even**0.5 for load in passed), loads


@dataclass
class Learned:
    """A card of a learner who knows everything."""

    stability: float
    day: int
    due_day: int

    def review(self, today: int, key: bytes) -> None:
        self.stability *= 2.5
        self.day = today
        self.due_day = today + fuzzed(interval(self.stability, 0.9), key)


def study(deck: dict[UUID, Learned], exam: int, today: int, lazy: float, chance: random.Random) -> None:
    """A day's portion is done, or with the chance ``lazy`` not."""
    preferences = Preferences(exam_day=exam)
    cards = [
        planned(template, template, card.stability, card.day, card.due_day, preferences, today)
        for template, card in deck.items()
    ]
    for card in cards:
        assert card.opens <= card.closes
        assert card.due_day <= card.closes
        assert card.closes < exam or card.day >= exam - PASS_DAYS
    if chance.random() < lazy and today < exam - 1:
        return
    for card in portion(cards, 0, today):
        deck[card.template].review(today, card.template.bytes)


@pytest.mark.parametrize("lazy", [0.0, 0.4])
@pytest.mark.parametrize("ahead", [1, 3, 7, 12, 40])
def test_whoever_follows_the_portion_has_seen_every_card_in_the_last_days(ahead: int, lazy: float) -> None:
    for seed in range(5):
        exam = TODAY + ahead
        chance = random.Random(seed)  # noqa: S311  # to repeat, not to hide
        deck = {}
        for _ in range(80):
            template, day = UUID(int=chance.getrandbits(128)), TODAY - chance.randint(1, 40)
            deck[template] = Learned(chance.uniform(0.5, 90), day, 0)
            deck[template].due_day = max(TODAY, day + fuzzed(interval(deck[template].stability, 0.9), template.bytes))
        for today in range(TODAY, exam):
            study(deck, exam, today, lazy, chance)
        assert all(card.day >= exam - PASS_DAYS for card in deck.values())


def test_what_was_seen_in_the_last_days_is_no_load_on_the_days_before_the_exam() -> None:
    preferences = Preferences(exam_day=TODAY + 3)
    seen = [planned(UUID(int=n), UUID(int=0), 40.0, TODAY - 2, TODAY + 38, preferences, TODAY) for n in range(300)]
    relaxed = [planned(UUID(int=n), UUID(int=0), 3.0, TODAY - 3, TODAY, preferences, TODAY) for n in range(300, 306)]
    assert portion(seen, 0, TODAY) == []
    assert len(portion(seen + relaxed, 0, TODAY)) == len(portion(relaxed, 0, TODAY)) == 3
