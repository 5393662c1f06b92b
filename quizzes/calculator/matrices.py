"""Pooling or convolution of one typed matrix: the result, every step, and the figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from cnncalc import trace
from cnncalc.arguments import Pair, RealArray
from cnncalc.geometry import window_axes
from cnncalc.trace import Trace
from cnncalc.words import Language
from quizzes.questions import responses
from quizzes.questions.responses import Unreadable

from .layers import check_pooling, fits
from .mistakes import Mistake, refuse
from .pictures import Pictures, pictures
from .reading import Typed

MAX_SIDE = 10
MAX_CELL = 10**6
MAX_WINDOWS = 64
_KEPT = {"not-plain-digits", "too-long", "ragged", "missing-cell"}
_X = "1 3 2 4\n5 6 1 2\n3 2 1 0\n1 2 3 4"


@dataclass(frozen=True, slots=True)
class Worked:
    """The calculated matrix, how it comes about, and what its figure is drawn from."""

    result: RealArray
    steps: Trace
    kind: str
    arguments: Mapping[str, object]

    def pictures(self, language: Language) -> Pictures:
        """The figure with its walk; none where the numbers have no room."""
        return pictures(self.kind, self.arguments, language)


@dataclass(frozen=True, slots=True)
class Operation:
    """What can be done with a matrix."""

    fields: tuple[str, ...]
    work: Callable[[Typed], Worked]
    example: Mapping[str, str]


def calculate(operation: str, texts: Mapping[str, str]) -> Worked:
    """Calculate what the typed matrix and settings describe.

    Raises :class:`CalculatorError` for what cannot be read, does not fit together or has too many windows.

    >>> calculate("max_pool2d", {"x": "1 3 2 4\\n5 6 1 2", "kernel": "2"}).result.tolist()
    [[6, 4]]
    """
    return OPERATIONS[operation].work(Typed(texts))


def _conv2d(typed: Typed) -> Worked:
    x, w = _matrix(typed, "x"), _matrix(typed, "w")
    stride, padding = typed.pair("stride", 1), typed.pair("padding", 0, low=0)
    bias = typed.number("b", MAX_CELL)
    typed.settle()
    kernel: Pair = (w.shape[0], w.shape[1])
    fits(x.shape, kernel, padding, (1, 1))
    _few(x.shape, kernel, stride, padding)
    biases = [bias if isinstance(bias, int) else float(bias)] if bias else None
    steps = trace.conv2d(x[np.newaxis], w[np.newaxis, np.newaxis], biases, stride, padding)
    result = np.asarray(steps[-1].value)[0]
    padded = np.pad(x, [(side, side) for side in padding])
    return Worked(result, steps, "grid", {"x": padded, "w": w, "y": result})


def _max_pool2d(typed: Typed) -> Worked:
    x, windows, drawn = _windows(typed)
    return _pooled(trace.max_pool2d(x, *windows), "max", drawn)


def _mean_pool2d(typed: Typed) -> Worked:
    counts = typed.flag("count_include_pad", True)
    x, windows, drawn = _windows(typed)
    steps = trace.mean_pool2d(x, *windows, count_include_pad=counts)
    return _pooled(steps, "mean", {**drawn, "count_include_pad": int(counts)})


def _lp_pool2d(typed: Typed) -> Worked:
    p, normalized = typed.exponent("p"), typed.flag("normalized", False)
    x, windows, drawn = _windows(typed)
    steps = trace.lp_pool2d(x, float(p), *windows, normalized=normalized)
    return _pooled(steps, "lp", {**drawn, "p": p, "normalized": int(normalized)})


def _windows(typed: Typed) -> tuple[RealArray, tuple[Pair, Pair, Pair], dict[str, object]]:
    x, kernel = _matrix(typed, "x"), typed.pair("kernel")
    stride, padding = typed.pair("stride", kernel), typed.pair("padding", 0, low=0)
    typed.settle()
    check_pooling(x.shape, kernel, stride, padding)
    _few(x.shape, kernel, stride, padding)
    return x, (kernel, stride, padding), {"x": x, "kernel": kernel, "stride": stride, "padding": padding}


def _pooled(steps: Trace, operation: str, drawn: Mapping[str, object]) -> Worked:
    return Worked(np.asarray(steps[-1].value), steps, "pooling", {**drawn, "operation": operation})


def _few(shape: tuple[int, ...], kernel: Pair, stride: Pair, padding: Pair) -> None:
    height, width = window_axes(shape, kernel, stride, padding)
    windows = height.output * width.output
    if windows > MAX_WINDOWS:
        raise refuse("padding" if max(padding) else "stride", "many-windows", windows=windows, most=MAX_WINDOWS)


def _matrix(typed: Typed, name: str) -> RealArray:
    """The typed matrix; a placeholder where ``typed`` notes that it cannot be read."""
    try:
        cells = responses.grid(typed.text(name))
    except Unreadable as reason:
        code = "missing" if not typed.text(name) else str(reason) if str(reason) in _KEPT else "matrix"
        typed.mistakes[name] = Mistake(code, {"side": MAX_SIDE})
        return np.ones((1, 1), dtype=int)
    if max(cells.shape) > MAX_SIDE:
        typed.mistakes[name] = Mistake("matrix", {"side": MAX_SIDE})
    elif any(abs(cell) > MAX_CELL for cell in cells.ravel().tolist()):
        typed.mistakes[name] = Mistake("cell", {"high": MAX_CELL})
    return cells if cells.dtype.kind == "i" else cells.astype(float)


OPERATIONS: Mapping[str, Operation] = {
    "conv2d": Operation(
        ("x", "w", "b", "stride", "padding"),
        _conv2d,
        {"x": _X, "w": "1 0\n0 -1", "b": "0", "stride": "1", "padding": "0"},
    ),
    "max_pool2d": Operation(
        ("x", "kernel", "stride", "padding"), _max_pool2d, {"x": _X, "kernel": "2", "stride": "2", "padding": "0"}
    ),
    "mean_pool2d": Operation(
        ("x", "kernel", "stride", "padding", "count_include_pad"),
        _mean_pool2d,
        {"x": _X, "kernel": "2", "stride": "2", "padding": "0"},
    ),
    "lp_pool2d": Operation(
        ("x", "p", "kernel", "stride", "padding", "normalized"),
        _lp_pool2d,
        {"x": _X, "p": "2", "kernel": "2", "stride": "2", "padding": "0"},
    ),
}
