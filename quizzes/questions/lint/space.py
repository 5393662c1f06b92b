"""The parameter space of a template, point by point."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from math import gcd, prod

from ..draws import draw
from ..template import Parameter, Template
from ..values import Value, matrix

MAX_POINTS = 50_000
SAMPLE = 2_000
GOLDEN = 0.618  # steps of this share of a circle leave no large gap


def is_small(template: Template) -> bool:
    """Whether every point can be looked at."""
    return prod(parameter.size for parameter in template.parameters) <= MAX_POINTS


def points(template: Template, *, mixed: bool = False) -> Iterator[dict[str, Value]]:
    """Every point of a small space; of a large one, those that the variants 0, 1, 2, … try first.

    ``mixed`` goes through a small space in an order of which every beginning is spread over the whole of it.
    """
    if not is_small(template):
        for seed in range(SAMPLE):
            yield {p.name: draw(p, template.slug, seed, 0) for p in template.parameters}
        return
    names = [parameter.name for parameter in template.parameters]
    if not mixed:
        for point in itertools.product(*map(_values, template.parameters)):
            yield dict(zip(names, point, strict=True))
        return
    axes = [list(_values(parameter)) for parameter in template.parameters]
    count = prod(map(len, axes))
    step = next(s for s in range(max(round(count * GOLDEN), 1), 2 * count + 2) if gcd(s, count) == 1)
    for number in range(count):
        rest = number * step % count
        found = {}
        for name, axis in zip(names, axes, strict=True):
            rest, index = divmod(rest, len(axis))
            found[name] = axis[index]
        yield found


def _values(parameter: Parameter) -> Iterable[Value]:
    if parameter.choices:
        return parameter.choices
    span = range(parameter.low, parameter.high + 1)
    if parameter.shape is None:
        return span
    rows, columns = parameter.shape
    cells = itertools.product(span, repeat=rows * columns)
    return [matrix([c[i * columns : (i + 1) * columns] for i in range(rows)]) for c in cells]
