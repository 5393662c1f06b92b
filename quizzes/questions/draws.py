"""Draws that are ours: from SHA-256, the same for ever, on any machine and on any phone.

NumPy promises its random streams only on the same build. A draw is a number modulo the size of its range. The number
is the first 16 bytes, big-endian, of ``SHA-256("slug\\x1fseed\\x1fname\\x1ftry\\x1findex")`` with index 0. The cells of
a matrix, row by row, take 8 bytes each: four from every digest, of index 0, 1, 2, … The bias is below 2**-40.
"""

from __future__ import annotations

from hashlib import sha256

import numpy as np

from .template import Parameter
from .values import Matrix, Value

MAX_SEED = 2**53 - 1  # the largest integer that every JSON client reads exactly

_CELLS = 4  # cells of a matrix from one digest


def draw(parameter: Parameter, slug: str, seed: int, attempt: int) -> Value:
    """The value of ``parameter`` in the draw number ``attempt`` of the variant ``seed``."""
    start = f"{slug}\x1f{seed}\x1f{parameter.name}\x1f{attempt}\x1f"
    if parameter.shape is not None:
        return _matrix(start, parameter.shape, parameter.low, parameter.high - parameter.low + 1)
    number = int.from_bytes(sha256(f"{start}0".encode()).digest()[:16], "big")
    if parameter.choices:
        return parameter.choices[number % len(parameter.choices)]
    return parameter.low + number % (parameter.high - parameter.low + 1)


def _matrix(start: str, shape: tuple[int, int], low: int, span: int) -> Matrix:
    cells = shape[0] * shape[1]
    digests = [sha256(f"{start}{index}".encode()).digest() for index in range(-(-cells // _CELLS))]
    words = np.frombuffer(b"".join(digests), ">u8")[:cells]
    found: Matrix = ((words % np.uint64(span)).astype(np.int64) + low).reshape(shape)
    found.setflags(write=False)
    return found
