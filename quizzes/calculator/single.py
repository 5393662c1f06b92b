"""One layer: from the settings of a link to its output shape and counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from urllib.parse import urlencode

from cnncalc.layers import Layer
from cnncalc.shapes import Shape

from .layers import KINDS, MAX_RESULT, build
from .mistakes import refuse
from .reading import Typed
from .writing import settings, sizes

EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "conv2d": {"input": "3x32x32", "out_channels": "16", "kernel": "5", "stride": "1", "padding": "2"},
    "conv_transpose2d": {"input": "8x14x14", "out_channels": "4", "kernel": "4", "stride": "2", "padding": "1"},
    "max_pool2d": {"input": "16x28x28", "kernel": "2", "stride": "2", "padding": "0"},
    "mean_pool2d": {"input": "16x28x28", "kernel": "2", "stride": "2", "padding": "0"},
    "lp_pool2d": {"input": "16x28x28", "p": "2", "kernel": "2", "stride": "2", "padding": "0"},
    "linear": {"input": "16x5x5", "out_features": "120"},
    "gap": {"input": "512x7x7"},
    "flatten": {"input": "16x5x5"},
    "batch_norm": {"input": "64x32x32"},
}
"""The layers that can be calculated by themselves, and what the form of each opens with."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a layer makes of one input. A fully connected layer takes maps too, and flattens them first."""

    layer: Layer
    input_shape: Shape
    output_shape: Shape
    parameters: int
    non_trainable: int
    macs: int


def calculate(kind: str, texts: Mapping[str, str]) -> Result:
    """Calculate the layer that the typed settings describe.

    Raises :class:`CalculatorError` for what cannot be read or does not fit together.

    >>> result = calculate("linear", {"input": "16x5x5", "out_features": "120"})
    >>> result.output_shape, result.parameters
    ((120,), 48120)
    """
    typed = Typed(texts)
    given = typed.maps() if KINDS[kind].needs == "maps" else typed.maps_or_vector()
    typed.settle()
    shape = (prod(given),) if kind == "linear" else given
    if max(shape) > MAX_RESULT:
        raise refuse("input", "too-large", high=MAX_RESULT)
    layer, output = build(kind, texts, shape)
    return Result(layer, given, output, layer.parameter_count(), layer.non_trainable_count(), layer.macs(shape))


def fields(kind: str) -> tuple[str, ...]:
    """The fields of the form of a layer."""
    return ("input", *KINDS[kind].settings)


def query(layer: Layer, input_shape: Shape) -> str:
    """The shortest link to a layer; nothing for a layer that cannot be calculated by itself.

    >>> from cnncalc import Conv2d
    >>> query(Conv2d(3, 16, 5, padding=2), (3, 32, 32))
    'layer=conv2d&input=3x32x32&out_channels=16&kernel=5&padding=2'
    """
    kind, given = settings(layer)
    return urlencode({"layer": kind, "input": sizes(input_shape), **given}) if kind in EXAMPLES else ""


def channels_last(shape: Shape) -> Shape | None:
    """The shape as it was probably meant, where height × width × channels seems to have been typed.

    >>> channels_last((28, 28, 1)), channels_last((3, 28, 28))
    ((1, 28, 28), None)
    """
    if len(shape) == 3 and shape[0] == shape[1] > 3 and shape[2] in (1, 3):
        return shape[2], shape[0], shape[1]
    return None
