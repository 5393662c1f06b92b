"""What the gradients of all poolings share."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncalc.arguments import RealArray, flag, real_array
from cnncalc.pooling.argmax import Indices
from cnncalc.pooling.mean import MeanArray, fractions
from cnncalc.sums import float_type, float_working_type, magnitude, result_type


def output_gradient(dy: ArrayLike, shape: tuple[int, ...]) -> RealArray:
    """Return ``dy`` as an array; ``ValueError`` unless it has exactly the ``shape`` of the output.

    >>> output_gradient([[1, 2]], (1, 2)).shape
    (1, 2)
    """
    gradient = real_array("dy", dy)
    if gradient.shape != shape:
        raise ValueError(f"dy must have the shape of the output {shape}, got shape {gradient.shape}")
    return gradient


def scattered(gradient: RealArray, indices: Indices, shape: tuple[int, ...]) -> RealArray:
    """Return zeros of ``shape`` ``(..., H, W)`` with every value of ``gradient`` added where its index says.

    Integers give exact int64; ``ValueError`` if a sum exceeds it.

    >>> scattered(np.array([[1, 2]]), np.array([[1, 1]]), (1, 3)).tolist()
    [[0, 3, 0]]
    """
    cells = shape[-2] * shape[-1]
    count = int(np.prod(shape[:-2], dtype=np.int64))
    result = result_type(gradient)
    working: np.dtype[np.generic] = result
    if gradient.dtype.kind == "f":
        working = float_working_type(float_type(gradient))
    elif magnitude(gradient) * (gradient.size // count) > np.iinfo(np.int64).max:
        working = np.dtype(object)
    total = np.zeros(count * cells, dtype=working)
    places = indices.reshape(count, -1) + np.arange(count)[:, np.newaxis] * cells
    np.add.at(total, places.ravel(), gradient.ravel().astype(working, copy=False))
    try:
        return total.astype(result, copy=False).reshape(shape)
    except OverflowError as reason:
        raise ValueError(f"a sum of dy does not fit int64: {max(total, key=abs)}") from reason


def mean_shares(gradient: RealArray, counts: NDArray[np.intp], exact: bool) -> MeanArray:
    """Return ``gradient / counts``, the part of every cell of a window: floats, or with ``exact`` fractions.

    ``ValueError`` for ``exact`` with a ``gradient`` that does not hold integers.

    >>> mean_shares(np.array([[1, 2]]), np.array([[4, 4]]), False).tolist()
    [[0.25, 0.5]]
    """
    if flag("exact", exact):
        if gradient.dtype.kind == "f":
            raise ValueError(f"exact=True needs integers, got dtype {gradient.dtype}")
        return np.asarray(fractions(gradient.astype(object), counts.astype(object)), dtype=object)
    working = float_working_type(float_type(gradient))
    return np.asarray(gradient.astype(working, copy=False) / counts.astype(working))
