from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.questions import Template, as_response, generate, give_up, grade, load, parse
from quizzes.questions.values import Value, matrix, same
from tests.lengths import often

MANY = load((Path(__file__).parent / "templates" / "every-field.toml").read_text())


def test_the_right_answer_is_right_and_shows_no_misconception(bank_question: Template) -> None:
    for seed in range(often(100)):
        variant = generate(bank_question, seed)
        result = grade(variant, variant.answers)
        assert (result.verdict, result.score, result.misconceptions) == ("correct", Fraction(1), ())
        assert all(field.correct and field.given is field.expected for field in result.fields)


def test_every_misconceptions_value_is_diagnosed_with_all_that_match(bank_question: Template) -> None:
    seen = set()
    for seed in range(often(100)):
        variant = generate(bank_question, seed)
        for code, values in variant.wrong.items():
            for name, value in values.items():
                if same(value, variant.answers[name]):
                    continue
                result = grade(variant, {**variant.answers, name: value})
                matching = {
                    other for other, wrong in variant.wrong.items() if name in wrong and same(wrong[name], value)
                }
                assert code in result.misconceptions
                assert set(result.misconceptions) >= matching
                assert result.verdict == ("incorrect" if len(variant.answers) == 1 else "partial")
                assert result.score == Fraction(len(variant.answers) - 1, len(variant.answers))
                seen.add(code)
        for answer in bank_question.answers:
            for choice in answer.choices:
                result = grade(variant, {**variant.answers, answer.name: choice.key})
                assert set(result.misconceptions) == {choice.misconception} - {None}
                seen |= set(result.misconceptions)
    assert seen == set(bank_question.misconception_codes())


def test_what_a_learner_with_a_misconception_types_is_diagnosed(bank_question: Template) -> None:
    for seed in range(often(30)):
        variant = generate(bank_question, seed)
        for code, values in variant.wrong.items():
            wrong = {**variant.answers, **values}
            typed = {a.name: as_response(variant, a, wrong[a.name]) for a in bank_question.answers}
            assert code in grade(variant, parse(variant, typed)).misconceptions


def test_choosing_a_distractor_is_diagnosed_and_choosing_the_answer_is_right(tiny_sum: Template) -> None:
    for seed in range(often(50)):
        variant = generate(tiny_sum, seed, "choice")
        verdicts = {}
        for key in "abcd":
            result = grade(variant, parse(variant, {"T": key}))
            verdicts[key] = result.verdict
            assert len(result.misconceptions) == (result.verdict == "incorrect")
        assert sorted(verdicts.values()) == ["correct", "incorrect", "incorrect", "incorrect"]


def test_a_value_that_no_rule_explains_is_wrong_without_diagnosis(bank_question: Template) -> None:
    variant = generate(bank_question, 1)
    for name, right in variant.answers.items():
        strange: Value = matrix(np.full(right.shape, 123_456)) if isinstance(right, np.ndarray) else 123_456
        result = grade(variant, {**variant.answers, name: strange})
        assert result.misconceptions == ()
        assert result.score < 1


def graded(seed: int, **given: Value) -> Any:
    variant = generate(MANY, seed)
    return grade(variant, {**variant.answers, **given})


def parameter(seed: int) -> int:
    value = generate(MANY, seed).parameters["a"]
    assert isinstance(value, int)
    return value


def test_all_misconceptions_of_a_number_are_named() -> None:
    template = load(
        (Path(__file__).parent / "templates" / "tiny-sum.toml").read_text().replace("a * b + 1000", "b - a")
    )
    variant = generate(template, 3)
    result = grade(variant, {"T": variant.wrong["took-difference"]["T"]})
    assert result.misconceptions == ("took-difference", "took-product")


@pytest.mark.parametrize(
    ("distance", "right"),
    [
        (Fraction(0), True),
        (Fraction(1, 200), True),
        (Fraction(-1, 200), True),
        (Fraction(1, 200) + Fraction(1, 10**9), False),
        (Fraction(-1, 200) - Fraction(1, 10**9), False),
    ],
)
def test_a_decimal_is_right_up_to_exactly_the_tolerance(distance: Fraction, right: bool) -> None:
    for seed in range(20):
        result = graded(seed, D=Fraction(parameter(seed), 7) + distance)
        assert result.fields[1].correct is right


def test_a_decimals_misconception_has_the_same_tolerance() -> None:
    for distance, codes in ((Fraction(1, 200), ("one-too-many",)), (Fraction(1, 199), ())):
        result = graded(1, D=Fraction(parameter(1), 7) + 1 + distance)
        assert result.fields[1].misconceptions == codes


def test_a_decimal_is_never_a_matrix_a_word_or_a_shape() -> None:
    for value in ("1.14", (1, 2), matrix([[1]])):
        assert not graded(1, D=value).fields[1].correct


def test_a_shape_is_right_as_a_whole_and_in_its_order() -> None:
    a = parameter(1)
    for value, correct, codes in (
        ((a, a + 1), True, ()),
        ((a + 1, a), False, ("sign-lost",)),
        ((a + 1, a + 2), False, ("one-too-many",)),
        ((a, a + 2), False, ("one-too-many",)),  # in one part
        ((a, a + 3), False, ()),
    ):
        field = graded(1, S=value).fields[2]
        assert (field.correct, field.misconceptions) == (correct, codes)


def cells(seed: int) -> Any:
    return np.array(generate(MANY, seed).answers["M"])


@settings(deadline=None)
@given(st.integers(0, 500), st.lists(st.booleans(), min_size=4, max_size=4))
def test_a_matrix_that_follows_a_wrong_rule_in_some_cells_is_diagnosed(seed: int, where: list[bool]) -> None:
    right = cells(seed)
    mask = np.reshape(where, (2, 2))
    field = graded(seed, M=matrix(np.where(mask, right + 1, right))).fields[3]
    assert field.correct is not any(where)
    assert field.misconceptions == (("one-too-many",) if any(where) else ())


def test_a_matrix_with_one_unexplained_cell_or_two_rules_is_not_diagnosed() -> None:
    right = cells(1)
    mixed = right + np.array([[1, 0], [0, 5]])
    both = np.where([[True, False], [False, False]], right + 1, -right)
    for value in (mixed, both):
        field = graded(1, M=matrix(value)).fields[3]
        assert (field.correct, field.misconceptions) == (False, ())


def test_a_matrix_of_another_shape_is_diagnosed_only_as_a_whole() -> None:
    template = next_to_pooling()
    variant = generate(template, 1)
    overlapping = variant.wrong["pooling-stride-one"]["Y"]
    assert isinstance(overlapping, np.ndarray)
    assert grade(variant, {"Y": overlapping}).misconceptions == ("pooling-stride-one",)
    for value in (overlapping + 1, overlapping[:2], overlapping.T[:, :1]):
        assert grade(variant, {"Y": matrix(value)}).misconceptions == ()


def next_to_pooling() -> Template:
    source = (Path(__file__).parent / "templates" / "every-field.toml").read_text()
    head, _, _ = source.partition("[[answers]]")
    return load(
        head.replace("matrix = [2, 2]", "matrix = [4, 4]")
        + '[[answers]]\nname = "Y"\ntype = "matrix"\nboard = [4, 4]\nvalue = "max_pool2d(X, 2)"\n'
        + 'label = { ja = "出力", en = "Output" }\n'
        + '[[misconceptions]]\ncode = "pooling-stride-one"\nvalue = "max_pool2d(X, 2, 1)"\n'
        + '[solution]\ntrace = "max_pool2d(X, 2)"\n'
    )


def test_an_authors_choice_names_its_own_misconception() -> None:
    for seed in range(20):
        right, wrong = ("odd", "even") if parameter(seed) % 2 else ("even", "odd")
        assert graded(seed, C=right).fields[4].correct
        field = graded(seed, C=wrong).fields[4]
        assert (field.correct, field.misconceptions) == (False, ("parity-swapped",))


def test_every_right_field_earns_its_share() -> None:
    variant = generate(MANY, 1)
    given = dict(variant.answers)
    wrong: list[tuple[str, Value]] = [("I", -1), ("D", -9), ("S", (0, 0)), ("M", matrix([[0]])), ("C", "none")]
    for count, (name, value) in enumerate(wrong, start=1):
        given[name] = value
        result = grade(variant, given)
        assert result.score == Fraction(5 - count, 5)
        assert result.verdict == ("incorrect" if count == 5 else "partial")


def test_a_misconception_in_several_fields_is_named_once() -> None:
    variant = generate(MANY, 1)
    result = grade(variant, {**variant.answers, **variant.wrong["one-too-many"]})
    assert result.misconceptions == ("one-too-many",)
    assert [field.misconceptions for field in result.fields] == [("one-too-many",)] * 4 + [()]
    assert result.verdict == "partial"


def test_giving_up_earns_nothing_and_shows_no_misconception(bank_question: Template) -> None:
    variant = generate(bank_question, 1)
    result = give_up(variant)
    assert (result.verdict, result.score, result.misconceptions) == ("incorrect", Fraction(0), ())
    assert [field.given for field in result.fields] == [None] * len(variant.answers)
    assert {field.name: field.expected for field in result.fields} == variant.answers
