from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import cnncalc
from cnncalc import trace
from cnncalc.trace import Step, Trace, Window
from cnncalc.words import STEPS
from tests.cnncalc.convolutions import Convolution, convolutions


def lines(steps: Trace) -> list[str]:
    return [step.latex for step in steps]


def window(step: Step) -> Window:
    assert step.window is not None
    return step.window


def result(steps: Trace) -> Any:
    assert steps[-1].key == "result"
    return steps[-1].value


@given(convolutions())
def test_the_steps_of_im2col_are_the_windows_in_order(example: Convolution) -> None:
    x, kernel = example.x[0], example.w.shape[2:]
    arguments = (example.stride, example.padding, example.dilation)
    padded = np.pad(x, [(0, 0), *example.padding])
    columns, rows = trace.im2col(x, kernel, *arguments), trace.im2col(x, kernel, *arguments, "rows")
    matrix = cnncalc.im2col(x, kernel, **example.windows)
    assert (result(columns) == matrix).all()
    assert (result(rows) == matrix.T).all()
    assert [window(step).output for step in columns[:-1]] == list(np.ndindex(example.dy.shape[2:]))
    for number, (column, row) in enumerate(zip(columns[:-1], rows[:-1], strict=True)):
        assert column.key == row.key == "window"
        entries = matrix[:, number].tolist()
        assert np.array(column.value).tolist() == np.array(row.value).tolist() == entries
        assert column.window == row.window
        shifted = [(c, i + example.padding[0][0], j + example.padding[1][0]) for c, i, j in window(column).cells]
        assert [padded[cell] for cell in shifted] == entries


def test_a_window_is_shown_as_a_column_or_a_row() -> None:
    x = [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]
    assert lines(trace.im2col(x, (2, 1))) == [
        r"\begin{pmatrix} 1 \\ 3 \\ 5 \\ 7 \end{pmatrix}",
        r"\begin{pmatrix} 2 \\ 4 \\ 6 \\ 8 \end{pmatrix}",
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \\ 5 & 6 \\ 7 & 8 \end{pmatrix}",
    ]
    assert lines(trace.im2col(x, (2, 1), windows_as="rows"))[0] == r"\begin{pmatrix} 1 & 3 & 5 & 7 \end{pmatrix}"


@given(convolutions())
def test_the_steps_of_col2im_add_up_the_entries_of_each_cell(example: Convolution) -> None:
    shape, kernel = example.x[0].shape, example.w.shape[2:]
    arguments = (example.stride, example.padding, example.dilation)
    col = np.arange(np.prod(cnncalc.im2col_shape(shape, kernel, *arguments)))
    col = col.reshape(cnncalc.im2col_shape(shape, kernel, *arguments))
    steps = trace.col2im(col, shape, kernel, *arguments)
    maps = cnncalc.col2im(col, shape, kernel, *arguments)
    assert (result(steps) == maps).all()
    assert (result(trace.col2im(col.T, shape, kernel, *arguments, "rows")) == maps).all()
    assert [window(step).output for step in steps[:-1]] == list(np.ndindex(shape))
    for step in steps[:-1]:
        assert step.key == "cell"
        assert step.value == maps[window(step).output] == sum(col[place] for place in window(step).cells)


def test_overlapping_entries_are_added_and_others_are_shown_alone() -> None:
    steps = trace.col2im([[1, -2], [4, -5]], (1, 1, 3), (1, 2))
    assert lines(steps) == [
        "x_{1,1} = 1",
        "x_{1,2} = 4 + (-2) = 2",
        "x_{1,3} = -5",
        r"X = \begin{pmatrix} 1 & 2 & -5 \end{pmatrix}",
    ]
    assert window(steps[1]).cells == ((1, 0), (0, 1))
    rows = trace.col2im([[1, 4], [-2, -5]], (1, 1, 3), (1, 2), windows_as="rows")
    assert lines(rows) == lines(steps)
    assert window(rows[1]).cells == ((0, 1), (1, 0))
    assert lines(trace.col2im([[7]], (1, 1, 2), 1, 2))[1] == "x_{1,2} = 0"


def test_the_shape_names_the_layout_and_leaves_one_example_out() -> None:
    columns = trace.im2col_shape((2, 3, 9, 8), (3, 2), 2, 1, 1)
    assert [step.key for step in columns] == ["formula", "output", "output", "substitution", "result"]
    assert lines(columns) == [
        r"(C F_h F_w) \times (N O_h O_w)",
        r"O_h = \left\lfloor \frac{9 + 2 \cdot 1 - 3}{2} \right\rfloor + 1 = 5",
        r"O_w = \left\lfloor \frac{8 + 2 \cdot 1 - 2}{2} \right\rfloor + 1 = 5",
        r"(3 \cdot 3 \cdot 2) \times (2 \cdot 5 \cdot 5)",
        r"18 \times 50",
    ]
    assert result(columns) == (18, 50)
    assert [step.value for step in columns[1:3]] == [5, 5]
    rows = trace.im2col_shape((3, 9, 8), (3, 2), 2, 1, 1, "rows")
    assert lines(rows)[0] == r"(O_h O_w) \times (C F_h F_w)"
    assert lines(rows)[-2:] == [r"(5 \cdot 5) \times (3 \cdot 3 \cdot 2)", r"25 \times 18"]
    assert result(rows) == (25, 18)


def test_the_expansion_is_a_fraction_of_what_does_not_cancel_out() -> None:
    steps = trace.im2col_expansion((2, 64, 6, 5), 3)
    assert [step.key for step in steps] == ["formula", "output", "output", "substitution", "result"]
    assert lines(steps)[-2:] == [r"\frac{3 \cdot 3 \cdot 4 \cdot 3}{6 \cdot 5}", r"\frac{108}{30} = 3.6"]
    assert result(steps) == Fraction(18, 5)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (cnncalc.im2col_shape, ((3, 10, 12), (3, 2), 2, (1, (0, 1)), 2, "rows")),
        (cnncalc.im2col_expansion, ((4, 3, 10, 12), (3, 2), 2, (1, (0, 1)), 2)),
    ],
)
def test_the_last_value_is_what_the_function_returns(function: Any, arguments: Any) -> None:
    steps = getattr(trace, function.__name__)(*arguments)
    assert result(steps) == function(*arguments)
    assert {step.key for step in steps} <= set(STEPS)


def test_a_trace_of_windows_shows_one_example_of_finite_numbers() -> None:
    with pytest.raises(ValueError, match=r"one example of shape \(C, H, W\), got x of shape \(1, 1, 2, 2\)"):
        trace.im2col(np.ones((1, 1, 2, 2)), 1)
    with pytest.raises(ValueError, match="NaN or an infinity in x"):
        trace.im2col([[[np.inf]]], 1)
    with pytest.raises(ValueError, match="one example"):
        trace.col2im([[1, 1]], (2, 1, 1, 1), 1)
    with pytest.raises(ValueError, match="NaN or an infinity in col"):
        trace.col2im([[np.nan]], (1, 1, 1), 1)
    cols: Any = "cols"
    with pytest.raises(ValueError, match="windows_as must be"):
        trace.im2col([[[1]]], 1, 1, 0, 1, cols)
    with pytest.raises(ValueError, match="windows_as must be"):
        trace.im2col_shape((1, 1, 1), 1, 1, 0, 1, cols)
