"""Convolution and its windows: what is drawn, and PyTorch's calculation of it."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from tests.cnncalc.oracle.comparison import Calculation, Subject
from tests.cnncalc.oracle.drawing import (
    BAD_DILATION,
    BAD_KERNEL,
    BAD_PADDING,
    BAD_STRIDE,
    FINITE,
    FLOATS,
    NOT_WHOLE,
    Arguments,
    Spoiler,
    Windows,
    array,
    booleans,
    both,
    chance,
    enlarged,
    given,
    narrower,
    number,
    one_of,
    replaced,
    spoiled,
    windows,
    wrong_length,
    wrong_rank,
)

KINDS = [*FINITE, *FINITE, *FLOATS, "float16"]
LARGE_KINDS = ["float64", "float32", "int64", "special in float64"]
DEFAULTS = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1, "output_padding": (0, 0)}
BAD_GROUPS = replaced("groups", 0, -1, 2, 3, 5, 1.0, True, (1, 1), None)
BAD_OUTPUT_PADDING = replaced("output_padding", -1, 1, 2, 3, (0, 2), (1, 0), (0, 0, 0), *NOT_WHOLE)
LARGE_PADDING = replaced("padding", 2, 4, (0, 5), (6, 1))
WEIGHTS: tuple[Spoiler, ...] = (wrong_rank("w"), wrong_length("w"), wrong_length("w"), booleans("w"), narrower("w"))
BAD_MAPS: tuple[Spoiler, ...] = (wrong_rank("x"), wrong_length("x"), wrong_length("x"), booleans("x"))
STEPS = (BAD_STRIDE, BAD_PADDING, BAD_DILATION)


def bias(rng: Generator, kind: str, outputs: int) -> Arguments:
    given_bias = array(rng, kind, (outputs,)) if chance(rng, 0.6) else None
    return {"bias": given_bias} if given_bias is not None or chance(rng, 0.5) else {}


def convolution(rng: Generator, large: bool = False) -> tuple[Arguments, tuple[int, ...]]:
    """Draw x, w, bias and settings, and the shape of the result."""
    w = enlarged(rng, windows(rng, pooling=False)) if large else windows(rng, pooling=False)
    groups = one_of(rng, [1, 1, 1, 2, 3, 4])
    inputs, outputs = (groups * number(rng, 1, 2 if groups > 1 else 4) * (3 if large else 1) for _ in range(2))
    batch = one_of(rng, [(), (1,), (2,), (3,)])
    kind = one_of(rng, LARGE_KINDS if large else KINDS)
    arguments = {
        "x": array(rng, kind, (*batch, inputs, *w.sizes)),
        "w": array(rng, kind, (outputs, inputs // groups, *w.kernel)),
        **bias(rng, kind, outputs),
        "stride": w.stride,
        "padding": w.padding,
        "dilation": w.dilation,
        "groups": groups,
    }
    return given(rng, arguments, DEFAULTS), (*batch, outputs, *w.outputs())


def draw_conv2d(rng: Generator) -> Arguments:
    arguments, _ = convolution(rng)
    return spoiled(rng, arguments, (*STEPS, BAD_GROUPS, *WEIGHTS, *BAD_MAPS, *_bias_ways(arguments)))


def draw_uneven(rng: Generator) -> Arguments:
    """Padding that differs from side to side, which PyTorch's convolution does not take."""
    sides = tuple((number(rng, 0, 3), number(rng, 0, 3)) for _ in range(2))
    arguments = {**convolution(rng)[0], "padding": sides}
    return spoiled(rng, arguments, (BAD_STRIDE, BAD_DILATION, BAD_GROUPS, *WEIGHTS, *BAD_MAPS))


def gradients(rng: Generator, large: bool = False) -> Arguments:
    arguments, shape = convolution(rng, large)
    arguments.pop("bias", None)
    dtype = arguments["x"].dtype
    kind = one_of(rng, ["float64", "float64", "special in float64"]) if dtype.kind == "f" else "ties in float64"
    return {"dy": array(rng, kind, shape).astype(dtype), **arguments}


def draw_conv2d_backward(rng: Generator) -> Arguments:
    ways = (*STEPS, BAD_GROUPS, *WEIGHTS, *BAD_MAPS, wrong_rank("dy"), wrong_length("dy"), both(lambda v: v[:0]))
    return spoiled(rng, gradients(rng), ways)


def transposed(rng: Generator, large: bool = False) -> Arguments:
    """Draw output paddings up to their limit."""
    w = windows(rng, pooling=False)
    groups = one_of(rng, [1, 1, 1, 2, 3])
    inputs, outputs = (groups * number(rng, 1, 2 if groups > 1 else 3) * (3 if large else 1) for _ in range(2))
    kind = one_of(rng, LARGE_KINDS if large else KINDS)
    extra = tuple(number(rng, 0, max(s, d) - 1) for s, d in zip(w.stride, w.dilation, strict=True))
    sizes = (number(rng, 30, 50), number(rng, 30, 50)) if large else (number(rng, 1, 4), number(rng, 1, 4))
    arguments = {
        "x": array(rng, kind, (*one_of(rng, [(), (1,), (2,)]), inputs, *sizes)),
        "w": array(rng, kind, (inputs, outputs // groups, *w.kernel)),
        **bias(rng, kind, outputs),
        "stride": w.stride,
        "padding": w.padding,
        "output_padding": extra if chance(rng, 0.5) else (0, 0),
        "groups": groups,
        "dilation": w.dilation,
    }
    return given(rng, arguments, DEFAULTS)


def draw_conv_transpose2d(rng: Generator) -> Arguments:
    arguments = transposed(rng)
    ways = (*STEPS, BAD_GROUPS, BAD_OUTPUT_PADDING, BAD_OUTPUT_PADDING, LARGE_PADDING, *WEIGHTS, *BAD_MAPS)
    return spoiled(rng, arguments, (*ways, *_bias_ways(arguments)))


def unrolling(rng: Generator, large: bool) -> tuple[Arguments, Windows, tuple[int, ...]]:
    w = enlarged(rng, windows(rng, pooling=False)) if large else windows(rng, pooling=False)
    batch = one_of(rng, [(), (1,), (2,), (3,)])
    channels = number(rng, 1, 3)
    arguments = {"kernel": w.kernel, "stride": w.stride, "padding": w.padding, "dilation": w.dilation}
    return given(rng, arguments, DEFAULTS), w, (*batch, channels, *w.sizes)


def unfolded(rng: Generator, large: bool = False) -> Arguments:
    arguments, _, shape = unrolling(rng, large)
    arguments = {"x": array(rng, one_of(rng, LARGE_KINDS if large else [*FINITE, *FLOATS]), shape), **arguments}
    return {**arguments, "windows_as": one_of(rng, ["columns", "rows"])} if chance(rng, 0.6) else arguments


def draw_im2col(rng: Generator) -> Arguments:
    ways = (BAD_KERNEL, BAD_KERNEL, *STEPS, *BAD_MAPS, replaced("windows_as", "row", "", None, 1))
    return spoiled(rng, unfolded(rng), ways)


def folded(rng: Generator, large: bool = False) -> Arguments:
    arguments, w, shape = unrolling(rng, large)
    height, width = w.outputs()
    batch = shape[0] if len(shape) == 4 else 1
    entries, columns = shape[-3] * w.kernel[0] * w.kernel[1], batch * height * width
    rows = chance(rng, 0.4)
    kind = one_of(rng, LARGE_KINDS if large else [*FINITE, *FLOATS])
    col = array(rng, kind, (columns, entries) if rows else (entries, columns))
    layout = {"windows_as": "rows" if rows else "columns"} if rows or chance(rng, 0.3) else {}
    return {"col": col, "input_shape": shape, **arguments, **layout}


def draw_col2im(rng: Generator) -> Arguments:
    arguments = folded(rng)
    shape = arguments["input_shape"]
    sizes = shape[:-2]
    bad_shape = replaced("input_shape", (*sizes, 0, 5), (*sizes, 5, -1), (*sizes, 9, 9), (2, *shape), shape[1:], (4,))
    layout = replaced("windows_as", "row", "", None)
    ways = (BAD_KERNEL, *STEPS, wrong_rank("col"), wrong_length("col"), wrong_length("col"), bad_shape, layout)
    return spoiled(rng, arguments, ways)


def in_pytorch(name: str) -> Calculation:
    names = {"x": "input", "w": "weight"}
    return lambda torch, a: getattr(torch.nn.functional, name)(**{names.get(key, key): a[key] for key in a})


conv2d = in_pytorch("conv2d")


def uneven_conv2d(torch: Any, a: Arguments) -> Any:
    """Pad first; but an empty map stays refused, as PyTorch's convolution does."""
    (top, bottom), (left, right) = a["padding"]
    if 0 in a["x"].shape[-2:]:
        raise ValueError("an empty map")
    padded = torch.nn.functional.pad(a["x"], (left, right, top, bottom))
    return conv2d(torch, {**a, "x": padded, "padding": 0})


def conv2d_backward(torch: Any, a: Arguments) -> Any:
    settings = {name: value for name, value in a.items() if name not in ("dy", "x", "w")}
    bias = torch.zeros(a["w"].shape[:1], dtype=a["w"].dtype, requires_grad=True)
    x, w = a["x"].requires_grad_(), a["w"].requires_grad_()
    y = conv2d(torch, {"x": x, "w": w, "bias": bias, **settings})
    return torch.autograd.grad(y, (x, w, bias), a["dy"])


def im2col(torch: Any, a: Arguments) -> Any:
    """PyTorch keeps the examples apart; ours stand side by side."""
    rows = _rows(a)
    settings = {name: value for name, value in a.items() if name not in ("x", "kernel", "windows_as")}
    col = torch.nn.functional.unfold(a["x"], a["kernel"], **settings)
    col = col if col.ndim == 2 else col.permute(1, 0, 2).flatten(1)
    return col.T if rows else col


def col2im(torch: Any, a: Arguments) -> Any:
    col = a["col"].T if _rows(a) else a["col"]
    shape = a["input_shape"]
    if len(shape) not in (3, 4) or col.ndim != 2 or min(shape) < 1:
        raise ValueError("PyTorch has no argument in which this could be said")
    if len(shape) == 4:
        col = col.unflatten(1, (shape[0], -1)).permute(1, 0, 2)
    settings = {name: value for name, value in a.items() if name not in ("col", "input_shape", "kernel", "windows_as")}
    x = torch.nn.functional.fold(col, shape[-2:], a["kernel"], **settings)
    return x.reshape(shape)


def _bias_ways(arguments: Arguments) -> tuple[Spoiler, ...]:
    return (wrong_rank("bias"), wrong_length("bias")) if arguments.get("bias") is not None else ()


def _rows(a: Arguments) -> bool:
    layout = a.get("windows_as", "columns")
    if layout not in ("columns", "rows"):
        raise ValueError("PyTorch has one layout only")
    return bool(layout == "rows")


transpose = in_pytorch("conv_transpose2d")
SUBJECTS = (
    Subject("convolution", "conv2d", 3500, 600, draw_conv2d, conv2d, "int64"),
    Subject("large convolution", "conv2d", 40, 0, lambda rng: convolution(rng, True)[0], conv2d, "int64"),
    Subject("convolution with uneven padding", "conv2d", 600, 80, draw_uneven, uneven_conv2d, "int64"),
    Subject(
        "gradients of convolution",
        "conv2d_backward",
        2000,
        400,
        draw_conv2d_backward,
        conv2d_backward,
        "int64",
        tolerance=10,
    ),
    Subject(
        "gradients of large convolution",
        "conv2d_backward",
        40,
        0,
        lambda rng: gradients(rng, True),
        conv2d_backward,
        "int64",
        tolerance=100,
    ),
    Subject("transposed convolution", "conv_transpose2d", 2000, 400, draw_conv_transpose2d, transpose, "int64"),
    Subject(
        "large transposed convolution",
        "conv_transpose2d",
        40,
        0,
        lambda rng: transposed(rng, True),
        transpose,
        "int64",
    ),
    Subject("im2col", "im2col", 1500, 250, draw_im2col, im2col, "kept", exact=True),
    Subject("large im2col", "im2col", 40, 0, lambda rng: unfolded(rng, True), im2col, "kept", exact=True),
    Subject("col2im", "col2im", 1500, 250, draw_col2im, col2im, "int64"),
    Subject("large col2im", "col2im", 40, 0, lambda rng: folded(rng, True), col2im, "int64"),
)
