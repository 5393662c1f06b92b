"""Convolutions as layers: what they make of ``(C, H, W)``."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc import counts
from cnncalc.arguments import Padding, Pair, flag, integer, paddings, pair
from cnncalc.geometry import transposed_output_size, window_axes
from cnncalc.layers.layer import Layer, settle
from cnncalc.shapes import Shape, maps_shape
from cnncalc.transposed import transposed_axes


@dataclass(frozen=True, slots=True)
class Conv2d(Layer):
    """A two-dimensional convolution: ``(in_channels, H, W)`` to ``(out_channels, Oh, Ow)``.

    Raises ``ValueError`` when created with impossible arguments.

    >>> first = Conv2d(3, 64, kernel=11, stride=4, padding=2)
    >>> first.output_shape((3, 224, 224)), first.parameter_count(), first.macs((3, 224, 224))
    ((64, 55, 55), 23296, 70276800)
    """

    in_channels: int
    out_channels: int
    kernel: int | Pair
    stride: int | Pair = 1
    padding: Padding = 0
    dilation: int | Pair = 1
    groups: int = 1
    bias: bool = True

    def __post_init__(self) -> None:
        self.parameter_count()
        settle(
            self,
            in_channels=int(self.in_channels),
            out_channels=int(self.out_channels),
            kernel=pair("kernel", self.kernel, 1),
            stride=pair("stride", self.stride, 1),
            padding=paddings(self.padding),
            dilation=pair("dilation", self.dilation, 1),
            groups=int(self.groups),
            bias=bool(self.bias),
        )

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return ``(out_channels, Oh, Ow)``; ``ValueError`` if channels differ or the kernel does not fit."""
        shape = _shape_with("Conv2d", self.in_channels, input_shape)
        height, width = window_axes(shape, self.kernel, self.stride, self.padding, self.dilation)
        return self.out_channels, height.output, width.output

    def parameter_count(self) -> int:
        """Return the number of weights and biases."""
        return counts.conv2d_parameter_count(self.in_channels, self.out_channels, self.kernel, self.bias, self.groups)

    def macs(self, input_shape: Shape) -> int:
        """Return ``out * (in / groups) * kh * kw * Oh * Ow``; ``ValueError`` as ``output_shape``."""
        shape = _shape_with("Conv2d", self.in_channels, input_shape)
        return counts.conv2d_macs(
            shape, self.out_channels, self.kernel, self.stride, self.padding, self.dilation, self.groups
        )


@dataclass(frozen=True, slots=True)
class ConvTranspose2d(Layer):
    """A transposed convolution: ``(in_channels, H, W)`` to ``(out_channels, Oh, Ow)``, arguments in PyTorch's order.

    Raises ``ValueError`` when created with impossible arguments.

    >>> up = ConvTranspose2d(8, 4, kernel=3, stride=2, padding=1, output_padding=1)
    >>> up.output_shape((8, 14, 14)), up.parameter_count(), up.macs((8, 14, 14))
    ((4, 28, 28), 292, 56448)
    """

    in_channels: int
    out_channels: int
    kernel: int | Pair
    stride: int | Pair = 1
    padding: Padding = 0
    output_padding: int | Pair = 0
    groups: int = 1
    bias: bool = True
    dilation: int | Pair = 1

    def __post_init__(self) -> None:
        self.parameter_count()
        strides = pair("stride", self.stride, 1)
        dilations = pair("dilation", self.dilation, 1)
        extras = pair("output_padding", self.output_padding, 0)
        for extra, stride, dilation in zip(extras, strides, dilations, strict=True):
            transposed_output_size(1, 1, stride, 0, extra, dilation)  # refuses an output padding that is too large
        settle(
            self,
            in_channels=int(self.in_channels),
            out_channels=int(self.out_channels),
            kernel=pair("kernel", self.kernel, 1),
            stride=strides,
            padding=paddings(self.padding),
            output_padding=extras,
            groups=int(self.groups),
            bias=bool(self.bias),
            dilation=dilations,
        )

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return ``(out_channels, Oh, Ow)``; ``ValueError`` if channels differ or padding leaves nothing."""
        shape = _shape_with("ConvTranspose2d", self.in_channels, input_shape)
        height, width = transposed_axes(
            shape,
            (self.in_channels, self.out_channels, *pair("kernel", self.kernel, 1)),
            self.stride,
            self.padding,
            self.output_padding,
            self.dilation,
        )
        return self.out_channels, height.size, width.size

    def parameter_count(self) -> int:
        """Return the number of weights and biases."""
        return counts.conv2d_parameter_count(self.in_channels, self.out_channels, self.kernel, self.bias, self.groups)

    def macs(self, input_shape: Shape) -> int:
        """Return ``in * H * W * (out / groups) * kh * kw``; ``ValueError`` as ``output_shape``."""
        self.output_shape(input_shape)
        return counts.conv_transpose2d_macs(input_shape, self.out_channels, self.kernel, self.groups)


@dataclass(frozen=True, slots=True)
class DepthwiseSeparableConv2d(Layer):
    """A convolution of every channel by itself, then one of single cells: ``(in, H, W)`` to ``(out, Oh, Ow)``.

    ``stride``, ``padding`` and ``dilation`` are those of the first. Raises ``ValueError`` when created with
    impossible arguments.

    >>> block = DepthwiseSeparableConv2d(32, 64, kernel=3, padding=1, bias=False)
    >>> block.output_shape((32, 112, 112)), block.parameter_count(), block.macs((32, 112, 112))
    ((64, 112, 112), 2336, 29302784)
    """

    in_channels: int
    out_channels: int
    kernel: int | Pair
    stride: int | Pair = 1
    padding: Padding = 0
    dilation: int | Pair = 1
    bias: bool = True

    def __post_init__(self) -> None:
        settle(
            self,
            in_channels=integer("in_channels", self.in_channels, 1),
            out_channels=integer("out_channels", self.out_channels, 1),
            kernel=pair("kernel", self.kernel, 1),
            stride=pair("stride", self.stride, 1),
            padding=paddings(self.padding),
            dilation=pair("dilation", self.dilation, 1),
            bias=flag("bias", self.bias),
        )

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return ``(out_channels, Oh, Ow)``; ``ValueError`` if channels differ or the kernel does not fit."""
        shape = _shape_with("DepthwiseSeparableConv2d", self.in_channels, input_shape)
        height, width = window_axes(shape, self.kernel, self.stride, self.padding, self.dilation)
        return self.out_channels, height.output, width.output

    def parameter_count(self) -> int:
        """Return the number of weights and biases of both convolutions."""
        return counts.depthwise_separable_parameter_count(self.in_channels, self.out_channels, self.kernel, self.bias)

    def macs(self, input_shape: Shape) -> int:
        """Return ``(in * kh * kw + in * out) * Oh * Ow``; ``ValueError`` as ``output_shape``."""
        shape = _shape_with("DepthwiseSeparableConv2d", self.in_channels, input_shape)
        return counts.depthwise_separable_macs(
            shape, self.out_channels, self.kernel, self.stride, self.padding, self.dilation
        )


def _shape_with(layer: str, channels: int, input_shape: Shape) -> tuple[int, int, int]:
    shape = maps_shape(layer, input_shape)
    if shape[0] != channels:
        raise ValueError(f"{layer} needs {channels} channels, got shape {input_shape}")
    return shape
