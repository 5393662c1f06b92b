"""Whether anything that is shown before the answer tells it: a number, an attribute, a coordinate, a count.

Coincidences are no leaks: with numbers drawn at random, an answer often equals something given. What tells is a number
in a fixed place, or a count of elements, that follows the answer through all variants – equal to it, at a constant
distance from it or in a constant proportion to it – although no parameter does.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnncalc.words import Language

from ..prompts import Prompt
from ..values import Value
from ..variants import Variant
from ..words import Both
from .report import Report

MIN_VARIANTS = 8  # of one structure, below which agreement may be chance
MIN_ANSWERS = 3  # different ones

_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_IDS = re.compile(r' (?:id|aria-\w+)="[^"]*"|url\(#[^)]*\)')  # they differ from variant to variant and hold no digit
_COUNTED = re.compile(r"<(\w+)|\b[MmLlHhVv](?=[\d-])")

Columns = NDArray[np.float64]


def check(
    report: Report,
    variants: Sequence[Variant],
    prompts: Sequence[Prompt],
    hints: Sequence[list[str]],
    language: Language,
) -> None:
    """Report each place of the prompts and hints that follows an answer."""
    answers = _answers(variants)
    if answers is None:
        return
    parameters = _parameters(variants)
    parts = [_parts(prompt, texts) for prompt, texts in zip(prompts, hints, strict=True)]
    for part in parts[0]:
        texts = [found[part] for found in parts]
        if _tells(texts, answers, parameters):
            message = Both(
                "解答の前に表示される内容から、答えが分かります。",
                "the answer can be read off what is shown before it is given",
            )
            report.problem("leak", f"{part}, {language}", message)


def _parts(prompt: Prompt, hints: list[str]) -> dict[str, str]:
    figure = prompt.figure
    found = {
        "title": prompt.title,
        "stem": prompt.stem.html,
        "answers": " ".join(f"{f.label} {f.parts} {f.board} {f.places} {f.tolerance}" for f in prompt.fields),
    }
    if figure is not None:
        found["figure"] = _IDS.sub("", figure.svg)
        found["figure's title and description"] = f"{figure.title} {figure.description}"
        found["figure's table"] = figure.table
    return found | {f"hints[{index}]": text for index, text in enumerate(hints)}


def _tells(texts: Sequence[str], answers: Columns, parameters: Columns) -> bool:
    groups: dict[str, list[int]] = defaultdict(list)
    for index, text in enumerate(texts):
        groups[_NUMBER.sub("#", text)].append(index)
    for rows in groups.values():
        if len(rows) >= MIN_VARIANTS:
            shown = [[float(number.replace(",", "")) for number in _NUMBER.findall(texts[row])] for row in rows]
            if _follows(np.array(shown), answers[rows], parameters[rows]):
                return True
    return len(texts) >= MIN_VARIANTS and _follows(_counts(texts), answers, parameters)


def _counts(texts: Sequence[str]) -> Columns:
    """How many elements of each kind and how many strokes every text holds, and how many numbers."""
    found = [[match[1] or match[0] for match in _COUNTED.finditer(text)] for text in texts]
    kinds = sorted({kind for names in found for kind in names})
    rows = [
        [names.count(kind) for kind in kinds] + [len(_NUMBER.findall(text))]
        for names, text in zip(found, texts, strict=True)
    ]
    return np.array(rows, dtype=float)


def _follows(shown: Columns, answers: Columns, parameters: Columns) -> bool:
    if not shown.size:
        return False
    moving = shown[:, np.ptp(shown, axis=0) > 0]
    for answer in answers.T:
        if len(np.unique(answer)) < MIN_ANSWERS or not moving.size:
            continue
        for relation in (_distance, _proportion):
            if relation(moving, answer) and not relation(parameters, answer):
                return True
    return False


def _distance(columns: Columns, answer: NDArray[np.float64]) -> bool:
    return bool((np.ptp(columns - answer[:, None], axis=0) < 1e-6).any()) if columns.size else False


def _proportion(columns: Columns, answer: NDArray[np.float64]) -> bool:
    if not columns.size or not answer.all():
        return False
    ratios = columns / answer[:, None]
    varies = np.ptp(columns, axis=0) > 0
    return bool(((np.ptp(ratios, axis=0) < 1e-3 * np.abs(ratios).max(axis=0)) & varies).any())


def _answers(variants: Sequence[Variant]) -> Columns | None:
    """Every number that the answers consist of, without signs; of matrices also the size."""
    rows = [
        [number for answer in variant.template.answers for number in _numbers(variant.answers[answer.name])]
        for variant in variants
    ]
    if len({len(row) for row in rows}) > 1:  # matrices of several sizes: the size alone
        rows = [
            [n for value in variant.answers.values() if isinstance(value, np.ndarray) for n in value.shape]
            for variant in variants
        ]
    return np.abs(np.array(rows, dtype=float)) if rows and rows[0] else None


def _numbers(value: Value) -> list[float]:
    if isinstance(value, np.ndarray):
        return [float(number) for number in (*value.shape, *value.flat)]
    if isinstance(value, tuple):
        return [number for item in value for number in _numbers(item)]
    return [] if isinstance(value, str) else [float(value)]


def _parameters(variants: Sequence[Variant]) -> Columns:
    rows = [[number for value in v.parameters.values() for number in _numbers(value)] for v in variants]
    columns: Columns = np.abs(np.array(rows, dtype=float)).reshape(len(rows), -1)
    return columns
