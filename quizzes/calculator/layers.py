"""Kinds of layers: which settings each has, and how typed settings become a layer of :mod:`cnncalc`.

Everything that :mod:`cnncalc` would refuse is refused here first, in words that say how to mend it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from cnncalc.arguments import Pair
from cnncalc.geometry import same_padding
from cnncalc.layers import (
    Activation,
    AdaptiveMeanPool2d,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
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
)
from cnncalc.layers.elementwise import ActivationName
from cnncalc.pooling import pooling_axes
from cnncalc.shapes import Shape

from .mistakes import refuse
from .reading import Typed
from .words import AXES

ACTIVATIONS: Mapping[str, ActivationName] = {name.lower(): name for name in get_args(ActivationName)}
MAX_RESULT = 10**12  # of any size that comes out: longer numbers have no room and no use
MAX_DILATED = 10**6  # cells in all windows along an axis
IMPLIED = "in_channels", "in_features"  # the input tells them; a line of a network may say them once more


@dataclass(frozen=True, slots=True)
class Kind:
    """``settings`` in the order in which a line of a network may give them without names."""

    build: Callable[[Typed, Shape], Layer]
    needs: Literal["maps", "vector", "any"]
    settings: tuple[str, ...] = ()


def build(kind: str, texts: Mapping[str, str], shape: Shape) -> tuple[Layer, Shape]:
    """Return the layer for inputs of ``shape``, and the shape that comes out of it.

    Raises :class:`CalculatorError` for what is missing, cannot be read or does not fit together.

    >>> build("conv2d", {"out_channels": "16", "kernel": "5", "padding": "2"}, (3, 32, 32))[1]
    (16, 32, 32)
    """
    needs = KINDS[kind].needs
    if needs == "maps" and len(shape) == 1:
        raise refuse("input", "needs-maps", length=shape[0])
    if needs == "vector" and len(shape) != 1:
        raise refuse("input", "needs-vector", shape="×".join(f"{size:,}" for size in shape))
    known = {*KINDS[kind].settings, *IMPLIED}
    layer = KINDS[kind].build(Typed({name: text for name, text in texts.items() if name in known}), shape)
    output = layer.output_shape(shape)
    if max(output) > MAX_RESULT:
        raise refuse("input", "too-large", high=MAX_RESULT)
    return layer, output


def _conv2d(typed: Typed, shape: Shape) -> Conv2d:
    return _convolution(typed, shape, typed.integer("out_channels"), typed.integer("groups", 1))


def _depthwise(typed: Typed, shape: Shape) -> Conv2d:
    return _convolution(typed, shape, shape[0], shape[0])


def _convolution(typed: Typed, shape: Shape, out_channels: int, groups: int) -> Conv2d:
    kernel, stride, dilation = typed.pair("kernel"), typed.pair("stride", 1), typed.pair("dilation", 1)
    padding, bias = typed.padding(), typed.flag("bias", True)
    _comes_in(typed, "in_channels", shape[0])
    typed.settle()
    _divides(groups, shape[0], out_channels)
    padding = _settled(padding, kernel, stride, dilation)
    fits(shape, kernel, padding, dilation)
    return Conv2d(shape[0], out_channels, kernel, stride, padding, dilation, groups, bias)


def _conv_transpose2d(typed: Typed, shape: Shape) -> ConvTranspose2d:
    out_channels, groups = typed.integer("out_channels"), typed.integer("groups", 1)
    kernel, stride, dilation = typed.pair("kernel"), typed.pair("stride", 1), typed.pair("dilation", 1)
    padding, added = typed.pair("padding", 0, low=0), typed.pair("output_padding", 0, low=0)
    bias = typed.flag("bias", True)
    _comes_in(typed, "in_channels", shape[0])
    typed.settle()
    _divides(groups, shape[0], out_channels)
    for axis in (0, 1):
        most = max(stride[axis], dilation[axis]) - 1
        if added[axis] > most:
            raise refuse("output_padding", "output-padding", most=most)
        full = (shape[1 + axis] - 1) * stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1 + added[axis]
        if full <= 2 * padding[axis]:
            raise refuse("padding", "nothing-left", axis=AXES[axis], full=full)
    return ConvTranspose2d(shape[0], out_channels, kernel, stride, padding, added, groups, bias, dilation)


def _max_pool2d(typed: Typed, shape: Shape) -> MaxPool2d:
    return MaxPool2d(*_pooling(typed, shape))


def _mean_pool2d(typed: Typed, shape: Shape) -> MeanPool2d:
    return MeanPool2d(*_pooling(typed, shape))


def _lp_pool2d(typed: Typed, shape: Shape) -> LpPool2d:
    p = typed.exponent("p")
    return LpPool2d(float(p), *_pooling(typed, shape))


def _pooling(typed: Typed, shape: Shape) -> tuple[Pair, Pair, Pair, Pair, bool]:
    kernel = typed.pair("kernel")
    stride, dilation = typed.pair("stride", kernel), typed.pair("dilation", 1)
    padding, ceil_mode = typed.padding(), typed.flag("ceil_mode", False)
    typed.settle()
    padding = _settled(padding, kernel, stride, dilation)
    windows = kernel, stride, padding, dilation, ceil_mode
    check_pooling(shape, *windows)
    return windows


def check_pooling(
    shape: Shape, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair = (1, 1), ceil_mode: bool = False
) -> None:
    """Raise :class:`CalculatorError` for windows that ``shape`` ``(…, H, W)`` cannot be pooled with."""
    for size, side in zip(kernel, padding, strict=True):
        if side > size // 2:
            raise refuse("padding", "pool-padding", kernel=size, most=size // 2)
    fits(shape, kernel, padding, dilation)
    if max(dilation) > 1:
        # only here cnncalc looks at every cell of every window
        for size, window, spread, side in zip(shape[-2:], kernel, dilation, padding, strict=True):
            if (size + 2 * side - spread * (window - 1)) * window > MAX_DILATED:
                raise refuse("dilation", "large-dilated")
        try:
            pooling_axes(shape, kernel, stride, padding, dilation, ceil_mode)
        except ValueError:
            raise refuse("padding", "pool-empty") from None


def _linear(typed: Typed, shape: Shape) -> Linear:
    out_features, bias = typed.integer("out_features"), typed.flag("bias", True)
    _comes_in(typed, "in_features", shape[0])
    typed.settle()
    return Linear(shape[0], out_features, bias)


def _batch_norm(typed: Typed, shape: Shape) -> BatchNorm2d:
    _comes_in(typed, "in_channels", shape[0])
    typed.settle()
    return BatchNorm2d(shape[0])


def _adaptive_mean_pool2d(typed: Typed, shape: Shape) -> AdaptiveMeanPool2d:
    output = typed.pair("output")
    typed.settle()
    return AdaptiveMeanPool2d(output)


def _dropout(typed: Typed, shape: Shape) -> Dropout:
    rate = typed.rate("rate")
    typed.settle()
    return Dropout(float(rate))


def _activation(name: ActivationName) -> Kind:
    return Kind(lambda typed, shape: Activation(name), "any")


def _comes_in(typed: Typed, name: str, actual: int) -> None:
    """What PyTorch asks for and the input tells as well: where it is written, it must be right."""
    if typed.text(name):
        given = typed.integer(name)
        typed.settle()
        if given != actual:
            raise refuse(name, "in-count", given=given, actual=actual)


def _settled(padding: Pair | Literal["same"], kernel: Pair, stride: Pair, dilation: Pair) -> Pair:
    if padding != "same":
        return padding
    if stride != (1, 1):
        raise refuse("padding", "same-stride")
    for axis, size, spread in zip(AXES, kernel, dilation, strict=True):
        extent = spread * (size - 1) + 1
        if extent % 2 == 0:
            raise refuse("padding", "same-even", axis=axis, extent=extent)
    return same_padding(kernel[0], dilation[0]), same_padding(kernel[1], dilation[1])


def fits(shape: Shape, kernel: Pair, padding: Pair, dilation: Pair) -> None:
    """Raise :class:`CalculatorError` for a kernel that is larger than the padded input ``(…, H, W)``."""
    for axis, size, window, side, spread in zip(AXES, shape[-2:], kernel, padding, dilation, strict=True):
        extent, room = spread * (window - 1) + 1, size + 2 * side
        if extent > room:
            raise refuse("kernel", "kernel-too-large", axis=axis, extent=extent, room=room)


def _divides(groups: int, inputs: int, outputs: int) -> None:
    if inputs % groups or outputs % groups:
        raise refuse("groups", "groups", groups=groups, inputs=inputs, outputs=outputs)


_WINDOWS = "kernel", "stride", "padding"
KINDS: Mapping[str, Kind] = {
    "conv2d": Kind(_conv2d, "maps", ("out_channels", *_WINDOWS, "dilation", "groups", "bias")),
    "conv_transpose2d": Kind(
        _conv_transpose2d, "maps", ("out_channels", *_WINDOWS, "output_padding", "dilation", "groups", "bias")
    ),
    "depthwise": Kind(_depthwise, "maps", (*_WINDOWS, "dilation", "bias")),
    "max_pool2d": Kind(_max_pool2d, "maps", (*_WINDOWS, "dilation", "ceil_mode")),
    "mean_pool2d": Kind(_mean_pool2d, "maps", (*_WINDOWS, "ceil_mode")),
    "lp_pool2d": Kind(_lp_pool2d, "maps", ("p", *_WINDOWS, "ceil_mode")),
    "linear": Kind(_linear, "vector", ("out_features", "bias")),
    "gap": Kind(lambda typed, shape: GlobalMeanPool2d(), "maps"),
    "gmp": Kind(lambda typed, shape: GlobalMaxPool2d(), "maps"),
    "adaptive_mean_pool2d": Kind(_adaptive_mean_pool2d, "maps", ("output",)),
    "flatten": Kind(lambda typed, shape: Flatten(), "any"),
    "batch_norm": Kind(_batch_norm, "maps"),
    "dropout": Kind(_dropout, "any", ("rate",)),
    "softmax": Kind(lambda typed, shape: Softmax(), "any"),
    **{name: _activation(layer) for name, layer in ACTIVATIONS.items()},
}
