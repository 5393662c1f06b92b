"""Which cards a day asks for, and in which order."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.scheduling import DEFAULTS, Planned, Preferences, ordered, planned, portion
from quizzes.scheduling.forgetting import fuzzed, interval, window
from quizzes.scheduling.planning import HORIZON, loss
from tests.lengths import often
from tests.scheduling.histories import TODAY

TOPICS = [UUID(int=number) for number in range(4)]
seeds = st.integers(0, 2**32)


@st.composite
def plans(draw: st.DrawFn, days: int = 21) -> list[Planned]:
    """Cards with windows of all widths, due on one of that many days or overdue."""
    rows = st.tuples(st.integers(-5, days - 1), st.integers(0, 9), st.integers(0, 12))
    return [
        Planned(UUID(int=number), TOPICS[number % 4], 10.0, TODAY - 30, due, due - early, due + late)
        for number, (days, early, late) in enumerate(draw(st.lists(rows, max_size=40)))
        for due in [TODAY + days]
    ]


@dataclass
class Followed:
    """What came of following the portion for as long as a card was left."""

    asked: dict[UUID, int] = field(default_factory=dict)
    loads: list[int] = field(default_factory=list)


def followed(cards: list[Planned]) -> Followed:
    found, left, today = Followed(), list(cards), TODAY
    while left:
        asked = portion(left, 0, today)
        found.loads.append(len(asked))
        found.asked |= {card.template: today for card in asked}
        left = [card for card in left if card.template not in found.asked]
        today += 1
    return found


def peak(cards: list[Planned]) -> int:
    """The most cards of a day when each is asked when due."""
    return max(Counter(max(card.due_day, TODAY) for card in cards).values(), default=0)


@settings(max_examples=often(120), deadline=None)
@given(plans())
def test_a_portion_holds_what_closes_today_and_nothing_that_is_not_open(cards: list[Planned]) -> None:
    asked = portion(cards, 0, TODAY)
    assert {card for card in cards if card.closes <= TODAY} <= set(asked)
    assert all(card.opens <= TODAY for card in asked)
    assert [card.closes for card in asked] == sorted(card.closes for card in asked)
    assert len(asked) == len(set(asked))


@settings(max_examples=often(120), deadline=None)
@given(plans())
def test_whoever_follows_the_portion_asks_every_card_within_its_window(cards: list[Planned]) -> None:
    asked = followed(cards).asked
    for card in cards:
        assert card.opens <= asked[card.template] <= max(card.closes, TODAY)


@settings(max_examples=often(300), deadline=None)
@given(plans(HORIZON))
def test_no_day_of_a_weeks_portions_is_longer_than_the_longest_of_due_cards(cards: list[Planned]) -> None:
    assert max(followed(cards).loads, default=0) <= peak(cards)


def learned(number: int, day: int, days: int) -> Planned:
    """A card learned so that it has an interval of ``days``."""
    opens, closes = window(days)
    due = day + fuzzed(days, number.to_bytes(4))
    return Planned(UUID(int=number), TOPICS[number % 4], float(days), day, due, day + opens, day + closes)


@pytest.mark.parametrize("seed", range(8))
def test_nor_is_it_where_months_of_cards_learned_at_any_time_come_due(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # to repeat, not to hide
    intervals = [chance.randint(1, 120) for _ in range(200)]
    cards = [learned(number, TODAY + chance.randint(0, 60) - days, days) for number, days in enumerate(intervals)]
    cards = [card for card in cards if card.due_day >= TODAY]
    loads = followed(cards).loads
    assert max(loads) <= 0.8 * peak(cards)


def test_what_was_learned_on_one_day_comes_back_over_its_whole_window() -> None:
    """A week ahead is known at a time, so the fifteen days are not quite even."""
    cards = [learned(number, TODAY - window(100)[0], 100) for number in range(300)]
    loads = followed(cards).loads
    assert len(loads) == 15
    assert 0.5 * 20 <= min(loads) <= max(loads) <= 1.3 * 20


@settings(max_examples=often(120), deadline=None)
@given(plans(), seeds)
def test_each_review_takes_one_card_from_the_portion_whatever_the_order(cards: list[Planned], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # to repeat, not to hide
    left = list(cards)
    today = portion(left, 0, TODAY)
    for reviewed in range(1, len(today) + 1):
        done = chance.choice(today)
        left.remove(done)
        today.remove(done)
        assert portion(left, reviewed, TODAY) == today


def test_what_opens_tomorrow_is_counted_from_the_beginning_of_the_day() -> None:
    """Ten cards a day would do for all, but not once tomorrow's twenty are known to wait until tomorrow."""
    tomorrow = [Planned(UUID(int=n), TOPICS[0], 9.0, TODAY - 9, TODAY + 1, TODAY + 1, TODAY + 1) for n in range(20)]
    open_now = [Planned(UUID(int=n), TOPICS[0], 9.0, TODAY - 9, TODAY, TODAY, TODAY + 6) for n in range(20, 70)]
    assert len(portion(tomorrow + open_now, 0, TODAY)) == 20
    assert len(portion(tomorrow + open_now[5:], 5, TODAY)) == 15


@settings(max_examples=often(120), deadline=None)
@given(plans())
def test_where_all_is_open_the_daily_number_is_the_least_that_will_do(cards: list[Planned]) -> None:
    cards = [card._replace(opens=TODAY) for card in cards if card.closes > TODAY and card.due_day < TODAY + HORIZON]
    number = len(portion(cards, 0, TODAY))
    closes = sorted(card.closes for card in cards)

    def will_do(daily: int) -> bool:
        return all(place < daily * (close - TODAY + 1) for place, close in enumerate(closes))

    assert will_do(number)
    assert not cards or not will_do(number - 1)


def test_more_work_than_asked_for_leaves_nothing_to_do() -> None:
    assert portion([], 0, TODAY) == []
    rest = [Planned(UUID(int=1), TOPICS[0], 9.0, TODAY - 9, TODAY + 1, TODAY - 1, TODAY + 3)]
    assert portion(rest, 0, TODAY) == rest
    assert portion(rest, 40, TODAY) == portion(rest, 40, TODAY + 2) == []
    assert portion(rest, 40, TODAY + 3) == rest  # but what closes today is asked all the same


@given(plans(), st.sampled_from([None, *TOPICS]), st.integers(0, 3), seeds)
def test_cards_come_preferred_first_then_another_topic_then_by_what_is_lost(
    cards: list[Planned], last_topic: UUID | None, preferred: int, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  # to repeat, not to hide
    cards = [
        card._replace(stability=chance.choice([0.5, 3.0, 40.0]), day=TODAY - chance.randint(-1, 30)) for card in cards
    ]
    chosen = {card.template for card in cards[:preferred]}
    found = ordered(cards, TODAY, last_topic, chosen)
    ranks = [
        (card.template not in chosen, card.topic == last_topic, -loss(card.stability, max(0, TODAY - card.day)))
        for card in found
    ]
    assert ranks == sorted(ranks)
    shuffled = chance.sample(cards, len(cards))
    assert ordered(shuffled, TODAY, last_topic, list(chosen)) == found


def test_a_card_that_is_preferred_goes_before_a_larger_loss_and_another_topic() -> None:
    fresh, firm, other = (
        Planned(UUID(int=number), TOPICS[topic], stability, TODAY - 3, TODAY, TODAY, TODAY)
        for number, topic, stability in ((1, 0, 1.0), (2, 0, 90.0), (3, 1, 40.0))
    )
    assert ordered([firm, other, fresh], TODAY) == [fresh, other, firm]
    assert ordered([firm, other, fresh], TODAY, TOPICS[0]) == [other, fresh, firm]
    assert ordered([firm, other, fresh], TODAY, TOPICS[0], {firm.template}) == [firm, other, fresh]


@pytest.mark.parametrize("stability", [0.5, 3.0, 100.0])
def test_the_longer_a_card_has_waited_the_less_another_day_costs(stability: float) -> None:
    losses = [loss(stability, elapsed) for elapsed in range(200)]
    assert all(0 < later < earlier for earlier, later in pairwise(losses))


@settings(max_examples=often(120), deadline=None)
@given(st.floats(0.1, 2000), st.floats(0.8, 0.97), st.binary(min_size=1), st.integers(0, 60))
def test_without_an_exam_a_cards_window_is_that_of_its_interval(
    stability: float, retention: float, key: bytes, elapsed: int
) -> None:
    days, day = interval(stability, retention), TODAY - elapsed
    due = day + fuzzed(days, key)
    card = planned(UUID(int=1), TOPICS[0], stability, day, due, Preferences(retention=retention), TODAY)
    assert card == (UUID(int=1), TOPICS[0], stability, day, due, day + window(days)[0], day + window(days)[1])


def test_a_due_day_from_another_retention_is_never_after_its_window() -> None:
    card = planned(UUID(int=1), TOPICS[0], 10.0, TODAY, TODAY + 37, DEFAULTS, TODAY)
    assert (card.opens, card.due_day, card.closes) == (TODAY + 8, TODAY + 37, TODAY + 37)
