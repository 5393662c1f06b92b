"""Worked steps and tables of layers, for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any
from unicodedata import east_asian_width

import numpy as np

from cnncalc.network import Summary
from cnncalc.plain import plain
from cnncalc.trace import Trace
from cnncalc.words import LABELS, STEPS, Language

Parts = Mapping[str, Trace]
"""Worked calculations under the keys of their names in ``LABELS``; a single one has the key ""."""


def steps_as_text(parts: Parts, language: Language) -> str:
    """Return every step under its name; steps of one kind that follow each other share it."""
    lines = []
    for part, trace in parts.items():
        if part:
            lines.append(f"[{LABELS[part][language]}]")
        for key, steps in groupby(trace, key=lambda step: step.key):
            lines.append(STEPS[key][language])
            for step in steps:
                lines += [f"    {line}" for line in plain(step.latex).splitlines()]
    return "\n".join(lines)


def steps_as_json(parts: Parts, language: Language) -> str:
    """Return ``{"result": …, "steps": […]}``, for several parts under their names."""
    described = {part: _described(trace, language) for part, trace in parts.items()}
    return _dumped(described.get("", described))


def summary_as_text(summary: Summary, language: Language) -> str:
    """Return the table of the layers, then the totals."""
    head = [LABELS[key][language] for key in ("layer", "kind", "output-shape", "parameters", "macs")]
    body = [
        [row.name, row.kind, _shape(row.output_shape), f"{row.parameter_count:,}", f"{row.macs:,}"]
        for row in summary.rows
    ]
    totals = [
        (LABELS["parameters"][language], summary.parameter_count),
        (LABELS["non-trainable"][language], summary.non_trainable_count),
        (LABELS["macs"][language], summary.macs),
    ]
    width = max(_width(name) for name, _ in totals)
    return "\n".join([*_table([head, *body]), "", *(f"{_padded(name, width)}  {count:>15,}" for name, count in totals)])


def summary_as_json(summary: Summary) -> str:
    """Return the rows and totals."""
    return _dumped(asdict(summary))


def _described(trace: Trace, language: Language) -> dict[str, Any]:
    steps = [
        {
            "key": step.key,
            "name": STEPS[step.key][language],
            "latex": step.latex,
            "text": plain(step.latex),
            "value": step.value,
        }
        for step in trace
    ]
    return {"result": trace[-1].value, "steps": steps}


def _dumped(value: object) -> str:
    return json.dumps(value, default=_plain_value, ensure_ascii=False, indent=2)


def _plain_value(value: object) -> object:
    """Return what JSON has no form for as what it has: fractions as ``"27/2"``, sets in order."""
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, frozenset | set):
        return sorted(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{value!r} has no form in JSON")


def _shape(sizes: tuple[int, ...]) -> str:
    return " × ".join(map(str, sizes))


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return lines: words and shapes stand on the left of their columns, numbers on the right."""
    columns = list(zip(*rows, strict=True))
    widths = [max(map(_width, column)) for column in columns]
    right = [False, False, False, True, True]
    return ["  ".join(map(_padded, row, widths, right)).rstrip() for row in rows]


def _padded(text: str, width: int, right: bool = False) -> str:
    gap = " " * (width - _width(text))
    return gap + text if right else text + gap


def _width(text: str) -> int:
    """Return the columns of a terminal that ``text`` takes: East Asian letters take two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
