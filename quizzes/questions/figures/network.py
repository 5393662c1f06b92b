"""A network as a stack of layers with the shapes that come out of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cnncalc.layers import (
    Activation,
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Flatten,
    GlobalMeanPool2d,
    Layer,
    Linear,
    MaxPool2d,
    MeanPool2d,
    Softmax,
)
from cnncalc.network import summarize
from cnncalc.words import Language

from .arguments import Arguments, FigureError, items, two, whole
from .svg import Figure, Frame

MAX_LAYERS = 16
FORMS = {  # the numbers behind a layer's name, and how many of them may be left out at the end
    "conv": (("filters", "kernel", "stride", "padding"), 2),
    "max_pool": (("kernel", "stride"), 1),
    "mean_pool": (("kernel", "stride"), 1),
    "gap": ((), 0),
    "flatten": ((), 0),
    "linear": (("outputs",), 0),
    "relu": ((), 0),
    "softmax": ((), 0),
    "batch_norm": ((), 0),
    "dropout": ((), 0),
    "depthwise": (("kernel", "stride", "padding"), 2),
    "transposed": (("filters", "kernel", "stride", "padding"), 2),
}
Settings = tuple[int | tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """One layer: its name in ``FORMS``, all its numbers, what comes out, how many parameters it has."""

    name: str
    settings: Settings
    shape: tuple[int, ...]
    parameters: int


@dataclass(frozen=True, slots=True)
class Scene:
    """``asked`` are numbers of layers, from 1."""

    input: tuple[int, ...]
    stages: tuple[Stage, ...]
    asked: tuple[int, ...]


def read(arguments: Arguments) -> Scene:
    """The checked arguments."""
    shape = items(arguments, "input", 3, "sizes")
    if len(shape) not in (1, 3):
        raise FigureError(f"input must be (channels, height, width), or (length,), got {shape!r}")
    sizes = tuple(whole("input", size, 1) for size in shape)
    layers = tuple(
        _layer(number, layer) for number, layer in enumerate(items(arguments, "layers", MAX_LAYERS, "layers"), 1)
    )
    if "asked" in arguments:
        asked = tuple(
            whole("asked", number, 1, len(layers)) for number in items(arguments, "asked", len(layers), "numbers")
        )
    else:
        asked = (len(layers),)
    return Scene(sizes, _stages(sizes, layers), asked)


def _layer(number: int, layer: object) -> tuple[str, Settings]:
    if not isinstance(layer, tuple) or not layer or not isinstance(layer[0], str) or layer[0] not in FORMS:
        raise FigureError(f"layers[{number}] must be a tuple that starts with one of {', '.join(FORMS)}, got {layer!r}")
    name, *given = layer
    words, optional = FORMS[name]
    if not len(words) - optional <= len(given) <= len(words):
        raise FigureError(f"layers[{number}] must be ({', '.join((name, *words))}), got {layer!r}")
    settings: list[int | tuple[int, int]] = []
    for word, value in zip(words, given, strict=False):
        place = f"the {word} in layers[{number}]"
        if word in ("filters", "outputs"):
            settings.append(whole(place, value, 1))
        else:
            pair = two(place, value, 0 if word == "padding" else 1)
            settings.append(pair)
    for word in words[len(given) :]:
        # a window of pooling moves by its own size unless told otherwise
        settings.append(settings[0] if name.endswith("pool") else (0, 0) if word == "padding" else (1, 1))
    return name, tuple(settings)


@lru_cache(maxsize=64)
def _stages(input_shape: tuple[int, ...], layers: tuple[tuple[str, Settings], ...]) -> tuple[Stage, ...]:
    built: list[Layer] = []
    shape = input_shape
    for number, (name, settings) in enumerate(layers, 1):
        try:
            built.append(_built(name, settings, shape))
            shape = built[-1].output_shape(shape)
        except ValueError as reason:
            raise FigureError(f"layers[{number}] ({name}) does not fit what comes in: {reason}") from reason
    rows = summarize(built, input_shape).rows
    return tuple(
        Stage(name, settings, row.output_shape, row.parameter_count)
        for (name, settings), row in zip(layers, rows, strict=True)
    )


def _built(name: str, settings: Settings, shape: tuple[int, ...]) -> Layer:
    """The layer of cnncalc, which alone knows what comes out."""
    channels = shape[0]
    match name, settings:
        case "conv", (int(filters), kernel, stride, padding):
            return Conv2d(channels, filters, kernel, stride, padding)
        case "transposed", (int(filters), kernel, stride, padding):
            return ConvTranspose2d(channels, filters, kernel, stride, padding)
        case "depthwise", (kernel, stride, padding):
            return Conv2d(channels, channels, kernel, stride, padding, groups=channels)
        case "max_pool", (kernel, stride):
            return MaxPool2d(kernel, stride)
        case "mean_pool", (kernel, stride):
            return MeanPool2d(kernel, stride)
        case "linear", (int(outputs),):
            return Linear(channels, outputs)
        case "batch_norm", _:
            return BatchNorm2d(channels)
    return {
        "gap": GlobalMeanPool2d(),
        "flatten": Flatten(),
        "relu": Activation("ReLU"),
        "softmax": Softmax(),
        "dropout": Dropout(),
    }[name]


def draw(scene: Scene, level: int, language: Language, revealed: bool) -> Figure | None:
    """Not drawn yet: the page shows no figure."""
    return None


def walk(scene: Scene, level: int, language: Language) -> tuple[Frame, ...]:
    """A stack has no steps."""
    return ()
