from contextlib import suppress
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.questions.arithmetic import MAX_NUMBER
from quizzes.questions.expressions import ExpressionError, compile_expression, compile_trace
from quizzes.questions.functions import FUNCTIONS, TRACES
from quizzes.questions.values import Scope, matrix
from quizzes.questions.words import said
from tests.questions.languages import in_both

SCOPE: Scope = {"a": 3, "b": -7, "half": Fraction(1, 2), "word": "max", "X": matrix([[1, -2], [3, 4]])}


def value(text: str, scope: Scope = SCOPE) -> Any:
    return compile_expression(text, scope.keys()).evaluate(scope)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/3", Fraction(1, 3)),
        ("0.1", Fraction(1, 10)),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("6/3", 2),
        ("0.5 + half", 1),
        ("a", 3),
        ("-a - b", 4),
        ("b // 2", -4),
        ("b % 3", 2),
        ("7.5 // 2", 3),
        ("2**10", 1024),
        ("2**-3", Fraction(1, 8)),
        ("half**2", Fraction(1, 4)),
        ("(-2)**3", -8),
        ("1 < a <= 3", True),
        ("1 < a < 3", False),
        ("a == 3 and b != 3", True),
        ("a == 4 or not b == 3", True),
        ("half == 0.5", True),
        ("word == 'max'", True),
        ("10 if a > b else 20", 10),
        ("1/0 if a < b else 2", 2),
        ("a < b and 1/0", False),
        ("abs(b)", 7),
        ("ceil(7/2)", 4),
        ("floor(-7/2)", -4),
        ("ceil_divide(7, 2)", 4),
        ("ceil_divide(-7, 2)", -3),
        ("max(1, a, 2)", 3),
        ("min((4, a, 5))", 3),
        ("output_size(28, 5, 2, 2)", 14),
        ("output_size(7, kernel=3, stride=2)", 3),
        ("flatten_size(512, 7, 7)", 25088),
        ("linear_parameter_count(25088, 256)", 6422784),
        ("conv2d_parameter_count(3, 64, 3)", 1792),
        ("(a, b + 1)", (3, -6)),
        ("[1, 2]", (1, 2)),
        ("()", ()),
        ("  a ", 3),
        ("1_000", 1000),
    ],
)
def test_expressions_are_exact(text: str, expected: object) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[1, 2], [3, a]]", [[1, 2], [3, 3]]),
        ("X + 1", [[2, -1], [4, 5]]),
        ("1 - X", [[0, 3], [-2, -3]]),
        ("-X", [[-1, 2], [-3, -4]]),
        ("X * X", [[1, 4], [9, 16]]),
        ("X // 2", [[0, -1], [1, 2]]),
        ("X % 2", [[1, 0], [1, 0]]),
        ("abs(X)", [[1, 2], [3, 4]]),
        ("X / 2", [[Fraction(1, 2), -1], [Fraction(3, 2), 2]]),
        ("X * half * 2", [[1, -2], [3, 4]]),
        ("max_pool2d(X, 2)", [[4]]),
        ("-max_pool2d(-X, 2)", [[-2]]),
        ("mean_pool2d(X, 2)", [[Fraction(3, 2)]]),
        ("mean_pool2d(X, (1, 2))", [[Fraction(-1, 2)], [Fraction(7, 2)]]),
        ("max_pool2d(X, 2, stride=1, padding=1)", [[1, 1, -2], [3, 4, 4], [3, 4, 4]]),
    ],
)
def test_matrices_are_calculated_exactly(text: str, expected: list[list[object]]) -> None:
    found = value(text)
    assert isinstance(found, np.ndarray)
    assert found.tolist() == expected


def test_equal_matrices_are_equal_and_others_are_not() -> None:
    assert value("X == [[1, -2], [3, 4]]") is True
    assert value("X != X + 1") is True
    assert value("X == 1") is False


def test_an_expression_knows_the_names_it_reads() -> None:
    assert compile_expression("a + max(b, 1)", SCOPE.keys()).names == {"a", "b"}


def test_unknown_names_are_named_beside_the_known_ones_with_their_column() -> None:
    with pytest.raises(ExpressionError, match=r"unknown name 'c' \(known: a, b\)") as caught:
        compile_expression("a + c", {"a", "b"})
    assert caught.value.column == 4


def test_unknown_functions_are_named_beside_the_known_ones_with_their_column() -> None:
    with pytest.raises(ExpressionError, match=r"unknown function 'tan' \(known: abs, .*output_size.*\)") as caught:
        compile_expression("1 + tan(4)", ())
    assert caught.value.column == 4


def test_a_function_is_not_a_value_and_a_name_is_not_a_function() -> None:
    with pytest.raises(ExpressionError, match="unknown name 'max'"):
        compile_expression("max", SCOPE.keys())
    with pytest.raises(ExpressionError, match="unknown function 'a'"):
        compile_expression("a(1)", SCOPE.keys())


@pytest.mark.parametrize("text", ["1/0", "1//0", "1%0", "0**-1", "X/0", "X//0", "X%0", "output_size(2, 3)", "max()"])
def test_an_impossible_calculation_has_its_own_error_with_a_column(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        value(f"1 if a == 4 else {text}")
    assert caught.value.column is not None
    assert caught.value.column >= len("1 if a == 4 else ")
    assert in_both(said(caught.value))


def test_a_trace_is_the_steps_of_one_known_function() -> None:
    steps = compile_trace("output_size(a + 4, 3)", {"a"})
    assert steps.names == {"a"}
    assert steps.evaluate({"a": 3})[-1].value == 5
    assert TRACES.keys() <= FUNCTIONS.keys()
    for wrong in ("a", "abs(a)", "output_size(a, 3) + 1", "output_size"):
        with pytest.raises(ExpressionError, match="a trace is a call of one of"):
            compile_trace(wrong, {"a"})
    with pytest.raises(ExpressionError):
        steps.evaluate({"a": -100})


def test_the_largest_matrices_stay_small() -> None:
    wide = matrix(np.full((16, 16), 10**6))
    with pytest.raises(ExpressionError, match="too large"):
        value("X * X * X", {"X": wide})
    assert value("X * 1", {"X": wide}).tolist() == wide.tolist()


def test_conditions_about_a_matrix_as_a_whole_are_refused() -> None:
    with pytest.raises(ExpressionError, match="neither true nor false"):
        compile_expression("X", {"X"}).holds(SCOPE)
    assert compile_expression("a", {"a"}).holds(SCOPE)


@st.composite
def sums(draw: st.DrawFn) -> str:
    expression = st.recursive(
        st.integers(0, 999).map(str),
        lambda inner: st.tuples(inner, st.sampled_from(["+", "-", "*", "//", "%"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        max_leaves=8,
    )
    return draw(expression)


@settings(deadline=None)
@given(sums())
def test_integer_arithmetic_is_pythons(text: str) -> None:
    try:
        expected = eval(text, {"__builtins__": {}})  # noqa: S307  # digits and operators, made above
    except ZeroDivisionError:
        expected = None
    try:
        found = value(text)
    except ExpressionError:
        found = None
    if found is None and expected is not None:
        assert any(abs(n) > MAX_NUMBER for n in intermediate_values(text))
    else:
        assert found == expected
        assert found is None or type(found) is int


def intermediate_values(text: str) -> list[int]:
    """The values of all bracketed parts of an expression whose own value exists."""
    opened, found = [], []
    for place, sign in enumerate(text):
        if sign == "(":
            opened.append(place)
        elif sign == ")":
            found.append(eval(text[opened.pop() : place + 1], {"__builtins__": {}}))  # noqa: S307
    return found


@settings(deadline=None)
@given(st.text(max_size=60) | st.text("aXb()[]{}.,'\"*/%+-<>=! 01_:lambdfinot", max_size=60))
def test_any_text_has_a_value_or_is_an_expression_error(text: str) -> None:
    with suppress(ExpressionError):
        value(text)
