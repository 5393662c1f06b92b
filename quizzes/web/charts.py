"""Charts of the progress page as SVG. Classes give the colours; no chart says by colour alone what it says.

The heat map has a size of its own and scrolls where there is no room; the others stretch to the width that they get,
so they hold no words, which would be stretched too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

PITCH = 12  # from one square of the heat map to the next
LEFT, TOP = 30, 18  # room for the names of weekdays and months
SIZES = (2, 5, 7, 9, 11)  # a square by its level: it grows, so that colour is not needed to tell


@dataclass(frozen=True, slots=True)
class Caption:
    """What a chart is called and what it says, for those who do not see it; ``id`` is its name on the page."""

    id: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Square:
    """One day of a heat map: its column, its row (0 … 6), its level (0 … 4) and the words that pointing at it shows."""

    column: int
    row: int
    level: int
    words: str


def heat_map(
    squares: Sequence[Square], months: Sequence[tuple[int, str]], weekdays: Sequence[str], caption: Caption
) -> SafeString:
    """A year of days, a column a week; ``months`` are named at their first column."""
    columns = 1 + max(square.column for square in squares)
    labels = [_words(LEFT + column * PITCH, 11, name) for column, name in months]
    labels += [_words(0, TOP + row * PITCH + 9, name) for row, name in enumerate(weekdays) if row % 2 == 0]
    empty = "".join(_dot(square) for square in squares if square.level == 0)
    full = "".join(_square(square) for square in squares if square.level)
    size = LEFT + columns * PITCH, TOP + 7 * PITCH
    return _image(caption, size, f'{"".join(labels)}<path class="heat-0" d="{empty}"/>{full}')


def heat_key(level: int) -> SafeString:
    """The square of one level, beside its words in the key."""
    square = _square(Square(0, 0, level, ""), left=0, top=0)
    return mark_safe(f'<svg class="chart" width="{PITCH}" height="{PITCH}" aria-hidden="true">{square}</svg>')  # noqa: S308


def columns(values: Sequence[int], caption: Caption) -> SafeString:
    """A column per value, the highest as high as the chart."""
    highest = max(1, *values)
    bars = "".join(
        f'<rect class="mark" x="{10 * index + 1}" y="{100 - height:g}" width="8" height="{height:g}"/>'
        for index, height in enumerate(round(100 * value / highest, 1) for value in values)
        if height
    )
    return _image(caption, (10 * len(values), 100), bars, stretched=120)


def bar(share: float) -> SafeString:
    """A share of the whole. It only repeats the number that stands beside it, so it is hidden from readers."""
    return mark_safe(  # noqa: S308
        '<svg class="chart bar" viewBox="0 0 100 8" width="100%" height="8" preserveAspectRatio="none"'
        ' aria-hidden="true"><rect class="track" width="100" height="8"/>'
        f'<rect class="mark" width="{100 * share:.4g}" height="8"/></svg>'
    )


def interval(low: float, seen: float, high: float, target: float, caption: Caption) -> SafeString:
    """A share that was seen, as a line in the band in which the true one lies, and the target as a dashed line."""
    body = (
        '<rect class="track" y="8" width="100" height="16"/>'
        f'<rect class="band" x="{100 * low:.4g}" y="8" width="{100 * (high - low):.4g}" height="16"/>'
        f'<path class="seen" d="M{100 * seen:.4g} 8v16"/><path class="target" d="M{100 * target:.4g} 0v32"/>'
    )
    return _image(caption, (100, 32), body, stretched=32)


def _image(caption: Caption, size: tuple[int, int], body: str, stretched: int = 0) -> SafeString:
    """An image with its name; ``stretched`` to the width of the page at this height, where it is given."""
    width, height = size
    room = f'width="100%" height="{stretched}" preserveAspectRatio="none"' if stretched else _fixed(size)
    name, title, description = caption.id, escape(caption.title), escape(caption.description)
    return mark_safe(  # noqa: S308  # numbers, our own classes, and words that are escaped
        f'<svg class="chart" viewBox="0 0 {width} {height}" {room} role="img" aria-labelledby="{name}-title"'
        f' aria-describedby="{name}-description"><title id="{name}-title">{title}</title>'
        f'<desc id="{name}-description">{description}</desc>{body}</svg>'
    )


def _fixed(size: tuple[int, int]) -> str:
    return f'width="{size[0]}" height="{size[1]}"'


def _dot(square: Square) -> str:
    x, y = _corner(square, LEFT, TOP)
    return f"M{x:g} {y:g}h2v2h-2z"


def _square(square: Square, left: int = LEFT, top: int = TOP) -> str:
    x, y = _corner(square, left, top)
    size = SIZES[square.level]
    words = f"<title>{escape(square.words)}</title>" if square.words else ""
    return f'<rect class="heat-{square.level}" x="{x:g}" y="{y:g}" width="{size}" height="{size}">{words}</rect>'


def _corner(square: Square, left: int, top: int) -> tuple[float, float]:
    inset = (PITCH - SIZES[square.level]) / 2
    return left + square.column * PITCH + inset, top + square.row * PITCH + inset


def _words(x: int, y: int, words: str) -> str:
    return f'<text x="{x}" y="{y}">{escape(words)}</text>'
