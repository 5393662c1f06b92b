"""Variant + language → the worked solution, in steps from :mod:`cnncalc.trace`, with the figure after the answer."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from cnncalc.trace import Step
from cnncalc.words import STEPS, Language

from .figures import KINDS, Figure, Frame
from .markup import Text, mathml
from .prompts import arguments, figure
from .variants import GenerationError, Variant

# What an author's text may lead to while it is shown: errors of ours too.
RENDERABLE = (ArithmeticError, KeyError, TypeError, ValueError)
_WORDS = {key: {language: escape(words) for language, words in texts.items()} for key, texts in STEPS.items()}


class Solution(NamedTuple):
    """How the answer is worked out; for a flashcard, its back."""

    text: Text
    figure: Figure | None


def check(variant: Variant) -> None:
    """Raise :class:`GenerationError` where the figure or a step of the solution cannot be made of these numbers.

    A template is proved on some of its variants; whoever asks one of the others looks first.
    """
    template = variant.template
    try:
        if spec := template.figure:
            KINDS[spec.kind].check(**arguments(spec, variant.scope))
        for traces in template.traces.values():
            for trace in traces:
                trace.evaluate(variant.scope)
    except RENDERABLE as error:
        raise GenerationError(f"{template.slug}: cannot be shown (seed {variant.seed}): {error}") from error


def explain(variant: Variant, language: Language) -> Solution:
    """The worked solution of this variant, ending in its answer."""
    template = variant.template
    texts = [template.solution[language].render(variant.scope)] if template.solution else []
    several = len(template.answers) > 1
    for answer in template.answers:
        heading = answer.label[language] if several else ""
        for trace in template.traces.get(answer.name, ()):
            texts.append(worked(trace.evaluate(variant.scope), heading, language))
            heading = ""
    if len(texts) == 1:
        text = texts[0]
    else:
        text = Text("\n\n".join([part.text for part in texts]), "".join([part.html for part in texts]))
    return Solution(text, figure(variant, language, revealed=True))


def walk(variant: Variant, language: Language) -> tuple[Frame, ...]:
    """The figure of the solution step by step; empty where it has no steps. Not to be shown before the answer."""
    spec = variant.template.figure
    if spec is None:
        return ()
    level = variant.template.level
    return KINDS[spec.kind].walk(level=level, language=language, **arguments(spec, variant.scope))


def worked(trace: tuple[Step, ...], heading: str, language: Language) -> Text:
    """A calculation in words: steps of one kind that follow each other stand under one heading."""
    lines = [heading] if heading else []
    html = [f"<h3>{escape(heading)}</h3>"] if heading else []
    html.append('<ol class="steps">')
    key = ""
    for step in trace:
        if step.key != key:
            if key:
                html.append("</li>")
            key = step.key
            lines.append(STEPS[key][language])
            html.append(f"<li><p>{_WORDS[key][language]}</p>")
        lines.append(f"  {step.latex}")
        html.append(f'<div class="formula">{mathml(step.latex, display=True)}</div>')
    html.append("</li></ol>")
    return Text("\n".join(lines), "".join(html))
