"""What a unit of a stack of layers sees of the input, along one axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cnncalc.arguments import integer, pair

Stage: TypeAlias = Sequence[int | tuple[int, int]]


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """The input that units of one layer see: unit ``i`` sees ``size`` positions from ``start + i * jump`` on.

    A negative ``start`` lies in the padding.
    """

    size: int
    jump: int
    start: int

    def positions(self, unit: int) -> range:
        """Return the input positions between the first and the last that a unit sees.

        >>> ReceptiveField(size=5, jump=2, start=-1).positions(3)
        range(5, 10)
        """
        first = self.start + integer("unit", unit, 0) * self.jump
        return range(first, first + self.size)


def receptive_fields(stages: Sequence[Stage]) -> tuple[ReceptiveField, ...]:
    """Return the receptive field after each of the ``stages``, from the input to the output.

    A stage is ``(kernel, stride, padding, dilation)``, a convolution or a pooling along one axis; those from
    the end may be left out (stride 1, padding 0, dilation 1); padding may be ``(before, after)``. With
    ``dilated = dilation * (kernel - 1) + 1`` each stage gives ``size + (dilated - 1) * jump``,
    ``jump * stride`` and ``start - before * jump``; the input itself has size 1, jump 1, start 0.

    Raises ``ValueError`` if there is no stage, or if one has no kernel, more than four numbers, or a number that
    is not an integer or out of range.

    Source: Araujo, Norris & Sim 2019, "Computing receptive fields of convolutional neural networks",
    equations 1 to 3 (for the left end), Distill.

    >>> [field.size for field in receptive_fields([(3,), (3,), (3,)])]
    [3, 5, 7]
    >>> receptive_fields([(7, 2, 3), (3, 2, 1)])[-1]
    ReceptiveField(size=11, jump=4, start=-5)
    """
    if not isinstance(stages, (tuple, list)) or not stages:
        raise ValueError(f"stages must be a list of (kernel, stride, padding, dilation), got {stages!r}")
    fields = []
    size, jump, start = 1, 1, 0
    for number, stage in enumerate(stages, 1):
        kernel, stride, (before, _), dilation = whole_stage(number, stage)
        size += dilation * (kernel - 1) * jump
        start -= before * jump
        jump *= stride
        fields.append(ReceptiveField(size, jump, start))
    return tuple(fields)


def receptive_field(stages: Sequence[Stage]) -> ReceptiveField:
    """Return the receptive field after the last of the ``stages``; see ``receptive_fields``.

    >>> receptive_field([(3, 1), (2, 2), (3, 1)])
    ReceptiveField(size=8, jump=2, start=0)
    """
    return receptive_fields(stages)[-1]


def whole_stage(number: int, stage: object) -> tuple[int, int, tuple[int, int], int]:
    """Return ``(kernel, stride, (before, after), dilation)`` of the stage that is the ``number``-th.

    >>> whole_stage(1, (3, 2))
    (3, 2, (0, 0), 1)
    """
    if not isinstance(stage, (tuple, list)) or not 1 <= len(stage) <= 4:
        raise ValueError(f"stage {number} must be (kernel, stride, padding, dilation), got {stage!r}")
    kernel, stride, padding, dilation = tuple(stage) + (1, 0, 1)[len(stage) - 1 :]
    try:
        return (
            integer("kernel", kernel, 1),
            integer("stride", stride, 1),
            pair("padding", padding, 0),
            integer("dilation", dilation, 1),
        )
    except ValueError as reason:
        raise ValueError(f"stage {number} {stage!r}: {reason}") from reason
