"""What every layer can tell."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol, runtime_checkable

from cnncalc.shapes import Shape


@runtime_checkable
class Layer(Protocol):
    """A layer as data, for one example without the batch; a layer without weights need only give its shape.

    Layers are frozen dataclasses in PyTorch's vocabulary. Arguments are checked when a layer is created and kept
    in one form (``kernel=3`` as ``(3, 3)``), so that equal layers are equal and every layer can be hashed.
    """

    __slots__ = ()

    @abstractmethod
    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape that comes out; ``ValueError`` for a shape that does not fit the layer."""

    def parameter_count(self) -> int:
        """Return the number of trained weights, biases, scales and shifts."""
        return 0

    def non_trainable_count(self) -> int:
        """Return the number of values that are kept but not trained: running means and variances."""
        return 0

    def macs(self, input_shape: Shape) -> int:
        """Return the multiplications for one example, as ``cnncalc.counts`` counts them.

        Raises ``ValueError`` for a shape that does not fit the layer.
        """
        self.output_shape(input_shape)
        return 0


def settle(layer: Layer, **values: object) -> None:
    """Set checked values in a frozen layer that is being created."""
    for name, value in values.items():
        object.__setattr__(layer, name, value)
