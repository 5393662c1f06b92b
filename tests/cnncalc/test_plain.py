import pytest

from cnncalc import latex
from cnncalc.plain import plain


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (r"\frac{25}{2} = 12.5", "25/2 = 12.5"),
        (r"\frac{a + 1}{b} \cdot \frac{-1}{2}", "(a + 1)/b · -1/2"),
        (r"\frac{1 \cdot 2}{\frac{1}{3}}", "(1 · 2)/(1/3)"),
        (r"\left\lceil \frac{7}{2} \right\rceil", "⌈7/2⌉"),
        (r"25{,}088 \times 256", "25,088 × 256"),
        (r"P \in \{1, 2, \ldots, 9\}", "P ∈ {1, 2, …, 9}"),
        ("O_h = x_{1,2} + R_{n-1}", "O_h = x_(1,2) + Rₙ₋₁"),
        (r"3.333 \times 10^{-7} + e^{-1.5}", "3.333 × 10⁻⁷ + e^(-1.5)"),
        (r"\sqrt{2} + \sqrt[3]{|1|^3 + 1}", "√2 + ³√(|1|³ + 1)"),
        (r"\begin{pmatrix} 1 & -2 \end{pmatrix}", "( 1  -2 )"),
        (
            r"Y = \begin{pmatrix} 1 & 20 \\ 3 & 4 \\ 5 & 6 \end{pmatrix}"
            r" + \begin{pmatrix} 1 \\ \frac{1}{2} \end{pmatrix}",
            "    ⎛ 1  20 ⎞   ⎛   1 ⎞\nY = ⎜ 3   4 ⎟ + ⎝ 1/2 ⎠\n    ⎝ 5   6 ⎠",
        ),
        (latex.matrix([[1, 2], [3, 4]]), "⎛ 1  2 ⎞\n⎝ 3  4 ⎠"),
    ],
)
def test_formulas_become_text(formula: str, text: str) -> None:
    assert plain(formula) == text


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (r"\colour{red}", r"\\colour is not LaTeX"),
        (r"\frac{1}", "an argument is missing"),
        (r"\frac{1}{2", "} is missing"),
        (r"\begin{pmatrix} 1", "the end of a matrix is missing"),
        (r"\frac{\begin{pmatrix} 1 \end{pmatrix}}{2}", "a matrix stands inside"),
    ],
)
def test_what_the_traces_never_write_is_refused(formula: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plain(formula)
