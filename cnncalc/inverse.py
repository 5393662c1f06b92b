"""Output sizes read backwards: which paddings, strides or kernels give a size."""

from __future__ import annotations

from cnncalc.arguments import Pair, integer, pair


def paddings_giving(output: int, size: int, kernel: int, stride: int = 1, dilation: int = 1) -> frozenset[int]:
    """Return every padding, equal on both sides, for which ``output_size`` is ``output``; none is possible.

    ``output = floor((size + 2P - dilated) / stride) + 1`` holds for
    ``(output - 1) * stride <= size + 2P - dilated < output * stride``.

    Raises ``ValueError`` if an argument is not an integer or below 1.

    >>> sorted(paddings_giving(28, size=28, kernel=5))
    [2]
    >>> sorted(paddings_giving(5, size=10, kernel=2, stride=3)), paddings_giving(3, size=10, kernel=1)
    ([2, 3], frozenset())
    """
    output, size, kernel, stride, dilation = _positive(
        output=output, size=size, kernel=kernel, stride=stride, dilation=dilation
    )
    missing = dilation * (kernel - 1) + 1 - size
    least = max((output - 1) * stride + missing, missing, 0)
    return frozenset(range(-(-least // 2), (output * stride - 1 + missing) // 2 + 1))


def strides_giving(output: int, size: int, kernel: int, padding: int | Pair = 0, dilation: int = 1) -> frozenset[int]:
    """Return every stride for which ``output_size`` is ``output``; none is possible.

    A single output allows every stride from some number on; those beyond the padded input, which could not
    make a difference, are left out.

    Raises ``ValueError`` if an argument is not an integer or out of range.

    >>> sorted(strides_giving(55, size=227, kernel=11)), sorted(strides_giving(4, size=16, kernel=4))
    ([4], [4])
    >>> sorted(strides_giving(1, size=5, kernel=3))
    [3, 4, 5]
    """
    output, size, kernel, dilation = _positive(output=output, size=size, kernel=kernel, dilation=dilation)
    padded = size + sum(pair("padding", padding, 0))
    room = padded - dilation * (kernel - 1) - 1
    if room < 0:
        return frozenset()
    largest = padded if output == 1 else room // (output - 1)
    return frozenset(range(room // output + 1, largest + 1))


def kernels_giving(
    output: int, size: int, stride: int = 1, padding: int | Pair = 0, dilation: int = 1
) -> frozenset[int]:
    """Return every kernel for which ``output_size`` is ``output``; none is possible.

    ``dilated = dilation * (kernel - 1) + 1`` lies above ``padded - output * stride`` and not above
    ``padded - (output - 1) * stride``.

    Raises ``ValueError`` if an argument is not an integer or out of range.

    >>> sorted(kernels_giving(24, size=28)), sorted(kernels_giving(14, size=28, stride=2, padding=1))
    ([5], [3, 4])
    """
    output, size, stride, dilation = _positive(output=output, size=size, stride=stride, dilation=dilation)
    padded = size + sum(pair("padding", padding, 0))
    longest = padded - (output - 1) * stride
    shortest = max(longest - stride + 1, 1)
    return frozenset(range(-(-(shortest - 1) // dilation) + 1, (longest - 1) // dilation + 2))


def _positive(**arguments: int) -> tuple[int, ...]:
    return tuple(integer(name, value, 1) for name, value in arguments.items())
