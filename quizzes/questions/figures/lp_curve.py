"""The value of Lp pooling against p; only for the solution."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cnncalc.words import Language

from ..values import Number, html
from ..words import Both
from . import tables
from .arguments import Arguments, FigureError, finite, integer, items, matrix, number
from .pooling import norm
from .svg import ACCENT, LINE, MUTED, WIDTH, WINDOW, Figure, Frame, figure, label, path

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
        what = Both("数のタプルか、行列", "numbers, or a matrix")
        x = tuple(finite("x", cell) for cell in items(arguments, "x", MAX_NUMBERS, what))
    if min(x) < 0 or max(x) == 0:
        message = Both(
            "x は0以上の数にし、そのうち少なくとも1つは0より大きくしてください。",
            "x must hold numbers from 0 on, not all of them 0",
        )
        raise FigureError(message)
    return Scene(x, number(arguments, "p", 0, 64), integer(arguments, "normalized", 0, 1, 0) == 1)


TITLE: dict[Language, str] = {"ja": "p とLpプーリングの値", "en": "Lp pooling against p"}
LEFT, RIGHT, TOP, BOTTOM = 52.0, 332.0, 34.0, 190.0
TICKS = (1, 2, 4, 8, 16)
POINTS = 33  # of the curve, evenly spread over the doublings of p


def draw(scene: Scene, level: int, language: Language, revealed: bool) -> Figure | None:
    """The curve with its limit and the value that was asked for; nothing before the answer, which it shows."""
    if not revealed:
        return None
    count = len(scene.x) if scene.normalized else 1
    last = max(float(scene.p), float(TICKS[-1]))
    powers = [last ** (step / (POINTS - 1)) for step in range(POINTS)]
    curve = [norm(scene.x, power, count) for power in powers]
    most = float(max(scene.x))
    low, high = min([*curve, most]), max([*curve, most])
    room = (high - low) or 1.0

    def across(power: float) -> float:
        return LEFT + (RIGHT - LEFT) * math.log(power) / math.log(last)

    def down(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (value - low) / room

    line = "L".join(f"{across(p):.4g} {down(v):.4g}" for p, v in zip(powers, curve, strict=True))
    marked = max(float(scene.p), 1.0)
    value = norm(scene.x, scene.p, count)
    shown = _shown(value)
    named = "最大値" if language == "ja" else "maximum"
    below = scene.normalized and down(value) < BOTTOM - 24  # beside the curve, not on it
    side = "end" if across(marked) > (LEFT + RIGHT) / 2 else "start"
    free = (RIGHT, down(most) - 10) if scene.normalized else (LEFT + 8, down(most) - 10)  # where the curve is far off
    parts = [
        path(f"M{LEFT:.4g} {TOP - 10:.4g}V{BOTTOM + 8:.4g}H{RIGHT:.4g}", LINE),
        path(f"M{LEFT:.4g} {down(most):.4g}H{RIGHT:.4g}", WINDOW, 1.5, "6 4"),
        label(*free, f"{named} {html(max(scene.x))}", WINDOW, "end" if scene.normalized else "start", 12),
        path(f"M{line}", ACCENT, 2),
        f'<circle cx="{across(marked):.4g}" cy="{down(value):.4g}" r="5" fill="{ACCENT}"/>',
        label(
            across(marked) + (-9 if side == "end" else 9),
            down(value) + (18 if below else -14),
            f"p = {html(scene.p)}: {shown}",
            ACCENT,
            side,
            13,
            bold=True,
        ),
        label(LEFT - 8, down(high), _shown(high), MUTED, "end", 12),
        label(LEFT - 8, down(low), _shown(low), MUTED, "end", 12),
        label(RIGHT, BOTTOM + 40, "p", MUTED, "end", 13),
    ]
    for tick in TICKS:
        parts.append(path(f"M{across(tick):.4g} {BOTTOM + 8:.4g}v5", LINE))
        parts.append(label(across(tick), BOTTOM + 24, str(tick), MUTED, size=12))
    rows = [(f"p = {html(p)}", _shown(norm(scene.x, p, count))) for p in sorted({*TICKS, scene.p})]
    table = tables.named([*rows, (named, html(max(scene.x)))])
    described = _described(scene, shown, language)
    body = "".join(parts)
    return figure("lp-curve", (WIDTH, BOTTOM + 52), TITLE[language], described, table, body, revealed=True)


def walk(scene: Scene, level: int, language: Language) -> tuple[Frame, ...]:
    """No steps."""
    return ()


def _shown(value: float) -> str:
    return html(int(value)) if value == int(value) else f"{value:,.2f}"


def _described(scene: Scene, value: str, language: Language) -> str:
    if language == "ja":
        form = "正規化した形では下から" if scene.normalized else "和の形では上から"
        return f"p = {html(scene.p)} の値は{value}。p を大きくすると、{form}最大値{html(max(scene.x))}に近づきます。"
    side = "rises" if scene.normalized else "falls"
    form = "normalised form" if scene.normalized else "sum form"
    return f"The value for p = {html(scene.p)} is {value}. As p grows, the {form} {side} to {html(max(scene.x))}."
