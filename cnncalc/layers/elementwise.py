"""Layers that keep the shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from cnncalc import counts
from cnncalc.arguments import integer
from cnncalc.layers.layer import Layer, settle
from cnncalc.shapes import Shape, example_shape, maps_shape

ActivationName: TypeAlias = Literal[
    "ELU", "GELU", "Hardswish", "LeakyReLU", "ReLU", "ReLU6", "SELU", "SiLU", "Sigmoid", "Softplus", "Tanh"
]


@dataclass(frozen=True, slots=True)
class Activation(Layer):
    """A function of every value by itself, without parameters: a name of PyTorch's, such as ``"ReLU"``.

    Raises ``ValueError`` when created with another name.

    >>> Activation("ReLU").output_shape((64, 55, 55))
    (64, 55, 55)
    """

    name: ActivationName

    def __post_init__(self) -> None:
        if self.name not in get_args(ActivationName):
            raise ValueError(f"activation must be one of {', '.join(get_args(ActivationName))}, got {self.name!r}")

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return ``input_shape``; ``ValueError`` if it has no axes or one below 1."""
        return example_shape(self.name, input_shape)


@dataclass(frozen=True, slots=True)
class BatchNorm2d(Layer):
    """Batch normalisation of ``(channels, H, W)``, with a trained scale and shift for every channel.

    Raises ``ValueError`` when created with impossible arguments.

    >>> norm = BatchNorm2d(64)
    >>> norm.output_shape((64, 7, 7)), norm.parameter_count(), norm.non_trainable_count()
    ((64, 7, 7), 128, 128)
    """

    channels: int

    def __post_init__(self) -> None:
        settle(self, channels=integer("channels", self.channels, 1))

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return ``input_shape``; ``ValueError`` unless it is ``(channels, H, W)``."""
        shape = maps_shape("BatchNorm2d", input_shape)
        if shape[0] != self.channels:
            raise ValueError(f"BatchNorm2d needs {self.channels} channels, got shape {input_shape}")
        return shape

    def parameter_count(self) -> int:
        """Return the number of scales and shifts."""
        return counts.batch_norm_parameter_count(self.channels)

    def non_trainable_count(self) -> int:
        """Return the number of running means and variances."""
        return 2 * self.channels


@dataclass(frozen=True, slots=True)
class Softmax(Layer):
    """Probabilities along the first axis: the classes of ``(n,)``, the channels of ``(C, H, W)``.

    >>> Softmax().output_shape((10,))
    (10,)
    """

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return ``input_shape``; ``ValueError`` if it has no axes or one below 1."""
        return example_shape("Softmax", input_shape)


@dataclass(frozen=True, slots=True)
class Dropout(Layer):
    """Values dropped with probability ``p`` during training.

    Raises ``ValueError`` when created with ``p`` that is no number from 0 to 1.

    >>> Dropout(0.5).output_shape((4096,))
    (4096,)
    """

    p: float = 0.5

    def __post_init__(self) -> None:
        if isinstance(self.p, bool) or not isinstance(self.p, (int, float)) or not 0 <= self.p <= 1:
            raise ValueError(f"p must be a number from 0 to 1, got {self.p!r}")

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return ``input_shape``; ``ValueError`` if it has no axes or one below 1."""
        return example_shape("Dropout", input_shape)
