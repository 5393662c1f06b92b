"""Matrices side by side: a map, a filter, and afterwards the result."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cnncalc.words import Language

from ..values import Number, html
from ..words import Both
from . import tables
from .arguments import Arguments, Rows, items, matrix, unfit, whole, word
from .cells import Board, Texts, board, longest, texts
from .svg import MUTED, WIDTH, Figure, Frame, arrow, figure, frame, label
from .words import WORDS, chosen, counted

LABELS = ("input", "filter", "gradient", "output", "map")


@dataclass(frozen=True, slots=True)
class Scene:
    """``w`` and ``y`` are empty where they are not given; ``window`` is (row, column, height, width)."""

    x: Rows
    w: Rows
    y: Rows
    x_label: str
    w_label: str
    window: tuple[int, int, int, int] | None


def read(arguments: Arguments) -> Scene:
    """The checked arguments."""
    x = matrix(arguments, "x")
    w = matrix(arguments, "w") if "w" in arguments else ()
    y = matrix(arguments, "y") if "y" in arguments else ()
    window = None
    if "window" in arguments:
        given = items(arguments, "window", 4, Both("整数のタプル", "integers"))
        if len(given) != 4:
            raise unfit("window", Both("(行, 列, 高さ, 幅) にしてください", "be (row, column, height, width)"), given)
        row = whole(Both("window の行", "the row of window"), given[0], 0, len(x) - 1)
        column = whole(Both("window の列", "the column of window"), given[1], 0, len(x[0]) - 1)
        height = whole(Both("window の高さ", "the height of window"), given[2], 1, len(x) - row)
        width = whole(Both("window の幅", "the width of window"), given[3], 1, len(x[0]) - column)
        window = row, column, height, width
    return Scene(
        x,
        w,
        y,
        word(arguments, "x_label", LABELS, "input"),
        word(arguments, "w_label", LABELS, "filter"),
        window,
    )


TITLE: dict[Language, str] = {"ja": "行列の図", "en": "The matrices"}
HEAD = 26  # above a board, for its name
GAP = 32


def draw(scene: Scene, level: int, language: Language, revealed: bool) -> Figure:
    """The input and the filter; the result only after the answer."""
    named = _named(scene, language, revealed)
    body, boards, height = _placed(named)
    if scene.window:
        body += boards[0].outline(*scene.window, 0)
    table = "".join(tables.matrix(name, words, language) for name, words in named)
    title = TITLE[language]
    return figure("grid", (WIDTH, height), title, _described(scene, named, language), table, body, revealed=revealed)


def walk(scene: Scene, level: int, language: Language) -> tuple[Frame, ...]:
    """Window by window, where the result is what the filter gives at stride 1 without padding."""
    if not scene.w or not scene.y:
        return ()
    sums = _correlation(scene)
    if not sums or not _equal(sums, scene.y):
        return ()
    named = _named(scene, language, True)
    places, every = chosen(len(sums), len(sums[0]))
    key = "".join(name + str(words) for name, words in named)
    results = named[2][1]
    frames = []
    for step, (row, column) in enumerate(places, 1):
        shown = tuple(
            tuple(word if (i, j) <= (row, column) else "" for j, word in enumerate(line))
            for i, line in enumerate(results)
        )
        body, boards, height = _placed([*named[:2], (named[2][0], shown)], longest(results))
        body += boards[0].outline(row, column, len(scene.w), len(scene.w[0]), 0)
        body += boards[2].outline(row, column, 1, 1, 1)
        products = " + ".join(
            f"{_term(value)}×{_term(weight)}"
            for line, weights in zip(scene.x[row:], scene.w, strict=False)
            for value, weight in zip(line[column:], weights, strict=False)
        )
        where = f"{row + 1}行{column + 1}列" if language == "ja" else f"Row {row + 1}, column {column + 1}"
        caption = f"{where}: {products} = {results[row][column]}"
        if not every:
            caption += counted(row * len(sums[0]) + column + 1, len(sums) * len(sums[0]), language)
        frames.append(frame("grid", step, (WIDTH, height), TITLE[language], caption, "", key, body))
    return tuple(frames)


def _named(scene: Scene, language: Language, revealed: bool) -> list[tuple[str, Texts]]:
    named = [(WORDS[scene.x_label][language], texts(scene.x))]
    if scene.w:
        named.append((WORDS[scene.w_label][language], texts(scene.w)))
    if scene.y and revealed:
        named.append(("結果" if language == "ja" else "Result", texts(scene.y)))
    return named


def _placed(named: list[tuple[str, Texts]], characters: int = 0) -> tuple[str, list[Board], float]:
    """The boards from left to right, and below each other where there is no room; ``characters`` for the last."""
    x, y, lower = 2.0, float(HEAD), 0.0
    parts, boards = [], []
    for number, (name, words) in enumerate(named):
        widest = max(longest(words), characters if number == 2 else 0)
        on = board(x, y, len(words), len(words[0]), widest, WIDTH - 4)
        if on.right > WIDTH - 2:
            x, y = 2, lower + HEAD + (20 if number == 2 else 8)
            on = board(x, y, len(words), len(words[0]), widest, WIDTH - 4)
            if number == 2:
                parts.append(arrow(14, y - HEAD - 16, 14, y - HEAD + 2))
        elif number == 2:
            parts.append(arrow(x - 27, y + 18, x - 5, y + 18))
        parts += [label(x, y - 13, name, MUTED, "start", 13), on.empty(), on.numbers(words)]
        boards.append(on)
        x, lower = on.right + GAP, max(lower, on.bottom)
        # a short board keeps the width of its name free
        x = max(x, on.x + len(name) * 13 + 12)
    return "".join(parts), boards, lower + 4


def _described(scene: Scene, named: list[tuple[str, Texts]], language: Language) -> str:
    if language == "ja":
        window = ""
        if scene.window:
            row, column, height, width = scene.window
            window = f"{row + 1}行{column + 1}列から高さ{height}、幅{width}の窓を囲んであります。"
        return (
            "、".join(f"{name}は{len(words)}行{len(words[0])}列" for name, words in named)
            + f"。{window}数値は表にあります。"
        )
    window = ""
    if scene.window:
        row, column, height, width = scene.window
        window = (
            f" A window of height {height} and width {width} from row {row + 1}, column {column + 1} on is outlined."
        )
    sizes = "; ".join(f"{name}: {len(words)} by {len(words[0])}" for name, words in named)
    return f"{sizes}.{window} The numbers stand in the tables."


def _correlation(scene: Scene) -> list[list[Number]]:
    """The sums of products at stride 1 without padding; nothing where that is not the shape of the result."""
    height, width = len(scene.w), len(scene.w[0])
    rows, columns = len(scene.x) - height + 1, len(scene.x[0]) - width + 1
    if (rows, columns) != (len(scene.y), len(scene.y[0])):
        return []
    return [
        [
            sum(scene.x[i + k][j + m] * scene.w[k][m] for k in range(height) for m in range(width))
            for j in range(columns)
        ]
        for i in range(rows)
    ]


def _equal(sums: list[list[Number]], result: Rows) -> bool:
    """Whether the numbers are the same; those with decimals up to rounding."""
    return all(
        math.isclose(found, given, rel_tol=1e-9, abs_tol=1e-9)
        for row, line in zip(sums, result, strict=True)
        for found, given in zip(row, line, strict=True)
    )


def _term(number: Number) -> str:
    return html(number) if number >= 0 else f"({html(number)})"
