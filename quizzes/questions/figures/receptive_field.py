"""What one cell of the last layer sees of the input, along one axis."""

from __future__ import annotations

from dataclasses import dataclass

from cnncalc.words import Language

from .arguments import Arguments, FigureError, items, whole
from .svg import Figure, Frame


@dataclass(frozen=True, slots=True)
class Scene:
    """The (kernel, stride) of every layer, from the input on."""

    stages: tuple[tuple[int, int], ...]


def read(arguments: Arguments) -> Scene:
    """The checked arguments."""
    stages = []
    for number, stage in enumerate(items(arguments, "stages", 5, "pairs (kernel, stride)"), 1):
        if not isinstance(stage, tuple) or len(stage) != 2:
            raise FigureError(f"stages must hold pairs (kernel, stride), got {stage!r} as stage {number}")
        stages.append(
            (
                whole(f"the kernel in stages[{number}]", stage[0], 1, 64),
                whole(f"the stride in stages[{number}]", stage[1], 1, 64),
            )
        )
    return Scene(tuple(stages))


def draw(scene: Scene, level: int, language: Language, revealed: bool) -> Figure | None:
    """Not drawn yet: the page shows no figure."""
    return None


def walk(scene: Scene, level: int, language: Language) -> tuple[Frame, ...]:
    """No steps."""
    return ()
