"""The share of recalled answers that are right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.scheduling import share

answers = st.lists(st.tuples(st.booleans(), st.floats(0, 1)))


def test_nine_in_ten_before_the_first_review() -> None:
    assert share(right=0, recalled=0) == 0.9


@given(answers)
def test_a_right_answer_lifts_the_share_and_a_wrong_one_lowers_it(past: list[tuple[bool, float]]) -> None:
    right, recalled = sum(first for first, _ in past), sum(recall for _, recall in past)
    before = share(right, recalled)
    assert 0 < before <= 1
    assert share(right + 1, recalled + 0.8) >= before >= share(right, recalled + 0.8)


@pytest.mark.parametrize("slip", [0.0, 0.1, 0.3])
def test_many_answers_decide_against_the_prior(slip: float) -> None:
    recalled = 10_000 * 0.9
    assert share(recalled * (1 - slip), recalled) == pytest.approx(1 - slip, abs=0.001)


def test_more_right_than_predicted_is_no_more_than_recall() -> None:
    assert share(right=30, recalled=20.5) == 1
