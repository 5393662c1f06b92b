"""Figures: which kinds there are, which arguments each takes, and how each is drawn before and after the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from cnncalc.words import Language

from ..words import Both
from . import convolution, gap_vs_fc, grid, im2col, lp_curve, network, pooling, receptive_field, transposed
from .arguments import Arguments, FigureError
from .svg import Figure, Frame, standalone

__all__ = ["KINDS", "Figure", "FigureError", "FigureKind", "Frame", "standalone"]

Scene = TypeVar("Scene")


@dataclass(frozen=True, slots=True)
class FigureKind:
    """One kind of figure.

    ``draw(level=, language=, revealed=, **arguments)`` gives the picture before or after the answer, or nothing where
    only the solution has one. ``walk(level=, language=, **arguments)`` gives the calculation step by step, which only
    those who have answered may see. Both raise :class:`FigureError` for arguments that cannot be drawn, as
    ``check(**arguments)`` does without drawing anything.
    """

    check: Callable[..., object]
    draw: Callable[..., Figure | None]
    walk: Callable[..., tuple[Frame, ...]]
    required: frozenset[str]
    optional: frozenset[str]

    @property
    def arguments(self) -> tuple[frozenset[str], frozenset[str]]:
        """The names of the required and of the optional arguments."""
        return self.required, self.optional


def _kind(
    required: str,
    optional: str,
    read: Callable[[Arguments], Scene],
    draw: Callable[[Scene, int, Language, bool], Figure | None],
    walk: Callable[[Scene, int, Language], tuple[Frame, ...]],
) -> FigureKind:
    needed, possible = frozenset(required.split()), frozenset(optional.split())
    known = needed | possible

    def scene(arguments: Arguments) -> Scene:
        if not needed <= arguments.keys() <= known:
            missing, unknown = sorted(needed - arguments.keys()), sorted(arguments.keys() - known)
            listed = ", ".join(sorted(known))
            if missing:
                what = Both(f"{missing[0]} がありません", f"{missing[0]} is missing")
            else:
                what = Both(f"{unknown[0]} はこの図の引数ではありません", f"{unknown[0]} is no argument of this figure")
            raise FigureError(Both(f"{what.ja}（この図の引数：{listed}）。", f"{what} (it takes {listed})"))
        return read(arguments)

    def checked(**arguments: object) -> Scene:
        return scene(arguments)

    def drawn(*, level: int, language: Language, revealed: bool, **arguments: object) -> Figure | None:
        return draw(scene(arguments), level, language, revealed)

    def walked(*, level: int, language: Language, **arguments: object) -> tuple[Frame, ...]:
        return walk(scene(arguments), level, language)

    return FigureKind(checked, drawn, walked, needed, possible)


KINDS: Mapping[str, FigureKind] = {
    "convolution": _kind(
        "kernel",
        "size height width stride padding dilation operation",
        convolution.read,
        convolution.draw,
        convolution.walk,
    ),
    "pooling": _kind(
        "x kernel",
        "stride padding operation p normalized count_include_pad",
        pooling.read,
        pooling.draw,
        pooling.walk,
    ),
    "im2col": _kind(
        "kernel", "x height width channels stride padding windows_as", im2col.read, im2col.draw, im2col.walk
    ),
    "gap-vs-fc": _kind("height width channels", "outputs", gap_vs_fc.read, gap_vs_fc.draw, gap_vs_fc.walk),
    "network": _kind("input layers", "asked", network.read, network.draw, network.walk),
    "grid": _kind("x", "w y x_label w_label window", grid.read, grid.draw, grid.walk),
    "lp-curve": _kind("x p", "normalized", lp_curve.read, lp_curve.draw, lp_curve.walk),
    "receptive-field": _kind("stages", "", receptive_field.read, receptive_field.draw, receptive_field.walk),
    "transposed": _kind(
        "size kernel stride", "padding output_padding", transposed.read, transposed.draw, transposed.walk
    ),
}
