from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc import (
    Activation,
    AdaptiveMaxPool2d,
    AdaptiveMeanPool2d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    DepthwiseSeparableConv2d,
    Dropout,
    Flatten,
    GlobalMaxPool2d,
    GlobalMeanPool2d,
    Layer,
    Linear,
    LpPool2d,
    MaxPool2d,
    MeanPool2d,
    Softmax,
    flatten_size,
    max_pool2d,
    mean_pool2d,
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
        pytest.param(DepthwiseSeparableConv2d(32, 64, 3, bias=False), 2_336, id="MobileNet v1, first block"),
        pytest.param(ConvTranspose2d(1024, 512, 2, stride=2), 2_097_664, id="U-Net, first up-convolution"),
        pytest.param(BatchNorm2d(64), 128, id="ResNet bn1"),
    ],
)
def test_published_parameter_counts_come_out(layer: Layer, expected: int) -> None:
    assert layer.parameter_count() == expected


WITHOUT_WEIGHTS: list[Layer] = [
    MaxPool2d(3, 2, 1),
    MeanPool2d(2),
    LpPool2d(2, 2),
    AdaptiveMeanPool2d(7),
    AdaptiveMaxPool2d(1),
    GlobalMeanPool2d(),
    GlobalMaxPool2d(),
    Flatten(),
    Activation("ReLU"),
    Softmax(),
    Dropout(),
]


@pytest.mark.parametrize("layer", WITHOUT_WEIGHTS, ids=str)
def test_layers_without_weights_count_nothing(layer: Layer) -> None:
    shape = (8, 14, 14)
    assert (layer.parameter_count(), layer.non_trainable_count(), layer.macs(shape)) == (0, 0, 0)
    with pytest.raises(ValueError, match="needs the shape"):
        layer.macs(())


@pytest.mark.parametrize(
    ("layer", "shape", "macs"),
    [
        (Conv2d(3, 64, 7, 2, 3, bias=False), (3, 224, 224), 118_013_952),
        (Conv2d(8, 8, (3, 1), groups=4), (8, 5, 5), 8 * 2 * 3 * 15),
        (ConvTranspose2d(8, 4, 3, 2, 1, groups=2), (8, 7, 5), 8 * 2 * 9 * 35),
        (DepthwiseSeparableConv2d(32, 64, 3, 2, 1, bias=False), (32, 8, 8), (32 * 9 + 32 * 64) * 16),
        (Linear(400, 120), (400,), 48_000),
        (BatchNorm2d(8), (8, 5, 5), 0),
    ],
)
def test_only_multiplications_by_convolution_and_linear_weights_count(
    layer: Layer, shape: tuple[int, ...], macs: int
) -> None:
    assert layer.macs(shape) == macs
    with pytest.raises(ValueError, match="needs"):
        layer.macs((*shape, 1))


def test_only_batch_normalisation_keeps_what_is_not_trained() -> None:
    assert BatchNorm2d(64).non_trainable_count() == 128
    for layer in (Conv2d(3, 8, 3), ConvTranspose2d(3, 8, 3), DepthwiseSeparableConv2d(3, 8, 3), Linear(3, 8)):
        assert layer.non_trainable_count() == 0


@pytest.mark.parametrize(
    ("layer", "before", "after"),
    [
        (Conv2d(3, 96, 11, stride=4), (3, 227, 227), (96, 55, 55)),
        (Conv2d(3, 8, (3, 5), stride=(1, 2), padding=((1, 0), (2, 2))), (3, 9, 10), (8, 8, 5)),
        (Conv2d(4, 4, 3, dilation=(1, 2), groups=4), (4, 5, 5), (4, 3, 1)),
        (Linear(400, 120), (400,), (120,)),
        (ConvTranspose2d(3, 8, 3, 2, 1, 1), (3, 14, 7), (8, 28, 14)),
        (ConvTranspose2d(3, 8, (2, 3), (2, 1), ((0, 1), (1, 1)), dilation=(1, 2)), (3, 4, 5), (8, 7, 7)),
        (DepthwiseSeparableConv2d(3, 8, (3, 5), (1, 2), ((1, 0), (2, 2))), (3, 9, 10), (8, 8, 5)),
        (MaxPool2d(3, 2), (96, 55, 55), (96, 27, 27)),
        (MaxPool2d(2, ceil_mode=True), (4, 5, 6), (4, 3, 3)),
        (MaxPool2d(2, 2, 1, ceil_mode=True), (4, 3, 3), (4, 2, 2)),
        (MaxPool2d((2, 3), dilation=(2, 1)), (4, 5, 6), (4, 2, 2)),
        (MeanPool2d((2, 3), (1, 2), (1, 1)), (4, 5, 6), (4, 6, 3)),
        (LpPool2d(math.inf, 2, 1), (4, 5, 6), (4, 4, 5)),
        (AdaptiveMeanPool2d((7, 3)), (512, 14, 14), (512, 7, 3)),
        (AdaptiveMaxPool2d(5), (512, 3, 3), (512, 5, 5)),
        (BatchNorm2d(4), (4, 5, 6), (4, 5, 6)),
        (Activation("Tanh"), (7,), (7,)),
        (Softmax(), (10,), (10,)),
        (Dropout(0), (10, 2, 2), (10, 2, 2)),
        (Flatten(), (512, 7, 7), (25_088,)),
        (Flatten(), (10,), (10,)),
        (GlobalMeanPool2d(), (512, 7, 5), (512,)),
        (GlobalMaxPool2d(), (512, 7, 5), (512,)),
    ],
)
def test_every_layer_tells_the_shape_that_comes_out(
    layer: Layer, before: tuple[int, ...], after: tuple[int, ...]
) -> None:
    assert layer.output_shape(before) == after


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
        (ConvTranspose2d, (3, 8, 3, 2, 0, 2), r"output_padding must be smaller .* got 2 with stride 2"),
        (ConvTranspose2d, (3, 8, 3, (3, 1), 0, 1), r"output_padding must be smaller .* with stride 1"),
        (ConvTranspose2d, (3, 8, 3, 2, 0, 0, 2), "groups must divide .* groups 2, in_channels 3"),
        (ConvTranspose2d, (3, 8, 3, 2, -1), "padding must be at least 0, got -1"),
        (ConvTranspose2d, (3, 8, 3, 2, 0, 0, 1, True, 0), "dilation must be at least 1, got 0"),
        (DepthwiseSeparableConv2d, (3, 0, 3), "out_channels must be at least 1, got 0"),
        (DepthwiseSeparableConv2d, (3, 8, (3, 3, 3)), "kernel must be an integer or a pair of integers"),
        (DepthwiseSeparableConv2d, (3, 8, 3, 1, 0, 1, 0), "bias must be True or False, got 0"),
        (MaxPool2d, (0,), "kernel must be at least 1, got 0"),
        (MaxPool2d, (2, 0), "stride must be at least 1, got 0"),
        (MaxPool2d, (3, 1, 2), r"padding \(\(2, 2\), \(2, 2\)\) must not be larger than half the kernel \(3, 3\)"),
        (MaxPool2d, (2, 2, 0, 1, 1), "ceil_mode must be True or False, got 1"),
        (MeanPool2d, ((4, 2), 1, (2, 2)), "padding .* must not be larger than half the kernel"),
        (MeanPool2d, (2, 2, 0, False), "dilation must be an integer, got False"),
        (MeanPool2d, (2, 2, 0, 1, False, None), "count_include_pad must be True or False, got None"),
        (LpPool2d, (0, 2), "p must be above 0, got 0"),
        (LpPool2d, (True, 2), "p must be a real number, got True"),
        (LpPool2d, (math.nan, 2), "p must be above 0, got nan"),
        (LpPool2d, ("2", 2), "p must be a real number, got '2'"),
        (LpPool2d, (2, 2, 2, 0, 1, False, 1), "normalized must be True or False, got 1"),
        (LpPool2d, (2, 2, 2, 0, 1, False, True, 1), "count_include_pad must be True or False, got 1"),
        (AdaptiveMeanPool2d, (0,), "output must be at least 1, got 0"),
        (AdaptiveMaxPool2d, ((1, None),), "output must be an integer, got None"),
        (BatchNorm2d, (0,), "channels must be at least 1, got 0"),
        (Activation, ("Relu",), "activation must be one of .*, ReLU, .* got 'Relu'"),
        (Activation, (["ReLU"],), r"activation must be one of .* got \['ReLU'\]"),
        (Dropout, (1.5,), r"p must be a number from 0 to 1, got 1\.5"),
        (Dropout, (True,), "p must be a number from 0 to 1, got True"),
        (Dropout, (math.nan,), "p must be a number from 0 to 1, got nan"),
        (Linear, (0, 8), "in_features must be at least 1, got 0"),
        (Linear, (8, True), "out_features must be an integer, got True"),
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
        (ConvTranspose2d(3, 8, 3), (4, 9, 9), r"ConvTranspose2d needs 3 channels, got shape \(4, 9, 9\)"),
        (ConvTranspose2d(3, 8, 1, 1, 1), (3, 5, 2), r"width of shape \(3, 5, 2\): padding must leave some"),
        (DepthwiseSeparableConv2d(3, 8, 3), (8, 9, 9), "DepthwiseSeparableConv2d needs 3 channels"),
        (DepthwiseSeparableConv2d(3, 8, 3), (3, 2, 9), r"height of shape \(3, 2, 9\): the dilated kernel"),
        (MaxPool2d(3), (4, 9, 2), r"width of shape \(4, 9, 2\): the dilated kernel"),
        (MaxPool2d(2), (9, 9), r"MaxPool2d needs the shape \(C, H, W\), got shape \(9, 9\)"),
        (MeanPool2d(3), (4, 2, 9), r"height of shape \(4, 2, 9\): the dilated kernel"),
        (LpPool2d(2, 3), (4, 2, 9), r"height of shape \(4, 2, 9\): the dilated kernel"),
        (AdaptiveMeanPool2d(3), (9,), r"AdaptiveMeanPool2d needs the shape \(C, H, W\)"),
        (AdaptiveMaxPool2d(3), (9,), r"AdaptiveMaxPool2d needs the shape \(C, H, W\)"),
        (GlobalMaxPool2d(), (9,), r"GlobalMaxPool2d needs the shape \(C, H, W\)"),
        (BatchNorm2d(8), (4, 5, 5), r"BatchNorm2d needs 8 channels, got shape \(4, 5, 5\)"),
        (BatchNorm2d(8), (8,), r"BatchNorm2d needs the shape \(C, H, W\)"),
        (Activation("ReLU"), (0,), "must be at least 1, got 0"),
        (Softmax(), (), "Softmax needs the shape of one example"),
        (Dropout(), 5, "Dropout needs the shape of one example, got 5"),
        (Flatten(), (), r"Flatten needs the shape of one example, got \(\)"),
        (Flatten(), (3, 0), r"an axis of shape \(3, 0\) must be at least 1, got 0"),
        (GlobalMeanPool2d(), (7, 7), r"GlobalMeanPool2d needs the shape \(C, H, W\), got shape \(7, 7\)"),
    ],
)
def test_a_shape_that_does_not_fit_the_layer_is_refused(layer: Any, shape: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        layer.output_shape(shape)


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 2), st.booleans(), st.integers(2, 7), st.integers(2, 7))
def test_pooling_layers_have_the_shapes_and_errors_of_the_functions(
    kernel: int, stride: int, dilation: int, ceil_mode: bool, height: int, width: int
) -> None:
    arguments = (kernel, stride, kernel // 2, dilation, ceil_mode)
    x = np.zeros((2, height, width))
    layers: list[tuple[Any, Any]] = [(MaxPool2d, max_pool2d), (MeanPool2d, mean_pool2d)]
    for create, pool in layers:
        try:
            expected: object = pool(x, *arguments).shape
        except ValueError as reason:
            expected = str(reason)
        try:
            found: object = create(*arguments).output_shape(x.shape)
        except ValueError as reason:
            found = str(reason)
        assert found == expected


EVERY_LAYER: list[Layer] = [
    Conv2d(3, 8, 3),
    ConvTranspose2d(3, 8, 3),
    DepthwiseSeparableConv2d(3, 8, 3),
    Linear(3, 8),
    BatchNorm2d(8),
    *WITHOUT_WEIGHTS,
]


@pytest.mark.parametrize("layer", EVERY_LAYER, ids=str)
def test_every_layer_is_frozen_hashable_and_small(layer: Any) -> None:
    with pytest.raises((AttributeError, TypeError)):
        layer.kernel = 5
    assert {layer: 1}[layer] == 1
    assert not hasattr(layer, "__dict__")
    assert isinstance(layer, Layer)


@pytest.mark.parametrize(
    ("one", "same"),
    [
        (Conv2d(3, 8, 3, 2, 1), Conv2d(3, 8, [3, 3], (2, 2), [[1, 1], [1, 1]])),  # type: ignore[arg-type]  # lists
        (Conv2d(np.int8(3), np.int64(8), 3), Conv2d(3, 8, 3)),  # type: ignore[arg-type]  # NumPy's count as int
        (ConvTranspose2d(3, 8, 2, 2), ConvTranspose2d(3, 8, (2, 2), (2, 2), (0, 0))),
        (DepthwiseSeparableConv2d(3, 8, 3), DepthwiseSeparableConv2d(3, 8, (3, 3))),
        (MaxPool2d(2), MaxPool2d((2, 2), 2)),
        (AdaptiveMeanPool2d(7), AdaptiveMeanPool2d((7, 7))),
        (AdaptiveMaxPool2d(7), AdaptiveMaxPool2d((7, 7))),
    ],
)
def test_layers_that_calculate_the_same_are_equal(one: Layer, same: Layer) -> None:
    assert one == same
    assert hash(one) == hash(same)
    assert repr(one) == repr(same)
