"""The attempts on one card → its state."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes import scheduling
from quizzes.scheduling import CardState, Event, Rating, fold, learner_day, recall, step

START = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
TODAY = learner_day(START, timedelta(0))

WRONG = {"correct": False}
RIGHT = {"correct": True}
HINTED = {"correct": True, "hinted": True}
HINTED_WRONG = {"correct": False, "hinted": True}
GAVE_UP = {"correct": False, "gave_up": True}


def event(number: int, day: int = TODAY, correct: bool = True, **others: bool | Rating) -> Event:
    """The attempt ``number``, made in that order."""
    return Event(START + timedelta(minutes=number), UUID(int=number), day, correct, **others)  # type: ignore[arg-type]


def on_one_day(*answers: dict[str, bool]) -> list[Event]:
    return [event(number, **answer) for number, answer in enumerate(answers, 1)]


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
    state = fold([event(1, correct=False, self_rating=rating)])
    assert (state.rating, state.second_chance) == (rating, False)
    again = step(state, event(2, correct=False, self_rating=Rating.AGAIN))
    assert (again.rating, again.memory, again.due_day) == (rating, state.memory, state.due_day)


def test_further_answers_of_a_settled_day_change_nothing_but_the_count() -> None:
    settled = fold(on_one_day(WRONG, RIGHT))
    later = fold([*on_one_day(WRONG, RIGHT), event(3, correct=False), event(4, correct=True)])
    assert later.revision == 4
    assert (later.memory, later.settled, later.rating, later.due_day, later.reviews, later.lapses) == (
        settled.memory,
        settled.settled,
        settled.rating,
        settled.due_day,
        settled.reviews,
        settled.lapses,
    )


def test_the_next_day_opens_a_new_review_and_closes_the_second_chance() -> None:
    state = fold([event(1, correct=False), event(2, TODAY + 1, correct=True)])
    assert (state.rating, state.second_chance, state.reviews) == (Rating.GOOD, False, 2)
    assert state.settled == fold([event(1, correct=False)]).memory


def test_one_review_a_day_is_what_fsrs_sees() -> None:
    """Wrong, then right is the same memory as one review rated hard."""
    mended = fold(on_one_day(WRONG, RIGHT))
    hinted = fold(on_one_day(HINTED))
    assert mended.memory == hinted.memory
    assert mended.due_day == hinted.due_day


def test_lapses_count_days_rated_again_after_the_first() -> None:
    first = fold([event(1, TODAY, correct=False)])
    assert first.lapses == 0
    second = step(first, event(2, TODAY + 1, correct=False))
    assert second.lapses == 1
    mended = step(second, event(3, TODAY + 1, correct=True))
    assert mended.lapses == 0
    assert step(second, event(3, TODAY + 1, correct=False)).lapses == 1
    assert fold([event(n, TODAY + n, correct=False, gave_up=True) for n in range(1, 5)]).lapses == 3
    assert fold([event(1), event(2, TODAY + 1, correct=True)]).lapses == 0


def test_better_ratings_come_back_later() -> None:
    due = [fold([event(1, correct=False, self_rating=rating)]).due_day or 0 for rating in Rating]
    assert due == sorted(due)
    assert due[0] < due[2] < due[3]


def test_recall_falls_with_the_days_to_the_retention_asked_for() -> None:
    state = fold([event(1), event(2, TODAY + 3), event(3, TODAY + 20)])
    assert state.memory is not None
    assert state.due_day is not None
    curve = [recall(state.memory, day) or 0.0 for day in range(TODAY + 20, state.due_day + 200)]
    assert curve[0] == 1.0
    assert all(later < earlier for earlier, later in pairwise(curve))
    assert recall(state.memory, state.due_day) == pytest.approx(scheduling.DEFAULT_RETENTION, abs=0.005)


def test_a_higher_retention_asks_sooner() -> None:
    history = [event(1), event(2, TODAY + 3)]
    assert (fold(history, 0.95).due_day or 0) < (fold(history, 0.8).due_day or 0)
    patient = fold(history, 0.8)
    assert recall(patient.memory, patient.due_day or 0, 0.8) == pytest.approx(0.8, abs=0.02)


def test_a_card_that_was_never_answered_has_no_recall() -> None:
    assert recall(CardState().memory, TODAY) is None
    assert fold([]) == CardState()


def test_an_attempt_that_does_not_follow_is_refused() -> None:
    state = fold([event(1), event(3)])
    for late in (event(2), event(3)):
        assert not state.follows(late)
        with pytest.raises(ValueError, match="fold all attempts again"):
            step(state, late)
    assert state.follows(event(4))


def test_attempts_of_the_same_moment_are_ordered_by_id() -> None:
    wrong, right = Event(START, UUID(int=1), TODAY, False), Event(START, UUID(int=2), TODAY, True)
    assert fold([right, wrong]).rating is Rating.HARD
    assert fold([right, wrong]).latest_id == right.id
    with pytest.raises(ValueError, match="does not follow"):
        step(fold([right]), wrong)


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
    assert scheduling.date_of(learner_day(moment, offset)) == expected


def test_the_day_may_begin_at_another_hour() -> None:
    midnight = datetime(2026, 4, 2, tzinfo=UTC)
    assert learner_day(midnight, timedelta(0), 0) == learner_day(midnight, timedelta(0), 4) + 1
    assert learner_day(midnight - timedelta(microseconds=1), timedelta(0), 0) == learner_day(midnight, timedelta(0), 4)


@st.composite
def histories(draw: st.DrawFn, travel: bool = True) -> list[Event]:
    """Up to a dozen attempts in the order in which they were made; a traveller's days may go back."""
    found: list[Event] = []
    at, day = START, TODAY
    for number in range(draw(st.integers(0, 12))):
        at += timedelta(minutes=draw(st.sampled_from([0, 1, 700, 5000])))
        day += draw(st.sampled_from([0, 0, 0, 1, 1, 2, 30, 400] + ([-1, -2] if travel else [])))
        kind = draw(st.sampled_from(["right", "wrong", "hinted", "gave up", "rated"]))
        found.append(
            Event(
                at,
                UUID(int=number + 1),
                day,
                correct=kind in ("right", "hinted"),
                hinted=kind == "hinted",
                gave_up=kind == "gave up",
                self_rating=Rating(draw(st.integers(1, 4))) if kind == "rated" else None,
            )
        )
    return found


def stepped(events: list[Event]) -> CardState:
    state = CardState()
    for one in events:
        state = step(state, one)
    return state


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories(), st.randoms(use_true_random=False))
def test_replay_is_incremental_update_in_any_order_and_with_repeats(events: list[Event], chance: random.Random) -> None:
    shuffled = events + [chance.choice(events) for _ in range(len(events) // 2)]
    chance.shuffle(shuffled)
    incremental = stepped(events)
    assert fold(shuffled) == incremental
    assert fold([*events, *events]) == incremental


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_every_state_keeps_its_promises(events: list[Event]) -> None:
    state = CardState()
    for count, one in enumerate(events, 1):
        before, state = state, step(state, one)
        assert state.memory is not None
        assert state.due_day is not None
        assert state.due_day > state.memory.day
        assert state.memory.day >= (before.memory.day if before.memory else one.day)
        assert state.revision == count
        assert before.lapses - 1 <= state.lapses <= before.lapses + 1
        assert 0 <= state.lapses <= max(0, state.reviews - 1)
        assert state.reviews <= len({earlier.day for earlier in events[:count]})
        assert 1 <= state.memory.difficulty <= 10
        assert state.memory.stability > 0
        assert not (state.second_chance and state.rating is not Rating.AGAIN)
        assert 0 < (recall(state.memory, state.due_day) or 0) < 1


@settings(max_examples=200, deadline=None)
@given(histories(travel=False))
def test_a_day_counts_once_however_many_attempts_it_holds(events: list[Event]) -> None:
    assert stepped(events).reviews == len({one.day for one in events})
