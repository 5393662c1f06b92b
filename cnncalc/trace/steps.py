"""What a worked calculation is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from cnncalc.arguments import Pair


@dataclass(frozen=True, slots=True)
class Window:
    """The cells of one pooling window, as ``(row, column)``."""

    output: Pair
    cells: tuple[Pair, ...]
    """The input cells in the window, row by row; padding is left out."""
    chosen: Pair | None
    """Max pooling: the first maximum."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a calculation; ``value`` is the number or array that the line reaches."""

    key: str
    latex: str
    value: object | None = None
    window: Window | None = None


Trace: TypeAlias = tuple[Step, ...]
