"""Boards of cells with numbers in them: matrices as people write them on squared paper."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..values import html
from .arguments import Rows
from .svg import ACCENT, LINE, TEXT, WIDTH, WINDOW, box, grid

Texts = tuple[tuple[str, ...], ...]

DIGIT = 0.62  # of the font's size, rather too wide
STYLES = ((WINDOW, ""), (ACCENT, "7 3"), (WINDOW, "2 3"), (ACCENT, "9 3 2 3"))
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def texts(rows: Rows) -> Texts:
    """Every number as it is shown, with a real minus sign."""
    return tuple(
        [tuple([str(cell) if type(cell) is int and 0 <= cell < 1000 else html(cell) for cell in row]) for row in rows]
    )


@dataclass(frozen=True, slots=True)
class Board:
    """Where the cells of a matrix lie. ``font`` is as large as the longest number allows."""

    x: float
    y: float
    rows: int
    columns: int
    width: float
    height: float
    font: float

    @property
    def right(self) -> float:
        """The right end."""
        return self.x + self.columns * self.width

    @property
    def bottom(self) -> float:
        """The lower end."""
        return self.y + self.rows * self.height

    def empty(self) -> str:
        """The cells without numbers."""
        return grid(self.x, self.y, self.rows, self.columns, self.width, self.height)

    def numbers(self, words: Texts, shift: float = 0) -> str:
        """One number in each cell, ``shift`` below the middle."""
        places = _places(self.x, self.y + shift, self.rows, self.columns, self.width, self.height, self.font)
        cells = [
            f"{place}{word}</text>"
            for line, row in zip(places, words, strict=True)
            for place, word in zip(line, row, strict=True)
        ]
        return f'<g fill="{TEXT}" text-anchor="middle" font-size="{self.font:.3g}">{"".join(cells)}</g>'

    def outline(self, row: int, column: int, rows: int, columns: int, style: int, inset: float = 1.5) -> str:
        """A rectangle around some of the cells, drawn in the ``style``-th way; it may reach over the edges."""
        paint, dash = STYLES[style % 4]
        return box(
            self.x + column * self.width + inset,
            self.y + row * self.height + inset,
            columns * self.width - 2 * inset,
            rows * self.height - 2 * inset,
            "none",
            paint,
            2.5,
            dash,
        )


@lru_cache(maxsize=256)
def _places(
    x: float, y: float, rows: int, columns: int, width: float, height: float, font: float
) -> tuple[tuple[str, ...], ...]:
    down = 0.36 * font
    return tuple(
        tuple(f'<text x="{x + (j + 0.5) * width:.4g}" y="{y + (i + 0.5) * height + down:.4g}">' for j in range(columns))
        for i in range(rows)
    )


def longest(words: Texts) -> int:
    """The number of characters in the longest number."""
    return max([len(word) for row in words for word in row])


def board(
    x: float, y: float, rows: int, columns: int, characters: int, room: float = WIDTH, height: float = 0
) -> Board:
    """A board for numbers of up to ``characters`` within ``room``: square cells where the numbers are short.

    Numbers are 14 pixels high, 12 where they are long, and smaller only where twelve columns of long numbers leave
    no choice.
    """
    side = 36.0 if max(rows, columns) <= 8 else 28.0
    width = max(side, round(characters * DIGIT * 14 + 8))
    width = min(width, room // columns)
    font = max(min(14.0, (width - 4) // (characters * DIGIT)), 6.0)
    return Board(x, y, rows, columns, width, height or max(side, 34.0), font)


def ring(inner: Board, padding: tuple[tuple[int, int], tuple[int, int]], fill: str) -> str:
    """The padding around a board, dashed."""
    (top, bottom), (left, right) = padding
    return box(
        inner.x - left * inner.width,
        inner.y - top * inner.height,
        (inner.columns + left + right) * inner.width,
        (inner.rows + top + bottom) * inner.height,
        fill,
        LINE,
        1,
        "4 3",
    )
