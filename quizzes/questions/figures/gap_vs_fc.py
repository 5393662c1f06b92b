"""Two ways from maps to a vector: flattening them, and taking the mean of each."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.words import Language

from . import tables
from .arguments import Arguments, integer
from .svg import CELL, MUTED, TEXT, WIDTH, WINDOW, Figure, Frame, arrow, box, figure, grid, label
from .words import WORDS


@dataclass(frozen=True, slots=True)
class Scene:
    """``outputs`` is 0 where no fully connected layer follows."""

    height: int
    width: int
    channels: int
    outputs: int


def read(arguments: Arguments) -> Scene:
    """The checked arguments."""
    return Scene(
        integer(arguments, "height", 1),
        integer(arguments, "width", 1),
        integer(arguments, "channels", 1),
        integer(arguments, "outputs", 1) if "outputs" in arguments else 0,
    )


TITLE: dict[Language, str] = {"ja": "平坦化とGAPの図", "en": "Flatten and GAP"}
LANE = 172  # from one way to the other
VECTOR = 150, 16


def draw(scene: Scene, level: int, language: Language, revealed: bool) -> Figure:
    """Both ways from the maps to a vector; lengths and parameters only after the answer."""
    lanes = (
        ("flatten", scene.height * scene.width * scene.channels),
        ("gap", scene.channels),
    )
    parts, rows = [], []
    for index, (way, length) in enumerate(lanes):
        shown = f"{length:,}" if revealed else "?"
        drawn, row = _lane(scene, 2 + index * LANE, way, shown, length if revealed else 0, language)
        parts.append(drawn)
        rows.append(row)
    title = TITLE[language]
    size = WIDTH, 244 if scene.outputs else 178
    table = tables.listed(title, _heads(scene, language), rows)
    described = _described(scene, rows, language)
    return figure("gap-vs-fc", size, title, described, table, "".join(parts), revealed=revealed)


def walk(scene: Scene, level: int, language: Language) -> tuple[Frame, ...]:
    """No steps."""
    return ()


NAMES: dict[str, dict[Language, str]] = {
    "flatten": {"ja": "平坦化", "en": "Flatten"},
    "gap": {"ja": "GAP", "en": "GAP"},
}
DONE: dict[str, dict[Language, str]] = {
    "flatten": {"ja": "すべて並べる", "en": "all in a row"},
    "gap": {"ja": "1枚ごとに平均", "en": "mean of each map"},
}


def _lane(
    scene: Scene, x: float, way: str, length: str, number: int, language: Language
) -> tuple[str, tuple[str, ...]]:
    """One way as a picture and as a row of the table; ``number`` is 0 where the length is not told."""
    maps = f"{scene.height:,}×{scene.width:,}×{scene.channels:,}"
    parts = [label(x + 2, 12, NAMES[way][language], TEXT, "start", 14, bold=True)]
    parts += [box(x + 12 + 7 * back, 28 + 7 * (2 - back), 48, 48, CELL) for back in (2, 1, 0)]
    parts += [
        label(x + 82, 52, maps, TEXT, "start", 12),
        arrow(x + 36, 98, x + 36, 122),
        label(x + 50, 110, DONE[way][language], MUTED, "start", 12),
        grid(x + 12, 130, 1, 10 if way == "flatten" else 4, 13, VECTOR[1]),
        label(x + 12, 162, f"{'長さ' if language == 'ja' else 'length'} {length}", WINDOW, "start", 13, bold=True),
    ]
    row = [NAMES[way][language], maps, length]
    if scene.outputs:
        weights = number * scene.outputs
        count = f"{weights + scene.outputs:,}" if number else "?"
        name = f"{'全結合 → ' if language == 'ja' else 'fully connected → '}{scene.outputs:,}"
        told = f"{WORDS['parameters'][language]} {count}"
        parts += [
            arrow(x + 36, 176, x + 36, 194),
            label(x + 12, 206, name, TEXT, "start", 12),
            label(x + 12, 228, told, WINDOW, "start", 12, bold=True),
        ]
        row += [f"{scene.outputs:,}", count]
    return "".join(parts), tuple(row)


def _heads(scene: Scene, language: Language) -> list[str]:
    heads = ["方法", "特徴マップ", "ベクトルの長さ"] if language == "ja" else ["Way", "Feature maps", "Vector length"]
    if scene.outputs:
        heads += ["出力", WORDS["parameters"][language]] if language == "ja" else ["Outputs", "Parameters"]
    return heads


def _described(scene: Scene, rows: list[tuple[str, ...]], language: Language) -> str:
    maps = f"{scene.height:,}×{scene.width:,}×{scene.channels:,}"
    if language == "ja":
        lengths = "、".join(f"{row[0]}では長さ{'は伏せてあります' if row[2] == '?' else row[2]}" for row in rows)
        return f"特徴マップ{maps}からベクトルへの2つの経路。{lengths}。"
    lengths = ", ".join(f"{row[0]}: length {'hidden' if row[2] == '?' else row[2]}" for row in rows)
    return f"Two paths from feature maps of {maps} to a vector. {lengths}."
