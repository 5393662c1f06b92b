"""Texts by which an author could hurt the machine, each by another part of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from tests.questions.test_hostile_expressions import HOSTILE, HOSTILE_TRACES

HEAD = """
schema = 1
slug = "hostile"
topic = "padding"
level = 1
source = "tests"
small = true
title = { ja = "題", en = "Title" }
"""
SIGHT = '[stem]\nja = "{{a}} の問い"\nen = "Question of {{a}}"\n'
ANSWER = '[[answers]]\nname = "T"\ntype = "integer"\nvalue = "a"\nlabel = { ja = "答え", en = "Answer" }\n'
SOLUTION = '[solution.text]\nja = "{{a}} です"\nen = "It is {{a}}"\n'
NUMBER = "[parameters]\na = { integers = [1, 300] }\n"
ONE_MATRIX = NUMBER + "X = { matrix = [16, 16], integers = [-9, 9] }\n"
MATRICES = (
    "[parameters]\na = { integers = [1, 300] }\n"
    "X = { matrix = [16, 16], integers = [-9, 9] }\nW = { matrix = [16, 16], integers = [-9, 9] }\n"
)


def question(
    parameters: str = NUMBER,
    derived: str = "",
    stem: str = SIGHT,
    answers: str = ANSWER,
    solution: str = SOLUTION,
    more: str = "",
) -> str:
    """A whole question, with one part of it replaced."""
    return HEAD + parameters + (f"[derived]\n{derived}" if derived else "") + stem + answers + solution + more


def formula(text: str) -> str:
    """A question whose answer is ``text``."""
    return question(answers=ANSWER.replace('"a"', json.dumps(text)))


def both(text: str) -> str:
    """A stem in which this stands twice."""
    return f"[stem]\nja = {json.dumps(text)}\nen = {json.dumps(text)}\n"


def prose(text: str) -> str:
    """A question whose stem is as much of ``text`` as one may hold, in both languages."""
    return question(stem=both(text[:3900] + " {{a}}"))


def figure(kind: str, **arguments: str) -> str:
    """A question with such a figure."""
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in arguments.items())
    return question(more=f'[figure]\nkind = "{kind}"\n{lines}')


def chain(count: int, step: str, first: str = "a", parameters: str = NUMBER) -> str:
    """A question of ``count`` derived values, each from the one before (``{0}``); all are used."""
    values = [f't0 = "{first}"', *(f't{n} = "{step.format(f"t{n - 1}")}"' for n in range(1, count))]
    require = "require = [" + ",".join(f'"len((t{n},)) == 1"' for n in range(count)) + "]\n"
    return HEAD + require + question(parameters, "\n".join(values) + "\n")[len(HEAD) :]


BOMBS: Mapping[str, str] = {
    "nothing": "",
    "no TOML": "= = =",
    "too long": "#" * 70_000,
    "64 kB of brackets": "a = " + "[" * 65_000,
    "64 kB of tables": "[" * 65_000,
    "nested inline tables": "a = " + "{a = " * 12_000,
    "a key with 30,000 dots": "a." * 30_000 + "b = 1",
    "8,000 headers": "".join(f"[a{n}]\n" for n in range(8_000)),
    "8,000 answers": HEAD + "[[answers]]\n" * 5_000,
    "one header of 20,000 levels": f"[{'a.' * 20_000}a]",
    "a number of 60,000 digits": f"schema = {'9' * 60_000}",
    "a text without an end": 'a = """' + '"\n' * 30_000,
    "backslashes": 'a = "' + "\\\\" * 32_000,
    "half a sign": HEAD.replace("Title", "\ud800"),
    "zeros": "\x00" * 60_000,
    "10^9 points": question(
        "[parameters]\n" + "".join(f"{name} = {{ integers = [1, 1000] }}\n" for name in "abc"),
        stem=SIGHT.replace("{{a}}", "{{a}} {{b}} {{c}}"),
    ),
    "10^1000 points": question(
        "[parameters]\na = { integers = [1, 2] }\n"
        + "".join(f"m{n} = {{ matrix = [16, 16], integers = [-1000000, 1000000] }}\n" for n in range(700))
    ),
    "conditions that are never met": HEAD
    + 'require = ["sum(matmul(X, W)) > 999999999"]\n'
    + question(MATRICES)[len(HEAD) :],
    "matrix products": chain(500, "block(matmul({0}, W) * 0, 0, 0, 16, 16) + X", "X", MATRICES),
    "convolutions": chain(500, "block(conv2d({0}, W, 0, 1, 8) * 0, 0, 0, 16, 16)", "X", MATRICES),
    "transposed convolutions": chain(500, "conv_transpose2d(block(X, 0, 0, 7, 7), W, 1)", "X", MATRICES),
    "kron": chain(500, "kron(block(X,0,0,4,4), block(W,0,0,4,8))", "X", MATRICES),
    "tuples of tuples": chain(9, "({0}, {0}, {0}, {0}, {0}, {0}, {0}, {0})", "(a, a)"),
    "fractions": chain(500, "({0} * 7 + 1) / 999999937"),
    "roots of matrices": chain(500, "lp_pool2d({0} * {0}, 2, 1)", "X", ONE_MATRIX),
    "700 wrong rules": question(
        MATRICES,
        more="".join(f'[[misconceptions]]\ncode = "c{n}"\nvalue = "sum(matmul(X,W))+{n}"\n' for n in range(700)),
    ),
    "wide matrices in the answer": question(
        MATRICES, answers=ANSWER.replace('"integer"', '"matrix"\nboard = [8, 8]').replace('"a"', '"matmul(X, W)"')
    ),
    "26 options full of formulas": question(
        answers='[[answers]]\nname = "T"\ntype = "choice"\nvalue = "\'k0\'"\nlabel = { ja = "答え", en = "Answer" }\n'
        + "".join(
            f'[[answers.choices]]\nkey = "k{n}"\n'
            f'label = {{ ja = \'{"$x^{{{a}}}$" * 80}\', en = \'{"$x^{{{a}}}$" * 80}\' }}\n'
            for n in range(26)
        )
    ),
    "3,000 hints": question(more='[[hints]]\nja = "{{a}}"\nen = "{{a}}"\n' * 1_700),
    "1,000 examples": question(more="[[tests]]\ngiven = { a = 1 }\nanswer = { T = 1 }\n" * 1_200),
    "a matrix of 60 kB in an example": question(
        more=f"[[tests]]\ngiven = {{ a = {[[1] * 150] * 100} }}\nanswer = {{ T = 1 }}\n"
    ),
    "stars": prose("*" * 30_000),
    "emphasis": prose("*a _b " * 5_000),
    "brackets in prose": prose("[" * 30_000),
    "links": prose("[a](" * 900),
    "quotes": prose(">" * 30_000),
    "lists in lists": prose("".join(f"{'  ' * n}- a\n" for n in range(60))),
    "numbered": prose("1. " * 9_000),
    "backticks": prose("".join("`" * n + " " for n in range(200))),
    "a table of 5,000 columns": prose("|a" * 5_000 + "|\n" + "|-" * 5_000 + "|\n"),
    "a table of many rows": prose("|a|b|\n|-|-|\n" + "|{{a}}|$x$|\n" * 2_000),
    "entities": prose("&amp;" * 6_000),
    "HTML": prose("<b><i>" * 4_000 + "<script>alert(1)</script>" * 100),
    "placeholders": prose("{{a}} " * 5_000),
    "unclosed placeholders": prose("{{" * 15_000),
    "dollars": prose("$" * 30_000),
    "4,000 formulas": prose("$x$ " * 7_000),
    "one formula of 30 kB": prose("$" + "x+" * 1_900 + "x$"),
    "braces": prose("$" + "{" * 1_900 + "}" * 1_900 + "$"),
    "fractions in fractions": prose("$" + "\\frac{1}{" * 380 + "1" + "}" * 380 + "$"),
    "roots in roots": prose("$" + "\\sqrt{" * 540 + "1" + "}" * 540 + "$"),
    "left and right": prose("$" + "\\left(" * 290 + "x" + "\\right)" * 290 + "$"),
    "powers of powers": prose("$" + "x^{" * 900 + "1" + "}" * 900 + "$"),
    "primes": prose("$x" + "'" * 3_800 + "$"),
    "an array of 7,000 cells": prose("$\\begin{array}{c}" + "&" * 1_800 + "\\\\" * 900 + "\\end{array}$"),
    "macros": prose("$\\def\\a{\\a\\a}\\a$ $\\newcommand{\\b}{\\b\\b}\\b$"),
    "matrices in formulas": question(ONE_MATRIX, stem=both("{{a}} " + "${{X}}$" * 450)),
    "matrices in sentences": question(ONE_MATRIX, stem=both("{{a}} " + "{{X}} " * 600)),
    "matrices in paragraphs": question(ONE_MATRIX, stem=both("{{a}}\n\n" + "{{X}}\n\n" * 500)),
    "traces": question(solution=f"[solution]\ntrace = {json.dumps(['conv2d(full(16,16,1), full(3,3,1))'] * 8)}\n"),
    "a trace of large matrices": question(
        MATRICES, solution='[solution]\ntrace = "conv2d(X, W, 0, 1, 8)"\n', stem=SIGHT.replace("{{a}}", "{{a}}")
    ),
    "a figure of 10^9 cells": figure("convolution", kernel="3", size="1000000000"),
    "a figure of 10^9 strides": figure("convolution", kernel="3", size="12", stride="10**9", padding="10**9"),
    "a large figure": figure("convolution", kernel="1", size="12", padding="12"),
    "a large pool": figure("pooling", x="full(12, 12, a)", kernel="1", padding="0"),
    "im2col of 10^9": figure("im2col", kernel="3", height="10**9", width="10**9", channels="10**9"),
    "im2col of large": figure("im2col", kernel="1", x="full(12, 12, a)"),
    "a network of 10^14": figure("network", input="(10**5, 10**5, 10**5)", layers="(('conv', 10**9, 10**9),)"),
    "a deep network": figure("network", input="(3, 64, 64)", layers="(" + "('conv', 8, 1)," * 16 + ")"),
    "a receptive field of 10^9": figure("receptive-field", stages="((10**9, 10**9), (10**9, 10**9))"),
    "a transposed figure of 10^9": figure("transposed", size="10**9", kernel="10**9", stride="10**9"),
    "an lp curve": figure("lp-curve", x="(10**15, 10**15)", p="10**9"),
    "gap of 10^9": figure("gap-vs-fc", height="10**9", width="10**9", channels="10**9", outputs="10**9"),
    "a grid": figure("grid", x="full(16, 16, a)", w="full(16, 16, a)", y="full(16, 16, 1)"),
}  # fmt: skip


def corpus() -> Iterator[tuple[str, str]]:
    """All of them, with names."""
    yield from BOMBS.items()
    for number, text in enumerate(HOSTILE):
        yield f"formula {number}", formula(text)
    for number, text in enumerate(HOSTILE_TRACES):
        yield f"trace {number}", question(solution=f"[solution]\ntrace = {json.dumps(text)}\n")
