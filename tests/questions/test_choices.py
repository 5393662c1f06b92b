from collections import Counter
from collections.abc import Callable

import pytest

from quizzes.questions import (
    Language,
    ResponseError,
    Template,
    Variant,
    as_response,
    generate,
    grade,
    load,
    offers_choice,
    parse,
    render,
    shown,
)
from quizzes.questions.choices import options
from quizzes.questions.values import Value, matrix, plain, same
from tests.bank import posed
from tests.lengths import LONG, often

Edit = Callable[..., str]
LANGUAGES: tuple[Language, ...] = ("ja", "en")
EXTRA = '[[misconceptions]]\ncode = "more-{0}"\nvalue = "total + {0}"\n'
DECIMAL = ('type = "integer"', 'type = "decimal"\nplaces = 1', 'value = "total"', 'value = "total / 7"')


def test_the_answer_and_its_distractors_are_posed_each_once(tiny_sum: Template) -> None:
    for seed in range(often(50)):
        variant = generate(tiny_sum, seed, "choice")
        (field,) = render(variant, "en").fields
        assert field.type == "choice"
        assert [option.key for option in field.choices] == list("abcd")
        values = [variant.answers["T"], *(wrong["T"] for wrong in variant.wrong.values())]
        assert {option.text.text for option in field.choices} == {plain(value) for value in values}


def test_typed_questions_show_no_options(tiny_sum: Template) -> None:
    (field,) = render(generate(tiny_sum, 1), "en").fields
    assert (field.type, field.choices) == ("integer", ())


@pytest.mark.parametrize(
    ("edits", "offered"),
    [
        ((), True),
        (('value = "total + 1"', 'value = "total"'), False),
        (('value = "total + 1"', 'value = "b - a"'), False),
        (('value = "total + 1"', 'value = "1 // 0"'), False),
        (('value = "total + 1"', 'value = "total / 1000"'), False),
        (('value = "total + 1"', 'value = "(a, b)"'), False),
    ],
)
def test_three_different_wrong_values_of_the_answers_kind_are_needed(
    edited: Edit, edits: tuple[str, ...], offered: bool
) -> None:
    assert offers_choice(generate(load(edited(*edits)), 1)) is offered


def test_questions_with_several_answers_or_own_options_are_not_turned_into_choices(many: Template) -> None:
    assert not offers_choice(generate(many, 1))


def test_at_most_four_distractors_are_posed(edited: Edit) -> None:
    more = "".join(EXTRA.format(n) for n in (2, 3, 4))
    variant = generate(load(edited("[[hints]]", more + "[[hints]]")), 1, "choice")
    (field,) = render(variant, "en").fields
    assert len(field.choices) == 5
    right = as_response(variant, variant.template.answers[0], variant.answers["T"])
    assert right in [option.key for option in field.choices]


def test_no_two_options_of_a_decimal_read_alike_and_only_one_is_right(edited: Edit) -> None:
    """Values that differ beyond the shown places would be one option posed twice."""
    source = edited(
        *DECIMAL,
        *('value = "b - a"', 'value = "total / 7 + 0.0001"'),
        *('value = "a * b + 1000"', 'value = "total / 7 + 5.0001"'),
        *('value = "total + 1"', 'value = "total / 7 + 5.0002"'),
        *("[[hints]]", "".join(EXTRA.format(n) for n in (1, 2)) + "[[hints]]"),
    )
    for seed in range(often(30)):
        variant = generate(load(source), seed, "choice")
        assert offers_choice(variant)
        posed = render(variant, "en").fields[0].choices
        assert len({option.text.text for option in posed}) == len(posed)
        right = [option for option in posed if grade(variant, parse(variant, {"T": option.key})).verdict == "correct"]
        assert len(right) == 1


def test_a_value_within_the_tolerance_is_no_distractor(edited: Edit) -> None:
    source = edited(
        *(
            'type = "integer"',
            'type = "decimal"\nplaces = 1\ntolerance = 0.5',
            'value = "total"',
            'value = "total / 7"',
        ),
        *('value = "b - a"', 'value = "total / 7 + 0.4"'),
        *("[[hints]]", EXTRA.format(2) + "[[hints]]"),
    )
    for seed in range(often(30)):
        variant = generate(load(source), seed, "choice")
        posed = render(variant, "en").fields[0].choices
        verdicts = [grade(variant, parse(variant, {"T": option.key})).verdict for option in posed]
        assert sorted(verdicts) == ["correct", "incorrect", "incorrect", "incorrect"]


@pytest.mark.parametrize("places", [0, 1])
def test_the_options_of_a_decimal_are_written_with_its_places(edited: Edit, places: int) -> None:
    wrong = ('value = "b - a"', 'value = "total / 3 + 50"', 'value = "a * b + 1000"', 'value = "b"')
    template = load(edited(*DECIMAL, *wrong).replace("places = 1", f"places = {places}"))
    for option in render(generate(template, 3, "choice"), "en").fields[0].choices:
        assert len(option.text.text.partition(".")[2]) == places
        assert "/" not in option.text.text


def positions(template: Template, seeds: range) -> Counter[str]:
    found: Counter[str] = Counter()
    for seed in seeds:
        variant = generate(template, seed, "choice")
        answer = template.answers[0]
        if len(options(variant, answer, "en")) >= 4:
            found[as_response(variant, answer, variant.answers[answer.name])] += 1
    return found


def test_the_right_option_stands_in_every_place_about_equally_often(bank_question: Template) -> None:
    if len(bank_question.answers) > 1:
        return  # typed only
    many_seeds = 400 if LONG else 120
    if bank_question.has_choices:  # their keys are the author's, so the place is counted
        answer = bank_question.answers[0]
        variants = [posed(bank_question, seed) for seed in range(many_seeds)]
        places = [[value for _, _, value in options(v, answer, "en")].index(v.answers[answer.name]) for v in variants]
        assert all(0.075 <= places.count(place) / many_seeds <= 0.65 for place in range(len(answer.choices)))
        return
    found = positions(bank_question, range(many_seeds))
    count = len(options(posed(bank_question, 0, "choice"), bank_question.answers[0], "en"))
    assert found.total() == many_seeds
    for key in "abcdefgh"[:count]:
        assert 0.1 <= found[key] / many_seeds <= 0.45


def test_an_authors_options_change_their_order_too(many: Template) -> None:
    field = many.answers[4]
    first = Counter(options(generate(many, seed), field, "en")[0][2] for seed in range(400))
    right_first = sum(
        options(variant, field, "en")[0][2] == variant.answers["C"]
        for variant in (generate(many, seed) for seed in range(400))
    )
    assert all(140 < first[key] < 260 for key in ("odd", "even"))
    assert 140 < right_first < 260


def test_an_authors_options_are_posed_and_taken_by_letters_only(many: Template) -> None:
    """An author's own names tell which is right, so that they could be guessed."""
    variant, field = generate(many, 1), many.answers[4]
    posed = options(variant, field, "en")
    assert [key for key, _, _ in posed] == ["a", "b"]
    assert {value for _, _, value in posed} == {"odd", "even"}
    response = {answer.name: as_response(variant, answer, variant.answers[answer.name]) for answer in many.answers}
    for key, _, value in posed:
        assert parse(variant, response | {"C": key})["C"] == value
        with pytest.raises(ResponseError, match="C: not-a-choice"):
            parse(variant, response | {"C": value})


def test_the_order_is_that_of_the_options_own_contents(tiny_sum: Template) -> None:
    """Which of the posed values is right changes nothing: swapping answer and distractor keeps the order."""
    for seed in range(often(50)):
        variant = generate(tiny_sum, seed, "choice")
        answer = tiny_sum.answers[0]
        swapped = variant_with(variant.wrong["off-by-one"]["T"], variant)
        assert [text for _, text, _ in options(variant, answer, "en")] == [
            text for _, text, _ in options(swapped, answer, "en")
        ]


def variant_with(answer: Value, variant: Variant) -> Variant:
    changed = dict(variant.wrong)
    changed["off-by-one"] = {"T": variant.answers["T"]}
    return variant._replace(answers={"T": answer}, wrong=changed)


def test_options_are_the_same_in_both_languages_and_stand_for_one_value(many: Template, tiny_sum: Template) -> None:
    for template in (many, tiny_sum):
        variant = generate(template, 7, "choice" if template is tiny_sum else "free")
        for answer in template.answers:
            posed = {language: options(variant, answer, language) for language in LANGUAGES}
            assert [key for key, _, _ in posed["ja"]] == [key for key, _, _ in posed["en"]]
            assert [value for _, _, value in posed["ja"]] == [value for _, _, value in posed["en"]]
            for key, text, value in posed["en"]:
                assert as_response(variant, answer, value) == key
                assert shown(variant, answer, value, "en") == text


def test_a_response_is_written_without_commas(many: Template) -> None:
    variant = generate(many, 1)
    integer, decimal, shape, board, parity = many.answers
    assert as_response(variant, integer, -12345) == "-12345"
    assert as_response(variant, decimal, variant.answers["I"]) == "8000.00"
    assert as_response(variant, shape, (1000, 2)) == ["1000", "2"]
    assert as_response(variant, board, matrix([[1000, -2]])) == [["1000", "-2"]]
    letters = {value: key for key, _, value in options(variant, parity, "en")}
    assert as_response(variant, parity, "even") == letters["even"]


def test_what_was_given_is_shown_as_it_is_written(many: Template) -> None:
    variant = generate(many, 1)
    integer, decimal, _, board, parity = many.answers
    assert shown(variant, integer, -12345, "en").html == "−12,345"
    assert shown(variant, decimal, variant.answers["D"], "en").text == "1.14"
    assert shown(variant, board, variant.answers["M"], "en").html.startswith("<table")
    assert shown(variant, parity, "even", "ja").html == "<p>偶数</p>"
    assert same(variant.answers["I"], 8000)
