"""A whole network: its lines as a table of shapes and counts, up to the first line that cannot be calculated."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.architectures import ARCHITECTURES
from cnncalc.layers import Layer
from cnncalc.shapes import Shape
from cnncalc.words import Language

from .layers import build
from .mistakes import CalculatorError, Mistake
from .notation import read, written
from .reading import Typed
from .words import FIELDS, LINES, PRESETS
from .writing import sizes

MAX_TEXT = 2000
MAX_LAYERS = 60
MAX_QUOTED = 40


@dataclass(frozen=True, slots=True)
class Row:
    """One layer, in the line with this number."""

    line: int
    text: str
    layer: Layer
    input_shape: Shape
    output_shape: Shape
    parameters: int
    macs: int


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong, and in which line; ``line`` is 0 where it is the text as a whole."""

    line: int
    text: str
    field: str
    mistake: Mistake

    def told(self, language: Language) -> str:
        """The message with its line."""
        message = self.mistake.text(language)
        if self.field in FIELDS and self.field != "input":
            label = FIELDS[self.field][language]
            message = f"{label}：{message}" if language == "ja" else f"{label}: {message}"
        if not self.line:
            return message
        quoted = self.text if len(self.text) <= MAX_QUOTED else f"{self.text[: MAX_QUOTED - 1]}…"
        where = LINES[language].format(line=self.line, text=quoted)
        return f"{where}：{message}" if language == "ja" else f"{where}: {message}"


@dataclass(frozen=True, slots=True)
class Network:
    """The layers that could be calculated; all of them where there is no ``error``."""

    input_shape: Shape
    rows: tuple[Row, ...]
    error: LineError | None

    @property
    def parameters(self) -> int:
        """The sum over the layers."""
        return sum(row.parameters for row in self.rows)

    @property
    def macs(self) -> int:
        """The sum over the layers."""
        return sum(row.macs for row in self.rows)


def calculate(text: str) -> Network:
    """Calculate a network from its lines; what stands behind ``#`` is a comment.

    >>> network = calculate("input 1x28x28\\nconv 6 k5 p2\\nmaxpool 2\\nflatten\\nlinear 10")
    >>> [row.output_shape for row in network.rows], network.parameters
    ([(6, 28, 28), (6, 14, 14), (1176,), (10,)], 11926)
    """
    if len(text) > MAX_TEXT:
        return _failed("text-too-long", high=MAX_TEXT)
    stripped = ((number, line.split("#")[0].strip()) for number, line in enumerate(text.splitlines(), 1))
    lines = [(number, line) for number, line in stripped if line]
    if not lines:
        return _failed("no-lines")
    if len(lines) > MAX_LAYERS + 1:
        return _failed("many-layers", high=MAX_LAYERS)
    shape: Shape = ()
    given: Shape = ()
    rows: list[Row] = []
    for number, line in lines:
        try:
            if not shape:
                shape = given = _input(line)
                continue
            kind, texts = read(line)
            if kind == "input":
                raise CalculatorError({"line": Mistake("second-input")})
            layer, output = build(kind, texts, shape)
        except CalculatorError as error:
            field, mistake = next(iter(error.mistakes.items()))
            return Network(given, tuple(rows), LineError(number, line, field, mistake))
        rows.append(Row(number, line, layer, shape, output, layer.parameter_count(), layer.macs(shape)))
        shape = output
    return Network(given, tuple(rows), None)


def preset(name: str) -> str:
    """A known network as lines; empty where there is none of this name.

    >>> preset("lenet5").splitlines()[:3]
    ['input 1x32x32', 'conv 6 k5', 'tanh']
    """
    if name not in PRESETS:
        return ""
    known = ARCHITECTURES[name]
    lines = [written(part[1] if isinstance(part, tuple) else part) for part in known.layers]
    return "\n".join([f"input {sizes(known.input_shape)}", *lines])


def _input(line: str) -> Shape:
    try:
        kind, texts = read(line)
    except CalculatorError:
        kind, texts = "", {"input": line}  # the shape alone will do
        if not line[0].isdigit() and line[0] not in "([":
            raise CalculatorError({"line": Mistake("no-input")}) from None
    if kind not in ("input", ""):
        raise CalculatorError({"line": Mistake("no-input")})
    typed = Typed(texts)
    shape = typed.maps_or_vector()
    typed.settle()
    return shape


def _failed(code: str, **values: int) -> Network:
    return Network((), (), LineError(0, "", "", Mistake(code, values)))
