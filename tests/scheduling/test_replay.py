"""Replay is incremental update, whatever order events arrive in; what a learner does with a card itself."""

from __future__ import annotations

import random
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes.scheduling import (
    Action,
    Answer,
    CardState,
    Event,
    Preferences,
    Rating,
    fold,
    step,
)
from tests.lengths import often
from tests.scheduling.histories import (
    START,
    TODAY,
    action,
    answer,
    arrived,
    disordered,
    histories,
    history,
    learned,
)

KEY = b"learner and template"
PREFERENCES = Preferences(retention=0.93)


@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories(), st.integers(0, 2**32))
def test_replay_is_incremental_update(events: list[Event], seed: int) -> None:
    """In whatever order events arrive, some of them twice, and at whatever point of that one looks."""
    chance = random.Random(seed)  # noqa: S311  # to repeat, not to hide
    late = disordered(events, chance)
    so_far = late[: chance.randint(0, len(late))]
    assert arrived(so_far, PREFERENCES, KEY) == fold(so_far, PREFERENCES, KEY)
    assert fold(late, PREFERENCES, KEY) == fold(events, PREFERENCES, KEY)


def test_ten_thousand_orders_of_arrival_end_in_the_same_states() -> None:
    chance = random.Random(5)  # noqa: S311  # to repeat, not to hide
    for _ in range(400):
        events = history(chance)
        state = fold(events, PREFERENCES, KEY)
        for _ in range(25):
            late = disordered(events, chance)
            assert arrived(late, PREFERENCES, KEY) == state, late


def test_an_event_that_does_not_follow_is_refused() -> None:
    state = fold([answer(1), answer(3)])
    for late in (answer(2), answer(3), action(4, "void", voids=answer(1))):
        assert not state.follows(late)
        with pytest.raises(ValueError, match="fold all events again"):
            step(state, late)
    assert state.follows(answer(4))
    assert state.follows(action(4, "reset"))
    assert not CardState().follows(action(1, "void", voids=answer(2)))


def test_events_of_the_same_moment_are_ordered_by_id() -> None:
    wrong, right = Answer(START, UUID(int=1), TODAY, False), Answer(START, UUID(int=2), TODAY, True)
    assert fold([right, wrong]).rating is Rating.HARD
    assert fold([right, wrong]).latest_id == right.id
    with pytest.raises(ValueError, match="does not follow"):
        step(fold([right]), wrong)


@settings(max_examples=often(150), deadline=None)
@given(histories().filter(bool), st.randoms(use_true_random=False))
def test_what_is_voided_might_as_well_never_have_been(events: list[Event], chance: random.Random) -> None:
    taken_back = chance.choice(events)
    void = action(10**6, "void", voids=taken_back)
    state = fold([*events, void])
    assert (state.revision, state.latest_at, state.latest_id) == (len(events) + 1, void.at, void.id)
    is_void = isinstance(taken_back, Action) and taken_back.act == "void"
    without = events if is_void else [one for one in events if one.id != taken_back.id]
    assert learned(state) == learned(fold(without))


def test_a_void_holds_for_good_and_for_its_own_event_alone() -> None:
    first, second = answer(1, correct=False), answer(2, TODAY + 1)
    void = action(3, "void", voids=first)
    assert learned(fold([first, second, void])) == learned(fold([second]))
    assert learned(fold([first, second, void, action(4, "void", voids=void)])) == learned(fold([second]))
    assert learned(fold([first, action(2, "void", voids=second)])) == learned(fold([first]))
    assert learned(fold([first, action(2, "void")])) == learned(fold([first]))


def test_a_reset_may_be_taken_back() -> None:
    events, reset = [answer(1), answer(2, TODAY + 4)], action(3, "reset", TODAY + 5)
    assert learned(fold([*events, reset, action(4, "void", voids=reset)])) == learned(fold(events))


def test_a_void_that_arrives_before_its_answer_still_takes_it_back() -> None:
    first = answer(1)
    assert learned(arrived([action(2, "void", voids=first), first])) == CardState()


@settings(max_examples=often(150), deadline=None)
@given(histories(), histories(acts=False))
def test_a_reset_makes_the_card_new(before: list[Event], after: list[Event]) -> None:
    reset = action(10**6, "reset")
    assert learned(fold([*before, reset])) == CardState()
    later = [replace(one, at=reset.at, id=UUID(int=10**6 + one.id.int)) for one in after]
    state = fold([*before, reset, *later])
    assert learned(state) == learned(fold(later))
    assert state.revision == len(before) + 1 + len(after)


def test_suspending_lasts_until_resuming_and_burying_for_a_day() -> None:
    suspended = fold([answer(1), action(2, "suspend")])
    assert suspended.suspended
    assert step(suspended, answer(3, TODAY + 1)).suspended
    buried = step(suspended, action(3, "bury", TODAY + 2))
    assert (buried.suspended, buried.buried_day) == (True, TODAY + 2)
    resumed = step(buried, action(4, "resume", TODAY + 2))
    assert (resumed.suspended, resumed.buried_day) == (False, None)
    assert learned(resumed) == learned(fold([answer(1)]))


@settings(max_examples=often(150), deadline=None)
@given(histories())
def test_suspending_resuming_and_burying_leave_the_memory_alone(events: list[Event]) -> None:
    quiet = ("suspend", "resume", "bury")
    others = [one for one in events if isinstance(one, Answer) or one.act not in quiet]
    state = fold(events)
    assert learned(replace(state, suspended=False, buried_day=None)) == learned(fold(others))
