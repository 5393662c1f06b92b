"""A learner's days: when they begin, and what travel, daylight saving and another hour do to them."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.scheduling import Answer, CardState, Event, Preferences, date_of, day_of, fold, learner_day, step
from tests.lengths import often
from tests.scheduling.histories import START, histories

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("local", "offset_hours", "expected"),
    [
        ("2026-04-01 03:59", 9, date(2026, 3, 31)),
        ("2026-04-01 04:00", 9, date(2026, 4, 1)),
        ("2026-04-01 23:59", 9, date(2026, 4, 1)),
        ("2026-04-02 00:00", 9, date(2026, 4, 1)),
        ("2026-04-02 03:59", -11, date(2026, 4, 1)),
        ("2026-04-02 04:00", -11, date(2026, 4, 2)),
        ("2026-04-02 04:00", 5.75, date(2026, 4, 2)),
        ("1969-12-31 03:59", 0, date(1969, 12, 30)),
        ("2028-03-01 03:59", 14, date(2028, 2, 29)),
    ],
)
def test_a_learners_day_begins_at_four_on_the_local_clock(local: str, offset_hours: float, expected: date) -> None:
    offset = timedelta(hours=offset_hours)
    moment = datetime.fromisoformat(local).replace(tzinfo=UTC) - offset
    assert date_of(learner_day(moment, offset)) == expected


def test_the_day_may_begin_at_another_hour() -> None:
    midnight = datetime(2026, 4, 2, tzinfo=UTC)
    assert learner_day(midnight, timedelta(0), 0) == learner_day(midnight, timedelta(0), 4) + 1
    assert learner_day(midnight - timedelta(microseconds=1), timedelta(0), 0) == learner_day(midnight, timedelta(0), 4)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_days_and_dates_are_each_others_inverse(day: date) -> None:
    assert date_of(day_of(day)) == day
    assert day_of(day + timedelta(days=1)) == day_of(day) + 1


@pytest.mark.parametrize("day_start_hour", [0, 2, 4, 23])
@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "America/Santiago"])
def test_daylight_saving_breaks_no_day_in_two(zone: str, day_start_hour: int) -> None:
    """Every hour of a year: the days follow each other, each of 23 to 25 hours, on the dates of the clock."""
    days = []
    for number in range(24 * 366):
        moment = START + number * HOUR
        local = moment.astimezone(ZoneInfo(zone))
        days.append(learner_day(moment, local.utcoffset() or timedelta(0), day_start_hour))
        assert date_of(days[-1]) == (local.replace(tzinfo=None) - day_start_hour * HOUR).date()
    assert days == sorted(days)
    whole = range(days[0] + 1, days[-1])
    assert {days.count(day) for day in whole} == {23, 24, 25}


@settings(max_examples=often(120), deadline=None)
@given(st.randoms(use_true_random=False))
def test_however_a_learner_travels_no_day_counts_twice(chance: random.Random) -> None:
    """The offset and the hour at which days begin change between answers; reviews are the days that got later."""
    state, at, latest = CardState(), START, list[int]()
    for number in range(20):
        at += timedelta(minutes=chance.randint(1, 900))
        offset = timedelta(minutes=chance.randrange(-12 * 60, 14 * 60 + 1, 15))
        day = learner_day(at, offset, chance.randint(0, 23))
        state = step(state, Answer(at, UUID(int=number), day, chance.choice((True, False))))
        if not latest or day > latest[-1]:
            latest.append(day)
        assert state.memory is not None
        assert state.memory.day == latest[-1]
        assert state.reviews == len(latest)
        assert state.settled is None or state.settled.day == latest[-2]


@settings(max_examples=often(120), deadline=None)
@given(histories(), st.integers(0, 23))
def test_another_hour_at_which_days_begin_moves_no_day_of_the_past(events: list[Event], hour: int) -> None:
    assert fold(events, Preferences(day_start_hour=hour)) == fold(events)
