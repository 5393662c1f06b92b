import time
from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.questions.markup import MAX_PROSE, MarkupError, compile_prose, mathml
from quizzes.questions.values import Scope, matrix
from quizzes.questions.words import said
from tests.questions.languages import in_both

SCOPE: Scope = {
    "H": 12,
    "n": -3,
    "third": Fraction(1, 3),
    "word": "<b>&amp; {{H}} $x$ *y*</b>",
    "X": matrix([[1, -2], [3, 4]]),
}
TABLE = '<table class="matrix"><tbody><tr><td>1</td><td>−2</td></tr><tr><td>3</td><td>4</td></tr></tbody></table>'


def html(source: str) -> str:
    return compile_prose(source).render(SCOPE).html


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("plain", "<p>plain</p>"),
        ("*so* **strong** `code`", "<p><em>so</em> <strong>strong</strong> <code>code</code></p>"),
        ("{{H}}", "<p>12</p>"),
        ("{{ H }}", "<p>12</p>"),
        ("{{n}} and {{H}}", "<p>−3 and 12</p>"),
        ("{{H}}{{n}}", "<p>12−3</p>"),
        ("**{{H}}**", "<p><strong>12</strong></p>"),
        ("`{{H}}`", "<p><code>12</code></p>"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("1. {{H}}\n2. b", "<ol>\n<li>12</li>\n<li>b</li>\n</ol>"),
        ("- {{H}}", "<ul>\n<li>12</li>\n</ul>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("高さ {{H}}", "<p>高さ 12</p>"),
    ],
)
def test_prose_is_markdown_with_values(source: str, expected: str) -> None:
    assert html(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "a <b onclick=alert(1)>b</b>",
        "<a href='javascript:alert(1)'>x</a>",
        "[x](javascript:alert(1))",
        "[x](https://example.org)",
        "![x](https://example.org/x.png)",
        "<javascript:alert(1)>",
        "<https://example.org>",
        "https://example.org",
        "[x]: javascript:alert(1)\n\n[x]",
        "<!-- x --><style>p{}</style>",
        "<svg onload=alert(1)>",
        "`<script>`",
        "```<script>\n<script>\n```",
        "    <script>",
        "$\\text{<img src=x onerror=alert(1)>}$",
        "$\\operatorname{<script>}$",
        "$a<script>b$",
        "{{word}}",
        "**{{word}}**",
        "&lt;script&gt;",
    ],
)
def test_html_is_off_and_links_are_not_made(source: str) -> None:
    shown = html(source)
    outside_tags = [piece.split("<")[0] for piece in shown.split(">")]
    tags = {piece.rpartition("<")[2].strip("/").split()[0] for piece in shown.split(">")[:-1]}
    assert tags <= {"p", "strong", "code", "pre", "math", "mrow", "mtext", "mi", "mo", "mspace"}
    assert "<" not in "".join(outside_tags)
    for piece in shown.split(">")[:-1]:
        assert not any(name in piece.rpartition("<")[2] for name in ("href", "src", "onerror", "onload", "onclick"))


def test_a_word_that_looks_like_markup_is_shown_as_it_is() -> None:
    assert html("{{word}}") == "<p>&lt;b&gt;&amp;amp; {{H}} $x$ *y*&lt;/b&gt;</p>"


def test_entities_are_not_decoded_so_that_no_author_can_forge_a_placeholder() -> None:
    assert (
        html("{{H}} &#xE000;0&#xE001; &#57344;0&#57345;")
        == "<p>12 &amp;#xE000;0&amp;#xE001; &amp;#57344;0&amp;#57345;</p>"
    )
    with pytest.raises(MarkupError, match="private-use"):
        compile_prose("{{H}} \ue0000\ue001")


def test_a_matrix_alone_in_a_paragraph_is_a_table_outside_it() -> None:
    assert html("{{X}}") == TABLE
    assert html("Take\n\n{{X}}\n\nand go.") == f"<p>Take</p>\n{TABLE}\n<p>and go.</p>"
    assert f"<p>{TABLE}" not in html("{{X}}\n\n{{X}}")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("$3^2$", "<msup><mn>3</mn><mn>2</mn></msup>"),
        ("$H = {{H}}$", "<mi>H</mi><mo>=</mo><mn>12</mn>"),
        ("$2^{{H}}$", "<msup><mn>2</mn><mn>12</mn></msup>"),
        ("$\\frac{{H}}{{H}}$", "<mfrac><mn>12</mn><mn>12</mn></mfrac>"),
        ("$\\frac{{{H}}}{2}$", "<mfrac><mn>12</mn><mn>2</mn></mfrac>"),
        ("$x_{{third}}$", "<mfrac><mn>1</mn><mn>3</mn></mfrac>"),
        ("${{X}}$", "<mtd><mn>1</mn></mtd>"),
    ],
)
def test_formulas_become_mathml_with_the_values_in_one_piece(source: str, expected: str) -> None:
    shown = html(source)
    assert expected in shown
    assert shown.startswith("<p><math>")
    assert shown.endswith("</math></p>")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("${{n}} + {{n}} = {{n}}$", "$-3 + (-3) = -3$"),
        ("$4 \\times {{n}}$", "$4 \\times (-3)$"),
        ("$4 \\div {{n}} - {{n}}$", "$4 \\div (-3) - (-3)$"),
        ("${{n}}^2 + {{H}}^2$", "$(-3)^2 + 12^2$"),
        ("$4 + {{H}}$", "$4 + 12$"),
        ("$|{{n}}|$", "$|-3|$"),
        ("4 + {{n}}, $a$ - {{n}}", "4 + -3, $a$ - -3"),
    ],
)
def test_a_negative_number_behind_an_operator_stands_in_parentheses(source: str, text: str) -> None:
    rendered = compile_prose(source).render({"n": -3, "H": 12})
    assert rendered.text == text
    assert rendered.html.count(">(</mo>") == text.count("(")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("$\\foo$", r"Unknown command .*\\foo"),
        ("$\\frac{1}$", "LaTeX"),
        ("$\\color{red}x$", "asks for a colour"),
        ("$\\textcolor{red}{x}$", "asks for a colour"),
        ("$\\href{javascript:alert(1)}{x}$", "Unknown command"),
        ("$\\includegraphics{x}$", "Unknown command"),
        ("$" + "\\newcommand{\\qa}{" + "x" * 1900 + "}" + "\\qa" * 600 + "$", "too long"),
        ("$\\newcommand{\\qa}{\\qa}\\qa$", "Too many expansions"),
        ("{{H", "not closed"),
        ("H}}", "not closed"),
        ("{{H}", "not closed"),
        ("cost $5", "not closed"),
        ("$$x$$", "not closed"),
        ("{{}}", "not a name"),
        ("{{H + 1}}", "not a name"),
        ("{{X[0]}}", "not a name"),
        ("{{H.real}}", "not a name"),
        ("$x^{{2}}$", "not a name"),
        ("x" * (MAX_PROSE + 1), "longer than"),
    ],
)
def test_prose_that_cannot_be_shown_is_refused_with_the_reason(source: str, message: str) -> None:
    with pytest.raises(MarkupError, match=message) as refused:
        compile_prose(source)
    assert in_both(said(refused.value))


def test_a_command_that_one_formula_defines_is_unknown_to_the_next() -> None:
    mathml(r"\newcommand{\twice}{2x}\twice")
    with pytest.raises(MarkupError, match="Unknown command"):
        mathml(r"\twice")


@pytest.mark.parametrize(
    "source", ["{{" + " " * 3990, "{{ a" * 1000, "$" * 3999, "[" * 3990, "> " * 1990, "*a **b " * 560]
)
def test_long_nonsense_is_read_quickly(source: str) -> None:
    start = time.perf_counter()
    with suppress(MarkupError):
        compile_prose(source)
    assert time.perf_counter() - start < 1


def test_prose_knows_the_names_it_reads() -> None:
    assert compile_prose("{{H}} $x_{{n}}$ {{ word }}").names == {"H", "n", "word"}


def test_plain_text_keeps_the_source_with_values_as_they_are_typed() -> None:
    text = compile_prose("A *filter* of {{H}}, ${{n}} + 1$:\n\n{{X}}").render(SCOPE).text
    assert text == "A *filter* of 12, $-3 + 1$:\n\n1 -2\n3 4"


@settings(deadline=None)
@given(st.text(max_size=80) | st.text("{}$\\<>&#;[]()*_`|-! \nHn1xE0", max_size=80))
def test_any_text_is_shown_safely_or_refused(source: str) -> None:
    try:
        prose = compile_prose(source)
    except MarkupError:
        return
    if prose.names <= SCOPE.keys() and "word" not in prose.names:
        shown = prose.render(SCOPE).html
        assert "<script" not in shown
        assert "<a" not in shown
        assert "\ue000" not in shown
