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
from cnncalc.trace import Trace, Window


def keys(steps: Trace) -> list[str]:
    return [step.key for step in steps]


def lines(steps: Trace) -> list[str]:
    return [step.latex for step in steps]


def windows(steps: Trace) -> list[Window]:
    return [step.window for step in steps if step.window is not None]


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


def test_the_steps_of_max_pooling_name_the_cells_and_the_first_maximum() -> None:
    steps = trace.max_pool2d([[1, -3, 4], [2, 2, 4]], 2, 1)
    assert keys(steps) == ["window", "window", "result"]
    assert lines(steps) == [
        r"\max(1, -3, 2, 2) = 2",
        r"\max(-3, 4, 2, 4) = 4",
        r"\begin{pmatrix} 2 & 4 \end{pmatrix}",
    ]
    assert windows(steps) == [
        Window((0, 0), ((0, 0), (0, 1), (1, 0), (1, 1)), (1, 0)),
        Window((0, 1), ((0, 1), (0, 2), (1, 1), (1, 2)), (0, 2)),
    ]
    assert [step.value for step in steps[:2]] == [2, 4]


def test_padding_is_no_cell_of_a_window_but_counts_in_the_mean() -> None:
    steps = trace.mean_pool2d([[1, -3], [2, 5]], 2, 2, 1)
    assert lines(steps) == [
        r"\frac{1}{4} = 0.25",
        r"\frac{(-3)}{4} = -0.75",
        r"\frac{2}{4} = 0.5",
        r"\frac{5}{4} = 1.25",
        r"\begin{pmatrix} 0.25 & -0.75 \\ 0.5 & 1.25 \end{pmatrix}",
    ]
    assert [window.cells for window in windows(steps)] == [((0, 0),), ((0, 1),), ((1, 0),), ((1, 1),)]
    assert lines(trace.mean_pool2d([[1, -3], [2, 5]], 2, 2, 1, False, False))[0] == r"\frac{1}{1} = 1"


def test_the_mean_is_written_exactly() -> None:
    steps = trace.mean_pool2d([[1, -3, 2], [0, 4, 1], [-2, -2, 0]], 3)
    assert steps[0].latex == r"\frac{1 + (-3) + 2 + 0 + 4 + 1 + (-2) + (-2) + 0}{9} = \frac{1}{9}"
    assert steps[0].value == Fraction(1, 9)
    assert steps[1].latex == r"\begin{pmatrix} \frac{1}{9} \end{pmatrix}"


def test_decimals_are_read_as_the_learner_sees_them() -> None:
    steps = trace.mean_pool2d(np.array([[0.1, -0.2]], dtype=np.float32), (1, 2))
    assert steps[0].latex == r"\frac{0.1 + (-0.2)}{2} = -0.05"
    assert trace.max_pool2d([[0.1, 2.0]], (1, 2))[0].latex == r"\max(0.1, 2) = 2"


def test_endless_decimals_are_never_printed() -> None:
    steps = trace.mean_pool2d([[0.73105857863, 0.1, 1e-9]], (1, 3))
    assert steps[0].latex == r"\frac{0.7311 + 0.1 + 1 \times 10^{-9}}{3} \approx 0.277"


@st.composite
def map_and_pooling(draw: st.DrawFn) -> tuple[list[list[Any]], dict[str, Any]]:
    kernel = draw(st.integers(1, 3))
    height, width = draw(st.integers(kernel, 6)), draw(st.integers(kernel, 6))
    numbers: st.SearchStrategy[Any] = draw(st.sampled_from([st.integers(-9, 9), st.floats(-9, 9, allow_nan=False)]))
    x = draw(st.lists(st.lists(numbers, min_size=width, max_size=width), min_size=height, max_size=height))
    return x, {
        "kernel": kernel,
        "stride": draw(st.integers(1, 3)),
        "padding": draw(st.integers(0, kernel // 2)),
        "ceil_mode": draw(st.booleans()),
    }


@given(map_and_pooling(), st.sampled_from([1, 2]))
def test_the_steps_of_max_pooling_end_at_the_pooled_map(
    example: tuple[list[list[Any]], dict[str, Any]], dilation: int
) -> None:
    x, arguments = example
    if dilation == 2 and (arguments["padding"] or 2 * arguments["kernel"] > len(min(x, key=len)) + 1):
        dilation = 1
    if 2 * arguments["kernel"] > len(x) + 1:
        dilation = 1
    steps = trace.max_pool2d(x, **arguments, dilation=dilation)
    pooled = cnncalc.max_pool2d(x, **arguments, dilation=dilation)
    np.testing.assert_array_equal(np.asarray(steps[-1].value), pooled)
    for step in steps[:-1]:
        assert step.window is not None
        assert step.window.chosen is not None
        cells = [x[row][column] for row, column in step.window.cells]
        assert step.value == pooled[step.window.output] == max(cells)
        assert step.window.chosen == step.window.cells[cells.index(max(cells))]


@given(map_and_pooling(), st.booleans())
def test_the_steps_of_mean_pooling_end_at_the_pooled_map(
    example: tuple[list[list[Any]], dict[str, Any]], count_include_pad: bool
) -> None:
    x, arguments = example
    exact = np.asarray(x).dtype.kind != "f"
    steps = trace.mean_pool2d(x, **arguments, count_include_pad=count_include_pad)
    pooled = cnncalc.mean_pool2d(x, **arguments, count_include_pad=count_include_pad, exact=exact)
    np.testing.assert_array_equal(np.asarray(steps[-1].value), pooled)
    assert [step.value for step in steps[:-1]] == pooled.ravel().tolist()
    assert [window.output for window in windows(steps)] == list(np.ndindex(pooled.shape))


def test_parameters_are_counted_with_grouped_digits() -> None:
    assert lines(trace.linear_parameter_count(25_088, 4_096)) == [
        r"N_i \times N_o + N_o",
        r"25{,}088 \times 4{,}096 + 4{,}096",
        r"102{,}760{,}448 + 4{,}096 = 102{,}764{,}544",
    ]
    assert lines(trace.linear_parameter_count(25_088, 256, False)) == [
        r"N_i \times N_o",
        r"25{,}088 \times 256",
        r"25{,}088 \times 256 = 6{,}422{,}528",
    ]


def test_a_convolution_counts_groups_only_if_there_are_some() -> None:
    assert lines(trace.conv2d_parameter_count(6, 16, (5, 3))) == [
        r"C_o \times C_i \times F_h \times F_w + C_o",
        r"16 \times 6 \times 5 \times 3 + 16",
        r"1{,}440 + 16 = 1{,}456",
    ]
    assert lines(trace.conv2d_parameter_count(96, 256, 5, False, 2)) == [
        r"C_o \times \frac{C_i}{G} \times F_h \times F_w",
        r"256 \times \frac{96}{2} \times 5 \times 5",
        r"256 \times \frac{96}{2} \times 5 \times 5 = 307{,}200",
    ]


def test_flattening_multiplies_the_shape() -> None:
    assert lines(trace.flatten_size(512, 7, 7))[-1] == r"512 \times 7 \times 7 = 25{,}088"


COUNTS: list[tuple[Callable[..., Trace], Callable[..., int], tuple[int, ...]]] = [
    (trace.linear_parameter_count, cnncalc.linear_parameter_count, (120, 84)),
    (trace.linear_parameter_count, cnncalc.linear_parameter_count, (120, 84, False)),
    (trace.conv2d_parameter_count, cnncalc.conv2d_parameter_count, (64, 128, 3)),
    (trace.conv2d_parameter_count, cnncalc.conv2d_parameter_count, (64, 128, 3, False, 32)),
    (trace.flatten_size, cnncalc.flatten_size, (16, 5, 5)),
]


@pytest.mark.parametrize(("traced", "plain", "arguments"), COUNTS)
def test_the_steps_of_a_count_end_at_the_count(
    traced: Callable[..., Trace], plain: Callable[..., int], arguments: tuple[int, ...]
) -> None:
    steps = traced(*arguments)
    assert keys(steps) == ["formula", "substitution", "result"]
    assert [step.value for step in steps] == [None, None, plain(*arguments)]


def test_no_step_holds_a_word_of_any_language() -> None:
    steps = [
        *trace.output_size(3, 2, 2, (1, 1), 1, True, axis="height"),
        *trace.output_size(30, 3, 7, (0, 1), 2, axis="width"),
        *trace.max_pool2d([[1, 2], [3, 4]], 2),
        *trace.mean_pool2d([[1, 2], [3, 4]], 2),
        *trace.linear_parameter_count(4, 2),
        *trace.conv2d_parameter_count(4, 2, 3, groups=2),
        *trace.flatten_size(4, 2, 2),
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
        (
            lambda: trace.max_pool2d(np.zeros((2, 3, 3)), 2),
            r"one map .*, got shape \(2, 3, 3\)",
        ),
        (
            lambda: trace.mean_pool2d(np.zeros((2, 3, 3)), 2),
            r"one map .*, got shape \(2, 3, 3\)",
        ),
        (lambda: trace.max_pool2d([[math.nan]], 1), "finite numbers only"),
        (lambda: trace.mean_pool2d([[math.inf]], 1), "finite numbers only"),
        (lambda: trace.max_pool2d([[1, 2]], 2), "height of shape"),
        (lambda: trace.mean_pool2d([[1, 2]], 1, 1, 1), "half the kernel"),
        (lambda: trace.linear_parameter_count(0, 1), "in_features must be at least 1"),
        (lambda: trace.conv2d_parameter_count(3, 8, 3, True, 2), "groups must divide"),
        (lambda: trace.flatten_size(1, 1, 0), "width must be at least 1"),
    ],
)
def test_a_trace_refuses_what_its_function_refuses(call: Callable[[], Trace], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
