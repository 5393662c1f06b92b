"""Random arguments: arrays of every kind, windows that fit or just do not, and ways to spoil them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Arguments: TypeAlias = dict[str, Any]
Array: TypeAlias = NDArray[Any]
Spoiler: TypeAlias = Callable[[Generator, Arguments], None]
Option = TypeVar("Option")


def chance(rng: Generator, share: float) -> bool:
    return bool(rng.random() < share)


def one_of(rng: Generator, options: Sequence[Option]) -> Option:
    return options[int(rng.integers(len(options)))]


def number(rng: Generator, smallest: int, largest: int) -> int:
    return int(rng.integers(smallest, largest + 1))


def _normal(dtype: str) -> Callable[[Generator, tuple[int, ...]], Array]:
    return lambda rng, shape: rng.standard_normal(shape).astype(dtype)


def _small(dtype: str, lowest: int = -3) -> Callable[[Generator, tuple[int, ...]], Array]:
    return lambda rng, shape: rng.integers(lowest, 4, shape).astype(dtype)


def _picked(dtype: str, *values: float) -> Callable[[Generator, tuple[int, ...]], Array]:
    return lambda rng, shape: np.array(values, dtype=dtype)[rng.integers(len(values), size=shape)]


def _special(dtype: str) -> Callable[[Generator, tuple[int, ...]], Array]:
    def draw(rng: Generator, shape: tuple[int, ...]) -> Array:
        values = rng.integers(-2, 3, shape).astype(dtype)
        strange = np.array(one_of(rng, [(np.nan,), (np.inf,), (-np.inf,), (np.nan, np.inf, -np.inf)]))
        places = rng.random(shape) < one_of(rng, [0.03, 0.2, 0.6])
        return np.where(places, strange[rng.integers(len(strange), size=shape)], values).astype(dtype)

    return draw


FINITE = {
    "float64": _normal("float64"),
    "float32": _normal("float32"),
    "ties in float64": _small("float64"),
    "ties in float32": _small("float32"),
    "both zeros": _picked("float64", 0.0, -0.0, -0.0),
    "int64": _small("int64"),
    "int32": _small("int32"),
    "uint8": _small("uint8", 0),
    "limits of int8": _picked("int8", -128, 127, 0),
}
SPECIAL = {
    "special in float64": _special("float64"),
    "special in float32": _special("float32"),
    "all -inf": _picked("float64", -np.inf),
    "0 and -inf": _picked("float32", -np.inf, -np.inf, 0.0),
}
HALF = {"float16": _normal("float16")}
ANY = FINITE | SPECIAL
FLOATS = {name: draw for name, draw in ANY.items() if "int" not in name}


def array(rng: Generator, kind: str, shape: tuple[int, ...]) -> Array:
    """Draw an array; one in four is not laid out the usual way, or may not be written to."""
    values = np.asarray((ANY | HALF)[kind](rng, shape))
    layout = number(rng, 0, 15)
    if layout == 0:
        return np.asfortranarray(values)
    if layout == 1:
        return np.flip(np.flip(values).copy())
    if layout == 2 and values.ndim:
        return np.repeat(values, 2, axis=-1)[..., ::2]
    if layout == 3:
        values.flags.writeable = False
    return values


@dataclass(frozen=True, slots=True)
class Windows:
    """Where windows lie over maps of ``sizes``; every field holds a pair for (height, width)."""

    sizes: tuple[int, int]
    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]

    def rooms(self) -> list[int]:
        """How far the first window can move; negative where it does not fit."""
        return [
            size + 2 * p - d * (k - 1) - 1
            for size, k, p, d in zip(self.sizes, self.kernel, self.padding, self.dilation, strict=True)
        ]

    def outputs(self, ceil_mode: bool = False) -> tuple[int, int]:
        """The number of windows by the book, at least 1 each where there is no valid number."""
        found = []
        for size, room, s, p in zip(self.sizes, self.rooms(), self.stride, self.padding, strict=True):
            windows = (room + s - 1) // s + 1 if ceil_mode else room // s + 1
            if ceil_mode and (windows - 1) * s >= size + p:
                windows -= 1
            found.append(max(windows, 1))
        return found[0], found[1]


def windows(rng: Generator, pooling: bool, dilated: float = 0.3, padded: float = 0.6) -> Windows:
    """Draw windows; some are a cell too large for their map, some of pooling have a cell of padding too much."""
    axes = []
    for _ in range(2):
        kernel = number(rng, 1, 4)
        dilation = number(rng, 2, 3) if chance(rng, dilated) else 1
        most = kernel // 2 + int(chance(rng, 0.05)) if pooling else 3
        padding = number(rng, 0, most) if chance(rng, padded) else 0
        smallest = dilation * (kernel - 1) + 1 - 2 * padding
        size = smallest - 1 if chance(rng, 0.04) else smallest + number(rng, 0, 4)
        axes.append((max(size, 1), kernel, number(rng, 1, 4) if chance(rng, 0.6) else 1, padding, dilation))
    height, width = axes
    return Windows(*zip(height, width, strict=True))


def enlarged(rng: Generator, w: Windows) -> Windows:
    """The same windows over maps that are worked on in several pieces."""
    return replace(w, sizes=(w.sizes[0] + number(rng, 40, 90), w.sizes[1] + number(rng, 40, 90)))


def form(rng: Generator, pair: tuple[int, int]) -> Any:
    """Write a pair in one of the forms that both sides take: an integer if it is the same twice, a tuple, a list."""
    if pair[0] == pair[1] and chance(rng, 0.6):
        return np.int64(pair[0]) if chance(rng, 0.1) else pair[0]
    return list(pair) if chance(rng, 0.1) else pair


def given(rng: Generator, arguments: Arguments, defaults: Arguments) -> Arguments:
    """Leave out half of the arguments that have their default value: the defaults must be PyTorch's too."""
    return {
        name: form(rng, value) if isinstance(value, tuple) else value
        for name, value in arguments.items()
        if name not in defaults or value != defaults[name] or chance(rng, 0.5)
    }


def spoiled(rng: Generator, arguments: Arguments, ways: Sequence[Spoiler], share: float = 0.25) -> Arguments:
    """Apply one of the ``ways`` to a share of the cases. Not every one makes an error: that is for the law to say."""
    if ways and chance(rng, share):
        one_of(rng, ways)(rng, arguments)
    return arguments


def replaced(name: str, *values: object) -> Spoiler:
    """A way to spoil: one of the values instead of the argument."""

    def spoil(rng: Generator, arguments: Arguments) -> None:
        arguments[name] = one_of(rng, values)

    return spoil


def wrong_rank(name: str) -> Spoiler:
    """A way to spoil: an axis or two too many or too few."""

    def spoil(rng: Generator, arguments: Arguments) -> None:
        values = np.asarray(arguments[name])
        ranks = {values.ndim - 2, values.ndim - 1, values.ndim + 1, 1, 0} - {-2, -1, values.ndim}
        rank = one_of(rng, sorted(ranks))
        while values.ndim > rank:
            values = np.asarray(values[0])
        arguments[name] = np.reshape(values, (1,) * (rank - values.ndim) + values.shape)

    return spoil


def wrong_length(name: str) -> Spoiler:
    """A way to spoil: one entry more or fewer along one axis, perhaps none at all."""

    def spoil(rng: Generator, arguments: Arguments) -> None:
        values = np.asarray(arguments[name])
        if values.ndim == 0:
            return
        axis = number(rng, 0, values.ndim - 1)
        length = one_of(rng, [0, values.shape[axis] - 1, values.shape[axis] + 1, values.shape[axis] + 1])
        arguments[name] = np.take(values, range(length), axis=axis, mode="wrap")

    return spoil


def booleans(name: str) -> Spoiler:
    """A way to spoil: truth values where numbers belong."""

    def spoil(rng: Generator, arguments: Arguments) -> None:
        arguments[name] = np.asarray(arguments[name]) > 0

    return spoil


def both(change: Callable[[Array], Array]) -> Spoiler:
    """A way to spoil: the same change of ``dy`` and ``x``, so that they still fit each other."""

    def spoil(rng: Generator, arguments: Arguments) -> None:
        arguments["dy"], arguments["x"] = np.asarray(change(arguments["dy"])), np.asarray(change(arguments["x"]))

    return spoil


def narrower(name: str) -> Spoiler:
    """A way to spoil: float32 beside float64."""

    def spoil(rng: Generator, arguments: Arguments) -> None:
        if arguments[name].dtype == np.float64:
            arguments[name] = arguments[name].astype(np.float32)

    return spoil


NOT_WHOLE: tuple[object, ...] = (1.0, 2.5, True, "2", (1, 1.5))
BAD_KERNEL = replaced("kernel", 0, -1, 99, (2, 0), (1, 1, 1), *NOT_WHOLE)
BAD_STRIDE = replaced("stride", 0, -1, (1, 0), (-2, 1), (1, 1, 1), *NOT_WHOLE)
BAD_PADDING = replaced("padding", -1, (0, -1), (0, 0, 0), *NOT_WHOLE)
BAD_DILATION = replaced("dilation", 0, -1, 50, (0, 1), (1, 1, 1), *NOT_WHOLE)
TOO_MUCH_PADDING = replaced("padding", 3, (0, 3), (3, 0))
