from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnncalc
from cnncalc import trace
from cnncalc.plain import plain
from cnncalc.trace import Trace
from cnncalc.words import STEPS

SOFTMAX = ["maximum", "shift", "exponentials", "sum"]


def keys(steps: Trace) -> list[str]:
    return [step.key for step in steps]


def lines(steps: Trace) -> list[str]:
    return [step.latex for step in steps]


def test_softmax_is_shifted_raised_added_and_divided() -> None:
    steps = trace.softmax([2, 1, -1])
    assert keys(steps) == ["formula", *SOFTMAX, "division", "division", "division", "result"]
    assert lines(steps) == [
        r"y_i = \frac{e^{x_i}}{\sum_j e^{x_j}} = \frac{e^{x_i - m}}{\sum_j e^{x_j - m}}",
        r"m = \max(2, 1, -1) = 2",
        r"x - m = \begin{pmatrix} 0 & -1 & -3 \end{pmatrix}",
        r"e^{x - m} \approx \begin{pmatrix} 1 & 0.3679 & 0.04979 \end{pmatrix}",
        r"1 + 0.3679 + 0.04979 \approx 1.418",
        r"\frac{1}{1.418} \approx 0.7054",
        r"\frac{0.3679}{1.418} \approx 0.2595",
        r"\frac{0.04979}{1.418} \approx 0.03512",
        r"y \approx \begin{pmatrix} 0.7054 & 0.2595 & 0.03512 \end{pmatrix}",
    ]


def test_equal_logits_are_calculated_exactly() -> None:
    assert lines(trace.softmax([0.5, 0.5, 0.5, 0.5]))[3:] == [
        r"e^{x - m} = \begin{pmatrix} 1 & 1 & 1 & 1 \end{pmatrix}",
        r"1 + 1 + 1 + 1 = 4",
        *[r"\frac{1}{4} = 0.25"] * 4,
        r"y = \begin{pmatrix} 0.25 & 0.25 & 0.25 & 0.25 \end{pmatrix}",
    ]
    assert lines(trace.softmax([3, 3, 3]))[-2:] == [
        r"\frac{1}{3} \approx 0.3333",
        r"y \approx \begin{pmatrix} 0.3333 & 0.3333 & 0.3333 \end{pmatrix}",
    ]


def test_a_probability_that_is_only_nearly_one_is_not_called_equal() -> None:
    assert lines(trace.softmax([0, -1000]))[3:] == [
        r"e^{x - m} \approx \begin{pmatrix} 1 & 0 \end{pmatrix}",
        r"1 + 0 \approx 1",
        r"\frac{1}{1} \approx 1",
        r"\frac{0}{1} \approx 0",
        r"y \approx \begin{pmatrix} 1 & 0 \end{pmatrix}",
    ]


def test_cross_entropy_is_the_logarithm_of_the_sum_and_the_distance_to_the_maximum() -> None:
    steps = trace.cross_entropy([2, 0.5, -1], 2)
    assert keys(steps) == ["formula", *SOFTMAX, "substitution", "result"]
    assert lines(steps)[0] == r"L = -\ln y_t = \ln \sum_j e^{x_j - m} + (m - x_t)"
    assert lines(steps)[-3:] == [
        r"1 + 0.2231 + 0.04979 \approx 1.273",
        r"L \approx \ln 1.273 + (2 - (-1))",
        r"L \approx 0.2413 + 3 \approx 3.241",
    ]


def test_one_class_alone_costs_nothing() -> None:
    assert lines(trace.cross_entropy([5], 0))[-2:] == [r"L = \ln 1 + (5 - 5)", "L = 0 + 0 = 0"]


def test_a_target_without_a_representable_probability_still_has_its_loss() -> None:
    assert lines(trace.cross_entropy([0, -1000], 1))[-1] == r"L \approx 0 + 1000 \approx 1000"


def test_the_gradient_is_the_softmax_minus_the_target() -> None:
    steps = trace.cross_entropy_gradient([2, 1, -1], 1)
    assert keys(steps) == ["formula", *SOFTMAX, "division", "division", "division", "one-hot", "result"]
    assert lines(steps)[0] == r"\frac{\partial L}{\partial x_i} = y_i - t_i"
    assert lines(steps)[-2:] == [
        r"t = \begin{pmatrix} 0 & 1 & 0 \end{pmatrix}",
        r"y - t \approx \begin{pmatrix} 0.7054 & -0.7405 & 0.03512 \end{pmatrix}",
    ]
    assert lines(trace.cross_entropy_gradient([4, 4], 0))[-1] == r"y - t = \begin{pmatrix} -0.5 & 0.5 \end{pmatrix}"


logits = st.one_of(
    st.lists(st.integers(-9, 9), min_size=1, max_size=5),
    st.lists(st.floats(-50, 50), min_size=1, max_size=5),
)


@given(logits, st.data())
def test_the_steps_end_at_what_the_functions_return(x: list[float], data: st.DataObject) -> None:
    target = data.draw(st.integers(0, len(x) - 1))
    for reduction in ("mean", "sum", "none"):
        pairs: list[tuple[Trace, Any]] = [
            (trace.softmax(x, 0), cnncalc.softmax(x)),
            (trace.cross_entropy(x, target, reduction), cnncalc.cross_entropy(x, target)),
            (trace.cross_entropy_gradient(x, target, reduction), cnncalc.cross_entropy_gradient(x, target)),
        ]
        for steps, expected in pairs:
            np.testing.assert_array_equal(np.asarray(steps[-1].value), expected, strict=True)


@given(logits)
def test_every_intermediate_value_is_what_the_next_is_made_of(x: list[float]) -> None:
    values: dict[str, Any] = {step.key: step.value for step in trace.softmax(x)}
    assert values["maximum"] == max(x)
    np.testing.assert_allclose(values["shift"], np.array(x) - max(x), atol=1e-12)
    np.testing.assert_allclose(values["exponentials"], np.exp(values["shift"]), rtol=1e-12)
    assert values["sum"] == pytest.approx(values["exponentials"].sum())
    assert values["division"] == values["result"][-1]
    one_hot: Any = trace.cross_entropy_gradient(x, len(x) - 1)[-2].value
    assert one_hot.tolist() == [0] * (len(x) - 1) + [1]


def test_float16_is_traced_as_it_is_calculated() -> None:
    x = np.array([0.1, 2], np.float16)
    assert lines(trace.softmax(x))[2] == r"x - m = \begin{pmatrix} -1.9 & 0 \end{pmatrix}"
    assert np.asarray(trace.softmax(x)[-1].value).dtype == np.float16


@pytest.mark.parametrize(
    "steps",
    [
        trace.softmax([1.25, -2, 1e-9]),
        trace.softmax([1e308, -1e308]),
        trace.cross_entropy([-2, 7, 0.1], 0),
        trace.cross_entropy_gradient([-2, 7], 0),
    ],
)
def test_every_step_is_mathematics_with_a_name_in_both_languages(steps: Trace) -> None:
    for step in steps:
        assert STEPS[step.key].keys() == {"ja", "en"}
        commands_removed = re.sub(r"\\(begin|end)\{pmatrix\}|\\[a-z]+", "", step.latex)
        assert not re.search(r"[^\W\d_]{2,}", commands_removed), step.latex
        assert "\\" not in plain(step.latex)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: trace.softmax([[1, 2]]), r"one example of shape \(K,\), got shape \(1, 2\)"),
        (lambda: trace.softmax([1, 2], 1), r"axis must be below 1 for shape \(2,\), got 1"),
        (lambda: trace.softmax([]), "must not have an empty axis"),
        (lambda: trace.softmax([1, math.inf]), "finite numbers only"),
        (lambda: trace.cross_entropy([[1, 2]], [0]), r"one example of shape \(K,\), got shape \(1, 2\)"),
        (lambda: trace.cross_entropy([1, 2], 2), "targets must be from 0 to 1, got 2"),
        (lambda: trace.cross_entropy([math.nan, 2], 1), "finite numbers only"),
        (lambda: trace.cross_entropy([1, 2], 1, "all"), "reduction must be"),  # type: ignore[arg-type]
        (lambda: trace.cross_entropy_gradient([[1, 2]], [0]), r"one example of shape \(K,\), got shape \(1, 2\)"),
        (lambda: trace.cross_entropy_gradient([1, 2], 0.0), "targets must be integers"),
        (lambda: trace.cross_entropy_gradient([-math.inf, 2], 1), "finite numbers only"),
    ],
)
def test_a_trace_refuses_what_its_function_refuses(call: Callable[[], Trace], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
