from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.questions import FORMATS, ResponseError, Template, Variant, as_response, generate, grade, load, parse
from quizzes.questions.values import plain
from quizzes.questions.words import RESPONSES
from tests.lengths import often

TEMPLATES = Path(__file__).parent / "templates"
INTEGER = load((TEMPLATES / "tiny-sum.toml").read_text())
EVERY_FIELD = load((TEMPLATES / "every-field.toml").read_text())

TYPED_INTEGERS: list[tuple[Any, int | str]] = [
    ("14", 14),
    (" 14 ", 14),
    ("\t14\n", 14),
    ("　14　", 14),
    ("0", 0),
    ("-0", 0),
    ("007", 7),
    ("+5", 5),
    ("＋5", 5),
    ("-3", -3),
    ("−3", -3),
    ("－3", -3),
    ("‐3", -3),
    ("‑3", -3),
    ("‒3", -3),
    ("–3", -3),
    ("—3", -3),
    ("―3", -3),
    ("ー3", -3),
    ("ｰ3", -3),
    ("﹣3", -3),
    ("⁃3", -3),
    ("ー３", -3),
    ("１２", 12),
    ("１，２９０", 1290),
    ("1,290", 1290),
    ("-25,089,000", -25089000),
    ("25089000", 25089000),
    ("999,999,999,999,999", 999999999999999),
    ("9" * 18, 10**18 - 1),
    ("𝟙𝟚", 12),
    (14, 14),
    (-3, -3),
    (0, 0),
    (None, "empty"),
    ("", "empty"),
    ("   ", "empty"),
    ("　", "empty"),
    ("1,29", "not-an-integer"),
    ("12,90", "not-an-integer"),
    (",290", "not-an-integer"),
    ("1,,290", "not-an-integer"),
    ("1290,000", "not-an-integer"),
    ("1 290", "not-an-integer"),
    ("1_290", "not-an-integer"),
    ("1'290", "not-an-integer"),
    ("1、290", "not-an-integer"),
    ("14px", "not-an-integer"),
    ("about 14", "not-an-integer"),
    ("O = 14", "not-an-integer"),
    ("14.0", "not-an-integer"),
    ("14.", "not-an-integer"),
    ("1e3", "not-an-integer"),
    ("0x10", "not-an-integer"),
    ("1/2", "not-an-integer"),
    ("7+7", "not-an-integer"),
    ("--3", "not-an-integer"),
    ("-+3", "not-an-integer"),
    ("- 3", "not-an-integer"),
    ("3-", "not-an-integer"),
    ("-", "not-an-integer"),
    ("ー", "not-an-integer"),
    ("abc", "not-an-integer"),
    ("十四", "not-an-integer"),
    ("〇", "not-an-integer"),
    ("٣", "not-an-integer"),
    ("१४", "not-an-integer"),
    ("Ⅷ", "not-an-integer"),
    ("ⅷ", "not-an-integer"),
    ("14㎝", "not-an-integer"),
    ("1\u200b4", "not-an-integer"),
    ("inf", "not-an-integer"),
    ("nan", "not-an-integer"),
    ("None", "not-an-integer"),
    (True, "not-an-integer"),
    (14.0, "not-an-integer"),
    (10**18, "not-an-integer"),
    ([], "not-an-integer"),
    (["14"], "not-an-integer"),
    ({"O": "14"}, "not-an-integer"),
    (b"14", "not-an-integer"),
    ("3²", "not-plain-digits"),
    ("³", "not-plain-digits"),
    ("H₂", "not-plain-digits"),
    ("①", "not-plain-digits"),
    ("⑫", "not-plain-digits"),
    ("⑴", "not-plain-digits"),
    ("1⒈", "not-plain-digits"),
    ("½", "not-plain-digits"),
    ("❶", "not-plain-digits"),
    ("9" * 19, "too-long"),
    ("0" * 41, "too-long"),
    ("1" * 100_000, "too-long"),
]

TYPED_DECIMALS: list[tuple[Any, object]] = [
    ("2.5", Fraction(5, 2)),
    ("２．５", Fraction(5, 2)),
    ("-0.75", Fraction(-3, 4)),
    ("−0.75", Fraction(-3, 4)),
    ("-.5", Fraction(-1, 2)),
    (".5", Fraction(1, 2)),
    ("5.", 5),
    ("5", 5),
    ("5.00", 5),
    ("1,290.5", Fraction(2581, 2)),
    ("0.1", Fraction(1, 10)),
    ("0.333333333333333333", Fraction(333333333333333333, 10**18)),
    (2.5, Fraction(5, 2)),
    (0.1, Fraction(1, 10)),
    (3, 3),
    (-2.25, Fraction(-9, 4)),
    (None, "empty"),
    ("", "empty"),
    (".", "not-a-decimal"),
    ("-", "not-a-decimal"),
    ("2,5", "not-a-decimal"),
    ("2.5.1", "not-a-decimal"),
    ("1.290,5", "not-a-decimal"),
    ("1/3", Fraction(1, 3)),
    ("-1/3", Fraction(-1, 3)),
    ("−１／３", Fraction(-1, 3)),
    ("+3 / 4", Fraction(3, 4)),
    ("8/4", 2),
    ("1,024/3", Fraction(1024, 3)),
    ("1/0", "not-a-decimal"),
    ("1/", "not-a-decimal"),
    ("1/-3", "not-a-decimal"),
    ("1/2/3", "not-a-decimal"),
    ("0.5/2", "not-a-decimal"),
    ("1 1/2", "not-a-decimal"),
    ("1e3", "not-a-decimal"),
    ("25%", "not-a-decimal"),
    ("2。5", "not-a-decimal"),
    (1e300, "not-a-decimal"),
    (float("nan"), "not-a-decimal"),
    (float("inf"), "not-a-decimal"),
    (True, "not-a-decimal"),
    ([2.5], "not-a-decimal"),
    ("2²", "not-plain-digits"),
    ("¼", "not-plain-digits"),
    ("0." + "3" * 19, "too-long"),
    ("0." + "3" * 60, "too-long"),
]

TYPED_SHAPES: list[tuple[Any, object]] = [
    ({"H": "3", "W": "4"}, (3, 4)),
    ({"W": "4", "H": "3"}, (3, 4)),
    ({"H": 3, "W": "４"}, (3, 4)),
    (["3", "4"], (3, 4)),
    ([3, 4], (3, 4)),
    (("3", "4"), (3, 4)),
    (None, "empty"),
    ("", "empty"),
    ({}, "empty"),
    ({"H": "3"}, "empty"),
    ({"H": "3", "W": ""}, "empty"),
    (["3", None], "empty"),
    ("3×4", (3, 4)),
    ("3 × 4", (3, 4)),
    ("3x4", (3, 4)),
    ("３Ｘ４", (3, 4)),
    ("3*4", (3, 4)),
    ("3,4", (3, 4)),
    ("3, 4", (3, 4)),
    ("３，４", (3, 4)),
    ("3、4", (3, 4)),
    ("3 4", (3, 4)),
    ("3　4", (3, 4)),
    ("3\t4", (3, 4)),
    ("(3, 4)", (3, 4)),
    ("（３，４）", (3, 4)),
    ("[3, 4]", (3, 4)),
    ("[3 4]", (3, 4)),
    ("( 3×4 )", (3, 4)),
    ("1,024, 3", (1024, 3)),
    ("1,024×3", (1024, 3)),
    ("1,024", (1, 24)),
    ("-3, 4", (-3, 4)),
    ("3×", "empty"),
    ("3×4×5", "not-a-shape"),
    ("3×y", "not-an-integer"),
    ("(3, 4", "not-an-integer"),
    ("3.5×4", "not-an-integer"),
    ("3²×4", "not-plain-digits"),
    ("3 " * 1001, "too-long"),
    ("3", "not-a-shape"),
    ("()", "not-a-shape"),
    (34, "not-a-shape"),
    (["3"], "not-a-shape"),
    (["3", "4", "5"], "not-a-shape"),
    ([], "not-a-shape"),
    ({"H": "3", "w": "4"}, "not-a-shape"),
    ({"H": "3", "W": "4", "C": "5"}, "not-a-shape"),
    (["3", "x"], "not-an-integer"),
    (["3", ["4"]], "not-an-integer"),
    (["3", "4²"], "not-plain-digits"),
]

TYPED_MATRICES: list[tuple[Any, object]] = [
    ([["1", "2"], ["3", "4"]], [[1, 2], [3, 4]]),
    ([[1, -2], [3, 4]], [[1, -2], [3, 4]]),
    ([["１", "ー２"], ["3", "1,290"]], [[1, -2], [3, 1290]]),
    ([["0.5", "2"]], [[Fraction(1, 2), 2]]),
    ([["1", "2", ""], ["3", "4", ""], ["", "", ""]], [[1, 2], [3, 4]]),
    ([["", "", ""], ["", "1", "2"], ["", "3", "4"]], [[1, 2], [3, 4]]),
    ([[None, None], ["　", "7"]], [[7]]),
    ([["1", "2"], ["3", "4"], []], [[1, 2], [3, 4]]),
    ("1 2\n3 4", [[1, 2], [3, 4]]),
    ("1 2\r\n3 4\r\n", [[1, 2], [3, 4]]),
    ("1\t2\n3\t4", [[1, 2], [3, 4]]),
    ("1\t2\t\r\n3\t4\t\r\n", [[1, 2], [3, 4]]),
    ("1,2\n3,4", [[1, 2], [3, 4]]),
    ("1, 2\n3, 4", [[1, 2], [3, 4]]),
    ("1, 2,\n3, 4,", [[1, 2], [3, 4]]),
    ("1 2; 3 4", [[1, 2], [3, 4]]),
    ("1,2;3,4", [[1, 2], [3, 4]]),
    ("1 2;\n3 4;", [[1, 2], [3, 4]]),
    ("1 2\n\n3 4\n", [[1, 2], [3, 4]]),
    ("  1   2  \n  3   4  ", [[1, 2], [3, 4]]),
    ("１　２\n３　４", [[1, 2], [3, 4]]),
    ("−1 ー2\n–3 4", [[-1, -2], [-3, 4]]),
    ("1,290 2\n3 4", [[1290, 2], [3, 4]]),
    ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
    ('[["1", "2"], ["3", "4"]]', [[1, 2], [3, 4]]),
    ("[[0.5]]", [[Fraction(1, 2)]]),
    ("5", [[5]]),
    ("1、2\n3、4", [[1, 2], [3, 4]]),
    ("[[1 2]\n [3 4]]", [[1, 2], [3, 4]]),
    ("[[ 1. -2.5]\n [ 3.  4. ]]", [[1, Fraction(-5, 2)], [3, 4]]),
    ("[1 2; 3 4]", [[1, 2], [3, 4]]),
    ("[[1, 2],\n [3, 4],]", [[1, 2], [3, 4]]),
    ("array([[1, 2],\n       [3, 4]])", [[1, 2], [3, 4]]),
    ("np.array([[1, 2], [3, 4]])", [[1, 2], [3, 4]]),
    ("tensor([[1., 2.], [3., 4.]])", [[1, 2], [3, 4]]),
    ("［［１，２］，［３，４］］", [[1, 2], [3, 4]]),
    ("1/3 2/3", [[Fraction(1, 3), Fraction(2, 3)]]),
    ([["1/3", "2"]], [[Fraction(1, 3), 2]]),
    ("1 / 3 2/3", [[Fraction(1, 3), Fraction(2, 3)]]),
    ([["1 2; 3 4", ""], ["", ""]], [[1, 2], [3, 4]]),
    ([["", ""], ["", "[[1, 2], [3, 4]]"]], [[1, 2], [3, 4]]),
    ([["1\t2\n3\t4"]], [[1, 2], [3, 4]]),
    ([["1,290"]], [[1290]]),
    ([[" 3 / 4 "]], [[Fraction(3, 4)]]),
    ([["1 2; 3 4", "5"]], "not-a-decimal"),
    ([["1 2; 3"]], "ragged"),
    (None, "empty"),
    ("", "empty"),
    (" \n ", "empty"),
    ([], "empty"),
    ([[]], "empty"),
    ([["", ""], ["", ""]], "empty"),
    ("1 2\n3", "ragged"),
    ([["1", "2"], ["3"]], "ragged"),
    ("[[1, 2], [3]]", "ragged"),
    ([["1", "2"], ["3", ""]], "missing-cell"),
    ([["1", ""], ["", "4"]], "missing-cell"),
    ([["1", "2"], ["", ""], ["3", "4"]], "missing-cell"),
    ("1,,3\n4,5,6", "missing-cell"),
    ("1\t\t3\n4\t\t6", "missing-cell"),
    ("1 x\n3 4", "not-a-decimal"),
    ([["1", True]], "not-a-decimal"),
    ([["1", ["2"]]], "not-a-decimal"),
    ("[[NaN]]", "not-a-decimal"),
    ("1 2²", "not-plain-digits"),
    ([["1", "②"]], "not-plain-digits"),
    ("[1, 2]", "not-a-matrix"),
    ("[1 2]", "not-a-matrix"),
    ("[[1, 2] 3]", "not-a-matrix"),
    ("[[1, 2]] x", "not-a-matrix"),
    ("[[[1, 2]]]", "not-a-decimal"),
    ('{"M": [[1]]}', "not-a-matrix"),
    ("[[1, 2]", "not-a-matrix"),
    ("[" * 1999, "not-a-matrix"),
    (5, "not-a-matrix"),
    ({"0": ["1"]}, "not-a-matrix"),
    (["1 2", "3 4"], "not-a-matrix"),
    ([["1"] * 17], "not-a-matrix"),
    ([["1"]] * 17, "not-a-matrix"),
    ("1 " * 1001, "too-long"),
    ([["1" * 41]], "too-long"),
]

TYPED_CHOICES: list[tuple[Any, object]] = [
    ("a", "odd"),
    ("b", "even"),
    ("odd", "not-a-choice"),  # the author's own name
    ("c", "not-a-choice"),
    ("Odd", "not-a-choice"),
    ("odd ", "not-a-choice"),
    ("", "not-a-choice"),
    (None, "not-a-choice"),
    (0, "not-a-choice"),
    (["odd"], "not-a-choice"),
    ({}, "not-a-choice"),
]

TABLES: dict[str, list[tuple[Any, Any]]] = {
    "I": TYPED_INTEGERS,
    "D": TYPED_DECIMALS,
    "S": TYPED_SHAPES,
    "M": TYPED_MATRICES,
    "C": TYPED_CHOICES,
}


def responses_of(variant: Variant) -> dict[str, Any]:
    return {a.name: as_response(variant, a, variant.answers[a.name]) for a in variant.template.answers}


@pytest.mark.parametrize(
    ("name", "typed", "expected"),
    [
        pytest.param(name, typed, expected, id=f"{name}{row} {str(typed)[:20]!a}")
        for name, table in TABLES.items()
        for row, (typed, expected) in enumerate(table)
    ],
)
def test_what_people_type_is_read_or_asked_for_again(many: Template, name: str, typed: Any, expected: object) -> None:
    variant = generate(many, 1)
    response = responses_of(variant) | {name: typed}
    if isinstance(expected, str) and expected in RESPONSES:
        with pytest.raises(ResponseError) as caught:
            parse(variant, response)
        assert caught.value.codes == {name: expected}
        return
    found = parse(variant, response)[name]
    if isinstance(found, np.ndarray):
        assert found.tolist() == expected
    else:
        assert found == expected
        assert type(found) is type(expected)


def test_every_reason_is_provoked_and_told_in_both_languages() -> None:
    provoked = {expected for table in TABLES.values() for _, expected in table if isinstance(expected, str)}
    assert provoked - {"odd", "even"} | {"unknown-field"} == RESPONSES.keys()
    error = ResponseError({"O": "empty", "X": "ragged"})
    assert error.messages("en") == {"O": "Type an answer.", "X": "Every row needs the same number of cells."}
    assert error.messages("ja")["O"] == "答えを入力してください。"


def test_all_fields_are_judged_at_once(many: Template) -> None:
    with pytest.raises(ResponseError) as caught:
        parse(generate(many, 1), {"I": "x", "D": "1", "M": "1 2\n3", "Q": "1"})
    assert caught.value.codes == {
        "I": "not-an-integer",
        "S": "empty",
        "M": "ragged",
        "C": "not-a-choice",
        "Q": "unknown-field",
    }


def test_keys_of_a_choice_stand_for_values_and_nothing_else_is_read(tiny_sum: Template) -> None:
    variant = generate(tiny_sum, 1, "choice")
    values = [parse(variant, {"T": key})["T"] for key in "abcd"]
    assert sorted(map(str, values)) == sorted(
        map(str, [variant.answers["T"], *(wrong["T"] for wrong in variant.wrong.values())])
    )
    for typed in ("e", "A", plain(variant.answers["T"]), variant.answers["T"], None):
        with pytest.raises(ResponseError, match="not-a-choice"):
            parse(variant, {"T": typed})


def test_an_answer_written_as_a_response_is_right(bank_question: Template) -> None:
    for seed in range(often(100)):
        for form in FORMATS if len(bank_question.answers) == 1 else FORMATS[:1]:
            variant = generate(bank_question, seed, form)
            assert grade(variant, parse(variant, responses_of(variant))).verdict == "correct"


def test_an_answer_typed_as_it_is_shown_is_right(bank_question: Template) -> None:
    for seed in range(often(100)):
        variant = generate(bank_question, seed)
        typed = {
            a.name: plain(variant.answers[a.name], a.places if a.is_decimal else None)
            if a.type != "choice"
            else as_response(variant, a, variant.answers[a.name])
            for a in variant.template.answers
        }
        assert grade(variant, parse(variant, typed)).verdict == "correct"


def test_answers_of_every_type_are_right_when_written_back(many: Template) -> None:
    for seed in range(often(100)):
        variant = generate(many, seed)
        assert grade(variant, parse(variant, responses_of(variant))).verdict == "correct"


@settings(deadline=None)
@given(st.integers(-(10**15), 10**15))
def test_an_integer_is_read_as_it_is_written(number: int) -> None:
    variant = generate(INTEGER, 0)
    for typed in (number, str(number), f"{number:,}", plain(number).replace("-", "−"), f" {number:,} "):
        assert parse(variant, {"T": typed}) == {"T": number}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("HWIDSM"), inner, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("IDSMCQ"), JSON | st.text("0123456789,.-+ \n;[]−ー²①", max_size=30)))
def test_any_json_is_read_or_refused_by_field(response: dict[str, Any]) -> None:
    variant = generate(EVERY_FIELD, 1)
    codes = refused(variant, response)
    assert set(codes) <= set("IDSMC") | response.keys()
    assert set(codes.values()) <= RESPONSES.keys()
    assert codes or parse(variant, response).keys() == set("IDSMC")


def refused(variant: Variant, response: dict[str, Any]) -> Mapping[str, str]:
    try:
        parse(variant, response)
    except ResponseError as error:
        return error.codes
    return {}
