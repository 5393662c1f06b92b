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
from cnncalc.plain import plain
from cnncalc.trace import Trace, Window
from cnncalc.words import STEPS
from tests.cnncalc.pooling_cases import Arguments, filled, pooling_arguments, windows_by_hand

NUMBERS = st.sampled_from([(np.int64, st.integers(-9, 9)), (np.float64, st.floats(-9, 9, allow_nan=False))])
SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 5))


def keys(steps: Trace) -> list[str]:
    return [step.key for step in steps]


def lines(steps: Trace) -> list[str]:
    return [step.latex for step in steps]


def windows(steps: Trace) -> list[Window]:
    return [step.window for step in steps if step.window is not None]


def assert_ends_at(steps: Trace, expected: Any) -> None:
    """The last step is the result, and every window's value is the one at its place in it."""
    assert steps[-1].key == "result"
    np.testing.assert_array_equal(np.asarray(steps[-1].value), np.asarray(expected))
    outputs = [(step.window.output, step.value) for step in steps if step.window is not None]
    assert [place for place, _ in outputs] == list(np.ndindex(np.asarray(expected).shape or (1, 1)))
    assert [value for _, value in outputs] == np.asarray(expected).ravel().tolist()


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
        r"\frac{-3}{4} = -0.75",
        r"\frac{2}{4} = 0.5",
        r"\frac{5}{4} = 1.25",
        r"\begin{pmatrix} 0.25 & -0.75 \\ 0.5 & 1.25 \end{pmatrix}",
    ]
    assert [window.cells for window in windows(steps)] == [((0, 0),), ((0, 1),), ((1, 0),), ((1, 1),)]
    assert lines(trace.mean_pool2d([[1, -3], [2, 5]], 2, 2, 1, 1, False, False))[0] == r"\frac{1}{1} = 1"


def test_the_mean_is_written_exactly() -> None:
    steps = trace.mean_pool2d([[1, -3, 2], [0, 4, 1], [-2, -2, 0]], 3)
    assert steps[0].latex == r"\frac{1 + (-3) + 2 + 0 + 4 + 1 + (-2) + (-2) + 0}{9} = \frac{1}{9}"
    assert steps[0].value == Fraction(1, 9)
    assert steps[1].latex == r"\begin{pmatrix} \frac{1}{9} \end{pmatrix}"


def test_decimals_are_read_as_the_learner_sees_them() -> None:
    steps = trace.mean_pool2d(np.array([[0.1, -0.2]], dtype=np.float32), (1, 2))
    assert steps[0].latex == r"\frac{0.1 + (-0.2)}{2} = -0.05"
    assert trace.max_pool2d([[0.1, 2.0]], (1, 2))[0].latex == r"\max(0.1, 2) = 2"
    assert trace.lp_pool2d([[0.3, -0.4]], 2, (1, 2))[0].latex == r"\sqrt{|0.3|^2 + |-0.4|^2} = \sqrt{0.25} = 0.5"


def test_endless_decimals_are_never_printed() -> None:
    steps = trace.mean_pool2d([[0.73105857863, 0.1, 1e-9]], (1, 3))
    assert steps[0].latex == r"\frac{0.7311 + 0.1 + 1 \times 10^{-9}}{3} \approx 0.277"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((3, (1, 2)), r"\sqrt[3]{|1|^3 + |-2|^3} = \sqrt[3]{9} \approx 2.08"),
        (
            (3, (1, 2), None, 0, 1, False, True),
            r"\sqrt[3]{\frac{1}{2} \left(|1|^3 + |-2|^3\right)} = \sqrt[3]{4.5} \approx 1.651",
        ),
        ((2, (1, 2)), r"\sqrt{|1|^2 + |-2|^2} = \sqrt{5} \approx 2.236"),
        ((1, (1, 2)), r"|1| + |-2| = 3"),
        ((1, (1, 2), None, 0, 1, False, True), r"\frac{1}{2} \left(|1| + |-2|\right) = 1.5"),
        ((1, 1, None, 0, 1, False, True), r"\frac{1}{1} |1| = 1"),
        ((2.5, (1, 2)), r"\sqrt[2.5]{|1|^{2.5} + |-2|^{2.5}} \approx 2.135"),
        ((16, 1), r"\sqrt[16]{|1|^{16}} = \sqrt[16]{1} = 1"),
        ((16, (1, 2)), r"\sqrt[16]{|1|^{16} + |-2|^{16}} = \sqrt[16]{65537} \approx 2"),
        ((30, (1, 2)), r"\sqrt[30]{|1|^{30} + |-2|^{30}} \approx 2"),
        ((math.inf, (1, 2)), r"\max(|1|, |-2|) = 2"),
        ((math.inf, (1, 2), None, 0, 1, False, True), r"\max(|1|, |-2|) = 2"),
    ],
)
def test_a_norm_is_written_with_its_root_and_its_radicand(arguments: tuple[Any, ...], line: str) -> None:
    assert lines(trace.lp_pool2d([[1, -2]], *arguments))[0] == line


def test_a_root_is_equal_only_if_it_is_exact() -> None:
    assert lines(trace.lp_pool2d([[2, 0], [0, 2]], 3, (2, 1)))[-1] == r"\begin{pmatrix} 2 & 2 \end{pmatrix}"
    assert trace.lp_pool2d([[9, 0]], 16, (1, 2))[0].latex == r"\sqrt[16]{|9|^{16} + |0|^{16}} = 9"
    # 10**16 + 1 has a square root that a float takes for 10**8
    steps = trace.lp_pool2d([[10**8, 1]], 2, (1, 2))
    assert steps[0].latex == r"\sqrt{|100000000|^2 + |1|^2} \approx 1 \times 10^{8}"
    huge = trace.lp_pool2d([[1e200, 1e200]], 3, (1, 2))[0].latex
    assert huge.endswith(r"\approx 1.26 \times 10^{200}")


def test_an_infinite_p_chooses_the_first_largest_size() -> None:
    steps = trace.lp_pool2d([[1, -3, 3]], math.inf, (1, 3))
    assert windows(steps)[0].chosen == (0, 1)
    assert windows(trace.lp_pool2d([[1, -3, 3]], 2, (1, 3)))[0].chosen is None


@given(st.data(), pooling_arguments(), NUMBERS)
def test_the_steps_of_max_pooling_end_at_the_pooled_map(
    data: st.DataObject, example: tuple[tuple[int, ...], Arguments], numbers: tuple[Any, st.SearchStrategy[Any]]
) -> None:
    shape, arguments = example
    x = filled(data, shape[-2:], numbers[1], numbers[0])
    steps = trace.max_pool2d(x, **arguments)
    pooled, indices = cnncalc.max_pool2d(x, **arguments, return_indices=True)
    assert_ends_at(steps, pooled)
    assert [window.chosen for window in windows(steps)] == [divmod(i, x.shape[1]) for i in indices.ravel().tolist()]
    expected = [tuple(places) for places, _ in windows_by_hand(x.shape[0], x.shape[1], arguments)]
    assert [window.cells for window in windows(steps)] == expected


@given(st.data(), pooling_arguments(), NUMBERS, st.booleans())
def test_the_steps_of_mean_pooling_end_at_the_pooled_map(
    data: st.DataObject,
    example: tuple[tuple[int, ...], Arguments],
    numbers: tuple[Any, st.SearchStrategy[Any]],
    count_include_pad: bool,
) -> None:
    shape, arguments = example
    x = filled(data, shape[-2:], numbers[1], numbers[0])
    options = {**arguments, "count_include_pad": count_include_pad}
    assert_ends_at(trace.mean_pool2d(x, **options), cnncalc.mean_pool2d(x, **options, exact=x.dtype.kind != "f"))


@given(st.data(), pooling_arguments(), NUMBERS, st.sampled_from([0.5, 1, 2, 3, math.inf]), st.booleans(), st.booleans())
def test_the_steps_of_lp_pooling_end_at_the_pooled_map(
    data: st.DataObject,
    example: tuple[tuple[int, ...], Arguments],
    numbers: tuple[Any, st.SearchStrategy[Any]],
    p: float,
    normalized: bool,
    count_include_pad: bool,
) -> None:
    shape, arguments = example
    x = filled(data, shape[-2:], numbers[1], numbers[0])
    options = {**arguments, "normalized": normalized, "count_include_pad": count_include_pad}
    assert_ends_at(trace.lp_pool2d(x, p, **options), cnncalc.lp_pool2d(x, p, **options))


@given(st.data(), SHAPES, SHAPES, NUMBERS)
def test_the_steps_of_adaptive_and_global_pooling_end_at_what_they_return(
    data: st.DataObject,
    shape: tuple[int, int],
    output: tuple[int, int],
    numbers: tuple[Any, st.SearchStrategy[Any]],
) -> None:
    x = filled(data, shape, numbers[1], numbers[0])
    exact = x.dtype.kind != "f"
    assert_ends_at(trace.adaptive_max_pool2d(x, output), cnncalc.adaptive_max_pool2d(x, output))
    assert_ends_at(trace.adaptive_mean_pool2d(x, output), cnncalc.adaptive_mean_pool2d(x, output, exact=exact))
    assert_ends_at(trace.global_max_pool2d(x), cnncalc.global_max_pool2d(x))
    assert_ends_at(trace.global_mean_pool2d(x), cnncalc.global_mean_pool2d(x, exact=exact))


def test_adaptive_pooling_shows_where_its_windows_begin_and_end() -> None:
    steps = trace.adaptive_max_pool2d([[1, 3, 2, 5, 4]], (1, 3))
    assert keys(steps) == ["window-rows"] + 3 * ["window-columns"] + 3 * ["window"] + ["result"]
    assert steps[2].latex == (
        r"\left\lfloor \frac{1 \cdot 5}{3} \right\rfloor = 1, \quad \left\lceil \frac{2 \cdot 5}{3} \right\rceil = 4"
    )
    assert [step.value for step in steps[:4]] == [(0, 1), (0, 2), (1, 4), (3, 5)]
    assert windows(steps)[1] == Window((0, 1), ((0, 1), (0, 2), (0, 3)), (0, 3))
    assert lines(steps)[4:] == [
        r"\max(1, 3) = 3",
        r"\max(3, 2, 5) = 5",
        r"\max(5, 4) = 5",
        r"\begin{pmatrix} 3 & 5 & 5 \end{pmatrix}",
    ]


def test_global_pooling_has_one_window() -> None:
    assert lines(trace.global_mean_pool2d([[1, 2], [3, 1]])) == [r"\frac{1 + 2 + 3 + 1}{4} = 1.75", "1.75"]
    steps = trace.global_max_pool2d([[1, 3], [3, 1]])
    assert windows(steps) == [Window((0, 0), ((0, 0), (0, 1), (1, 0), (1, 1)), (0, 1))]


@given(st.data(), pooling_arguments(), NUMBERS)
def test_the_steps_of_the_gradient_of_max_pooling_end_at_it(
    data: st.DataObject, example: tuple[tuple[int, ...], Arguments], numbers: tuple[Any, st.SearchStrategy[Any]]
) -> None:
    shape, arguments = example
    x = filled(data, shape[-2:], st.integers(-3, 3), np.int64)
    dy = filled(data, cnncalc.max_pool2d(x, **arguments).shape, numbers[1], numbers[0])
    steps = trace.max_pool2d_backward(dy, x, **arguments)
    dx = cnncalc.max_pool2d_backward(dy, x, **arguments)
    np.testing.assert_array_equal(np.asarray(steps[-1].value), dx)
    given_away = [step for step in steps if step.key == "window"]
    assert [step.value for step in given_away] == dy.ravel().tolist()
    takers = [step.window.chosen for step in given_away if step.window]
    sums = [cell for cell in np.ndindex(x.shape) if takers.count(cell) > 1]
    assert [step.value for step in steps if step.key == "sum"] == [dx[cell].item() for cell in sums]


@given(st.data(), pooling_arguments(), NUMBERS, st.booleans())
def test_the_steps_of_the_gradient_of_mean_pooling_end_at_it(
    data: st.DataObject,
    example: tuple[tuple[int, ...], Arguments],
    numbers: tuple[Any, st.SearchStrategy[Any]],
    count_include_pad: bool,
) -> None:
    shape, arguments = example
    x = np.zeros(shape[-2:])
    options = {**arguments, "count_include_pad": count_include_pad}
    dy = filled(data, cnncalc.max_pool2d(x, **arguments).shape, numbers[1], numbers[0])
    steps = trace.mean_pool2d_backward(dy, x, **options)
    dx = cnncalc.mean_pool2d_backward(dy, x, **options, exact=dy.dtype.kind != "f")
    np.testing.assert_array_equal(np.asarray(steps[-1].value), dx)
    takers = [cell for window in windows(steps) for cell in window.cells]
    sums = [cell for cell in np.ndindex(x.shape) if takers.count(cell) > 1]
    assert [step.value for step in steps if step.key == "sum"] == [dx.tolist()[row][column] for row, column in sums]


def test_the_steps_of_a_gradient_say_which_cells_take_what() -> None:
    steps = trace.max_pool2d_backward([[5, -7]], [[1, 4, 3]], (1, 2), 1)
    assert keys(steps) == ["window", "window", "sum", "result"]
    assert lines(steps) == [
        r"\max(1, 4) = 4 = x_{1,2}, \quad 5 \to x_{1,2}",
        r"\max(4, 3) = 4 = x_{1,2}, \quad -7 \to x_{1,2}",
        r"\frac{\partial L}{\partial x_{1,2}} = 5 + (-7) = -2",
        r"\begin{pmatrix} 0 & -2 & 0 \end{pmatrix}",
    ]
    steps = trace.mean_pool2d_backward([[5], [-7]], [[1, 4]] * 3, 2, 1)
    assert lines(steps) == [
        r"\frac{5}{4} = 1.25 \to x_{1,1}, x_{1,2}, x_{2,1}, x_{2,2}",
        r"\frac{-7}{4} = -1.75 \to x_{2,1}, x_{2,2}, x_{3,1}, x_{3,2}",
        r"\frac{\partial L}{\partial x_{2,1}} = 1.25 + (-1.75) = -0.5",
        r"\frac{\partial L}{\partial x_{2,2}} = 1.25 + (-1.75) = -0.5",
        r"\begin{pmatrix} 1.25 & 1.25 \\ -0.5 & -0.5 \\ -1.75 & -1.75 \end{pmatrix}",
    ]


MAP = [[1, -3, 5], [2, 0, 4], [7, 7, -8]]
TRACES: list[tuple[Callable[..., Trace], tuple[Any, ...]]] = [
    (trace.max_pool2d, (MAP, 2, 1)),
    (trace.mean_pool2d, (MAP, 2, 1, 1)),
    (trace.lp_pool2d, (MAP, 3, 2, 1, 0, 1, False, True)),
    (trace.lp_pool2d, (MAP, 2.5, 2, 1)),
    (trace.lp_pool2d, (MAP, math.inf, 2)),
    (trace.global_mean_pool2d, (MAP,)),
    (trace.global_max_pool2d, (MAP,)),
    (trace.adaptive_mean_pool2d, (MAP, 2)),
    (trace.adaptive_max_pool2d, (MAP, 2)),
    (trace.max_pool2d_backward, ([[1, 2], [3, 4]], MAP, 2, 1)),
    (trace.mean_pool2d_backward, ([[1, 2], [3, 4]], MAP, 2, 1)),
]


@pytest.mark.parametrize(("traced", "arguments"), TRACES)
def test_the_steps_are_mathematics_that_a_console_can_show_under_known_names(
    traced: Callable[..., Trace], arguments: tuple[Any, ...]
) -> None:
    for step in traced(*arguments):
        assert set(STEPS[step.key]) == {"ja", "en"}
        assert plain(step.latex)
        commands_removed = re.sub(r"\\(begin|end)\{pmatrix\}|\\[a-z]+", "", step.latex)
        assert not re.search(r"[^\W\d_]{2,}", commands_removed), step.latex


@pytest.mark.parametrize(("traced", "arguments"), TRACES)
def test_a_trace_shows_one_map_of_finite_numbers(traced: Callable[..., Trace], arguments: tuple[Any, ...]) -> None:
    place = next(n for n, argument in enumerate(arguments) if argument is MAP)

    def with_map(x: Any) -> Trace:
        return traced(*arguments[:place], x, *arguments[place + 1 :])

    with pytest.raises(ValueError, match=r"one map .*, got shape \(2, 3, 3\)"):
        with_map([MAP, MAP])
    for number in (math.nan, math.inf):
        with pytest.raises(ValueError, match="finite numbers only"):
            with_map([[number, 1, 1]] * 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: trace.max_pool2d([[1, 2]], 2), "height of shape"),
        (lambda: trace.mean_pool2d([[1, 2]], 1, 1, 1), "half the kernel"),
        (lambda: trace.lp_pool2d([[1, 2]], 0, 1), "p must be above 0"),
        (lambda: trace.lp_pool2d([[1.7e308, 1.7e308]], 2, (1, 2)), "finite numbers only"),
        (lambda: trace.adaptive_max_pool2d([[1, 2]], 0), "output must be at least 1"),
        (lambda: trace.adaptive_mean_pool2d([[1, 2]], 0), "output must be at least 1"),
        (lambda: trace.max_pool2d_backward([[1, 2]], [[1, 2]], (1, 2)), r"shape of the output \(1, 1\)"),
        (lambda: trace.mean_pool2d_backward([[1, 2]], [[1, 2]], (1, 2)), r"shape of the output \(1, 1\)"),
        (lambda: trace.max_pool2d_backward([[math.nan]], [[1, 2]], (1, 2)), "finite numbers only"),
        (lambda: trace.mean_pool2d_backward([[math.inf]], [[1, 2]], (1, 2)), "finite numbers only"),
    ],
)
def test_a_trace_refuses_what_its_function_refuses(call: Callable[[], Trace], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
