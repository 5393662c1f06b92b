"""A transposed convolution along one axis: every input cell stamps the kernel on the output."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc import transposed_output_size
from cnncalc.words import Language

from .arguments import Arguments, FigureError, integer
from .svg import Figure, Frame


@dataclass(frozen=True, slots=True)
class Scene:
    """One axis; ``output`` is its length afterwards."""

    size: int
    kernel: int
    stride: int
    padding: int
    output_padding: int
    output: int


def read(arguments: Arguments) -> Scene:
    """The checked arguments."""
    size = integer(arguments, "size", 1)
    kernel = integer(arguments, "kernel", 1)
    stride = integer(arguments, "stride", 1)
    padding = integer(arguments, "padding", 0, default=0)
    extra = integer(arguments, "output_padding", 0, default=0)
    try:
        output = transposed_output_size(size, kernel, stride, padding, extra)
    except ValueError as reason:
        raise FigureError(f"padding and output_padding must suit the rest: {reason}") from reason
    return Scene(size, kernel, stride, padding, extra, output)


def draw(scene: Scene, level: int, language: Language, revealed: bool) -> Figure | None:
    """Not drawn yet: the page shows no figure."""
    return None


def walk(scene: Scene, level: int, language: Language) -> tuple[Frame, ...]:
    """No steps."""
    return ()
