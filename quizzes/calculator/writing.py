"""A layer as its settings are typed, in the shortest form: for links, and for the lines of a network."""

from __future__ import annotations

from collections.abc import Mapping

from cnncalc.arguments import Pair, paddings, pair
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
from cnncalc.shapes import Shape

_NAMES: Mapping[type, str] = {
    BatchNorm2d: "batch_norm",
    Flatten: "flatten",
    GlobalMaxPool2d: "gmp",
    GlobalMeanPool2d: "gap",
    Softmax: "softmax",
}


def sizes(shape: Shape) -> str:
    """The sizes as they are typed.

    >>> sizes((3, 32, 32)), sizes((400,))
    ('3x32x32', '400')
    """
    return "x".join(map(str, shape))


def settings(layer: Layer) -> tuple[str, dict[str, str]]:
    """The kind of a layer and its settings, without those that are as usual.

    >>> settings(Conv2d(3, 16, 5, padding=2))
    ('conv2d', {'out_channels': '16', 'kernel': '5', 'padding': '2'})
    """
    match layer:
        case Conv2d():
            return "conv2d", {
                "out_channels": str(layer.out_channels),
                **_windows(layer.kernel, layer.stride, 1, layer.padding, layer.dilation),
                **_convolution(layer),
            }
        case ConvTranspose2d():
            return "conv_transpose2d", {
                "out_channels": str(layer.out_channels),
                **_windows(layer.kernel, layer.stride, 1, layer.padding, layer.dilation),
                **_unless("output_padding", layer.output_padding, 0),
                **_convolution(layer),
            }
        case MaxPool2d() | MeanPool2d() | LpPool2d():
            windows = _windows(layer.kernel, layer.stride or 1, layer.kernel, layer.padding, layer.dilation)
            if layer.ceil_mode:
                windows["ceil_mode"] = "1"
            if isinstance(layer, LpPool2d):
                return "lp_pool2d", {"p": f"{layer.p:g}", **windows}
            return "max_pool2d" if isinstance(layer, MaxPool2d) else "mean_pool2d", windows
        case Linear():
            return "linear", {"out_features": str(layer.out_features), **({} if layer.bias else {"bias": "0"})}
        case AdaptiveMeanPool2d():
            return "adaptive_mean_pool2d", {"output": _short(pair("output", layer.output, 1))}
        case Dropout():
            return "dropout", {"rate": f"{layer.p:g}"}
        case Activation():
            return layer.name.lower(), {}
    return _NAMES[type(layer)], {}


def _windows(kernel: object, stride: object, usual: object, padding: object, dilation: object) -> dict[str, str]:
    (top, _), (left, _) = paddings(padding)
    return {
        "kernel": _short(pair("kernel", kernel, 1)),
        **_unless("stride", stride, usual),
        **_unless("padding", (top, left), 0),
        **_unless("dilation", dilation, 1),
    }


def _convolution(layer: Conv2d | ConvTranspose2d) -> dict[str, str]:
    groups = {} if layer.groups == 1 else {"groups": str(layer.groups)}
    return groups if layer.bias else {**groups, "bias": "0"}


def _unless(name: str, value: object, usual: object) -> dict[str, str]:
    two = pair(name, value, 0)
    return {} if two == pair(name, usual, 0) else {name: _short(two)}


def _short(value: Pair) -> str:
    return str(value[0]) if value[0] == value[1] else f"{value[0]}x{value[1]}"
