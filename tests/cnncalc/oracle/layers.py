"""Layers, against PyTorch's modules: output shapes, numbers of parameters, multiplications."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from numpy.random import Generator

import cnncalc
from tests.cnncalc.oracle.comparison import Calculation, Subject
from tests.cnncalc.oracle.convolution import BAD_GROUPS, BAD_OUTPUT_PADDING, LARGE_PADDING, convolution, transposed
from tests.cnncalc.oracle.drawing import (
    BAD_DILATION,
    BAD_KERNEL,
    BAD_PADDING,
    BAD_STRIDE,
    TOO_MUCH_PADDING,
    Arguments,
    Spoiler,
    chance,
    number,
    replaced,
    spoiled,
)
from tests.cnncalc.oracle.pooling import NAMES
from tests.cnncalc.oracle.pooling_cases import (
    BAD_CEIL,
    BAD_OUTPUT,
    BAD_POWER,
    ODD_OUTPUT,
    Plan,
    adaptive_plan,
    lp_plan,
    max_plan,
)

STEPS = (BAD_KERNEL, BAD_STRIDE, BAD_PADDING, BAD_DILATION)
BAD_CHANNELS = (replaced("in_channels", 0, -1, 5, 7, 2.0), replaced("out_channels", 0, -1, 5, 7, 2.0))


def bad_shape(rng: Generator, arguments: Arguments) -> None:
    """Another number of axes or channels."""
    shape = arguments["input_shape"]
    replaced("input_shape", (*shape[:-1], 0), (shape[0] + 1, *shape[1:]), shape[1:], (1, 1, *shape))(rng, arguments)


def of_convolution(rng: Generator) -> Arguments:
    arguments = _of_weights(convolution(rng)[0], outputs=0)
    return spoiled(rng, arguments, (*STEPS, BAD_GROUPS, *BAD_CHANNELS, bad_shape), share=0.3)


def of_transposed(rng: Generator) -> Arguments:
    arguments = _of_weights(transposed(rng), outputs=1)
    ways = (*STEPS, BAD_GROUPS, BAD_OUTPUT_PADDING, LARGE_PADDING, *BAD_CHANNELS, bad_shape)
    return spoiled(rng, arguments, ways, share=0.3)


def of_linear(rng: Generator) -> Arguments:
    features = number(rng, 1, 30)
    arguments = {"in_features": features, "out_features": number(rng, 1, 30), "bias": chance(rng, 0.5)}
    ways = (replaced("in_features", -1, 31, 2.0), replaced("out_features", -1, 2.0))
    return spoiled(rng, {**arguments, "input_shape": (features,)}, ways, share=0.4)


def of_pooling(plan: Callable[[Generator], Plan], *ways: Spoiler) -> Callable[[Generator], Arguments]:
    def draw(rng: Generator) -> Arguments:
        arguments = plan(rng)[0]
        shape = arguments.pop("x").shape[-3:]
        return spoiled(rng, {**arguments, "input_shape": shape}, (*ways, bad_shape), share=0.3)

    return draw


def layer(name: str) -> Callable[[Arguments], Any]:
    """The output shape, the numbers of parameters and of multiplications."""

    def calculate(a: Arguments) -> Any:
        made = getattr(cnncalc, name)(**{key: value for key, value in a.items() if key != "input_shape"})
        shape = made.output_shape(a["input_shape"])
        return shape, made.parameter_count(), made.macs(a["input_shape"])

    return calculate


def module(names: tuple[str, ...], axes: int) -> Calculation:
    """The same by calculation. PyTorch counts two operations per multiplication, none for the bias.

    The last module is the one to compare with; those before it only refuse what it does by a short cut.
    """

    def calculate(torch: Any, a: Arguments) -> Any:
        settings = {NAMES.get(key, key): value for key, value in a.items() if key != "input_shape"}
        *stricter, made = (getattr(torch.nn, name)(**settings) for name in names)
        if len(a["input_shape"]) != axes:
            raise ValueError("a shape of one example is wanted")
        for other in stricter:
            other(torch.zeros(a["input_shape"]))
        with torch.utils.flop_counter.FlopCounterMode(display=False) as counter:
            shape = tuple(made(torch.zeros(a["input_shape"])).shape)
        return shape, sum(prod(parameter.shape) for parameter in made.parameters()), counter.get_total_flops() // 2

    return calculate


def _of_weights(arguments: Arguments, outputs: int) -> Arguments:
    """Describe a drawn convolution as a layer."""
    x, w = arguments.pop("x"), arguments.pop("w")
    groups = arguments.get("groups", 1)
    channels = {"in_channels": x.shape[-3], "out_channels": w.shape[outputs] * (groups if outputs else 1)}
    bias = arguments.pop("bias", None) is not None
    return {**channels, "kernel": w.shape[2:], **arguments, "bias": bias, "input_shape": x.shape[-3:]}


POOLING = (BAD_KERNEL, BAD_STRIDE, BAD_PADDING, TOO_MUCH_PADDING, BAD_CEIL)
SUBJECTS = tuple(
    Subject(f"layer {name}", name, cases, errors, draw, module(theirs, axes), calculate=layer(name))
    for name, cases, errors, draw, theirs, axes in (
        ("Conv2d", 500, 100, of_convolution, ("Conv2d",), 3),
        ("ConvTranspose2d", 500, 100, of_transposed, ("ConvTranspose2d",), 3),
        ("Linear", 200, 40, of_linear, ("Linear",), 1),
        ("MaxPool2d", 400, 80, of_pooling(max_plan, *POOLING, BAD_DILATION), ("MaxPool2d",), 3),
        ("LpPool2d", 300, 50, of_pooling(lp_plan, BAD_KERNEL, BAD_STRIDE, BAD_POWER), ("LPPool2d",), 3),
        (
            "AdaptiveMeanPool2d",
            400,
            40,
            of_pooling(adaptive_plan, BAD_OUTPUT, ODD_OUTPUT),
            ("AdaptiveMaxPool2d", "AdaptiveAvgPool2d"),
            3,
        ),
        ("AdaptiveMaxPool2d", 400, 40, of_pooling(adaptive_plan, BAD_OUTPUT, ODD_OUTPUT), ("AdaptiveMaxPool2d",), 3),
    )
)
