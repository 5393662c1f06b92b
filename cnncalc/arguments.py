"""What a caller may pass: integers, pairs, paddings and maps, checked once and brought into one form."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Pair: TypeAlias = tuple[int, int]
Padding: TypeAlias = int | tuple[int | Pair, int | Pair]
RealArray: TypeAlias = NDArray[np.integer | np.floating]


def integer(name: str, value: object, minimum: int) -> int:
    """Return ``value`` as an ``int``; ``ValueError`` if it is no integer, a bool, or below ``minimum``.

    >>> integer("stride", np.int64(2), 1)
    2
    """
    if type(value) is not int:
        if not isinstance(value, (int, np.integer)) or isinstance(value, bool):
            raise ValueError(f"{name} must be an integer, got {value!r}")
        value = int(value)
    if value < minimum:
        raise ValueError(f"{name} must be at least {minimum}, got {value}")
    return value


def flag(name: str, value: object) -> bool:
    """Return ``value`` as a ``bool``; ``ValueError`` for anything else.

    Numbers are refused because the positions of the flags differ between similar functions: a dilation in the
    place of ``ceil_mode`` would otherwise be a silent mistake.
    """
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def pair(name: str, value: object, minimum: int) -> Pair:
    """Return two integers from one integer (used twice) or from a pair; ``ValueError`` for anything else.

    >>> pair("kernel", 3, 1), pair("kernel", [3, 5], 1)
    ((3, 3), (3, 5))
    """
    if not isinstance(value, (tuple, list)):
        number = integer(name, value, minimum)
        return number, number
    if len(value) != 2:
        raise ValueError(f"{name} must be an integer or a pair of integers, got {value!r}")
    return integer(name, value[0], minimum), integer(name, value[1], minimum)


def paddings(value: object) -> tuple[Pair, Pair]:
    """Return ``((top, bottom), (left, right))`` from an integer, ``(ph, pw)`` or the full form.

    >>> paddings((1, 2)), paddings(((0, 1), (2, 3)))
    (((1, 1), (2, 2)), ((0, 1), (2, 3)))
    """
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(f"padding must be an integer or a pair for (height, width), got {value!r}")
        height, width = value
    else:
        height = width = value
    return pair("padding", height, 0), pair("padding", width, 0)


def distinct_pair(name: str, value: object) -> int | Pair:
    """Return an ``int`` as it is, unchecked, and anything else as a checked pair.

    The result equals no other argument, as ``True`` and 1.0 would equal 1: it may be the key of a memory.

    >>> distinct_pair("stride", 2), distinct_pair("stride", [1, 2])
    (2, (1, 2))
    """
    return value if type(value) is int else pair(name, value, 0)


def real_array(name: str, x: ArrayLike) -> RealArray:
    """Return ``x`` as an integer or floating array; ``ValueError`` if it is ragged, of another type or empty.

    >>> real_array("x", [1, 2]).tolist()
    [1, 2]
    """
    try:
        array: RealArray = np.asarray(x)
    except ValueError as reason:
        raise ValueError(f"{name} must be a rectangular array: {reason}") from reason
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name} must hold integers or floating-point numbers, got dtype {array.dtype}")
    if 0 in array.shape:
        raise ValueError(f"{name} must not have an empty axis, got shape {array.shape}")
    return array


def real_maps(x: ArrayLike) -> RealArray:
    """Return ``x`` as an integer or floating array of shape ``(..., H, W)``.

    ``ValueError`` if it is ragged, of another type, has fewer than two axes or an empty axis.
    """
    maps = real_array("x", x)
    if maps.ndim < 2:
        raise ValueError(f"x must have the shape (..., H, W), got shape {maps.shape}")
    return maps


def as_batch(name: str, maps: RealArray) -> RealArray:
    """Return maps of one example ``(C, H, W)`` as ``(1, C, H, W)``, a batch as it is; ``ValueError`` for others.

    >>> as_batch("x", np.ones((3, 8, 8))).shape
    (1, 3, 8, 8)
    """
    if maps.ndim == 4:
        return maps
    if maps.ndim != 3:
        raise ValueError(f"{name} must have the shape (C, H, W) or (N, C, H, W), got shape {maps.shape}")
    return maps[np.newaxis]


def batch_shape(name: str, value: object) -> tuple[int, int, int, int]:
    """Return the shape ``(C, H, W)`` or ``(N, C, H, W)`` as ``(N, C, H, W)``; ``ValueError`` for anything else.

    >>> batch_shape("input_shape", [3, 8, 8])
    (1, 3, 8, 8)
    """
    if not isinstance(value, (tuple, list)) or len(value) not in (3, 4):
        raise ValueError(f"{name} must be (C, H, W) or (N, C, H, W), got {value!r}")
    sizes = [integer(f"an axis of {name} {value}", size, 1) for size in value]
    channels, height, width = sizes[-3:]
    return (sizes[0] if len(sizes) == 4 else 1), channels, height, width
