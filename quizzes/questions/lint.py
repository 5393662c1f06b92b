"""What holds over the variants of a template: proved by enumeration where there are few, else sampled.

:func:`questions.load` has checked what can be seen in the source. Each check here has a stable id.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod

import numpy as np

from cnncalc.words import Language

from . import values
from .choices import offers_choice
from .draws import draw
from .grading import grade
from .prompts import hint, render
from .responses import ResponseError, parse
from .solutions import explain
from .template import Problem, Template, TemplateTest, is_of_type
from .values import Value, matrix, same
from .variants import Variant, build, generate

MAX_POINTS = 50_000
SAMPLE = 2_000
RENDERED = 40
MIN_VARIANTS = 200
MAX_CONSTANT_GUESS = Fraction(1, 10)

_BOTH: tuple[Language, ...] = ("ja", "en")


@dataclass(slots=True)
class Report:
    """The findings on one template."""

    template: Template
    problems: list[Problem] = field(default_factory=list)
    exhaustive: bool = True
    variants: int = 0
    diagnosable: int = 0  # of the variants

    @property
    def diagnosable_share(self) -> float:
        """Share of all variants that tell every misconception from the answer and from each other."""
        return self.diagnosable / self.variants if self.variants else 0.0

    def problem(self, check: str, where: str, message: str) -> None:
        """Report each kind of finding once per place."""
        if not any((p.check, p.where) == (check, where) for p in self.problems):
            self.problems.append(Problem(check, where, message))


def lint(template: Template, topics: Collection[str], codes: Collection[str]) -> Report:
    """Check ``template`` against its variants, the known topics and the misconceptions' codes."""
    report = Report(template)
    _references(report, topics, codes)
    _examples(report)
    found = _variants(report)
    if not found:
        report.problem("no-variant", "require", "no draw meets the conditions")
        return report
    report.variants = len(found)
    report.diagnosable = sum(variant.diagnosable() for variant in found)
    _answers(report, found)
    _misconceptions(report, found)
    _rendering(report)
    return report


def _references(report: Report, topics: Collection[str], codes: Collection[str]) -> None:
    template = report.template
    if template.topic not in topics:
        report.problem("unknown-topic", "topic", f"there is no topic {template.topic!r}")
    for code in template.misconception_codes():
        if code not in codes:
            report.problem("unknown-misconception", code, "is not in the catalogue of misconceptions")


def _variants(report: Report) -> list[Variant]:
    template = report.template
    report.exhaustive = prod(p.size for p in template.parameters) <= MAX_POINTS
    points = _enumerated(template) if report.exhaustive else _sampled(template)
    return [variant for point in points if (variant := build(template, point, 0)) is not None]


def _enumerated(template: Template) -> Iterator[dict[str, Value]]:
    names = [p.name for p in template.parameters]
    ranges: list[Collection[Value]] = []
    for p in template.parameters:
        if p.choices:
            ranges.append(p.choices)
        elif p.shape is None:
            ranges.append(range(p.low, p.high + 1))
        else:
            rows, columns = p.shape
            cells = itertools.product(range(p.low, p.high + 1), repeat=rows * columns)
            ranges.append([matrix([c[i * columns : (i + 1) * columns] for i in range(rows)]) for c in cells])
    for point in itertools.product(*ranges):
        yield dict(zip(names, point, strict=True))


def _sampled(template: Template) -> Iterator[dict[str, Value]]:
    for attempt in range(SAMPLE):
        yield {p.name: draw(p, template.slug, 0, attempt) for p in template.parameters}


def _answers(report: Report, found: list[Variant]) -> None:
    template = report.template
    if template.kind == "flashcard":
        return
    if report.exhaustive and len(found) < MIN_VARIANTS and not template.small:
        report.problem("few-variants", "parameters", f"{len(found)} variants; {MIN_VARIANTS} or small = true")
    for answer in template.answers:
        for variant in found:
            value = variant.answers[answer.name]
            if not is_of_type(value, answer):
                report.problem("answer-type", f"answers.{answer.name}", f"{values.plain(value)} is no {answer.type}")
            elif isinstance(value, np.ndarray) and bool((np.array(value.shape) > answer.board).any()):
                report.problem("board", f"answers.{answer.name}.board", f"is too small for {value.shape}")
    if not template.small and any(answer.type != "choice" for answer in template.answers):
        counts = Counter(str(values.to_json(tuple(v.answers.values()))) for v in found)
        answer_text, count = counts.most_common(1)[0]
        if Fraction(count, len(found)) > MAX_CONSTANT_GUESS:
            share = f"{count / len(found):.0%}"
            report.problem("constant-guess", "answers", f"{answer_text} is right in {share} of all variants")


def _misconceptions(report: Report, found: list[Variant]) -> None:
    for rule in report.template.misconceptions:
        if not any(
            not same(variant.wrong[rule.code][name], variant.answers[name])
            for variant in found
            if rule.code in variant.wrong
            for name in rule.values
        ):
            report.problem("never-wrong", rule.code, "gives the right answer, or none, in every variant")
    for one, other in itertools.combinations(report.template.misconceptions, 2):
        shared = one.values.keys() & other.values.keys()
        pairs = [v for v in found if one.code in v.wrong and other.code in v.wrong]
        if shared and pairs and all(same(v.wrong[one.code][n], v.wrong[other.code][n]) for v in pairs for n in shared):
            report.problem("same-misconception", other.code, f"always gives the same as {one.code}")


def _rendering(report: Report) -> None:
    template = report.template
    for seed in range(RENDERED if template.parameters else 1):
        try:
            variant = generate(template, seed)
            posed = [variant]
            if template.kind == "question" and offers_choice(variant):
                posed.append(generate(template, seed, "choice"))
            for form in posed:
                for language in _BOTH:
                    render(form, language)
                    explain(form, language)
                    for number in range(1, len(template.hints) + 1):
                        hint(form, number, language)
        except (ArithmeticError, KeyError, TypeError, ValueError) as error:
            report.problem("render", f"seed {seed}", f"{type(error).__name__}: {error}")
            return


def _examples(report: Report) -> None:
    for index, test in enumerate(report.template.tests):
        message = _failure(report.template, test)
        if message:
            report.problem("test", f"tests[{index}]", message)


def _failure(template: Template, test: TemplateTest) -> str:
    try:
        given = {name: matrix(value) if isinstance(value, list) else value for name, value in test.given.items()}
    except ValueError as error:
        return f"a given matrix cannot be read: {error}"
    if given.keys() != {p.name for p in template.parameters}:
        return "gives a value to every parameter and to nothing else"
    variant = build(template, given, 0)
    if variant is None:
        return "the given values do not meet the conditions"
    try:
        if test.answer is not None:
            result = grade(variant, parse(variant, test.answer))
            if result.verdict != "correct":
                wanted = {f.name: values.plain(f.expected) for f in result.fields if not f.correct}
                return f"the answer is {wanted}"
        if test.respond is not None:
            result = grade(variant, parse(variant, test.respond))
            if set(result.misconceptions) != set(test.misconceptions):
                return f"the response shows {sorted(result.misconceptions)}"
    except ResponseError as error:
        return f"the response cannot be read: {error}"
    return ""
