"""What is drawn for pooling."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from numpy.random import Generator

from tests.cnncalc.oracle.comparison import Draw
from tests.cnncalc.oracle.drawing import (
    ANY,
    BAD_DILATION,
    BAD_KERNEL,
    BAD_PADDING,
    BAD_STRIDE,
    FINITE,
    HALF,
    NOT_WHOLE,
    TOO_MUCH_PADDING,
    Arguments,
    Array,
    Spoiler,
    array,
    booleans,
    chance,
    enlarged,
    given,
    number,
    one_of,
    replaced,
    spoiled,
    windows,
    wrong_length,
    wrong_rank,
)

Plan: TypeAlias = tuple[Arguments, tuple[int, ...]]  # valid arguments (mostly) and the shape of the result

KINDS = [*ANY, *HALF]
DEFAULTS: Arguments = {
    "padding": (0, 0),
    "dilation": (1, 1),
    "ceil_mode": False,
    "count_include_pad": True,
    "normalized": False,
}
BAD_MAPS = (wrong_rank("x"), wrong_length("x"), booleans("x"))
BAD_CEIL = replaced("ceil_mode", 1, 0, "yes")
BAD_OUTPUT = replaced("output", -1, (2, -1), (1, 2, 3), (2,), None, *NOT_WHOLE)
ODD_OUTPUT = replaced("output", 0, (0, 2), (None, 2), (1, -1), "7")
WINDOWS = (BAD_KERNEL, BAD_STRIDE, BAD_PADDING, TOO_MUCH_PADDING, *BAD_MAPS)
DILATED = (*WINDOWS, BAD_DILATION)
BAD_POWER = replaced("p", 0, -1, -0.5, "2", None)
LP = (BAD_KERNEL, BAD_STRIDE, *BAD_MAPS, BAD_CEIL, BAD_POWER)
OUTPUT = (BAD_OUTPUT, ODD_OUTPUT, *BAD_MAPS)


def axes_before(rng: Generator) -> tuple[int, ...]:
    """The axes before height and width, as PyTorch takes them."""
    return one_of(rng, [(1,), (2,), (1, 1), (2, 1), (1, 2), (2, 3)])


def pooled(rng: Generator, kinds: Sequence[str], dilated: float = 0.0, padded: float = 0.6, **settings: Any) -> Plan:
    """Draw maps and windows over them; ``settings`` are further arguments."""
    w = windows(rng, pooling=True, dilated=dilated, padded=padded)
    if chance(rng, 0.2):
        w = replace(w, stride=w.kernel)
    before = axes_before(rng)
    arguments = {
        "x": array(rng, one_of(rng, kinds), (*before, *w.sizes)),
        "kernel": w.kernel,
        "stride": w.stride,
        "padding": w.padding,
        **({"dilation": w.dilation} if dilated else {}),
        **settings,
    }
    if w.stride == w.kernel and chance(rng, 0.2):
        arguments["stride"] = None
    shape = (*before, *w.outputs(settings.get("ceil_mode") is True))
    return given(rng, arguments, DEFAULTS | {"stride": w.kernel}), shape


def large(**settings: Any) -> Callable[[Generator], Plan]:
    """Draw maps of several MiB together."""

    def plan(rng: Generator) -> Plan:
        w = enlarged(rng, windows(rng, pooling=True, dilated=0.0))
        before = one_of(rng, [(40,), (3, 16), (20, 2)])
        kinds = ["float64", "ties in float32", "special in float64", "int64", "uint8"]
        arguments = {"x": array(rng, one_of(rng, kinds), (*before, *w.sizes)), "kernel": w.kernel, "stride": w.stride}
        ceil_mode = chance(rng, 0.5)
        return {**arguments, "padding": w.padding, "ceil_mode": ceil_mode, **settings}, (*before, *w.outputs(ceil_mode))

    return plan


def large_lp_plan(rng: Generator) -> Plan:
    arguments, shape = large(p=one_of(rng, [1, 2, 3, 1.5]))(rng)
    del arguments["padding"]
    return {**arguments, "x": np.maximum(np.nan_to_num(arguments["x"], posinf=5), 0)}, shape


def large_adaptive_plan(rng: Generator) -> Plan:
    arguments, shape = large()(rng)
    output = (number(rng, 1, 60), number(rng, 1, 60))
    return {"x": arguments["x"], "output": output}, (*shape[:-2], *output)


def max_plan(rng: Generator) -> Plan:
    return pooled(rng, KINDS, dilated=0.3, ceil_mode=chance(rng, 0.5))


def mean_plan(rng: Generator) -> Plan:
    return pooled(rng, KINDS, ceil_mode=chance(rng, 0.5), count_include_pad=chance(rng, 0.5))


def dilated_mean_plan(rng: Generator) -> Plan:
    return pooled(rng, KINDS, dilated=0.8, count_include_pad=chance(rng, 0.5))


def uneven_plan(rng: Generator) -> Plan:
    """Padding that differs from side to side, always within half the kernel."""
    arguments, shape = pooled(rng, [*FINITE, *HALF], stride=(number(rng, 1, 3), number(rng, 1, 3)))
    kernel = (number(rng, 2, 4), number(rng, 2, 4))
    sides = tuple((number(rng, 0, k // 2), number(rng, 0, k // 2)) for k in kernel)
    return {**arguments, "kernel": kernel, "padding": sides}, shape


def lp_plan(rng: Generator) -> Plan:
    p = one_of(rng, [1, 2, 2.0, 3, 4, 7, 18, 1.5, 0.5])
    arguments, shape = pooled(rng, [*FINITE, "special in float64"], padded=0.0, ceil_mode=chance(rng, 0.5))
    arguments.pop("padding", None)
    return {**arguments, "x": _not_negative(arguments["x"]), "p": p}, shape


def wide_lp_plan(rng: Generator) -> Plan:
    """What PyTorch's Lp pooling does not know: padding, dilation, the normalised form, p = inf."""
    settings = {"normalized": chance(rng, 0.7), "count_include_pad": chance(rng, 0.5)}
    arguments, shape = pooled(rng, [*FINITE, "special in float64"], dilated=0.3, **settings)
    return {**arguments, "x": _not_negative(arguments["x"]), "p": one_of(rng, [1, 2, 3, 1.5, 0.5, math.inf])}, shape


def adaptive_plan(rng: Generator) -> Plan:
    before = axes_before(rng)
    output = (number(rng, 1, 8), number(rng, 1, 8))
    x = array(rng, one_of(rng, KINDS), (*before, number(rng, 1, 7), number(rng, 1, 7)))
    # PyTorch takes no integer of NumPy and no list here
    form = output[0] if output[0] == output[1] and chance(rng, 0.6) else output
    return {"x": x, "output": form}, (*before, *output)


def global_plan(rng: Generator) -> Plan:
    before = axes_before(rng)
    return {"x": array(rng, one_of(rng, KINDS), (*before, number(rng, 1, 6), number(rng, 1, 6)))}, before


def forward(plan: Callable[[Generator], Plan], *ways: Spoiler) -> Draw:
    return lambda rng: spoiled(rng, plan(rng)[0], ways)


def with_indices(draw: Draw) -> Draw:
    return lambda rng: {**draw(rng), "return_indices": True}


def _not_negative(x: Array) -> Array:
    return np.abs(x) if x.dtype.kind == "f" else np.maximum(x, 0)
