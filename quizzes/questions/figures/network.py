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

from ..words import Both
from . import tables
from .arguments import Arguments, items, misfit, two, unfit, whole
from .svg import CELL, LINE, MUTED, TEXT, WIDTH, WINDOW, Figure, Frame, arrow, box, figure, label
from .words import WORDS

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
    shape = items(arguments, "input", 3, Both("大きさのタプル", "sizes"))
    if len(shape) not in (1, 3):
        allowed = Both("(チャネル数, 高さ, 幅) か (長さ,) にしてください", "be (channels, height, width), or (length,)")
        raise unfit("input", allowed, shape)
    sizes = tuple(whole("input", size, 1) for size in shape)
    given = items(arguments, "layers", MAX_LAYERS, Both("層のタプル", "layers"))
    layers = tuple(_layer(number, layer) for number, layer in enumerate(given, 1))
    if "asked" in arguments:
        numbers = items(arguments, "asked", len(layers), Both("番号のタプル", "numbers"))
        asked = tuple(whole("asked", number, 1, len(layers)) for number in numbers)
    else:
        asked = (len(layers),)
    return Scene(sizes, _stages(sizes, layers), asked)


def _layer(number: int, layer: object) -> tuple[str, Settings]:
    if not isinstance(layer, tuple) or not layer or not isinstance(layer[0], str) or layer[0] not in FORMS:
        forms = ", ".join(FORMS)
        allowed = Both(
            f"次のどれかで始まるタプルにしてください：{forms}", f"be a tuple that starts with one of {forms}"
        )
        raise unfit(f"layers[{number}]", allowed, layer)
    name, *given = layer
    words, optional = FORMS[name]
    if not len(words) - optional <= len(given) <= len(words):
        form = f"({', '.join((name, *words))})"
        raise unfit(f"layers[{number}]", Both(f"{form} の形にしてください", f"be {form}"), layer)
    settings: list[int | tuple[int, int]] = []
    for word, value in zip(words, given, strict=False):
        place = Both(f"layers[{number}] の {word}", f"the {word} in layers[{number}]")
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
            told = Both(
                f"layers[{number}]（{name}）がその入力に合いません",
                f"layers[{number}] ({name}) does not fit what comes in",
            )
            raise misfit(told, reason) from reason
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


TITLE: dict[Language, str] = {"ja": "ネットワークの図", "en": "The network"}
TOP = 30
ROW = 50  # from one layer to the next
BOX = 196, 38
SHAPES = 208  # where the column of shapes starts
NAMES: dict[str, dict[Language, str]] = {
    "conv": {"ja": "畳み込み", "en": "Convolution"},
    "max_pool": {"ja": "最大値プーリング", "en": "Max pooling"},
    "mean_pool": {"ja": "平均値プーリング", "en": "Mean pooling"},
    "gap": {"ja": "大域平均プーリング（GAP）", "en": "Global Average Pooling"},
    "flatten": {"ja": "平坦化", "en": "Flatten"},
    "linear": {"ja": "全結合", "en": "Fully connected"},
    "relu": {"ja": "ReLU", "en": "ReLU"},
    "softmax": {"ja": "ソフトマックス", "en": "Softmax"},
    "batch_norm": {"ja": "バッチ正規化", "en": "Batch normalisation"},
    "dropout": {"ja": "ドロップアウト", "en": "Dropout"},
    "depthwise": {"ja": "深さ方向の畳み込み", "en": "Depthwise convolution"},
    "transposed": {"ja": "転置畳み込み", "en": "Transposed convolution"},
}


def draw(scene: Scene, level: int, language: Language, revealed: bool) -> Figure:
    """The layers from the input down; shapes only up to the first that is asked, afterwards all, with parameters."""
    known = len(scene.stages) if revealed else min(scene.asked) - 1
    parts = [
        label(2, 14, "層" if language == "ja" else "Layer", MUTED, "start", 12),
        label(SHAPES, 14, "高さ×幅×チャネル" if language == "ja" else "H×W×channels", MUTED, "start", 12),
        box(2, TOP, *BOX),
        label(12, TOP + BOX[1] / 2, WORDS["input"][language], TEXT, "start", 13, bold=True),
        label(SHAPES, TOP + BOX[1] / 2, _shape(scene.input), TEXT, "start"),
    ]
    y = TOP
    for number, stage in enumerate(scene.stages, 1):
        y += ROW
        asked = number in scene.asked
        parts += [
            arrow(24, y - ROW + BOX[1], 24, y),
            box(2, y, *BOX, CELL, WINDOW if asked else LINE, 2 if asked else 1),
            *_named(stage, y, language),
        ]
        if number > known:
            parts.append(label(SHAPES, y + BOX[1] / 2, "?", WINDOW if asked else MUTED, "start", bold=asked))
            continue
        parts.append(label(SHAPES, y + (12 if revealed else BOX[1] / 2), _shape(stage.shape), TEXT, "start", 14, asked))
        if revealed:
            count = f"{WORDS['parameters'][language]} {stage.parameters:,}"
            parts.append(label(SHAPES, y + 29, count, MUTED, "start", 12))
    title = TITLE[language]
    described = _described(scene, known, language)
    table = tables.listed(title, _heads(revealed, language), _rows(scene, known, revealed, language))
    size = WIDTH, y + BOX[1] + 4
    return figure("network", size, title, described, table, "".join(parts), revealed=revealed)


def walk(scene: Scene, level: int, language: Language) -> tuple[Frame, ...]:
    """A stack has no steps."""
    return ()


def _shape(shape: tuple[int, ...]) -> str:
    """Height × width × channels, as the questions say it; a vector's length by itself."""
    return f"{shape[1]:,}×{shape[2]:,}×{shape[0]:,}" if len(shape) == 3 else f"{shape[0]:,}"


def _named(stage: Stage, y: float, language: Language) -> list[str]:
    settings = _settings(stage, language)
    name = NAMES[stage.name][language]
    if not settings:
        return [label(12, y + BOX[1] / 2, name, TEXT, "start", 13, bold=True)]
    return [
        label(12, y + 12, name, TEXT, "start", 13, bold=True),
        label(12, y + 28, settings, MUTED, "start", 12),
    ]


def _settings(stage: Stage, language: Language) -> str:
    words, _ = FORMS[stage.name]
    given = dict(zip(words, stage.settings, strict=True))
    parts = []
    for word, value in given.items():
        shown = f"{value:,}" if isinstance(value, int) else _two(value, square=word == "kernel")
        if word == "filters":
            parts.append(f"{shown}枚" if language == "ja" else f"{shown} filters")
        elif word == "outputs":
            parts.append(f"出力 {shown}" if language == "ja" else f"{shown} outputs")
        else:
            parts.append(shown if word == "kernel" else f"{word[0].upper()} {shown}")
    if "filters" in given:
        parts[0], parts[1] = parts[1], parts[0]
    return ("、" if language == "ja" else ", ").join(parts)


def _two(value: tuple[int, int], *, square: bool) -> str:
    return f"{value[0]:,}" if value[0] == value[1] and not square else f"{value[0]:,}×{value[1]:,}"


def _heads(revealed: bool, language: Language) -> list[str]:
    heads = ["層", "設定", "出力の形"] if language == "ja" else ["Layer", "Settings", "Output shape"]
    return [*heads, WORDS["parameters"][language]] if revealed else heads


def _rows(scene: Scene, known: int, revealed: bool, language: Language) -> list[list[str]]:
    rows = [[WORDS["input"][language], "", _shape(scene.input), *([""] if revealed else [])]]
    for number, stage in enumerate(scene.stages, 1):
        row = [NAMES[stage.name][language], _settings(stage, language), _shape(stage.shape) if number <= known else "?"]
        rows.append([*row, f"{stage.parameters:,}"] if revealed else row)
    return rows


def _described(scene: Scene, known: int, language: Language) -> str:
    names = [NAMES[stage.name][language] for stage in scene.stages]
    if language == "ja":
        shapes = "、".join(_shape(stage.shape) for stage in scene.stages[:known])
        told = f"各層の出力は順に{shapes}です。" if known == len(names) else "求める層から先の形は伏せてあります。"
        return f"入力（{_shape(scene.input)}）から順に、{'、'.join(names)}。{told}"
    shapes = ", ".join(_shape(stage.shape) for stage in scene.stages[:known])
    told = f"Their outputs are {shapes}." if known == len(names) else "Shapes from the asked layer on are hidden."
    return f"From the input ({_shape(scene.input)}) on: {', '.join(names)}. {told}"
