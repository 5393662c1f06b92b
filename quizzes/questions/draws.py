"""Draws that are ours: from SHA-256, the same for ever, on any machine and on any phone.

NumPy promises its random streams only on the same build. A number is the first 16 bytes, big-endian, of
``SHA-256("slug\\x1fseed\\x1fname\\x1ftry\\x1findex")`` modulo the size of the range; the bias is below 2**-90.
"""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from .template import Parameter
from .values import Value, matrix

MAX_SEED = 2**53 - 1  # the largest integer that every JSON client reads exactly


def draw(parameter: Parameter, slug: str, seed: int, attempt: int) -> Value:
    """The value of ``parameter`` in the draw number ``attempt`` of the variant ``seed``."""
    start = f"{slug}\x1f{seed}\x1f{parameter.name}\x1f{attempt}\x1f"
    if parameter.choices:
        return parameter.choices[number(start, 0, len(parameter.choices))]
    span = parameter.high - parameter.low + 1
    if parameter.shape is None:
        return parameter.low + number(start, 0, span)
    rows, columns = parameter.shape
    cells = [parameter.low + number(start, index, span) for index in range(rows * columns)]
    return matrix(np.array(cells, dtype=np.int64).reshape(rows, columns))


def number(start: str, index: int, size: int) -> int:
    """A whole number in ``range(size)`` from the text ``start`` and an index."""
    return int.from_bytes(sha256(f"{start}{index}".encode()).digest()[:16], "big") % size
