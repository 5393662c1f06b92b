"""The forgetting curve against the fsrs package."""

from __future__ import annotations

import fsrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.scheduling.days import midnight
from quizzes.scheduling.forgetting import LONGEST, fuzzed, interval, pick, retrievability, window
from quizzes.scheduling.preferences import RETENTIONS
from tests.lengths import often

stabilities = st.floats(0.001, 100_000)
GRID = [0.001, 0.2, 1, 2.3065, 10, 99.5, 365, 36500]


def reviewed(stability: float, difficulty: float = 5.0) -> fsrs.Card:
    state = fsrs.State.Review
    return fsrs.Card(1, state, None, stability, difficulty, due=midnight(0), last_review=midnight(0))


@settings(max_examples=often(300), deadline=None)
@given(stabilities, st.integers(0, 40_000))
def test_recall_is_that_of_fsrs(stability: float, elapsed: int) -> None:
    expected = fsrs.Scheduler().get_card_retrievability(reviewed(stability), midnight(elapsed))
    assert retrievability(stability, elapsed) == expected


@pytest.mark.parametrize("stability", GRID)
def test_recall_is_one_after_a_review_and_nine_tenths_after_the_stability(stability: float) -> None:
    assert retrievability(stability, 0) == 1
    assert retrievability(stability, stability) == pytest.approx(0.9)


@settings(max_examples=often(300), deadline=None)
@given(stabilities, st.floats(1, 10), st.integers(1, 4000), st.sampled_from(fsrs.Rating), st.floats(*RETENTIONS))
def test_intervals_are_those_of_fsrs(
    stability: float, difficulty: float, elapsed: int, rating: fsrs.Rating, retention: float
) -> None:
    oracle = fsrs.Scheduler(desired_retention=retention, relearning_steps=(), enable_fuzzing=False)
    card, _ = oracle.review_card(reviewed(stability, difficulty), rating, midnight(elapsed))
    assert card.stability is not None
    assert interval(card.stability, retention) == (card.due - midnight(elapsed)).days


@given(stabilities, stabilities, st.floats(*RETENTIONS), st.floats(*RETENTIONS))
def test_intervals_grow_with_stability_and_shrink_with_the_retention_asked_for(
    stability: float, other: float, retention: float, another: float
) -> None:
    weak, strong = sorted((stability, other))
    low, high = sorted((retention, another))
    assert 1 <= interval(weak, high) <= interval(weak, low) <= interval(strong, low) <= LONGEST


def test_arrays_are_read_like_single_memories() -> None:
    stability, elapsed = np.array(GRID), np.array([0, 1, 2, 3, 10, 100, 365, 10_000])
    single = [retrievability(float(s), int(t)) for s, t in zip(stability, elapsed, strict=True)]
    np.testing.assert_allclose(retrievability(stability, elapsed), single, rtol=1e-13)


def test_windows_hold_their_interval_and_move_on_with_it() -> None:
    windows = [window(days) for days in range(1, 3000)]
    assert all(opens <= days <= closes for days, (opens, closes) in enumerate(windows, 1))
    for end in zip(*windows, strict=True):
        assert list(end) == sorted(end)
    assert windows[:2] == [(1, 1), (2, 2)]
    assert window(LONGEST)[1] == LONGEST


def test_windows_are_the_fuzz_ranges_of_fsrs(monkeypatch: pytest.MonkeyPatch) -> None:
    oracle = fsrs.Scheduler()

    def drawn(days: int, chance: float) -> int:
        monkeypatch.setattr("fsrs.scheduler.random", lambda: chance)
        return oracle._get_fuzzed_interval(interval=midnight(days) - midnight(0)).days

    for days in [*range(3, 500), 1000, 5000]:
        opens, closes = window(days)
        assert drawn(days, 0.0) == opens
        assert drawn(days, 0.999_999) - 1 == closes  # fsrs rounds up to one day beyond


@given(st.integers(1, LONGEST), st.binary(max_size=40))
def test_fuzz_is_the_same_for_the_same_key_and_within_the_window(days: int, key: bytes) -> None:
    opens, closes = window(days)
    assert opens <= fuzzed(days, key) <= closes
    assert fuzzed(days, key) == fuzzed(days, bytes(key))


def test_picks_are_even_and_the_same_for_ever() -> None:
    picks = [pick(number.to_bytes(4), 7) for number in range(7000)]
    assert all(900 <= picks.count(number) <= 1100 for number in range(7))
    assert [pick(key, 1000) for key in (b"", b"a", b"b")] == [876, 343, 333]
