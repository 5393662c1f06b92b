"""The worked steps of one layer: sizes, parameters and multiplications, from :mod:`cnncalc.trace`."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import prod

from cnncalc import trace
from cnncalc.arguments import paddings, pair
from cnncalc.geometry import WindowAxis, window_axes
from cnncalc.layers import (
    BatchNorm2d,
    Conv2d,
    ConvTranspose2d,
    Flatten,
    GlobalMeanPool2d,
    Layer,
    Linear,
    LpPool2d,
    MaxPool2d,
    MeanPool2d,
)
from cnncalc.pooling import pooling_axes
from cnncalc.shapes import Shape
from cnncalc.trace import Trace
from cnncalc.words import Language
from quizzes.questions.solutions import worked

from .mistakes import Word, filled
from .words import HEADINGS, NOTES


def steps(layer: Layer, shape: Shape, language: Language, *, same: bool = False) -> str:
    """The calculation as HTML; ``same`` explains a padding that was asked for by that word.

    A fully connected layer for maps flattens them first.
    """
    return "".join(_parts(layer, shape, language, same))


def _parts(layer: Layer, shape: Shape, language: Language, same: bool) -> Iterator[str]:
    def work(heading: str, calculation: Trace) -> str:
        return worked(calculation, HEADINGS[heading][language], language).html

    match layer:
        case Conv2d():
            axes = window_axes(shape, layer.kernel, layer.stride, layer.padding, layer.dilation)
            yield from _sizes(axes, False, same, language)
            yield _note("channels", language, channels=layer.out_channels)
            yield work(
                "parameters",
                trace.conv2d_parameter_count(shape[0], layer.out_channels, layer.kernel, layer.bias, layer.groups),
            )
            macs = trace.conv2d_macs(
                shape, layer.out_channels, layer.kernel, layer.stride, layer.padding, layer.dilation, layer.groups
            )
            yield work("macs", tuple(step for step in macs if step.key != "output"))  # the sizes stand above
        case ConvTranspose2d():
            yield from _transposed_sizes(layer, shape, language)
            yield _note("channels", language, channels=layer.out_channels)
            yield work(
                "parameters",
                trace.conv2d_parameter_count(shape[0], layer.out_channels, layer.kernel, layer.bias, layer.groups),
            )
            yield work("macs", trace.conv_transpose2d_macs(shape, layer.out_channels, layer.kernel, layer.groups))
        case MaxPool2d() | MeanPool2d() | LpPool2d():
            windows = layer.kernel, layer.stride, layer.padding, layer.dilation, layer.ceil_mode
            yield from _sizes(pooling_axes(shape, *windows), layer.ceil_mode, same, language)
            yield _note("pooling", language, channels=shape[0])
        case Linear():
            if len(shape) == 3:
                yield work("flatten", trace.flatten_size(shape[0], shape[1], shape[2]))
            yield work("parameters", trace.linear_parameter_count(prod(shape), layer.out_features, layer.bias))
            yield work("macs", trace.linear_macs(prod(shape), layer.out_features))
        case GlobalMeanPool2d():
            yield _note("gap", language, cells=shape[1] * shape[2], channels=shape[0])
        case Flatten():
            if len(shape) == 3:
                yield work("flatten", trace.flatten_size(shape[0], shape[1], shape[2]))
            yield _note("flatten", language)
        case BatchNorm2d():
            yield work("parameters", trace.batch_norm_parameter_count(shape[0]))
            yield _note("batch-norm", language, kept=layer.non_trainable_count())


def _sizes(axes: tuple[WindowAxis, WindowAxis], ceil_mode: bool, same: bool, language: Language) -> Iterator[str]:
    """Both axes; one calculation where they have the same numbers."""
    alike = axes[0] == axes[1]
    names = ("size",) if alike else ("height", "width")
    for name, axis in zip(names, axes, strict=False):
        if same:
            heading = HEADINGS["padding" if alike else f"padding-{name}"][language]
            yield worked(trace.same_padding(axis.kernel, axis.dilation), heading, language).html
        calculation = trace.output_size(
            axis.size,
            axis.kernel,
            axis.stride,
            (axis.before, axis.after),
            axis.dilation,
            ceil_mode,
            axis="" if alike else name,
        )
        yield worked(calculation, HEADINGS[name][language], language).html


def _transposed_sizes(layer: ConvTranspose2d, shape: Shape, language: Language) -> Iterator[str]:
    axes = list(
        zip(
            shape[1:],
            pair("kernel", layer.kernel, 1),
            pair("stride", layer.stride, 1),
            paddings(layer.padding),
            pair("output_padding", layer.output_padding, 0),
            pair("dilation", layer.dilation, 1),
            strict=True,
        )
    )
    names = ("size",) if axes[0] == axes[1] else ("height", "width")
    for name, numbers in zip(names, axes, strict=False):
        yield worked(trace.transposed_output_size(*numbers), HEADINGS[name][language], language).html


def _note(name: str, language: Language, **values: Word) -> str:
    return f"<p>{escape(filled(NOTES[name], values, language))}</p>"
