"""Windows as a matrix, and a matrix of windows back into maps."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from cnncalc.arguments import Padding, Pair, RealArray, as_batch, batch_shape, real_array
from cnncalc.sums import as_arithmetic_has_it, magnitude, result_type, working_type
from cnncalc.unrolling import Unrolling, unrolling

WindowsAs: TypeAlias = Literal["columns", "rows"]


def im2col(
    x: ArrayLike,
    kernel: int | Pair,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    windows_as: WindowsAs = "columns",
) -> RealArray:
    """Return the windows of ``x`` ``(N, C, H, W)`` or ``(C, H, W)`` as a matrix, dtype of ``x``.

    ``windows_as="columns"``: shape ``(C * kh * kw, N * Oh * Ow)``, one column per window, ordered by example,
    then output row, then output column; the entries of a column by channel, then row, then column of the
    kernel. ``windows_as="rows"``: its transpose, ``(N * Oh * Ow, C * kh * kw)``. Padding is 0. For the forms
    of the arguments see ``sliding_windows``.

    Raises ``ValueError`` for maps that are not real and rectangular or of another rank, for windows that do
    not fit (see ``output_size``), and for another ``windows_as``.

    Source: Chellapilla, Puri & Simard 2006, "High performance convolutional neural networks for document
    processing", section 3.1; PyTorch documentation of ``Unfold``, which keeps ``N`` as an axis.

    >>> im2col([[[1, 2, 3], [4, 5, 6]]], kernel=2).tolist()
    [[1, 2], [2, 3], [4, 5], [5, 6]]
    >>> im2col([[[1, 2, 3], [4, 5, 6]]], kernel=2, windows_as="rows").tolist()
    [[1, 2, 4, 5], [2, 3, 5, 6]]
    """
    maps = as_batch("x", real_array("x", x))
    plan = unrolling(maps.shape, kernel, stride, padding, dilation)
    if plan.is_small:
        columns = plan.gathered(maps).transpose(1, 0, 2)
    else:
        columns = plan.views(maps).transpose(1, 2, 3, 0, 4, 5).copy()
    matrix = columns.reshape(_columns_shape(len(maps), plan))
    return matrix.T if _as_rows(windows_as) else matrix


@as_arithmetic_has_it
def col2im(
    col: ArrayLike,
    input_shape: tuple[int, ...],
    kernel: int | Pair,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    windows_as: WindowsAs = "columns",
) -> RealArray:
    """Return maps of ``input_shape`` with the sum of the entries of ``col`` that lie on each cell.

    The adjoint of ``im2col``: ``col`` is a matrix as ``im2col`` with the same arguments returns it from maps
    of ``input_shape`` ``(N, C, H, W)`` or ``(C, H, W)``; entries on the padding are dropped. Floating types
    are kept, integers give int64.

    Raises ``ValueError`` for a ``col`` that is not real and rectangular or of another shape than
    ``im2col_shape`` gives, for windows that do not fit, for another ``windows_as``, and for integers whose
    sums int64 may not hold.

    Source: PyTorch documentation of ``Fold``.

    >>> col2im([[1, 2], [2, 3], [4, 5], [5, 6]], (1, 2, 3), kernel=2).tolist()
    [[[1, 4, 3], [4, 10, 6]]]
    """
    entries = real_array("col", col)
    shape = batch_shape("input_shape", input_shape)
    plan = unrolling(shape, kernel, stride, padding, dilation)
    columns_shape = _columns_shape(shape[0], plan)
    as_rows = _as_rows(windows_as)
    expected = columns_shape[::-1] if as_rows else columns_shape
    if entries.shape != expected:
        raise ValueError(f"col must have the shape {expected} for input_shape {input_shape}, got shape {entries.shape}")
    result = result_type(entries)
    working = working_type(result, lambda: plan.height.kernel * plan.width.kernel * magnitude(entries))
    matrices = (entries.T if as_rows else entries).reshape(plan.entries, shape[0], plan.windows).swapaxes(0, 1)
    maps: RealArray = np.empty(shape, result)
    for images in plan.blocks(len(maps)):
        block = matrices[images]

        def part(windows: slice, block: RealArray = block) -> RealArray:
            return block[..., windows]

        maps[images] = plan.folded(len(block), working, part)
    return maps.reshape(input_shape)


def im2col_shape(
    input_shape: tuple[int, ...],
    kernel: int | Pair,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    windows_as: WindowsAs = "columns",
) -> tuple[int, int]:
    """Return the shape of ``im2col`` of maps of ``input_shape`` ``(N, C, H, W)`` or ``(C, H, W)``.

    Raises ``ValueError`` as ``im2col`` does, and for a shape of another form.

    >>> im2col_shape((3, 28, 28), 5), im2col_shape((2, 3, 28, 28), 5, windows_as="rows")
    ((75, 576), (1152, 75))
    """
    shape = batch_shape("input_shape", input_shape)
    entries, windows = _columns_shape(shape[0], unrolling(shape, kernel, stride, padding, dilation))
    return (windows, entries) if _as_rows(windows_as) else (entries, windows)


def im2col_expansion(
    input_shape: tuple[int, ...],
    kernel: int | Pair,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
) -> Fraction:
    """Return how many times as many numbers ``im2col`` holds as maps of ``input_shape``.

    Raises ``ValueError`` as ``im2col_shape`` does.

    >>> im2col_expansion((1, 4, 4), 3), im2col_expansion((64, 56, 56), 3, padding=1)
    (Fraction(9, 4), Fraction(9, 1))
    """
    return Fraction(prod(im2col_shape(input_shape, kernel, stride, padding, dilation)), prod(input_shape))


def _columns_shape(images: int, plan: Unrolling) -> tuple[int, int]:
    return plan.entries, images * plan.windows


def _as_rows(windows_as: object) -> bool:
    if not isinstance(windows_as, str) or windows_as not in ("columns", "rows"):
        raise ValueError(f'windows_as must be "columns" or "rows", got {windows_as!r}')
    return windows_as == "rows"
