"""Sizes along an axis: how many windows fit, how much padding keeps a size, and where each window lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnncalc.arguments import Padding, Pair, flag, integer, paddings, pair


def output_size(
    size: int,
    kernel: int,
    stride: int = 1,
    padding: int | Pair = 0,
    dilation: int = 1,
    ceil_mode: bool = False,
) -> int:
    """Return how many windows fit along one axis: ``floor((size + before + after - dilated) / stride) + 1``.

    ``dilated = dilation * (kernel - 1) + 1`` is the extent of the kernel; ``padding`` is one integer for
    both sides or ``(before, after)``. With ``ceil_mode`` the quotient is rounded up, and the last window is
    dropped if it would start in the padding after the input (the rule of PyTorch's pooling layers).

    Raises ``ValueError`` if an argument is not an integer (a bool is none) or is out of range, and if the
    dilated kernel is larger than the padded input.

    Source: Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning", relationships 6
    and 15; ceil mode: PyTorch documentation of ``MaxPool2d``.

    >>> output_size(227, 11, stride=4)
    55
    >>> output_size(5, 2, stride=2), output_size(5, 2, stride=2, ceil_mode=True)
    (2, 3)
    >>> output_size(4, 3, padding=(0, 1))
    3
    """
    size = integer("size", size, 1)
    kernel = integer("kernel", kernel, 1)
    stride = integer("stride", stride, 1)
    before, after = pair("padding", padding, 0)
    dilation = integer("dilation", dilation, 1)
    dilated = dilation * (kernel - 1) + 1
    room = size + before + after - dilated
    if room < 0:
        extent = f"{dilation} * ({kernel} - 1) + 1 = {dilated}"
        padded = f"{before} + {size} + {after} = {before + size + after}"
        raise ValueError(f"the dilated kernel must not be larger than the padded input: {extent} > {padded}")
    if not flag("ceil_mode", ceil_mode):
        return room // stride + 1
    steps = -(-room // stride)
    return steps if steps * stride >= size + before else steps + 1


def valid_output_size(size: int, kernel: int, stride: int = 1, dilation: int = 1) -> int:
    """Return the output size without padding (VALID): ``ceil((size - dilated + 1) / stride)``.

    The same number as ``output_size`` with padding 0, which raises the same errors.

    Source: TensorFlow documentation of ``tf.nn.convolution``, padding "VALID".

    >>> valid_output_size(28, 3, stride=2)
    13
    """
    return output_size(size, kernel, stride, 0, dilation)


def same_output_size(size: int, stride: int = 1) -> int:
    """Return the output size under TensorFlow's SAME: ``ceil(size / stride)``, whatever the kernel.

    Raises ``ValueError`` if an argument is not an integer or below 1.

    Source: TensorFlow documentation of ``tf.nn.convolution``, padding "SAME".

    >>> same_output_size(28), same_output_size(7, stride=2)
    (28, 4)
    """
    return -(-integer("size", size, 1) // integer("stride", stride, 1))


def same_padding(kernel: int, dilation: int = 1) -> int:
    """Return the padding on each side that keeps the size at stride 1: ``dilation * (kernel - 1) / 2``.

    Raises ``ValueError`` if an argument is not an integer or below 1, and if the total is odd: then no padding
    that is equal on both sides keeps the size (``tensorflow_same_padding`` splits it unequally).

    Source: Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning", relationship 3.

    >>> same_padding(3), same_padding(5), same_padding(3, dilation=2)
    (1, 2, 2)
    """
    total = integer("dilation", dilation, 1) * (integer("kernel", kernel, 1) - 1)
    if total % 2:
        raise ValueError(
            f"equal padding on both sides keeps the size only if dilation * (kernel - 1) is even, "
            f"got {dilation} * ({kernel} - 1) = {total}"
        )
    return total // 2


def tensorflow_same_padding(size: int, kernel: int, stride: int = 1, dilation: int = 1) -> Pair:
    """Return the ``(before, after)`` of TensorFlow's SAME; an odd total puts one more after the input.

    The total is ``max((ceil(size / stride) - 1) * stride + dilated - size, 0)`` with
    ``dilated = dilation * (kernel - 1) + 1``.

    Raises ``ValueError`` if an argument is not an integer or below 1.

    Source: TensorFlow documentation of ``tf.nn.convolution``, padding "SAME".

    >>> tensorflow_same_padding(28, 3), tensorflow_same_padding(28, 3, stride=2), tensorflow_same_padding(28, 2)
    ((1, 1), (0, 1), (0, 1))
    """
    output = same_output_size(size, stride)
    dilated = integer("dilation", dilation, 1) * (integer("kernel", kernel, 1) - 1) + 1
    total = max((output - 1) * int(stride) + dilated - int(size), 0)
    return total // 2, total - total // 2


def transposed_output_size(
    size: int,
    kernel: int,
    stride: int = 1,
    padding: int | Pair = 0,
    output_padding: int = 0,
    dilation: int = 1,
) -> int:
    """Return the size after a transposed convolution along one axis.

    ``(size - 1) * stride - before - after + dilation * (kernel - 1) + output_padding + 1``; ``padding`` is one
    integer for both sides or ``(before, after)`` and cuts the output there.

    Raises ``ValueError`` if an argument is not an integer or is out of range, unless ``output_padding`` is
    smaller than the stride or the dilation, and if nothing would be left of the output.

    Source: PyTorch documentation of ``ConvTranspose2d``.

    >>> transposed_output_size(4, 2, stride=2), transposed_output_size(14, 3, stride=2, padding=1, output_padding=1)
    (8, 28)
    """
    size = integer("size", size, 1)
    kernel = integer("kernel", kernel, 1)
    stride = integer("stride", stride, 1)
    before, after = pair("padding", padding, 0)
    output_padding = integer("output_padding", output_padding, 0)
    dilation = integer("dilation", dilation, 1)
    if output_padding >= max(stride, dilation):
        raise ValueError(
            f"output_padding must be smaller than the stride or the dilation, "
            f"got {output_padding} with stride {stride} and dilation {dilation}"
        )
    full = (size - 1) * stride + dilation * (kernel - 1) + 1 + output_padding
    if full <= before + after:
        raise ValueError(f"padding must leave some of the output: {full} - ({before} + {after}) is below 1")
    return full - before - after


@dataclass(frozen=True, slots=True)
class WindowAxis:
    """The windows along one axis; ``output`` is their number."""

    size: int
    kernel: int
    stride: int
    before: int
    after: int
    dilation: int
    output: int

    @property
    def reach(self) -> int:
        """The number of padded positions from the first cell of the first window to the last of the last.

        >>> WindowAxis(5, kernel=2, stride=2, before=0, after=0, dilation=1, output=3).reach
        6
        """
        return (self.output - 1) * self.stride + self.dilation * (self.kernel - 1) + 1

    def positions(self) -> NDArray[np.intp]:
        """Return the input positions of every window, shape ``(output, kernel)``.

        Positions below 0 or from ``size`` on lie in the padding or, in ceil mode, beyond it.

        >>> WindowAxis(3, kernel=3, stride=2, before=1, after=1, dilation=1, output=2).positions().tolist()
        [[-1, 0, 1], [1, 2, 3]]
        """
        starts = np.arange(self.output) * self.stride - self.before
        return np.add.outer(starts, np.arange(self.kernel) * self.dilation)


def window_axes(
    shape: tuple[int, ...],
    kernel: int | Pair,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
) -> tuple[WindowAxis, WindowAxis]:
    """Return the windows along the height and the width of maps of shape ``(..., H, W)``.

    Integers stand for both axes, pairs for ``(height, width)``; ``padding`` may also be
    ``((top, bottom), (left, right))``. Raises ``ValueError`` as ``output_size`` does, naming axis and shape.

    >>> height, width = window_axes((28, 32), kernel=(3, 5), padding=1)
    >>> height.output, width.output
    (28, 30)
    """
    kernels = pair("kernel", kernel, 1)
    strides = pair("stride", stride, 1)
    dilations = pair("dilation", dilation, 1)
    sides = paddings(padding)
    axes = []
    for i, name in enumerate(("height", "width")):
        size = shape[len(shape) - 2 + i]
        try:
            output = output_size(size, kernels[i], strides[i], sides[i], dilations[i], ceil_mode)
        except ValueError as reason:
            raise ValueError(f"{name} of shape {shape}: {reason}") from reason
        axes.append(WindowAxis(size, kernels[i], strides[i], *sides[i], dilations[i], output))
    return axes[0], axes[1]
