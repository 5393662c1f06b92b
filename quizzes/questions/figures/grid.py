"""Matrices side by side: a map, a filter, and afterwards the result."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.words import Language

from .arguments import Arguments, FigureError, Rows, items, matrix, whole, word
from .svg import Figure, Frame

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
        given = items(arguments, "window", 4, "integers")
        if len(given) != 4:
            raise FigureError(f"window must be (row, column, height, width), got {given!r}")
        row = whole("the row of window", given[0], 0, len(x) - 1)
        column = whole("the column of window", given[1], 0, len(x[0]) - 1)
        height = whole("the height of window", given[2], 1, len(x) - row)
        width = whole("the width of window", given[3], 1, len(x[0]) - column)
        window = row, column, height, width
    return Scene(
        x,
        w,
        y,
        word(arguments, "x_label", LABELS, "input"),
        word(arguments, "w_label", LABELS, "filter"),
        window,
    )


def draw(scene: Scene, level: int, language: Language, revealed: bool) -> Figure | None:
    """Not drawn yet: the page shows no figure."""
    return None


def walk(scene: Scene, level: int, language: Language) -> tuple[Frame, ...]:
    """No steps."""
    return ()
