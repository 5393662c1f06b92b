"""Formulas that are found for wrong answers."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from quizzes import questions
from quizzes.questions import Template, Variant, combining
from quizzes.questions.expressions import ExpressionError, compile_expression
from quizzes.questions.grading import is_right
from quizzes.questions.guesses import SECONDS, Guess, Sample, guess
from quizzes.questions.template import AnswerField, MisconceptionRule
from quizzes.questions.values import Value, same
from tests.bank import BANK
from tests.lengths import LONG, often

_ENOUGH = 30  # answers in which a rule has to be seen
_OTHERS = 30  # questions on which what was found has to be the same
_SURE_OF = 0.7  # of the planted rules; more are found where the machine is idle

SIZE = next(source for _, source in BANK.sources if 'slug = "conv-output-size"' in source)


def planted(template: Template, rule: MisconceptionRule, answer: AnswerField, variants: list[Variant]) -> list[Sample]:
    """What somebody answers who holds the rule, without the derived value that an author named it by."""
    given_away = {value.text.strip() for value in rule.values.values()} & template.derived.keys()
    given_away -= {answer.value.text.strip()}
    return [
        Sample(
            {name: value for name, value in variant.scope.items() if name not in given_away},
            variant.answers[answer.name],
            variant.wrong[rule.code][answer.name],
        )
        for variant in variants
        if rule.code in variant.wrong
        and not is_right(answer, variant.wrong[rule.code][answer.name], variant.answers[answer.name])
    ]


def without(template: Template, rule: MisconceptionRule) -> Template:
    """The template before its author knew of the rule."""
    return replace(template, misconceptions=tuple(one for one in template.misconceptions if one is not rule))


def value(formula: str, scope: Mapping[str, Value]) -> Value | None:
    """What a formula gives, if anything."""
    try:
        found: Value = compile_expression(formula, scope).evaluate(scope)
    except ExpressionError:
        return None
    return found


def agrees(found: Guess, answer: AnswerField, samples: list[Sample]) -> bool:
    """Whether a formula gives what the samples give."""
    values = [(sample.given, value(found.formula, sample.scope)) for sample in samples]
    return all(one is not None and is_right(answer, given, one) for given, one in values)


def test_most_wrong_rules_of_the_bank_are_found_again(capsys: pytest.CaptureFixture[str]) -> None:
    tried: Counter[str] = Counter()
    found: Counter[str] = Counter()
    sources = [source for _, source in BANK.sources]
    for source in sources[:: 10 if LONG else 40]:
        template = questions.load(source)
        variants = (
            [questions.generate(template, seed) for seed in range(2 * _OTHERS)] if template.misconceptions else []
        )
        for rule in template.misconceptions:
            for answer in template.answers:
                if answer.name in rule.values:
                    samples = planted(template, rule, answer, variants)
                    if len(samples) < _ENOUGH:
                        continue
                    guesses = guess(without(template, rule), answer, samples[:_ENOUGH])
                    tried[answer.type] += 1
                    found[answer.type] += bool(guesses) and agrees(guesses[0], answer, samples[_ENOUGH:])
    with capsys.disabled():
        shares = ", ".join(f"{type} {found[type]} of {tried[type]}" for type in tried)
        sys.stdout.write(f"\nplanted wrong rules found again: {found.total()} of {tried.total()} ({shares})\n")
    assert found.total() >= _SURE_OF * tried.total()


def test_two_rules_are_told_apart_in_a_mixture_with_slips() -> None:
    template = questions.load(SIZE)
    (answer,) = template.answers
    rules = {rule.code: rule for rule in template.misconceptions}
    unknown = replace(template, misconceptions=(rules["padding-ignored"],))
    chance = Random(1)  # noqa: S311
    samples, of = [], {}
    for seed in range(60):
        variant = questions.generate(template, seed)
        code = ("forgot-plus-one", "forgot-plus-one", "stride-ignored", "slip")[seed % 4]
        given = chance.randrange(100, 999) if code == "slip" else variant.wrong[code]["O"]
        samples.append(Sample(variant.scope, variant.answers["O"], given))
        of[seed] = code
    guesses = guess(unknown, answer, samples)
    assert [{of[number] for number in one.explained} for one in guesses] == [{"forgot-plus-one"}, {"stride-ignored"}]
    assert [len(one.explained) for one in guesses] == [30, 15]
    for one in guesses:
        for other in one.others:
            for number in one.explained:
                assert value(other, samples[number].scope) == samples[number].given


def test_slips_are_not_explained() -> None:
    template = questions.load(SIZE)
    (answer,) = template.answers
    chance = Random(2)  # noqa: S311
    for _ in range(5):
        variants = [questions.generate(template, chance.randrange(10**6)) for _ in range(40)]
        samples = [Sample(one.scope, one.answers["O"], chance.randrange(1, 70)) for one in variants]
        assert guess(template, answer, samples) == ()


def test_one_question_asked_many_times_tells_no_rule() -> None:
    template = questions.load(SIZE)
    (answer,) = template.answers
    variant = questions.generate(template, 1)
    sample = Sample(variant.scope, variant.answers["O"], variant.wrong["forgot-plus-one"]["O"])
    assert guess(template, answer, [sample] * 50) == ()
    assert guess(template, answer, []) == ()


def test_the_time_is_kept_whatever_the_template_is() -> None:
    sources = [source for _, source in BANK.sources]
    slowest = 0.0
    for source in sources[:: 11 if LONG else 44]:
        template = questions.load(source)
        variants = [questions.generate(template, seed) for seed in range(40)] if template.misconceptions else []
        for rule, answer in ((rule, answer) for rule in template.misconceptions[:1] for answer in template.answers):
            if answer.name not in rule.values:
                continue
            samples = planted(template, rule, answer, variants) * 25
            start = time.process_time()
            guess(without(template, rule), answer, samples)
            slowest = max(slowest, time.process_time() - start)
    assert slowest < 2 * SECONDS


def test_what_is_found_can_be_written_into_the_template() -> None:
    template = questions.load(SIZE)
    (answer,) = template.answers
    rule = template.misconceptions[0]
    variants = [questions.generate(template, seed) for seed in range(30)]
    (found, *_) = guess(without(template, rule), answer, planted(template, rule, answer, variants))
    block = f'[[misconceptions]]\ncode = "forgot-plus-one"\nvalue = "{found.formula}"\n'
    first = SIZE.index("[[misconceptions]]")
    start, end = first, SIZE.index("[[misconceptions]]", first + 1)
    written = questions.load(SIZE[:start] + block + SIZE[end:])
    for one in variants:
        again = questions.restore(written, one.seed, one.parameters_json())
        assert again.wrong["forgot-plus-one"] == one.wrong["forgot-plus-one"]


_TERMS = st.sampled_from(["a", "b", "c", "1", "2"])
_PAIRS = st.tuples(_TERMS, st.sampled_from(["+", "-", "*", "//", "%"]), _TERMS).map(" ".join)


@settings(max_examples=often(15))
@given(_PAIRS, st.sampled_from(["+", "-", "*"]), _TERMS, st.integers(0, 10**6))
def test_every_small_formula_is_found(pair: str, operation: str, third: str, seed: int) -> None:
    """Or one that gives the same."""
    chance = Random(seed)  # noqa: S311
    numbers = {name: [chance.randrange(3, 60) for _ in range(12)] for name in "abc"}
    scopes: list[dict[str, Value]] = [{name: numbers[name][place] for name in "abc"} for place in range(12)]
    planted_formula = f"({pair}) {operation} {third}"
    wanted = [value(planted_formula, scope) for scope in scopes]
    assume(len(set(wanted)) > 1)  # who always gives the same follows no formula
    found = combining.giving(numbers, [float(one) for one in wanted if isinstance(one, int | Fraction)], fewest=12)
    assert found
    for one in found:
        assert all(same(value(one.text, scope) or 0, right or 0) for scope, right in zip(scopes, wanted, strict=True))
