import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from cnncalc.words import STEPS
from quizzes.questions import Language, Template, explain, generate, load, render
from quizzes.questions.expressions import compile_expression, compile_trace
from quizzes.questions.functions import TRACES
from quizzes.questions.values import latex, matrix, plain
from tests.lengths import often

Edit = Callable[..., str]
LANGUAGES: tuple[Language, ...] = ("ja", "en")


def digits(text: str) -> str:
    """Text without thousands commas, and the matrices and shapes of LaTeX as they are typed."""
    return re.sub(r"\{,\}|,", "", text).replace(r" \\ ", "\n").replace(" & ", " ").replace(r" \times ", " ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_solution_ends_in_the_answer(bank_question: Template, language: Language) -> None:
    for seed in range(often(60)):
        variant = generate(bank_question, seed)
        solution = explain(variant, language)
        for answer in bank_question.answers:
            if answer.type != "choice":  # its text argues in words
                value = variant.answers[answer.name]
                written = {plain(value), plain(value, answer.places or None), latex(value)}
                assert any(digits(text) in digits(solution.text.text) for text in written)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_steps_stand_in_order_under_their_words(language: Language) -> None:
    template = load(SIZE)
    solution = explain(generate(template, 1), language)
    found = re.findall(r"<li><p>(.*?)</p>", solution.text.html)
    assert found == [STEPS[key][language] for key in ("formula", "substitution", "division", "rounding", "result")]
    assert solution.text.html.count("<math") == solution.text.html.count('<div class="formula">') == 5
    assert solution.text.text.splitlines()[0] == STEPS["formula"][language]
    assert solution.text.text.splitlines()[-1] == "  3 + 1 = 4"


SIZE = """
schema = 1
slug = "size"
topic = "padding"
level = 1
source = "tests"
small = true
title = { ja = "題", en = "Title" }
parameters = { H = { choices = [10] } }
stem = { ja = "{{H}}", en = "{{H}}" }
[[answers]]
name = "O"
type = "integer"
value = "output_size(H, 3, 2)"
label = { ja = "高さ <b>", en = "Height <b>" }
[solution]
trace = "output_size(H, 3, 2)"
"""


def test_several_answers_are_worked_out_under_their_labels() -> None:
    second = '[[answers]]\nname = "Q"\ntype = "integer"\nvalue = "H"\nlabel = { ja = "別", en = "Other" }\n[solution]'
    trace = 'trace = { O = "output_size(H, 3, 2)", Q = "output_size(H, 1)" }'
    source = SIZE.replace("[solution]", second).replace('trace = "output_size(H, 3, 2)"', trace)
    shown = explain(generate(load(source), 1), "en").text
    assert re.findall("<h3>(.*?)</h3>", shown.html) == ["Height &lt;b&gt;", "Other"]
    assert shown.text.startswith("Height <b>\n")
    assert "<h3>" not in explain(generate(load(SIZE), 1), "en").text.html


def test_the_authors_words_come_before_the_steps() -> None:
    source = SIZE + '[solution.text]\nja = "まず {{H}}"\nen = "First {{H}}"\n'
    solution = explain(generate(load(source), 1), "en")
    assert solution.text.html.startswith('<p>First 10</p><ol class="steps"><li>')
    assert solution.text.text.startswith("First 10\n\nFormula\n")


def test_a_text_alone_is_a_solution(tiny_sum: Template) -> None:
    variant = generate(tiny_sum, 1)
    shown = explain(variant, "ja").text
    assert shown.text == f"${variant.scope['a']} + {variant.scope['b']} = {plain(variant.answers['T'])}$"
    assert shown.html.startswith("<p><math>")


def test_windows_stand_together_under_one_heading() -> None:
    source = (
        SIZE.replace("H = { choices = [10] }", "H = { matrix = [4, 4], integers = [1, 9] }")
        .replace('type = "integer"', 'type = "matrix"\nboard = [4, 4]')
        .replace("output_size(H, 3, 2)", "max_pool2d(H, 2)")
    )
    shown = explain(generate(load(source), 1), "en").text.html
    assert re.findall(r"<li><p>(.*?)</p>", shown) == [STEPS["window"]["en"], STEPS["result"]["en"]]
    assert shown.count('<div class="formula">') == 5


X = matrix([[1, -2, 0], [3, 5, 2], [4, 4, -1]])
W = matrix([[1, 2], [0, -1]])
ROW = matrix([[1, 3, 2]])
CALLS: list[tuple[str, tuple[Any, ...]]] = [
    ("output_size", (7, 3)),
    ("output_size", (8, 3, 2)),
    ("output_size", (4, 1, 3, 2, 1, True)),
    ("valid_output_size", (28, 3, 2)),
    ("same_output_size", (7, 2)),
    ("same_padding", (5, 2)),
    ("tensorflow_same_padding", (8, 3, 2)),
    ("transposed_output_size", (4, 3, 2, 1, 1)),
    ("paddings_giving", (5, 10, 2, 3)),
    ("strides_giving", (4, 16, 4)),
    ("kernels_giving", (14, 28, 2, 1)),
    ("receptive_field", (((3, 1), (2, 2)),)),
    ("max_pool2d", (X, 2, 1)),
    ("mean_pool2d", (X, 2, 1)),
    ("lp_pool2d", (X, 2, 2, 1)),
    ("adaptive_max_pool2d", (X, 2)),
    ("adaptive_mean_pool2d", (X, 2)),
    ("global_max_pool2d", (X,)),
    ("global_mean_pool2d", (X,)),
    ("max_pool2d_backward", (W, X, 2, 1)),
    ("mean_pool2d_backward", (W, X, 2, 1)),
    ("conv2d", (X, W)),
    ("conv2d", (X, W, 3, 1, 1)),
    ("conv2d_dx", (W, X, W)),
    ("conv2d_dw", (W, X, W)),
    ("conv_transpose2d", (W, X, 2)),
    ("im2col", (X, 2, 1, 0, "rows")),
    ("col2im", (matrix([[1, 2], [3, 4], [5, 6], [7, 8]]), (2, 3), 2)),
    ("im2col_shape", ((1, 3, 8, 8), 3)),
    ("im2col_expansion", ((1, 1, 8, 8), 3)),
    ("softmax", (ROW,)),
    ("cross_entropy", (ROW, 1)),
    ("cross_entropy_gradient", (ROW, 1)),
    ("flatten_size", (3, 4, 5)),
    ("linear_parameter_count", (3, 4)),
    ("linear_parameter_count", (3, 4, False)),
    ("linear_macs", (3, 4)),
    ("conv2d_parameter_count", (3, 4, 5)),
    ("conv2d_parameter_count", (4, 4, 3, True, 2)),
    ("conv2d_macs", ((3, 8, 8), 4, 3)),
    ("conv_transpose2d_macs", ((3, 8, 8), 4, 3)),
    ("depthwise_separable_parameter_count", (4, 8, 3)),
    ("depthwise_separable_macs", ((4, 8, 8), 8, 3)),
    ("batch_norm_parameter_count", (16,)),
]


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_every_trace_ends_in_what_the_function_of_its_name_gives(name: str, arguments: tuple[Any, ...]) -> None:
    scope = {f"x{n}": argument for n, argument in enumerate(arguments)}
    call = f"{name}({', '.join(scope)})"
    value = compile_expression(call, scope.keys()).evaluate(scope)
    last = compile_trace(call, scope.keys()).evaluate(scope)[-1].value
    if isinstance(last, frozenset):
        last = tuple(sorted(last))
    last = getattr(last, "size", last) if name == "receptive_field" else last
    assert np.allclose(np.asarray(last, dtype=float).ravel(), np.asarray(value, dtype=float).ravel())


@pytest.mark.parametrize(("name", "arguments"), CALLS)
def test_every_step_of_every_trace_has_words_in_both_languages(name: str, arguments: tuple[Any, ...]) -> None:
    scope = {f"x{n}": argument for n, argument in enumerate(arguments)}
    steps = compile_trace(f"{name}({', '.join(scope)})", scope.keys()).evaluate(scope)
    assert {step.key for step in steps} <= STEPS.keys()
    assert all(set(STEPS[step.key]) == set(LANGUAGES) for step in steps)


def test_every_trace_is_covered() -> None:
    assert {name for name, _ in CALLS} == TRACES.keys()


def test_means_are_exact_in_the_steps() -> None:
    steps = TRACES["mean_pool2d"](matrix([[1, 2], [2, 2]]), 2)
    assert steps[0].value == Fraction(7, 4)


def test_the_back_of_a_flashcard_is_its_solution() -> None:
    card = load(
        'schema = 1\ntopic = "padding"\n[[flashcards]]\nslug = "card"\nsource = "tests"\n'
        'front = { ja = "表", en = "front" }\nback = { ja = "裏", en = "*back*" }\n'
    )
    solution = explain(generate(card, 1), "en")
    assert (solution.text.html, solution.figure) == ("<p><em>back</em></p>", None)


def test_a_solution_shows_the_figure_after_the_answer(bank_question: Template) -> None:
    solution = explain(generate(bank_question, 1), "en")
    assert (solution.figure is None) == (bank_question.figure is None)
    if solution.figure:
        before = render(generate(bank_question, 1), "en").figure
        assert before is None or before.svg != solution.figure.svg
