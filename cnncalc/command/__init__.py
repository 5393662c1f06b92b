"""The command line ``python -m cnncalc``: arguments in, worked steps out, for people or as JSON."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import TypeAlias

from cnncalc import network, trace
from cnncalc.architectures import ARCHITECTURES
from cnncalc.arguments import RealArray, paddings, pair
from cnncalc.command import reading, writing
from cnncalc.trace import Trace
from cnncalc.words import Language

Options: TypeAlias = argparse.Namespace


def main(arguments: Sequence[str]) -> int:
    """Run one command; return the exit status: 0, or 2 for what cannot be calculated."""
    options = _parser().parse_args(arguments)
    try:
        shown = _summary(options) if options.command == "summary" else _worked(options)
    except ValueError as reason:
        print(f"python -m cnncalc {options.command}: error: {reason}", file=sys.stderr)  # noqa: T201  # a command prints
        return 2
    print(shown)  # noqa: T201
    return 0


def _worked(options: Options) -> str:
    parts: writing.Parts = options.calculate(options)
    write = writing.steps_as_json if options.json else writing.steps_as_text
    return write(parts, options.lang)


def _summary(options: Options) -> str:
    known = ARCHITECTURES[options.network]
    summary = network.summarize(known.layers, options.input or known.input_shape)
    return writing.summary_as_json(summary) if options.json else writing.summary_as_text(summary, options.lang)


def _output_size(options: Options) -> writing.Parts:
    sizes, kernels = pair("size", options.size, 1), pair("kernel", options.kernel, 1)
    strides, dilations = pair("stride", options.stride, 1), pair("dilation", options.dilation, 1)
    axes = list(zip(sizes, kernels, strides, paddings(options.padding), dilations, strict=True))
    letters = ("height", "width") if isinstance(options.size, tuple) or axes[0] != axes[1] else ("",)
    return {
        axis: trace.output_size(*numbers, options.ceil_mode, axis=axis)
        for axis, numbers in zip(letters, axes, strict=False)
    }


def _transposed_output_size(options: Options) -> writing.Parts:
    padding, _ = paddings(options.padding)
    return _one(
        trace.transposed_output_size(
            options.size, options.kernel, options.stride, padding, options.output_padding, options.dilation
        )
    )


def _pool(options: Options) -> writing.Parts:
    windows = (options.kernel, options.stride, options.padding, options.dilation, options.ceil_mode)
    if options.kind == "max":
        return _one(trace.max_pool2d(options.x, *windows))
    if options.kind == "mean":
        return _one(trace.mean_pool2d(options.x, *windows, not options.exclude_padding))
    return _one(trace.lp_pool2d(options.x, options.p, *windows, options.normalized))


def _conv(options: Options) -> writing.Parts:
    x, w = _with_axes(options.x, 3), _with_axes(options.w, 4)
    bias = None if options.bias is None else options.bias.reshape(-1)
    windows = (options.stride, options.padding, options.dilation)
    return _one(trace.conv2d(x, w, bias, *windows, options.groups))


def _im2col(options: Options) -> writing.Parts:
    windows = (options.kernel, options.stride, options.padding, options.dilation)
    return _one(trace.im2col(_with_axes(options.x, 3), *windows, options.windows_as))


def _receptive_field(options: Options) -> writing.Parts:
    return _one(trace.receptive_field(options.stages))


def _conv_params(options: Options) -> writing.Parts:
    return _one(
        trace.conv2d_parameter_count(
            options.in_channels, options.out_channels, options.kernel, options.bias, options.groups
        )
    )


def _depthwise_separable_params(options: Options) -> writing.Parts:
    return _one(
        trace.depthwise_separable_parameter_count(
            options.in_channels, options.out_channels, options.kernel, options.bias
        )
    )


def _linear_params(options: Options) -> writing.Parts:
    return _one(trace.linear_parameter_count(options.in_features, options.out_features, options.bias))


def _batch_norm_params(options: Options) -> writing.Parts:
    return _one(trace.batch_norm_parameter_count(options.channels))


def _one(steps: Trace) -> writing.Parts:
    return {"": steps}


def _with_axes(maps: RealArray, axes: int) -> RealArray:
    """A matrix typed for a convolution is one map of one channel, or one filter for it."""
    return maps.reshape((1,) * (axes - maps.ndim) + maps.shape) if maps.ndim == 2 else maps


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m cnncalc", description="Calculate convolutional neural networks and show every step."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    command = _command(commands, "output-size", "how many windows fit along an axis, or along both", _output_size)
    command.add_argument("size", type=reading.size, help="28, or 28x32 for height and width")
    command.add_argument("kernel", type=reading.size, help="3, or 3x5 for height and width")
    _windows(command, stride="1")
    command.add_argument("--ceil-mode", action="store_true", help="round up, as pooling layers may")

    command = _command(
        commands, "transposed-output-size", "the size after a transposed convolution", _transposed_output_size
    )
    command.add_argument("size", type=int)
    command.add_argument("kernel", type=int)
    command.add_argument("--stride", type=int, default=1)
    command.add_argument("--padding", type=reading.padding, default=0, help="1, or 0,1 for before and after")
    command.add_argument("--output-padding", type=int, default=0)
    command.add_argument("--dilation", type=int, default=1)

    command = _command(commands, "pool", "pool one map", _pool)
    command.add_argument("x", type=reading.numbers, help=_MATRIX)
    command.add_argument("kernel", type=reading.size, help="3, or 3x5 for height and width")
    _windows(command, stride=None)
    command.add_argument("--kind", choices=("max", "mean", "lp"), default="max")
    command.add_argument("--ceil-mode", action="store_true", help="round the output size up")
    command.add_argument("--exclude-padding", action="store_true", help="mean: divide by the cells of the input only")
    command.add_argument("--p", type=reading.power, default=2, help="lp: the power, or inf (default: 2)")
    command.add_argument("--normalized", action="store_true", help="lp: divide the sum by the number of cells")

    command = _command(commands, "conv", "convolve one image, as deep learning does: without turning the kernel", _conv)
    command.add_argument("x", type=reading.numbers, help=f"{_MATRIX}; (C, H, W) as nested JSON lists")
    command.add_argument("w", type=reading.numbers, help="the filter, likewise; (K, C, kh, kw) as nested JSON lists")
    _windows(command, stride="1")
    command.add_argument("--groups", type=int, default=1)
    command.add_argument("--bias", type=reading.numbers, help="one number for each filter: '1 -2'")

    command = _command(commands, "im2col", "lay the windows of an image out as a matrix", _im2col)
    command.add_argument("x", type=reading.numbers, help=f"{_MATRIX}; (C, H, W) as nested JSON lists")
    command.add_argument("kernel", type=reading.size, help="3, or 3x5 for height and width")
    _windows(command, stride="1")
    command.add_argument("--windows-as", choices=("columns", "rows"), default="columns")

    command = _command(commands, "receptive-field", "what a unit of a stack of layers sees", _receptive_field)
    command.add_argument(
        "stages", type=reading.stage, nargs="+", metavar="KERNEL,STRIDE,PADDING,DILATION",
        help="one for each layer, from the input on; those at the end may be left out: 7,2,3 3,2",
    )  # fmt: skip

    _params(commands)

    command = commands.add_parser(
        "summary", help="the layers of a known network", description="The layers of a known network."
    )
    command.add_argument("network", choices=sorted(ARCHITECTURES))
    command.add_argument("--input", type=reading.shape, metavar="CxHxW", help="default: the published one")
    _output(command)
    return parser


_MATRIX = "a matrix: '1 2; 3 4', JSON lists, or - to read it from the standard input"


def _params(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("params", help="parameters of a layer", description="Parameters of a layer.")
    kinds = command.add_subparsers(dest="kind", required=True, metavar="KIND")
    convolutions = {
        "conv": ("a convolution", _conv_params),
        "depthwise-separable": ("a depthwise and a pointwise convolution", _depthwise_separable_params),
    }
    for kind, (words, calculate) in convolutions.items():
        layer = _command(kinds, kind, f"parameters of {words}", calculate)
        layer.add_argument("in_channels", type=int)
        layer.add_argument("out_channels", type=int)
        layer.add_argument("kernel", type=reading.size, help="3, or 3x5 for height and width")
        layer.add_argument("--no-bias", dest="bias", action="store_false")
        if kind == "conv":
            layer.add_argument("--groups", type=int, default=1)
    layer = _command(kinds, "linear", "parameters of a fully connected layer", _linear_params)
    layer.add_argument("in_features", type=int)
    layer.add_argument("out_features", type=int)
    layer.add_argument("--no-bias", dest="bias", action="store_false")
    layer = _command(kinds, "batch-norm", "parameters of batch normalisation", _batch_norm_params)
    layer.add_argument("channels", type=int)


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    words: str,
    calculate: Callable[[Options], writing.Parts],
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=words, description=f"{words[0].upper()}{words[1:]}.")
    command.set_defaults(calculate=calculate)
    _output(command)
    return command


def _output(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="result and steps for programs")
    command.add_argument("--lang", choices=("ja", "en"), default=_language(), help="of the names of the steps")


def _windows(command: argparse.ArgumentParser, stride: str | None) -> None:
    default = "the kernel" if stride is None else stride
    command.add_argument("--stride", type=reading.size, default=stride, help=f"2, or 2x1 (default: {default})")
    command.add_argument("--padding", type=reading.padding, default=0, help="1, 1x2, or 0,1x2 for before and after")
    command.add_argument("--dilation", type=reading.size, default=1)


def _language() -> Language:
    """The language of the terminal, English if it is not Japanese."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "ja" if named.startswith("ja") else "en"
