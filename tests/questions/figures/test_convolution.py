import re
import tracemalloc
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc import output_size
from quizzes.questions import Figure, Language
from quizzes.questions.figures import KINDS

LANGUAGES: tuple[Language, ...] = ("ja", "en")


def convolution(*, level: int = 1, language: Language = "en", revealed: bool = False, **arguments: object) -> Figure:
    figure = KINDS["convolution"].draw(level=level, language=language, revealed=revealed, **arguments)
    assert figure is not None
    return figure


def parsed(figure: Figure) -> ElementTree.Element:
    return ElementTree.fromstring(figure.svg)  # noqa: S314  # ours


def ring(figure: Figure) -> list[ElementTree.Element]:
    return [e for e in parsed(figure).iter("rect") if e.attrib.get("fill", "").startswith("url(")]


def test_the_ring_of_padding_is_drawn_at_level_one_and_after_the_answer() -> None:
    given: dict[str, Any] = {"size": 12, "kernel": 3, "stride": 2, "padding": 1}
    assert len(ring(convolution(**given, level=1))) == 1
    for level in (2, 3, 4):
        assert ring(convolution(**given, level=level)) == []
        assert len(ring(convolution(**given, level=level, revealed=True))) == 1
    assert ring(convolution(size=12, kernel=3, level=1, revealed=True)) == []


def test_from_level_three_on_input_and_filter_lie_apart_and_their_sizes_say_nothing() -> None:
    small, large = (convolution(size=size, kernel=3, level=3) for size in (5, 4000))
    boxes = [[e.attrib["width"] for e in parsed(figure).iter("rect")] for figure in (small, large)]
    assert boxes[0] == boxes[1]
    assert ">4,000×4,000</text>" in large.svg


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_stand_in_a_table_too(language: Language) -> None:
    before, after = (
        convolution(size=28, kernel=5, stride=2, padding=2, language=language, revealed=revealed)
        for revealed in (False, True)
    )
    assert re.findall(r"<td>(\d+)</td>", before.table) == ["28", "5", "2", "2"]
    assert re.findall(r"<td>(\d+)</td>", after.table) == ["28", "5", "2", "2", "14", "1"]
    words = re.findall(r'<th scope="row">(.*?)</th>', after.table)
    assert words[0] == {"ja": "入力（高さと幅） H", "en": "Input (height and width) H"}[language]


def test_the_description_tells_what_is_seen_in_the_readers_language() -> None:
    assert convolution(size=28, kernel=5, stride=2, padding=2).description == (
        "An input of height and width 28, padding 2 around it. "
        "A window of height and width 5 at the top left, moving in steps of 2 to the right and down."
    )
    assert "no padding" in convolution(size=5, kernel=3).description
    assert "パディングなし" in convolution(size=5, kernel=3, language="ja").description
    assert convolution(size=28, kernel=5, stride=2, padding=2, language="ja", revealed=True).description == (
        "高さと幅が28の入力。周囲にパディング2。左上に高さと幅が5の窓、右と下へ2ずつ動きます。"
        "窓は縦横それぞれ14か所に置かれ、出力の高さと幅は14です。端の1行と1列は使われません。"
    )


def test_a_rectangle_has_both_its_sizes_and_the_output_too() -> None:
    figure = convolution(height=6, width=9, kernel=(2, 3), stride=(2, 3), padding=(1, 0), revealed=True)
    words = [e.text for e in parsed(figure).iter("text")]
    assert {"H = 6", "W = 9", "F = 2×3", "S = 2×3", "P = 1, 0", "Output 4×3"} <= set(words)
    assert re.findall(r"<td>(.*?)</td>", figure.table) == ["6", "9", "2×3", "1, 0", "2×3", "4", "3", "0", "0"]


def test_the_cells_of_a_dilated_kernel_are_marked() -> None:
    figure = convolution(size=9, kernel=3, dilation=2)
    cells = [e for e in parsed(figure).iter("path") if e.attrib["fill"] != "none"]
    assert [e.attrib["d"].count("z") for e in cells] == [9]


@settings(deadline=None)
@given(st.integers(1, 9), st.integers(0, 60), st.integers(1, 4), st.integers(0, 4), st.integers(1, 4))
def test_before_the_answer_neither_numbers_nor_outline_tell_it(
    kernel: int, extra: int, stride: int, padding: int, level: int
) -> None:
    size = kernel + extra
    figure = convolution(size=size, kernel=kernel, stride=stride, padding=padding, level=level)
    shown = set(re.findall(r"\d+", f"{figure.title} {figure.description} {figure.table}"))
    shown |= {number for e in parsed(figure).iter("text") for number in re.findall(r"\d+", e.text or "")}
    assert shown == {str(number) for number in (size, kernel, stride, padding)}
    assert parsed(figure).attrib["height"] == ("150" if level >= 3 else "248")


def test_after_the_answer_the_output_is_shown() -> None:
    for size in range(5, 40):
        figure = convolution(size=size, kernel=5, stride=3, padding=2, revealed=True)
        stops = output_size(size, 5, 3, 2)
        assert f">O = {stops}</text>" in figure.svg
        marks = [e.attrib["d"].count("h7") for e in parsed(figure).iter("path") if "h7" in e.attrib["d"]]
        assert stops in marks


def test_the_steps_lead_the_window_over_the_input() -> None:
    frames = KINDS["convolution"].walk(level=1, language="en", size=4, kernel=2, stride=2)
    assert [frame.caption for frame in frames] == [
        "The window on rows 1–2, columns 1–2 → output row 1, column 1",
        "The window on rows 1–2, columns 3–4 → output row 1, column 2",
        "The window on rows 3–4, columns 1–2 → output row 2, column 1",
        "The window on rows 3–4, columns 3–4 → output row 2, column 2",
    ]
    many = KINDS["convolution"].walk(level=1, language="ja", size=224, kernel=3)
    assert len(many) == 6
    assert many[-1].caption == "窓は入力の222〜224行、222〜224列 → 出力の222行222列（全49,284か所の49,284番目）"


def test_letters_join_two_windows_to_their_outputs_in_the_still_picture_only() -> None:
    figure = convolution(size=9, kernel=3, revealed=True)
    assert [figure.svg.count(f">{letter}</text>") for letter in "AB"] == [2, 2]
    for frame in KINDS["convolution"].walk(level=1, language="en", size=9, kernel=3):
        assert not re.search(">[AB]</text>", frame.svg)


def test_a_huge_input_does_not_make_a_huge_picture() -> None:
    tracemalloc.start()
    try:
        figure = convolution(size=4096, kernel=1, revealed=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(figure.svg) < 10_000
    assert peak < 2**20
