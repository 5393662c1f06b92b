"""Gradients of pooling: what is drawn, and PyTorch's own differentiation."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from numpy.random import Generator

from tests.cnncalc.oracle.comparison import Calculation, Draw, Subject
from tests.cnncalc.oracle.drawing import (
    Arguments,
    Spoiler,
    array,
    both,
    one_of,
    spoiled,
    wrong_length,
    wrong_rank,
)
from tests.cnncalc.oracle.pooling import (
    adaptive_max,
    adaptive_mean,
    called,
    dilated_mean,
    exactly,
    lp,
    to_one_cell,
    wide_lp,
)
from tests.cnncalc.oracle.pooling_cases import (
    BAD_MAPS,
    BAD_OUTPUT,
    BAD_POWER,
    DILATED,
    LP,
    WINDOWS,
    Plan,
    adaptive_plan,
    dilated_mean_plan,
    global_plan,
    large,
    lp_plan,
    max_plan,
    mean_plan,
    wide_lp_plan,
)


def positive_lp_plan(rng: Generator) -> Plan:
    """For gradients: at 0 the slope of |x| is ours to choose, and p < 1 has none."""
    arguments, shape = lp_plan(rng)
    x = 1 + rng.integers(0, 3, arguments["x"].shape)
    return {**arguments, "x": x.astype(one_of(rng, ["float64", "float32", "int64"]))}, shape


def positive_wide_lp_plan(rng: Generator) -> Plan:
    """p = inf is left out: PyTorch's ``amax`` shares a gradient between equal maxima."""
    arguments, shape = wide_lp_plan(rng)
    x = 1 + rng.integers(0, 3, arguments["x"].shape)
    x = x.astype(one_of(rng, ["float64", "float32", "int64"]))
    return {**arguments, "x": x, "p": one_of(rng, [1, 2, 3, 1.5, 0.5])}, shape


def backward(plan: Callable[[Generator], Plan], *ways: Spoiler) -> Draw:
    """Draw ``dy`` in the shape of the result too; the sums of its small integers are exact in every type."""

    def draw(rng: Generator) -> Arguments:
        arguments, shape = plan(rng)
        floating = arguments["x"].dtype.kind == "f"
        kind = one_of(rng, ["ties in float64", "ties in float64", "special in float64"]) if floating else "int64"
        dy = array(rng, kind, shape)
        arguments = {"dy": dy.astype(arguments["x"].dtype) if floating else dy, **arguments}
        fitting = (both(lambda v: v[None]), both(lambda v: v[0]), both(lambda v: v[:0]))
        return spoiled(rng, arguments, (*ways, wrong_length("dy"), wrong_rank("dy"), wrong_length("dy"), *fitting))

    return draw


def gradient(function: Calculation) -> Calculation:
    def call(torch: Any, a: Arguments) -> Any:
        x = a["x"].requires_grad_()
        y = function(torch, {name: value for name, value in a.items() if name != "dy"})
        return torch.autograd.grad(y, x, a["dy"])[0]

    return call


def max_gradient(torch: Any, a: Arguments) -> Any:
    """Where a window holds nothing but padding PyTorch points outside of the map, and would write there."""
    forward = {name: value for name, value in a.items() if name != "dy"}
    _, indices = called("max_pool2d")(torch, {**forward, "return_indices": True})
    if indices.numel() and not 0 <= indices.min() <= indices.max() < math.prod(a["x"].shape[-2:]):
        raise IndexError("an index outside of the map")
    return gradient(called("max_pool2d"))(torch, a)


mean = called("avg_pool2d")
WIDE = (*DILATED, BAD_POWER)
SUBJECTS = (
    exactly("gradient of max", "max_pool2d_backward", 1500, 250, backward(max_plan, *DILATED), max_gradient),
    exactly("gradient of large max", "max_pool2d_backward", 20, 0, backward(large()), max_gradient),
    Subject("gradient of mean", "mean_pool2d_backward", 1200, 200, backward(mean_plan, *WINDOWS), gradient(mean)),
    Subject("gradient of large mean", "mean_pool2d_backward", 20, 0, backward(large()), gradient(mean)),
    Subject(
        "gradient of dilated mean",
        "mean_pool2d_backward",
        500,
        60,
        backward(dilated_mean_plan, *DILATED),
        gradient(dilated_mean),
    ),
    Subject("gradient of Lp", "lp_pool2d_backward", 900, 150, backward(positive_lp_plan, *LP), gradient(lp)),
    Subject(
        "gradient of Lp, normalised",
        "lp_pool2d_backward",
        600,
        100,
        backward(positive_wide_lp_plan, *WIDE),
        gradient(wide_lp),
    ),
    *(
        make(f"gradient of {name}", f"{name}_pool2d_backward", cases, errors, backward(plan, *ways), gradient(theirs))
        for make, name, cases, errors, plan, ways, theirs in (
            (Subject, "adaptive_mean", 700, 70, adaptive_plan, (BAD_OUTPUT, *BAD_MAPS), adaptive_mean),
            (exactly, "adaptive_max", 700, 70, adaptive_plan, (BAD_OUTPUT, *BAD_MAPS), adaptive_max),
            (Subject, "global_mean", 300, 30, global_plan, BAD_MAPS, to_one_cell(adaptive_mean)),
            (exactly, "global_max", 300, 30, global_plan, BAD_MAPS, to_one_cell(adaptive_max)),
        )
    ),
)
