"""What holds for every kind of figure, whatever its arguments; and what each kind tells, before and after."""

import re
from collections import Counter
from typing import Any, Literal
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnncalc
from quizzes.questions import Figure, Language
from quizzes.questions.figures import KINDS, FigureError, standalone
from quizzes.questions.values import html, matrix
from quizzes.questions.words import said
from tests.questions.languages import in_both

LANGUAGES: tuple[Language, ...] = ("ja", "en")
SIDES: tuple[Literal["columns", "rows"], ...] = ("columns", "rows")
Case = tuple[str, dict[str, Any]]


def matrices(low: int = 1, high: int = 6, numbers: int = 20) -> st.SearchStrategy[Any]:
    return st.tuples(st.integers(low, high), st.integers(low, high)).flatmap(
        lambda shape: st.lists(
            st.lists(st.integers(-numbers, numbers), min_size=shape[1], max_size=shape[1]),
            min_size=shape[0],
            max_size=shape[0],
        ).map(matrix)
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A kind of figure with arguments that it can draw."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    size, kernel = draw(st.integers(3, 300)), draw(st.integers(1, 3))
    stride, padding = draw(st.integers(1, 4)), draw(st.integers(0, 1))
    x = draw(matrices(3))
    match kind:
        case "convolution":
            return kind, {"size": size, "kernel": kernel, "stride": stride, "padding": padding}
        case "pooling":
            operation = draw(st.sampled_from(["max", "mean", "lp", "sum"]))
            found = {"x": abs(x) + 1, "kernel": kernel, "stride": stride, "operation": operation}
            return kind, {name: matrix(value) if name == "x" else value for name, value in found.items()}
        case "im2col":
            if draw(st.booleans()):
                return kind, {"x": x, "kernel": kernel, "stride": stride}
            windows_as = draw(st.sampled_from(["columns", "rows"]))
            sizes = {"height": size, "width": size + 1, "channels": draw(st.integers(1, 64))}
            return kind, {**sizes, "kernel": kernel, "stride": stride, "padding": padding, "windows_as": windows_as}
        case "gap-vs-fc":
            lane = {"height": size, "width": size, "channels": draw(st.integers(1, 2048))}
            return kind, lane | draw(st.sampled_from([{}, {"outputs": 10}]))
        case "network":
            layers: tuple[Any, ...] = (("conv", draw(st.integers(1, 99)), kernel, stride, padding), ("relu",))
            layers += draw(st.sampled_from([(), (("gap",),), (("flatten",), ("linear", 10))]))
            return kind, {"input": (draw(st.integers(1, 9)), size, size), "layers": layers, "asked": (1,)}
        case "grid":
            w = draw(matrices(1, 3))
            return kind, {"x": x, "w": w, "y": matrix(cnncalc.conv2d(x[None], w[None, None])[0])}
        case "lp-curve":
            return kind, {"x": matrix(abs(x) + 1), "p": draw(st.integers(1, 8)), "normalized": draw(st.integers(0, 1))}
        case "receptive-field":
            return kind, {"stages": ((kernel, stride), *draw(st.lists(st.just((3, 2)), max_size=4)))}
    return kind, {"size": draw(st.integers(2, 30)), "kernel": kernel + 1, "stride": stride, "padding": padding}


def pictures(case: Case, level: int, language: Language) -> list[tuple[str, str]]:
    """Every picture that may stand on one page after the answer: (SVG, tables)."""
    kind, arguments = case
    after = KINDS[kind].draw(level=level, language=language, revealed=True, **arguments)
    assert after is not None
    frames = KINDS[kind].walk(level=level, language=language, **arguments)
    return [(after.svg, after.table), *((frame.svg, "") for frame in frames)]


@settings(deadline=None)
@given(cases(), st.integers(1, 4), st.sampled_from(LANGUAGES))
def test_a_page_of_pictures_is_well_formed_and_its_ids_are_its_own(case: Case, level: int, language: Language) -> None:
    before = KINDS[case[0]].draw(level=level, language=language, revealed=False, **case[1])
    shown = pictures(case, level, language) + ([(before.svg, before.table)] if before else [])
    page = ElementTree.fromstring("<page>" + "".join(svg + table for svg, table in shown) + "</page>")  # noqa: S314
    ids = [element.attrib["id"] for element in page.iter() if "id" in element.attrib]
    assert max(Counter(ids).values()) == 1
    for svg in page.iter("svg"):
        assert svg.attrib["role"] == "img"
        assert {svg.attrib["aria-labelledby"], svg.attrib["aria-describedby"]} <= set(ids)
        assert all(element.text for element in svg if element.tag in ("title", "desc"))
    everything = "".join(svg + table for svg, table in shown)
    assert set(re.findall(r"url\(#([\w-]+)\)", everything)) <= set(ids)
    assert not re.search(r' style=|<style|<script|xmlns|href=| on\w+="', everything)
    assert all(len(svg) < 100_000 for svg, _ in shown)


@settings(deadline=None)
@given(cases(), st.integers(1, 4))
def test_each_language_says_its_own_words_and_draws_the_same_lines(case: Case, level: int) -> None:
    japanese, english = (pictures(case, level, language) for language in LANGUAGES)
    assert not re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", "".join(svg + table for svg, table in english))
    assert re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", japanese[0][0])
    assert len(japanese) == len(english)
    tags = [re.findall(r"<(rect|path|circle)", svg) for svg, _ in japanese]
    assert tags == [re.findall(r"<(rect|path|circle)", svg) for svg, _ in english]


@settings(deadline=None)
@given(cases(), st.sampled_from(LANGUAGES))
def test_alone_a_picture_brings_its_colours_and_its_font(case: Case, language: Language) -> None:
    for svg, _ in pictures(case, 1, language):
        alone = standalone(svg)
        root = ElementTree.fromstring(alone)  # noqa: S314
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert not re.search(r"var\(|class=|inherit", alone)


def numbers(figure: Figure) -> set[str]:
    drawn = re.sub(r"<[^>]*>", " ", figure.svg + figure.table)
    return set(re.findall(r"\d+", f"{figure.title} {figure.description} {drawn}".replace(",", "")))


def given_numbers(value: object) -> set[str]:
    if isinstance(value, dict):
        return set().union(*map(given_numbers, value.values()))
    if isinstance(value, tuple):
        return set().union(*map(given_numbers, value))
    if isinstance(value, np.ndarray):
        return {str(abs(cell)) for cell in value.ravel().tolist()} | {str(size) for size in value.shape}
    return {str(value)} if not isinstance(value, str) else set()


@settings(deadline=None)
@given(cases(), st.integers(1, 4), st.sampled_from(LANGUAGES))
def test_before_the_answer_a_figure_says_only_what_it_was_given(case: Case, level: int, language: Language) -> None:
    kind, arguments = case
    before = KINDS[kind].draw(level=level, language=language, revealed=False, **arguments)
    if before is None:
        assert kind == "lp-curve"
        return
    if kind == "grid":
        arguments = {name: value for name, value in arguments.items() if name != "y"}
    counting = {str(number) for number in range(1, 6)} if kind in ("network", "receptive-field") else set()
    # defaults that are said, the two ways to a vector, rows and columns counted in the tables
    often = {"0", "1", "2"} | ({str(n) for n in range(1, 7)} if "x" in arguments else set())
    assert numbers(before) <= given_numbers(arguments) | counting | often


def after(kind: str, **arguments: Any) -> Figure:
    figure = KINDS[kind].draw(level=1, language="en", revealed=True, **arguments)
    assert figure is not None
    return figure


@settings(deadline=None)
@given(matrices(3, 6), st.integers(1, 3), st.integers(1, 3), st.sampled_from(["max", "mean"]))
def test_pooling_shows_every_result(x: Any, kernel: int, stride: int, operation: str) -> None:
    figure = after("pooling", x=x, kernel=kernel, stride=stride, operation=operation)
    output = (
        cnncalc.max_pool2d(x, kernel, stride)
        if operation == "max"
        else cnncalc.mean_pool2d(x, kernel, stride, exact=True)
    )
    last = figure.table.rpartition("<table")[2]
    assert re.findall(r"<td>(.*?)</td>", last) == [html(value) for value in output.ravel().tolist()]


@settings(deadline=None)
@given(matrices(3, 5), st.integers(1, 3), st.sampled_from(SIDES))
def test_im2col_shows_the_matrix_of_small_inputs(x: Any, kernel: int, windows_as: Literal["columns", "rows"]) -> None:
    figure = after("im2col", x=x, kernel=kernel, windows_as=windows_as)
    found = cnncalc.im2col(x[None], kernel, windows_as=windows_as)
    assert f"{found.shape[0]}×{found.shape[1]}" in figure.svg
    if found.shape[0] <= 12 and found.shape[1] <= 12:
        last = figure.table.rpartition("<table")[2]
        assert re.findall(r"<td>(.*?)</td>", last) == [html(value) for value in found.ravel().tolist()]


def test_the_two_ways_to_a_vector_show_their_lengths_and_parameters() -> None:
    figure = after("gap-vs-fc", height=7, width=7, channels=512, outputs=10)
    assert {"25088", "512", "250890", "5130"} <= numbers(figure)


def test_a_network_hides_shapes_from_the_asked_layer_on_and_then_shows_them_with_the_parameters() -> None:
    layers = (("conv", 6, 5), ("max_pool", 2), ("flatten",), ("linear", 10))
    before = KINDS["network"].draw(
        level=1, language="en", revealed=False, input=(1, 28, 28), layers=layers, asked=(2, 3)
    )
    assert before is not None
    assert "24×24×6" in before.svg
    assert not re.search(r"12×12×6|864|8,650", before.svg + before.table + before.description)
    shown = after("network", input=(1, 28, 28), layers=layers, asked=(2, 3))
    assert all(part in shown.svg + shown.table for part in ("24×24×6", "12×12×6", "864", "156", "8,650"))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 7), st.integers(1, 3)), min_size=1, max_size=5))
def test_a_receptive_field_is_shown_layer_by_layer(stages: list[tuple[int, int]]) -> None:
    figure = after("receptive-field", stages=tuple(stages))
    assert str(cnncalc.receptive_field(stages).size) in numbers(figure)


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 7), st.integers(1, 4))
def test_a_transposed_convolution_shows_its_output(size: int, kernel: int, stride: int) -> None:
    figure = after("transposed", size=size, kernel=kernel, stride=stride)
    assert str(cnncalc.transposed_output_size(size, kernel, stride)) in numbers(figure)


def test_the_curve_of_lp_pooling_marks_the_value_that_was_asked_for() -> None:
    figure = after("lp-curve", x=matrix([[3, 4]]), p=2)
    assert "5" in re.findall(r"<td>(.*?)</td>", figure.table)
    assert figure.description == "The value for p = 2 is 5. As p grows, the sum form falls to 4."


X = matrix([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("convolution", {"size": 9}, "kernel is missing"),
    ("convolution", {"kernel": 3}, "size|height"),
    ("convolution", {"size": 9, "kernel": 3, "colour": 1}, "colour is no argument"),
    ("convolution", {"size": 0, "kernel": 3}, "size must be an integer from 1 to 4096, got 0"),
    ("convolution", {"size": 9.5, "kernel": 3}, "size must be an integer"),
    ("convolution", {"size": True, "kernel": 3}, "size must be an integer"),
    ("convolution", {"size": 10**9, "kernel": 3}, "size must be an integer"),
    ("convolution", {"size": 9, "kernel": (3, 3, 3)}, "kernel must be an integer or a pair"),
    ("convolution", {"size": 9, "kernel": "3"}, "kernel must be an integer"),
    ("convolution", {"size": 2, "kernel": 3}, "kernel"),
    ("convolution", {"size": 9, "kernel": 3, "stride": 0}, "stride must be an integer from 1"),
    ("pooling", {"x": 5, "kernel": 2}, "x must be a matrix, got 5"),
    ("pooling", {"x": X, "kernel": 4}, "kernel and padding must fit x"),
    ("pooling", {"x": X, "kernel": 2, "operation": "median"}, "operation must be one of max, mean, lp, sum"),
    ("pooling", {"x": X, "kernel": 2, "operation": "lp", "p": 0}, "p must be a number above 0"),
    ("pooling", {"x": matrix(np.zeros((13, 2), int)), "kernel": 2}, "x must have 1 to 12 rows and columns"),
    ("im2col", {"kernel": 2}, "x is missing, or height and width"),
    ("im2col", {"kernel": 2, "x": X, "height": 3}, "give either x, or height and width"),
    ("im2col", {"kernel": 2, "x": X, "channels": 3}, "channels must be 1 where x is given"),
    ("im2col", {"kernel": 2, "x": X, "windows_as": "towers"}, "windows_as must be one of columns, rows"),
    ("im2col", {"kernel": 9, "x": X}, "kernel must fit the padded input"),
    ("gap-vs-fc", {"height": 7, "width": 7}, "channels is missing"),
    ("gap-vs-fc", {"height": 7, "width": 7, "channels": 0}, "channels must be an integer from 1"),
    ("network", {"input": (1, 8, 8), "layers": ()}, "layers must be a tuple of 1 to 16 layers"),
    ("network", {"input": (1, 8), "layers": (("relu",),)}, "input must be"),
    ("network", {"input": (1, 8, 8), "layers": (("lstm",),)}, r"layers\[1\] must be a tuple that starts with one of"),
    ("network", {"input": (1, 8, 8), "layers": (("conv", 3),)}, r"layers\[1\] must be \(conv, filters, kernel"),
    ("network", {"input": (1, 8, 8), "layers": (("conv", 3, 9),)}, r"layers\[1\] \(conv\) does not fit"),
    ("network", {"input": (1, 8, 8), "layers": (("relu",),), "asked": (2,)}, "asked must be an integer from 1 to 1"),
    ("grid", {"x": X, "window": (0, 0, 4, 1)}, "the height of window must be an integer from 1 to 3"),
    ("grid", {"x": X, "window": (0, 0)}, "window must be"),
    ("grid", {"x": X, "x_label": "pudding"}, "x_label must be one of"),
    ("grid", {"x": matrix([[0.5, float("nan")]])}, "x must hold finite numbers only"),
    ("lp-curve", {"x": matrix([[-1, 2]]), "p": 2}, "x must hold numbers from 0 on"),
    ("lp-curve", {"x": (0, 0), "p": 2}, "x must hold numbers from 0 on"),
    ("lp-curve", {"x": (1, 2), "p": 65}, "p must be a number above 0 and up to 64"),
    ("receptive-field", {"stages": 3}, "stages must be a tuple of 1 to 5"),
    ("receptive-field", {"stages": ((3,),)}, "stages must hold pairs"),
    ("receptive-field", {"stages": ((3, 0),)}, r"the stride in stages\[1\] must be"),
    ("transposed", {"size": 4, "kernel": 3}, "stride is missing"),
    ("transposed", {"size": 1, "kernel": 1, "stride": 1, "padding": 5}, "padding and output_padding must suit"),
]


@pytest.mark.parametrize(("kind", "arguments", "message"), REFUSED, ids=[f"{n} {c[0]}" for n, c in enumerate(REFUSED)])
def test_what_cannot_be_drawn_is_refused_by_name(kind: str, arguments: dict[str, Any], message: str) -> None:
    for revealed in (False, True):
        with pytest.raises(FigureError, match=message) as refused:
            KINDS[kind].draw(level=1, language="en", revealed=revealed, **arguments)
        assert in_both(said(refused.value))
    with pytest.raises(FigureError, match=message):
        KINDS[kind].walk(level=1, language="en", **arguments)


@pytest.mark.parametrize(
    ("operation", "captions"),
    [
        ("max", ["max(1, 2) = 2", "max(5, 0) = 5"]),
        ("mean", ["(1 + 2) / 2 = 1.5", "(5 + 0) / 2 = 2.5"]),
        ("lp", ["(|1|^2 + |2|^2)^(1/2) ≈ 2.236", "(|5|^2 + |0|^2)^(1/2) = 5"]),
        ("sum", ["1 + 2 = 3", "5 + 0 = 5"]),
    ],
)
def test_the_steps_of_pooling_say_what_is_calculated(operation: str, captions: list[str]) -> None:
    given: dict[str, Any] = {"x": matrix([[1, 2, 5, 0]]), "kernel": (1, 2), "operation": operation}
    english, japanese = (KINDS["pooling"].walk(level=1, language=language, **given) for language in ("en", "ja"))
    assert [frame.caption for frame in english] == [
        f"Window {letter} (output row 1, column {n}): {said}"
        for n, (letter, said) in enumerate(zip("AB", captions, strict=True), 1)
    ]
    assert [frame.caption for frame in japanese] == [
        f"窓{letter}（出力の1行{n}列）: {said}" for n, (letter, said) in enumerate(zip("AB", captions, strict=True), 1)
    ]
