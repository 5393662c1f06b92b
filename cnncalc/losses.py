"""Softmax and cross-entropy, stable: the maximum is taken away before anything is raised to a power."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnncalc.arguments import RealArray, integer, real_array
from cnncalc.sums import FloatArray, float_type, float_working_type

Reduction: TypeAlias = Literal["mean", "sum", "none"]


def softmax(x: ArrayLike, axis: int = -1) -> FloatArray:
    """Return ``exp(x) / sum(exp(x))`` along ``axis``, in the shape of ``x``.

    Floating types are kept, integers give float64. A NaN or +inf makes everything along the axis NaN, and so does
    nothing but -inf.

    Raises ``ValueError`` for numbers that are not real, for no or empty axes, and for an ``axis`` that ``x``
    does not have.

    Source: Goodfellow, Bengio & Courville 2016, "Deep learning", formulas 4.1 and 6.29; PyTorch documentation
    of ``Softmax``.

    >>> softmax([3, 3, 3, 3]).tolist()
    [0.25, 0.25, 0.25, 0.25]
    >>> softmax([[1000, 1000], [-1000, 0]], axis=1).tolist()
    [[0.5, 0.5], [0.0, 1.0]]
    """
    values = real_array("x", x)
    exponentials = np.exp(_shifted(values, _axis(values, axis)))
    return _narrowed(exponentials / exponentials.sum(axis=axis, keepdims=True), values)


def log_softmax(x: ArrayLike, axis: int = -1) -> FloatArray:
    """Return the natural logarithm of ``softmax``, which stays finite where that is 0.

    Types, NaN, infinities and errors as for ``softmax``.

    Source: PyTorch documentation of ``LogSoftmax``.

    >>> log_softmax([-1000, 0]).tolist()
    [-1000.0, 0.0]
    """
    values = real_array("x", x)
    return _narrowed(_log_softmax(values, _axis(values, axis)), values)


def cross_entropy(logits: ArrayLike, targets: ArrayLike, reduction: Reduction = "mean") -> FloatArray:
    """Return ``-log(softmax(logits)[target])``, for ``(N, K)`` and ``(N,)`` or for ``(K,)`` and one integer.

    ``reduction`` "mean" and "sum" give one number of shape ``()``, "none" the loss of every example, ``(N,)``.
    Floating types are kept, integers give float64.

    Raises ``ValueError`` for logits of another rank or with an empty axis, for targets that are not one integer
    from 0 to K - 1 per example (no class is ignored), and for an unknown ``reduction``.

    Source: PyTorch documentation of ``CrossEntropyLoss`` with class indices.

    >>> cross_entropy([-1000, 0], 0).item()
    1000.0
    >>> cross_entropy([[-8, 0], [0, 0], [0, -1000]], [1, 0, 1], reduction="none").round(4).tolist()
    [0.0003, 0.6931, 1000.0]
    """
    values, classes = _examples(logits, targets)
    _check_reduction(reduction)
    losses = -np.take_along_axis(_log_softmax(values, -1), classes[..., None], axis=-1)[..., 0]
    if reduction == "none":
        return _narrowed(losses, values)
    with np.errstate(over="ignore"):
        total = losses.mean() if reduction == "mean" else losses.sum()
    return _narrowed(np.asarray(total), values)


def cross_entropy_gradient(logits: ArrayLike, targets: ArrayLike, reduction: Reduction = "mean") -> FloatArray:
    """Return the gradient of ``cross_entropy``, in the shape of ``logits``: ``softmax(logits) - one_hot(targets)``.

    With ``reduction`` "mean" it is divided by N; with "none" each row is the gradient of its own loss.

    Raises ``ValueError`` as ``cross_entropy`` does.

    Source: Bishop 2006, "Pattern recognition and machine learning", formula 4.109.

    >>> cross_entropy_gradient([[0, 0], [5, 5]], [0, 1]).tolist()
    [[-0.25, 0.25], [0.25, -0.25]]
    >>> cross_entropy_gradient([1, 1, 1, 1], 2).tolist()
    [0.25, 0.25, -0.75, 0.25]
    """
    values, classes = _examples(logits, targets)
    _check_reduction(reduction)
    exponentials = np.exp(_shifted(values, -1))
    gradient = exponentials / exponentials.sum(axis=-1, keepdims=True)
    gradient -= np.arange(values.shape[-1]) == classes[..., None]
    if reduction == "mean":
        gradient /= max(classes.size, 1)
    return _narrowed(gradient, values)


def _shifted(values: RealArray, axis: int) -> FloatArray:
    # float16 has too few digits for sums and logarithms
    wide = values.astype(float_working_type(float_type(values)), copy=False)
    with np.errstate(invalid="ignore", over="ignore"):  # inf - inf is NaN: a result, not an accident
        shifted: FloatArray = wide - wide.max(axis=axis, keepdims=True)
    return shifted


def _log_softmax(values: RealArray, axis: int) -> FloatArray:
    shifted = _shifted(values, axis)
    logarithms: FloatArray = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
    return logarithms


def _narrowed(result: FloatArray, values: RealArray) -> FloatArray:
    with np.errstate(over="ignore"):
        return result.astype(float_type(values), copy=False)


def _axis(values: RealArray, axis: int) -> int:
    if values.ndim == 0:
        raise ValueError("x must have at least one axis, got shape ()")
    axis = integer("axis", axis, -values.ndim)
    if axis >= values.ndim:
        raise ValueError(f"axis must be below {values.ndim} for shape {values.shape}, got {axis}")
    return axis


def _examples(logits: ArrayLike, targets: ArrayLike) -> tuple[RealArray, NDArray[np.integer]]:
    values = real_array("logits", logits)
    if values.ndim not in (1, 2):
        raise ValueError(f"logits must have the shape (N, K) or (K,), got shape {values.shape}")
    classes = real_array("targets", targets)
    if classes.dtype.kind not in "iu":
        raise ValueError(f"targets must be integers, got dtype {classes.dtype}")
    if classes.shape != values.shape[:-1]:
        raise ValueError(
            f"targets must have one class per example: shape {values.shape[:-1]} for logits of shape "
            f"{values.shape}, got shape {classes.shape}"
        )
    outside = classes[(classes < 0) | (classes >= values.shape[-1])]
    if outside.size:
        raise ValueError(f"targets must be from 0 to {values.shape[-1] - 1}, got {outside.flat[0]}")
    return values, classes.astype(np.int64)


def _check_reduction(reduction: object) -> None:
    if reduction not in get_args(Reduction):
        raise ValueError(f"reduction must be 'mean', 'sum' or 'none', got {reduction!r}")
