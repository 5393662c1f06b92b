"""PyTorch's calculation of pooling."""

from __future__ import annotations

import math
from typing import Any

from tests.cnncalc.oracle.comparison import Calculation, Draw, Subject
from tests.cnncalc.oracle.drawing import BAD_KERNEL, BAD_STRIDE, Arguments, replaced
from tests.cnncalc.oracle.pooling_cases import (
    BAD_CEIL,
    BAD_MAPS,
    BAD_POWER,
    DILATED,
    LP,
    OUTPUT,
    WINDOWS,
    adaptive_plan,
    dilated_mean_plan,
    forward,
    global_plan,
    large,
    large_adaptive_plan,
    large_lp_plan,
    lp_plan,
    max_plan,
    mean_plan,
    uneven_plan,
    wide_lp_plan,
    with_indices,
)

NAMES = {"x": "input", "kernel": "kernel_size", "p": "norm_type", "output": "output_size"}


def called(name: str) -> Calculation:
    """PyTorch's function of the same meaning, with its names of the arguments."""

    def call(torch: Any, a: Arguments) -> Any:
        return getattr(torch.nn.functional, name)(**{NAMES.get(key, key): value for key, value in a.items()})

    return call


def dilated_mean(torch: Any, a: Arguments) -> Any:
    cells, counts, shape = _cells(torch, a)
    return (cells.sum(2) / counts).reshape(shape)


def uneven(name: str, filler: float) -> Calculation:
    def call(torch: Any, a: Arguments) -> Any:
        (top, bottom), (left, right) = a["padding"]
        padded = torch.nn.functional.pad(a["x"], (left, right, top, bottom), value=filler)
        return called(name)(torch, {**a, "x": padded, "padding": 0})

    return call


def lp(torch: Any, a: Arguments) -> Any:
    """In ceil mode PyTorch multiplies the mean of an overhanging window by kh * kw: corrected to the true sum.

    In float32 its 18th powers of small numbers vanish, where ours do not: calculated in float64.
    """
    if a["p"] == 18 and a["x"].dtype == torch.float32:
        return lp(torch, {**a, "x": a["x"].double()}).float()
    y = called("lp_pool2d")(torch, a)
    if not a.get("ceil_mode"):
        return y
    settings = {name: value for name, value in a.items() if name not in ("x", "p", "kernel")}
    ones = torch.ones_like(a["x"])
    held = torch.nn.functional.avg_pool2d(ones, a["kernel"], divisor_override=1, **settings)
    kh, kw = torch.nn.modules.utils._pair(a["kernel"])
    return y * (held / (kh * kw)) ** (1 / a["p"])


def wide_lp(torch: Any, a: Arguments) -> Any:
    p = a["p"]
    cells, counts, shape = _cells(torch, a)
    if p <= 0:
        raise ValueError("PyTorch has no rule for such a p")
    if p == math.inf:
        return cells.amax(2).reshape(shape)
    sums = (cells**p).sum(2)
    return ((sums / counts if a.get("normalized") else sums) ** (1 / p)).reshape(shape)


def adaptive_mean(torch: Any, a: Arguments) -> Any:
    """PyTorch's short cut for one cell takes maps of any rank; max pooling refuses what the rest refuses."""
    called("adaptive_max_pool2d")(torch, a)
    return called("adaptive_avg_pool2d")(torch, a)


def to_one_cell(adaptive: Calculation) -> Calculation:
    """Global pooling is adaptive pooling to one cell."""
    return lambda torch, a: adaptive(torch, {**a, "output": 1})[..., 0, 0]


def _cells(torch: Any, a: Arguments) -> tuple[Any, Any, tuple[int, ...]]:
    """Return the cells of all windows (N, C, kh * kw, Oh * Ow), how many of them count, and the shape of a result."""
    windows: Arguments = {name: a[name] for name in ("kernel", "stride", "padding", "dilation") if name in a}
    shape = called("max_pool2d")(torch, {"x": a["x"], **windows}).shape  # refuses what pooling refuses
    if windows.get("stride") is None:
        windows["stride"] = a["kernel"]
    x = a["x"] if a["x"].ndim == 4 else a["x"][None]
    cells = called("unfold")(torch, {"x": x, **windows}).unflatten(1, (x.shape[1], -1))
    if a.get("count_include_pad", True):
        return cells, cells.shape[2], shape
    ones = called("unfold")(torch, {"x": torch.ones_like(x), **windows}).unflatten(1, (x.shape[1], -1))
    return cells, ones.sum(2), shape


def exactly(name: str, function: str, cases: int, errors: int, draw: Draw, theirs: Calculation) -> Subject:
    return Subject(name, function, cases, errors, draw, theirs, integers="kept", exact=True)


MEAN = (*WINDOWS, BAD_CEIL, replaced("count_include_pad", 1, 0, "no"))
UNEVEN = (BAD_KERNEL, BAD_STRIDE, *BAD_MAPS)
max_draw, max_of = forward(max_plan, *DILATED, BAD_CEIL), called("max_pool2d")
adaptive_max = called("adaptive_max_pool2d")
SUBJECTS = (
    exactly("max pooling", "max_pool2d", 3000, 500, max_draw, max_of),
    exactly("max pooling with indices", "max_pool2d", 3000, 500, with_indices(max_draw), max_of),
    exactly(
        "uneven max pooling", "max_pool2d", 600, 80, forward(uneven_plan, *UNEVEN), uneven("max_pool2d", -math.inf)
    ),
    exactly("large max pooling", "max_pool2d", 25, 0, forward(large()), max_of),
    exactly("large max pooling with indices", "max_pool2d", 25, 0, with_indices(forward(large())), max_of),
    Subject("mean pooling", "mean_pool2d", 3000, 500, forward(mean_plan, *MEAN), called("avg_pool2d")),
    Subject("dilated mean pooling", "mean_pool2d", 1000, 150, forward(dilated_mean_plan, *DILATED), dilated_mean),
    Subject("uneven mean pooling", "mean_pool2d", 600, 80, forward(uneven_plan, *UNEVEN), uneven("avg_pool2d", 0.0)),
    Subject("large mean pooling", "mean_pool2d", 25, 0, forward(large()), called("avg_pool2d")),
    Subject("Lp pooling", "lp_pool2d", 1500, 250, forward(lp_plan, *LP), lp),
    Subject("Lp pooling, normalised", "lp_pool2d", 1200, 200, forward(wide_lp_plan, *DILATED, BAD_POWER), wide_lp),
    Subject("large Lp pooling", "lp_pool2d", 25, 0, forward(large_lp_plan), lp),
    Subject("adaptive mean", "adaptive_mean_pool2d", 1000, 100, forward(adaptive_plan, *OUTPUT), adaptive_mean),
    Subject("large adaptive mean", "adaptive_mean_pool2d", 15, 0, forward(large_adaptive_plan), adaptive_mean),
    exactly("adaptive max", "adaptive_max_pool2d", 800, 80, forward(adaptive_plan, *OUTPUT), adaptive_max),
    exactly(
        "adaptive max with indices",
        "adaptive_max_pool2d",
        1000,
        100,
        with_indices(forward(adaptive_plan, *OUTPUT)),
        adaptive_max,
    ),
    exactly(
        "large adaptive max",
        "adaptive_max_pool2d",
        15,
        0,
        with_indices(forward(large_adaptive_plan)),
        adaptive_max,
    ),
    Subject("global mean", "global_mean_pool2d", 400, 40, forward(global_plan, *BAD_MAPS), to_one_cell(adaptive_mean)),
    exactly("global max", "global_max_pool2d", 400, 40, forward(global_plan, *BAD_MAPS), to_one_cell(adaptive_max)),
)
