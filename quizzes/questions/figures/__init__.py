"""Figures: which kinds there are, which arguments each takes, and :func:`draw`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from . import convolution
from .svg import Figure

__all__ = ["KINDS", "Figure", "FigureKind"]


@dataclass(frozen=True, slots=True)
class FigureKind:
    """``arguments`` are the names of the required and of the optional ones."""

    draw: Callable[..., Figure]
    arguments: tuple[frozenset[str], frozenset[str]]


KINDS: Mapping[str, FigureKind] = {
    "convolution": FigureKind(convolution.draw, (frozenset({"size", "kernel"}), frozenset({"stride", "padding"}))),
}
