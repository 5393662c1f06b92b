"""The gradients of adaptive and global pooling."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncalc.arguments import Pair, RealArray, real_maps
from cnncalc.pooling.adaptive import Spans, adaptive_axes, adaptive_divisors, max_indices
from cnncalc.pooling.gradients import mean_shares, output_gradient, scattered
from cnncalc.pooling.mean import MeanArray
from cnncalc.pooling.reduction import Scalar, along
from cnncalc.sums import as_arithmetic_has_it


@as_arithmetic_has_it
def adaptive_mean_pool2d_backward(dy: ArrayLike, x: ArrayLike, output: int | Pair, *, exact: bool = False) -> MeanArray:
    """Return the gradient of ``adaptive_mean_pool2d`` with respect to ``x``, shape of ``x`` ``(..., H, W)``.

    Shares, types and ``exact`` as in ``mean_pool2d_backward``. Raises ``ValueError`` as ``adaptive_mean_pool2d``
    does, for a ``dy`` of another shape than the output, and for ``exact`` with a ``dy`` that does not hold integers.

    Source: PyTorch documentation of ``AdaptiveAvgPool2d`` (its gradient).

    >>> adaptive_mean_pool2d_backward([[2, 3, 4]], [[1, 2, 3, 4, 5]], (1, 3)).tolist()
    [[1.0, 2.0, 1.0, 3.0, 2.0]]
    """
    maps = real_maps(x)
    rows, columns = adaptive_axes(maps.shape, output)
    return _mean_backward(dy, maps, (*maps.shape[:-2], len(rows), len(columns)), rows, columns, exact)


@as_arithmetic_has_it
def adaptive_max_pool2d_backward(dy: ArrayLike, x: ArrayLike, output: int | Pair) -> RealArray:
    """Return the gradient of ``adaptive_max_pool2d`` with respect to ``x``, shape of ``x`` ``(..., H, W)``.

    Ties and types as in ``max_pool2d_backward``. Raises ``ValueError`` as ``adaptive_max_pool2d`` does, for a
    ``dy`` of another shape than the output, and if a sum of integers exceeds int64.

    Source: PyTorch documentation of ``AdaptiveMaxPool2d`` (its gradient).

    >>> adaptive_max_pool2d_backward([[2, 3, 4]], [[1, 2, 3, 2, 3]], (1, 3)).tolist()
    [[0, 2, 3, 0, 4]]
    """
    maps = real_maps(x)
    rows, columns = adaptive_axes(maps.shape, output)
    gradient = output_gradient(dy, (*maps.shape[:-2], len(rows), len(columns)))
    return scattered(gradient, max_indices(maps, rows, columns), maps.shape)


@as_arithmetic_has_it
def global_mean_pool2d_backward(dy: ArrayLike, x: ArrayLike, *, exact: bool = False) -> MeanArray:
    """Return the gradient of ``global_mean_pool2d`` with respect to ``x``, shape of ``x`` ``(..., H, W)``.

    Every cell of a map takes ``dy / (H * W)``; ``dy`` has the shape ``(...,)``. Types and ``exact`` as in
    ``mean_pool2d_backward``. Raises ``ValueError`` as ``global_mean_pool2d`` does, for a ``dy`` of another shape
    than the output, and for ``exact`` with a ``dy`` that does not hold integers.

    Source: the derivative of the mean.

    >>> global_mean_pool2d_backward([8], [[[1, 2], [3, 4]]]).tolist()
    [[[2.0, 2.0], [2.0, 2.0]]]
    """
    maps = real_maps(x)
    return _mean_backward(dy, maps, maps.shape[:-2], *adaptive_axes(maps.shape, 1), exact)


@as_arithmetic_has_it
def global_max_pool2d_backward(dy: ArrayLike, x: ArrayLike) -> RealArray:
    """Return the gradient of ``global_max_pool2d`` with respect to ``x``, shape of ``x`` ``(..., H, W)``.

    The first maximum of a map, or its last NaN, takes ``dy``, which has the shape ``(...,)``. Types as in
    ``max_pool2d_backward``. Raises ``ValueError`` as ``global_max_pool2d`` does, and for a ``dy`` of another shape
    than the output.

    Source: PyTorch documentation of ``AdaptiveMaxPool2d`` with output 1 (its gradient).

    >>> global_max_pool2d_backward([5], [[[1, 4], [4, 0]]]).tolist()
    [[[0, 5], [0, 0]]]
    """
    maps = real_maps(x)
    gradient = output_gradient(dy, maps.shape[:-2])
    return scattered(gradient, max_indices(maps, *adaptive_axes(maps.shape, 1)), maps.shape)


def _mean_backward(
    dy: ArrayLike, maps: RealArray, shape: tuple[int, ...], rows: Spans, columns: Spans, exact: bool
) -> MeanArray:
    gradient = output_gradient(dy, shape).reshape(*maps.shape[:-2], len(rows), len(columns))
    shares = mean_shares(gradient, adaptive_divisors(rows, columns), exact)
    spread = _spread(_spread(shares, -1, columns, maps.shape[-1]), -2, rows, maps.shape[-2])
    return spread.astype(gradient.dtype if gradient.dtype.kind == "f" else shares.dtype, copy=False)


def _spread(y: NDArray[Scalar], position: int, spans: Spans, size: int) -> NDArray[Scalar]:
    shape = list(y.shape)
    shape[position] = size
    total = np.full(shape, Fraction(0) if y.dtype == np.object_ else 0, dtype=y.dtype)
    for i, cells in enumerate(spans):
        total[along(position, cells)] += y[along(position, slice(i, i + 1))]
    return total
