"""A few words of SVG. Colours are CSS variables with the light palette as fallback, so a figure also stands alone.

Coordinates are pixels. Figures are drawn with every question, so these functions write strings directly, and pieces
that depend on few small numbers are remembered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from zlib import crc32

WIDTH = 344  # fits a telephone without shrinking: 390 pixels less the margins of a page

COLOURS = {
    "text": "#1b1f24",
    "muted": "#57606a",
    "accent": "#0b5cad",
    "window": "#9a5b00",
    "cell": "#eaf2fb",
    "pad": "#e3e5e8",
    "line": "#7a848f",
    "bg": "#ffffff",
}
PAINT = {name: f"var(--{name}, {value})" for name, value in COLOURS.items()}

TEXT, MUTED, ACCENT, WINDOW = PAINT["text"], PAINT["muted"], PAINT["accent"], PAINT["window"]
CELL, PAD, LINE, BG = PAINT["cell"], PAINT["pad"], PAINT["line"], PAINT["bg"]

HATCHED = "url(#hatching)"  # in a picture's body; the picture makes the id its own
_HATCHING = (
    '<defs><pattern id="hatching" width="6" height="6" patternUnits="userSpaceOnUse">'
    f'<rect width="6" height="6" fill="{PAD}"/>'
    f'<path d="M0 6L6 0" fill="none" stroke="{LINE}" stroke-width="0.8"/></pattern></defs>'
)
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")  # an id without digits, which could be an answer
_FONT = 'system-ui, "Hiragino Sans", "Noto Sans CJK JP", "Noto Sans JP", "Yu Gothic UI", sans-serif'


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture for one state of a question. ``table`` holds its numbers as HTML tables for those who read them."""

    svg: str
    title: str
    description: str
    table: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One step of the calculation, as a picture with its sentence."""

    svg: str
    caption: str
    description: str


def figure(
    kind: str, size: tuple[float, float], title: str, description: str, table: str, body: str, *, revealed: bool
) -> Figure:
    """The picture of ``body``, with the accessible name and description that belong to it."""
    name = _name(f"{kind}-after" if revealed else f"{kind}-before", description + table)
    return Figure(_picture(name, size, title, description, body), title, description, table)


def frame(
    kind: str, number: int, size: tuple[float, float], title: str, caption: str, description: str, key: str, body: str
) -> Frame:
    """The ``number``-th step of a walk; ``key`` tells apart the walks of two figures on one page."""
    name = _name(f"{kind}-step-{number}", caption + description + key)
    return Frame(_picture(name, size, title, f"{caption} {description}".strip(), body), caption, description)


def _name(prefix: str, content: str) -> str:
    """What the ids of a picture start with: different pictures of one kind may stand on one page."""
    return f"{prefix}-{f'{crc32(content.encode()):08x}'.translate(_LETTERS)}"


def _picture(name: str, size: tuple[float, float], title: str, description: str, body: str) -> str:
    width, height = size
    if HATCHED in body:
        body = _HATCHING.replace('"hatching"', f'"{name}-hatching"') + body.replace("#hatching", f"#{name}-hatching")
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img"'
        f' aria-labelledby="{name}-title" aria-describedby="{name}-description" font-family="inherit" font-size="14">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-description">{escape(description)}</desc>'
        f"{body}</svg>"
    )


def standalone(svg: str) -> str:
    """The picture for use outside a page of ours: its colours and its font are its own.

    >>> standalone('<svg font-family="inherit"><rect class="a" fill="var(--bg, #ffffff)"/></svg>')[-28:]
    '<rect fill="#ffffff"/></svg>'
    """
    svg = re.sub(r"var\(--[\w-]+, (#[0-9a-f]{6})\)", r"\1", svg)
    svg = re.sub(r'(<[^>]*?) class="[^"]*"', r"\1", svg)
    svg = svg.replace('font-family="inherit"', f'font-family="{escape(_FONT)}"', 1)
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def label(
    x: float, y: float, words: str, paint: str = TEXT, anchor: str = "middle", size: int = 14, bold: bool = False
) -> str:
    """Words at (x, y), which is the middle of their height (not every reader knows ``dominant-baseline``)."""
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    font = "" if size == 14 else f' font-size="{size}"'
    weight = ' font-weight="700"' if bold else ""
    words = escape(words)
    return f'<text x="{x:.4g}" y="{y + 0.36 * size:.4g}" fill="{paint}"{place}{font}{weight}>{words}</text>'


def path(commands: str, paint: str = TEXT, width: float = 1, dash: str = "") -> str:
    """An open line."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{commands}" fill="none" stroke="{paint}" stroke-width="{width:g}"{dashes}/>'


def box(
    x: float,
    y: float,
    width: float,
    height: float,
    fill: str = CELL,
    stroke: str = LINE,
    line: float = 1,
    dash: str = "",
) -> str:
    """A rectangle with its corner at (x, y)."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<rect x="{x:.4g}" y="{y:.4g}" width="{width:.4g}" height="{height:.4g}"'
        f' fill="{fill}" stroke="{stroke}" stroke-width="{line:g}"{dashes}/>'
    )


def tint(x: float, y: float, width: float, height: float, paint: str, strength: float) -> str:
    """A rectangle through which one sees."""
    return (
        f'<rect x="{x:.4g}" y="{y:.4g}" width="{width:.4g}" height="{height:.4g}"'
        f' fill="{paint}" fill-opacity="{strength:g}"/>'
    )


def comb(x: float, y: float, count: int, move: tuple[float, float], line: str) -> str:
    """``count`` equal lines as the commands of a path, each ``move`` away from the one before.

    >>> comb(0, 10, 2, (0, 10), "h30")
    'M0 10h30m-30 10h30m-30 10'
    """
    away, down = move
    back = f"-{line[1:]}"
    if line[0] == "h":
        return f"M{x:.4g} {y:.4g}" + f"{line}m{back} {down:.5g}" * count
    return f"M{x:.4g} {y:.4g}" + f"{line}m{away:.5g} {back}" * count


@lru_cache(maxsize=256)
def grid(x: float, y: float, rows: int, columns: int, width: float, height: float) -> str:
    """A board of ``rows`` by ``columns`` cells, each ``width`` by ``height``: one rectangle, one path."""
    across, down = columns * width, rows * height
    lines = comb(x, y + height, rows - 1, (0, height), f"h{across:.5g}") if rows > 1 else ""
    lines += comb(x + width, y, columns - 1, (width, 0), f"v{down:.5g}") if columns > 1 else ""
    return box(x, y, across, down) + (path(lines, LINE, 0.8) if lines else "")


@lru_cache(maxsize=64)
def arrow(x: float, y: float, to_x: float, to_y: float, paint: str = MUTED) -> str:
    """An arrow along an axis from (x, y)."""
    head = min(5.0, 0.6 * (abs(to_x - x) + abs(to_y - y)))
    if x == to_x:
        back = to_y - head if to_y > y else to_y + head
        barbs = f"M{x - head:.4g} {back:.4g}L{x:.4g} {to_y:.4g}L{x + head:.4g} {back:.4g}"
    else:
        back = to_x - head if to_x > x else to_x + head
        barbs = f"M{back:.4g} {y - head:.4g}L{to_x:.4g} {y:.4g}L{back:.4g} {y + head:.4g}"
    return path(f"M{x:.4g} {y:.4g}L{to_x:.4g} {to_y:.4g}{barbs}", paint, 1.8)


def width_of(words: str, size: int = 14) -> float:
    """About how wide words are; rather too wide than too narrow."""
    return size * sum(0.62 if character < "\u2e80" else 1.0 for character in words)
