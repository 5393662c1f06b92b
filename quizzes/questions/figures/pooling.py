"""Pooling of one map: its numbers and windows; afterwards every window with its result."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.geometry import WindowAxis
from cnncalc.pooling import pooling_axes
from cnncalc.words import Language

from ..values import Number
from .arguments import Arguments, FigureError, Rows, Sides, integer, matrix, number, pair, sides, word
from .svg import Figure, Frame

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
        raise FigureError(f"kernel and padding must fit x: {reason}") from reason
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


def draw(scene: Scene, level: int, language: Language, revealed: bool) -> Figure | None:
    """Not drawn yet: the page shows no figure."""
    return None


def walk(scene: Scene, level: int, language: Language) -> tuple[Frame, ...]:
    """No steps."""
    return ()
