"""The figure of one layer, with its walk where it has one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnncalc.arguments import paddings, pair
from cnncalc.layers import (
    Conv2d,
    ConvTranspose2d,
    Flatten,
    GlobalMeanPool2d,
    Layer,
    Linear,
    LpPool2d,
    MaxPool2d,
    MeanPool2d,
)
from cnncalc.pooling import pooling_axes
from cnncalc.shapes import Shape
from cnncalc.words import Language
from quizzes.questions.figures import KINDS, Figure, FigureError, Frame


@dataclass(frozen=True, slots=True)
class Pictures:
    """No figure where the sizes are too large for one, or the settings have none."""

    figure: Figure | None = None
    frames: tuple[Frame, ...] = ()


NO_PICTURES = Pictures()


def drawn(layer: Layer, shape: Shape, language: Language) -> Pictures:
    """The figure of a layer for inputs of ``shape``."""
    found = _figure(layer, shape)
    return NO_PICTURES if found is None else pictures(*found, language)


def pictures(kind: str, arguments: Mapping[str, object], language: Language) -> Pictures:
    """A figure as it is drawn after an answer, with all its steps; nothing where it cannot be drawn."""
    try:
        figure = KINDS[kind].draw(level=1, language=language, revealed=True, **arguments)
        return Pictures(figure, KINDS[kind].walk(level=1, language=language, **arguments))
    except FigureError:
        return NO_PICTURES


def _figure(layer: Layer, shape: Shape) -> tuple[str, dict[str, object]] | None:
    match layer:
        case Conv2d():
            return "convolution", _windows(layer, shape)
        case MaxPool2d() | MeanPool2d() | LpPool2d():
            if layer.ceil_mode and _axes(layer, shape, True) != _axes(layer, shape, False):
                return None  # the figure has no window beyond the end
            return "convolution", {**_windows(layer, shape), "operation": "pooling"}
        case ConvTranspose2d():
            return _transposed(layer, shape)
        case Flatten() | GlobalMeanPool2d() if len(shape) == 3:
            return "gap-vs-fc", {"channels": shape[0], "height": shape[1], "width": shape[2]}
        case Linear() if len(shape) == 3:
            maps = {"channels": shape[0], "height": shape[1], "width": shape[2]}
            return "gap-vs-fc", {**maps, "outputs": layer.out_features}
        case Linear():
            return "network", {"input": shape, "layers": (("linear", layer.out_features),)}
    return None


def _windows(layer: Conv2d | MaxPool2d | MeanPool2d | LpPool2d, shape: Shape) -> dict[str, object]:
    size: dict[str, object] = {"height": shape[1], "width": shape[2]}
    if shape[1] == shape[2]:
        size = {"size": shape[1]}
    return {
        **size,
        "kernel": layer.kernel,
        "stride": layer.stride,
        "padding": layer.padding,
        "dilation": layer.dilation,
    }


def _axes(layer: MaxPool2d | MeanPool2d | LpPool2d, shape: Shape, ceil_mode: bool) -> tuple[int, int]:
    height, width = pooling_axes(shape, layer.kernel, layer.stride, layer.padding, layer.dilation, ceil_mode)
    return height.output, width.output


def _transposed(layer: ConvTranspose2d, shape: Shape) -> tuple[str, dict[str, object]] | None:
    """Its figure shows one axis, which must stand for both."""
    kernel, stride = pair("kernel", layer.kernel, 1), pair("stride", layer.stride, 1)
    (top, _), (left, _) = paddings(layer.padding)
    added = pair("output_padding", layer.output_padding, 0)
    height, width = zip(shape[1:], kernel, stride, (top, left), added, strict=True)
    if height != width or pair("dilation", layer.dilation, 1) != (1, 1):
        return None
    names = "size", "kernel", "stride", "padding", "output_padding"
    return "transposed", dict(zip(names, height, strict=True))
