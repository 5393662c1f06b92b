"""Convolution as a product of matrices, band by band, and its gradients."""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cnncalc.arguments import Padding, Pair, RealArray, as_batch, distinct_pair, integer, paddings, real_array
from cnncalc.sums import as_arithmetic_has_it, magnitude, result_type, working_type
from cnncalc.unrolling import Unrolling, unrolling


class Conv2dGradients(NamedTuple):
    """The gradients of a loss by the input, the weights and the bias of a convolution."""

    dx: RealArray
    dw: RealArray
    db: RealArray


@as_arithmetic_has_it
def conv2d(
    x: ArrayLike,
    w: ArrayLike,
    bias: ArrayLike | None = None,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> RealArray:
    """Return the cross-correlation of ``x`` with ``w``: the kernel is not flipped.

    ``x`` is ``(N, C, H, W)`` or ``(C, H, W)``, ``w`` is ``(K, C / groups, kh, kw)``, ``bias`` is ``(K,)``; the
    result is ``(N, K, Oh, Ow)`` or ``(K, Oh, Ow)``. Of ``groups`` equal parts of the ``K`` kernels each sees
    only its part of the channels; ``groups = C`` is the depthwise convolution. For the forms of the other
    arguments see ``sliding_windows``.

    Integers give exact int64; other types are combined as NumPy does; float16 is summed in float32.

    Raises ``ValueError`` for arrays that are not real and rectangular, empty or of another rank, for numbers of
    channels that do not fit ``w`` or ``groups``, for another shape of ``bias``, for windows that do not fit
    (see ``output_size``), and for integers whose sums int64 may not hold.

    Source: PyTorch documentation of ``Conv2d``; as a product of matrices: Chellapilla, Puri & Simard 2006,
    "High performance convolutional neural networks for document processing", section 3.1.

    >>> conv2d([[[1, 2, 3], [4, 5, 6]]], [[[[1, 0], [0, -1]]]], bias=[10]).tolist()
    [[[6, 6]]]
    >>> conv2d([[[1, 2]], [[3, 4]]], [[[[10]]], [[[100]]]], groups=2).tolist()
    [[[10, 20]], [[300, 400]]]
    """
    maps = real_array("x", x)
    batch = as_batch("x", maps)
    kernels = kernel_array(w)
    biases = bias_array(bias, len(kernels))
    groups = integer("groups", groups, 1)
    plan = _plan(maps, kernels, stride, padding, dilation, groups)
    result = result_type(maps, kernels, biases)
    working = working_type(result, lambda: kernels[0].size * magnitude(maps) * magnitude(kernels) + magnitude(biases))
    weights = kernels.reshape(groups, len(kernels) // groups, -1).astype(working, copy=False)
    outputs = _correlated(batch.astype(working, copy=False), weights, plan)
    if biases is not None:
        outputs += biases.reshape(groups, -1, 1).astype(working, copy=False)
    return outputs.reshape(*maps.shape[:-3], len(kernels), *plan.outputs).astype(result, copy=False)


@as_arithmetic_has_it
def conv2d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> Conv2dGradients:
    """Return the gradients by input, weights and bias, where ``dy`` is the gradient by the output of ``conv2d``.

    The other arguments are those of ``conv2d``; ``dx`` has the shape of ``x``, ``dw`` that of ``w``, ``db`` is
    ``(K,)``. Types as in ``conv2d``.

    Raises ``ValueError`` as ``conv2d`` does, and for a ``dy`` of another shape than its output.

    Source: Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning", section 4.1 (a
    convolution is a matrix, and its transpose leads back).

    >>> gradients = conv2d_backward([[[1, 10]]], [[[1, 2, 3]]], [[[[5, -1]]]])
    >>> gradients.dx.tolist(), gradients.dw.tolist(), gradients.db.tolist()
    ([[[5, 49, -10]]], [[[[21, 32]]]], [11])
    """
    maps = real_array("x", x)
    batch = as_batch("x", maps)
    kernels = kernel_array(w)
    outputs = real_array("dy", dy)
    groups = integer("groups", groups, 1)
    plan = _plan(maps, kernels, stride, padding, dilation, groups)
    expected = (*maps.shape[:-3], len(kernels), *plan.outputs)
    if outputs.shape != expected:
        raise ValueError(
            f"dy must have the shape {expected} for x of shape {maps.shape} and w of shape {kernels.shape}, "
            f"got shape {outputs.shape}"
        )
    result = result_type(outputs, maps, kernels)
    working = working_type(result, lambda: _largest_gradient(outputs, maps, kernels, groups))
    by_window = outputs.reshape(-1, groups, len(kernels) // groups, plan.windows).astype(working, copy=False)
    weights = kernels.reshape(groups, len(kernels) // groups, -1).astype(working, copy=False)
    dx = scattered(by_window, weights, plan)
    dw = _weight_gradient(by_window, batch.astype(working, copy=False), plan)
    db = by_window.sum(axis=(0, 3))
    return Conv2dGradients(
        dx.astype(result, copy=False).reshape(maps.shape),
        dw.astype(result, copy=False).reshape(kernels.shape),
        db.astype(result, copy=False).reshape(-1),
    )


def kernel_array(w: ArrayLike) -> RealArray:
    """Return ``w`` as an array; ``ValueError`` unless it holds real numbers on four axes.

    >>> kernel_array([[[[1, 2]]]]).shape
    (1, 1, 1, 2)
    """
    kernels = real_array("w", w)
    if kernels.ndim != 4:
        raise ValueError(f"w must have four axes, two for channels and two for the kernel, got shape {kernels.shape}")
    return kernels


def bias_array(bias: ArrayLike | None, channels: int) -> RealArray | None:
    """Return ``bias`` as an array; ``ValueError`` unless it holds one real number per output channel.

    >>> bias_array([1, 2], 2).tolist()
    [1, 2]
    """
    if bias is None:
        return None
    biases = real_array("bias", bias)
    if biases.shape != (channels,):
        raise ValueError(f"bias must have the shape ({channels},), one per output channel, got shape {biases.shape}")
    return biases


def scattered(outputs: RealArray, weights: RealArray, plan: Unrolling) -> RealArray:
    """Return the sum of the kernels, each times its output, on every cell of the input: ``(n, C, H, W)``.

    ``outputs`` is ``(n, groups, K / groups, Oh * Ow)``, ``weights`` is ``(groups, K / groups, C / groups * kh * kw)``.
    """
    backward = None if plan.is_small else plan.backward(outputs.shape[1] * outputs.shape[2])
    if backward and np.isfinite(weights).all():  # an infinite weight would make NaN of the padding
        return _led_back(outputs, weights, plan, backward)
    transposed = weights.swapaxes(1, 2)
    maps: RealArray = np.empty((len(outputs), plan.channels, plan.height.size, plan.width.size), outputs.dtype)
    memory: RealArray = np.empty(plan.largest_band(len(outputs)), outputs.dtype)
    for images in plan.blocks(len(outputs)):
        block = outputs[images]

        def matrices(windows: slice, block: RealArray = block) -> RealArray:
            chosen = block[..., windows]
            shape = (*chosen.shape[:2], transposed.shape[1], chosen.shape[3])
            products = np.matmul(transposed, chosen, out=memory[: prod(shape)].reshape(shape))
            return products.reshape(len(block), plan.entries, -1)

        maps[images] = plan.folded(len(block), outputs.dtype, matrices)
    return maps


def _led_back(outputs: RealArray, weights: RealArray, plan: Unrolling, backward: Unrolling) -> RealArray:
    """Return what ``scattered`` does as a convolution of the outputs with the turned kernels.

    To copy windows takes less time than to add them up.
    """
    images, groups, kernels, _ = outputs.shape
    turned = weights.reshape(groups, kernels, -1, plan.height.kernel, plan.width.kernel)[..., ::-1, ::-1]
    by_channel = turned.swapaxes(1, 2).reshape(groups, plan.channels // groups, -1)
    maps = _correlated(outputs.reshape(images, groups * kernels, *plan.outputs), by_channel, backward)
    return maps.reshape(images, plan.channels, plan.height.size, plan.width.size)


def _correlated(maps: RealArray, weights: RealArray, plan: Unrolling) -> RealArray:
    """Return the outputs of every kernel: ``(n, groups, K / groups, Oh * Ow)``."""
    groups, kernels, entries = weights.shape
    if plan.is_small and len(maps) <= plan.together:
        # a fifth of the time of 8 × 8 maps would go into the slices of the general way
        products: RealArray = np.matmul(weights, plan.gathered(maps).reshape(len(maps), groups, entries, -1))
        return products
    outputs: RealArray = np.empty((len(maps), groups, kernels, plan.windows), maps.dtype)
    for images, windows, columns in plan.columns(maps):
        by_group = columns.reshape(len(columns), groups, entries, -1)
        np.matmul(weights, by_group, out=outputs[images, :, :, windows])
    return outputs


def _weight_gradient(outputs: RealArray, maps: RealArray, plan: Unrolling) -> RealArray:
    """Return the sum over all windows of outputs times entries: ``(groups, K / groups, C / groups * kh * kw)``."""
    groups, kernels = outputs.shape[1:3]
    total: RealArray = np.zeros((groups, kernels, plan.entries // groups), maps.dtype)
    for images, windows, columns in plan.columns(maps):
        entries = columns.reshape(len(columns), groups, plan.entries // groups, -1).swapaxes(2, 3)
        # image after image: the products of all images of a band could be larger than the band
        for image, gradient in enumerate(outputs[images, :, :, windows]):
            total += np.matmul(gradient, entries[image])
    return total


def _plan(
    maps: RealArray, kernels: RealArray, stride: int | Pair, padding: Padding, dilation: int | Pair, groups: int
) -> Unrolling:
    return _fitting(
        maps.shape,
        kernels.shape,
        distinct_pair("stride", stride),
        padding if type(padding) is int else paddings(padding),
        distinct_pair("dilation", dilation),
        groups,
    )


# the check of a call that was right before would take a tenth of the time of 8 × 8 maps
@lru_cache(maxsize=64)
def _fitting(
    shape: tuple[int, ...],
    kernels: tuple[int, ...],
    stride: int | Pair,
    padding: Padding,
    dilation: int | Pair,
    groups: int,
) -> Unrolling:
    made, seen, *kernel = kernels
    channels = shape[-3]
    if seen * groups != channels or made % groups:
        raise ValueError(
            f"w of shape {kernels} does not fit x of shape {shape} in {groups} groups: its first axis "
            f"must be divisible by {groups}, and its second times {groups} must be {channels} channels"
        )
    return unrolling(shape, (kernel[0], kernel[1]), stride, padding, dilation)


def _largest_gradient(dy: RealArray, x: RealArray, w: RealArray, groups: int) -> int:
    """Return how large a sum of the gradients of integers could be."""
    added = dy.size // len(w)
    by_input = w[:, 0].size // groups * magnitude(w)
    return magnitude(dy) * max(by_input, added * magnitude(x), added)
