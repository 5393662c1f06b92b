from collections.abc import Callable

import pytest

from tests.questions.linted import findings, linted, with_options

Edit = Callable[..., str]
CONVOLUTION = "[figure]\nkind = 'convolution'\nkernel = '1'\nsize = "


@pytest.mark.parametrize(
    ("edits", "check", "where"),
    [
        (('topic = "padding"', 'topic = "elsewhere"'), "unknown-topic", "topic"),
        (('code = "off-by-one"', 'code = "nobody-knows"'), "unknown-misconception", "nobody-knows"),
        (('"a < b"', '"a > b"'), "no-variant", "require"),
        (("[1, 40]", "[1, 20]"), "few-variants", "parameters"),
        (('"a < b"', '"a < 20"'), "few-variants", "parameters"),
        (('value = "total"', 'value = "total / 2"'), "answer-type", "answers.T"),
        (('value = "total"', 'value = "a < b"'), "answer-type", "answers.T"),
        (('value = "total"', "value = \"'total'\""), "answer-type", "answers.T"),
        (('type = "integer"', 'type = "matrix"\nboard = [2, 2]'), "answer-type", "answers.T"),
        (('type = "integer"', 'type = "shape"\nparts = ["H", "W"]'), "answer-type", "answers.T"),
        (
            ('type = "integer"', 'type = "shape"\nparts = ["H", "W"]', 'value = "total"', 'value = "(total, a / 2)"'),
            "answer-type",
            "answers.T",
        ),
        (
            ('type = "integer"', 'type = "matrix"\nboard = [2, 2]', 'value = "total"', 'value = "[[a, b, total]]"'),
            "board",
            "answers.T.board",
        ),
        (('value = "total"', 'value = "total // 50"'), "constant-guess", "answers"),
        (('value = "total + 1"', 'value = "a + b"'), "never-wrong", "off-by-one"),
        (('value = "total + 1"', 'value = "1 // 0"'), "never-wrong", "off-by-one"),
        (('value = "total + 1"', "value = {}"), "never-wrong", "off-by-one"),
        (('value = "total + 1"', 'value = "b - 1*a"'), "same-misconception", "off-by-one"),
        (("answer = { T = 52 }", "answer = { T = 53 }"), "test", "tests[0]"),
        (("answer = { T = 52 }", 'answer = { T = "x" }'), "test", "tests[0]"),
        (("answer = { T = 52 }", "answer = { Q = 52 }"), "test", "tests[0]"),
        (("answer = { T = 52 }", "answer = { T = 1979-05-27 }"), "test", "tests[0]"),
        (("given = { a = 2, b = 50 }\nanswer", "given = { a = 2 }\nanswer"), "test", "tests[0]"),
        (("given = { a = 2, b = 50 }\nanswer", "given = { a = 2, b = 50, c = 1 }\nanswer"), "test", "tests[0]"),
        (("given = { a = 2, b = 50 }\nanswer", "given = { a = 60, b = 50 }\nanswer"), "test", "tests[0]"),
        (("given = { a = 2, b = 50 }\nanswer", "given = { a = [[1], [2, 3]], b = 50 }\nanswer"), "test", "tests[0]"),
        (("given = { a = 2, b = 50 }\nanswer", "given = { a = [1], b = 50 }\nanswer"), "test", "tests[0]"),
        (("given = { a = 2, b = 50 }\nanswer", "given = { a = { x = 1 }, b = 50 }\nanswer"), "test", "tests[0]"),
        (("given = { a = 2, b = 50 }\nanswer", "given = { a = 1979-05-27, b = 50 }\nanswer"), "test", "tests[0]"),
        (('misconceptions = ["took-difference"]', "misconceptions = []"), "test", "tests[1]"),
        (('misconceptions = ["took-difference"]', 'misconceptions = ["off-by-one"]'), "test", "tests[1]"),
        (('respond = { T = "48" }', 'respond = { T = "49" }'), "test", "tests[1]"),
        (('respond = { T = "48" }', 'respond = { T = "4²" }'), "test", "tests[1]"),
        (
            ("[derived]", 'w = { choices = ["x", "y"] }\n[derived]', "${{a}} + {{b}}", "${{a}} + {{w}} + {{b}}"),
            "render",
            "a = 1, b = 50, w = x, ja",
        ),
        (
            ("[hints]]", "[hints]]\n", "[solution.text]", "[solution]\ntrace = 'output_size(a, b)'\n[solution.text]"),
            "render",
            "a = 1, b = 50, ja",
        ),
        (("[[tests]]", f"{CONVOLUTION} '0'\n[[tests]]"), "figure", "figure, a = 1, b = 50"),
        (("[[tests]]", f"{CONVOLUTION} '\"x\"'\n[[tests]]"), "figure", "figure, a = 1, b = 50"),
        (("[[tests]]", f"{CONVOLUTION} '1 // 0'\n[[tests]]"), "render", "a = 1, b = 50, ja"),
    ],
)  # fmt: skip
def test_each_check_finds_its_mistake(edited: Edit, edits: tuple[str, ...], check: str, where: str) -> None:
    assert (check, where) in findings(edited(*once_figure(edits)))


def once_figure(edits: tuple[str, ...]) -> tuple[str, ...]:
    """A figure stands once, so it goes before the first of two tests."""
    if edits[0] == "[[tests]]":
        return ("[solution.text]", edits[1].removesuffix("[[tests]]") + "[solution.text]")
    return edits


def test_a_good_template_has_no_findings_and_its_variants_are_all_counted(edited: Edit) -> None:
    report = linted(edited())
    assert report.problems == []
    assert (report.exhaustive, report.variants) == (True, 280)
    agreeing = sum(2 * a == -1 or b - a == a + b or a * b + 1000 in (a + b, b - a, a + b + 1) or b - a == a + b + 1
                   for a in range(1, 41) for b in range(50, 111, 10))  # fmt: skip
    assert report.diagnosable == 280 - agreeing
    assert report.share(report.diagnosable) == (280 - agreeing) / 280


def test_conditions_take_variants_away(edited: Edit) -> None:
    report = linted(edited('"a < b"', '"a <= 30"'))
    assert report.variants == 30 * 7


def test_the_share_of_variants_that_can_diagnose_is_exact(edited: Edit) -> None:
    report = linted(edited('value = "total + 1"', 'value = "total + 1 if a <= 10 else total"'))
    assert report.share(report.diagnosable) == 0.25
    assert report.clashes == {"took-difference": 0, "took-product": 0, "off-by-one": 210}
    assert [(problem.check, problem.severity) for problem in report.problems] == [("low-yield", "error")]


def test_a_yield_between_a_half_and_good_is_a_warning(edited: Edit) -> None:
    report = linted(edited('value = "total + 1"', 'value = "total + 1 if a <= 30 else total"'))
    assert [(problem.check, problem.severity) for problem in report.problems] == [("low-yield", "warning")]


def test_pairs_that_give_the_same_wrong_answer_are_counted(edited: Edit) -> None:
    report = linted(edited('value = "total + 1"', 'value = "total + 1 if a <= 38 else b - a"'))
    assert report.pairs == {("took-difference", "off-by-one"): 14}


def test_a_small_template_says_so_and_is_then_not_asked_for_more(edited: Edit) -> None:
    assert findings(edited("[1, 40]", "[2, 3]", "level = 1", "level = 1\nsmall = true")) == set()


def test_one_of_ten_variants_may_have_the_same_answer_but_not_more(edited: Edit) -> None:
    def guess(condition: str) -> set[tuple[str, str]]:
        return findings(edited('total = "a + b"', f'total = "52 if {condition} else a * 1000 + b"'))

    assert ("constant-guess", "answers") not in guess("a <= 4")
    assert ("constant-guess", "answers") in guess("a <= 5")


def test_options_of_a_choice_may_be_guessed(edited: Edit) -> None:
    parity = [("odd", "odd", ""), ("even", "even", "")]
    source = with_options(edited(), "'odd' if total % 2 else 'even'", parity)
    assert "constant-guess" not in {check for check, _ in findings(source)}


def test_many_matrices_are_sampled(edited_many: Edit) -> None:
    report = linted(edited_many("[1, 9] }\nX", "[1, 99] }\nX"))
    assert not report.exhaustive
    assert report.variants == 2000
    assert ("few-variants", "parameters") not in {(p.check, p.where) for p in report.problems}
    assert (
        linted(edited_many("matrix = [2, 2], integers = [1, 9]", "matrix = [1, 2], integers = [1, 9]")).variants == 729
    )


def test_a_misconception_that_is_sometimes_wrong_is_useful(edited: Edit) -> None:
    found = findings(edited('value = "total + 1"', 'value = "total + 1 if a == 1 else total"'))
    assert found == {("low-yield", "misconceptions")}


def test_one_mistake_is_reported_once(edited: Edit) -> None:
    report = linted(edited('value = "total"', 'value = "total / 1000"'))
    assert [problem.check for problem in report.problems].count("answer-type") == 1


def test_a_flashcard_needs_neither_answers_nor_many_variants() -> None:
    card = (
        'schema = 1\ntopic = "{topic}"\n[[flashcards]]\nslug = "card"\nsource = "tests"\n'
        'front = {{ ja = "表", en = "front" }}\nback = {{ ja = "裏", en = "back" }}\n'
    )
    assert findings(card.format(topic="padding")) == set()
    assert findings(card.format(topic="nowhere")) == {("unknown-topic", "topic")}
