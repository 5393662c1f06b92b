import json
from collections.abc import Callable

import numpy as np
import pytest

from quizzes.questions import MAX_SEED, GenerationError, Template, Variant, generate, load, restore
from quizzes.questions.values import plain, same
from tests.bank import posed
from tests.lengths import often

Edit = Callable[..., str]


def everything(variant: Variant) -> tuple[object, ...]:
    scope = {name: plain(value) for name, value in variant.scope.items()}
    answers = {name: plain(value) for name, value in variant.answers.items()}
    wrong = {code: {n: plain(v) for n, v in values.items()} for code, values in variant.wrong.items()}
    return variant.seed, variant.format, variant.parameters_json(), scope, answers, wrong


def test_a_seed_gives_one_variant(bank_question: Template) -> None:
    for seed in range(often(50)):
        assert everything(generate(bank_question, seed)) == everything(generate(bank_question, seed))
    different = {str(generate(bank_question, seed).parameters_json()) for seed in range(200)}
    assert len(different) > 80 or bank_question.small


def test_posing_it_as_a_choice_does_not_change_the_question(bank_question: Template) -> None:
    for seed in range(20):
        free, choice = posed(bank_question, seed), posed(bank_question, seed, "choice")
        assert everything(choice)[2:] == everything(free)[2:]
        assert (free.format, choice.format) == ("free", "choice")


def test_derived_values_and_answers_follow_from_the_parameters(tiny_sum: Template) -> None:
    for seed in range(often(100)):
        variant = generate(tiny_sum, seed)
        a, b = variant.parameters["a"], variant.parameters["b"]
        assert isinstance(a, int)
        assert isinstance(b, int)
        assert variant.scope == {"a": a, "b": b, "total": a + b}
        assert variant.answers == {"T": a + b}
        assert variant.wrong == {
            "took-difference": {"T": b - a},
            "took-product": {"T": a * b + 1000},
            "off-by-one": {"T": a + b + 1},
        }


def test_an_attempt_is_restored_from_its_stored_parameters_alone(bank_question: Template) -> None:
    for seed in range(often(50)):
        variant = posed(bank_question, seed)
        stored = json.loads(json.dumps(variant.parameters_json()))
        assert everything(restore(bank_question, seed, stored)) == everything(variant)
        other = restore(bank_question, seed + 1, stored)
        assert everything(other)[2:] == everything(variant)[2:], "parameters come from the attempt, not from the seed"


def test_parameters_that_do_not_meet_the_conditions_are_not_restored(tiny_sum: Template) -> None:
    with pytest.raises(GenerationError, match="do not meet"):
        restore(tiny_sum, 1, {"a": 60, "b": 50})


def test_every_draw_meets_the_conditions(bank_question: Template) -> None:
    for seed in range(often(300)):
        variant = posed(bank_question, seed)
        assert all(condition.holds(variant.scope) for condition in bank_question.require)
        for parameter in bank_question.parameters:
            value = variant.parameters[parameter.name]
            if parameter.choices:
                assert value in parameter.choices
            else:
                assert (parameter.low <= np.asarray(value)).all()
                assert (np.asarray(value) <= parameter.high).all()


def test_variants_that_tell_all_misconceptions_apart_are_preferred(bank_question: Template) -> None:
    variants = [posed(bank_question, seed) for seed in range(often(300))]
    assert sum(variant.diagnosable() for variant in variants) >= 0.95 * len(variants)


def test_a_diagnosable_variant_has_wrong_answers_that_all_differ(bank_question: Template) -> None:
    for seed in range(often(100)):
        variant = posed(bank_question, seed)
        for name, right in variant.answers.items():
            values = [right, *(wrong[name] for wrong in variant.wrong.values() if name in wrong)]
            alike = any(same(one, other) for i, one in enumerate(values) for other in values[:i])
            complete = len(variant.wrong) == len(bank_question.misconceptions)
            assert not variant.diagnosable() or (complete and not alike)


def test_misconceptions_that_agree_or_are_right_or_have_no_value_make_a_variant_less_diagnosable(edited: Edit) -> None:
    for wrong in ("total", "b - a", "1 // 0"):
        template = load(edited('value = "total + 1"', f'value = "{wrong}"'))
        variant = generate(template, 3)
        assert not variant.diagnosable()
        assert ("off-by-one" in variant.wrong) == (wrong != "1 // 0")


def test_the_rare_draw_that_tells_apart_is_found(edited: Edit) -> None:
    template = load(edited('value = "total + 1"', 'value = "total + 1 if a == 7 else total"'))
    found = [generate(template, seed) for seed in range(60)]
    assert sum(variant.parameters["a"] == 7 for variant in found) > 25  # by chance it would be one or two


@pytest.mark.parametrize("condition", ["a > b", "1 // (a - a) == 1", "output_size(a, b) > 0"])
def test_a_template_whose_conditions_never_hold_gives_no_variant(edited: Edit, condition: str) -> None:
    template = load(edited('"a < b"', f'"{condition}"'))
    with pytest.raises(GenerationError, match="tiny-sum: no draw of 500"):
        generate(template, 0)


def test_a_condition_guards_a_value_that_has_no_meaning_outside_it(edited: Edit) -> None:
    template = load(
        edited('"a < b"', '"a < 20"', 'total = "a + b"', 'total = "output_size(20, a + 1) + b * 0 + 100 // (20 - a)"')
    )
    for seed in range(often(50)):
        a = generate(template, seed).parameters["a"]
        assert isinstance(a, int)
        assert a < 20


@pytest.mark.parametrize("seed", [-1, MAX_SEED + 1, 2**64])
def test_seeds_have_a_range(tiny_sum: Template, seed: int) -> None:
    with pytest.raises(ValueError, match="a seed is from 0 to"):
        generate(tiny_sum, seed)


def test_the_first_and_the_last_seed_work(tiny_sum: Template) -> None:
    assert generate(tiny_sum, 0).answers != {}
    assert generate(tiny_sum, MAX_SEED).answers != {}
