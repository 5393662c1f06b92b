import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from quizzes.questions import FORMATS, Language, Template, Variant, generate, hint, load, offers_choice, render
from quizzes.questions.prompts import Prompt
from quizzes.questions.values import Value, matrix, plain, same
from tests.bank import posed
from tests.lengths import often

Edit = Callable[..., str]
LANGUAGES: tuple[Language, ...] = ("ja", "en")
UNUSUAL = 987_654_321


def unusual(value: Value) -> Value:
    """Another answer of the same type that no question mentions by chance."""
    if isinstance(value, np.ndarray):
        return matrix(np.full(value.shape, UNUSUAL))
    if isinstance(value, tuple):
        return tuple(unusual(part) for part in value)
    return UNUSUAL if not isinstance(value, str) else "unusual-answer"


def with_other_answers(variant: Variant) -> Variant:
    """The same question as if other values were right: what is shown may not notice.

    Derived values that the stem gives stay, as the parameters do; the answer is not among them.
    """
    forced = {name: unusual(value) for name, value in variant.answers.items()}
    template = variant.template
    options = {name for answer in template.answers for choice in answer.choices for name in choice.label["en"].names}
    given = variant.parameters.keys() | template.stem["en"].names | options
    derived = {name: unusual(value) for name, value in variant.scope.items() if name not in given}
    return variant._replace(answers=forced, scope={**variant.scope, **derived})


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shown_before_the_answer_does_not_depend_on_it(bank_question: Template, language: Language) -> None:
    for seed in range(often(300)):
        variant = posed(bank_question, seed)
        other = with_other_answers(variant)
        assert render(other, language) == render(variant, language)
        shown = repr(render(other, language))
        for value in other.answers.values():
            assert plain(value) not in shown
        assert str(UNUSUAL) not in shown
        assert f"{UNUSUAL:,}" not in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_choice_shows_the_answer_among_its_options_only(bank_question: Template, language: Language) -> None:
    for seed in range(often(300)):
        variant = posed(bank_question, seed, "choice")
        prompt = render(with_other_answers(variant), language)
        outside = prompt._replace(fields=tuple(field._replace(choices=()) for field in prompt.fields))
        assert str(UNUSUAL) not in repr(outside)
        assert f"{UNUSUAL:,}" not in repr(outside)
        free = render(posed(bank_question, seed), language)
        assert (outside.title, outside.stem, outside.figure) == (free.title, free.stem, free.figure)
        for field in prompt.fields:
            assert len({option.text.text for option in field.choices}) == len(field.choices)


@pytest.mark.parametrize("language", LANGUAGES)
def test_hints_do_not_show_the_answer(bank_question: Template, language: Language) -> None:
    for seed in range(often(50)):
        other = with_other_answers(posed(bank_question, seed))
        for number in range(1, render(other, language).hints + 1):
            assert str(UNUSUAL) not in re.sub("[,{}]", "", repr(hint(other, number, language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_figure_says_only_the_numbers_that_the_stem_gives(bank_question: Template, language: Language) -> None:
    """Besides those that it says in every variant, such as the height of a matrix that never changes."""
    if bank_question.figure is None:
        return
    said: list[set[str]] = []
    given: list[set[str]] = []
    for seed in range(often(300)):
        prompt = render(posed(bank_question, seed), language)
        if prompt.figure:
            drawn = re.sub(r"<[^>]*>", " ", prompt.figure.svg + prompt.figure.table)
            said.append(set(re.findall(r"\d+", f"{prompt.figure.title} {prompt.figure.description} {drawn}")))
            given.append(set(re.findall(r"\d+", prompt.stem.text)))
    if said:
        always = set.intersection(*said)
        assert set().union(*(numbers - known for numbers, known in zip(said, given, strict=True))) <= always


def elements(prompt: Prompt) -> list[str]:
    return re.findall(r"<(\w+)", prompt.figure.svg) if prompt.figure else []


@pytest.mark.parametrize("format", FORMATS)
def test_the_parts_of_a_figure_and_the_boxes_do_not_count_the_answer(bank_question: Template, format: Any) -> None:
    """Two questions alike in what they give show the same elements, whatever their answers are."""
    shapes = set()
    for seed in range(often(300)):
        variant = posed(bank_question, seed, format)
        prompt = render(variant, "en")
        assert elements(prompt) == elements(render(with_other_answers(variant), "en"))
        free = format == "free" or not offers_choice(variant)
        shapes.add((tuple((f.name, f.type, f.parts, f.board) for f in prompt.fields), free))
    assert len(shapes) == 1


def test_a_board_is_larger_than_the_answer_and_always_the_same(bank_question: Template) -> None:
    for seed in range(often(100)):
        variant = posed(bank_question, seed)
        for field in render(variant, "en").fields:
            if field.type == "matrix":
                shape = np.shape(np.asarray(variant.answers[field.name]))
                assert field.board[0] > shape[0]
                assert field.board[1] > shape[1]


def test_what_the_stem_gives_is_no_answer(bank_question: Template) -> None:
    """A value that the stem derives from the parameters may equal an answer by chance, but not again and again."""
    names = bank_question.stem["en"].names - {p.name for p in bank_question.parameters}
    for answer in bank_question.answers:
        for name in names:
            variants = [posed(bank_question, seed) for seed in range(often(100))]
            told = sum(same(v.scope[name], v.answers[answer.name]) for v in variants)
            assert told < len(variants) / 2


def test_the_prompt_is_in_the_language_that_is_asked_for(tiny_sum: Template) -> None:
    variant = restore_two_and_fifty(tiny_sum)
    japanese, english = render(variant, "ja"), render(variant, "en")
    assert (japanese.title, english.title) == ("和", "Sum")
    assert (japanese.stem.text, english.stem.text) == ("2 と 50 の和は？", "What is the sum of 2 and 50?")
    assert (japanese.fields[0].label, english.fields[0].label) == ("和", "Sum")
    assert (japanese.hints, japanese.figure) == (1, None)


def restore_two_and_fifty(template: Template) -> Variant:
    return next(v for v in (generate(template, seed) for seed in range(5000)) if v.parameters == {"a": 2, "b": 50})


def test_hints_are_counted_from_one(tiny_sum: Template) -> None:
    variant = restore_two_and_fifty(tiny_sum)
    assert hint(variant, 1, "en").html == "<p>Count on from 2.</p>"
    for number in (-1, 0, 2):
        with pytest.raises(IndexError):
            hint(variant, number, "en")


def test_each_type_of_field_says_how_it_is_answered(many: Template) -> None:
    integer, decimal, shape, board, parity = render(generate(many, 1), "en").fields
    assert (integer.type, integer.places, integer.tolerance) == ("integer", None, None)
    assert (decimal.type, decimal.places, decimal.tolerance) == ("decimal", 2, "0.005")
    assert (shape.type, shape.parts) == ("shape", ("H", "W"))
    assert (board.type, board.board) == ("matrix", (3, 3))
    assert [option.key for option in parity.choices] == ["a", "b"]
    assert {option.text.html for option in parity.choices} == {"<p>odd</p>", "<p>even</p>"}


@pytest.mark.parametrize(
    ("declared", "exact", "stated"),
    [
        ("", Fraction(1, 200), "0.005"),
        ("tolerance = 0", Fraction(0), "0"),
        ("tolerance = 1", Fraction(1), "1"),
        ("tolerance = 10", Fraction(10), "10"),
        ("tolerance = 0.1", Fraction(1, 10), "0.1"),
        ("tolerance = 0.000001", Fraction(1, 10**6), "0.000001"),
    ],
)
def test_the_tolerance_is_stated_as_it_is_graded(
    edited_many: Edit, declared: str, exact: Fraction, stated: str
) -> None:
    template = load(edited_many("places = 2", f"places = 2\n{declared}"))
    assert template.answers[1].tolerance == exact
    assert render(generate(template, 1), "en").fields[1].tolerance == stated


def test_a_chosen_word_is_never_markup(edited: Edit) -> None:
    words = 'w = { choices = ["<b>", "<script>alert(1)</script>", "&amp;"] }\n[derived]'
    template = load(edited("[derived]", words, "What is", "{{w}}", "{{a}} と", "{{w}} {{a}} と"))
    for seed in range(20):
        shown = render(generate(template, seed), "en").stem.html
        assert re.findall(r"<[^>]*>", shown) == ["<p>", "</p>"]


def test_a_flashcards_front_has_no_fields() -> None:
    card = load(
        'schema = 1\ntopic = "padding"\n[[flashcards]]\nslug = "card"\nsource = "tests"\n'
        'front = { ja = "表", en = "front" }\nback = { ja = "裏", en = "back" }\n'
    )
    prompt = render(generate(card, 1), "en")
    assert (prompt.stem.html, prompt.fields, prompt.figure, prompt.hints) == ("<p>front</p>", (), None, 0)
