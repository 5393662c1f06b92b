"""What an author may not do to the machine: each payload is refused, quickly and cheaply."""

import time
import tracemalloc
from collections.abc import Callable, Collection
from fractions import Fraction

import numpy as np
import pytest

from quizzes.questions import generate, load
from quizzes.questions.expressions import Expression, ExpressionError, compile_expression, compile_trace
from quizzes.questions.values import Scope, matrix
from quizzes.questions.words import said
from tests.questions.languages import KANA

MOST_SECONDS = 0.05  # of processor time, so that a busy machine is no failure
MOST_BYTES = 50 * 2**20

SCOPE: Scope = {
    "a": 3,
    "b": -7,
    "half": Fraction(1, 2),
    "word": "max",
    "X": matrix([[1, -2], [3, 4]]),
    "W": matrix(np.ones((16, 32), dtype=np.int64)),
}

HOSTILE = [
    "a.__class__",
    "a.real",
    "().__class__.__bases__[0].__subclasses__()",
    "X.ctypes",
    "X.tofile('x')",
    "__import__('os').system('true')",
    "__builtins__",
    "open('x')",
    "eval('1')",
    "exec('a = 1')",
    "getattr(a, 'real')",
    "max.__globals__",
    "output_size.__wrapped__(1)",
    "X[0]",
    "X[0, 0]",
    "word[::-1]",
    "[x for x in (1, 2)]",
    "[[x for x in (1, 2)]]",
    "{x for x in (1, 2)}",
    "{1: 2}",
    "{1, 2}",
    "max(x for x in (1, 2))",
    "lambda: 1",
    "(lambda: 1)()",
    "f'{a}'",
    "f'{a.__class__}'",
    "'%1000000000d' % 1",
    "'{0.__class__}'.format(a)",
    "'x' * 1000000000",
    "1000000000 * 'x'",
    "'x' + 'y'",
    "(1, 2) * 1000000000",
    "[1] * 1000000000",
    "-'x'",
    "(a := 5)",
    "a = 5",
    "a; b",
    "import os",
    "*X",
    "max(*(1, 2))",
    "max(**{})",
    "[*(1, 2)]",
    "await a",
    "(yield)",
    "(yield from (1,))",
    "9**9**9",
    "9**9**9**9",
    "2**64",
    "10**15 * 10**15",
    "999999999 * 999999999",
    "1 << 100000000",
    "~a",
    "+a",
    "a | b",
    "a ^ b",
    "a & b",
    "X @ X",
    "a is 3",
    "a in (1, 2)",
    "word in 'max'",
    "1e308",
    "1e999",
    "0x1p3",
    "1j",
    "None",
    "...",
    "b'bytes'",
    "9" * 390,
    "1/" + "7" * 200,
    "0." + "0" * 380 + "1",
    "'" + "x" * 390 + "'",
    "(" * 390,
    "-" * 390 + "1",
    "not " * 90 + "a",
    "abs(" * 60 + "a" + ")" * 60,
    "[" * 150 + "1" + "]" * 150,
    "+".join("1" * 20_000),
    "+".join("1" * 100),
    "a" * 500_000,
    "max(" + ",".join("1" * 17) + ")",
    "(" + ",".join("1" * 17) + ")",
    "[[1, 2], [3]]",
    "[[1], 2]",
    "[[[1]]]",
    "[['a', 'b']]",
    "[[1, 'a']]",
    "[[1 < 2]]",
    "[[10**7]]",
    "[[524288]] * 35184372088832",
    "X * 10**15",
    "X * 0.5**60",
    "X + [[1]]",
    "1 / X",
    "1 // X",
    "1 % X",
    "X ** -1",
    "(X * 1000) ** 3",
    "2 ** X",
    "2 ** half",
    "X < 3",
    "not X",
    "X and 1",
    "0 or X",
    "1 if X else 2",
    "max(X, 1)",
    "max(X, X)",
    "ceil(X)",
    "ceil('1')",
    "min(())",
    "max(1, 2, key=abs)",
    "max_pool2d(X, 2, 1, 1000000000)",
    "max_pool2d(X, 1000000000)",
    "max_pool2d(X, 2, 1000000000)",
    "max_pool2d(X, 2, padding=(1000000000, 1000000000))",
    "max_pool2d(X, 2, 1, ((1000000000, 1000000000), (1000000000, 1000000000)))",
    "max_pool2d(X, 64, 1, 64)",
    "max_pool2d(X, 2, dilation=1000000000)",
    "mean_pool2d(X, 2, 1, 1000000000)",
    "mean_pool2d(X, half)",
    "mean_pool2d(X, 2, exact=False)",
    "max_pool2d('x', 2)",
    "output_size('a', 3)",
    "output_size(a, 3, 0)",
    "output_size(half, 1)",
    "linear_parameter_count(10**15, 10**15)",
    "conv2d_parameter_count(1, 1, (10**15, 10**15))",
    "(1, 2) < (1, 'a')",
    "1 < 'a'",
    "ａ.__class__",
    "a．real",
    "１",
    "a\u200b",
    "a\u202e",
    "\ud800",
    "a\x00",
    "a\n+ 1",
    "",
    "   ",
    "a b",
    "(",
    "'",
    "if a: b",
    "print(a)",
    "((((((((((((((((((((a))))))))))))))))))))" + " + 1" * 200,
    "a" + ".b" * 190,
    "a" + "[0]" * 120,
    "1" + " if 1 else 1" * 33,
    "abs(a)" + " + abs(a)" * 40,
    "exp(1000)",
    "exp(-X)",
    "log(0)",
    "log(-1)",
    "sqrt(-1)",
    "round(half, 1000000000)",
    "round(half, -1)",
    "full(1000000000, 1000000000, 0)",
    "full(512, 512, 1)",
    "full(-1, -1, 1)",
    "pad(X, 1000000000)",
    "pad(full(16, 32, 1), 16)",
    "kron(full(16, 16, 1), full(16, 16, 1))",
    "matmul(full(512, 1, 1), full(1, 512, 1))",
    "matmul(X, full(3, 2, 1))",
    "reshape(X, 1000000000, 0)",
    "block(X, 0, 0, 1000000000, 1)",
    "block(X, -1, 0, 1, 1)",
    "cell(X, 0, -1)",
    "item((1, 2), 1000000000)",
    "item((1, 2), -1)",
    "row_matrix(a)",
    "len(X)",
    "count('aaaa', 'a')",
    "sum('abc')",
    "distinct(('a', 'b'))",
    "conv2d(X, X, 0, 1, 1000000000)",
    "conv2d(X, X, 0, 1000000000, 0, 1000000000)",
    "conv2d(X * 300000, X * 300000)",
    "conv_transpose2d(X, X, 1000000000)",
    "conv_transpose2d(full(16, 32, 1), full(16, 16, 1), 16)",
    "im2col(full(16, 32, 1), 8)",
    "im2col(X, 1000000000)",
    "im2col(X, 1, windows_as='everything')",
    "col2im(X, (1000000000, 1000000000), 1)",
    "im2col_shape((10**15, 10**15, 10**15, 10**15), 1)",
    "paddings_giving(10**15, 10**15, 1)",
    "kernels_giving(10**15, 1, 1)",
    "strides_giving(1000000000, 1, 1)",
    "adaptive_max_pool2d(X, 1000000000)",
    "lp_pool2d(X, 2, 1000000000)",
    "lp_pool2d(X, 2, -1)",
    "softmax(X * 10**15)",
    "cross_entropy(X, 1000000000)",
    "receptive_field(((3, 10**14),) * 16)",
    "receptive_field(" + "(" * 12 + "3,1" + ")" * 12 + ")",
    "receptive_field(((10**15, 10**15), (10**15, 10**15), (10**15, 10**15)))",
    "flatten_size(10**15, 10**15, 10**15)",
    "(W, W)",
]


def refuse_cheaply(compiler: Callable[[str, Collection[str]], Expression], text: str) -> None:
    """Three times by the clock of the processor, of which the best counts, and once with its memory watched."""

    def refuse() -> None:
        with pytest.raises(ExpressionError) as refused:
            compiler(text, SCOPE.keys()).evaluate(SCOPE)
        assert KANA.search(said(refused.value).ja)

    seconds = []
    for _ in range(3):
        start = time.process_time()
        refuse()
        seconds.append(time.process_time() - start)
    assert min(seconds) < MOST_SECONDS
    tracemalloc.start()
    try:
        refuse()
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("text", HOSTILE, ids=[f"{n}: {text[:30]!a}" for n, text in enumerate(HOSTILE)])
def test_what_is_not_in_the_language_is_refused_quickly_and_cheaply(text: str) -> None:
    refuse_cheaply(compile_expression, text)


def test_the_corpus_is_large_and_says_each_thing_once() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 60


HOSTILE_TRACES = [
    "a",
    "max(1, 2)",
    "output_size",
    "output_size(a, 3).key",
    "(output_size(7, 3),)",
    "output_size(7, 3) + output_size(7, 3)",
    "(lambda: output_size)()(7, 3)",
    "output_size(10**15 * 10**15, 3)",
    "conv2d(X, X, 0, 1, 1000000000)",
    "mean_pool2d(X, 1000000000)",
    "im2col(X, 2, 1, 1000000000)",
    "paddings_giving(10**15, 10**15, 1)",
    "global_max_pool2d('x')",
    "softmax(X)",
]


@pytest.mark.parametrize("text", HOSTILE_TRACES)
def test_a_trace_is_no_way_round(text: str) -> None:
    refuse_cheaply(compile_trace, text)


def derived(lines: list[str]) -> str:
    formulas = "\n".join(lines)
    return f"""
schema = 1
slug = "tower"
topic = "padding"
level = 1
source = "tests"
small = true
title = {{ ja = "題", en = "Title" }}
parameters = {{ a = {{ choices = [1] }} }}
stem = {{ ja = "問い", en = "Question" }}
[derived]
{formulas}
[[answers]]
name = "T"
type = "integer"
value = "len(t{len(lines) - 1})"
label = {{ ja = "答え", en = "Answer" }}
[solution]
text = {{ ja = "解", en = "Solution" }}
"""


def test_derived_values_do_not_pile_up() -> None:
    """Sixteen times sixteen times … would be a billion values after eight lines."""
    tower = ['t0 = "(a, a)"', *(f't{n} = "({", ".join([f"t{n - 1}"] * 16)})"' for n in range(1, 9))]
    start = time.process_time()
    template = load(derived(tower))
    with pytest.raises(ValueError, match="meets the conditions"):
        generate(template, 0)
    assert time.process_time() - start < 0.5


def test_a_tuple_of_whole_matrices_is_too_large() -> None:
    with pytest.raises(ExpressionError, match="a tuple holds at most 600 values"):
        compile_expression("(W, W)", SCOPE.keys()).evaluate(SCOPE)
