"""Layers of single values: what they make of ``(n,)``, and how maps become such a row."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from cnncalc import counts
from cnncalc.layers.layer import Layer, settle
from cnncalc.shapes import Shape, example_shape


@dataclass(frozen=True, slots=True)
class Linear(Layer):
    """A fully connected layer: ``(in_features,)`` to ``(out_features,)``.

    Raises ``ValueError`` when created with impossible arguments.

    >>> Linear(400, 120).output_shape((400,)), Linear(400, 120).parameter_count(), Linear(400, 120).macs((400,))
    ((120,), 48120, 48000)
    """

    in_features: int
    out_features: int
    bias: bool = True

    def __post_init__(self) -> None:
        self.parameter_count()
        settle(self, in_features=int(self.in_features), out_features=int(self.out_features), bias=bool(self.bias))

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return ``(out_features,)``; ``ValueError`` unless ``input_shape`` is ``(in_features,)``."""
        if example_shape("Linear", input_shape) != (self.in_features,):
            raise ValueError(f"Linear needs the shape ({self.in_features},), got shape {input_shape}")
        return (self.out_features,)

    def parameter_count(self) -> int:
        """Return the number of weights and biases."""
        return counts.linear_parameter_count(self.in_features, self.out_features, self.bias)

    def macs(self, input_shape: Shape) -> int:
        """Return ``in * out``; ``ValueError`` as ``output_shape``."""
        self.output_shape(input_shape)
        return counts.linear_macs(self.in_features, self.out_features)


@dataclass(frozen=True, slots=True)
class Flatten(Layer):
    """All values in one row: ``(C, H, W)`` to ``(C * H * W,)``.

    >>> Flatten().output_shape((16, 5, 5))
    (400,)
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the one size; ``ValueError`` for a shape without axes or with an axis below 1."""
        return (prod(example_shape("Flatten", input_shape)),)
