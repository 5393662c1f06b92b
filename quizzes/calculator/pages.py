"""The page of the calculator as data: from the query of its address to everything that is shown, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from cnncalc.shapes import Shape
from cnncalc.words import Language
from quizzes.questions import values
from quizzes.questions.solutions import worked

from . import matrices, networks, single, working
from .fields import Box, Link, boxes
from .layers import ACTIVATIONS, KINDS
from .mistakes import CalculatorError, Mistake
from .pictures import NO_PICTURES, Pictures, drawn
from .words import FIELDS, HINTS, LAYERS, MODES, NOTES, PRESETS, RESULTS
from .writing import settings, sizes

FIRST = {"layer": "layer=conv2d", "network": "preset=lenet5", "numbers": "numbers=conv2d"}
_USUAL = {"stride": "1", "padding": "0", "dilation": "1", "groups": "1", "output_padding": "0", "b": "0"}


@dataclass(frozen=True, slots=True)
class Line:
    """One layer of a network as a row of its table; ``query`` leads to its steps, where it has any.

    ``text`` is the line as it was typed, where it says more than the name.
    """

    number: int
    name: str
    text: str
    shape: str
    parameters: str
    macs: str
    query: str


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown. There is no ``result`` where something has to be mended first.

    ``kinds`` are the layers, operations or known networks to choose from; ``fixed`` is what the form sends along.
    """

    mode: str
    title: str
    modes: tuple[Link, ...]
    kinds: tuple[Link, ...]
    fixed: tuple[str, str] | None
    boxes: tuple[Box, ...]
    hints: tuple[str, ...]
    result: tuple[tuple[str, str], ...] = ()
    matrix: str = ""
    steps: str = ""
    pictures: Pictures = NO_PICTURES
    note: str = ""
    lines: tuple[Line, ...] = ()
    query: str = ""
    meant: Link | None = None

    @property
    def mistaken(self) -> bool:
        """Whether something has to be mended."""
        return any(box.error for box in self.boxes)


def opened(query: Mapping[str, str], language: Language) -> Page:
    """The page for the query of an address; there is one for every query."""
    if "numbers" in query:
        return _numbers(query, language)
    if "network" in query or "preset" in query:
        return _network(query, language)
    return _single(query, language)


def _single(query: Mapping[str, str], language: Language) -> Page:
    kind = query.get("layer", "")
    kind = kind if kind in single.EXAMPLES else "conv2d"
    names = single.fields(kind)
    texts = _texts(names, query, single.EXAMPLES[kind])
    mistakes: Mapping[str, Mistake] = {}
    result = None
    try:
        result = single.calculate(kind, texts)
    except CalculatorError as error:
        mistakes = error.mistakes
    page = Page(
        mode="layer",
        title=LAYERS[kind][language],
        modes=_modes("layer", language),
        kinds=tuple(Link(LAYERS[other][language], _carried(other, texts), other == kind) for other in single.EXAMPLES),
        fixed=("layer", kind),
        boxes=boxes(names, texts, mistakes, language, {} if KINDS[kind].needs == "maps" else {"input": "any_input"}),
        hints=tuple(HINTS[hint][language] for hint in _hints(names)),
    )
    if result is None:
        return page
    counts = {"parameters": result.parameters, "non-trainable": result.non_trainable, "macs": result.macs}
    if not result.non_trainable:
        del counts["non-trainable"]
    pictures = drawn(result.layer, result.input_shape, language)
    meant = single.channels_last(result.input_shape)
    return replace(
        page,
        result=(
            (RESULTS["maps" if len(result.output_shape) == 3 else "vector"][language], _shape(result.output_shape)),
            *((RESULTS[name][language], f"{count:,}") for name, count in counts.items()),
        ),
        steps=working.steps(
            result.layer, result.input_shape, language, same=texts.get("padding", "").strip().lower() == "same"
        ),
        pictures=pictures,
        note=NOTES["no-figure"][language] if "kernel" in names and not pictures.figure else "",
        query=single.query(result.layer, result.input_shape),
        meant=Link(sizes(meant), single.query(result.layer, meant)) if meant else None,
    )


def _network(query: Mapping[str, str], language: Language) -> Page:
    text = query["network"] if "network" in query else networks.preset(query["preset"]) or networks.preset("lenet5")
    network = networks.calculate(text)
    error = network.error.told(language) if network.error else ""
    counts = {"parameters": network.parameters, "macs": network.macs}
    total = tuple((RESULTS[name][language], f"{count:,}") for name, count in counts.items())
    shape = network.rows[-1].output_shape if network.rows else network.input_shape
    meant = single.channels_last(network.input_shape)
    last = (RESULTS["maps" if len(shape) == 3 else "vector"][language], _shape(shape))
    return Page(
        mode="network",
        title=MODES["network"][language],
        modes=_modes("network", language),
        kinds=tuple(
            Link(name, f"preset={preset}", "network" not in query and preset == query.get("preset"))
            for preset, name in PRESETS.items()
        ),
        fixed=None,
        boxes=(Box("network", FIELDS["network"][language], text, error, rows=min(max(text.count("\n") + 2, 8), 24)),),
        hints=(HINTS["notation"][language], HINTS["torch"][language]),
        result=() if error else (last, *total),
        lines=_lines(network, language),
        query="" if error else urlencode({"network": text.replace("\r\n", "\n")}),
        meant=Link(sizes(meant), "") if meant else None,
    )


def _lines(network: networks.Network, language: Language) -> tuple[Line, ...]:
    lines = []
    for row in network.rows:
        name = _name(settings(row.layer)[0], language)
        text = "" if row.text.lower() == name.lower() else row.text
        query = single.query(row.layer, row.input_shape)
        counts = f"{row.parameters:,}", f"{row.macs:,}"
        lines.append(Line(row.line, name, text, _shape(row.output_shape), *counts, query))
    return tuple(lines)


def _numbers(query: Mapping[str, str], language: Language) -> Page:
    kind = query["numbers"] if query["numbers"] in matrices.OPERATIONS else "conv2d"
    names = matrices.OPERATIONS[kind].fields
    texts = _texts(names, query, matrices.OPERATIONS[kind].example)
    mistakes: Mapping[str, Mistake] = {}
    worked_out = None
    try:
        worked_out = matrices.calculate(kind, texts)
    except CalculatorError as error:
        mistakes = error.mistakes
    kept = {"x": texts["x"]} if texts["x"] and "x" not in mistakes else {}
    page = Page(
        mode="numbers",
        title=LAYERS[kind][language],
        modes=_modes("numbers", language),
        kinds=tuple(
            Link(
                LAYERS[other][language],
                urlencode({"numbers": other, **({**operation.example, **kept} if kept else {})}),
                other == kind,
            )
            for other, operation in matrices.OPERATIONS.items()
        ),
        fixed=("numbers", kind),
        boxes=boxes(names, texts, mistakes, language),
        hints=(HINTS["numbers"][language],),
    )
    if worked_out is None:
        return page
    given = {name: text.replace("\r\n", "\n") for name, text in texts.items() if text}
    return replace(
        page,
        matrix=values.html(worked_out.result),
        steps=worked(worked_out.steps, "", language).html,
        pictures=worked_out.pictures(language),
        query=urlencode({"numbers": kind, **given}),
    )


def _texts(names: tuple[str, ...], query: Mapping[str, str], example: Mapping[str, str]) -> dict[str, str]:
    """What was typed; the example where nothing was. What a link leaves out is shown as it is taken."""
    typed = {name: query[name] for name in names if name in query} or dict(example)
    stride = typed.get("kernel", "") if "out_channels" not in names else _USUAL["stride"]
    usual = {**_USUAL, "stride": stride} if "kernel" in names else _USUAL
    return {name: typed.get(name, usual.get(name, "")) for name in names}


def _carried(kind: str, texts: Mapping[str, str]) -> str:
    """The link to a layer with what was typed for another, as far as it can be calculated with that."""
    shared = {name: texts[name] for name in single.fields(kind) if texts.get(name)}
    for kept in (shared, {"input": texts["input"]}):
        try:
            result = single.calculate(kind, {**single.EXAMPLES[kind], **kept})
        except CalculatorError:
            continue
        return single.query(result.layer, result.input_shape)
    return urlencode({"layer": kind})


def _modes(current: str, language: Language) -> tuple[Link, ...]:
    return tuple(Link(words[language], FIRST[mode], mode == current) for mode, words in MODES.items())


def _hints(names: tuple[str, ...]) -> tuple[str, ...]:
    if "kernel" not in names:
        return ()
    if "ceil_mode" in names:
        return ("pooling",)
    return ("windows",) if "output_padding" in names else ("windows", "same")


def _name(kind: str, language: Language) -> str:
    return ACTIVATIONS[kind] if kind in ACTIVATIONS else LAYERS[kind][language]


def _shape(shape: Shape) -> str:
    return " × ".join(f"{size:,}" for size in shape)
