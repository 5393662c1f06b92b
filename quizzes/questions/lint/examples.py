"""The template's own tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import values
from ..choices import options
from ..grading import grade
from ..responses import ResponseError, parse
from ..template import Template, TemplateTest
from ..values import matrix
from ..variants import Variant, build
from .report import Report


def check(report: Report) -> None:
    """Report every test that does not come out as its author says."""
    template = report.template
    for index, test in enumerate(template.tests):
        message = _failure(template, test)
        if message:
            report.problem("test", f"tests[{index}]", message)
    if template.kind == "question" and not template.tests:
        report.problem("no-test", "tests", "write at least one example: the given values and the answer", "warning")


def _failure(template: Template, test: TemplateTest) -> str:
    try:
        given = {name: matrix(value) if isinstance(value, list) else value for name, value in test.given.items()}
    except (TypeError, ValueError) as error:
        return f"a given matrix cannot be read: {error}"
    if given.keys() != {p.name for p in template.parameters}:
        return "gives a value to every parameter and to nothing else"
    try:
        variant = build(template, given, 0)
    except (ArithmeticError, TypeError, ValueError) as error:
        return f"the given values cannot be calculated with: {error}"
    if variant is None:
        return "the given values do not meet the conditions"
    try:
        if test.answer is not None:
            result = grade(variant, parse(variant, _posed(variant, test.answer)))
            if result.verdict != "correct":
                wanted = {f.name: values.plain(f.expected) for f in result.fields if not f.correct}
                return f"the answer is {wanted}"
        if test.respond is not None:
            result = grade(variant, parse(variant, _posed(variant, test.respond)))
            if set(result.misconceptions) != set(test.misconceptions):
                return f"the response shows {sorted(result.misconceptions)}"
    except ResponseError as error:
        return f"the response cannot be read: {error}"
    return ""


def _posed(variant: Variant, response: Mapping[str, Any]) -> dict[str, Any]:
    """The response as a learner would give it: tests call options by their authors' names, which no learner sees."""
    letters = {
        answer.name: {value: key for key, _, value in options(variant, answer, "en")}
        for answer in variant.template.answers
        if answer.type == "choice"
    }
    return {
        name: letters[name].get(value, value) if name in letters and isinstance(value, str) else value
        for name, value in response.items()
    }
