"""The arguments of the command line: texts into numbers, shapes and maps."""

from __future__ import annotations

import json
import math
import sys
from argparse import ArgumentTypeError
from typing import Any

import numpy as np

from cnncalc.arguments import Padding, Pair, RealArray
from cnncalc.receptive import Stage


def size(text: str) -> int | Pair:
    """Read ``28`` or ``28x32`` (height × width).

    >>> size("28"), size("28x32")
    (28, (28, 32))
    """
    sizes = shape(text)
    if len(sizes) > 2:
        raise ArgumentTypeError(f"{text!r} is neither an integer nor HEIGHTxWIDTH")
    return sizes[0] if len(sizes) == 1 else (sizes[0], sizes[1])


def shape(text: str) -> tuple[int, ...]:
    """Read ``3x224x224``.

    >>> shape("3x224x224")
    (3, 224, 224)
    """
    return tuple(_integer(part, text) for part in text.lower().replace("×", "x").split("x"))


def padding(text: str) -> Padding:
    """Read ``1``, ``1x2`` (height × width), or ``0,1`` (before and after) in the place of each.

    >>> padding("1"), padding("1x2"), padding("0,1"), padding("0,1x2")
    (1, (1, 2), ((0, 1), (0, 1)), ((0, 1), 2))
    """
    axes = [_sides(part, text) for part in text.lower().replace("×", "x").split("x")]
    if len(axes) > 2:
        raise ArgumentTypeError(f"{text!r} has more than two axes")
    if len(axes) == 2:
        return axes[0], axes[1]
    return axes[0] if isinstance(axes[0], int) else (axes[0], axes[0])


def stage(text: str) -> Stage:
    """Read ``KERNEL,STRIDE,PADDING,DILATION``, of which those at the end may be left out.

    >>> stage("7,2,3")
    (7, 2, 3)
    """
    return tuple(_integer(part, text) for part in text.split(","))


def power(text: str) -> float:
    """Read the p of Lp pooling: a number or ``inf``.

    >>> power("3"), power("inf")
    (3, inf)
    """
    try:
        value = float(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a number") from None
    return int(value) if math.isfinite(value) and value == int(value) else value


def numbers(text: str) -> RealArray:
    """Read a matrix ``1 2; 3 4``, nested JSON lists of any depth, or ``-`` for either from the standard input.

    >>> numbers("1 2; 3 4").tolist(), numbers("[[[1, 0.5]]]").tolist()
    ([[1, 2], [3, 4]], [[[1.0, 0.5]]])
    """
    source = sys.stdin.read() if text == "-" else text
    try:
        array: RealArray = np.array(json.loads(source) if source.lstrip().startswith("[") else _rows(source))
    except ValueError:
        raise ArgumentTypeError(
            f"{source!r} is not a matrix such as '1 2; 3 4', with as many numbers in every row"
        ) from None
    if array.dtype.kind not in "iuf":
        raise ArgumentTypeError(f"{source!r} holds something else than numbers")
    return array


def _rows(source: str) -> list[list[int | float]]:
    rows = [row.replace(",", " ").split() for row in source.replace("\n", ";").split(";")]
    return [[_number(cell) for cell in row] for row in rows if row]


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def _sides(text: str, whole: str) -> int | Pair:
    sides = [_integer(part, whole) for part in text.split(",")]
    if len(sides) > 2:
        raise ArgumentTypeError(f"{whole!r} has more than two sides on one axis")
    return sides[0] if len(sides) == 1 else (sides[0], sides[1])


def _integer(text: str, whole: str) -> Any:
    try:
        return int(text)
    except ValueError:
        raise ArgumentTypeError(f"{whole!r} holds {text!r}, which is no integer") from None
