"""The steps of counts: parameters, the values of a map, and multiplications."""

from __future__ import annotations

from cnncalc import counts, latex
from cnncalc.arguments import Padding, Pair, pair
from cnncalc.shapes import Shape
from cnncalc.trace.sizes import output_sizes
from cnncalc.trace.steps import Step, Trace


def linear_parameter_count(in_features: int, out_features: int, bias: bool = True) -> Trace:
    """Trace ``counts.linear_parameter_count``: formula, substitution, result.

    Raises ``ValueError`` as ``counts.linear_parameter_count`` does.

    >>> for step in linear_parameter_count(25088, 256):
    ...     print(step.latex)
    N_i \\times N_o + N_o
    25{,}088 \\times 256 + 256
    6{,}422{,}528 + 256 = 6{,}422{,}784
    """
    result = counts.linear_parameter_count(in_features, out_features, bias)
    biases = int(out_features) if bias else 0
    return _count("N_i \\times N_o", "N_o", (in_features, out_features), biases, result)


def conv2d_parameter_count(
    in_channels: int, out_channels: int, kernel: int | Pair, bias: bool = True, groups: int = 1
) -> Trace:
    """Trace ``counts.conv2d_parameter_count``: formula, substitution, result.

    Raises ``ValueError`` as ``counts.conv2d_parameter_count`` does.

    >>> for step in conv2d_parameter_count(3, 64, 3):
    ...     print(step.latex)
    C_o \\times C_i \\times F_h \\times F_w + C_o
    64 \\times 3 \\times 3 \\times 3 + 64
    1{,}728 + 64 = 1{,}792
    """
    result = counts.conv2d_parameter_count(in_channels, out_channels, kernel, bias, groups)
    letters, factors = _weights(in_channels, out_channels, kernel, groups)
    return _count(letters, "C_o", factors, int(out_channels) if bias else 0, result)


def conv2d_macs(
    input_shape: Shape,
    out_channels: int,
    kernel: int | Pair,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> Trace:
    """Trace ``counts.conv2d_macs``: formula, output (height and width), substitution, result.

    Raises ``ValueError`` as ``counts.conv2d_macs`` does.

    >>> for step in conv2d_macs((1, 32, 32), 6, 5):
    ...     print(step.latex)
    C_o \\times C_i \\times F_h \\times F_w \\times O_h \\times O_w
    O_h = \\left\\lfloor \\frac{32 + 2 \\cdot 0 - 5}{1} \\right\\rfloor + 1 = 28
    O_w = \\left\\lfloor \\frac{32 + 2 \\cdot 0 - 5}{1} \\right\\rfloor + 1 = 28
    6 \\times 1 \\times 5 \\times 5 \\times 28 \\times 28
    6 \\times 1 \\times 5 \\times 5 \\times 28 \\times 28 = 117{,}600
    """
    result = counts.conv2d_macs(input_shape, out_channels, kernel, stride, padding, dilation, groups)
    outputs, axes = output_sizes(input_shape, kernel, stride, padding, dilation)
    cells = [axis.output for axis in axes]
    letters, factors = _weights(input_shape[0], out_channels, kernel, groups)
    formula, *others = _count(f"{letters} \\times O_h \\times O_w", "", (*factors, *cells), 0, result)
    return formula, *outputs, *others


def conv_transpose2d_macs(input_shape: Shape, out_channels: int, kernel: int | Pair, groups: int = 1) -> Trace:
    """Trace ``counts.conv_transpose2d_macs``: formula, substitution, result.

    Raises ``ValueError`` as ``counts.conv_transpose2d_macs`` does.

    >>> conv_transpose2d_macs((8, 4, 4), 3, 2)[-1].latex
    '3 \\\\times 8 \\\\times 2 \\\\times 2 \\\\times 4 \\\\times 4 = 1{,}536'
    """
    result = counts.conv_transpose2d_macs(input_shape, out_channels, kernel, groups)
    channels, height, width = input_shape
    letters, factors = _weights(channels, out_channels, kernel, groups)
    return _count(f"{letters} \\times H \\times W", "", (*factors, height, width), 0, result)


def depthwise_separable_parameter_count(
    in_channels: int, out_channels: int, kernel: int | Pair, bias: bool = True
) -> Trace:
    """Trace ``counts.depthwise_separable_parameter_count``: formula, depthwise, pointwise, result.

    Raises ``ValueError`` as ``counts.depthwise_separable_parameter_count`` does.

    >>> for step in depthwise_separable_parameter_count(32, 64, 3, False):
    ...     print(step.latex)
    C_i \\times F_h \\times F_w + C_i \\times C_o
    32 \\times 3 \\times 3 = 288
    32 \\times 64 = 2{,}048
    288 + 2{,}048 = 2{,}336
    """
    result = counts.depthwise_separable_parameter_count(in_channels, out_channels, kernel, bias)
    height, width = pair("kernel", kernel, 1)
    depthwise = counts.conv2d_parameter_count(in_channels, in_channels, kernel, bias, in_channels)
    inputs, outputs = f" + {latex.grouped(in_channels)}", f" + {latex.grouped(out_channels)}"
    first = f"{_product(in_channels, height, width)}{inputs if bias else ''}"
    second = f"{_product(in_channels, out_channels)}{outputs if bias else ''}"
    if bias:
        formula = "(C_i \\times F_h \\times F_w + C_i) + (C_i \\times C_o + C_o)"
    else:
        formula = "C_i \\times F_h \\times F_w + C_i \\times C_o"
    return (Step("formula", formula), *_both(first, second, depthwise, result))


def depthwise_separable_macs(
    input_shape: Shape,
    out_channels: int,
    kernel: int | Pair,
    stride: int | Pair = 1,
    padding: Padding = 0,
    dilation: int | Pair = 1,
) -> Trace:
    """Trace ``counts.depthwise_separable_macs``: formula, output (height and width), depthwise, pointwise, result.

    Raises ``ValueError`` as ``counts.depthwise_separable_macs`` does.

    >>> for step in depthwise_separable_macs((8, 6, 6), 16, 3)[3:]:
    ...     print(step.latex)
    8 \\times 3 \\times 3 \\times 4 \\times 4 = 1{,}152
    8 \\times 16 \\times 4 \\times 4 = 2{,}048
    1{,}152 + 2{,}048 = 3{,}200
    """
    result = counts.depthwise_separable_macs(input_shape, out_channels, kernel, stride, padding, dilation)
    channels = input_shape[0]
    depthwise = counts.conv2d_macs(input_shape, channels, kernel, stride, padding, dilation, channels)
    outputs, axes = output_sizes(input_shape, kernel, stride, padding, dilation)
    cells = [axis.output for axis in axes]
    formula = "C_i \\times F_h \\times F_w \\times O_h \\times O_w + C_i \\times C_o \\times O_h \\times O_w"
    first = _product(channels, *pair("kernel", kernel, 1), *cells)
    second = _product(channels, out_channels, *cells)
    return (Step("formula", formula), *outputs, *_both(first, second, depthwise, result))


def linear_macs(in_features: int, out_features: int) -> Trace:
    """Trace ``counts.linear_macs``: formula, substitution, result.

    Raises ``ValueError`` as ``counts.linear_macs`` does.

    >>> linear_macs(120, 84)[-1].latex
    '120 \\\\times 84 = 10{,}080'
    """
    return _count("N_i \\times N_o", "", (in_features, out_features), 0, counts.linear_macs(in_features, out_features))


def batch_norm_parameter_count(channels: int) -> Trace:
    """Trace ``counts.batch_norm_parameter_count``: formula, substitution, result.

    Raises ``ValueError`` as ``counts.batch_norm_parameter_count`` does.

    >>> batch_norm_parameter_count(64)[-1].latex
    '2 \\\\times 64 = 128'
    """
    return _count("2 \\times C", "", (2, channels), 0, counts.batch_norm_parameter_count(channels))


def flatten_size(channels: int, height: int, width: int) -> Trace:
    """Trace ``counts.flatten_size``: formula, substitution, result.

    Raises ``ValueError`` as ``counts.flatten_size`` does.

    >>> for step in flatten_size(512, 7, 7):
    ...     print(step.latex)
    C \\times H \\times W
    512 \\times 7 \\times 7
    512 \\times 7 \\times 7 = 25{,}088
    """
    result = counts.flatten_size(channels, height, width)
    return _count("C \\times H \\times W", "", (channels, height, width), 0, result)


def _weights(in_channels: int, out_channels: int, kernel: int | Pair, groups: int) -> tuple[str, tuple[int | str, ...]]:
    height, width = pair("kernel", kernel, 1)
    if groups == 1:
        return "C_o \\times C_i \\times F_h \\times F_w", (out_channels, in_channels, height, width)
    inputs = f"\\frac{{{latex.grouped(in_channels)}}}{{{latex.grouped(groups)}}}"
    return "C_o \\times \\frac{C_i}{G} \\times F_h \\times F_w", (out_channels, inputs, height, width)


def _both(depthwise: str, pointwise: str, first: int, result: int) -> Trace:
    one, two, total = (latex.grouped(number) for number in (first, result - first, result))
    return (
        Step("depthwise", f"{depthwise} = {one}", first),
        Step("pointwise", f"{pointwise} = {two}", result - first),
        Step("result", f"{one} + {two} = {total}", result),
    )


def _product(*factors: int | str) -> str:
    return " \\times ".join(factor if isinstance(factor, str) else latex.grouped(factor) for factor in factors)


def _count(letters: str, bias_letter: str, factors: tuple[int | str, ...], biases: int, result: int) -> Trace:
    product = _product(*factors)
    total = latex.grouped(result)
    if not biases:
        return (
            Step("formula", letters),
            Step("substitution", product),
            Step("result", f"{product} = {total}", result),
        )
    added = latex.grouped(biases)
    return (
        Step("formula", f"{letters} + {bias_letter}"),
        Step("substitution", f"{product} + {added}"),
        Step("result", f"{latex.grouped(result - biases)} + {added} = {total}", result),
    )
