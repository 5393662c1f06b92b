"""Questions per second: generate, render prompt and solution, parse, grade; cached templates, one core.

The reference is the question of ``conv-output-size`` written by hand as one Python function, without an engine.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import count

from math_core import LatexToMathML

from quizzes import questions
from quizzes.questions import Template, Variant
from quizzes.questions.catalogue import read_bank

ROUNDS = 9
CALLS = 400  # of one template in one round
BANK_CALLS = 12  # of each template of the bank in one round


@dataclass(frozen=True)
class Rate:
    """``ratio`` is the time of one question divided by the reference's, both the median of the rounds."""

    subject: str
    per_second: float
    reference: str
    ratio: float
    slowest: tuple[str, ...] = ()


def measure() -> list[Rate]:
    """The rates the project promises, each measured in turns with the reference."""
    templates = [questions.load(source) for _, source in read_bank().sources]
    asked = [template for template in templates if template.kind == "question"]
    size = next(template for template in asked if template.slug == "conv-output-size")
    plain = replace(size, figure=None)
    return [
        _rate("conv-output-size without figure", [plain], _right, CALLS),
        _rate("conv-output-size without figure, wrong answer", [plain], _wrong, CALLS),
        _rate("conv-output-size with figure", [size], _right, CALLS),
        _rate(f"the bank's {len(asked)} questions with figures", asked, _right, BANK_CALLS),
        _rate(f"the bank's {len(asked)} questions with figures, wrong answers", asked, _wrong, BANK_CALLS),
    ]


def _rate(subject: str, templates: list[Template], typed: Callable[[Variant], dict[str, object]], calls: int) -> Rate:
    seeds, rounds = count(), []
    each: dict[str, list[float]] = {template.slug: [] for template in templates}
    for _ in range(ROUNDS):
        for template in templates:
            variants = [questions.generate(template, next(seeds)) for _ in range(calls)]
            responses = {variant.seed: typed(variant) for variant in variants}
            start = time.perf_counter()
            for seed in responses:
                _ask(template, seed, responses[seed])
            each[template.slug].append((time.perf_counter() - start) / calls)
        start = time.perf_counter()
        for seed in range(CALLS):
            _by_hand(seed)
        rounds.append((time.perf_counter() - start) / CALLS)
    medians = {slug: statistics.median(times) for slug, times in each.items()}
    seconds = statistics.fmean(medians.values())
    slowest = sorted(medians, key=medians.__getitem__, reverse=True)[:5] if len(medians) > 1 else []
    return Rate(
        subject,
        1 / seconds,
        "conv-output-size by hand",
        seconds / statistics.median(rounds),
        tuple(f"{slug} {medians[slug] * 1e6:.0f} µs" for slug in slowest),
    )


def _ask(template: Template, seed: int, typed: dict[str, object]) -> object:
    variant = questions.generate(template, seed)
    questions.render(variant, "ja")
    questions.explain(variant, "ja")
    return questions.grade(variant, questions.parse(variant, typed))


def _right(variant: Variant) -> dict[str, object]:
    answers = variant.template.answers
    return {answer.name: questions.as_response(variant, answer, variant.answers[answer.name]) for answer in answers}


def _wrong(variant: Variant) -> dict[str, object]:
    """What a learner types who follows one of the misconceptions; another option where there are only options."""
    typed = _right(variant)
    rule = next((values for values in variant.wrong.values()), {})
    for answer in variant.template.answers:
        if answer.choices:
            typed[answer.name] = next(c.key for c in answer.choices if c.key != variant.answers[answer.name])
        elif answer.name in rule:
            typed[answer.name] = questions.as_response(variant, answer, rule[answer.name])
    return typed


_converter = LatexToMathML()


def _by_hand(seed: int) -> object:
    """One question without any engine: drawn, posed, worked out and graded in place."""
    tries = _draws(seed)
    size, kernel, padding, stride = next(tries), next(tries), next(tries), next(tries)
    room = size + 2 * padding - kernel
    answer = room // stride + 1
    wrong = {"forgot-plus-one": room // stride, "pad-one-side": (room - padding) // stride + 1}
    prompt = (
        f"<p>高さと幅がどちらも {size} の入力に、{kernel}×{kernel} のフィルタを、パディング {padding}、"
        f"ストライド {stride} で適用します。</p><p>出力の高さはいくつですか。</p>"
    )
    steps = (
        rf"O = \left\lfloor \frac{{{size} + 2 \cdot {padding} - {kernel}}}{{{stride}}} \right\rfloor + 1",
        rf"\frac{{{room}}}{{{stride}}} = {room / stride:g}",
        rf"{room // stride} + 1 = {answer}",
    )
    solution = "".join(f"<li>{_converter.convert_with_local_state(step, displaystyle=True)}</li>" for step in steps)
    given = int(str(answer))
    return prompt, solution, given == answer, [code for code, value in wrong.items() if value == given]


def _draws(seed: int) -> Iterator[int]:
    for name, low, span in (("H", 16, 49), ("F", 5, 7), ("P", 1, 5), ("S", 2, 2)):
        digest = sha256(f"conv-output-size\x1f{seed}\x1f{name}\x1f0\x1f0".encode()).digest()
        yield low + int.from_bytes(digest[:16], "big") % span


def table(rates: list[Rate]) -> Iterator[str]:
    """The rates as lines."""
    for rate in rates:
        yield f"{rate.subject:58} {rate.per_second:8,.0f}/s {rate.ratio:7.2f} × {rate.reference}"
        if rate.slowest:
            yield f"    slowest: {', '.join(rate.slowest)}"


if __name__ == "__main__":
    print("\n".join(table(measure())))
