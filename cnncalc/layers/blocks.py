"""Layers made of layers: one after the other, and in branches that meet again."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cnncalc.layers.elementwise import Activation
from cnncalc.layers.layer import Layer, settle
from cnncalc.shapes import Shape, example_shape

Part: TypeAlias = Layer | tuple[str, Layer]
"""A layer, or a label and a layer. Layers without a label are named by their number in the block, from 0."""


@dataclass(frozen=True, slots=True)
class Row:
    """One layer inside of a block, or the place where branches meet; ``name`` is its dotted path."""

    name: str
    kind: str
    input_shape: Shape
    output_shape: Shape
    parameter_count: int
    non_trainable_count: int
    macs: int

    @property
    def depth(self) -> int:
        """The number of names before the layer's own."""
        return self.name.count(".")


class Block(Layer):
    """A layer whose numbers are those of the layers inside. One that stands there twice counts twice."""

    __slots__ = ()

    @abstractmethod
    def branches_by_name(self) -> tuple[tuple[str, Sequence[Part]], ...]:
        """Return the layers of every branch, in the order of calculation."""

    @abstractmethod
    def joined(self, shapes: Sequence[Shape]) -> Shape:
        """Return the shape made of those that come out of the branches; ``ValueError`` if they do not fit."""

    def rows(self, input_shape: Shape, name: str = "") -> tuple[Row, ...]:
        """Return a row for every layer inside, and one for every place where branches meet.

        Raises ``ValueError`` if a shape does not fit, with the name of the layer and its input shape.
        """
        return tuple(_block_rows(self, name, example_shape(type(self).__name__, input_shape))[0])

    def output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape that comes out; ``ValueError`` as ``rows``."""
        return _block_rows(self, "", example_shape(type(self).__name__, input_shape))[1]

    def parameter_count(self) -> int:
        """Return the sum over the layers inside."""
        return sum(layer.parameter_count() for layer in self._inside())

    def non_trainable_count(self) -> int:
        """Return the sum over the layers inside."""
        return sum(layer.non_trainable_count() for layer in self._inside())

    def macs(self, input_shape: Shape) -> int:
        """Return the sum over the layers inside; ``ValueError`` as ``rows``."""
        return sum(row.macs for row in self.rows(input_shape))

    def _inside(self) -> Iterator[Layer]:
        for _, parts in self.branches_by_name():
            for part in parts:
                yield part[1] if isinstance(part, tuple) else part


@dataclass(frozen=True, slots=True)
class Sequential(Block):
    """Layers one after the other; without any, the input itself.

    Raises ``ValueError`` when created with parts that are not layers or with impossible labels.

    >>> from cnncalc import Flatten, Linear
    >>> head = Sequential([Flatten(), ("fc", Linear(12, 5))])
    >>> head.output_shape((3, 2, 2)), head.parameter_count()
    ((5,), 65)
    """

    layers: Sequence[Part] = ()

    def __post_init__(self) -> None:
        settle(self, layers=checked_parts("layers", self.layers))

    def branches_by_name(self) -> tuple[tuple[str, Sequence[Part]], ...]:
        """Return the layers as one branch without a name."""
        return (("", self.layers),)

    def joined(self, shapes: Sequence[Shape]) -> Shape:
        """Return the only shape."""
        return shapes[0]


@dataclass(frozen=True, slots=True)
class Residual(Block):
    """The sum of ``main`` and ``shortcut``, layers one after the other; an empty shortcut is the input itself.

    Raises ``ValueError`` when created with parts that are not layers or with impossible labels.

    Source: He et al. 2016, "Deep residual learning for image recognition", formulas 1 and 2.

    >>> from cnncalc import Conv2d
    >>> block = Residual([Conv2d(8, 8, 3, padding=1), Conv2d(8, 8, 3, padding=1)])
    >>> block.output_shape((8, 5, 5)), block.parameter_count()
    ((8, 5, 5), 1168)
    """

    main: Sequence[Part]
    shortcut: Sequence[Part] = ()

    def __post_init__(self) -> None:
        settle(self, main=checked_parts("main", self.main), shortcut=checked_parts("shortcut", self.shortcut))

    def branches_by_name(self) -> tuple[tuple[str, Sequence[Part]], ...]:
        """Return both branches."""
        return ("main", self.main), ("shortcut", self.shortcut)

    def joined(self, shapes: Sequence[Shape]) -> Shape:
        """Return the shape of both; ``ValueError`` if they differ."""
        main, shortcut = shapes
        if main != shortcut:
            raise ValueError(f"a sum needs equal shapes, got main {main} and shortcut {shortcut}")
        return main


@dataclass(frozen=True, slots=True)
class Concatenation(Block):
    """The channels of all ``branches`` one after the other; an empty branch is the input itself.

    Raises ``ValueError`` when created without branches, with parts that are not layers or with impossible labels.

    Source: Huang et al. 2017, "Densely connected convolutional networks", formula 2.

    >>> from cnncalc import Conv2d
    >>> Concatenation([[], [Conv2d(8, 4, 3, padding=1)]]).output_shape((8, 5, 5))
    (12, 5, 5)
    """

    branches: Sequence[Sequence[Part]]

    def __post_init__(self) -> None:
        if not isinstance(self.branches, (tuple, list)) or not self.branches:
            raise ValueError(f"branches must be one or more lists of layers, got {self.branches!r}")
        settle(self, branches=tuple(checked_parts(f"branch {n}", branch) for n, branch in enumerate(self.branches)))

    def branches_by_name(self) -> tuple[tuple[str, Sequence[Part]], ...]:
        """Return the branches, named by their numbers from 0."""
        return tuple((str(n), branch) for n, branch in enumerate(self.branches))

    def joined(self, shapes: Sequence[Shape]) -> Shape:
        """Return the shape with the channels of all; ``ValueError`` if they differ in anything else."""
        if any(shape[1:] != shapes[0][1:] for shape in shapes):
            raise ValueError(
                f"a concatenation needs shapes that differ in channels only, got {', '.join(map(str, shapes))}"
            )
        return sum(shape[0] for shape in shapes), *shapes[0][1:]


def checked_parts(name: str, parts: object) -> tuple[Part, ...]:
    """Return ``parts`` as a tuple; ``ValueError`` for anything that is no layer or a label that is not unique."""
    if not isinstance(parts, (tuple, list)):
        raise ValueError(f"{name} must be a list of layers, got {parts!r}")
    checked: list[Part] = []
    for part in parts:
        if isinstance(part, (tuple, list)) and len(part) == 2 and isinstance(part[0], str):
            label, layer = part
            if not label or "." in label:
                raise ValueError(f"{name}: a label must not be empty or hold a dot, got {label!r}")
            checked.append((label, layer))
        else:
            layer = part
            checked.append(layer)
        if not isinstance(layer, Layer) or isinstance(layer, type):
            raise ValueError(f"{name} must hold layers or pairs of a label and a layer, got {part!r}")
    names = [label for label, _ in _named(checked)]
    if len(set(names)) < len(names):
        raise ValueError(f"{name}: every name must be there once, got {', '.join(names)}")
    return tuple(checked)


def _named(parts: Sequence[Part]) -> list[tuple[str, Layer]]:
    return [part if isinstance(part, tuple) else (str(number), part) for number, part in enumerate(parts)]


def _block_rows(block: Block, name: str, input_shape: Shape) -> tuple[list[Row], Shape]:
    rows: list[Row] = []
    outputs = []
    for branch, parts in block.branches_by_name():
        shape = input_shape
        for own, layer in _named(parts):
            path = ".".join(filter(None, (name, branch, own)))
            inner, shape = _rows(layer, path, shape)
            rows += inner
        outputs.append(shape)
    kind = type(block).__name__
    try:
        joined = block.joined(outputs)
    except ValueError as reason:
        raise ValueError(f"{_place(name, kind, input_shape)}: {reason}") from reason
    if not isinstance(block, Sequential):
        rows.append(Row(name, kind, input_shape, joined, 0, 0, 0))
    return rows, joined


def _rows(layer: Layer, name: str, input_shape: Shape) -> tuple[list[Row], Shape]:
    if isinstance(layer, Block):
        return _block_rows(layer, name, input_shape)
    kind = layer.name if isinstance(layer, Activation) else type(layer).__name__
    try:
        output = layer.output_shape(input_shape)
        macs = layer.macs(input_shape)
    except ValueError as reason:
        raise ValueError(f"{_place(name, kind, input_shape)}: {reason}") from reason
    row = Row(name, kind, input_shape, output, layer.parameter_count(), layer.non_trainable_count(), macs)
    return [row], output


def _place(name: str, kind: str, input_shape: Shape) -> str:
    return (
        f"layer {name!r} ({kind}) with input shape {input_shape}" if name else f"{kind} with input shape {input_shape}"
    )
