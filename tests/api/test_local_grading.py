"""A device that holds nothing but a pack's JSON grades and diagnoses as the server does, on the whole bank."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import translation

from examples import offline_client
from quizzes import questions
from quizzes.api import packs, written
from quizzes.progress import WrongRule
from quizzes.questions import Format, ResponseError, Template, Variant
from quizzes.questions.local_grading import exact_text
from quizzes.questions.template import AnswerField
from quizzes.study import Question
from quizzes.tickets import Ticket
from tests.bank import BANK, compiled
from tests.quizzes.answers import right, wrong

MANY = (Path(__file__).parents[1] / "questions" / "templates" / "every-field.toml").read_text()
TEMPLATES = [*compiled(), questions.load(MANY)]
QUESTIONS = [template for template in TEMPLATES if template.kind == "question"]
RULES = {
    entry.code: WrongRule(
        entry.code, *(words[spoken] for words in (entry.title, entry.wrong, entry.remedy) for spoken in ("ja", "en"))
    )
    for entry in BANK.misconceptions
}
SEEDS = (1, 2, 3)
EDGE = Fraction(1, 10**9)


def packed(variant: Variant) -> dict[str, Any]:
    """The variant as a pack holds it, after its way over the network."""
    template = variant.template
    ticket = Ticket(
        "0" * 32, template.slug, 1, variant.seed, variant.format, "review", datetime(2026, 4, 1, tzinfo=UTC)
    )
    for code in template.misconception_codes():
        RULES.setdefault(code, WrongRule(code, *["…"] * 6))
    with translation.override("en"):
        told = {**written.question(Question("token", ticket, variant)), "grading": packs.grading(variant, RULES)}
    return dict(json.loads(json.dumps(told)))


def graded_here(variant: Variant, response: dict[str, Any]) -> dict[str, Any]:
    """The server's grade, in the words of the client's. Raises :class:`ResponseError`."""
    grade = questions.grade(variant, questions.parse(variant, response))
    fields = {field.name: field.correct for field in grade.fields}
    return {"verdict": grade.verdict, "fields": fields, "misconceptions": list(grade.misconceptions)}


def variants(template: Template, format: Format) -> Iterator[Variant]:
    for seed in SEEDS:
        variant = questions.generate(template, seed, format)
        if format == "free" or questions.offers_choice(variant):
            yield variant


def responses(variant: Variant, told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Right ones, those of every misconception, mixed and partly right ones, wrong ones, those at the border."""
    yield right(variant)
    for code in variant.wrong:
        yield wrong(variant, code)
    yield from offline_client.responses(told)
    for answer in variant.template.answers:
        field = next(one for one in told["fields"] if one["name"] == answer.name)
        for choice in field.get("choices", []):
            yield right(variant) | {answer.name: choice["key"]}
        if "choices" not in field:
            for value in values(variant, answer):
                yield right(variant) | {answer.name: value}
    dice = random.Random(variant.seed)  # noqa: S311  # the same every time
    followed = [right(variant), *(wrong(variant, code) for code in variant.wrong)]
    for _ in range(10 if len(variant.template.answers) > 1 else 0):
        yield {name: dice.choice(followed)[name] for name in followed[0]}


def values(variant: Variant, answer: AnswerField) -> Iterator[Any]:
    """What else may be typed into a field."""
    expected = variant.answers[answer.name]
    found = [by_field[answer.name] for by_field in variant.wrong.values() if answer.name in by_field]
    dice = random.Random(variant.seed)  # noqa: S311  # the same every time
    if answer.type in ("integer", "decimal"):
        for value in (expected, *found):
            if isinstance(value, str | tuple | np.ndarray):
                continue
            near = Fraction(value)
            for distance in (0, EDGE, answer.tolerance, answer.tolerance + EDGE, answer.tolerance - EDGE, 1):
                yield from (exact_text(near + distance), exact_text(near - distance))
        return
    mixed = [np.array(value, dtype=object) for value in (expected, *found) if isinstance(value, tuple | np.ndarray)]
    for one in mixed:
        if one.shape != mixed[0].shape:
            yield as_text(one)
            continue
        for _ in range(4):  # each cell right, or by one rule
            yield as_text(np.where(np.array([dice.random() < 0.5 for _ in one.flat]).reshape(one.shape), one, mixed[0]))
    same = [one for one in mixed if one.shape == mixed[0].shape]
    for _ in range(4):  # each cell by another rule, or by none
        cells = [dice.choice([*(one.flat[place] for one in same), 12345]) for place in range(mixed[0].size)]
        yield as_text(np.array(cells, dtype=object).reshape(mixed[0].shape))
    yield as_text(mixed[0] + answer.tolerance)
    yield as_text(mixed[0] + answer.tolerance + EDGE)
    if mixed[0].ndim == 2:
        yield as_text(mixed[0].T)
        yield as_text(mixed[0].reshape(1, -1))


def as_text(array: Any) -> Any:
    """Numbers of an array as a response holds them."""
    return [as_text(one) for one in array] if isinstance(array, np.ndarray) else exact_text(array)


@pytest.mark.parametrize("template", QUESTIONS, ids=lambda template: template.slug)
def test_a_device_grades_and_diagnoses_as_the_server_does(template: Template) -> None:
    compared = 0
    for format in questions.FORMATS:
        for variant in variants(template, format):
            told = packed(variant)
            verdicts, codes = set(), set()
            for response in responses(variant, told):
                try:
                    expected = graded_here(variant, response)
                except ResponseError:  # more digits than anybody types
                    continue
                assert offline_client.grade(told, response) == expected, response
                verdicts.add(expected["verdict"])
                codes.update(expected["misconceptions"])
                compared += 1
            assert "correct" in verdicts
            assert len(verdicts) > 1
            assert codes >= {*questions.exposes(variant)}
    assert compared >= 6


def test_every_kind_of_field_and_value_is_among_them() -> None:
    fields = [(answer.type, bool(answer.tolerance)) for template in QUESTIONS for answer in template.answers]
    assert {*fields} >= {
        ("integer", False), ("decimal", True), ("shape", False), ("matrix", False), ("matrix", True), ("choice", False),
    }  # fmt: skip
    told = json.dumps([packed(variant)["grading"] for one in QUESTIONS for variant in variants(one, "free")])
    assert '/3"' in told  # decimals that do not end are fractions
    assert not any(isinstance(number, float) for number in _numbers(json.loads(told)))


def _numbers(data: Any) -> Iterator[float]:
    if isinstance(data, dict):
        yield from (number for value in data.values() for number in _numbers(value))
    elif isinstance(data, list):
        yield from (number for value in data for number in _numbers(value))
    elif isinstance(data, float):
        yield data


def test_what_is_right_is_never_rounded() -> None:
    """A third within 0.005: 0.33 stands for it, but 0.325 is further from a third than from 0.33."""
    template = questions.load(MANY)
    (decimal,) = [answer for answer in template.answers if answer.type == "decimal"]
    assert decimal.tolerance
    for seed in range(40):
        variant = questions.generate(template, seed)
        expected = variant.answers[decimal.name]
        assert isinstance(expected, int | Fraction | float)
        assert Fraction(packed(variant)["grading"]["expected"][decimal.name]) == Fraction(expected)


@pytest.mark.parametrize(
    ("type", "typed", "read"),
    [
        ("integer", "１４", "14"),
        ("integer", "−３", "-3"),
        ("integer", "1,290", "1290"),
        ("integer", 14, "14"),
        ("decimal", "1/3", "1/3"),
        ("decimal", "2．5", "5/2"),
        ("decimal", "-.5", "-1/2"),
        ("decimal", "3.", "3"),
        ("decimal", "1,024 / 3", "1024/3"),
        ("shape", "3×4", "3 4"),
        ("shape", "(3, 4)", "3 4"),
        ("shape", "3 4", "3 4"),
        ("shape", {"H": "3", "W": 4}, "3 4"),
        ("shape", ["3", "4"], "3 4"),
        ("matrix", "1 2\n3 4", "1 2 3 4"),
        ("matrix", "1, 2; 3, 4", "1 2 3 4"),
        ("matrix", [["", ""], ["1", "2"], ["3", "4"]], "1 2 3 4"),
    ],
)
def test_a_device_reads_what_people_type(type: str, typed: Any, read: str) -> None:
    field = {"name": "x", "type": type, "parts": ["H", "W"]}
    assert offline_client.flat(offline_client.read(field, typed)) == [Fraction(one) for one in read.split()]


@pytest.mark.parametrize(
    ("type", "typed"),
    [
        ("integer", ""),
        ("integer", None),
        ("integer", "fourteen"),
        ("integer", "1²"),
        ("integer", "①"),
        ("integer", True),
        ("integer", "1,29"),
        ("decimal", "1/0"),
        ("decimal", "."),
        ("shape", "3"),
        ("shape", ["3", "4", "5"]),
        ("matrix", [["1", ""], ["2", "3"]]),
        ("matrix", [["1"], ["2", "3"]]),
        ("matrix", ""),
        ("choice", "z"),
    ],
)
def test_a_device_asks_again_for_what_cannot_be_read(type: str, typed: Any) -> None:
    field = {"name": "x", "type": type, "parts": ["H", "W"], "choices": [{"key": "a"}]}
    with pytest.raises(offline_client.Unreadable):
        offline_client.read(field, typed)
