"""Counts that are known before any value is: parameters, values of maps, and multiplications.

There is no common convention for MACs. Here they are the multiplications by the weights of convolutions and fully
connected layers, with padded cells multiplied like others; biases, normalisation, pooling and activations count
nothing.
"""

from __future__ import annotations

from math import prod

from cnncalc.arguments import Padding, Pair, flag, integer, pair
from cnncalc.geometry import window_axes
from cnncalc.shapes import Shape, maps_shape


def conv2d_parameter_count(
    in_channels: int, out_channels: int, kernel: int | Pair, bias: bool = True, groups: int = 1
) -> int:
    """Return ``out * (in / groups) * kh * kw`` weights, plus ``out`` biases.

    A transposed convolution has as many: its weights are ``(in, out / groups, kh, kw)``.

    Raises ``ValueError`` if an argument is no integer or below 1, if ``bias`` is no bool, or if ``groups``
    does not divide both numbers of channels.

    Source: PyTorch documentation of ``Conv2d``, shapes of ``weight`` and ``bias``.

    >>> conv2d_parameter_count(1, 6, 5)
    156
    >>> conv2d_parameter_count(8, 8, (3, 1), bias=False, groups=8)
    24
    """
    weights = _weights(in_channels, out_channels, kernel, groups)
    return weights + int(out_channels) if flag("bias", bias) else weights


def conv2d_macs(
    input_shape: Shape,
    out_channels: int,
    kernel: int | Pair,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> int:
    """Return the multiplications of a convolution of ``(C, H, W)``: ``out * (C / groups) * kh * kw * Oh * Ow``.

    Raises ``ValueError`` as ``conv2d_parameter_count`` and ``output_size`` do, and for an ``input_shape`` that
    is not ``(C, H, W)``.

    Source: Howard et al. 2017, "MobileNets", section 3.1.

    >>> conv2d_macs((1, 32, 32), 6, kernel=5)
    117600
    >>> conv2d_macs((32, 112, 112), 32, kernel=3, padding=1, groups=32)
    3612672
    """
    shape = maps_shape("conv2d_macs", input_shape)
    weights = _weights(shape[0], out_channels, kernel, groups)
    height, width = window_axes(shape, kernel, stride, padding, dilation)
    return weights * height.output * width.output


def conv_transpose2d_macs(input_shape: Shape, out_channels: int, kernel: int | Pair, groups: int = 1) -> int:
    """Return the multiplications of a transposed convolution: ``C * H * W * (out / groups) * kh * kw``.

    Every input cell multiplies its whole kernel, wherever stride, dilation and padding put the products; those
    that padding cuts off are counted.

    Raises ``ValueError`` as ``conv2d_parameter_count`` does, and for an ``input_shape`` that is not
    ``(C, H, W)``.

    Source: Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning", section 4.1.

    >>> conv_transpose2d_macs((8, 4, 4), 3, kernel=2)
    1536
    """
    channels, height, width = maps_shape("conv_transpose2d_macs", input_shape)
    return _weights(channels, out_channels, kernel, groups) * height * width


def depthwise_separable_parameter_count(
    in_channels: int, out_channels: int, kernel: int | Pair, bias: bool = True
) -> int:
    """Return the parameters of a depthwise and a pointwise convolution: ``in * kh * kw + in * out`` weights.

    ``bias`` adds ``in + out``, one bias for every channel of both convolutions (Keras' ``SeparableConv2D`` has
    those of the pointwise one only).

    Raises ``ValueError`` as ``conv2d_parameter_count`` does.

    Source: Howard et al. 2017, "MobileNets", section 3.1.

    >>> depthwise_separable_parameter_count(32, 64, 3, bias=False)
    2336
    """
    depthwise = conv2d_parameter_count(in_channels, in_channels, kernel, bias, groups=in_channels)
    return depthwise + conv2d_parameter_count(in_channels, out_channels, 1, bias)


def depthwise_separable_macs(
    input_shape: Shape,
    out_channels: int,
    kernel: int | Pair,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
) -> int:
    """Return the multiplications of both convolutions: ``(C * kh * kw + C * out) * Oh * Ow``.

    Raises ``ValueError`` as ``conv2d_macs`` does.

    Source: Howard et al. 2017, "MobileNets", formula 5.

    >>> depthwise_separable_macs((32, 112, 112), 64, kernel=3, padding=1)
    29302784
    """
    channels, _, _ = shape = maps_shape("depthwise_separable_macs", input_shape)
    depthwise = conv2d_macs(shape, channels, kernel, stride, padding, dilation, groups=channels)
    height, width = window_axes(shape, kernel, stride, padding, dilation)
    return depthwise + conv2d_macs((channels, height.output, width.output), out_channels, 1)


def linear_parameter_count(in_features: int, out_features: int, bias: bool = True) -> int:
    """Return ``in * out`` weights, plus ``out`` biases.

    Raises ``ValueError`` if a number of features is no integer or below 1, or if ``bias`` is no bool.

    Source: PyTorch documentation of ``Linear``, shapes of ``weight`` and ``bias``.

    >>> linear_parameter_count(120, 84), linear_parameter_count(120, 84, bias=False)
    (10164, 10080)
    """
    weights = linear_macs(in_features, out_features)
    return weights + int(out_features) if flag("bias", bias) else weights


def linear_macs(in_features: int, out_features: int) -> int:
    """Return the multiplications of a fully connected layer: ``in * out``, one for every weight.

    Raises ``ValueError`` if an argument is no integer or below 1.

    >>> linear_macs(120, 84)
    10080
    """
    return integer("in_features", in_features, 1) * integer("out_features", out_features, 1)


def batch_norm_parameter_count(channels: int) -> int:
    """Return the trained parameters of batch normalisation: a scale and a shift for every channel.

    The running mean and variance, as many again, are not trained and not counted here.

    Raises ``ValueError`` if ``channels`` is no integer or below 1.

    Source: Ioffe & Szegedy 2015, "Batch normalization", section 3.2.

    >>> batch_norm_parameter_count(64)
    128
    """
    return 2 * integer("channels", channels, 1)


def flatten_size(channels: int, height: int, width: int) -> int:
    """Return the number of values in maps of shape ``(C, H, W)``; ``ValueError`` if a size is below 1.

    >>> flatten_size(16, 5, 5)
    400
    """
    return integer("channels", channels, 1) * integer("height", height, 1) * integer("width", width, 1)


def _weights(in_channels: int, out_channels: int, kernel: int | Pair, groups: int) -> int:
    in_channels = integer("in_channels", in_channels, 1)
    out_channels = integer("out_channels", out_channels, 1)
    kernels = pair("kernel", kernel, 1)
    groups = integer("groups", groups, 1)
    if in_channels % groups or out_channels % groups:
        raise ValueError(
            f"groups must divide both numbers of channels, got groups {groups}, "
            f"in_channels {in_channels}, out_channels {out_channels}"
        )
    return out_channels * (in_channels // groups) * prod(kernels)
