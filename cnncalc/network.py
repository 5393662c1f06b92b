"""What a network adds up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnncalc.layers.blocks import Part, Row, Sequential
from cnncalc.shapes import Shape


@dataclass(frozen=True, slots=True)
class Summary:
    """The rows of a network in the order of calculation, and the sums of their counts."""

    rows: tuple[Row, ...]
    input_shape: Shape
    output_shape: Shape
    parameter_count: int
    non_trainable_count: int
    macs: int


def summarize(layers: Sequence[Part], input_shape: Shape) -> Summary:
    """Return the shapes and counts of ``layers`` one after the other, for one example of ``input_shape``.

    A layer may be labelled by a pair ``("conv1", layer)``. The layers inside of a block (``Sequential``,
    ``Residual``, ``Concatenation``) have rows of their own; where the branches of a block meet there is one
    more, without counts. A layer that stands there twice counts twice: nothing is shared.

    Raises ``ValueError`` if a shape does not fit, with the name of the layer and its input shape; for parts that
    are not layers; and for labels that are empty, hold a dot or stand there twice in one block.

    >>> from cnncalc import Activation, Conv2d, Flatten, Linear, MaxPool2d
    >>> layers = [("conv", Conv2d(1, 6, 5)), Activation("ReLU"), MaxPool2d(2), Flatten(), ("fc", Linear(864, 10))]
    >>> summary = summarize(layers, (1, 28, 28))
    >>> [(row.name, row.kind, row.output_shape) for row in summary.rows[:3]]
    [('conv', 'Conv2d', (6, 24, 24)), ('1', 'ReLU', (6, 24, 24)), ('2', 'MaxPool2d', (6, 12, 12))]
    >>> summary.output_shape, summary.parameter_count, summary.macs
    ((10,), 8806, 95040)
    """
    network = Sequential(layers)
    rows = network.rows(input_shape)
    return Summary(
        rows,
        input_shape=tuple(map(int, input_shape)),
        output_shape=rows[-1].output_shape if rows else tuple(map(int, input_shape)),
        parameter_count=sum(row.parameter_count for row in rows),
        non_trainable_count=sum(row.non_trainable_count for row in rows),
        macs=sum(row.macs for row in rows),
    )
