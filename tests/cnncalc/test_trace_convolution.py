from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import cnncalc
from cnncalc import trace
from cnncalc.trace import Step, Trace, Window
from cnncalc.words import STEPS
from tests.cnncalc.convolutions import Array, Convolution, convolutions


def keys(steps: Trace) -> list[str]:
    return [step.key for step in steps]


def lines(steps: Trace) -> list[str]:
    return [step.latex for step in steps]


def window(step: Step) -> Window:
    assert step.window is not None
    return step.window


def result(steps: Trace) -> Any:
    assert steps[-1].key == "result"
    return steps[-1].value


def cell_or_padding(maps: Array, cell: tuple[int, ...]) -> int:
    inside = all(0 <= place < size for place, size in zip(cell, maps.shape, strict=True))
    return int(maps[cell]) if inside else 0


@given(convolutions())
def test_the_windows_of_a_convolution_add_up_to_its_output(example: Convolution) -> None:
    x = example.x[0]
    steps = trace.conv2d(x, example.w, example.bias, *example.arguments.values())
    outputs = cnncalc.conv2d(x, example.w, example.bias, **example.arguments)
    assert (result(steps) == outputs).all()
    assert [window(step).output for step in steps[:-1]] == list(np.ndindex(outputs.shape))
    for step in steps[:-1]:
        shown = window(step)
        kernel = shown.output[0]
        assert step.key == "window"
        assert step.value == outputs[shown.output] == sum(shown.products) + example.bias[kernel]
        weights = example.w[kernel].ravel().tolist()
        cells = [cell_or_padding(x, cell) for cell in shown.cells]
        assert list(shown.products) == [cell * weight for cell, weight in zip(cells, weights, strict=True)]
        assert step.latex.count("\\cdot") == len(weights)
        assert step.latex.endswith(f" = {step.value}")


@given(convolutions())
def test_the_steps_of_the_gradients_add_up_to_them(example: Convolution) -> None:
    x, dy = example.x[0], example.dy[0]
    steps = trace.conv2d_backward(dy, x, example.w, *example.arguments.values())
    gradients = cnncalc.conv2d_backward(dy, x, example.w, **example.arguments)
    for shown, expected in zip(result(steps), gradients, strict=True):
        assert (shown == expected).all()
    parts = {"gradient-weights": gradients.dw, "gradient-input": gradients.dx, "gradient-bias": gradients.db}
    assert keys(steps) == [key for key, part in parts.items() for _ in range(part.size)] + ["result"]
    for step in steps[:-1]:
        shown = window(step)
        assert step.value == parts[step.key][shown.output]
        if step.key == "gradient-bias":
            assert sum(dy[cell] for cell in shown.cells) == step.value
        else:
            assert sum(shown.products) == step.value
            assert len(shown.products) == len(shown.cells)
            assert all(dy[cell] or not part for cell, part in zip(shown.cells, shown.products, strict=True))


@given(convolutions())
def test_the_stamps_of_a_transposed_convolution_add_up_to_its_output(example: Convolution) -> None:
    arguments = (example.stride, 0, 0, example.groups, example.dilation)
    bias = np.arange(example.w.shape[1] * example.groups)
    steps = trace.conv_transpose2d(example.dy[0], example.w, bias, *arguments)
    outputs = cnncalc.conv_transpose2d(example.dy[0], example.w, bias, *arguments)
    totals = np.zeros(outputs.shape, dtype=int) + bias[:, np.newaxis, np.newaxis]
    assert [window(step).output for step in steps[:-1]] == list(np.ndindex(example.dy[0].shape))
    for step in steps[:-1]:
        assert step.key == "stamp"
        for cell, part in zip(window(step).cells, np.ravel(np.array(step.value)), strict=True):
            totals[cell] += part
    assert (totals == outputs).all()
    assert (result(steps) == outputs).all()


def test_padding_is_shown_as_zeros_and_named_by_its_place() -> None:
    steps = trace.conv2d([[[1, -2]]], [[[[3, -4]]]], [1], 1, (0, 1))
    assert lines(steps) == [
        r"0 \cdot 3 + 1 \cdot (-4) + 1 = -3",
        r"1 \cdot 3 + (-2) \cdot (-4) + 1 = 12",
        r"(-2) \cdot 3 + 0 \cdot (-4) + 1 = -5",
        r"Y = \begin{pmatrix} -3 & 12 & -5 \end{pmatrix}",
    ]
    assert window(steps[0]).cells == ((0, 0, -1), (0, 0, 0))
    assert window(steps[2]).cells == ((0, 0, 1), (0, 0, 2))
    assert window(steps[2]).products == (-6, 0)


def test_every_kernel_has_its_matrix_and_every_group_its_channels() -> None:
    steps = trace.conv2d([[[1]], [[2]]], [[[[3]]], [[[4]]]], None, 1, 0, 1, 2)
    assert lines(steps) == [
        r"1 \cdot 3 = 3",
        r"2 \cdot 4 = 8",
        r"Y_{1} = \begin{pmatrix} 3 \end{pmatrix}, \quad Y_{2} = \begin{pmatrix} 8 \end{pmatrix}",
    ]
    assert [window(step).cells for step in steps[:-1]] == [((0, 0, 0),), ((1, 0, 0),)]


def test_floats_are_shown_as_the_decimals_that_they_are_read_as() -> None:
    steps = trace.conv2d(np.array([[[0.1, 0.2]]], dtype=np.float32), np.array([[[[0.5, -1]]]], dtype=np.float32))
    assert lines(steps) == [
        r"0.1 \cdot 0.5 + 0.2 \cdot (-1) = -0.15",
        r"Y = \begin{pmatrix} -0.15 \end{pmatrix}",
    ]
    assert window(steps[0]).products == (Fraction(1, 20), Fraction(-1, 5))
    assert steps[0].value == result(steps)[0, 0, 0]


def test_a_long_sum_is_rounded_and_says_so() -> None:
    assert r"\approx 1.524 \times 10^{-8}" in lines(trace.conv2d([[[0.0001234]]], [[[[0.0001235]]]]))[0]


def test_the_gradients_of_one_kernel_are_written_one_by_one() -> None:
    steps = trace.conv2d_backward([[[2, -1]]], [[[1, 0, 3]]], [[[[5, 7]]]], 1, 0, 1, 1)
    assert lines(steps) == [
        r"dw_{1,1} = 2 \cdot 1 + (-1) \cdot 0 = 2",
        r"dw_{1,2} = 2 \cdot 0 + (-1) \cdot 3 = -3",
        r"dx_{1,1} = 2 \cdot 5 = 10",
        r"dx_{1,2} = 2 \cdot 7 + (-1) \cdot 5 = 9",
        r"dx_{1,3} = (-1) \cdot 7 = -7",
        "db = 2 + (-1) = 1",
        r"dX = \begin{pmatrix} 10 & 9 & -7 \end{pmatrix}, \quad dW = \begin{pmatrix} 2 & -3 \end{pmatrix}, "
        r"\quad db = \begin{pmatrix} 1 \end{pmatrix}",
    ]
    assert window(steps[3]).output == (0, 0, 1)
    assert window(steps[3]).cells == ((0, 0, 0), (0, 0, 1))
    assert window(steps[-2]) == Window((0,), ((0, 0, 0), (0, 0, 1)))


def test_a_cell_that_no_window_covers_has_no_gradient() -> None:
    steps = trace.conv2d_backward([[[2]]], [[[1, 3]]], [[[[5]]]], 2)
    assert [line for step, line in zip(steps, lines(steps), strict=True) if step.key == "gradient-input"] == [
        r"dx_{1,1} = 2 \cdot 5 = 10",
        "dx_{1,2} = 0",
    ]


def test_a_stamp_is_shown_for_each_kernel_and_where_padding_cuts_it_off() -> None:
    steps = trace.conv_transpose2d([[[3, -1]]], [[[[1, 2]], [[0, 5]]]], [1, 0], 2, (0, 1))
    assert lines(steps) == [
        r"3 \cdot \begin{pmatrix} 1 & 2 \end{pmatrix} = \begin{pmatrix} 3 & 6 \end{pmatrix}, \quad "
        r"3 \cdot \begin{pmatrix} 0 & 5 \end{pmatrix} = \begin{pmatrix} 0 & 15 \end{pmatrix}",
        r"-1 \cdot \begin{pmatrix} 1 & 2 \end{pmatrix} = \begin{pmatrix} -1 & -2 \end{pmatrix}, \quad "
        r"-1 \cdot \begin{pmatrix} 0 & 5 \end{pmatrix} = \begin{pmatrix} 0 & -5 \end{pmatrix}",
        r"Y_{1} = \begin{pmatrix} 7 & 0 \end{pmatrix}, \quad Y_{2} = \begin{pmatrix} 15 & 0 \end{pmatrix}",
    ]
    assert window(steps[0]).cells == ((0, 0, -1), (0, 0, 0), (1, 0, -1), (1, 0, 0))
    assert steps[0].value == [[[3, 6]], [[0, 15]]]


@pytest.mark.parametrize("calculate", [trace.conv2d, trace.conv_transpose2d])
def test_a_trace_of_a_convolution_shows_one_example_of_finite_numbers(calculate: Any) -> None:
    with pytest.raises(ValueError, match=r"one example of shape \(C, H, W\), got x of shape \(1, 1, 1, 1\)"):
        calculate(np.ones((1, 1, 1, 1)), np.ones((1, 1, 1, 1)))
    with pytest.raises(ValueError, match="finite numbers only, got NaN or an infinity in x"):
        calculate([[[np.nan]]], [[[[1.0]]]])
    with pytest.raises(ValueError, match="in w"):
        calculate([[[1.0]]], [[[[np.inf]]]])
    with pytest.raises(ValueError, match="in bias"):
        calculate([[[1.0]]], [[[[1.0]]]], [np.inf])
    with pytest.raises(ValueError, match="in the result"):
        calculate([[[1e300]]], [[[[1e300]]]])
    with pytest.raises(ValueError, match="stride must be at least 1"):
        calculate([[[1.0]]], [[[[1.0]]]], None, 0)


def test_a_trace_of_gradients_shows_one_example_of_finite_numbers() -> None:
    ones = np.ones((1, 1, 1, 1))
    with pytest.raises(ValueError, match="one example"):
        trace.conv2d_backward(ones, ones, ones)
    with pytest.raises(ValueError, match="in dy"):
        trace.conv2d_backward(np.full((1, 1, 1), np.inf), ones[0], ones)
    with pytest.raises(ValueError, match="in the result"):
        trace.conv2d_backward(ones[0] * 1e300, ones[0] * 1e300, ones)
    with pytest.raises(ValueError, match="dy must have the shape"):
        trace.conv2d_backward(np.ones((1, 2, 1)), ones[0], ones)


def test_every_key_has_words() -> None:
    steps = trace.conv2d_backward([[[2]]], [[[1]]], [[[[5]]]]) + trace.conv_transpose2d([[[1]]], [[[[1]]]])
    assert set(keys(steps)) <= set(STEPS)
