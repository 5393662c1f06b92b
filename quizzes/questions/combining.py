"""Small formulas over a few named numbers that give wanted results: all of them up to a size, tried at once in NumPy.

Approximately, for many samples together: who uses what is found calculates it exactly before believing it.
"""

from __future__ import annotations

import ast
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MAX_NAMES = 12
MAX_PAIRS = 250
CONSTANTS = (1, 2)
_KEPT = 60  # of one kind, those that give most of the wanted results
_CLOSE = 1e-9

Rows = NDArray[np.float64]


class Found(NamedTuple):
    """A formula and the number of names and numbers in it."""

    text: str
    leaves: int


class _Operation(NamedTuple):
    text: str
    apply: Callable[[Rows, Rows], Rows]
    commutes: bool


def _ceil_divide(left: Rows, right: Rows) -> Rows:
    return -np.floor_divide(-left, right)


_WHOLE = (
    _Operation("({} + {})", np.add, True),
    _Operation("({} - {})", np.subtract, False),
    _Operation("({} * {})", np.multiply, True),
    _Operation("({} // {})", np.floor_divide, False),
    _Operation("ceil_divide({}, {})", _ceil_divide, False),
    _Operation("({} % {})", np.mod, False),
)
_QUOTIENT = _Operation("({} / {})", np.divide, False)


def giving(
    numbers: Mapping[str, Sequence[float]],
    wanted: Sequence[float],
    *,
    tolerance: float = 0.0,
    fewest: int = 3,
    most: int = 4,
    end: float = math.inf,
) -> list[Found]:
    """Formulas that give at least ``fewest`` of the ``wanted`` results, from the values of each name per sample.

    Up to ``most`` names and numbers, four or two, until about ``end`` on ``time.thread_time``. With a ``tolerance``
    there is division with fractions too.

    >>> giving({"a": [5, 7, 9, 8], "b": [2, 3, 4, 2]}, [7, 10, 13, 10])[0].text
    'a + b'
    """
    search = _Search(np.array(wanted, dtype=np.float64), tolerance and tolerance + _CLOSE, fewest)
    operations = (*_WHOLE, _QUOTIENT) if tolerance else _WHOLE
    with np.errstate(all="ignore"):
        singles = _distinct(
            [
                *((name, np.array(values, dtype=np.float64)) for name, values in [*numbers.items()][:MAX_NAMES]),
                *((str(number), np.full(len(wanted), float(number))) for number in CONSTANTS),
            ]
        )
        search.look(singles, 1)
        pairs = _distinct(_combined(singles, operations), {row.tobytes() for _, row in singles})[:MAX_PAIRS]
        search.look(pairs, 2)
        if most == 2:
            return search.results()
        for operation in operations:
            search.combine(pairs, singles, operation, 3)
            if not operation.commutes:
                search.combine(singles, pairs, operation, 3)
        for operation in operations:
            if time.thread_time() > end:
                break
            search.extend(pairs, singles, operation)
        for operation in operations[:4]:
            if time.thread_time() > end:
                break
            search.combine(pairs, pairs, operation, 4)
    return search.results()


def _combined(named: list[tuple[str, Rows]], operations: Sequence[_Operation]) -> Iterator[tuple[str, Rows]]:
    for operation in operations:
        for place, (left, one) in enumerate(named):
            for right, other in named[place if operation.commutes else 0 :]:
                if not (left.isdigit() and right.isdigit()):
                    yield operation.text.format(left, right), operation.apply(one, other)


def _distinct(named: Any, known: set[bytes] | None = None) -> list[tuple[str, Rows]]:
    """The first of each values, without those that have none anywhere."""
    seen, found = set(known or ()), []
    for text, row in named:
        key = row.tobytes()
        if key not in seen and np.isfinite(row).any():
            seen.add(key)
            found.append((text, row))
    return found


@dataclass(frozen=True, slots=True)
class _Four:
    """Writes what :meth:`_Search.extend` found."""

    text: str
    operation: _Operation
    pairs: list[tuple[str, Rows]]
    singles: list[tuple[str, Rows]]
    fourth: str

    def __call__(self, pair: int, third: int) -> str:
        return self.text.format(self.operation.text.format(self.pairs[pair][0], self.singles[third][0]), self.fourth)


class _Search:
    """Counts how many of the wanted results each formula gives, and keeps the best."""

    def __init__(self, wanted: Rows, tolerance: float, fewest: int) -> None:
        self.wanted, self.tolerance, self.fewest = wanted, tolerance, fewest
        self.found: list[tuple[int, int, str]] = []

    def look(self, named: list[tuple[str, Rows]], leaves: int) -> None:
        for text, row in named:
            hits = int(self._hits(row, self.wanted))
            if hits >= self.fewest:
                self.found.append((hits, leaves, text))

    def combine(
        self, left: list[tuple[str, Rows]], right: list[tuple[str, Rows]], operation: _Operation, leaves: int
    ) -> None:
        """Every one of ``left`` with every one of ``right``."""
        if not left or not right:
            return
        columns = np.array([row for _, row in right])
        hits = np.array([self._hits(operation.apply(row, columns), self.wanted) for _, row in left])
        self._keep(hits, leaves, lambda i, j: operation.text.format(left[i][0], right[j][0]))

    def extend(self, pairs: list[tuple[str, Rows]], singles: list[tuple[str, Rows]], operation: _Operation) -> None:
        """Two names, a third, and a fourth added, taken away or multiplied: what is wanted is brought back by it."""
        columns = np.array([row for _, row in singles])
        rows = np.array([row for _, row in pairs])[:, None, :]
        values = operation.apply(rows, columns)  # (pair, third, sample)
        for name, column in singles:
            shifts = (
                ("({} + {})", self.wanted - column),
                ("({} - {})", self.wanted + column),
                ("({1} - {0})", column - self.wanted),
                ("({} * {})", self.wanted / column),
            )
            for text, wanted in shifts:
                self._keep(self._hits(values, wanted), 4, _Four(text, operation, pairs, singles, name))

    def _hits(self, values: Rows, wanted: Rows) -> NDArray[np.int64]:
        near = np.abs(values - wanted) <= self.tolerance if self.tolerance else values == wanted
        return np.asarray(np.count_nonzero(near, axis=-1), dtype=np.int64)

    def _keep(self, hits: NDArray[np.int64], leaves: int, text: Callable[[int, int], str]) -> None:
        places = np.argwhere(hits >= self.fewest)
        if len(places) > _KEPT:
            best = np.argsort(-hits[tuple(places.T)], kind="stable")[:_KEPT]
            places = places[best]
        self.found += [(int(hits[i, j]), leaves, text(int(i), int(j))) for i, j in places]

    def results(self) -> list[Found]:
        """The most successful first, the shortest of those first; at most so many of each size."""
        self.found.sort(key=lambda one: (-one[0], one[1], len(one[2])))
        kept: list[Found] = []
        for leaves in range(1, 5):
            kept += [Found(text, leaves) for _, size, text in self.found if size == leaves][:_KEPT]
        order = {text: place for place, (_, _, text) in enumerate(self.found)}
        kept.sort(key=lambda one: order[one.text])
        return [Found(ast.unparse(ast.parse(one.text, mode="eval")), one.leaves) for one in kept]
