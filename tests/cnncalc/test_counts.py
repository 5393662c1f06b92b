from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc import (
    batch_norm_parameter_count,
    conv2d_macs,
    conv2d_parameter_count,
    conv_transpose2d_macs,
    depthwise_separable_macs,
    depthwise_separable_parameter_count,
    flatten_size,
    linear_macs,
    linear_parameter_count,
    output_size,
)


@given(st.tuples(*[st.integers(1, 4)] * 5), st.booleans())
def test_convolution_parameters_are_counted_one_by_one(sizes: tuple[int, ...], bias: bool) -> None:
    inputs, outputs, height, width, groups = sizes
    weights = len(list(product(range(outputs * groups), range(inputs), range(height), range(width))))
    count = conv2d_parameter_count(inputs * groups, outputs * groups, (height, width), bias, groups)
    assert count == weights + outputs * groups * bias


@given(st.integers(1, 500), st.integers(1, 500), st.booleans())
def test_a_linear_layer_is_a_convolution_of_single_cells(inputs: int, outputs: int, bias: bool) -> None:
    assert linear_parameter_count(inputs, outputs, bias) == conv2d_parameter_count(inputs, outputs, 1, bias)
    assert linear_macs(inputs, outputs) == conv2d_macs((inputs, 1, 1), outputs, 1)


@st.composite
def convolutions(draw: st.DrawFn) -> tuple[tuple[int, int, int], int, dict[str, Any]]:
    groups = draw(st.integers(1, 3))
    kernel = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    dilation = draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
    smallest = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
    shape = (
        groups * draw(st.integers(1, 2)),
        draw(st.integers(smallest[0], smallest[0] + 3)),
        draw(st.integers(smallest[1], smallest[1] + 3)),
    )
    settings = {
        "kernel": kernel,
        "stride": draw(st.tuples(st.integers(1, 3), st.integers(1, 3))),
        "padding": draw(st.tuples(*[st.tuples(st.integers(0, 2), st.integers(0, 2))] * 2)),
        "dilation": dilation,
        "groups": groups,
    }
    return shape, groups * draw(st.integers(1, 2)), settings


@given(convolutions())
def test_multiplications_of_a_convolution_are_counted_by_running_it(
    example: tuple[tuple[int, int, int], int, dict[str, Any]],
) -> None:
    (channels, height, width), out_channels, settings = example
    (top, bottom), (left, right) = settings["padding"]
    (kh, kw), (sh, sw), (dh, dw) = settings["kernel"], settings["stride"], settings["dilation"]
    count = 0
    for _row in range(0, height + top + bottom - dh * (kh - 1), sh):
        for _column in range(0, width + left + right - dw * (kw - 1), sw):
            for _output in range(out_channels):
                count += len(list(product(range(channels // settings["groups"]), range(kh), range(kw))))
    assert conv2d_macs((channels, height, width), out_channels, **settings) == count


@given(convolutions())
def test_depthwise_separable_counts_are_those_of_two_convolutions(
    example: tuple[tuple[int, int, int], int, dict[str, Any]],
) -> None:
    shape, out_channels, settings = example
    channels, *sizes = shape
    kernel, bias = settings["kernel"], out_channels % 2 == 0
    del settings["groups"]
    between = [
        output_size(size, kernel[i], settings["stride"][i], settings["padding"][i], settings["dilation"][i])
        for i, size in enumerate(sizes)
    ]
    depthwise = conv2d_macs(shape, channels, groups=channels, **settings)
    pointwise = conv2d_macs((channels, between[0], between[1]), out_channels, 1)
    assert depthwise_separable_macs(shape, out_channels, **settings) == depthwise + pointwise
    parameters = conv2d_parameter_count(channels, channels, kernel, bias, channels)
    parameters += conv2d_parameter_count(channels, out_channels, 1, bias)
    assert depthwise_separable_parameter_count(channels, out_channels, kernel, bias) == parameters


def test_a_depthwise_separable_convolution_saves_what_its_paper_says() -> None:
    full = conv2d_macs((512, 14, 14), 512, 3, padding=1)
    assert depthwise_separable_macs((512, 14, 14), 512, 3, padding=1) / full == 1 / 512 + 1 / 9


def test_every_cell_that_enters_a_transposed_convolution_multiplies_its_kernel() -> None:
    assert conv_transpose2d_macs((4, 3, 5), 6, (2, 3), groups=2) == 3 * 5 * 4 * 3 * 2 * 3


def test_batch_normalisation_trains_a_scale_and_a_shift_per_channel() -> None:
    assert batch_norm_parameter_count(1024) == 2048


def test_counts_are_plain_integers_that_do_not_overflow() -> None:
    small: Any = np.int8(100)
    counts = (
        conv2d_parameter_count(small, small, small),
        conv2d_macs((small, small, small), small, np.int8(99)),  # type: ignore[arg-type]  # NumPy's count as int
        conv_transpose2d_macs((small, small, small), small, small),
        depthwise_separable_parameter_count(small, small, small),
        depthwise_separable_macs((small, small, small), small, small),
        linear_parameter_count(small, small),
        linear_macs(small, small),
        batch_norm_parameter_count(small),
        flatten_size(small, small, small),
    )
    assert counts == (
        100_000_100, 392_040_000, 10**12, 1_010_200, 1_010_000, 10_100, 10_000, 200, 1_000_000,
    )  # fmt: skip
    assert {type(count) for count in counts} == {int}


@pytest.mark.parametrize(
    ("count", "arguments", "message"),
    [
        (conv2d_parameter_count, (4, 8, 3, 2), "bias must be True or False, got 2"),
        (conv2d_parameter_count, (4, 6, 3, True, 4), "groups must divide .* groups 4, in_channels 4, out_channels 6"),
        (conv2d_macs, ((4, 8), 8, 3), r"conv2d_macs needs the shape \(C, H, W\), got shape \(4, 8\)"),
        (conv2d_macs, (48, 8, 3), "conv2d_macs needs the shape of one example, got 48"),
        (conv2d_macs, ((4, 8, 2), 8, 3), r"width of shape \(4, 8, 2\): the dilated kernel"),
        (conv2d_macs, ((4, 8, 8), 8.0, 3), r"out_channels must be an integer, got 8\.0"),
        (conv2d_macs, ((4, 8, 8), 6, 3, 1, 0, 1, 4), "groups must divide"),
        (conv2d_macs, ((4, 8, 8), 6, 3, 0), "stride must be at least 1, got 0"),
        (conv_transpose2d_macs, ((4, 8, 8), 6, 3, 4), "groups must divide"),
        (conv_transpose2d_macs, ((4, 0, 8), 6, 3), r"an axis of shape \(4, 0, 8\) must be at least 1, got 0"),
        (depthwise_separable_parameter_count, (0, 8, 3), "in_channels must be at least 1, got 0"),
        (depthwise_separable_parameter_count, (4, 0, 3), "out_channels must be at least 1, got 0"),
        (depthwise_separable_parameter_count, (4, 8, 3, 1), "bias must be True or False, got 1"),
        (depthwise_separable_macs, ((4, 8, 8), True, 3), "out_channels must be an integer, got True"),
        (depthwise_separable_macs, ((4, 2, 8), 8, 3), r"height of shape \(4, 2, 8\)"),
        (linear_parameter_count, (8, 8, None), "bias must be True or False, got None"),
        (linear_macs, (8, 0), "out_features must be at least 1, got 0"),
        (batch_norm_parameter_count, (0,), "channels must be at least 1, got 0"),
        (flatten_size, (1, 0, 1), "height must be at least 1, got 0"),
        (flatten_size, (1, 1, 1.0), r"width must be an integer, got 1\.0"),
    ],
)
def test_impossible_counts_are_refused(count: Any, arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        count(*arguments)
