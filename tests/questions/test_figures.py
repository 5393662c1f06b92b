import re
import tracemalloc
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc import output_size
from quizzes.questions import Figure, Language
from quizzes.questions.figures import KINDS
from quizzes.questions.figures.convolution import draw
from quizzes.questions.figures.svg import COLOURS, label, rectangle, table

LANGUAGES: tuple[Language, ...] = ("ja", "en")
SVG = "{http://www.w3.org/2000/svg}"


def convolution(
    size: int = 12,
    kernel: int = 3,
    stride: int = 2,
    padding: int = 1,
    level: int = 1,
    language: Language = "en",
    revealed: bool = False,
) -> Figure:
    return draw(
        size=size, kernel=kernel, stride=stride, padding=padding, level=level, language=language, revealed=revealed
    )


def parsed(figure: Figure) -> ElementTree.Element:
    return ElementTree.fromstring(figure.svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S314  # ours


figures = st.builds(
    lambda kernel, extra, stride, padding, level, language, revealed: convolution(
        kernel + extra, kernel, stride, padding, level, language, revealed
    ),
    st.integers(1, 11),
    st.integers(0, 220),
    st.integers(1, 5),
    st.integers(0, 5),
    st.integers(1, 4),
    st.sampled_from(LANGUAGES),
    st.booleans(),
)


@settings(deadline=None)
@given(figures)
def test_a_figure_is_well_formed_named_and_without_styles_or_scripts(figure: Figure) -> None:
    root = parsed(figure)
    everything = list(root.iter())
    ids = [element.attrib["id"] for element in everything if "id" in element.attrib]
    assert len(set(ids)) == len(ids)
    assert root.tag == f"{SVG}svg"
    assert root.attrib["role"] == "img"
    named = {element.attrib["id"]: element for element in everything if "id" in element.attrib}
    assert named[root.attrib["aria-labelledby"]].tag == f"{SVG}title"
    assert named[root.attrib["aria-labelledby"]].text == figure.title
    assert named[root.attrib["aria-describedby"]].tag == f"{SVG}desc"
    assert named[root.attrib["aria-describedby"]].text == figure.description
    allowed = {"svg", "title", "desc", "defs", "pattern", "rect", "path", "text"}
    assert {element.tag.removeprefix(SVG) for element in everything} <= allowed
    assert not any(name == "style" or name.startswith("on") for element in everything for name in element.attrib)
    for reference in re.findall(r"url\(#(.*?)\)", figure.svg):
        assert reference in ids


@settings(deadline=None)
@given(figures)
def test_colours_are_variables_with_a_fallback(figure: Figure) -> None:
    paints = {e.attrib[name] for e in parsed(figure).iter() for name in ("fill", "stroke") if name in e.attrib}
    own = {f"var(--{name}, {value})" for name, value in COLOURS.items()}
    assert all(paint in own or paint == "none" or paint.startswith("url(#convolution-") for paint in paints)
    assert not re.search(r"#[0-9a-f]{6}", re.sub(r"var\(--\w+, #[0-9a-f]{6}\)", "", figure.svg))


@settings(deadline=None)
@given(figures)
def test_every_number_in_a_figure_is_drawn_inside_it(figure: Figure) -> None:
    root = parsed(figure)
    width, height = (float(root.attrib[side]) for side in ("width", "height"))
    assert root.attrib["viewBox"] == f"0 0 {width:g} {height:g}"
    for element in root.iter(f"{SVG}rect"):
        if "x" in element.attrib:
            x, y, w, h = (float(element.attrib[side]) for side in ("x", "y", "width", "height"))
            assert x >= 0
            assert y >= 0
            assert x + w <= width + 0.11
            assert y + h <= height + 0.11
            assert w > 0
            assert h > 0


def ring(figure: Figure) -> list[ElementTree.Element]:
    return [e for e in parsed(figure).iter(f"{SVG}rect") if e.attrib.get("fill", "").startswith("url(")]


def test_the_ring_of_padding_is_drawn_at_level_one_and_after_the_answer() -> None:
    assert len(ring(convolution(level=1))) == 1
    for level in (2, 3, 4):
        assert ring(convolution(level=level)) == []
        assert len(ring(convolution(level=level, revealed=True))) == 1
    assert ring(convolution(padding=0, level=1, revealed=True)) == []


def test_the_figures_before_and_after_share_no_id_because_a_page_may_hold_both() -> None:
    before, after = (set(re.findall(r' id="(.*?)"', convolution(revealed=revealed).svg)) for revealed in (False, True))
    assert before.isdisjoint(after)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_stand_in_a_table_too(language: Language) -> None:
    before, after = (convolution(28, 5, 2, 2, language=language, revealed=revealed) for revealed in (False, True))
    assert re.findall(r"<td>(\d+)</td>", before.table) == ["28", "5", "2", "2"]
    assert re.findall(r"<td>(\d+)</td>", after.table) == ["28", "5", "2", "2", "14", "1"]
    words = re.findall(r'<th scope="row">(.*?)</th>', after.table)
    assert words[0] == {"ja": "入力（高さと幅） H", "en": "Input (height and width) H"}[language]


def test_the_description_tells_what_is_seen_in_the_readers_language() -> None:
    assert convolution(28, 5, 2, 2).description == (
        "An input of height and width 28, padding 2 on each side. "
        "A window of height and width 5 at the top left, arrows of 2 to the right and down."
    )
    assert "no padding" in convolution(padding=0).description
    assert "パディングなし" in convolution(padding=0, language="ja").description
    assert convolution(28, 5, 2, 2, language="ja", revealed=True).description == (
        "高さと幅が28の入力。周囲にパディング2。左上に高さと幅が5の窓、右と下へ2ずつ動く矢印。"
        "窓は縦横それぞれ14か所に置かれ、出力の高さと幅は14。端の1行・1列は使われません。"
    )


@settings(deadline=None)
@given(st.integers(1, 9), st.integers(0, 60), st.integers(1, 4), st.integers(0, 4), st.integers(1, 4))
def test_before_the_answer_neither_numbers_nor_outline_tell_it(
    kernel: int, extra: int, stride: int, padding: int, level: int
) -> None:
    size = kernel + extra
    figure = convolution(size, kernel, stride, padding, level)
    shown = set(re.findall(r"\d+", f"{figure.title} {figure.description} {figure.table}"))
    shown |= {number for e in parsed(figure).iter(f"{SVG}text") for number in re.findall(r"\d+", e.text or "")}
    assert shown == {str(number) for number in (size, kernel, stride, padding)}
    assert (figure.svg.count("<rect"), parsed(figure).attrib["height"]) == (
        4 if level == 1 and padding else 3,
        "250",
    )


def test_after_the_answer_the_output_is_shown() -> None:
    for size in range(5, 40):
        figure = convolution(size, 5, 3, 2, revealed=True)
        stops = output_size(size, 5, 3, 2)
        assert f">O = {stops}</text>" in figure.svg
        marks = [e.attrib["d"].count("h7") for e in parsed(figure).iter(f"{SVG}path") if "h7" in e.attrib["d"]]
        assert stops in marks


def test_a_huge_input_does_not_make_a_huge_picture() -> None:
    tracemalloc.start()
    try:
        figure = convolution(10**6, 1, 1, 0, revealed=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(figure.svg) < 10_000
    assert peak < 2**20


def test_words_in_a_figure_are_escaped() -> None:
    assert label(0, 0, "<b>&").endswith(">&lt;b&gt;&amp;</text>")
    assert (
        table([("<b>", "&")]) == '<table><tbody><tr><th scope="row">&lt;b&gt;</th><td>&amp;</td></tr></tbody></table>'
    )
    assert rectangle(0, 1.26, 2, 3, fill='"') == '<rect x="0" y="1.3" width="2" height="3" fill="&quot;"/>'


def test_every_kind_of_figure_names_its_arguments() -> None:
    required, optional = KINDS["convolution"].arguments
    assert sorted(required) == ["kernel", "size"]
    assert sorted(optional) == ["padding", "stride"]
