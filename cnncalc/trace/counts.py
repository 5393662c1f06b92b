"""The steps of counts: parameters and the values of a map."""

from __future__ import annotations

from cnncalc import latex, layers
from cnncalc.arguments import Pair, pair
from cnncalc.trace.steps import Step, Trace


def linear_parameter_count(in_features: int, out_features: int, bias: bool = True) -> Trace:
    """Trace ``layers.linear_parameter_count``: formula, substitution, result.

    Raises ``ValueError`` as ``layers.linear_parameter_count`` does.

    >>> for step in linear_parameter_count(25088, 256):
    ...     print(step.latex)
    N_i \\times N_o + N_o
    25{,}088 \\times 256 + 256
    6{,}422{,}528 + 256 = 6{,}422{,}784
    """
    result = layers.linear_parameter_count(in_features, out_features, bias)
    biases = int(out_features) if bias else 0
    return _count("N_i \\times N_o", "N_o", (in_features, out_features), biases, result)


def conv2d_parameter_count(
    in_channels: int, out_channels: int, kernel: int | Pair, bias: bool = True, groups: int = 1
) -> Trace:
    """Trace ``layers.conv2d_parameter_count``: formula, substitution, result.

    Raises ``ValueError`` as ``layers.conv2d_parameter_count`` does.

    >>> for step in conv2d_parameter_count(3, 64, 3):
    ...     print(step.latex)
    C_o \\times C_i \\times F_h \\times F_w + C_o
    64 \\times 3 \\times 3 \\times 3 + 64
    1{,}728 + 64 = 1{,}792
    """
    result = layers.conv2d_parameter_count(in_channels, out_channels, kernel, bias, groups)
    height, width = pair("kernel", kernel, 1)
    biases = int(out_channels) if bias else 0
    if groups == 1:
        letters = "C_o \\times C_i \\times F_h \\times F_w"
        return _count(letters, "C_o", (out_channels, in_channels, height, width), biases, result)
    letters = "C_o \\times \\frac{C_i}{G} \\times F_h \\times F_w"
    inputs = f"\\frac{{{latex.grouped(in_channels)}}}{{{latex.grouped(groups)}}}"
    return _count(letters, "C_o", (out_channels, inputs, height, width), biases, result)


def flatten_size(channels: int, height: int, width: int) -> Trace:
    """Trace ``layers.flatten_size``: formula, substitution, result.

    Raises ``ValueError`` as ``layers.flatten_size`` does.

    >>> for step in flatten_size(512, 7, 7):
    ...     print(step.latex)
    C \\times H \\times W
    512 \\times 7 \\times 7
    512 \\times 7 \\times 7 = 25{,}088
    """
    result = layers.flatten_size(channels, height, width)
    return _count("C \\times H \\times W", "", (channels, height, width), 0, result)


def _count(letters: str, bias_letter: str, factors: tuple[int | str, ...], biases: int, result: int) -> Trace:
    product = " \\times ".join(factor if isinstance(factor, str) else latex.grouped(factor) for factor in factors)
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
