"""One axis of a convolution: the padded input, the window at its first place, the stride; afterwards every stop."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc import output_size
from cnncalc.words import Language

from .svg import Figure, colour, label, path, picture, point, rectangle, table

SIDE = 168  # the padded input is always drawn this large: a picture's size tells nothing
LEFT, TOP = 84, 40
WIDTH, HEIGHT = 344, 250
MAX_GRID = 18  # more cells than this are too small to tell apart: no grid lines
MAX_MARKS = SIDE  # stops closer than a pixel are not marked

_WORDS = {
    "title": {"ja": "畳み込みの図", "en": "The convolution"},
    "input": {"ja": "入力（高さと幅）", "en": "Input (height and width)"},
    "kernel": {"ja": "フィルタ", "en": "Filter"},
    "padding": {"ja": "パディング", "en": "Padding"},
    "stride": {"ja": "ストライド", "en": "Stride"},
    "output": {"ja": "出力（高さと幅）", "en": "Output (height and width)"},
    "unused": {"ja": "使われない行・列", "en": "Unused rows and columns"},
}


@dataclass(frozen=True, slots=True)
class _Scene:
    size: int
    kernel: int
    stride: int
    padding: int

    @property
    def unit(self) -> float:
        return SIDE / (self.size + 2 * self.padding)


def draw(
    *,
    size: int,
    kernel: int,
    stride: int = 1,
    padding: int = 0,
    level: int,
    language: Language,
    revealed: bool,
) -> Figure:
    """A square input of ``size`` with its padding, a window of ``kernel`` and the step of ``stride``.

    Before the answer (``revealed`` false) only what the stem gives is drawn; from level 2 on without the ring of
    padding, because counting it is part of the skill.
    """
    scene = _Scene(size, kernel, stride, padding)
    rows = [
        (f"{_WORDS['input'][language]} H", str(size)),
        (f"{_WORDS['kernel'][language]} F", str(kernel)),
        (f"{_WORDS['padding'][language]} P", str(padding)),
        (f"{_WORDS['stride'][language]} S", str(stride)),
    ]
    description = _given(scene, language)
    name = "convolution-after" if revealed else "convolution-before"
    parts = [_hatching(name), *_input(scene, name, ring=revealed or level == 1)]
    height = HEIGHT
    if revealed:
        stops = output_size(size, kernel, stride, padding)
        unused = (size + 2 * padding - kernel) % stride
        rows += [
            (f"{_WORDS['output'][language]} O", str(stops)),
            (_WORDS["unused"][language], str(unused)),
        ]
        description += _found(stops, unused, language)
        parts += _stops(scene, stops, unused)
        height += round(_output_side(scene, stops)) + 56
    parts += _window(scene)
    title = _WORDS["title"][language]
    return Figure(picture(name, WIDTH, height, title, description, parts), title, description, table(rows))


def _given(scene: _Scene, language: Language) -> str:
    size, kernel, padding, stride = scene.size, scene.kernel, scene.padding, scene.stride
    if language == "ja":
        around = f"周囲にパディング{padding}。" if padding else "パディングなし。"
        return f"高さと幅が{size}の入力。{around}左上に高さと幅が{kernel}の窓、右と下へ{stride}ずつ動く矢印。"
    around = f"padding {padding} on each side" if padding else "no padding"
    return (
        f"An input of height and width {size}, {around}. "
        f"A window of height and width {kernel} at the top left, arrows of {stride} to the right and down."
    )


def _found(stops: int, unused: int, language: Language) -> str:
    if language == "ja":
        rest = f"端の{unused}行・{unused}列は使われません。" if unused else "余りはありません。"
        return f"窓は縦横それぞれ{stops}か所に置かれ、出力の高さと幅は{stops}。{rest}"
    left = "1 row and 1 column at the end stay" if unused == 1 else f"{unused} rows and columns at the end stay"
    rest = f"{left} unused." if unused else "Nothing is left over."
    return f" The window stops {stops} times in each direction: the output has height and width {stops}. {rest}"


def _hatching(name: str) -> str:
    line = path("M0 6L6 0", "line", stroke_width=0.8)
    return (
        f'<defs><pattern id="{name}-hatching" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{colour("pad")}"/>{line}</pattern></defs>'
    )


def _input(scene: _Scene, name: str, *, ring: bool) -> list[str]:
    inset = scene.padding * scene.unit
    core = SIDE - 2 * inset
    x, y = LEFT + inset, TOP + inset
    parts = []
    if ring and scene.padding:
        parts.append(
            rectangle(
                LEFT, TOP, SIDE, SIDE, fill=f"url(#{name}-hatching)", stroke=colour("line"), stroke_dasharray="4 3"
            )
        )
    parts.append(rectangle(x, y, core, core, fill=colour("cell"), stroke=colour("line")))
    if scene.size > 1 and scene.size + 2 * scene.padding <= MAX_GRID:
        parts.append(_grid(x, y, scene.unit, scene.size))
    parts += [
        path(f"M{point(x - 12 - inset, y)}h-6v{core:.1f}h6", "muted"),
        label(x - 24 - inset, y + core / 2, f"H = {scene.size}", anchor="end"),
        label(LEFT + SIDE / 2, TOP + SIDE + 20, f"P = {scene.padding}", paint="muted"),
    ]
    return parts


def _window(scene: _Scene) -> list[str]:
    side, step = scene.kernel * scene.unit, scene.stride * scene.unit
    right = LEFT + SIDE + 12
    return [
        rectangle(
            LEFT,
            TOP,
            side,
            side,
            fill=colour("window"),
            fill_opacity="0.18",
            stroke=colour("window"),
            stroke_width=2.5,
        ),
        path(f"M{point(LEFT, TOP - 8)}v-5h{side:.1f}v5", "window", stroke_width=1.5),
        label(LEFT + side / 2, TOP - 25, f"F = {scene.kernel}", paint="window"),
        _arrow(right, TOP, TOP + step),
        label(right + 12, TOP + max(step / 2, 6), f"S = {scene.stride}", anchor="start", paint="accent"),
    ]


def _arrow(x: float, start: float, end: float) -> str:
    head = min(5.0, (end - start) * 0.6)
    commands = (
        f"M{point(x - 5, start)}h10M{point(x, start)}L{point(x, end)}"
        f"M{point(x - head, end - head)}L{point(x, end)}L{point(x + head, end - head)}"
    )
    return path(commands, "accent", stroke_width=1.8)


def _stops(scene: _Scene, stops: int, unused: int) -> list[str]:
    side, step, unit = scene.kernel * scene.unit, scene.stride * scene.unit, scene.unit
    last = TOP + (stops - 1) * step
    parts = []
    if stops <= MAX_MARKS:
        marks = "".join(f"M{point(LEFT, TOP + i * step)}h7" for i in range(stops))
        parts.append(path(marks, "accent", stroke_width=1.8))
    if stops > 1:
        parts.append(
            rectangle(
                LEFT,
                last,
                side,
                side,
                fill="none",
                stroke=colour("accent"),
                stroke_width=2,
                stroke_dasharray="6 3",
            )
        )
        parts.append(label(LEFT + side / 2, last + side / 2, "B", paint="accent"))
        parts.append(label(LEFT + side / 2, TOP + side / 2, "A", paint="window"))
    if unused:
        rest = unused * unit
        parts.append(rectangle(LEFT, TOP + SIDE - rest, SIDE, rest, fill=colour("muted"), fill_opacity="0.35"))
    parts += _output(scene, stops)
    return parts


def _output_side(scene: _Scene, stops: int) -> float:
    """The output at the scale of the input, but never too small to see."""
    return max(stops * scene.unit, 14.0)


def _output(scene: _Scene, stops: int) -> list[str]:
    side = _output_side(scene, stops)
    cell = side / stops
    x, y, middle = LEFT, HEIGHT + 46, LEFT + SIDE / 2
    parts = [
        path(f"M{point(middle, HEIGHT - 6)}v26l-6 -7m6 7l6 -7", "muted", stroke_width=1.8),
        rectangle(x, y, side, side, fill=colour("cell"), stroke=colour("line")),
    ]
    if 1 < stops <= MAX_GRID:
        parts.append(_grid(x, y, cell, stops))
    parts += [
        rectangle(
            x, y, cell, cell, fill=colour("window"), fill_opacity="0.35", stroke=colour("window"), stroke_width=2
        ),
        path(f"M{point(x - 12, y)}h-6v{side:.1f}h6", "muted"),
        label(x - 24, y + side / 2, f"O = {stops}", anchor="end"),
    ]
    if stops > 1:
        parts.append(
            rectangle(
                x,
                y + side - cell,
                cell,
                cell,
                fill="none",
                stroke=colour("accent"),
                stroke_width=2,
                stroke_dasharray="4 2",
            )
        )
        parts.append(label(x + side + 8, y + cell / 2, "A", anchor="start", paint="window"))
        parts.append(label(x + side + 8, y + side - cell / 2, "B", anchor="start", paint="accent"))
    return parts


def _grid(x: float, y: float, cell: float, cells: int) -> str:
    """The lines inside a square of ``cells`` by ``cells``."""
    side = cell * cells
    lines = "".join(
        f"M{point(x + i * cell, y)}v{side:.1f}M{point(x, y + i * cell)}h{side:.1f}" for i in range(1, cells)
    )
    return path(lines, "line", stroke_width=0.7)
