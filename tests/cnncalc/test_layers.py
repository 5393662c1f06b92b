from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc import (
    Conv2d,
    Flatten,
    GlobalMeanPool2d,
    Linear,
    conv2d_parameter_count,
    flatten_size,
    linear_parameter_count,
)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        pytest.param(Conv2d(1, 6, 5), 156, id="LeNet-5 C1"),
        pytest.param(Conv2d(6, 16, 5), 2_416, id="LeNet-5 C3, fully connected form"),
        pytest.param(Conv2d(16, 120, 5), 48_120, id="LeNet-5 C5"),
        pytest.param(Linear(120, 84), 10_164, id="LeNet-5 F6"),
        pytest.param(Linear(84, 10), 850, id="LeNet-5 output"),
        pytest.param(Conv2d(3, 64, 11, stride=4, padding=2), 23_296, id="AlexNet conv1"),
        pytest.param(Conv2d(96, 256, 5, padding=2, groups=2), 307_456, id="AlexNet conv2 on two GPUs"),
        pytest.param(Linear(25_088, 4_096), 102_764_544, id="VGG16 fc6"),
        pytest.param(Conv2d(3, 64, 7, bias=False), 9_408, id="ResNet conv1"),
        pytest.param(Conv2d(32, 32, 3, groups=32, bias=False), 288, id="MobileNet v1, first depthwise"),
        pytest.param(Flatten(), 0, id="flatten"),
        pytest.param(GlobalMeanPool2d(), 0, id="global mean"),
    ],
)
def test_published_parameter_counts_come_out(
    layer: Conv2d | Linear | Flatten | GlobalMeanPool2d, expected: int
) -> None:
    assert layer.parameter_count() == expected


def test_lenet_5_has_its_published_number_of_parameters() -> None:
    convolutions = [Conv2d(1, 6, 5), Conv2d(6, 16, 5)]
    linears = [Linear(400, 120), Linear(120, 84), Linear(84, 10)]
    in_convolutions = sum(layer.parameter_count() for layer in convolutions)
    assert in_convolutions + sum(layer.parameter_count() for layer in linears) == 61_706


@pytest.mark.parametrize(
    ("layer", "before", "after"),
    [
        (Conv2d(3, 96, 11, stride=4), (3, 227, 227), (96, 55, 55)),
        (Conv2d(3, 8, (3, 5), stride=(1, 2), padding=((1, 0), (2, 2))), (3, 9, 10), (8, 8, 5)),
        (Conv2d(4, 4, 3, dilation=(1, 2), groups=4), (4, 5, 5), (4, 3, 1)),
        (Linear(400, 120), (400,), (120,)),
        (Flatten(), (512, 7, 7), (25_088,)),
        (Flatten(), (10,), (10,)),
        (GlobalMeanPool2d(), (512, 7, 5), (512,)),
    ],
)
def test_every_layer_tells_the_shape_that_comes_out(
    layer: Conv2d | Linear | Flatten | GlobalMeanPool2d, before: tuple[int, ...], after: tuple[int, ...]
) -> None:
    assert layer.output_shape(before) == after


@given(st.tuples(*[st.integers(1, 4)] * 5), st.booleans())
def test_convolution_parameters_are_counted_one_by_one(sizes: tuple[int, ...], bias: bool) -> None:
    inputs, outputs, height, width, groups = sizes
    weights = [
        (channel, of_group, row, column)
        for channel in range(outputs * groups)
        for of_group in range(inputs)
        for row in range(height)
        for column in range(width)
    ]
    expected = len(weights) + outputs * groups * bias
    count = conv2d_parameter_count(inputs * groups, outputs * groups, (height, width), bias, groups)
    assert count == expected


@given(st.integers(1, 500), st.integers(1, 500), st.booleans())
def test_a_linear_layer_is_a_convolution_of_single_cells(inputs: int, outputs: int, bias: bool) -> None:
    assert linear_parameter_count(inputs, outputs, bias) == conv2d_parameter_count(inputs, outputs, 1, bias)


@given(st.integers(1, 600), st.integers(1, 30), st.integers(1, 30))
def test_flattening_keeps_every_value(channels: int, height: int, width: int) -> None:
    assert Flatten().output_shape((channels, height, width)) == (flatten_size(channels, height, width),)


@pytest.mark.parametrize(
    ("create", "arguments", "message"),
    [
        (Conv2d, (0, 8, 3), "in_channels must be at least 1, got 0"),
        (Conv2d, (3, 8.0, 3), r"out_channels must be an integer, got 8\.0"),
        (Conv2d, (3, 8, (3, 0)), "kernel must be at least 1, got 0"),
        (Conv2d, (3, 8, 3, 0), "stride must be at least 1, got 0"),
        (Conv2d, (3, 8, 3, 1, "same"), "padding must be an integer, got 'same'"),
        (Conv2d, (3, 8, 3, 1, 0, 0), "dilation must be at least 1, got 0"),
        (Conv2d, (3, 8, 3, 1, 0, 1, 2), "groups must divide .* groups 2, in_channels 3, out_channels 8"),
        (Conv2d, (4, 6, 3, 1, 0, 1, 4), "groups must divide .* groups 4, in_channels 4, out_channels 6"),
        (Conv2d, (4, 8, 3, 1, 0, 1, 0), "groups must be at least 1, got 0"),
        (Conv2d, (4, 8, 3, 1, 0, 1, 1, 1), "bias must be True or False, got 1"),
        (conv2d_parameter_count, (4, 8, 3, 2), "bias must be True or False, got 2"),
        (Linear, (0, 8), "in_features must be at least 1, got 0"),
        (Linear, (8, True), "out_features must be an integer, got True"),
        (linear_parameter_count, (8, 8, None), "bias must be True or False, got None"),
        (flatten_size, (1, 0, 1), "height must be at least 1, got 0"),
        (flatten_size, (1, 1, 1.0), r"width must be an integer, got 1\.0"),
    ],
)
def test_an_impossible_layer_is_refused(create: Any, arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        create(*arguments)


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (Conv2d(3, 8, 3), (4, 9, 9), r"Conv2d needs 3 channels, got shape \(4, 9, 9\)"),
        (Conv2d(3, 8, 3), (1, 3, 9, 9), r"Conv2d needs the shape \(C, H, W\), got shape \(1, 3, 9, 9\)"),
        (Conv2d(3, 8, 3), (3, 9, 2), r"width of shape \(3, 9, 2\): the dilated kernel .* = 3 > .* = 2"),
        (Linear(400, 120), (16, 5, 5), r"Linear needs the shape \(400,\), got shape \(16, 5, 5\)"),
        (Linear(400, 120), 400, "Linear needs the shape of one example, got 400"),
        (Flatten(), (), r"Flatten needs the shape of one example, got \(\)"),
        (Flatten(), (3, 0), r"an axis of shape \(3, 0\) must be at least 1, got 0"),
        (GlobalMeanPool2d(), (7, 7), r"GlobalMeanPool2d needs the shape \(C, H, W\), got shape \(7, 7\)"),
    ],
)
def test_a_shape_that_does_not_fit_the_layer_is_refused(layer: Any, shape: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        layer.output_shape(shape)
