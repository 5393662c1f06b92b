from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc import output_size
from cnncalc.geometry import window_axes

Arguments = tuple[int, int, int, tuple[int, int], int, bool]


@st.composite
def fitting_arguments(draw: st.DrawFn) -> Arguments:
    kernel = draw(st.integers(1, 6))
    dilation = draw(st.integers(1, 3))
    padding = draw(st.tuples(st.integers(0, 4), st.integers(0, 4)))
    smallest = max(1, dilation * (kernel - 1) + 1 - sum(padding))
    size = draw(st.integers(smallest, smallest + 20))
    return size, kernel, draw(st.integers(1, 7)), padding, dilation, draw(st.booleans())


def windows_counted_one_by_one(arguments: Arguments) -> int:
    size, kernel, stride, (before, after), dilation, ceil_mode = arguments
    end = size + after
    starts = [start for start in range(-before, end, stride) if start + dilation * (kernel - 1) < end]
    if not ceil_mode:
        return len(starts)
    last_seen = starts[-1] + dilation * (kernel - 1)
    if last_seen < end - 1:
        starts.append(starts[-1] + stride)
    return len(starts) - (starts[-1] >= size)


@given(fitting_arguments())
def test_the_output_size_is_the_number_of_windows(arguments: Arguments) -> None:
    assert output_size(*arguments) == windows_counted_one_by_one(arguments)


@given(fitting_arguments())
def test_one_padding_stands_for_both_sides(arguments: Arguments) -> None:
    size, kernel, stride, (before, _), dilation, _ = arguments
    size += 20
    assert output_size(size, kernel, stride, before, dilation) == output_size(
        size, kernel, stride, (before, before), dilation
    )


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param((32, 5), 28, id="LeNet-5 C1"),
        pytest.param((28, 2, 2), 14, id="LeNet-5 S2"),
        pytest.param((227, 11, 4), 55, id="AlexNet conv1"),
        pytest.param((224, 11, 4, 2), 55, id="AlexNet conv1 in torchvision"),
        pytest.param((55, 3, 2), 27, id="AlexNet pool1"),
        pytest.param((224, 3, 1, 1), 224, id="VGG16 conv"),
        pytest.param((224, 7, 2, 3), 112, id="ResNet conv1"),
        pytest.param((112, 3, 2, 0, 1, True), 56, id="GoogLeNet pool1"),
        pytest.param((7, 3, 1, 0, 2), 3, id="Dumoulin & Visin, figure 5.1"),
    ],
)
def test_published_sizes_come_out(arguments: tuple[Any, ...], expected: int) -> None:
    assert output_size(*arguments) == expected


def test_ceil_mode_drops_a_window_that_would_start_in_the_padding_behind() -> None:
    assert output_size(3, 2, stride=2, padding=1, ceil_mode=True) == 2
    assert output_size(4, 2, stride=2, padding=1, ceil_mode=True) == 3
    assert output_size(5, 2, stride=3, ceil_mode=True) == 2
    assert output_size(6, 2, stride=3, padding=(0, 1), ceil_mode=True) == 2


def test_numpy_integers_are_integers() -> None:
    size = output_size(np.int64(7), np.uint8(3), np.int8(2), (np.int32(1), np.int16(1)))  # type: ignore[arg-type]  # accepted, though not annotated
    assert size == 4
    assert type(size) is int


def test_small_numpy_integers_do_not_overflow() -> None:
    assert output_size(np.int8(127), 3, padding=np.int8(127)) == 379  # type: ignore[arg-type]  # accepted, though not annotated


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((2.0, 1), r"size must be an integer, got 2\.0"),
        ((True, 1), "size must be an integer, got True"),
        ((np.bool_(True), 1), "size must be an integer, got np.True_"),
        (("7", 3), "size must be an integer, got '7'"),
        ((7, None), "kernel must be an integer, got None"),
        ((7, (3, 3)), r"kernel must be an integer, got \(3, 3\)"),
        ((0, 1), "size must be at least 1, got 0"),
        ((7, 0), "kernel must be at least 1, got 0"),
        ((7, 3, 0), "stride must be at least 1, got 0"),
        ((7, 3, 1, -1), "padding must be at least 0, got -1"),
        ((7, 3, 1, (0, -2)), "padding must be at least 0, got -2"),
        ((7, 3, 1, (1, 1, 1)), r"padding must be an integer or a pair of integers, got \(1, 1, 1\)"),
        ((7, 3, 1, "same"), "padding must be an integer, got 'same'"),
        ((7, 3, 1, (1.5, 1)), r"padding must be an integer, got 1\.5"),
        ((7, 3, 1, 0, 0), "dilation must be at least 1, got 0"),
        ((7, 3, 1, 0, 1, 2), "ceil_mode must be True or False, got 2"),
        (
            (7, 5, 1, 0, 2),
            r"must not be larger than the padded input: 2 \* \(5 - 1\) \+ 1 = 9 > 0 \+ 7 \+ 0 = 7",
        ),
        ((2, 5, 1, (0, 2)), r"1 \* \(5 - 1\) \+ 1 = 5 > 0 \+ 2 \+ 2 = 4"),
        ((4, 5, 2, 0, 1, True), r"= 5 > 0 \+ 4 \+ 0 = 4"),
    ],
)
def test_an_impossible_argument_is_named(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        output_size(*arguments)


def test_every_window_axis_lists_the_cells_of_its_windows() -> None:
    height, width = window_axes((5, 4), kernel=(3, 2), stride=(2, 1), padding=((1, 1), (0, 1)), dilation=(1, 2))
    assert height.positions().tolist() == [[-1, 0, 1], [1, 2, 3], [3, 4, 5]]
    assert width.positions().tolist() == [[0, 2], [1, 3], [2, 4]]


def test_an_impossible_axis_of_a_map_is_named_with_the_shape() -> None:
    with pytest.raises(ValueError, match=r"width of shape \(2, 5, 3\): the dilated kernel .* = 4 > .* = 3"):
        window_axes((2, 5, 3), kernel=4)
