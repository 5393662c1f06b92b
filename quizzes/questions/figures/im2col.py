"""Windows of an input as the columns (or rows) of a matrix."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.geometry import WindowAxis, window_axes
from cnncalc.words import Language

from .arguments import Arguments, FigureError, Rows, integer, matrix, pair, sides, word
from .svg import Figure, Frame


@dataclass(frozen=True, slots=True)
class Scene:
    """``x`` is empty where only the size of the input is known."""

    x: Rows
    channels: int
    windows_as: str
    down: WindowAxis
    across: WindowAxis


def read(arguments: Arguments) -> Scene:
    """The checked arguments."""
    x: Rows = ()
    channels = integer(arguments, "channels", 1, default=1)
    if "x" in arguments:
        if "height" in arguments or "width" in arguments:
            raise FigureError("x has a height and a width of its own: give either x, or height and width")
        if channels != 1:
            raise FigureError(f"channels must be 1 where x is given, got {channels}")
        x = matrix(arguments, "x")
        shape = len(x), len(x[0])
    elif "height" in arguments and "width" in arguments:
        shape = integer(arguments, "height", 1), integer(arguments, "width", 1)
    else:
        raise FigureError("x is missing, or height and width")
    kernel = pair(arguments, "kernel", 1)
    stride = pair(arguments, "stride", 1, default=(1, 1))
    try:
        down, across = window_axes(shape, kernel, stride, sides(arguments))
    except FigureError:
        raise
    except ValueError as reason:
        raise FigureError(f"kernel must fit the padded input: {reason}") from reason
    return Scene(x, channels, word(arguments, "windows_as", ("columns", "rows"), "columns"), down, across)


def draw(scene: Scene, level: int, language: Language, revealed: bool) -> Figure | None:
    """Not drawn yet: the page shows no figure."""
    return None


def walk(scene: Scene, level: int, language: Language) -> tuple[Frame, ...]:
    """No steps."""
    return ()
