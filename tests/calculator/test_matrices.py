"""Pooling and convolution of typed numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.calculator import matrices
from quizzes.calculator.mistakes import CalculatorError
from quizzes.questions.solutions import worked

X = "1 3 2 4\n5 6 1 2\n3 2 1 0\n1 2 3 4"


@pytest.mark.parametrize(
    ("operation", "texts", "result"),
    [
        ("max_pool2d", {"x": X, "kernel": "2"}, [[6, 4], [3, 4]]),
        ("max_pool2d", {"x": "１　３；−５　６", "kernel": "2"}, [[6]]),
        ("mean_pool2d", {"x": X, "kernel": "2"}, [[3.75, 2.25], [2, 2]]),
        ("mean_pool2d", {"x": "4 8", "kernel": "1x2", "padding": "0x1", "stride": "1", "count_include_pad": "0"},
         [[4, 6, 8]]),
        ("lp_pool2d", {"x": "3 -4", "kernel": "1x2", "p": "2"}, [[5]]),
        ("lp_pool2d", {"x": "3 5", "kernel": "1x2", "p": "1", "normalized": "1"}, [[4]]),
        ("conv2d", {"x": X, "w": "1 0\n0 -1"}, [[-5, 2, 0], [3, 5, 1], [1, -1, -3]]),
        ("conv2d", {"x": "1 2\n3 4", "w": "1", "b": "10", "padding": "1", "stride": "2"}, [[10, 10], [10, 14]]),
        ("conv2d", {"x": "[[1, 0.5]]", "w": "2", "b": "1/2"}, [[2.5, 1.5]]),
    ],
)  # fmt: skip
def test_known_results(operation: str, texts: dict[str, str], result: list[list[float]]) -> None:
    assert np.array_equal(matrices.calculate(operation, texts).result.astype(float), result)


@pytest.mark.parametrize(
    ("operation", "texts", "mistakes"),
    [
        ("conv2d", {"x": "", "w": "a"}, {"x": "missing", "w": "matrix"}),
        ("conv2d", {"x": "1 2\n3", "w": "1"}, {"x": "ragged"}),
        ("conv2d", {"x": "1 2²", "w": "1"}, {"x": "not-plain-digits"}),
        ("conv2d", {"x": " ".join("1" * 11), "w": "1"}, {"x": "matrix"}),
        ("conv2d", {"x": "1000001", "w": "1"}, {"x": "cell"}),
        ("conv2d", {"x": "1", "w": "1 2"}, {"kernel": "kernel-too-large"}),
        ("conv2d", {"x": "1", "w": "1", "b": "zz"}, {"b": "decimal"}),
        ("conv2d", {"x": "1", "w": "1", "padding": "1000000"}, {"padding": "many-windows"}),
        ("max_pool2d", {"x": X, "kernel": "2", "padding": "2"}, {"padding": "pool-padding"}),
        ("lp_pool2d", {"x": X, "kernel": "2", "p": "65"}, {"p": "exponent"}),
    ],
)
def test_what_cannot_be_calculated_is_told_at_its_field(
    operation: str, texts: dict[str, str], mistakes: dict[str, str]
) -> None:
    with pytest.raises(CalculatorError) as error:
        matrices.calculate(operation, texts)
    assert {name: mistake.code for name, mistake in error.value.mistakes.items()} == mistakes


def told_in_words(error: CalculatorError) -> None:
    assert all(mistake.text("ja") and mistake.text("en") for mistake in error.mistakes.values())


CELL = st.one_of(st.integers(-(10**6), 10**6).map(str), st.sampled_from(["1/3", "0.1", "-0.25", "1e5", "x", "0"]))
GRID = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda size: st.lists(
        st.lists(CELL, min_size=size[1], max_size=size[1]).map(" ".join), min_size=size[0], max_size=size[0]
    ).map("\n".join)
)
SMALL = st.sampled_from(["1", "2", "3", "1x2", "0"])


@settings(deadline=None)
@given(
    st.sampled_from(sorted(matrices.OPERATIONS)),
    st.fixed_dictionaries(
        {"x": GRID, "w": GRID, "kernel": SMALL, "stride": SMALL, "padding": SMALL},
        optional={"p": st.sampled_from(["1", "2", "2.5", "64", "1/3", "0.001"]), "b": CELL, "normalized": st.just("1")},
    ),
)
def test_every_result_has_steps_and_can_be_drawn_or_left_undrawn(operation: str, texts: dict[str, str]) -> None:
    try:
        result = matrices.calculate(operation, texts)
    except CalculatorError as error:
        told_in_words(error)
        return
    assert worked(result.steps, "", "ja").html
    result.pictures("ja")


def test_every_example_has_a_figure_with_steps() -> None:
    for operation, described in matrices.OPERATIONS.items():
        pictures = matrices.calculate(operation, described.example).pictures("en")
        assert pictures.figure is not None
        assert pictures.frames
        assert described.example.keys() <= set(described.fields)
