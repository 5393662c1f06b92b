"""The answers to one card → its rating, its memory and the day on which it comes back."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise
from typing import Any

import fsrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.scheduling import (
    LEECH_LAPSES,
    Answer,
    CardState,
    Event,
    Memory,
    Preferences,
    Rating,
    due_day,
    fold,
    recall,
    step,
)
from quizzes.scheduling.days import midnight
from quizzes.scheduling.forgetting import interval, window
from quizzes.scheduling.preferences import DEFAULT_RETENTION, RETENTIONS
from tests.lengths import often
from tests.scheduling.histories import TODAY, answer, histories, stepped

WRONG = {"correct": False}
RIGHT = {"correct": True}
HINTED = {"correct": True, "hinted": True}
HINTED_WRONG = {"correct": False, "hinted": True}
GAVE_UP = {"correct": False, "gave_up": True}

memories = st.builds(Memory, st.floats(0.001, 50_000), st.floats(1, 10), st.just(TODAY))
retentions = st.floats(*RETENTIONS)


def on_one_day(*answers: dict[str, bool]) -> list[Answer]:
    return [replace(answer(number), **given) for number, given in enumerate(answers, 1)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answers", "rating", "second_chance"),
    [
        ([RIGHT], Rating.GOOD, False),
        ([WRONG], Rating.AGAIN, True),
        ([HINTED_WRONG], Rating.AGAIN, True),
        ([WRONG, RIGHT], Rating.HARD, False),
        ([WRONG, WRONG], Rating.AGAIN, False),
        ([WRONG, HINTED], Rating.AGAIN, False),
        ([WRONG, GAVE_UP], Rating.AGAIN, False),
        ([HINTED], Rating.HARD, False),
        ([GAVE_UP], Rating.AGAIN, False),
        ([GAVE_UP, RIGHT], Rating.AGAIN, False),
        ([WRONG, WRONG, RIGHT], Rating.AGAIN, False),
        ([WRONG, RIGHT, WRONG], Rating.HARD, False),
        ([RIGHT, WRONG, WRONG], Rating.GOOD, False),
        ([HINTED, RIGHT], Rating.HARD, False),
    ],
)
def test_a_days_rating_follows_from_that_days_answers(
    answers: list[dict[str, bool]], rating: Rating, second_chance: bool
) -> None:
    state = fold(on_one_day(*answers))
    assert (state.rating, state.second_chance) == (rating, second_chance)
    assert state.reviews == 1
    assert state.revision == len(answers)


@pytest.mark.parametrize("rating", list(Rating))
def test_a_flashcard_is_rated_by_the_learner_and_only_once_a_day(rating: Rating) -> None:
    state = fold([answer(1, correct=False, self_rating=rating)])
    assert (state.rating, state.second_chance) == (rating, False)
    again = step(state, answer(2, correct=False, self_rating=Rating.AGAIN))
    assert (again.rating, again.memory, again.due_day) == (rating, state.memory, state.due_day)


def test_further_answers_of_a_settled_day_change_nothing_but_the_count() -> None:
    settled = fold(on_one_day(WRONG, RIGHT))
    later = fold(on_one_day(WRONG, RIGHT, WRONG, RIGHT))
    assert later.revision == 4
    assert replace(later, revision=2, latest_at=settled.latest_at, latest_id=settled.latest_id) == settled


def test_the_next_day_opens_a_new_review_and_closes_the_second_chance() -> None:
    state = fold([answer(1, correct=False), answer(2, TODAY + 1)])
    assert (state.rating, state.second_chance, state.reviews) == (Rating.GOOD, False, 2)
    assert state.settled == fold([answer(1, correct=False)]).memory


def test_wrong_then_right_is_the_same_memory_as_one_review_rated_hard() -> None:
    mended, hinted = fold(on_one_day(WRONG, RIGHT)), fold(on_one_day(HINTED))
    assert (mended.memory, mended.due_day) == (hinted.memory, hinted.due_day)


def test_lapses_count_days_rated_again_after_the_first() -> None:
    first = fold([answer(1, correct=False)])
    assert first.lapses == 0
    second = step(first, answer(2, TODAY + 1, correct=False))
    assert second.lapses == 1
    assert step(second, answer(3, TODAY + 1)).lapses == 0
    assert step(second, answer(3, TODAY + 1, correct=False)).lapses == 1
    assert fold([answer(1), answer(2, TODAY + 1)]).lapses == 0


def test_a_card_forgotten_four_times_is_a_leech() -> None:
    forgotten = [answer(number, TODAY + number, correct=False, gave_up=True) for number in range(6)]
    states = [fold(forgotten[:count]) for count in range(7)]
    assert [state.lapses for state in states] == [0, 0, 1, 2, 3, 4, 5]
    assert [state.leech for state in states] == [False] * (LEECH_LAPSES + 1) + [True, True]


def test_skill_is_a_moving_average_of_the_days_first_answers() -> None:
    first_right = [answer(1), answer(2, correct=False)]
    assert fold([]).skill is None
    assert fold(first_right).skill == 1
    assert fold([answer(1, hinted=True)]).skill == 0
    assert fold([*first_right, answer(3, TODAY + 1, correct=False)]).skill == pytest.approx(0.7)
    mended = [*first_right, answer(3, TODAY + 1, correct=False), answer(4, TODAY + 1)]
    assert fold(mended).skill == pytest.approx(0.7)
    assert fold([*mended, answer(5, TODAY + 2, self_rating=Rating.HARD)]).skill == pytest.approx(0.79)
    assert fold([*mended, answer(5, TODAY + 2, self_rating=Rating.AGAIN)]).skill == pytest.approx(0.49)


def test_the_first_day_and_the_right_days_are_remembered() -> None:
    events = [answer(1, TODAY, correct=False), answer(2, TODAY)]  # right at the second try is not yet right
    events += [answer(3, TODAY + 2, hinted=True), answer(4, TODAY + 3), answer(5, TODAY + 8)]
    events += [answer(6, TODAY + 9, gave_up=True)]
    found = [(state.first_day, state.first_right_day, state.right_day) for state in map(fold, prefixes(events))]
    right, later = (TODAY, TODAY + 3, TODAY + 3), (TODAY, TODAY + 3, TODAY + 8)
    assert found == [(TODAY, None, None)] * 3 + [right, later, later]


def prefixes(events: list[Answer]) -> list[list[Answer]]:
    return [events[:count] for count in range(1, len(events) + 1)]


def test_better_ratings_come_back_later() -> None:
    due = [fold([answer(1, correct=False, self_rating=rating)]).due_day or 0 for rating in Rating]
    assert due == sorted(due)
    assert due[0] < due[2] < due[3]


def test_recall_falls_from_one_to_the_retention_asked_for() -> None:
    memory = fold([answer(1), answer(2, TODAY + 3), answer(3, TODAY + 20)]).memory
    assert memory is not None
    days = interval(memory.stability, DEFAULT_RETENTION)
    curve = [recall(memory, memory.day + day) or 0.0 for day in range(days + 200)]
    assert curve[0] == 1.0
    assert all(later < earlier for earlier, later in pairwise(curve))
    assert curve[days] == pytest.approx(DEFAULT_RETENTION, abs=0.005)
    assert recall(memory, memory.day - 3) == 1.0  # a traveller's day before the review


def test_a_card_that_was_never_answered_has_no_recall() -> None:
    assert recall(CardState().memory, TODAY) is None
    assert fold([]) == CardState()


@settings(max_examples=often(200), deadline=None)
@given(histories(), st.sampled_from([0.80, 0.85, 0.95, 0.97]))
def test_the_retention_asked_for_moves_the_due_day_and_nothing_else(events: list[Event], retention: float) -> None:
    usual, asked = fold(events), fold(events, Preferences(retention=retention))
    assert replace(asked, due_day=usual.due_day) == usual
    if usual.memory and usual.due_day and asked.due_day:
        assert (asked.due_day <= usual.due_day) if retention > DEFAULT_RETENTION else (asked.due_day >= usual.due_day)


@settings(max_examples=often(300), deadline=None)
@given(memories, retentions, st.binary(max_size=32), st.integers(1, 1000))
def test_a_due_day_is_the_same_for_the_same_key_and_within_the_window(
    memory: Memory, retention: float, key: bytes, reviews: int
) -> None:
    preferences = Preferences(retention=retention)
    due = due_day(memory, reviews, preferences, key)
    opens, closes = window(interval(memory.stability, retention))
    assert TODAY + opens <= due <= TODAY + closes
    assert due == due_day(memory, reviews, preferences, key)


def test_cards_learned_together_spread_over_the_whole_window() -> None:
    memory = Memory(100, 5, TODAY)
    due = [due_day(memory, 1, Preferences(), number.to_bytes(16)) - TODAY for number in range(1500)]
    counts = [due.count(day) for day in range(93, 108)]
    assert sum(counts) == 1500
    assert 65 <= min(counts) <= max(counts) <= 135  # 100 each, three and a half standard deviations
    own = {due_day(memory, reviews, Preferences(), b"one card") for reviews in range(1, 200)}
    assert len(own) == 15


def rated(answers: list[Any]) -> list[tuple[int, fsrs.Rating]]:
    """Rule 5 of the design once more, day by day."""
    found = []
    for day, of_day in groupby(answers, key=lambda one: int(one.day)):
        first, *others = of_day
        if first.self_rating is not None:
            rating = fsrs.Rating(int(first.self_rating))
        elif first.correct and not first.gave_up:
            rating = fsrs.Rating.Hard if first.hinted else fsrs.Rating.Good
        elif not first.gave_up and others and others[0].unaided:
            rating = fsrs.Rating.Hard
        else:
            rating = fsrs.Rating.Again
        found.append((day, rating))
    return found


@settings(max_examples=often(200), deadline=None)
@given(histories(travel=False, acts=False), retentions)
def test_memory_and_interval_are_those_of_fsrs_given_one_review_a_day(events: list[Event], retention: float) -> None:
    state = fold(events, Preferences(retention=retention))
    oracle = fsrs.Scheduler(desired_retention=retention, learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    card = fsrs.Card(card_id=1)
    for day, rating in rated(events):
        card, _ = oracle.review_card(card, rating, midnight(day))
    if state.memory is None or state.due_day is None:
        assert not events
        return
    assert (state.memory.stability, state.memory.difficulty) == (card.stability, card.difficulty)
    assert state.memory.day == events[-1].day
    days = (card.due - midnight(state.memory.day)).days
    assert interval(state.memory.stability, retention) == days
    if days < 2.5:  # too short for fuzz
        assert state.due_day == state.memory.day + days


@settings(max_examples=often(200), deadline=None)
@given(histories(acts=False))
def test_every_state_keeps_its_promises(events: list[Event]) -> None:
    state = CardState()
    for count, one in enumerate(events, 1):
        before, state = state, step(state, one)
        assert state.memory is not None
        assert state.due_day is not None
        assert state.first_day is not None
        assert state.skill is not None
        assert state.due_day > state.memory.day >= state.first_day
        assert state.memory.day >= (before.memory.day if before.memory else one.day)
        assert state.revision == count
        assert before.lapses - 1 <= state.lapses <= before.lapses + 1
        assert 0 <= state.lapses <= max(0, state.reviews - 1)
        assert state.reviews <= len({earlier.day for earlier in events[:count]})
        assert 1 <= state.memory.difficulty <= 10
        assert state.memory.stability > 0
        assert 0 <= state.skill <= 1
        assert (state.first_right_day is None) == (state.right_day is None) == (state.skill == 0)
        assert not (state.second_chance and state.rating is not Rating.AGAIN)
        assert 0 < (recall(state.memory, state.due_day) or 0) < 1


@settings(max_examples=often(120), deadline=None)
@given(histories(travel=False, acts=False))
def test_a_day_counts_once_however_many_answers_it_holds(events: list[Event]) -> None:
    assert stepped(events).reviews == len({one.day for one in events})
