"""Where cnncalc deliberately refuses more, or less, than PyTorch. Anything else is a mistake of ours.

``test_pytorch`` holds every row to three laws: no other case may differ; where a row applies, the stricter side
really refuses; and the random cases do reach it, for each of its functions.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.cnncalc.oracle.comparison import Difference
from tests.cnncalc.oracle.drawing import Arguments, Array, Windows

CONVOLUTIONS = ("conv2d", "conv2d_backward", "conv_transpose2d")
WINDOWED = ("max_pool2d", "mean_pool2d", "lp_pool2d")
ADAPTIVE = ("adaptive_mean_pool2d", "adaptive_max_pool2d")
ADAPTIVE_LAYERS = ("AdaptiveMeanPool2d", "AdaptiveMaxPool2d")
GLOBAL = ("global_mean_pool2d", "global_max_pool2d")
SOFTMAX = ("softmax", "log_softmax")
LOSSES = ("cross_entropy", "cross_entropy_gradient")


def backward(functions: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{name}_backward" for name in functions)


POOLINGS = (*WINDOWED, *ADAPTIVE, *GLOBAL)


def something_is_empty(a: Arguments) -> bool:
    return any(value.size == 0 for value in _arrays(a))


def truth_values(a: Arguments) -> bool:
    return a.get("kernel") is True or any(value.dtype == bool for value in _arrays(a))


def two_types(a: Arguments) -> bool:
    """Integers are told to PyTorch as float64."""
    return len({np.float64 if value.dtype.kind in "iu" else value.dtype for value in _arrays(a)}) > 1


def one_map_or_more_than_four_axes(a: Arguments) -> bool:
    axes: int = a["x"].ndim
    return axes == 2 or axes > 4


def window_larger_than_the_map(a: Arguments) -> bool:
    """Without ceil mode both refuse."""
    found = _windows(a)
    return a.get("ceil_mode") is True and found is not None and min(found.rooms()) < 0


def window_in_the_padding(a: Arguments) -> bool:
    """All cells of a dilated window lie before or after the map."""
    found = _windows(a)
    if found is None or min(found.rooms()) < 0:
        return False
    for i, count in enumerate(found.outputs(a.get("ceil_mode") is True)):
        for start in range(-found.padding[i], count * found.stride[i] - found.padding[i], found.stride[i]):
            cells = range(start, start + found.kernel[i] * found.dilation[i], found.dilation[i])
            if not any(0 <= cell < found.sizes[i] for cell in cells):
                return True
    return False


def no_output_wanted(a: Arguments) -> bool:
    return bool(a["output"] in (0, (0, 2)))


def output_as_the_input(a: Arguments) -> bool:
    return bool(a["output"] == (None, 2))


def no_power_above_zero(a: Arguments) -> bool:
    return not isinstance(a["p"], (int, float)) or a["p"] <= 0


def ignored_class(a: Arguments) -> bool:
    return a["targets"].dtype.kind == "i" and bool((a["targets"] == -100).any())


def probabilities(a: Arguments) -> bool:
    return bool(a["targets"].dtype.kind == "f" and a["targets"].shape == a["logits"].shape)


def target_in_a_list(a: Arguments) -> bool:
    return bool(a["logits"].ndim == 1 and a["targets"].shape == (1,))


DIFFERENCES = (
    Difference(
        "there is nothing to calculate with",
        True,
        (*CONVOLUTIONS, "im2col", *POOLINGS, *backward(POOLINGS), *SOFTMAX, *LOSSES),
        something_is_empty,
    ),
    Difference("truth values are no numbers", True, ("im2col", "lp_pool2d", "Conv2d", "ConvTranspose2d"), truth_values),
    Difference("types are combined as NumPy combines them", False, CONVOLUTIONS, two_types),
    Difference(
        "pooling treats any axes before height and width alike",
        False,
        (*POOLINGS, *backward(POOLINGS)),
        one_map_or_more_than_four_axes,
    ),
    Difference(
        "a window may not be larger than the padded map, in ceil mode neither",
        True,
        ("output_size", *WINDOWED, *backward(WINDOWED), "MaxPool2d", "LpPool2d"),
        window_larger_than_the_map,
    ),
    Difference(
        "a window of nothing but padding has neither a maximum nor a mean",
        True,
        (*WINDOWED, *backward(WINDOWED), "MaxPool2d"),
        window_in_the_padding,
    ),
    Difference("adaptive pooling to nothing", True, (*ADAPTIVE, *ADAPTIVE_LAYERS), no_output_wanted),
    Difference(
        "an output size is said, not None",
        True,
        (*ADAPTIVE, *ADAPTIVE_LAYERS),
        output_as_the_input,
    ),
    Difference("a norm has p above 0", True, ("lp_pool2d", "lp_pool2d_backward", "LpPool2d"), no_power_above_zero),
    Difference("no class is ignored", True, LOSSES, ignored_class),
    Difference("targets are classes, not probabilities", True, LOSSES, probabilities),
    Difference("one example has one integer as its target", True, ("cross_entropy",), target_in_a_list),
)


def _arrays(a: Arguments) -> list[Array]:
    return [value for value in a.values() if isinstance(value, np.ndarray)]


def _windows(a: Arguments) -> Windows | None:
    """Read the windows of valid arguments; None where something is no pair of integers or too small."""
    shape = a["input_shape"] if "input_shape" in a else a["x"].shape if "x" in a else _two(a["size"])
    kernel = _two(a["w"].shape[-2:] if "w" in a else a["kernel"])
    pooling = not {"w", "size", "in_channels"} & a.keys()
    stride = a.get("stride", None if pooling else 1)
    found = Windows(
        shape[-2:] if len(shape) > 1 else (0, 0),
        kernel,
        kernel if stride is None else _two(stride),
        _two(a.get("padding", 0)),
        _two(a.get("dilation", 1)),
    )
    smallest = min(*found.sizes, *found.kernel, *found.stride, *found.dilation, *(p + 1 for p in found.padding))
    return found if smallest > 0 else None


def _two(value: Any) -> tuple[int, int]:
    """Read a pair; what is none of integers becomes (-1, -1), which both sides refuse."""
    first, second = value if isinstance(value, (tuple, list)) and len(value) == 2 else (value, value)
    whole = all(isinstance(part, (int, np.integer)) and not isinstance(part, bool) for part in (first, second))
    return (int(first), int(second)) if whole else (-1, -1)
