"""Random convolutions of small integers, shared by the tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from cnncalc import output_size

Array = NDArray[Any]


@dataclass(frozen=True)
class Convolution:
    """Arguments that fit each other; ``x`` is ``(N, C, H, W)``, ``dy`` has the shape of the output."""

    x: Array
    w: Array
    bias: Array
    dy: Array
    stride: tuple[int, int]
    padding: tuple[tuple[int, int], tuple[int, int]]
    dilation: tuple[int, int]
    groups: int

    @property
    def windows(self) -> dict[str, Any]:
        return {"stride": self.stride, "padding": self.padding, "dilation": self.dilation}

    @property
    def arguments(self) -> dict[str, Any]:
        return {**self.windows, "groups": self.groups}


@st.composite
def convolutions(draw: st.DrawFn) -> Convolution:
    def two(low: int, high: int) -> tuple[int, int]:
        return draw(st.tuples(st.integers(low, high), st.integers(low, high)))

    groups, seen, made, images = (draw(st.integers(1, 3)) for _ in range(4))
    kernel, stride, dilation, padding = two(1, 3), two(1, 3), two(1, 2), (two(0, 2), two(0, 2))
    extent = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    extra = two(0, 4)
    sizes = [max(1, extent[i] - sum(padding[i])) + extra[i] for i in range(2)]
    outputs = [output_size(sizes[i], kernel[i], stride[i], padding[i], dilation[i]) for i in range(2)]
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def integers(*shape: int) -> Array:
        return numbers.integers(-9, 10, shape)

    return Convolution(
        integers(images, groups * seen, *sizes),
        integers(groups * made, seen, *kernel),
        integers(groups * made),
        integers(images, groups * made, *outputs),
        stride,
        padding,
        dilation,
        groups,
    )


def correlated_cell_by_cell(example: Convolution) -> Array:
    """Return the convolution by plain loops over output cells, with Python's integers."""
    padded = np.pad(example.x, [(0, 0), (0, 0), *example.padding])
    outputs = np.zeros(example.dy.shape, dtype=object)
    made = len(example.w) // example.groups
    seen = example.w.shape[1]
    for n, k, row, column in np.ndindex(outputs.shape):
        total = int(example.bias[k])
        first = k // made * seen
        for c, i, j in np.ndindex(example.w.shape[1:]):
            y = row * example.stride[0] + i * example.dilation[0]
            x = column * example.stride[1] + j * example.dilation[1]
            total += int(padded[n, first + c, y, x]) * int(example.w[k, c, i, j])
        outputs[n, k, row, column] = total
    return outputs
