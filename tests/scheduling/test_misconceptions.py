"""What answers say of a misconception → whether it is still held."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.scheduling import Belief, Evidence
from quizzes.scheduling.misconceptions import RIGHTS_TO_CLOSE, fold, step
from tests.lengths import often
from tests.scheduling.histories import START, TODAY


def evidence(number: int, day: int, showed: bool) -> Evidence:
    return Evidence(START + timedelta(hours=number), UUID(int=number), day, showed)


def told(*tale: str) -> list[Evidence]:
    """One string per day: ``x`` where the misconception showed, ``r`` where the answer was right."""
    signs = [(day, sign) for day, signs in enumerate(tale, TODAY) for sign in signs]
    return [evidence(number, day, sign == "x") for number, (day, sign) in enumerate(signs, 1)]


@pytest.mark.parametrize(
    ("tale", "is_open"),
    [
        ([], False),
        (["rrr", "rrr"], False),  # what never showed is not believed
        (["x"], True),
        (["x", "rr"], True),
        (["x", "r", "r"], True),
        (["x", "rrrrr"], True),  # on one day only
        (["xrrrrr"], True),
        (["x", "r", "r", "r"], False),
        (["x", "rr", "r"], False),
        (["x", "r", "rr"], False),
        (["xr", "rr"], False),
        (["xrrrrr", "r"], False),
        (["rrr", "x", "rr"], True),  # what was right before does not count
        (["x", "rr", "x", "r"], True),  # it showed again: from the beginning
        (["x", "rr", "xr", "rr"], False),
        (["x", "rr", "r", "x"], True),  # it came back
        (["x", "rr", "r", "x", "rr"], True),
        (["x", "rr", "r", "xr", "rr"], False),
        (["x", "rr", "r", "rrr"], False),
    ],
)
def test_three_right_answers_on_two_days_close_it_until_it_shows_again(tale: list[str], is_open: bool) -> None:
    assert fold(told(*tale)).is_open is is_open


def test_a_belief_remembers_when_it_opened_was_met_and_was_overcome() -> None:
    log = told("x", "x", "rr", "r", "r", "x")
    beliefs = [fold(log[:count]) for count in range(8)]
    assert beliefs[0] == Belief()
    assert [belief.met for belief in beliefs] == [0, 1, 2, 2, 2, 2, 2, 3]
    assert [belief.rights for belief in beliefs] == [0, 0, 0, 1, 2, 3, 3, 0]
    assert [belief.opened_at for belief in beliefs[1:]] == [log[0].at] * 6 + [log[6].at]
    assert [belief.met_at for belief in beliefs[1:]] == [log[0].at] + [log[1].at] * 5 + [log[6].at]
    assert [belief.closed_at for belief in beliefs] == [None] * 5 + [log[4].at] * 2 + [None]
    assert (beliefs[5].first_right_day, beliefs[5].right_day) == (TODAY + 2, TODAY + 3)


@st.composite
def logs(draw: st.DrawFn) -> list[Evidence]:
    """Evidence in its order; a traveller's days may go back, and it may fall on one moment."""
    day, hour, found = TODAY, 0, []
    for number in range(draw(st.integers(0, 14))):
        day += draw(st.sampled_from([0, 0, 1, 3, -1]))
        hour += draw(st.integers(0, 2))
        showed = draw(st.sampled_from([True, False, False, False]))
        found.append(Evidence(START + timedelta(hours=hour), UUID(int=number), day, showed))
    return found


@settings(max_examples=often(150), deadline=None)
@given(logs(), st.integers(0, 2**32))
def test_replay_is_incremental_update_in_any_order_and_with_repeats(log: list[Evidence], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # to repeat, not to hide
    late = log + chance.sample(log, len(log) // 2)
    chance.shuffle(late)
    belief = Belief()
    for one in log:
        belief = step(belief, one)
    assert fold(late) == belief


@settings(max_examples=often(150), deadline=None)
@given(logs().filter(bool))
def test_a_belief_is_open_from_the_last_time_it_showed_until_overcome(log: list[Evidence]) -> None:
    """The rule once more, from the whole log."""
    belief = fold(log)
    shown = [place for place, one in enumerate(log) if one.showed]
    since = [one.day for one in log[shown[-1] + 1 :]] if shown else []
    overcome = any(count >= RIGHTS_TO_CLOSE and len(set(since[:count])) > 1 for count in range(1, len(since) + 1))
    assert belief.is_open is (bool(shown) and not overcome)
    assert belief.met == len(shown)


def rights_to_go(belief: Belief) -> int:
    """The fewest right answers, on the best days, that close an open belief."""
    days = {belief.first_right_day, belief.right_day} - {None}
    return max(RIGHTS_TO_CLOSE - belief.rights, 2 - len(days))


@settings(max_examples=often(150), deadline=None)
@given(logs(), st.integers(-4, 4))
def test_a_check_is_wanted_where_a_right_answer_today_brings_it_nearer_to_its_end(
    log: list[Evidence], days: int
) -> None:
    belief, today = fold(log), (log[-1].day if log else TODAY) + days
    if not belief.is_open:
        assert not belief.wants_check(today)
        return
    after = step(belief, evidence(10**6, today, showed=False))
    nearer = not after.is_open or rights_to_go(after) < rights_to_go(belief)
    assert belief.wants_check(today) is nearer


def test_after_two_right_answers_a_day_must_pass() -> None:
    waiting = fold(told("x", "rr"))
    assert not waiting.wants_check(TODAY + 1)
    assert waiting.wants_check(TODAY + 2)
    assert fold(told("x", "r")).wants_check(TODAY + 1)
    assert fold(told("x", "r", "r")).wants_check(TODAY + 1)  # a traveller's clock went back: two days are there
