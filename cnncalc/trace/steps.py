"""What a worked calculation is made of."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple, TypeAlias

Cell: TypeAlias = tuple[int, ...]


class Window(NamedTuple):
    """The cells that one number is calculated from.

    Cells are ``(row, column)`` in traces of pooling, which show one map, and ``(channel, row, column)`` in
    those of convolution.
    """

    output: Cell
    cells: tuple[Cell, ...]
    """Row by row. Pooling leaves out what lies in the padding, convolution does not."""
    chosen: Cell | None = None
    """Max pooling: the first maximum."""
    products: tuple[int | Fraction, ...] = ()
    """Convolution: what each of the cells adds to the sum."""


class Step(NamedTuple):
    """One line of a calculation; ``value`` is the number or array that the line reaches."""

    key: str
    latex: str
    value: object | None = None
    window: Window | None = None


Trace: TypeAlias = tuple[Step, ...]
