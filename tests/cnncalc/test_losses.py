from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from cnncalc import cross_entropy, cross_entropy_gradient, log_softmax, softmax

Matrix = NDArray[np.floating]
INF, NAN = math.inf, math.nan


@st.composite
def logits_and_targets(draw: st.DrawFn) -> tuple[Matrix, NDArray[np.int64]]:
    examples, classes = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    cells = st.lists(st.floats(-30, 30), min_size=classes, max_size=classes)
    logits = np.array(draw(st.lists(cells, min_size=examples, max_size=examples)))
    targets = draw(st.lists(st.integers(0, classes - 1), min_size=examples, max_size=examples))
    return logits, np.array(targets)


def naive_losses(logits: Matrix, targets: NDArray[np.int64]) -> list[float]:
    losses = []
    for row, target in zip(logits.tolist(), targets.tolist(), strict=True):
        losses.append(math.log(math.fsum(math.exp(x) for x in row)) - row[target])
    return losses


@given(logits_and_targets())
def test_softmax_is_the_quotient_of_exponentials(example: tuple[Matrix, Any]) -> None:
    logits, _ = example
    expected = [[math.exp(x) / math.fsum(map(math.exp, row)) for x in row] for row in logits.tolist()]
    np.testing.assert_allclose(softmax(logits), expected, rtol=1e-12)
    np.testing.assert_allclose(np.exp(log_softmax(logits)), expected, rtol=1e-12)


@given(logits_and_targets(), st.floats(-1e6, 1e6))
def test_softmax_sums_to_one_and_ignores_what_is_added_to_all(example: tuple[Matrix, Any], added: float) -> None:
    logits, _ = example
    probabilities = softmax(logits)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(softmax(logits + added), probabilities, atol=1e-9)


@given(logits_and_targets())
def test_every_axis_may_be_the_classes(example: tuple[Matrix, Any]) -> None:
    logits, _ = example
    for function in (softmax, log_softmax):
        np.testing.assert_array_equal(function(logits.T, 0), function(logits).T)
        np.testing.assert_array_equal(function(logits.T, -2), function(logits, 1).T)
        stacked = np.stack([logits, logits], axis=1)
        np.testing.assert_array_equal(function(stacked, axis=2)[:, 1], function(logits))


def test_large_logits_neither_overflow_nor_vanish() -> None:
    assert softmax([1e308, 1e308]).tolist() == [0.5, 0.5]
    assert softmax([-1e308, 1e308]).tolist() == [0, 1]
    assert log_softmax([0, -5000, -5001]).tolist() == [0, -5000, -5001]
    assert log_softmax(np.array([60_000, -60_000], np.float16)).tolist() == [0, -INF]
    assert cross_entropy([[0, -5000], [7000, 0]], [1, 1], "none").tolist() == [5000, 7000]
    assert cross_entropy(np.full((2, 2), [0, 40_000], np.float16), [0, 0], "sum").item() == INF
    assert cross_entropy(np.full((2, 2), [0, 40_000], np.float16), [0, 0]).item() == 40_000
    assert softmax(np.zeros(70_000, np.float16))[0] == np.float16(1 / 70_000)
    np.testing.assert_array_equal(cross_entropy_gradient([0, 7000], 0), [-1, 1])


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([-INF, 0.0], [0, 1]),
        ([-INF, -INF], [NAN, NAN]),
        ([INF, 0.0], [NAN, NAN]),
        ([INF, -INF, 0.0], [NAN, NAN, NAN]),
        ([0.0, NAN, 1.0], [NAN, NAN, NAN]),
        ([[0.0, 0.0], [0.0, NAN]], [[0.5, 0.5], [NAN, NAN]]),
    ],
)
def test_nan_and_infinities_give_what_pytorch_gives(x: Any, expected: Any) -> None:
    np.testing.assert_array_equal(softmax(x), expected)
    with np.errstate(divide="ignore"):
        np.testing.assert_array_equal(log_softmax(x), np.log(expected))


def test_an_impossible_class_costs_infinitely_much_only_where_it_is_the_target() -> None:
    assert cross_entropy([-INF, 0.0], 0).item() == INF
    assert cross_entropy([-INF, 0.0], 1).item() == 0
    assert cross_entropy([[-INF, 0.0], [0.0, NAN]], [1, 0], "none").tolist() == pytest.approx([0, NAN], nan_ok=True)
    np.testing.assert_array_equal(cross_entropy_gradient([-INF, 0.0], 0), [-1, 1])
    np.testing.assert_array_equal(cross_entropy_gradient([INF, 0.0], 0), [NAN, NAN])


@given(logits_and_targets())
def test_cross_entropy_is_the_negative_logarithm_of_the_targets_probability(
    example: tuple[Matrix, NDArray[np.int64]],
) -> None:
    logits, targets = example
    expected = naive_losses(logits, targets)
    total = math.fsum(expected)
    np.testing.assert_allclose(cross_entropy(logits, targets, "none"), expected, atol=1e-12)
    np.testing.assert_allclose(cross_entropy(logits, targets, "sum"), total, atol=1e-12)
    np.testing.assert_allclose(cross_entropy(logits, targets), total / len(expected), atol=1e-12)


@given(logits_and_targets())
def test_the_gradient_is_that_of_finite_differences(example: tuple[Matrix, NDArray[np.int64]]) -> None:
    logits, targets = example
    step = 1e-5
    for reduction in ("mean", "sum"):
        numeric = np.empty_like(logits)
        for cell in np.ndindex(logits.shape):
            ends = []
            for moved in (step, -step):
                near = logits.copy()
                near[cell] += moved
                ends.append(cross_entropy(near, targets, reduction).item())
            numeric[cell] = (ends[0] - ends[1]) / (2 * step)
        np.testing.assert_allclose(cross_entropy_gradient(logits, targets, reduction), numeric, atol=1e-7)


@given(logits_and_targets())
def test_an_example_by_itself_is_a_batch_of_one(example: tuple[Matrix, NDArray[np.int64]]) -> None:
    logits, targets = example
    losses = cross_entropy(logits, targets, "none")
    gradients = cross_entropy_gradient(logits, targets, "none")
    for reduction in ("mean", "sum", "none"):
        loss = cross_entropy(logits[0], targets[0], reduction)
        assert loss.shape == ()
        assert loss == losses[0]
        np.testing.assert_array_equal(cross_entropy_gradient(logits[0], int(targets[0]), reduction), gradients[0])
    np.testing.assert_array_equal(cross_entropy_gradient(logits, targets, "sum"), gradients)
    assert abs(gradients.sum()) < 1e-12


def test_equal_logits_have_equal_probabilities_exactly() -> None:
    assert softmax([[7] * 8]).tolist() == [[0.125] * 8]
    assert cross_entropy_gradient([[3, 3], [0, 0]], [0, 1]).tolist() == [[-0.25, 0.25], [0.25, -0.25]]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floating_types_are_kept(dtype: Any) -> None:
    logits = np.array([[0.5, 2], [1, -1]], dtype)
    for result in (
        softmax(logits),
        log_softmax(logits, 0),
        cross_entropy(logits, [0, 1]),
        cross_entropy(logits, [0, 1], "none"),
        cross_entropy_gradient(logits, [0, 1]),
    ):
        assert result.dtype == dtype
    exact = cross_entropy(logits.astype(np.float64), [0, 1])
    np.testing.assert_allclose(cross_entropy(logits, [0, 1]), exact, rtol=2 * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.uint64])
def test_integers_are_calculated_as_float64(dtype: Any) -> None:
    logits = np.array([[0, 100, 127], [127, 3, 3]], dtype)
    wide = logits.astype(np.float64)
    for function in (softmax, log_softmax):
        np.testing.assert_array_equal(function(logits), function(wide), strict=True)
    targets = np.array([2, 1], dtype)
    for loss in (cross_entropy, cross_entropy_gradient):
        np.testing.assert_array_equal(loss(logits, targets), loss(wide, targets), strict=True)


def test_nothing_that_is_given_is_changed() -> None:
    logits, targets = np.array([[1.0, 2.0], [3.0, 3.0]]), np.array([1, 0])
    before = logits.copy(), targets.copy()
    softmax(logits)
    log_softmax(logits)
    cross_entropy(logits, targets)
    cross_entropy_gradient(logits, targets)
    np.testing.assert_array_equal(logits, before[0])
    np.testing.assert_array_equal(targets, before[1])


@pytest.mark.parametrize(
    ("x", "axis", "message"),
    [
        (3.0, -1, r"x must have at least one axis, got shape \(\)"),
        ([], -1, r"x must not have an empty axis, got shape \(0,\)"),
        (np.zeros((2, 0)), 0, r"x must not have an empty axis, got shape \(2, 0\)"),
        ([[1], [1, 2]], 0, "x must be a rectangular array"),
        ([True, False], 0, "x must hold integers or floating-point numbers, got dtype bool"),
        ([1j], 0, "got dtype complex128"),
        (["1"], 0, "x must hold integers"),
        ([[1, 2]], 2, r"axis must be below 2 for shape \(1, 2\), got 2"),
        ([[1, 2]], -3, "axis must be at least -2, got -3"),
        ([[1, 2]], True, "axis must be an integer, got True"),
        ([[1, 2]], None, "axis must be an integer, got None"),
        ([[1, 2]], (0, 1), r"axis must be an integer, got \(0, 1\)"),
    ],
)
@pytest.mark.parametrize("function", [softmax, log_softmax])
def test_softmax_refuses_what_has_none(function: Any, x: Any, axis: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        function(x, axis)


@pytest.mark.parametrize(
    ("logits", "targets", "reduction", "message"),
    [
        ([[1, 2]], [2], "mean", "targets must be from 0 to 1, got 2"),
        ([[1, 2], [3, 4]], [0, -1], "mean", "targets must be from 0 to 1, got -1"),
        ([[1, 2]], [-100], "mean", "targets must be from 0 to 1, got -100"),
        ([1, 2], np.uint64(2**64 - 1), "mean", "targets must be from 0 to 1, got 18446744073709551615"),
        ([[1, 2]], [0.0], "mean", "targets must be integers, got dtype float64"),
        ([[1, 2]], [True], "mean", "targets must hold integers .*, got dtype bool"),
        ([[1, 2]], [[0, 1]], "mean", r"one class per example: shape \(1,\) for logits .* \(1, 2\), got shape \(1, 2\)"),
        ([[1, 2]], 0, "mean", r"one class per example: shape \(1,\) .* got shape \(\)"),
        ([1, 2], [0], "mean", r"one class per example: shape \(\) .* got shape \(1,\)"),
        ([[1, 2], [3, 4]], [0], "mean", r"one class per example: shape \(2,\)"),
        (np.zeros((2, 3, 4)), [0, 1], "mean", r"logits must have the shape \(N, K\) or \(K,\), got shape \(2, 3, 4\)"),
        (5.0, 0, "mean", r"logits must have the shape \(N, K\) or \(K,\), got shape \(\)"),
        (np.zeros((0, 3)), [], "mean", r"logits must not have an empty axis, got shape \(0, 3\)"),
        ([[1, 2], [3]], [0, 0], "mean", "logits must be a rectangular array"),
        (["a", "b"], 0, "mean", "logits must hold integers"),
        ([[1, 2], [3, 4]], [[0], [0, 1]], "mean", "targets must be a rectangular array"),
        ([[1, 2]], [0], "average", "reduction must be 'mean', 'sum' or 'none', got 'average'"),
        ([[1, 2]], [0], None, "reduction must be 'mean', 'sum' or 'none', got None"),
        ([[1, 2]], [0], ["mean"], r"reduction must be 'mean', 'sum' or 'none', got \['mean'\]"),
    ],
)
@pytest.mark.parametrize("function", [cross_entropy, cross_entropy_gradient])
def test_cross_entropy_refuses_what_has_none(
    function: Any, logits: Any, targets: Any, reduction: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        function(logits, targets, reduction)
