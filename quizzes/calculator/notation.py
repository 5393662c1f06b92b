"""A network as lines of text, one layer each: how a line is read, and how a layer is written as one.

A line is the name of a layer and its settings: ``conv 6 kernel 5 padding 2``, shorter ``conv 6 k5 p2`` or
``conv 6 5 1 2``. Lines of PyTorch such as ``nn.Conv2d(1, 6, 5)`` are read with PyTorch's order of arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cnncalc.layers import Layer
from quizzes.questions.responses import Unreadable, normalised

from . import vocabulary
from .layers import IMPLIED, KINDS
from .mistakes import CalculatorError, refuse
from .vocabulary import key
from .writing import settings

MAX_LINE = 200
_TORCH = re.compile(r"(?:torch\.)?nn\.|(?:Conv2d|ConvTranspose2d|Linear|BatchNorm2d|AvgPool2d)\s*\(")
_TORCH_ORDER: Mapping[str, tuple[str, ...]] = {
    "conv2d": ("in_channels", "out_channels", "kernel", "stride", "padding", "dilation", "groups", "bias"),
    "conv_transpose2d": (
        *("in_channels", "out_channels", "kernel", "stride", "padding", "output_padding", "groups", "bias"),
        "dilation",
    ),
    "linear": ("in_features", "out_features", "bias"),
    "batch_norm": ("in_channels",),
    "mean_pool2d": ("kernel", "stride", "padding", "ceil_mode"),
    "lp_pool2d": ("p", "kernel", "stride", "ceil_mode"),
}
_LABEL = re.compile(r"(?:\(\w+\):|(?:self\.)?\w+\s*=)\s*(?=\w)")  # (0): … · self.fc = …
_MODULE = re.compile(r"(?:[A-Za-z_]\w*\.)+")  # nn. · tf.keras.layers.
_NO_BIAS = re.compile(r"no[\s_-]*bias|バイアス\s*なし")
_PAIR = re.compile(r"\(\s*(\d+)\s*,\s*(\d+)\s*\)")
_BY = re.compile(r"(?<=\d)\s*[x*×✕✖⨯]\s*(?=\d)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_WORD_DIGIT = re.compile(r"(?<=[^\x00-\x7f])(?=\d)")  # no space is needed behind a Japanese word
_TOKEN = re.compile(r"[^\s,=:()\[\]'\"]+")
_NUMBER = re.compile(r"-?\.?\d")
_LETTERED = re.compile(r"(\D+?)([-.]?\d.*)?")
_YES_OR_NO = "bias", "ceil_mode"
_LETTERS = {"kernel": "k", "stride": "s", "dilation": "d", "groups": "g", "output_padding": "op"}


def read(line: str) -> tuple[str, dict[str, str]]:
    """The kind of a layer and its settings as texts; the kind ``input`` has the setting ``input``.

    Raises :class:`CalculatorError` for a line that names no layer, and for settings that the layer does not have.

    >>> read("conv 6 kernel 5, padding=2"), read("ｃｏｎｖ ６ ｋ５ ｐ２") == read("conv(6, 5, padding=2)")
    (('conv2d', {'out_channels': '6', 'kernel': '5', 'padding': '2'}), True)
    """
    try:
        text = normalised(line, "unknown-layer", MAX_LINE)
    except Unreadable as reason:
        raise refuse("line", "missing" if str(reason) == "empty" else str(reason)) from None
    text = _behind(_LABEL, text.rstrip(",;"))
    torch = bool(_TORCH.match(text))
    kind, rest = _named(_WORD_DIGIT.sub(" ", _behind(_MODULE, text).lower()))
    if kind == "input":
        return kind, {"input": rest.strip(" :=")}
    called = rest.startswith("(")
    if called:
        rest = rest[1:].removesuffix(")")
        if kind not in _TORCH_ORDER and not KINDS[kind].settings:
            return kind, {}  # relu(inplace=True), flatten(1)
    order = _TORCH_ORDER.get(kind, KINDS[kind].settings) if torch else KINDS[kind].settings
    return kind, _settings(kind, _tokens(rest, torch), order)


def written(layer: Layer) -> str:
    """The line that stands for a layer.

    >>> from cnncalc import Conv2d, MaxPool2d
    >>> written(Conv2d(1, 6, 5, padding=2)), written(MaxPool2d(3, stride=2))
    ('conv 6 k5 p2', 'maxpool 3 s2')
    """
    kind, given = settings(layer)
    words = [vocabulary.WRITTEN.get(kind, kind)]
    for number, (name, value) in enumerate(given.items()):
        if number == 0 and name not in _YES_OR_NO:
            words.append(value)
        elif name == "bias":
            words.append("nobias")
        elif name == "ceil_mode":
            words.append("ceil")
        elif name == "padding":  # p alone is the exponent of Lp pooling
            words.append(f"padding {value}" if kind == "lp_pool2d" else f"p{value}")
        else:
            words.append(f"{_LETTERS[name]}{value}")
    return " ".join(words)


def _behind(prefix: re.Pattern[str], text: str) -> str:
    found = prefix.match(text)
    return text[found.end() :] if found else text


def _named(text: str) -> tuple[str, str]:
    """The kind that the first words name, and the rest of the line."""
    words = list(re.finditer(r"[^\s(,:=]+", text))[:3]
    for count in range(len(words), 0, -1):
        end = words[count - 1].end()
        kind = vocabulary.NAMES.get(key(text[:end]))
        if kind:
            return kind, text[end:].strip()
    raise refuse("line", "unknown-layer", names=", ".join(vocabulary.SHOWN))


def _tokens(rest: str, torch: bool) -> Iterator[str]:
    rest = _NO_BIAS.sub(" bias=0 ", rest)
    rest = _BY.sub("x", _PAIR.sub(r" \1x\2 ", rest.replace("、", ",")))
    return iter(_TOKEN.findall(rest if torch else _THOUSANDS.sub("", rest)))


def _settings(kind: str, tokens: Iterator[str], order: tuple[str, ...]) -> dict[str, str]:
    texts: dict[str, str] = {}
    waiting = list(tokens)[::-1]
    places = iter(order)

    def put(name: str, value: str) -> None:
        if name in texts:
            raise refuse(name, "twice")
        texts[name] = value

    while waiting:
        typed = waiting.pop()
        if _NUMBER.match(typed) or typed in vocabulary.FLAGS:
            name = next(places, None)
            if name is None:
                raise _unknown(kind, typed)
            put(name, typed)
            continue
        lettered = _LETTERED.fullmatch(typed)
        word, value = (key(lettered[1]), lettered[2]) if lettered else (typed, None)
        if word in vocabulary.PADDINGS and "padding" in KINDS[kind].settings:
            put("padding", word)
            continue
        if word in vocabulary.IGNORED:
            if waiting:
                waiting.pop()
            continue
        name = _setting(kind, word)
        if name is None:
            raise _unknown(kind, typed)
        if value is None and waiting and _is_value(waiting[-1]):
            value = waiting.pop()
        put(name, value or ("1" if name in _YES_OR_NO else ""))
    return texts


def _is_value(text: str) -> bool:
    return bool(_NUMBER.match(text)) or text in vocabulary.FLAGS | vocabulary.PADDINGS


def _setting(kind: str, word: str) -> str | None:
    names = (*KINDS[kind].settings, *IMPLIED)
    return next((name for name in names if word in vocabulary.SETTINGS[name]), None)


def _unknown(kind: str, word: str) -> CalculatorError:
    names = KINDS[kind].settings
    layer = vocabulary.WRITTEN.get(kind, kind)
    if not names:
        return refuse("line", "no-settings", word=word, layer=layer)
    return refuse("line", "unknown-setting", word=word, layer=layer, names=", ".join(map(_shown, names)))


def _shown(setting: str) -> str:
    return next(iter(vocabulary.SETTINGS[setting]))
