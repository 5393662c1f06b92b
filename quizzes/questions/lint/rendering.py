"""Every form of a variant, in both languages, before and after the answer: it renders, and it tells nothing early."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cnncalc.words import Language

from .. import values
from ..choices import offers_choice, options
from ..figures import FigureError
from ..markup import MarkupError, Prose, Text
from ..prompts import Prompt, hint, render
from ..solutions import RENDERABLE, explain, walk
from ..tables import Problem
from ..template import Template, is_of_type
from ..values import Value, near, same
from ..variants import Variant
from ..words import Both, said
from . import leaks
from .clock import Clock
from .report import Report

_BOTH: tuple[Language, ...] = ("ja", "en")
RENDERING = 0.8  # of the time; the rest is for what is looked at in all texts together
OPTIONS = 0.95  # of the time
MIN_TELLING = 40  # variants in which an agreement is no chance, where time leaves only some of them
MIN_ORDERS = 12  # variants from which a constant place of the right option is no chance


def check(report: Report, chosen: Sequence[Variant], clock: Clock | None = None) -> None:
    """Render ``chosen``, or as many as there is time for, and look at what comes out."""
    clock = clock or Clock(None)
    template = report.template
    _inline(report, chosen[0])
    gone = clock.gone()
    for language, share in zip(_BOTH, (gone + (RENDERING - gone) / 2, RENDERING), strict=True):
        shown: list[Prompt] = []
        for variant in chosen:
            if shown and clock.is_past(share):
                report.cut, chosen = True, chosen[: len(shown)]
                break
            prompt = _rendered(report, variant, language)
            if prompt is None:
                return
            shown.append(prompt)
            if template.kind == "question":
                _ends_in_answer(report, variant, language)
        if template.kind == "question" and (not report.cut or len(chosen) >= MIN_TELLING):
            hints = [[hint(v, n + 1, language).html for n in range(len(template.hints))] for v in chosen]
            leaks.check(report, chosen, shown, hints, language)
    report.rendered = len(chosen)
    _options(report, chosen, clock)


def _rendered(report: Report, variant: Variant, language: Language) -> Prompt | None:
    try:
        prompt = render(variant, language)
        explain(variant, language)
        walk(variant, language)
        for number in range(1, len(variant.template.hints) + 1):
            hint(variant, number, language)
    except RENDERABLE as error:
        problem = finding(error, variant, language)
        report.problem(problem.check, problem.where, problem.message)
        return None
    return prompt


def finding(error: Exception, variant: Variant, language: Language) -> Problem:
    """What went wrong while ``variant`` was rendered."""
    if isinstance(error, MarkupError):
        return Problem("latex", f"{_point(variant)}, {language}", said(error))
    if isinstance(error, FigureError):
        return Problem("figure", f"figure, {_point(variant)}", said(error))
    return Problem("render", f"{_point(variant)}, {language}", failure(error))


def failure(error: Exception) -> Both:
    """What to say of an error that nobody foresaw."""
    name = type(error).__name__
    return Both(f"表示できません（{name}）：{said(error).ja}", f"{name}: {error}")


def _point(variant: Variant) -> str:
    shown = {name: values.plain(value).replace("\n", "; ") for name, value in variant.parameters.items()}
    return ", ".join(f"{name} = {value}" for name, value in shown.items()) or "the only variant"


def _inline(report: Report, variant: Variant) -> None:
    """A matrix inside a sentence would tear it apart."""
    for where, prose in _proses(variant.template):
        for name in prose.inline():
            if isinstance(variant.scope[name], np.ndarray):
                message = Both(
                    f"行列の {{{{{name}}}}} は、それだけで1つの段落にしてください。",
                    f"the matrix {{{{{name}}}}} needs a paragraph of its own",
                )
                report.problem("matrix-inline", where, message)


def _proses(template: Template) -> list[tuple[str, Prose]]:
    found: list[tuple[str, Prose]] = []
    for language in _BOTH:
        found.append((f"stem.{language}", template.stem[language]))
        found += [(f"hints[{i}].{language}", texts[language]) for i, texts in enumerate(template.hints)]
        if template.solution:
            found.append((f"solution.text.{language}", template.solution[language]))
        for answer in template.answers:
            found += [(f"answers.{answer.name}.choices.{c.key}.{language}", c.label[language]) for c in answer.choices]
    return found


def _ends_in_answer(report: Report, variant: Variant, language: Language) -> None:
    """The last step of an answer's last trace is the answer, or the author's words show it."""
    template = variant.template
    prose = template.solution[language].render(variant.scope) if template.solution else Text("", "")
    for answer in template.answers:
        right = variant.answers[answer.name]
        traces = template.traces.get(answer.name)
        if traces and _reaches(traces[-1].evaluate(variant.scope)[-1].value, right):
            continue
        if answer.type == "choice" or not is_of_type(right, answer):
            continue  # the text argues for an option, in its own words
        places = answer.places if answer.is_decimal else None
        written = {values.plain(right, places), values.html(right, places), values.plain(right), values.html(right)}
        written |= {values.latex(right), values.latex(right).replace("{,}", ",")}
        if not any(text in prose.text or text in prose.html for text in written):
            shown = values.plain(right, places)
            message = Both(f"解説に答え {shown} が示されていません。", f"the solution does not show the answer {shown}")
            report.problem("solution-answer", f"solution, {answer.name}", message)


def _reaches(value: object, right: Value) -> bool:
    if isinstance(value, np.ndarray) and isinstance(right, np.ndarray):
        if value.size != right.size:
            return False
        cells = zip(value.ravel().tolist(), right.ravel().tolist(), strict=True)
        return all(cell == other or abs(float(cell) - float(other)) < 1e-9 for cell, other in cells)
    if isinstance(value, np.ndarray):
        return value.size == 1 and _reaches(value.item(), right)
    if isinstance(value, frozenset):
        return value == {right}
    if hasattr(value, "size") and isinstance(right, int):  # a receptive field
        return right in (value.size, getattr(value, "jump", None))
    if isinstance(value, int | float) or hasattr(value, "numerator"):
        return same(value, right) or near(value, right, values.CLOSE)  # type: ignore[arg-type]  # numbers, as tested
    return isinstance(value, tuple) and value == right


def _options(report: Report, chosen: Sequence[Variant], clock: Clock) -> None:
    """Options differ from each other to read, and the right one has no fixed place."""
    template = report.template
    for answer in template.answers:
        places = set()
        seeds = range(max(len(chosen), MIN_ORDERS))
        for seed in seeds:
            if seed and clock.is_past(OPTIONS):
                report.cut, seeds = True, range(seed)
                break
            variant = chosen[seed % len(chosen)]._replace(seed=seed)
            if answer.type != "choice":
                if len(template.answers) > 1 or not offers_choice(variant):
                    continue
                variant = variant._replace(format="choice")
            for language in _BOTH:
                posed = options(variant, answer, language)
                texts = [text.text for _, text, _ in posed]
                if len(set(texts)) < len(texts):
                    message = Both(f"同じに読める選択肢があります：{texts}", f"two options read the same: {texts}")
                    report.problem("same-options", f"answers.{answer.name}", message)
            right = variant.answers[answer.name]
            places.add(next(index for index, (_, _, value) in enumerate(posed) if same(value, right)))
        if answer.type == "choice" and len(places) == 1 and len(seeds) >= MIN_ORDERS:
            message = Both(
                "正しい選択肢がいつも同じ位置にあります。", "the right option always stands in the same place"
            )
            report.problem("option-order", f"answers.{answer.name}", message)
