"""Output sizes, against the shapes of what PyTorch calculates."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from tests.cnncalc.oracle.comparison import Subject
from tests.cnncalc.oracle.drawing import Arguments, chance, given, number, one_of, replaced, spoiled

BAD_SIZE = replaced("size", 0, -1, 2.5, "5")
BAD_KERNEL = replaced("kernel", 0, -1, 2.5, 99)
NUMBERS = (
    BAD_SIZE,
    BAD_KERNEL,
    replaced("stride", 0, -1, 1.0, True, "1", None),
    replaced("padding", -1, 1.0, True, "1", None),
    replaced("dilation", 0, -1, 1.0, True, 60),
)
DEFAULTS = {"stride": 1, "padding": 0, "dilation": 1, "ceil_mode": False, "output_padding": 0}


def draw_output_size(rng: Generator) -> Arguments:
    """In ceil mode, which PyTorch has for pooling only, with at most half the kernel as padding."""
    ceil_mode = chance(rng, 0.5)
    kernel = number(rng, 1, 6)
    padding = number(rng, 0, kernel // 2 if ceil_mode else 4)
    dilation = one_of(rng, [1, 1, 2, 3])
    arguments = {
        "size": max(1, dilation * (kernel - 1) - 2 * padding + number(rng, 0, 12)),
        "kernel": kernel,
        "stride": number(rng, 1, 5),
        "padding": padding,
        "dilation": dilation,
        "ceil_mode": ceil_mode,
    }
    return spoiled(rng, given(rng, arguments, DEFAULTS), NUMBERS)


def draw_transposed(rng: Generator) -> Arguments:
    """Output padding up to its limit and one above it."""
    stride, dilation = number(rng, 1, 4), one_of(rng, [1, 1, 2, 3])
    arguments = {
        "size": number(rng, 1, 10),
        "kernel": number(rng, 1, 5),
        "stride": stride,
        "padding": number(rng, 0, 4),
        "output_padding": number(rng, 0, max(stride, dilation)),
        "dilation": dilation,
    }
    return spoiled(rng, given(rng, arguments, DEFAULTS), (*NUMBERS, replaced("output_padding", -1, 1.0, True, 7)))


def draw_same(rng: Generator) -> Arguments:
    arguments = {"kernel": number(rng, 1, 9), "dilation": number(rng, 1, 4)}
    ways = (replaced("kernel", 0, -1, 2.5), replaced("dilation", 0, -1, 1.5))
    return spoiled(rng, given(rng, arguments, DEFAULTS), ways)


def output_size(torch: Any, a: Arguments) -> int:
    x = torch.zeros(1, 1, a["size"], 1)
    settings = {name: a[name] for name in ("stride", "padding", "dilation") if name in a}
    one_axis = {name: (value, DEFAULTS[name]) for name, value in settings.items()}
    if a.get("ceil_mode"):
        one_axis.setdefault("stride", (1, 1))
        pooled = torch.nn.functional.max_pool2d(x, (a["kernel"], 1), ceil_mode=True, **one_axis)
        return int(pooled.shape[2])
    return int(torch.nn.functional.conv2d(x, torch.zeros(1, 1, a["kernel"], 1), **one_axis).shape[2])


def transposed_output_size(torch: Any, a: Arguments) -> int:
    x = torch.zeros(1, 1, a["size"], 1)
    one_axis = {name: (value, DEFAULTS[name]) for name, value in a.items() if name not in ("size", "kernel")}
    return int(torch.nn.functional.conv_transpose2d(x, torch.zeros(1, 1, a["kernel"], 1), **one_axis).shape[2])


def same_padding(torch: Any, a: Arguments) -> int:
    """Find the padding that PyTorch's own ``padding="same"`` amounts to: what keeps the size of a long input."""
    kernel, dilation = a["kernel"], a.get("dilation", 1)
    x, w = torch.zeros(1, 1, 40, 1), torch.zeros(1, 1, kernel, 1)
    torch.nn.functional.conv2d(x, w, padding="same", dilation=(dilation, 1))
    for padding in range(20):
        y = torch.nn.functional.conv2d(x, w, padding=(padding, 0), dilation=(dilation, 1))
        if y.shape == x.shape:
            return padding
    raise ValueError("no padding that is equal on both sides")


SUBJECTS = (
    Subject("output size", "output_size", 2500, 400, draw_output_size, output_size),
    Subject(
        "output size of transposed convolution",
        "transposed_output_size",
        1500,
        250,
        draw_transposed,
        transposed_output_size,
    ),
    Subject("same padding", "same_padding", 100, 20, draw_same, same_padding),
)
