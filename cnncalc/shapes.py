"""Shapes of one example, without the batch: ``(C, H, W)`` or ``(n,)``."""

from __future__ import annotations

from typing import TypeAlias

from cnncalc.arguments import integer

Shape: TypeAlias = tuple[int, ...]


def example_shape(name: str, shape: object) -> Shape:
    """Return ``shape`` as a tuple of ``int``; ``ValueError`` if it has no axes or one that is below 1.

    >>> example_shape("Flatten", [16, 5, 5])
    (16, 5, 5)
    """
    if not isinstance(shape, (tuple, list)) or not shape:
        raise ValueError(f"{name} needs the shape of one example, got {shape!r}")
    return tuple(integer(f"an axis of shape {shape}", size, 1) for size in shape)


def maps_shape(name: str, shape: object) -> tuple[int, int, int]:
    """Return ``shape`` as ``(C, H, W)``; ``ValueError`` if it is of another form.

    >>> maps_shape("Conv2d", (3, 28, 28))
    (3, 28, 28)
    """
    sizes = example_shape(name, shape)
    if len(sizes) != 3:
        raise ValueError(f"{name} needs the shape (C, H, W), got shape {shape}")
    return sizes[0], sizes[1], sizes[2]
