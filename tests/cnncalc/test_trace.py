from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnncalc
from cnncalc import trace
from cnncalc.trace import Trace


def keys(steps: Trace) -> list[str]:
    return [step.key for step in steps]


def lines(steps: Trace) -> list[str]:
    return [step.latex for step in steps]


@st.composite
def fitting_sizes(draw: st.DrawFn) -> tuple[int, int, int, tuple[int, int], int, bool]:
    kernel, dilation = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    padding = draw(st.tuples(st.integers(0, 3), st.integers(0, 3)))
    smallest = max(1, dilation * (kernel - 1) + 1 - sum(padding))
    size = draw(st.integers(smallest, smallest + 40))
    return size, kernel, draw(st.integers(1, 8)), padding, dilation, draw(st.booleans())


@given(fitting_sizes())
def test_the_steps_of_an_output_size_end_at_the_output_size(
    arguments: tuple[int, int, int, tuple[int, int], int, bool],
) -> None:
    steps = trace.output_size(*arguments)
    size, kernel, stride, padding, dilation, ceil_mode = arguments
    assert steps[-1].value == cnncalc.output_size(*arguments)
    assert steps[-1].latex.endswith(f" = {steps[-1].value}")
    ratio = Fraction(size + sum(padding) - dilation * (kernel - 1) - 1, stride)
    values = {step.key: step.value for step in steps}
    assert values["division"] == ratio
    assert ("rounding" in values) == (ratio.denominator > 1)
    assert values.get("rounding", ratio) == (math.ceil(ratio) if ceil_mode else math.floor(ratio))
    assert ("last-window" in values) == (steps[-1].value == math.ceil(ratio) and ceil_mode)


def test_an_exact_division_needs_no_rounding() -> None:
    steps = trace.output_size(7, 3, 2, axis="height")
    assert keys(steps) == ["formula", "substitution", "division", "result"]
    assert lines(steps) == [
        r"O_h = \left\lfloor \frac{H + 2P - F_h}{S} \right\rfloor + 1",
        r"O_h = \left\lfloor \frac{7 + 2 \cdot 0 - 3}{2} \right\rfloor + 1",
        r"\frac{4}{2} = 2",
        "2 + 1 = 3",
    ]
    assert [step.value for step in steps] == [None, None, 2, 3]


def test_the_quotient_that_does_not_divide_is_rounded_down() -> None:
    steps = trace.output_size(28, 3, 2, 1)
    assert keys(steps) == ["formula", "substitution", "division", "rounding", "result"]
    assert lines(steps) == [
        r"O = \left\lfloor \frac{I + 2P - F}{S} \right\rfloor + 1",
        r"O = \left\lfloor \frac{28 + 2 \cdot 1 - 3}{2} \right\rfloor + 1",
        r"\frac{27}{2} = 13.5",
        r"\left\lfloor 13.5 \right\rfloor = 13",
        "13 + 1 = 14",
    ]
    assert [step.value for step in steps] == [None, None, Fraction(27, 2), 13, 14]


def test_a_long_quotient_is_shown_as_a_fraction_and_approximately() -> None:
    assert lines(trace.output_size(25, 3, 6))[2:4] == [
        r"\frac{22}{6} \approx 3.67",
        r"\left\lfloor \frac{22}{6} \right\rfloor = 3",
    ]


def test_dilation_and_uneven_padding_appear_where_they_matter() -> None:
    assert lines(trace.output_size(10, 3, 1, (0, 1), 2, axis="width"))[:3] == [
        r"O_w = \left\lfloor \frac{W + P_1 + P_2 - (D(F_w - 1) + 1)}{S} \right\rfloor + 1",
        r"O_w = \left\lfloor \frac{10 + 0 + 1 - (2 \cdot (3 - 1) + 1)}{1} \right\rfloor + 1",
        r"\frac{6}{1} = 6",
    ]


def test_ceil_mode_rounds_up() -> None:
    assert lines(trace.output_size(6, 3, 2, ceil_mode=True)) == [
        r"O = \left\lceil \frac{I + 2P - F}{S} \right\rceil + 1",
        r"O = \left\lceil \frac{6 + 2 \cdot 0 - 3}{2} \right\rceil + 1",
        r"\frac{3}{2} = 1.5",
        r"\left\lceil 1.5 \right\rceil = 2",
        "2 + 1 = 3",
    ]


def test_ceil_mode_shows_why_the_last_window_is_dropped() -> None:
    steps = trace.output_size(3, 2, 2, 1, 1, True)
    assert keys(steps) == ["formula", "substitution", "division", "rounding", "last-window", "result"]
    assert lines(steps)[-2:] == [r"2 \cdot 2 = 4 \ge 3 + 1 = 4", "2 + 1 - 1 = 2"]


def test_numpy_integers_trace_as_plain_ones() -> None:
    sizes: Any = (np.int8(127), np.int8(3), np.int8(2), np.int8(127))
    steps = trace.output_size(*sizes)
    assert steps == trace.output_size(127, 3, 2, 127)
    assert type(steps[-1].value) is int


def test_no_step_holds_a_word_of_any_language() -> None:
    steps = [
        *trace.output_size(3, 2, 2, (1, 1), 1, True, axis="height"),
        *trace.output_size(30, 3, 7, (0, 1), 2, axis="width"),
    ]
    for step in steps:
        commands_removed = re.sub(r"\\(begin|end)\{pmatrix\}|\\[a-z]+", "", step.latex)
        assert not re.search(r"[^\W\d_]{2,}", commands_removed), step.latex


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: trace.output_size(2, 3), "larger than the padded input"),
        (
            lambda: trace.output_size(7, 3, axis="depth"),
            "axis must be one of .*'width', got 'depth'",
        ),
    ],
)
def test_a_trace_refuses_what_its_function_refuses(call: Callable[[], Trace], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
