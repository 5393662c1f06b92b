"""Two ways from maps to a vector: flattening them, and taking the mean of each."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.words import Language

from .arguments import Arguments, integer
from .svg import Figure, Frame


@dataclass(frozen=True, slots=True)
class Scene:
    """``outputs`` is 0 where no fully connected layer follows."""

    height: int
    width: int
    channels: int
    outputs: int


def read(arguments: Arguments) -> Scene:
    """The checked arguments."""
    return Scene(
        integer(arguments, "height", 1),
        integer(arguments, "width", 1),
        integer(arguments, "channels", 1),
        integer(arguments, "outputs", 1) if "outputs" in arguments else 0,
    )


def draw(scene: Scene, level: int, language: Language, revealed: bool) -> Figure | None:
    """Not drawn yet: the page shows no figure."""
    return None


def walk(scene: Scene, level: int, language: Language) -> tuple[Frame, ...]:
    """No steps."""
    return ()
