from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.questions.values import (
    Value,
    decimal_text,
    exact,
    from_json,
    html,
    latex,
    matrix,
    plain,
    same,
    to_json,
)

integers = st.integers(-(10**15), 10**15)
fractions = st.fractions(max_denominator=10**6).map(exact)
numbers = integers | fractions
matrices = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(numbers, min_size=width, max_size=width), min_size=1, max_size=4).map(matrix)
)
values: st.SearchStrategy[Value] = st.recursive(
    numbers | st.text(max_size=20) | st.floats(allow_nan=False, allow_infinity=False) | matrices,
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("value", "typed", "shown", "formula"),
    [
        (0, "0", "0", "0"),
        (7, "7", "7", "7"),
        (-7, "-7", "−7", "-7"),
        (1290, "1,290", "1,290", "1{,}290"),
        (-25089000, "-25,089,000", "−25,089,000", "-25{,}089{,}000"),
        (Fraction(1, 2), "0.5", "0.5", "0.5"),
        (Fraction(-5, 4), "-1.25", "−1.25", "-1.25"),
        (Fraction(1, 3), "1/3", "1/3", r"\frac{1}{3}"),
        (Fraction(-4, 3), "-4/3", "−4/3", r"-\frac{4}{3}"),
        (Fraction(12345, 2), "6,172.5", "6,172.5", "6{,}172.5"),
        (Fraction(1, 32), "1/32", "1/32", r"\frac{1}{32}"),
        (2.0**0.5, "1.414", "1.414", "1.414"),
        (123456.789, "123,456.79", "123,456.79", "123{,}456.79"),
        ((3, -4), "3, -4", "3, −4", "(3, -4)"),
        (matrix([[1, -2], [3, 1000]]), "1 -2\n3 1,000", None, r"\begin{pmatrix} 1 & -2 \\ 3 & 1{,}000 \end{pmatrix}"),
    ],
)
def test_values_are_written_for_typing_for_reading_and_for_formulas(
    value: Value, typed: str, shown: str | None, formula: str
) -> None:
    assert plain(value) == typed
    assert shown is None or html(value) == shown
    assert latex(value) == formula


def test_a_matrix_is_shown_as_a_table() -> None:
    assert html(matrix([[1, -2]])) == '<table class="matrix"><tbody><tr><td>1</td><td>−2</td></tr></tbody></table>'


def test_words_are_escaped_and_have_no_place_in_a_formula() -> None:
    assert html("<b>&") == "&lt;b&gt;&amp;"
    assert html(("<i>", 1)) == "&lt;i&gt;, 1"
    with pytest.raises(TypeError):
        latex("max")


@pytest.mark.parametrize(
    ("number", "places", "text"),
    [
        (Fraction(5, 2), 0, "3"),
        (Fraction(-5, 2), 0, "-3"),
        (Fraction(-1, 8), 2, "-0.13"),
        (Fraction(-1, 1000), 2, "0.00"),
        (Fraction(1999, 1000), 2, "2.00"),
        (12345, 1, "12,345.0"),
        (0, 3, "0.000"),
        (0.5, 0, "1"),
    ],
)
def test_decimals_round_half_away_from_zero(number: int | Fraction | float, places: int, text: str) -> None:
    assert decimal_text(number, places) == text
    assert plain(number, places) == text


@settings(deadline=None)
@given(st.decimals(min_value=-(10**9), max_value=10**9, places=7), st.integers(0, 6))
def test_rounding_agrees_with_the_decimal_module(number: Decimal, places: int) -> None:
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    expected = f"{rounded:,}"
    if not rounded:
        expected = expected.lstrip("-")
    assert decimal_text(Fraction(number), places) == expected


@settings(deadline=None)
@given(values)
def test_json_keeps_every_value(value: Value) -> None:
    back = from_json(to_json(value))
    assert plain(back) == plain(value)
    assert isinstance(value, tuple) or same(back, value)
    assert to_json(back) == to_json(value)


@pytest.mark.parametrize("data", [None, {"fraction": [1, 0]}, {"matrix": [1]}, {"what": 1}])
def test_json_that_is_no_value_is_refused(data: object) -> None:
    with pytest.raises((TypeError, KeyError, ValueError, ZeroDivisionError)):
        from_json(data)


def test_whole_fractions_become_integers() -> None:
    assert [type(exact(number)) for number in (Fraction(8, 2), Fraction(1, 2), 3)] == [int, Fraction, int]


def test_a_matrix_is_a_read_only_copy_of_two_axes() -> None:
    rows = np.array([[1, 2]])
    copy = matrix(rows)
    rows[0, 0] = 9
    assert copy.tolist() == [[1, 2]]
    assert matrix([[Fraction(4, 2), Fraction(3)]]).dtype == np.int64
    with pytest.raises(ValueError, match="read-only"):
        copy[0, 0] = 5
    for wrong in ([1, 2], [[[1]]], 5):
        with pytest.raises(ValueError, match="two axes"):
            matrix(wrong)


def test_matrices_are_the_same_by_shape_and_cells() -> None:
    one = matrix([[1, 2]])
    assert same(one, matrix([[Fraction(1), Fraction(2)]]))
    assert not same(one, matrix([[1, 3]]))
    assert not same(one, matrix([[1], [2]]))
    assert not same(one, 1)
    assert not same(1, matrix([[1]]))
    assert same(Fraction(1, 2), 0.5)
