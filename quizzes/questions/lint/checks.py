"""The checks over all variants, in one pass; what needs the rendered text is looked at on variants spread evenly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from fractions import Fraction
from itertools import combinations
from typing import Literal

import numpy as np

from .. import values
from ..catalogue import unknown_references
from ..choices import offers_choice
from ..template import AnswerField, Template, is_of_type
from ..values import Value, hashed, near, same
from ..variants import Variant, build
from ..words import Both, said
from . import examples, rendering, space
from .clock import Clock
from .report import MIN_VARIANTS, Report

MAX_CONSTANT_GUESS = Fraction(1, 10)
GOOD_YIELD = Fraction(95, 100)
LOWEST_YIELD = Fraction(50, 100)
RENDERED = 150
ENUMERATION = 0.5  # of the time; the rest is for rendering
FREQUENT = 12  # answers that are named


def lint(
    template: Template,
    topics: Collection[str],
    codes: Collection[str],
    *,
    every: bool = False,
    seconds: float | None = None,
    at: Callable[[str], object] = lambda part: None,
) -> Report:
    """Check ``template`` against its variants, the known topics and the misconceptions' codes.

    With ``every``, all variants are rendered rather than some spread evenly. With ``seconds``, the report is
    :attr:`~Report.cut` where they do not suffice, and says of all variants only what is sure or likely by then. ``at``
    is told the part that begins: ``tests``, ``variants`` or ``rendering``.
    """
    clock = Clock(seconds)
    report = Report(template, exhaustive=space.is_small(template))
    for problem in unknown_references(template, topics, codes):
        report.problem(problem.check, problem.where, problem.message)
    at("tests")
    examples.check(report)
    at("variants")
    census = _Census(report)
    chosen = _Spread(None if every else RENDERED)
    for point in space.points(template, mixed=seconds is not None):
        if report.points and clock.is_past(ENUMERATION):
            report.cut, report.exhaustive = True, False
            break
        report.points += 1
        variant = build(template, point, report.points - 1)
        if variant is not None:
            census.count(variant)
            chosen.offer(variant)
    if not report.variants:
        report.problem("no-variant", "require", why_none(template))
        return report
    census.conclude()
    at("rendering")
    rendering.check(report, chosen.variants, clock)
    return report


class _Spread:
    """At most ``limit`` to twice as many of a stream of unknown length, evenly spread, with the first."""

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self.step = 1
        self.seen = 0
        self.variants: list[Variant] = []

    def offer(self, variant: Variant) -> None:
        if self.seen % self.step == 0:
            self.variants.append(variant)
        self.seen += 1
        if self.limit is not None and len(self.variants) == 2 * self.limit:
            del self.variants[1::2]
            self.step *= 2


def why_none(template: Template) -> Both:
    """The first draw's reason: a condition that is not met, or a value that cannot be calculated."""
    scope = dict(next(space.points(template)))
    try:
        for name, expression in template.derived.items():
            scope[name] = expression.evaluate(scope)
        for condition in template.require:
            if not condition.holds(scope):
                return Both(
                    f"条件を満たす値の組がありません。たとえば {condition.text!r} が満たされません。",
                    f"no draw meets the conditions; for example not {condition.text!r}",
                )
        for answer in template.answers:
            answer.value.evaluate(scope)
    except ValueError as error:
        return Both(f"計算できる値の組がありません：{said(error).ja}", f"no draw can be calculated: {error}")
    return Both("条件を満たす値の組がありません。", "no draw meets the conditions")


class _Census:
    """Counts over all variants of a question."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.template = report.template
        self.codes = [rule.code for rule in self.template.misconceptions]
        self.answers: Counter[object] = Counter()
        self.shown: dict[object, str] = {}
        self.wrong: Counter[str] = Counter()
        self.met: Counter[tuple[str, str]] = Counter()  # pairs that both have a value for a common answer
        report.clashes = dict.fromkeys(self.codes, 0)

    def count(self, variant: Variant) -> None:
        report = self.report
        report.variants += 1
        if self.template.kind == "flashcard":
            report.diagnosable += 1
            return
        key = tuple(map(hashed, variant.answers.values()))
        self.answers[key] += 1
        if key not in self.shown:
            self.shown[key] = values.plain(tuple(variant.answers.values()))
            for answer in self.template.answers:
                self._type(answer, variant.answers[answer.name])
        report.diagnosable += variant.diagnosable()
        report.posable += offers_choice(variant)
        self._misconceptions(variant)

    def _type(self, answer: AnswerField, value: Value) -> None:
        where = f"answers.{answer.name}"
        if not is_of_type(value, answer):
            shown = values.plain(value)
            message = Both(f"答え {shown} は、型 {answer.type} の値ではありません。", f"{shown} is no {answer.type}")
            self.report.problem("answer-type", where, message)
        elif isinstance(value, np.ndarray):
            if bool((np.array(value.shape) > answer.board).any()):
                message = Both(f"形状が {value.shape} の答えには小さすぎます。", f"is too small for {value.shape}")
                self.report.problem("board", f"{where}.board", message)
            elif value.shape == answer.board:
                message = Both(
                    "答えと同じ大きさのため、答えの大きさが分かります。",
                    "is as large as the answer, and so tells its size",
                )
                self.report.problem("board-tells", f"{where}.board", message)

    def _misconceptions(self, variant: Variant) -> None:
        fields = self.template.answers
        for code in self.codes:
            by_field = variant.wrong.get(code)
            if by_field is None:
                continue
            right = sum(_alike(f, by_field[f.name], variant.answers[f.name]) for f in fields if f.name in by_field)
            self.report.clashes[code] += right > 0
            self.wrong[code] += right < len(by_field)
        for one, other in combinations(variant.wrong, 2):
            shared = [f for f in fields if f.name in variant.wrong[one] and f.name in variant.wrong[other]]
            if shared:
                self.met[one, other] += 1
                if any(_alike(f, variant.wrong[one][f.name], variant.wrong[other][f.name]) for f in shared):
                    self.report.pairs[one, other] = self.report.pairs.get((one, other), 0) + 1

    def conclude(self) -> None:
        """What the counts say."""
        report, template = self.report, self.template
        if template.kind == "flashcard":
            return
        if report.exhaustive and report.variants < MIN_VARIANTS and not template.small:
            message = Both(
                f"バリアントは{report.variants}個です。{MIN_VARIANTS}個以上に増やすか、small = true と書いてください。",
                f"{report.variants} variants; widen them to {MIN_VARIANTS}, or write small = true",
            )
            report.problem("few-variants", "parameters", message)
        report.answers = [(self.shown[key], count) for key, count in self.answers.most_common(FREQUENT)]
        report.guess = report.answers[0]
        severity = report.holds()
        if severity is None:
            return
        typed = any(answer.type != "choice" for answer in template.answers)
        shown, count = report.guess
        if not template.small and typed and Fraction(count, report.variants) > MAX_CONSTANT_GUESS:
            share = f"{report.share(count):.0%}"
            message = Both(
                f"全バリアントの {share} で {shown} が正解になります。", f"{shown} is right in {share} of all variants"
            )
            report.problem("constant-guess", "answers", message, severity)
        for code in self.codes:
            if not self.wrong[code]:
                message = Both(
                    "どのバリアントでも、正しい答えになるか、値がありません。",
                    "gives the right answer, or none, in every variant",
                )
                report.problem("never-wrong", code, message, severity)
        for pair, same_in in report.pairs.items():
            if same_in == self.met[pair]:
                message = Both(f"いつも {pair[0]} と同じ値になります。", f"always gives the same as {pair[0]}")
                report.problem("same-misconception", pair[1], message, severity)
        self._yield(severity)
        if len(template.answers) == 1 and typed and not report.posable:
            message = Both(
                "選択式で出題できるバリアントがありません。互いに区別できる誤解が3つ必要です。",
                "no variant can be posed as multiple choice: it needs three misconceptions that can be told apart",
            )
            report.problem("few-distractors", "misconceptions", message, "warning")

    def _yield(self, severity: Literal["error", "warning"]) -> None:
        report = self.report
        if self.codes and report.diagnosable < GOOD_YIELD * report.variants:
            share = f"{report.share(report.diagnosable):.1%}"
            message = Both(
                f"すべての誤解を区別できるバリアントは {share} だけです。"
                "範囲を変えるか、区別できない値を除く条件を加えてください。",
                f"only {share} of the variants tell all misconceptions apart; "
                "choose other ranges, or conditions that leave out the others",
            )
            low = report.diagnosable < LOWEST_YIELD * report.variants
            report.problem("low-yield", "misconceptions", message, severity if low else "warning")


def _alike(answer: AnswerField, one: Value, other: Value) -> bool:
    return near(one, other, 2 * answer.tolerance) if answer.tolerance else same(one, other)
