"""Variant + language → the worked solution, in steps from :mod:`cnncalc.trace`, with the figure after the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby

from cnncalc.trace import Step
from cnncalc.words import STEPS, Language

from .figures import Figure
from .markup import Text, mathml
from .prompts import figure
from .variants import Variant


@dataclass(frozen=True, slots=True)
class Solution:
    """How the answer is worked out; for a flashcard, its back."""

    text: Text
    figure: Figure | None


def explain(variant: Variant, language: Language) -> Solution:
    """The worked solution of this variant, ending in its answer."""
    template = variant.template
    texts = [template.solution[language].render(variant.scope)] if template.solution else []
    several = len(template.answers) > 1
    for answer in template.answers:
        heading = answer.label[language] if several else ""
        for trace in template.traces.get(answer.name, ()):
            texts.append(_worked(trace.evaluate(variant.scope), heading, language))
            heading = ""
    text = Text("\n\n".join(part.text for part in texts), "".join(part.html for part in texts))
    return Solution(text, figure(variant, language, revealed=True))


def _worked(trace: tuple[Step, ...], heading: str, language: Language) -> Text:
    lines = [heading] if heading else []
    html = f"<h3>{escape(heading)}</h3>" if heading else ""
    items = []
    for words, formulas in _stages(trace, language):
        lines += [words, *(f"  {formula}" for formula in formulas)]
        items.append(
            f"<li><p>{escape(words)}</p>"
            + "".join(f'<div class="formula">{mathml(formula, display=True)}</div>' for formula in formulas)
            + "</li>"
        )
    return Text("\n".join(lines), f'{html}<ol class="steps">{"".join(items)}</ol>')


def _stages(trace: tuple[Step, ...], language: Language) -> Iterator[tuple[str, list[str]]]:
    """Steps of one kind that follow each other, under one heading."""
    for key, steps in groupby(trace, key=lambda step: step.key):
        yield STEPS[key][language], [step.latex for step in steps]
