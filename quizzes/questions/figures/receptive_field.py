"""What one cell of the last layer sees of the input, along one axis."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.words import Language

from ..words import Both
from . import tables
from .arguments import Arguments, FigureError, items, whole
from .svg import BG, MUTED, WIDTH, WINDOW, Figure, Frame, box, figure, grid, label, path, tint
from .words import WORDS


@dataclass(frozen=True, slots=True)
class Scene:
    """The (kernel, stride) of every layer, from the input on."""

    stages: tuple[tuple[int, int], ...]


def read(arguments: Arguments) -> Scene:
    """The checked arguments."""
    stages = []
    pairs = Both(" (カーネル, ストライド) のタプル", "pairs (kernel, stride)")
    for number, stage in enumerate(items(arguments, "stages", 5, pairs), 1):
        if not isinstance(stage, tuple) or len(stage) != 2:
            message = Both(
                f"stages には (カーネル, ストライド) を並べてください（{number}番目の値：{stage!r}）。",
                f"stages must hold pairs (kernel, stride), got {stage!r} as stage {number}",
            )
            raise FigureError(message)
        stages.append(
            (
                whole(Both(f"stages[{number}] のカーネル", f"the kernel in stages[{number}]"), stage[0], 1, 64),
                whole(Both(f"stages[{number}] のストライド", f"the stride in stages[{number}]"), stage[1], 1, 64),
            )
        )
    return Scene(tuple(stages))


TITLE: dict[Language, str] = {"ja": "受容野の図", "en": "The receptive field"}
TOP = 26
ROW = 62
CELLS = 7  # of every row before the answer, whatever the layers are
BAR = 18


def draw(scene: Scene, level: int, language: Language, revealed: bool) -> Figure:
    """One cell of the last layer above, the input below; afterwards all that the cell sees, layer by layer."""
    seen = _seen(scene)
    widest = seen[-1] if revealed else CELLS
    unit = min(22.0, (WIDTH - 8) / widest)
    middle = WIDTH / 2
    parts, names = [], []
    for index, cells in enumerate(seen):
        y = TOP + index * ROW
        shown = cells if revealed else CELLS
        left = middle - shown * unit / 2
        name = label(2, y - 13, _name(scene, index, language), MUTED, "start", 12)
        names.append(name.replace("<text ", f'<text paint-order="stroke" stroke="{BG}" stroke-width="4" ', 1))
        parts.append(grid(left, y, 1, shown, unit, BAR) if unit >= 4 else box(left, y, shown * unit, BAR))
        if revealed:
            parts.append(tint(left, y, shown * unit, BAR, WINDOW, 0.28))
            parts.append(label(WIDTH - 4, y - 13, f"{cells:,}", WINDOW, "end", 13, bold=True))
            if index:
                above = seen[index - 1] * unit / 2
                start, foot = y - ROW + BAR, y
                parts.append(
                    path(
                        f"M{middle - above:.4g} {start:.4g}L{left:.4g} {foot:.4g}"
                        f"M{middle + above:.4g} {start:.4g}L{left + shown * unit:.4g} {foot:.4g}",
                        WINDOW,
                        1.5,
                        "4 3",
                    )
                )
        elif index == 0:
            parts.append(tint(middle - unit / 2, y, unit, BAR, WINDOW, 0.28))
            parts.append(box(middle - unit / 2, y, unit, BAR, "none", WINDOW, 2.5))
    rows = [(_name(scene, index, language), f"{cells:,}" if revealed else "?") for index, cells in enumerate(seen)]
    heads = ["層", "見える要素の数"] if language == "ja" else ["Layer", "Cells that are seen"]
    title = TITLE[language]
    size = WIDTH, TOP + (len(seen) - 1) * ROW + BAR + 6
    described = _described(scene, seen[-1] if revealed else 0, language)
    table = tables.listed(title, heads, rows)
    return figure("receptive-field", size, title, described, table, "".join(parts + names), revealed=revealed)


def walk(scene: Scene, level: int, language: Language) -> tuple[Frame, ...]:
    """No steps: the picture has them all."""
    return ()


def _seen(scene: Scene) -> list[int]:
    """How many cells of each row one cell of the last layer sees, from that layer down to the input."""
    seen = [1]
    for kernel, stride in reversed(scene.stages):
        seen.append((seen[-1] - 1) * stride + kernel)
    return seen


def _name(scene: Scene, index: int, language: Language) -> str:
    """The row's name with its layer's settings: row 0 is the output of the last layer."""
    if index == len(scene.stages):
        return WORDS["input"][language]
    number = len(scene.stages) - index
    kernel, stride = scene.stages[number - 1]
    if language == "ja":
        return f"層{number}の出力（フィルタ {kernel}、ストライド {stride}）"
    return f"Output of layer {number} (filter {kernel}, stride {stride})"


def _described(scene: Scene, size: int, language: Language) -> str:
    layers = "; ".join(_name(scene, index, language) for index in range(len(scene.stages)))
    if language == "ja":
        told = f"入力のうち{size:,}個が見えます。" if size else "見える範囲は伏せてあります。"
        return f"上から順に、{layers.replace('; ', '、')}、入力。最後の層の1つの値に注目します。{told}"
    told = f"It sees {size:,} cells of the input." if size else "What it sees is hidden."
    return f"From the top: {layers}; input. One value of the last layer is marked. {told}"
