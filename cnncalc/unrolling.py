"""Windows as the columns of matrices, and their sum back into maps, in bands that a cache holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from types import EllipsisType

import numpy as np
from numpy.typing import NDArray

from cnncalc.arguments import Padding, Pair, RealArray, distinct_pair, paddings
from cnncalc.geometry import WindowAxis, window_axes
from cnncalc.sums import RealType
from cnncalc.windows import windows_of

BAND_NUMBERS = 2**20
"""Numbers in a band: 4 MiB of float32 are still near when they are read again, and enough work for two cores."""

SMALL_NUMBERS = 2**13
"""Numbers in a matrix up to which ``take`` with a remembered index beats a strided copy, which starts slowly."""


@dataclass(frozen=True, eq=False)
class Unrolling:
    """The windows over maps ``(n, channels, H, W)`` as the columns of ``n`` matrices ``(entries, windows)``.

    Entries are ordered by channel, row and column of the kernel, windows by row and column.
    """

    channels: int
    height: WindowAxis
    width: WindowAxis

    @cached_property
    def entries(self) -> int:
        """The number of entries of a window, ``channels * kh * kw``."""
        return self.channels * self.height.kernel * self.width.kernel

    @cached_property
    def outputs(self) -> Pair:
        """The number of windows below and beside each other."""
        return self.height.output, self.width.output

    @cached_property
    def windows(self) -> int:
        """The number of windows over one image, ``Oh * Ow``."""
        return self.height.output * self.width.output

    @cached_property
    def extended(self) -> Pair:
        """Height and width of the maps with their padding."""
        tall, wide = (axis.before + axis.size + axis.after for axis in (self.height, self.width))
        return tall, wide

    @cached_property
    def inside(self) -> tuple[EllipsisType | slice, ...]:
        """Where the maps lie in the maps with their padding."""
        sides = (slice(axis.before, axis.before + axis.size) for axis in (self.height, self.width))
        return (..., *sides)

    @cached_property
    def numbers(self) -> int:
        """The numbers of one image or of its matrix, whichever are more."""
        return max(self.channels * self.extended[0] * self.extended[1], self.entries * self.windows)

    @cached_property
    def is_small(self) -> bool:
        """Whether the indices below take little memory and are worth it."""
        return self.numbers <= SMALL_NUMBERS

    def backward(self, channels: int) -> Unrolling | None:
        """Return the windows over outputs of so many channels in which a convolution leads back to the maps.

        It does so without stride: the kernel, turned, passes over the outputs from edge to edge. Else ``None``.
        """
        axes = []
        for axis in (self.height, self.width):
            edge = axis.dilation * (axis.kernel - 1)
            if axis.stride > 1 or axis.before > edge or axis.before + axis.size < axis.output:
                return None
            # beyond the last window there may be more than the padding: the output padding of a transposed convolution
            sides = edge - axis.before, axis.before + axis.size - axis.output
            axes.append(WindowAxis(axis.output, axis.kernel, 1, *sides, axis.dilation, axis.size))
        return Unrolling(channels, *axes)

    @cached_property
    def together(self) -> int:
        """The number of images that a band holds."""
        return max(1, BAND_NUMBERS // self.numbers)

    @cached_property
    def rows_together(self) -> int:
        """The number of rows of windows over an image that a band holds."""
        return max(1, min(self.height.output, BAND_NUMBERS // (self.entries * self.width.output)))

    def largest_band(self, images: int) -> int:
        """Return the most numbers that the matrices of a band of so many images hold."""
        return min(images, self.together) * self.entries * self.rows_together * self.width.output

    def blocks(self, images: int) -> list[slice]:
        """Return slices of as many images as a band holds."""
        return [slice(start, start + self.together) for start in range(0, images, self.together)]

    def columns(self, maps: RealArray) -> Iterator[tuple[slice, slice, RealArray]]:
        """Yield the matrices of ``maps`` in bands: slices of images and of windows, ``(n, entries, windows)``.

        Each band takes the memory of the one before, which costs less than new memory.
        """
        memory: RealArray = np.empty(0 if self.is_small else self.largest_band(len(maps)), maps.dtype)
        for images in self.blocks(len(maps)):
            if self.is_small:
                yield images, slice(0, self.windows), self.gathered(maps[images])
                continue
            views = self.views(maps[images])
            for rows in self._bands():
                part = views[..., rows, :]
                matrices = memory[: part.size].reshape(part.shape)
                matrices[...] = part
                yield images, self._in_rows(rows), matrices.reshape(len(part), self.entries, -1)

    def gathered(self, maps: RealArray) -> RealArray:
        """Return the matrices of ``maps``, shape ``(n, entries, windows)``, by a remembered index."""
        flat = self.padded(maps).reshape(len(maps), -1)
        # this mode checks no positions, and ours are right
        return flat.take(self._cells, axis=1, mode="clip")

    def padded(self, maps: RealArray) -> RealArray:
        """Return ``maps`` with zeros around them; without padding the maps themselves."""
        if self.extended == maps.shape[2:]:
            return maps
        extended: RealArray = np.zeros((*maps.shape[:2], *self.extended), maps.dtype)
        extended[self.inside] = maps
        return extended

    def views(self, maps: RealArray) -> RealArray:
        """Return a view of the windows over ``maps``, shape ``(n, channels, kh, kw, Oh, Ow)``."""
        return windows_of(self.padded(maps), self.height, self.width).transpose(0, 1, 4, 5, 2, 3)

    def folded(self, images: int, dtype: RealType, matrices: Callable[[slice], RealArray]) -> RealArray:
        """Return maps ``(images, channels, H, W)`` with the sum of the entries that lie on each cell.

        ``matrices`` returns those of a slice of windows, ``(images, entries, windows)``. What lies on the
        padding is dropped.
        """
        height, width = self.height, self.width
        if self.is_small:
            numbers = np.empty((images, self.entries * self.windows + 1), dtype)
            numbers[:, :-1] = matrices(slice(0, self.windows)).reshape(images, -1)
            numbers[:, -1] = 0
            sums: RealArray = numbers.take(self._covering, axis=1, mode="clip").sum(axis=1)
            return sums.reshape(images, self.channels, height.size, width.size)
        extended: RealArray = np.zeros((images, self.channels, *self.extended), dtype)
        for rows in self._bands():
            parts = matrices(self._in_rows(rows)).reshape(
                images, self.channels, height.kernel, width.kernel, rows.stop - rows.start, width.output
            )
            for i, j in product(range(height.kernel), range(width.kernel)):
                cells = extended[:, :, _reached(height, i, rows), _reached(width, j, slice(0, width.output))]
                np.add(cells, parts[:, :, i, j], out=cells)
        return extended[self.inside]

    def _in_rows(self, rows: slice) -> slice:
        """Return the windows in some rows of windows."""
        return slice(rows.start * self.width.output, rows.stop * self.width.output)

    def _bands(self) -> Iterator[slice]:
        """Yield rows of windows that a band holds."""
        for start in range(0, self.height.output, self.rows_together):
            yield slice(start, min(start + self.rows_together, self.height.output))

    @cached_property
    def _cells(self) -> NDArray[np.intp]:
        """Where each entry of the matrix stands in the padded maps of one image: ``(entries, windows)``."""
        tall, wide = self.extended
        cells = np.arange(self.channels * tall * wide).reshape(1, self.channels, tall, wide)
        windows = windows_of(cells, self.height, self.width).transpose(0, 1, 4, 5, 2, 3)
        return np.ascontiguousarray(windows.reshape(self.entries, self.windows))

    @cached_property
    def _covering(self) -> NDArray[np.intp]:
        """Which entries lie on each cell of one image: ``(most on one cell, channels * H * W)``.

        Where fewer lie, the number after the last entry stands.
        """
        tall, wide = self.extended
        entries = np.argsort(self._cells, axis=None, kind="stable")
        cells = self._cells.ravel()[entries]
        place = np.arange(cells.size) - np.searchsorted(cells, cells)
        covering = np.full((place.max() + 1, self.channels * tall * wide), cells.size)
        covering[place, cells] = entries
        inside = covering.reshape(-1, self.channels, tall, wide)[self.inside]
        return np.ascontiguousarray(inside.reshape(len(covering), -1))


def unrolling(
    shape: tuple[int, ...], kernel: int | Pair, stride: int | Pair, padding: Padding, dilation: int | Pair
) -> Unrolling:
    """Return the windows over maps of ``shape`` ``(..., C, H, W)``; ``ValueError`` if they do not fit.

    >>> plan = unrolling((1, 1, 3), (1, 2), 1, 0, 1)
    >>> plan.gathered(np.array([[[[7, 8, 9]]]])).tolist()
    [[[7, 8], [8, 9]]]
    """
    return _unrolling(
        shape[-3:],
        distinct_pair("kernel", kernel),
        distinct_pair("stride", stride),
        padding if type(padding) is int else paddings(padding),
        distinct_pair("dilation", dilation),
    )


@lru_cache(maxsize=64)
def _unrolling(
    shape: tuple[int, ...], kernel: int | Pair, stride: int | Pair, padding: Padding, dilation: int | Pair
) -> Unrolling:
    return remembered(shape[0], *window_axes(shape, kernel, stride, padding, dilation))


@lru_cache(maxsize=64)
def remembered(channels: int, height: WindowAxis, width: WindowAxis) -> Unrolling:
    """Return the one ``Unrolling`` of these windows, whose indices are made once."""
    return Unrolling(channels, height, width)


def _reached(axis: WindowAxis, entry: int, windows: slice) -> slice:
    """Return the padded positions of one entry of the kernel in a slice of windows along an axis."""
    start = windows.start * axis.stride + entry * axis.dilation
    return slice(start, start + (windows.stop - windows.start - 1) * axis.stride + 1, axis.stride)
