"""What expressions can call: the operations of our own, and every calculation of :mod:`cnncalc` that bounds its size.

Matrices have two axes, so the functions that cnncalc defines for ``(C, H, W)`` take one map here. Means and
fractions are exact; results that leave the rationals are floats. Wrappers keep their function's signature, by which a
call is checked when it is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any

import cnncalc
from cnncalc import trace

from .operations import MAX_CELLS, OPERATIONS, extreme, mean, number, require_matrix, sized
from .values import Matrix
from .words import Both

MAX_SERIES = 16  # layers of a receptive field
MAX_WINDOW = 16  # kernel, stride and padding of functions that slide windows over a matrix
MAX_SIZE = 10_000  # of the inverse problems, whose solutions are listed

_WINDOWS = Both("行列の関数では、窓・ストライド・パディングの大きさ", "window sizes of matrix functions")
_INVERSE = Both("解を列挙する関数では、大きさ", "sizes of inverse problems")


def _exactly(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def exactly(*arguments: Any, **options: Any) -> Any:
        return function(*arguments, **options, exact=True)

    return exactly


def _map(x: Matrix) -> Matrix:
    require_matrix(x)
    return x[None]


def _kernel(w: Matrix) -> Matrix:
    require_matrix(w)
    return w[None, None]


def _conv2d(x: Matrix, w: Matrix, bias: int = 0, stride: Any = 1, padding: Any = 0, dilation: Any = 1) -> Any:
    return cnncalc.conv2d(_map(x), _kernel(w), [number(bias)], stride, padding, dilation)[0]


def _conv2d_trace(x: Matrix, w: Matrix, bias: int = 0, stride: Any = 1, padding: Any = 0, dilation: Any = 1) -> Any:
    biases = [number(bias)] if bias else None
    return trace.conv2d(_map(x), _kernel(w), biases, stride, padding, dilation)


def _conv2d_dx(dy: Matrix, x: Matrix, w: Matrix, stride: Any = 1, padding: Any = 0) -> Any:
    return cnncalc.conv2d_backward(_map(dy), _map(x), _kernel(w), stride, padding).dx[0]


def _conv2d_dw(dy: Matrix, x: Matrix, w: Matrix, stride: Any = 1, padding: Any = 0) -> Any:
    return cnncalc.conv2d_backward(_map(dy), _map(x), _kernel(w), stride, padding).dw[0, 0]


def _gradient_trace(
    key: str, name: str, dy: Matrix, x: Matrix, w: Matrix, stride: Any = 1, padding: Any = 0
) -> trace.Trace:
    """The steps of one of the gradients, and what they give."""
    steps = trace.conv2d_backward(_map(dy), _map(x), _kernel(w), stride, padding)
    found = _conv2d_dx(dy, x, w, stride, padding) if name == "dX" else _conv2d_dw(dy, x, w, stride, padding)
    rows = r" \\ ".join(" & ".join(map(str, row)) for row in found.tolist())
    result = rf"{name} = \begin{{pmatrix}} {rows} \end{{pmatrix}}"
    return (*(step for step in steps if step.key == key), trace.Step("result", result, found))


def _conv_transpose2d(x: Matrix, w: Matrix, stride: Any = 1, padding: Any = 0, output_padding: Any = 0) -> Any:
    return cnncalc.conv_transpose2d(_map(x), _kernel(w), None, stride, padding, output_padding)[0]


def _conv_transpose2d_trace(x: Matrix, w: Matrix, stride: Any = 1, padding: Any = 0, output_padding: Any = 0) -> Any:
    return trace.conv_transpose2d(_map(x), _kernel(w), None, stride, padding, output_padding)


def _im2col(x: Matrix, kernel: Any, stride: Any = 1, padding: Any = 0, windows_as: Any = "columns") -> Any:
    return cnncalc.im2col(_map(x), kernel, stride, padding, windows_as=windows_as)


def _im2col_trace(x: Matrix, kernel: Any, stride: Any = 1, padding: Any = 0, windows_as: Any = "columns") -> Any:
    return trace.im2col(_map(x), kernel, stride, padding, windows_as=windows_as)


def _col2im(col: Matrix, size: Any, kernel: Any, stride: Any = 1, padding: Any = 0, windows_as: Any = "columns") -> Any:
    """``size`` is the map's (height, width)."""
    return cnncalc.col2im(col, _one_map(size), kernel, stride, padding, windows_as=windows_as)[0]


def _col2im_trace(
    col: Matrix, size: Any, kernel: Any, stride: Any = 1, padding: Any = 0, windows_as: Any = "columns"
) -> Any:
    return trace.col2im(col, _one_map(size), kernel, stride, padding, windows_as=windows_as)


def _one_map(size: Any) -> tuple[int, int, int]:
    if not isinstance(size, tuple) or len(size) != 2:
        message = Both("特徴マップの大きさは (高さ, 幅) で書いてください。", "the size of a map is (height, width)")
        raise ValueError(message)
    return (1, *sized(*size))


def _receptive_field(stages: Any) -> int:
    return cnncalc.receptive_field(_series(stages)).size


def _receptive_jump(stages: Any) -> int:
    return cnncalc.receptive_field(_series(stages)).jump


def _series(stages: Any) -> Any:
    if not isinstance(stages, tuple) or not 1 <= len(stages) <= MAX_SERIES:
        message = Both(
            "層は (カーネル, ストライド) か (カーネル, ストライド, パディング) をタプルに並べてください。",
            "the layers are a tuple of (kernel, stride) or (kernel, stride, padding)",
        )
        raise ValueError(message)
    return stages


def _sorted(function: Callable[..., frozenset[int]]) -> Callable[..., tuple[int, ...]]:
    """A set as a tuple in ascending order: ``len`` tells whether there is just one solution."""

    @wraps(function)
    def listed(*arguments: Any, **options: Any) -> tuple[int, ...]:
        _bounded([*arguments, *options.values()], MAX_SIZE, _INVERSE)
        return tuple(sorted(function(*arguments, **options))[:MAX_CELLS])

    return listed


def _bounded(arguments: list[Any], most: int, what: Both) -> None:
    for argument in arguments:
        for size in argument if isinstance(argument, tuple) else (argument,):
            if isinstance(size, int) and abs(size) > most:
                raise ValueError(Both(f"{what.ja}は{most}までです。", f"{what} end at {most}"))


def _windowed(function: Callable[..., Any]) -> Callable[..., Any]:
    """A padding or kernel of a billion would make a matrix function allocate before any check of its result."""

    @wraps(function)
    def bounded(*arguments: Any, **options: Any) -> Any:
        _bounded([*arguments, *options.values()], MAX_WINDOW, _WINDOWS)
        return function(*arguments, **options)

    return bounded


def _inverse_trace(traced: Callable[..., trace.Trace]) -> Callable[..., trace.Trace]:
    @wraps(traced)
    def bounded(*arguments: Any) -> trace.Trace:
        _bounded([*arguments], MAX_SIZE, _INVERSE)
        return traced(*arguments)

    return bounded


def _softmax(x: Matrix) -> Any:
    """Of the numbers of a row."""
    require_matrix(x)
    return cnncalc.softmax(x)


def _cross_entropy(x: Matrix, target: int) -> float:
    return float(cnncalc.cross_entropy(_row(x), target))


def _cross_entropy_gradient(x: Matrix, target: int) -> Any:
    return cnncalc.cross_entropy_gradient(_row(x), target)[None]


def _row(x: Matrix) -> Any:
    require_matrix(x)
    if len(x) != 1:
        raise ValueError(Both("1行の行列を与えてください。", "should be a matrix of one row"))
    return x[0]


def _of_row(traced: Callable[..., trace.Trace]) -> Callable[..., trace.Trace]:
    @wraps(traced)
    def of_row(x: Matrix, *arguments: Any) -> trace.Trace:
        return traced(_row(x), *arguments)

    return of_row


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **OPERATIONS,
    "output_size": cnncalc.output_size,
    "valid_output_size": cnncalc.valid_output_size,
    "same_output_size": cnncalc.same_output_size,
    "same_padding": cnncalc.same_padding,
    "tensorflow_same_padding": cnncalc.tensorflow_same_padding,
    "transposed_output_size": cnncalc.transposed_output_size,
    "paddings_giving": _sorted(cnncalc.paddings_giving),
    "strides_giving": _sorted(cnncalc.strides_giving),
    "kernels_giving": _sorted(cnncalc.kernels_giving),
    "receptive_field": _receptive_field,
    "receptive_jump": _receptive_jump,
    "max_pool2d": _windowed(cnncalc.max_pool2d),
    "mean_pool2d": _windowed(_exactly(cnncalc.mean_pool2d)),
    "lp_pool2d": _windowed(cnncalc.lp_pool2d),
    "adaptive_max_pool2d": _windowed(cnncalc.adaptive_max_pool2d),
    "adaptive_mean_pool2d": _windowed(_exactly(cnncalc.adaptive_mean_pool2d)),
    "global_max_pool2d": lambda x: extreme(max)(x),
    "global_mean_pool2d": mean,
    "max_pool2d_backward": _windowed(cnncalc.max_pool2d_backward),
    "mean_pool2d_backward": _windowed(_exactly(cnncalc.mean_pool2d_backward)),
    "conv2d": _windowed(_conv2d),
    "conv2d_dx": _windowed(_conv2d_dx),
    "conv2d_dw": _windowed(_conv2d_dw),
    "conv_transpose2d": _windowed(_conv_transpose2d),
    "im2col": _windowed(_im2col),
    "col2im": _windowed(_col2im),
    "im2col_shape": cnncalc.im2col_shape,
    "im2col_expansion": cnncalc.im2col_expansion,
    "softmax": _softmax,
    "cross_entropy": _cross_entropy,
    "cross_entropy_gradient": _cross_entropy_gradient,
    "flatten_size": cnncalc.flatten_size,
    "linear_parameter_count": cnncalc.linear_parameter_count,
    "linear_macs": cnncalc.linear_macs,
    "conv2d_parameter_count": cnncalc.conv2d_parameter_count,
    "conv2d_macs": cnncalc.conv2d_macs,
    "conv_transpose2d_macs": cnncalc.conv_transpose2d_macs,
    "depthwise_separable_parameter_count": cnncalc.depthwise_separable_parameter_count,
    "depthwise_separable_macs": cnncalc.depthwise_separable_macs,
    "batch_norm_parameter_count": cnncalc.batch_norm_parameter_count,
}

TRACES: Mapping[str, Callable[..., trace.Trace]] = {
    "output_size": trace.output_size,
    "valid_output_size": trace.valid_output_size,
    "same_output_size": trace.same_output_size,
    "same_padding": trace.same_padding,
    "tensorflow_same_padding": trace.tensorflow_same_padding,
    "transposed_output_size": trace.transposed_output_size,
    "paddings_giving": _inverse_trace(trace.paddings_giving),
    "strides_giving": _inverse_trace(trace.strides_giving),
    "kernels_giving": _inverse_trace(trace.kernels_giving),
    "receptive_field": trace.receptive_field,
    "max_pool2d": _windowed(trace.max_pool2d),
    "mean_pool2d": _windowed(trace.mean_pool2d),
    "lp_pool2d": _windowed(trace.lp_pool2d),
    "adaptive_max_pool2d": _windowed(trace.adaptive_max_pool2d),
    "adaptive_mean_pool2d": _windowed(trace.adaptive_mean_pool2d),
    "global_max_pool2d": trace.global_max_pool2d,
    "global_mean_pool2d": trace.global_mean_pool2d,
    "max_pool2d_backward": _windowed(trace.max_pool2d_backward),
    "mean_pool2d_backward": _windowed(trace.mean_pool2d_backward),
    "conv2d": _windowed(_conv2d_trace),
    "conv2d_dx": _windowed(partial(_gradient_trace, "gradient-input", "dX")),
    "conv2d_dw": _windowed(partial(_gradient_trace, "gradient-weights", "dW")),
    "conv_transpose2d": _windowed(_conv_transpose2d_trace),
    "im2col": _windowed(_im2col_trace),
    "col2im": _windowed(_col2im_trace),
    "im2col_shape": trace.im2col_shape,
    "im2col_expansion": trace.im2col_expansion,
    "softmax": _of_row(trace.softmax),
    "cross_entropy": _of_row(trace.cross_entropy),
    "cross_entropy_gradient": _of_row(trace.cross_entropy_gradient),
    "flatten_size": trace.flatten_size,
    "linear_parameter_count": trace.linear_parameter_count,
    "linear_macs": trace.linear_macs,
    "conv2d_parameter_count": trace.conv2d_parameter_count,
    "conv2d_macs": trace.conv2d_macs,
    "conv_transpose2d_macs": trace.conv_transpose2d_macs,
    "depthwise_separable_parameter_count": trace.depthwise_separable_parameter_count,
    "depthwise_separable_macs": trace.depthwise_separable_macs,
    "batch_norm_parameter_count": trace.batch_norm_parameter_count,
}
