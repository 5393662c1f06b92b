"""What the lint finds in the rendered variants: leaks, lost answers, options that tell."""

from collections.abc import Callable

import pytest

from quizzes.questions import TemplateError, load
from quizzes.questions.choices import options
from quizzes.questions.lint import rendering
from tests.questions.linted import findings, linted, with_options

Edit = Callable[..., str]
FIGURE = "[figure]\nkind = 'gap-vs-fc'\nheight = '7'\nwidth = '7'\nchannels = "
NETWORK = (
    "[figure]\nkind = 'network'\ninput = '(1, 9, 9)'\nlayers = \"((" + "'conv', total, 3), ('relu',))\"\nasked = '(2,)'"
)


@pytest.mark.parametrize(
    ("derived", "old", "new", "where"),
    [
        ("c = 'total * 2'", "of {{a}} and {{b}}?", "of {{a}} and {{b}} (not {{c}})?", "stem, en"),
        ("c = 'total + 3'", "of {{a}} and {{b}}?", "of {{a}} and {{b}} (not {{c}})?", "stem, en"),
        ("c = '5 - total'", "of {{a}} and {{b}}?", "of {{a}} and {{b}}, or ${{c}}$?", "stem, en"),
        ("", "Count on from {{a}}.", "It is {{total}}, from {{a}}.", "hints[0], en"),
        ("", "[solution.text]", f"{FIGURE}'total'\n[solution.text]", "figure, ja"),
        ("", "[solution.text]", f"{NETWORK}\n[solution.text]", "figure, ja"),
    ],
)
def test_what_follows_the_answer_through_all_variants_is_a_leak(
    edited: Edit, derived: str, old: str, new: str, where: str
) -> None:
    source = edited(old, new, 'total = "a + b"', f'total = "a + b"\n{derived}')
    if derived:
        source = source.replace("{{a}} と {{b}} の和は？", "{{a}} と {{b}} の和は？（{{c}}）")
    if "hints" in where:
        source = source.replace("{{a}} から数えます。", "{{a}} から {{total}} まで数えます。")
    assert ("leak", where) in findings(source)


@pytest.mark.parametrize("formula", ["a * 2", "b - 1", "(a * 7 + b) % 50", "a * b"])
def test_other_numbers_are_no_leaks(edited: Edit, formula: str) -> None:
    source = edited('total = "a + b"', f'total = "a + b"\nc = "{formula}"', "of {{a}}", "of {{c}}, {{a}}")
    assert findings(source.replace("{{a}} と", "{{c}}、{{a}} と")) == set()


def test_an_answer_that_is_given_as_a_parameter_is_no_leak_of_the_figure(edited: Edit) -> None:
    """That is for the author to see; the checks of never-wrong rules and constant guesses stand beside it."""
    assert ("leak", "figure, ja") not in findings(
        edited('value = "total"', 'value = "a"', "[solution.text]", f"{FIGURE}'a'\n[solution.text]")
    )


def test_a_board_as_large_as_the_answer_tells_its_size(edited_many: Edit) -> None:
    assert ("board-tells", "answers.M.board") in findings(edited_many("board = [3, 3]", "board = [2, 2]"))
    assert "board-tells" not in {check for check, _ in findings(edited_many())}


def test_a_matrix_in_a_sentence_is_reported(edited_many: Edit) -> None:
    found = findings(edited_many("{{a}} and\\n\\n{{X}}", "{{a}} and {{X}}"))
    assert ("matrix-inline", "stem.en") in found


def test_a_solution_that_does_not_show_the_answer_is_reported(edited: Edit) -> None:
    source = edited("${{a}} + {{b}} = {{total}}$", "${{a}} + {{b}}$")
    assert ("solution-answer", "solution, T") in findings(source)


def test_a_trace_that_ends_elsewhere_is_reported(edited: Edit) -> None:
    source = edited(
        '[solution.text]\nja = "${{a}} + {{b}} = {{total}}$"\nen = "${{a}} + {{b}} = {{total}}$"',
        '[solution]\ntrace = "output_size(a + b, 1, 1, 1)"',
    )
    assert ("solution-answer", "solution, T") in findings(source)
    right = source.replace("output_size(a + b, 1, 1, 1)", "output_size(a + b, 1, 1, 0)")
    assert "solution-answer" not in {check for check, _ in findings(right)}


def test_options_that_read_the_same_are_reported(edited_many: Edit) -> None:
    assert ("same-options", "answers.C") in findings(edited_many('en = "odd"', 'en = "even"'))


def test_a_right_option_that_always_stands_first_is_reported(edited: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    source = with_options(edited(), "'right'", [("right", "odd", ""), ("wrong", "even", "off-by-one")])
    assert "option-order" not in {check for check, _ in findings(source)}
    monkeypatch.setattr(rendering, "options", lambda *given: sorted(options(*given), key=lambda option: str(option[2])))
    assert ("option-order", "answers.T") in findings(source)


def test_fewer_than_three_misconceptions_give_no_choice_form(edited: Edit) -> None:
    block = '[[misconceptions]]\ncode = "off-by-one"\nvalue = "total + 1"\n\n'
    found = linted(edited(block, "")).problems
    assert [(problem.check, problem.severity) for problem in found] == [("few-distractors", "warning")]


def test_a_question_without_tests_is_warned_of(edited: Edit) -> None:
    source = edited()
    found = linted(source[: source.index("[[tests]]")]).problems
    assert [(problem.check, problem.severity) for problem in found] == [("no-test", "warning")]


def test_a_formula_that_its_values_break_is_reported(edited: Edit) -> None:
    """Prose is compiled with its names in place; what a value does to a formula shows in its variants only."""
    source = edited(
        "[derived]",
        'w = { choices = ["x", "y"] }\n[derived]',
        "${{a}} + {{b}} = {{total}}$",
        "${{a}} + {{b}} = {{total}}{{w}}$",
    )
    assert "render" in {check for check, _ in findings(source)}
    broken = edited("${{a}} + {{b}} = {{total}}$", "$x^{{a}}^2 + {{b}} = {{total}}$")
    with pytest.raises(TemplateError) as refused:
        load(broken)
    assert {problem.check for problem in refused.value.problems} == {"prose"}


def test_a_formula_that_grows_too_long_is_reported(edited_many: Edit) -> None:
    huge = edited_many(
        "matrix = [2, 2], integers = [1, 9]", "matrix = [16, 16], integers = [100_000, 999_999]",
        "From {{a}} and {{X}}.", "From {{a}} and $" + "{{X}}" * 8 + "$.",
    )  # fmt: skip
    assert "latex" in {check for check, _ in findings(huge)}


def test_every_variant_is_rendered_on_demand(edited: Edit) -> None:
    source = edited("[1, 40]", "[1, 49]")
    assert 150 <= linted(source).rendered < 300
    assert linted(source, every=True).rendered == 49 * 7
