"""Transposed convolution: every input cell stamps its multiple of the kernel into the output."""

from __future__ import annotations

from numpy.typing import ArrayLike

from cnncalc.arguments import Padding, Pair, RealArray, as_batch, integer, paddings, pair, real_array
from cnncalc.convolution import bias_array, kernel_array, scattered
from cnncalc.geometry import WindowAxis, transposed_output_size
from cnncalc.sums import as_arithmetic_has_it, magnitude, result_type, working_type
from cnncalc.unrolling import remembered


@as_arithmetic_has_it
def conv_transpose2d(
    x: ArrayLike,
    w: ArrayLike,
    bias: ArrayLike | None = None,
    stride: int | Pair = 1,
    padding: Padding = 0,
    output_padding: int | Pair = 0,
    groups: int = 1,
    dilation: int | Pair = 1,
) -> RealArray:
    """Return the transposed convolution of ``x`` with ``w``: what ``conv2d`` with ``w`` does to gradients.

    ``x`` is ``(N, C, H, W)`` or ``(C, H, W)``, ``w`` is ``(C, K / groups, kh, kw)``, ``bias`` is ``(K,)``; the
    result is ``(N, K, Oh, Ow)`` or ``(K, Oh, Ow)`` with the sizes of ``transposed_output_size``. ``padding``
    cuts the output, ``output_padding`` adds rows below and columns on the right. Types as in ``conv2d``.

    Raises ``ValueError`` for arrays that are not real and rectangular, empty or of another rank, for numbers of
    channels that do not fit ``w`` or ``groups``, for another shape of ``bias``, for sizes that
    ``transposed_output_size`` refuses, and for integers whose sums int64 may not hold.

    Source: PyTorch documentation of ``ConvTranspose2d``; Dumoulin & Visin 2016, "A guide to convolution
    arithmetic for deep learning", section 4.

    >>> conv_transpose2d([[[1, 2]]], [[[[1, 10, 100]]]]).tolist()
    [[[1, 12, 120, 200]]]
    >>> conv_transpose2d([[[1, 2]]], [[[[1, 10, 100]]]], bias=[5], stride=2, padding=(0, 1)).tolist()
    [[[15, 107, 25]]]
    """
    maps = real_array("x", x)
    kernels = kernel_array(w)
    groups = integer("groups", groups, 1)
    channels = as_batch("x", maps).shape[1]
    if len(kernels) != channels or channels % groups:
        raise ValueError(
            f"w of shape {kernels.shape} does not fit x of shape {maps.shape} in {groups} groups: its first axis "
            f"must be {channels} channels, divisible by {groups}"
        )
    biases = bias_array(bias, kernels.shape[1] * groups)
    axes = transposed_axes(maps.shape, kernels.shape, stride, padding, output_padding, dilation)
    plan = remembered(kernels.shape[1] * groups, *axes)
    result = result_type(maps, kernels, biases)
    working = working_type(
        result,
        lambda: kernels[:, 0].size // groups * magnitude(maps) * magnitude(kernels) + magnitude(biases),
    )
    weights = kernels.reshape(groups, channels // groups, -1).astype(working, copy=False)
    inputs = maps.reshape(-1, groups, channels // groups, plan.windows).astype(working, copy=False)
    outputs = scattered(inputs, weights, plan)
    if biases is not None:
        outputs += biases.reshape(-1, 1, 1).astype(working, copy=False)
    return outputs.reshape(*maps.shape[:-3], *outputs.shape[1:]).astype(result, copy=False)


def transposed_axes(
    shape: tuple[int, ...],
    kernel_shape: tuple[int, ...],
    stride: int | Pair,
    padding: Padding,
    output_padding: int | Pair,
    dilation: int | Pair,
) -> tuple[WindowAxis, WindowAxis]:
    """Return the windows over the output, as many as there are input cells; ``ValueError`` for impossible sizes.

    >>> [axis.size for axis in transposed_axes((1, 4, 14), (1, 1, 2, 3), 2, (0, 1), (0, 1), 1)]
    [8, 28]
    """
    strides = pair("stride", stride, 1)
    sides = paddings(padding)
    added = pair("output_padding", output_padding, 0)
    dilations = pair("dilation", dilation, 1)
    axes = []
    for i, name in enumerate(("height", "width")):
        size, kernel = shape[len(shape) - 2 + i], kernel_shape[2 + i]
        try:
            output = transposed_output_size(size, kernel, strides[i], sides[i], added[i], dilations[i])
        except ValueError as reason:
            raise ValueError(f"{name} of shape {shape}: {reason}") from reason
        axes.append(WindowAxis(output, kernel, strides[i], *sides[i], dilations[i], size))
    return axes[0], axes[1]
