"""Layers as data: the shape that comes out of them and the number of their parameters.

Shapes are those of one example, without the batch: ``(C, H, W)`` or ``(n,)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from cnncalc.arguments import Padding, Pair, flag, integer, paddings, pair
from cnncalc.geometry import window_axes


def conv2d_parameter_count(
    in_channels: int, out_channels: int, kernel: int | Pair, bias: bool = True, groups: int = 1
) -> int:
    """Return ``out * (in / groups) * kh * kw`` weights, plus ``out`` biases.

    Raises ``ValueError`` if an argument is no integer or below 1, if ``bias`` is no bool, or if ``groups``
    does not divide both numbers of channels.

    Source: PyTorch documentation of ``Conv2d``, shapes of ``weight`` and ``bias``.

    >>> conv2d_parameter_count(1, 6, 5)
    156
    >>> conv2d_parameter_count(8, 8, (3, 1), bias=False, groups=8)
    24
    """
    in_channels = integer("in_channels", in_channels, 1)
    out_channels = integer("out_channels", out_channels, 1)
    height, width = pair("kernel", kernel, 1)
    groups = integer("groups", groups, 1)
    if in_channels % groups or out_channels % groups:
        raise ValueError(
            f"groups must divide both numbers of channels, got groups {groups}, "
            f"in_channels {in_channels}, out_channels {out_channels}"
        )
    weights = out_channels * (in_channels // groups) * height * width
    return weights + out_channels if flag("bias", bias) else weights


def linear_parameter_count(in_features: int, out_features: int, bias: bool = True) -> int:
    """Return ``in * out`` weights, plus ``out`` biases.

    Raises ``ValueError`` if a number of features is no integer or below 1, or if ``bias`` is no bool.

    Source: PyTorch documentation of ``Linear``, shapes of ``weight`` and ``bias``.

    >>> linear_parameter_count(120, 84), linear_parameter_count(120, 84, bias=False)
    (10164, 10080)
    """
    weights = integer("in_features", in_features, 1) * integer("out_features", out_features, 1)
    return weights + int(out_features) if flag("bias", bias) else weights


def flatten_size(channels: int, height: int, width: int) -> int:
    """Return the number of values in maps of shape ``(C, H, W)``; ``ValueError`` if a size is below 1.

    >>> flatten_size(16, 5, 5)
    400
    """
    return integer("channels", channels, 1) * integer("height", height, 1) * integer("width", width, 1)


@dataclass(frozen=True, slots=True)
class Conv2d:
    """A two-dimensional convolution: ``(in_channels, H, W)`` to ``(out_channels, Oh, Ow)``.

    Raises ``ValueError`` when created with impossible arguments.

    >>> first = Conv2d(3, 64, kernel=11, stride=4, padding=2)
    >>> first.output_shape((3, 224, 224)), first.parameter_count()
    ((64, 55, 55), 23296)
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
        pair("stride", self.stride, 1)
        paddings(self.padding)
        pair("dilation", self.dilation, 1)

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return ``(out_channels, Oh, Ow)``; ``ValueError`` if channels differ or the kernel does not fit."""
        channels, _, _ = _maps_shape("Conv2d", input_shape)
        if channels != self.in_channels:
            raise ValueError(f"Conv2d needs {self.in_channels} channels, got shape {input_shape}")
        height, width = window_axes(input_shape, self.kernel, self.stride, self.padding, self.dilation)
        return self.out_channels, height.output, width.output

    def parameter_count(self) -> int:
        """Return the number of weights and biases."""
        return conv2d_parameter_count(self.in_channels, self.out_channels, self.kernel, self.bias, self.groups)


@dataclass(frozen=True, slots=True)
class Linear:
    """A fully connected layer: ``(in_features,)`` to ``(out_features,)``.

    Raises ``ValueError`` when created with impossible arguments.

    >>> Linear(400, 120).output_shape((400,)), Linear(400, 120).parameter_count()
    ((120,), 48120)
    """

    in_features: int
    out_features: int
    bias: bool = True

    def __post_init__(self) -> None:
        self.parameter_count()

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return ``(out_features,)``; ``ValueError`` unless ``input_shape`` is ``(in_features,)``."""
        if _checked("Linear", input_shape) != (self.in_features,):
            raise ValueError(f"Linear needs the shape ({self.in_features},), got shape {input_shape}")
        return (self.out_features,)

    def parameter_count(self) -> int:
        """Return the number of weights and biases."""
        return linear_parameter_count(self.in_features, self.out_features, self.bias)


@dataclass(frozen=True, slots=True)
class Flatten:
    """All values in one row: ``(C, H, W)`` to ``(C * H * W,)``.

    >>> Flatten().output_shape((16, 5, 5))
    (400,)
    """

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the one size; ``ValueError`` for a shape without axes or with an axis below 1."""
        return (prod(_checked("Flatten", input_shape)),)

    def parameter_count(self) -> int:
        """Return 0."""
        return 0


@dataclass(frozen=True, slots=True)
class GlobalMeanPool2d:
    """The mean of every map: ``(C, H, W)`` to ``(C,)``.

    >>> GlobalMeanPool2d().output_shape((512, 7, 7))
    (512,)
    """

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return ``(C,)``; ``ValueError`` unless ``input_shape`` is ``(C, H, W)``."""
        channels, _, _ = _maps_shape("GlobalMeanPool2d", input_shape)
        return (channels,)

    def parameter_count(self) -> int:
        """Return 0."""
        return 0


def _checked(layer: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    if not isinstance(shape, (tuple, list)) or not shape:
        raise ValueError(f"{layer} needs the shape of one example, got {shape!r}")
    return tuple(integer(f"an axis of shape {shape}", size, 1) for size in shape)


def _maps_shape(layer: str, shape: tuple[int, ...]) -> tuple[int, int, int]:
    sizes = _checked(layer, shape)
    if len(sizes) != 3:
        raise ValueError(f"{layer} needs the shape (C, H, W), got shape {shape}")
    return sizes[0], sizes[1], sizes[2]
