"""What the workshop found, in the form in which the editor's templates show it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from quizzes.feedback import Diagnosis, diagnosis
from quizzes.models import Misconception
from quizzes.questions import Language
from quizzes.questions.lint.checks import MAX_CONSTANT_GUESS

_IDS = re.compile(r'(\bid="|\bhref="#|url\(#|\bheaders=")([^")]+)')
_LABELS = re.compile(r'\b(aria-labelledby|aria-describedby)="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Input:
    """One HTML input of an answer."""

    name: str
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Box:
    """One answer field with what was typed and what is wrong with it."""

    field: Mapping[str, Any]
    rows: tuple[tuple[Input, ...], ...]
    error: str

    @property
    def id(self) -> str:
        """The id of its first input; label and error point at it."""
        return f"try-{self.field['name']}"


@dataclass(frozen=True, slots=True)
class WrongValue:
    """What a wrong rule gives in one variant: perhaps nothing, the right answer, or what another rule gives."""

    text: str
    is_right: bool
    shared: bool


@dataclass(frozen=True, slots=True)
class WrongRule:
    """A row of the table of distractors. No ``title``: the code is not in the catalogue."""

    code: str
    title: str
    values: tuple[WrongValue, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A share as a bar and as text."""

    label: str
    percent: str
    width: str  # of 100, with a point in every language


def apart(svg: str, prefix: str) -> str:
    """A figure whose ids are its own among other figures of the page."""
    svg = _IDS.sub(lambda found: f"{found[1]}{prefix}{found[2]}", svg)
    return _LABELS.sub(lambda found: f'{found[1]}="{" ".join(prefix + name for name in found[2].split())}"', svg)


def variants(preview: Mapping[str, Any], prefix: str = "v") -> list[dict[str, Any]]:
    """The variants with figures that can stand on one page."""
    shown = []
    for number, variant in enumerate(preview.get("variants", ()), start=1):
        figure, solution = variant.get("figure"), variant.get("solution_figure")
        own = f"{prefix}{number}-"
        shown.append(
            {
                **variant,
                "figure": {**figure, "svg": apart(figure["svg"], own)} if figure else None,
                "solution_figure": apart(solution, f"{own}s-") if solution else None,
                "parameters": _in_one_line(variant["parameters"]),
                "answers": _in_one_line(variant["answers"]),
            }
        )
    return shown


def wrong_rules(preview: Mapping[str, Any], language: Language) -> list[WrongRule]:
    """Each wrong rule with its value in every variant. One query, for their names."""
    by_code: dict[str, list[WrongValue]] = {}
    for variant in preview.get("variants", ()):
        texts = [(wrong["code"], _together(wrong["values"]), wrong["is_right"]) for wrong in variant["wrong"]]
        often = Counter(text for _code, text, right in texts if text and not right)
        for code, text, right in texts:
            by_code.setdefault(code, []).append(WrongValue(text, right, not right and often[text] > 1))
    named = diagnoses(by_code, language)
    return [
        WrongRule(code, named[code].title if code in named else "", tuple(values)) for code, values in by_code.items()
    ]


def diagnoses(codes: Iterable[str], language: Language) -> dict[str, Diagnosis]:
    """The misconceptions of the catalogue among ``codes``, in words. One query where there are any."""
    wanted = list(codes)
    rows = Misconception.objects.filter(code__in=wanted) if wanted else ()
    return {row.code: diagnosis(row, language) for row in rows}


def boxes(fields: Iterable[Mapping[str, Any]], typed: Mapping[str, str], errors: Mapping[str, str]) -> list[Box]:
    """The fields to answer in, in the prompt's order."""
    return [Box(field, _rows(field, typed), errors.get(field["name"], "")) for field in fields]


def response(fields: Iterable[Mapping[str, Any]], typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, in the form in which learners' answers are read."""
    return {field["name"]: _response(field, typed) for field in fields}


def percent(share: float) -> str:
    """A share in per cent, to one place."""
    return f"{100 * share:.1f} %"


def bars(answers: Iterable[Mapping[str, Any]]) -> list[Bar]:
    """The most frequent answers; a full bar is the largest share that a constant guess may have, or more."""
    found = list(answers)
    most = max([float(MAX_CONSTANT_GUESS), *(answer["share"] for answer in found)])
    return [Bar(answer["answer"], percent(answer["share"]), f"{100 * answer['share'] / most:.1f}") for answer in found]


def _in_one_line(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """A matrix row after row."""
    return [(name, text.replace("\n", " | ")) for name, text in values.items()]


def _together(values: Mapping[str, str]) -> str:
    if len(values) == 1:
        return next(iter(values.values()))
    return ", ".join(f"{name} = {text}" for name, text in values.items())


def _rows(field: Mapping[str, Any], typed: Mapping[str, str]) -> tuple[tuple[Input, ...], ...]:
    name = f"try.{field['name']}"
    if field["type"] == "matrix":
        rows, columns = field["board"]
        return tuple(
            tuple(
                _input(f"{name}.{row}.{column}", typed, _cell_label(field, row + 1, column + 1))
                for column in range(columns)
            )
            for row in range(rows)
        )
    if field["type"] == "shape":
        return (tuple(_input(f"{name}.{place}", typed, part) for place, part in enumerate(field["parts"])),)
    return ((_input(name, typed, field["label"]),),)


def _cell_label(field: Mapping[str, Any], row: int, column: int) -> str:
    place = _("row %(row)d, column %(column)d") % {"row": row, "column": column}
    return f"{field['label']}: {place}"


def _input(name: str, typed: Mapping[str, str], label: str) -> Input:
    return Input(name, typed.get(name, ""), label)


def _response(field: Mapping[str, Any], typed: Mapping[str, str]) -> Any:
    cells = [[cell.value for cell in row] for row in _rows(field, typed)]
    if field["type"] == "matrix":
        return cells
    if field["type"] == "shape":
        return dict(zip(field["parts"], cells[0], strict=True))
    return cells[0][0]
