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
from ..words import Both, said
from .report import Report


def check(report: Report) -> None:
    """Report every test that does not come out as its author says."""
    template = report.template
    for index, test in enumerate(template.tests):
        message = _failure(template, test)
        if message:
            report.problem("test", f"tests[{index}]", message)
    if template.kind == "question" and not template.tests:
        wanted = Both(
            "与える値と答えの例を、少なくとも1つ書いてください。",
            "write at least one example: the given values and the answer",
        )
        report.problem("no-test", "tests", wanted, "warning")


def _failure(template: Template, test: TemplateTest) -> Both | None:
    try:
        given = {name: matrix(value) if isinstance(value, list) else value for name, value in test.given.items()}
    except (TypeError, ValueError) as error:
        return Both(f"与えた行列が読めません：{said(error).ja}", f"a given matrix cannot be read: {error}")
    if given.keys() != {p.name for p in template.parameters}:
        return Both(
            "given には、すべてのパラメータの値だけを書いてください。",
            "gives a value to every parameter and to nothing else",
        )
    try:
        variant = build(template, given, 0)
    except (ArithmeticError, TypeError, ValueError) as error:
        return Both(
            f"与えた値では計算できません：{said(error).ja}", f"the given values cannot be calculated with: {error}"
        )
    if variant is None:
        return Both("与えた値は条件を満たしません。", "the given values do not meet the conditions")
    try:
        if test.answer is not None:
            result = grade(variant, parse(variant, _posed(variant, test.answer)))
            if result.verdict != "correct":
                wanted = {f.name: values.plain(f.expected) for f in result.fields if not f.correct}
                return Both(f"答えは {wanted} になります。", f"the answer is {wanted}")
        if test.respond is not None:
            result = grade(variant, parse(variant, _posed(variant, test.respond)))
            if set(result.misconceptions) != set(test.misconceptions):
                found = sorted(result.misconceptions)
                return Both(f"この解答から分かる誤解は {found} です。", f"the response shows {found}")
    except ResponseError as error:
        told = " ".join(f"{name}: {message}" for name, message in error.messages("ja").items())
        return Both(f"解答が読めません：{told}", f"the response cannot be read: {error}")
    return None


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
