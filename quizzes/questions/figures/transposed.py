"""A transposed convolution along one axis: every input cell stamps the kernel on the output."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc import transposed_output_size
from cnncalc.words import Language

from ..words import Both
from . import tables
from .arguments import Arguments, integer, misfit
from .svg import (
    ACCENT,
    HATCHED,
    LINE,
    MUTED,
    TEXT,
    WIDTH,
    WINDOW,
    Figure,
    Frame,
    box,
    figure,
    grid,
    label,
    tint,
)
from .words import WORDS


@dataclass(frozen=True, slots=True)
class Scene:
    """One axis; ``output`` is its length afterwards."""

    size: int
    kernel: int
    stride: int
    padding: int
    output_padding: int
    output: int


def read(arguments: Arguments) -> Scene:
    """The checked arguments."""
    size = integer(arguments, "size", 1)
    kernel = integer(arguments, "kernel", 1)
    stride = integer(arguments, "stride", 1)
    padding = integer(arguments, "padding", 0, default=0)
    extra = integer(arguments, "output_padding", 0, default=0)
    try:
        output = transposed_output_size(size, kernel, stride, padding, extra)
    except ValueError as reason:
        told = Both(
            "padding と output_padding がほかの引数に合いません", "padding and output_padding must suit the rest"
        )
        raise misfit(told, reason) from reason
    return Scene(size, kernel, stride, padding, extra, output)


TITLE: dict[Language, str] = {"ja": "転置畳み込みの図", "en": "The transposed convolution"}
STAMPS = 8  # that are drawn
FEW = 24  # cells, up to which they are drawn one by one
BAR = 20


def draw(scene: Scene, level: int, language: Language, revealed: bool) -> Figure:
    """The input and the filter; afterwards a stamp of the filter for every input cell, and what padding cuts off."""
    rows = _given(scene, language)
    head = label(2, 14, "　".join(f"{name} {value}" for name, value in rows[2:]), MUTED, "start", 12)
    parts = [head, _row(2, 54, scene.size, rows[0], ACCENT), _row(2, 106, scene.kernel, rows[1], WINDOW)]
    title = TITLE[language]
    if not revealed:
        table = tables.named(rows)
        described = _described(rows, 0, language)
        return figure("transposed", (WIDTH, 134), title, described, table, "".join(parts), revealed=False)
    full = (scene.size - 1) * scene.stride + scene.kernel + scene.output_padding
    unit = (WIDTH - 8) / full
    drawn = min(scene.size, STAMPS)
    y = 150.0
    parts.append(label(2, y - 6, _stamped(scene, language), MUTED, "start", 12))
    for index in range(drawn):
        paint = WINDOW if index % 2 else ACCENT
        x, y_of = 2 + index * scene.stride * unit, y + 8 + index * 15
        parts.append(tint(x, y_of, scene.kernel * unit, 12, paint, 0.3))
        parts.append(box(x, y_of, scene.kernel * unit, 12, "none", paint, 1.5, "" if index % 2 else "5 3"))
    y += 8 + drawn * 15 + 26
    cut = scene.padding * unit
    parts += [
        label(2, y - 12, f"{WORDS['output'][language]} {scene.output:,}", TEXT, "start", 13, bold=True),
        box(2, y, full * unit, BAR, HATCHED, LINE, 1, "4 3"),
        box(2 + cut, y, scene.output * unit, BAR),
    ]
    if scene.output <= FEW:
        parts.append(grid(2 + cut, y, 1, scene.output, unit, BAR))
    table = tables.named([*rows, (WORDS["output"][language], f"{scene.output:,}")])
    described = _described(rows, scene.output, language)
    return figure("transposed", (WIDTH, y + BAR + 6), title, described, table, "".join(parts), revealed=True)


def walk(scene: Scene, level: int, language: Language) -> tuple[Frame, ...]:
    """No steps: the picture has them all."""
    return ()


def _row(x: float, y: float, cells: int, named: tuple[str, str], paint: str) -> str:
    """A row of cells under its name; a bar of fixed length where they are many."""
    unit = min(20.0, (WIDTH - 8) / cells)
    drawn = grid(x, y, 1, cells, unit, BAR) if cells <= FEW else box(x, y, WIDTH - 8, BAR)
    return label(x, y - 12, f"{named[0]} {named[1]}", paint, "start", 13) + drawn


def _given(scene: Scene, language: Language) -> list[tuple[str, str]]:
    rows = [
        (WORDS["input"][language], f"{scene.size:,}"),
        (WORDS["filter"][language], f"{scene.kernel:,}"),
        (WORDS["stride"][language], f"{scene.stride:,}"),
        (WORDS["padding"][language], f"{scene.padding:,}"),
    ]
    if scene.output_padding:
        rows.append(("出力パディング" if language == "ja" else "Output padding", f"{scene.output_padding:,}"))
    return rows


def _stamped(scene: Scene, language: Language) -> str:
    if language == "ja":
        more = f"（最初の{STAMPS}個）" if scene.size > STAMPS else ""
        return f"入力1つにつき、フィルタを1回重ねます{more}"
    more = f" (the first {STAMPS})" if scene.size > STAMPS else ""
    return f"One stamp of the filter per input value{more}"


def _described(rows: list[tuple[str, str]], output: int, language: Language) -> str:
    if language == "ja":
        told = f"出力の長さは{output:,}で、斜線の部分はパディングで切り取られます。" if output else ""
        return "、".join(f"{name}{value}" for name, value in rows) + f"。{told}"
    told = f" The output has length {output:,}; the hatched ends are cut off by padding." if output else ""
    return ", ".join(f"{name.lower()} {value}" for name, value in rows).capitalize() + f".{told}"
