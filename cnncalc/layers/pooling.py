"""Pooling as layers: what it makes of ``(C, H, W)``."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.arguments import Padding, Pair, flag, paddings, pair
from cnncalc.layers.layer import Layer, settle
from cnncalc.pooling import pooling_axes
from cnncalc.pooling.lp import exponent
from cnncalc.shapes import Shape, maps_shape


@dataclass(frozen=True, slots=True)
class MaxPool2d(Layer):
    """Max pooling: ``(C, H, W)`` to ``(C, Oh, Ow)``; ``stride`` defaults to ``kernel``.

    Raises ``ValueError`` when created with impossible arguments.

    >>> MaxPool2d(3, stride=2).output_shape((96, 55, 55))
    (96, 27, 27)
    """

    kernel: int | Pair
    stride: int | Pair | None = None
    padding: Padding = 0
    dilation: int | Pair = 1
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        _settle_windows(self)

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return ``(C, Oh, Ow)``; ``ValueError`` as ``max_pool2d`` for such maps."""
        return _pooled("MaxPool2d", self, input_shape)


@dataclass(frozen=True, slots=True)
class MeanPool2d(Layer):
    """Mean pooling: ``(C, H, W)`` to ``(C, Oh, Ow)``; ``stride`` defaults to ``kernel``.

    Raises ``ValueError`` when created with impossible arguments.

    >>> MeanPool2d(2).output_shape((6, 28, 28))
    (6, 14, 14)
    """

    kernel: int | Pair
    stride: int | Pair | None = None
    padding: Padding = 0
    dilation: int | Pair = 1
    ceil_mode: bool = False
    count_include_pad: bool = True

    def __post_init__(self) -> None:
        _settle_windows(self)
        settle(self, count_include_pad=flag("count_include_pad", self.count_include_pad))

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return ``(C, Oh, Ow)``; ``ValueError`` as ``mean_pool2d`` for such maps."""
        return _pooled("MeanPool2d", self, input_shape)


@dataclass(frozen=True, slots=True)
class LpPool2d(Layer):
    """Lp pooling: ``(C, H, W)`` to ``(C, Oh, Ow)``; ``stride`` defaults to ``kernel``.

    Raises ``ValueError`` when created with impossible arguments; ``p`` is a number above 0 or infinite.

    >>> LpPool2d(2, kernel=2).output_shape((6, 28, 28))
    (6, 14, 14)
    """

    p: float
    kernel: int | Pair
    stride: int | Pair | None = None
    padding: Padding = 0
    dilation: int | Pair = 1
    ceil_mode: bool = False
    normalized: bool = False
    count_include_pad: bool = True

    def __post_init__(self) -> None:
        _settle_windows(self)
        settle(
            self,
            p=exponent(self.p),
            normalized=flag("normalized", self.normalized),
            count_include_pad=flag("count_include_pad", self.count_include_pad),
        )

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return ``(C, Oh, Ow)``; ``ValueError`` as ``lp_pool2d`` for such maps."""
        return _pooled("LpPool2d", self, input_shape)


@dataclass(frozen=True, slots=True)
class AdaptiveMeanPool2d(Layer):
    """Means of as many windows as asked for: ``(C, H, W)`` to ``(C, *output)``.

    Raises ``ValueError`` when created with impossible arguments.

    >>> AdaptiveMeanPool2d(7).output_shape((512, 14, 14))
    (512, 7, 7)
    """

    output: int | Pair

    def __post_init__(self) -> None:
        settle(self, output=pair("output", self.output, 1))

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return ``(C, *output)``; ``ValueError`` unless ``input_shape`` is ``(C, H, W)``."""
        channels, _, _ = maps_shape("AdaptiveMeanPool2d", input_shape)
        return channels, *pair("output", self.output, 1)


@dataclass(frozen=True, slots=True)
class AdaptiveMaxPool2d(Layer):
    """Maxima of as many windows as asked for: ``(C, H, W)`` to ``(C, *output)``.

    Raises ``ValueError`` when created with impossible arguments.

    >>> AdaptiveMaxPool2d((7, 1)).output_shape((512, 14, 14))
    (512, 7, 1)
    """

    output: int | Pair

    def __post_init__(self) -> None:
        settle(self, output=pair("output", self.output, 1))

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return ``(C, *output)``; ``ValueError`` unless ``input_shape`` is ``(C, H, W)``."""
        channels, _, _ = maps_shape("AdaptiveMaxPool2d", input_shape)
        return channels, *pair("output", self.output, 1)


@dataclass(frozen=True, slots=True)
class GlobalMeanPool2d(Layer):
    """The mean of every map: ``(C, H, W)`` to ``(C,)``.

    >>> GlobalMeanPool2d().output_shape((512, 7, 7))
    (512,)
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return ``(C,)``; ``ValueError`` unless ``input_shape`` is ``(C, H, W)``."""
        return maps_shape("GlobalMeanPool2d", input_shape)[:1]


@dataclass(frozen=True, slots=True)
class GlobalMaxPool2d(Layer):
    """The maximum of every map: ``(C, H, W)`` to ``(C,)``.

    >>> GlobalMaxPool2d().output_shape((512, 7, 7))
    (512,)
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return ``(C,)``; ``ValueError`` unless ``input_shape`` is ``(C, H, W)``."""
        return maps_shape("GlobalMaxPool2d", input_shape)[:1]


def _settle_windows(layer: MaxPool2d | MeanPool2d | LpPool2d) -> None:
    kernel = pair("kernel", layer.kernel, 1)
    sides = paddings(layer.padding)
    if any(2 * max(side) > size for side, size in zip(sides, kernel, strict=True)):
        raise ValueError(f"padding {sides} must not be larger than half the kernel {kernel}")
    settle(
        layer,
        kernel=kernel,
        stride=kernel if layer.stride is None else pair("stride", layer.stride, 1),
        padding=sides,
        dilation=pair("dilation", layer.dilation, 1),
        ceil_mode=flag("ceil_mode", layer.ceil_mode),
    )


def _pooled(name: str, layer: MaxPool2d | MeanPool2d | LpPool2d, input_shape: Shape) -> Shape:
    shape = maps_shape(name, input_shape)
    height, width = pooling_axes(shape, layer.kernel, layer.stride, layer.padding, layer.dilation, layer.ceil_mode)
    return shape[0], height.output, width.output
