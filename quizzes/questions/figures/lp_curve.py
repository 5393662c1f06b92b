"""The value of Lp pooling against p; only for the solution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnncalc.words import Language

from ..values import Number
from .arguments import Arguments, FigureError, finite, integer, items, matrix, number
from .svg import Figure, Frame

MAX_NUMBERS = 144


@dataclass(frozen=True, slots=True)
class Scene:
    """One window's numbers, none negative and not all zero."""

    x: tuple[Number, ...]
    p: Number
    normalized: bool


def read(arguments: Arguments) -> Scene:
    """The checked arguments."""
    if isinstance(arguments.get("x"), np.ndarray):
        x = tuple(cell for row in matrix(arguments, "x") for cell in row)
    else:
        x = tuple(finite("x", cell) for cell in items(arguments, "x", MAX_NUMBERS, "numbers, or a matrix"))
    if min(x) < 0 or max(x) == 0:
        raise FigureError("x must hold numbers from 0 on, not all of them 0")
    return Scene(x, number(arguments, "p", 0, 64), integer(arguments, "normalized", 0, 1, 0) == 1)


def draw(scene: Scene, level: int, language: Language, revealed: bool) -> Figure | None:
    """Not drawn yet: the page shows no figure."""
    return None


def walk(scene: Scene, level: int, language: Language) -> tuple[Frame, ...]:
    """No steps."""
    return ()
