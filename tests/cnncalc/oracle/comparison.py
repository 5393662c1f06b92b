"""One case on both sides: the same numbers, or an error on both."""

from __future__ import annotations

import linecache
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.random import Generator

import cnncalc
from tests.cnncalc.oracle.drawing import Arguments, Array

Draw: TypeAlias = Callable[[Generator], Arguments]
Calculation: TypeAlias = Callable[[Any, Arguments], Any]  # by PyTorch, which is the first argument

ENGINE = Path(cnncalc.__file__).parent
TOLERANCE = {"float64": 1e-12, "float32": 1e-4, "float16": 1e-2}
REFUSED = (RuntimeError, ValueError, IndexError, TypeError, ZeroDivisionError)  # what PyTorch raises for bad arguments


@dataclass(frozen=True)
class Difference:
    """A place where we deliberately differ from PyTorch; ``stricter``: only we raise, otherwise only PyTorch does."""

    reason: str
    stricter: bool
    functions: tuple[str, ...]
    applies: Callable[[Arguments], bool]


@dataclass(frozen=True)
class Subject:
    """A function, how to draw its arguments, and how PyTorch calculates the same from tensors."""

    name: str
    function: str
    cases: int
    errors: int  # so many of the cases, at least, must be errors on both sides
    draw: Draw
    theirs: Calculation
    integers: str = "float64"  # the type of results from integer arrays; "kept" is that of x
    exact: bool = False
    tolerance: float = 1.0  # a multiple of TOLERANCE
    calculate: Callable[[Arguments], Any] | None = None  # where it is more than calling the function


def ours(subject: Subject, arguments: Arguments) -> tuple[Array, ...] | ValueError:
    """Call cnncalc; return only those errors that cnncalc itself raises."""
    before = {name: value.tobytes() for name, value in arguments.items() if isinstance(value, np.ndarray)}
    try:
        result = (subject.calculate or _called(subject.function))(arguments)
    except ValueError as error:
        if _raised_on_purpose(error):
            return error
        raise
    assert all(arguments[name].tobytes() == value for name, value in before.items()), "an argument was changed"
    return tuple(np.asarray(part) for part in (result if isinstance(result, tuple) else (result,)))


def theirs(torch: Any, subject: Subject, arguments: Arguments) -> tuple[Array, ...] | Exception:
    """Call PyTorch with tensors; integers become float64, which holds all that are drawn exactly."""
    tensors = {name: _tensor(torch, name, value) for name, value in arguments.items()}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = subject.theirs(torch, tensors)
    except REFUSED as error:
        return error
    return tuple(
        part.detach().numpy() if isinstance(part, torch.Tensor) else np.asarray(part)
        for part in (result if isinstance(result, tuple) else (result,))
    )


def disagreement(subject: Subject, arguments: Arguments, here: Sequence[Array], there: Sequence[Array]) -> str:
    """Say how the results differ, "" if they do not."""
    if len(here) != len(there):
        return f"{len(here)} results, PyTorch {len(there)}"
    for mine, other in zip(here, there, strict=True):
        if mine.shape != other.shape:
            return f"shape {mine.shape}, PyTorch {other.shape}"
        wanted = _dtype(subject, arguments, other)
        if mine.dtype != wanted:
            return f"dtype {mine.dtype}, wanted {wanted}"
        if not _equal(subject, mine, other):
            return f"result {_written(mine)}\nPyTorch {_written(other)}"
    return ""


def reproduce(function: str, arguments: Arguments) -> str:
    """Write the call so that it can be pasted after ``from numpy import array, inf, int64, nan``."""
    written = []
    for name, value in arguments.items():
        if isinstance(value, np.ndarray):
            written.append(f"{name}=array({_written(value)}, dtype={str(value.dtype)!r})")
        else:
            written.append(f"{name}={value!r}")
    return f"{function}({', '.join(written)})"


def _written(values: Array) -> str:
    """Write all numbers, unless they are too many to be read; then the number of the case leads to them."""
    return str(values.tolist()) if 0 < values.size <= 400 else f"<shape {values.shape}>"


def _called(function: str) -> Callable[[Arguments], Any]:
    return lambda arguments: getattr(cnncalc, function)(**arguments)


def _raised_on_purpose(error: ValueError) -> bool:
    """Whether the innermost line is a ``raise`` of cnncalc: an error of NumPy's explains nothing to a learner."""
    trace = error.__traceback__
    assert trace is not None
    while trace.tb_next is not None:
        trace = trace.tb_next
    file = trace.tb_frame.f_code.co_filename
    return ENGINE in Path(file).parents and linecache.getline(file, trace.tb_lineno).strip().startswith("raise ")


def _tensor(torch: Any, name: str, value: object) -> Any:
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.kind in "iu":
        value = value.astype(np.int64 if name == "targets" else np.float64)
    return torch.from_numpy(np.array(value, order="C"))


def _dtype(subject: Subject, arguments: Arguments, other: Array) -> np.dtype[Any]:
    arrays = [value for name, value in arguments.items() if isinstance(value, np.ndarray) and name != "targets"]
    if other.dtype.kind == "i" or not arrays or arrays[0].dtype.kind == "f":
        return other.dtype
    return arrays[0].dtype if subject.integers == "kept" else np.dtype(subject.integers)


def _equal(subject: Subject, mine: Array, other: Array) -> bool:
    if subject.exact or mine.dtype.kind != "f":
        return np.array_equal(mine, other, equal_nan=other.dtype.kind == "f")
    tolerance = subject.tolerance * TOLERANCE[mine.dtype.name]
    finite = np.abs(other[np.isfinite(other)])
    largest = max(1.0, float(finite.max())) if finite.size else 1.0
    return np.allclose(mine.astype(float), other.astype(float), tolerance, tolerance * largest, equal_nan=True)
