"""Pooling of one map: its numbers and windows; afterwards every window with its result."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from operator import itemgetter

from cnncalc.geometry import WindowAxis
from cnncalc.pooling import pooling_axes
from cnncalc.words import Language

from ..values import Number, exact, html
from ..words import Both
from . import tables
from .arguments import Arguments, Rows, Sides, integer, matrix, misfit, number, pair, sides, word
from .cells import LETTERS, STYLES, Board, board, longest, ring, texts
from .svg import ACCENT, HATCHED, MUTED, TEXT, WIDTH, Figure, Frame, arrow, figure, frame, label
from .words import WORDS, around, by, chosen

OPERATIONS = ("max", "mean", "lp", "sum")


@dataclass(frozen=True, slots=True)
class Scene:
    """``p``, ``normalized`` matter for ``lp`` only, ``count_include_pad`` for means."""

    x: Rows
    kernel: tuple[int, int]
    padding: Sides
    operation: str
    p: Number
    normalized: bool
    count_include_pad: bool
    down: WindowAxis
    across: WindowAxis


def read(arguments: Arguments) -> Scene:
    """The checked arguments."""
    x = matrix(arguments, "x")
    kernel = pair(arguments, "kernel", 1, 64)
    stride = pair(arguments, "stride", 1, 64, kernel)
    padding = sides(arguments, "padding", 32)
    try:
        down, across = pooling_axes((len(x), len(x[0])), kernel, stride, padding, 1, False)
    except ValueError as reason:
        told = Both("kernel と padding が x に合いません", "kernel and padding must fit x")
        raise misfit(told, reason) from reason
    return Scene(
        x,
        kernel,
        padding,
        word(arguments, "operation", OPERATIONS, "max"),
        number(arguments, "p", 0, 64, 2),
        integer(arguments, "normalized", 0, 1, 0) == 1,
        integer(arguments, "count_include_pad", 0, 1, 1) == 1,
        down,
        across,
    )


TITLES: dict[str, dict[Language, str]] = {
    "max": {"ja": "最大値プーリング", "en": "Max pooling"},
    "mean": {"ja": "平均値プーリング", "en": "Mean pooling"},
    "lp": {"ja": "Lpプーリング", "en": "Lp pooling"},
    "sum": {"ja": "和のプーリング", "en": "Sum pooling"},
}
_number = itemgetter(0)
SHIFT = 5  # numbers leave room for a letter above them
TOP = 34


def draw(scene: Scene, level: int, language: Language, revealed: bool) -> Figure:
    """Before the answer the map with one or two windows, from level 3 on without any; afterwards all windows, the
    chosen maxima and the output."""
    title = TITLES[scene.operation][language]
    words = texts(scene.x)
    inner = _inner(scene, longest(words))
    settings = _settings(scene, language)
    table = tables.named(settings) + tables.matrix(WORDS["input"][language], words, language)
    head = label(2, 14, _line(settings), MUTED, "start", 13)
    if not revealed:
        marked = max(3 - level, 0)
        body = [head, _ring(scene, inner) if level == 1 else "", inner.empty(), inner.numbers(words, SHIFT)]
        for number, place in enumerate(_places(scene)[:marked]):
            body.append(_window(scene, inner, place, number) + _letter(scene, inner, place, number))
        size = WIDTH, _lower(scene, inner) + 4
        described = _described(scene, settings, marked, language)
        return figure("pooling", size, title, described, table, "".join(body), revealed=False)
    places = _places(scene)
    results = [_result(scene, row, column) for row, column in places]
    columns = scene.across.output
    values = [value for value, _ in results]
    found = tuple([tuple(values[i : i + columns]) for i in range(0, len(values), columns)])
    outer, join, height = _beside(scene, inner, longest(found))
    body = [head, _ring(scene, inner), inner.empty()]
    if scene.operation == "max":
        body.append(_maxima(inner, {place for _, place in results}))
    body += [inner.numbers(words, SHIFT), join, outer.empty(), outer.numbers(found, SHIFT)]
    body.append(_letters(scene, inner, outer, places))
    # overlapping windows would be a thicket: the first two stand for all
    apart = scene.down.stride >= scene.kernel[0] and scene.across.stride >= scene.kernel[1]
    for number, place in enumerate(places if apart else places[:2]):
        body.append(_window(scene, inner, place, place[0] % 2 * 2 + place[1] % 2 if apart else number))
    table += tables.matrix(WORDS["output"][language], found, language)
    described = _described(scene, settings, 0, language) + _told(scene, language)
    return figure("pooling", (WIDTH, height), title, described, table, "".join(body), revealed=True)


def walk(scene: Scene, level: int, language: Language) -> tuple[Frame, ...]:
    """Every window with its calculation and the cell of the output that it fills."""
    places, every = chosen(scene.down.output, scene.across.output)
    words = texts(scene.x)
    found = {place: _result(scene, *place) for place in _places(scene)}
    values = {place: value for place, (value, _) in found.items()}
    inner = _inner(scene, longest(words))
    outer, join, height = _beside(scene, inner, max(map(len, values.values())))
    still = _ring(scene, inner) + inner.empty()
    key = str(scene.x)
    frames = []
    for step, place in enumerate(places, 1):
        index = place[0] * scene.across.output + place[1]
        shown = tuple(
            tuple(values[i, j] if (i, j) <= place else "" for j in range(scene.across.output))
            for i in range(scene.down.output)
        )
        body = [still]
        if scene.operation == "max":
            body.append(_maxima(inner, {found[place][1]}))
        body += [inner.numbers(words, SHIFT), join, outer.empty(), outer.numbers(shown, SHIFT)]
        body.append(_window(scene, inner, place, 0) + outer.outline(*place, 1, 1, 0))
        if index < len(LETTERS):
            body.append(_letter(scene, inner, place, index) + _letter(scene, outer, place, index, moving=False))
        name = LETTERS[index] if index < len(LETTERS) else f"{index + 1}"
        caption = (
            f"窓{name}（出力の{place[0] + 1}行{place[1] + 1}列）: "
            if language == "ja"
            else f"Window {name} (output row {place[0] + 1}, column {place[1] + 1}): "
        ) + _calculation(scene, place, values[place])
        if not every:
            total = len(found)
            caption += (
                f"（全{total}か所の{index + 1}番目）" if language == "ja" else f" (window {index + 1} of {total})"
            )
        title = TITLES[scene.operation][language]
        frames.append(frame("pooling", step, (WIDTH, height), title, caption, "", key, "".join(body)))
    return tuple(frames)


def _settings(scene: Scene, language: Language) -> list[tuple[str, str]]:
    stride = scene.down.stride, scene.across.stride
    settings = [
        (WORDS["window"][language], by(scene.kernel)),
        (WORDS["stride"][language], html(stride[0]) if stride[0] == stride[1] else by(stride)),
        (WORDS["padding"][language], around(scene.padding)),
    ]
    return [*settings, ("p", html(scene.p))] if scene.operation == "lp" else settings


def _line(settings: list[tuple[str, str]]) -> str:
    return "　".join([f"{name} {value}" for name, value in settings])


def _described(scene: Scene, settings: list[tuple[str, str]], marked: int, language: Language) -> str:
    height, width = len(scene.x), len(scene.x[0])
    if language == "ja":
        given = "、".join(f"{name}{value}" for name, value in settings)
        windows = ("", "左上に窓A。", "左上に窓A、その次に窓B。")[marked]
        return f"{height}行{width}列の入力。{given}。{windows}数値は表にあります。"
    given = ", ".join(f"{name.lower()} {value}" for name, value in settings)
    windows = ("", " Window A at the top left.", " Window A at the top left, window B after it.")[marked]
    return f"An input of {height} rows and {width} columns; {given}.{windows} The numbers stand in the table."


def _told(scene: Scene, language: Language) -> str:
    rows, columns = scene.down.output, scene.across.output
    if language == "ja":
        marked = "各窓の最大値を囲んであります。" if scene.operation == "max" else ""
        return f"{marked}同じ文字の窓とセルが対応し、出力は{rows}行{columns}列です。"
    marked = " The maximum of every window is outlined." if scene.operation == "max" else ""
    size = f"{rows} {'row' if rows == 1 else 'rows'} and {columns} {'column' if columns == 1 else 'columns'}"
    return f"{marked} A window and its cell carry the same letter; the output has {size}."


def _inner(scene: Scene, characters: int) -> Board:
    """The cells of the input, with room for its padding around them."""
    (top, bottom), (left, right) = scene.padding
    rows, columns = len(scene.x) + top + bottom, len(scene.x[0]) + left + right
    whole = board(2, TOP, rows, columns, characters, WIDTH - 4)
    x, y = 2 + left * whole.width, TOP + top * whole.height
    return Board(x, y, len(scene.x), len(scene.x[0]), whole.width, whole.height, whole.font)


def _lower(scene: Scene, inner: Board) -> float:
    return inner.bottom + scene.padding[0][1] * inner.height


def _beside(scene: Scene, inner: Board, characters: int) -> tuple[Board, str, float]:
    """The output to the right of the input where there is room, else below; the arrow; the height of the picture."""
    right, lower = inner.right + scene.padding[1][1] * inner.width, _lower(scene, inner)
    rows, columns = scene.down.output, scene.across.output
    outer = board(right + 40, TOP, rows, columns, characters, WIDTH - 2, inner.height)
    if outer.right <= WIDTH - 2:
        middle = TOP + min(rows * outer.height, lower - TOP) / 2
        return outer, arrow(right + 8, middle, right + 32, middle), max(lower, outer.bottom) + 4
    outer = board(2, lower + 36, rows, columns, characters, WIDTH - 4, inner.height)
    return outer, arrow(20, lower + 6, 20, lower + 30), outer.bottom + 4


def _ring(scene: Scene, inner: Board) -> str:
    return ring(inner, scene.padding, HATCHED) if scene.padding != ((0, 0), (0, 0)) else ""


def _places(scene: Scene) -> list[tuple[int, int]]:
    columns = range(scene.across.output)
    return [(row, column) for row in range(scene.down.output) for column in columns]


def _corner(scene: Scene, place: tuple[int, int]) -> tuple[int, int]:
    down, across = scene.down, scene.across
    return place[0] * down.stride - down.before, place[1] * across.stride - across.before


def _window(scene: Scene, inner: Board, place: tuple[int, int], style: int) -> str:
    return inner.outline(*_corner(scene, place), *scene.kernel, style)


def _letter(scene: Scene, on: Board, place: tuple[int, int], number: int, *, moving: bool = True) -> str:
    row, column = _corner(scene, place) if moving else place
    paint = STYLES[number % 2][0]
    return label(on.x + column * on.width + 9, on.y + row * on.height + 9, LETTERS[number], paint, size=12, bold=True)


def _letters(scene: Scene, inner: Board, outer: Board, places: list[tuple[int, int]]) -> str:
    """The letters of all windows and of their output cells."""
    parts = []
    for letter, place in zip(LETTERS, places, strict=False):
        for on, (row, column) in ((inner, _corner(scene, place)), (outer, place)):
            x, y = on.x + column * on.width + 9, on.y + row * on.height + 13.3
            parts.append(f'<text x="{x:.4g}" y="{y:.4g}">{letter}</text>')
    return f'<g fill="{TEXT}" text-anchor="middle" font-size="12" font-weight="700">{"".join(parts)}</g>'


def _maxima(inner: Board, places: set[tuple[int, int]]) -> str:
    half = inner.font / 2 + 2
    width, height = inner.width - 8, 2 * half
    commands = "".join(
        f"M{inner.x + j * inner.width + 4:.4g} {inner.y + (i + 0.5) * inner.height + SHIFT - half:.4g}"
        f"h{width:.4g}v{height:.4g}h-{width:.4g}z"
        for i, j in sorted(places)
    )
    return f'<path d="{commands}" fill="{ACCENT}" fill-opacity="0.2" stroke="{ACCENT}" stroke-width="1.5"/>'


def _cells(scene: Scene, row: int, column: int) -> list[tuple[Number, tuple[int, int]]]:
    """The numbers of the input in one window, with their places."""
    top, left = _corner(scene, (row, column))
    rows = range(max(top, 0), min(top + scene.kernel[0], len(scene.x)))
    columns = range(max(left, 0), min(left + scene.kernel[1], len(scene.x[0])))
    return [(scene.x[i][j], (i, j)) for i in rows for j in columns]


def _count(scene: Scene, held: int) -> int:
    return scene.kernel[0] * scene.kernel[1] if scene.count_include_pad else held


def _result(scene: Scene, row: int, column: int) -> tuple[str, tuple[int, int]]:
    """The value of one window as it is shown, and where its maximum stands (of equal ones the first)."""
    cells = _cells(scene, row, column)
    if scene.operation == "max":
        largest, place = max(cells, key=_number)
        return html(largest), place
    numbers = [number for number, _ in cells]
    if scene.operation == "lp":
        return html(norm(numbers, scene.p, _count(scene, len(cells)) if scene.normalized else 1)), cells[0][1]
    total = sum(numbers)
    if scene.operation == "mean":
        return _mean(total, _count(scene, len(cells))), cells[0][1]
    return html(total), cells[0][1]


@lru_cache(maxsize=4096)
def _mean(total: Number, count: int) -> str:
    """A mean as it is shown; fractions are slow, and the sums of small numbers are few."""
    return html(total / count if isinstance(total, float) else exact(Fraction(total) / count))


def norm(numbers: Sequence[Number], p: Number, count: int) -> float:
    """``(Σ|x|^p / count)^(1/p)``, relative to the largest number where powers would overflow.

    >>> norm([3, -4], 2, 1), norm([10**6, 0], 64, 1)
    (5.0, 1000000.0)
    """
    if p == 2:
        return math.sqrt(sum(number * number for number in numbers) / count)
    sizes = [abs(float(number)) for number in numbers]
    largest, power = max(sizes), float(p)
    if not largest:
        return 0.0
    return float(largest * (sum([(size / largest) ** power for size in sizes]) / count) ** (1 / power))


def _calculation(scene: Scene, place: tuple[int, int], value: str) -> str:
    """The calculation of one window in plain text."""
    numbers = [number for number, _ in _cells(scene, *place)]
    if scene.operation == "max":
        return f"max({', '.join(html(number) for number in numbers)}) = {value}"
    signed = [html(number) if number >= 0 else f"({html(number)})" for number in numbers]
    count = _count(scene, len(numbers))
    if scene.operation == "sum":
        return f"{' + '.join(signed)} = {value}"
    if scene.operation == "mean":
        return f"({' + '.join(signed)}) / {count} = {value}"
    power = html(scene.p)
    total = " + ".join(f"|{html(number)}|^{power}" for number in numbers)
    divided = f"(({total}) / {count})" if scene.normalized else f"({total})"
    return f"{divided}^(1/{power}) {'=' if value.isdecimal() else '≈'} {value}"
