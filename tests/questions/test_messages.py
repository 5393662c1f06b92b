"""Whatever an author is told is there in both languages; what broken texts are told is looked at with those texts."""

import ast
import re
from math import exp
from pathlib import Path

import pytest

from quizzes.questions import Problem
from quizzes.questions.expressions import ExpressionError, compile_expression
from quizzes.questions.values import Scope, matrix
from quizzes.questions.words import Both, said
from tests.questions.languages import JAPANESE, in_both

PURE = Path(__file__).resolve().parents[2] / "quizzes" / "questions"

ENGLISH_ONLY = {
    ("solutions.py", "GenerationError"),  # for the log
    ("variants.py", "GenerationError"),  # why_none() is what is told of it
    ("variants.py", "ValueError"),  # a seed that no author gives
    ("values.py", "TypeError"),  # what is stored and is no value
    ("arithmetic.py", "ZeroDivisionError"),  # said() knows it, as it is Python's own too
    ("responses.py", "Unreadable"),  # a code
}


def test_no_error_of_ours_is_said_in_one_language() -> None:
    found = set()
    for path in PURE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                name, first = ast.unparse(node.exc.func), node.exc.args[0]
                is_text = isinstance(first, ast.Constant) and isinstance(first.value, str)
                if name[0].isupper() and (is_text or isinstance(first, ast.JoinedStr)):
                    found.add((path.name, name))
    assert found == ENGLISH_ONLY


def literal(node: ast.expr) -> str:
    """What of a text stands in the code itself."""
    return "".join(str(part.value) for part in ast.walk(node) if isinstance(part, ast.Constant))


def test_what_stands_in_the_code_stands_in_its_language() -> None:
    """Also where no test comes by."""
    found = [
        (literal(node.args[0]), literal(node.args[1]))
        for path in PURE.parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Both" and len(node.args) == 2
    ]
    assert len(found) > 150
    assert [english for _, english in found if JAPANESE.search(english)] == []
    assert [both for both in found if re.search("[a-z]", both[1]) and not JAPANESE.search(both[0])] == []


def test_no_problem_is_made_from_one_language() -> None:
    problem = Problem("schema", "", "is missing")  # type: ignore[arg-type]  # mypy would complain if it were allowed
    assert not in_both(problem.message)
    assert in_both(Both("ありません。", "is missing"))
    assert not in_both(Both("is missing", "is missing"))
    assert not in_both(Both("ありません。", "ありません。"))
    assert not in_both(Both("ありません。", ""))


def test_an_error_of_ours_is_english_to_a_log_and_says_both_to_authors() -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_expression("a +", {"a"})
    assert str(refused.value) == "not an expression: invalid syntax"
    assert said(refused.value) == Both("式として読めません：invalid syntax", "not an expression: invalid syntax")


def test_an_error_from_elsewhere_stands_behind_a_sentence_of_ours() -> None:
    with pytest.raises(OverflowError) as refused:
        exp(1000)
    assert said(refused.value) == Both("計算できません：math range error", "math range error")
    with pytest.raises(ZeroDivisionError) as divided:
        1 // 0  # noqa: B018  # for its error
    assert said(divided.value).ja == "0で割ることはできません。"


SCOPE: Scope = {"a": 3, "word": "max", "X": matrix([[1, -2], [3, 4]])}


@pytest.mark.parametrize(
    ("text", "japanese"),
    [
        ("c + 1", "'c' という名前はありません（使える名前：X, a, word）。"),
        ("len(X)", "len はタプルの関数です。行列には rows(X) と columns(X) を使ってください。"),
        ("cell(X, 0, 5)", "0から1までの整数を与えてください。"),
        ("X + matmul(X, [[1], [1]])", "形状が (2, 2) の行列と (2, 1) の行列は、一緒に計算できません。"),
        ("X < 1", "この2つの値は比べられません。"),
        ("10 ** 60", "べき乗の結果が大きすぎます。"),
        ("max_pool2d(X, 99)", "行列の関数では、窓・ストライド・パディングの大きさは16までです。"),
        ("paddings_giving(99999, 3, 1, 5)", "解を列挙する関数では、大きさは10000までです。"),
        ("a.real", "Attribute は式に使えません。"),
        ("a | 1", "BitOr という演算子は式に使えません。"),
        ("output_size()", "output_size の引数が合いません：missing a required argument: 'size'"),
        ("X + half(", "式として読めません：'(' was never closed"),
    ],
)
def test_a_formula_is_refused_in_japanese(text: str, japanese: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_expression(text, SCOPE.keys()).evaluate(SCOPE)
    assert said(refused.value).ja == japanese
