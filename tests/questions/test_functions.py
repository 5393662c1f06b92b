"""The functions of expressions: those of our own against NumPy and Python, and bounds of all."""

import math
from contextlib import suppress
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnncalc
from quizzes.questions.expressions import ExpressionError, compile_expression
from quizzes.questions.functions import FUNCTIONS
from quizzes.questions.values import matrix, same

X = matrix([[3, -1, 4], [1, 5, -9]])
W = matrix([[1, 0], [-2, 3]])
SCOPE: dict[str, Any] = {"X": X, "W": W, "a": 5, "half": Fraction(1, 2), "T": (3, 1, 2), "R": matrix([[1, 2, 3]])}


def value(text: str) -> Any:
    return compile_expression(text, SCOPE.keys()).evaluate(SCOPE)


EXAMPLES: dict[str, list[tuple[str, Any]]] = {
    "abs": [("abs(-a)", 5), ("abs(X)", abs(X))],
    "ceil": [("ceil(half)", 1), ("ceil(-half)", 0)],
    "floor": [("floor(half)", 0), ("floor(-half)", -1)],
    "ceil_divide": [("ceil_divide(7, 2)", 4), ("ceil_divide(-7, 2)", -3)],
    "max": [("max(1, a)", 5), ("max(T)", 3), ("max(X)", 5)],
    "min": [("min(1, a)", 1), ("min(X)", -9)],
    "round": [("round(2.5)", 3), ("round(-2.5)", -3), ("round(1/3, 2)", Fraction(33, 100)), ("round(2.004, 2)", 2)],
    "sqrt": [("sqrt(9)", 3), ("sqrt(9/4)", Fraction(3, 2)), ("sqrt(2)", math.sqrt(2))],
    "exp": [("exp(0)", 1.0), ("exp(1)", math.e)],
    "log": [("log(1)", 0.0), ("log(a)", math.log(5))],
    "len": [("len(T)", 3), ("len(())", 0)],
    "item": [("item(T, 1)", 1)],
    "sum": [("sum(T)", 6), ("sum(X)", 3)],
    "mean": [("mean(T)", 2), ("mean(X)", Fraction(1, 2))],
    "rows": [("rows(X)", 2)],
    "columns": [("columns(X)", 3)],
    "cell": [("cell(X, 1, 2)", -9)],
    "block": [("block(X, 0, 1, 2, 2)", X[:, 1:])],
    "transpose": [("transpose(X)", X.T)],
    "rot180": [("rot180(X)", X[::-1, ::-1])],
    "ravel": [("ravel(X)", X.reshape(1, -1))],
    "reshape": [("reshape(X, 3, 2)", X.reshape(3, 2))],
    "full": [("full(2, 3, a)", np.full((2, 3), 5))],
    "pad": [("pad(W, 1)", np.pad(W, 1)), ("pad(W, 1, -a)", np.pad(W, 1, constant_values=-5))],
    "kron": [("kron(W, full(1, 2, 1))", np.kron(W, [[1, 1]]))],
    "matmul": [("matmul(W, X)", W @ X)],
    "distinct": [("distinct(X)", 6), ("distinct((1, 1, 2))", 2)],
    "count": [("count(X, 5)", 1), ("count((1, 1, 2), 1)", 2)],
    "argmax": [("argmax(X)", (1, 1))],
    "row_matrix": [("row_matrix(T)", [[3, 1, 2]])],
    "output_size": [("output_size(28, 5, 2, 2)", 14)],
    "valid_output_size": [("valid_output_size(28, 5)", 24)],
    "same_output_size": [("same_output_size(28, 2)", 14)],
    "same_padding": [("same_padding(5)", 2)],
    "tensorflow_same_padding": [("tensorflow_same_padding(5, 2, 1)", (0, 1))],
    "transposed_output_size": [("transposed_output_size(4, 3, 2)", 9)],
    "paddings_giving": [("paddings_giving(28, 28, 5)", (2,)), ("paddings_giving(9, 5, 1)", (2,))],
    "strides_giving": [("strides_giving(3, 7, 3)", (2,))],
    "kernels_giving": [("kernels_giving(3, 7, 2)", (2, 3))],
    "receptive_field": [("receptive_field(((3, 1), (3, 1)))", 5)],
    "receptive_jump": [("receptive_jump(((3, 2), (2, 2)))", 4)],
    "max_pool2d": [("max_pool2d(X, (2, 1), 1)", [[3, 5, 4]])],
    "mean_pool2d": [("mean_pool2d(X, (2, 3))", [[Fraction(1, 2)]])],
    "lp_pool2d": [("lp_pool2d([[3, 4], [0, 0]], 2, 2)", [[5.0]])],
    "adaptive_max_pool2d": [("adaptive_max_pool2d(X, 1)", [[5]])],
    "adaptive_mean_pool2d": [("adaptive_mean_pool2d(X, 1)", [[Fraction(1, 2)]])],
    "global_max_pool2d": [("global_max_pool2d(X)", 5)],
    "global_mean_pool2d": [("global_mean_pool2d(X)", Fraction(1, 2))],
    "max_pool2d_backward": [("max_pool2d_backward([[7]], W, 2)", [[0, 0], [0, 7]])],
    "mean_pool2d_backward": [("mean_pool2d_backward([[4]], W, 2)", [[1, 1], [1, 1]])],
    "conv2d": [("conv2d(X, W)", cnncalc.conv2d(X[None], W[None, None])[0]), ("conv2d(X, W, 10)", [[26, -28]])],
    "conv2d_dx": [("conv2d_dx([[1, 0]], X, W)", [[1, 0, 0], [-2, 3, 0]])],
    "conv2d_dw": [("conv2d_dw([[1, 0]], X, W)", X[:, :2])],
    "conv_transpose2d": [("conv_transpose2d([[1]], W, 2)", W)],
    "im2col": [("im2col(X, 2)", [[3, -1], [-1, 4], [1, 5], [5, -9]])],
    "col2im": [("col2im(im2col(X, 1), (2, 3), 1)", X)],
    "im2col_shape": [("im2col_shape((1, 3, 28, 28), 5)", (75, 576))],
    "im2col_expansion": [("im2col_expansion((1, 1, 4, 4), 2)", Fraction(9, 4))],
    "softmax": [("softmax(full(1, 4, 0))", [[0.25] * 4])],
    "cross_entropy": [("cross_entropy(full(1, 1, 7), 0)", 0.0)],
    "cross_entropy_gradient": [("cross_entropy_gradient(full(1, 2, 0), 0)", [[-0.5, 0.5]])],
    "flatten_size": [("flatten_size(512, 7, 7)", 25088)],
    "linear_parameter_count": [("linear_parameter_count(128, 10)", 1290)],
    "linear_macs": [("linear_macs(128, 10)", 1280)],
    "conv2d_parameter_count": [("conv2d_parameter_count(3, 64, 3)", 1792)],
    "conv2d_macs": [("conv2d_macs((3, 8, 8), 4, 3, 1, 1)", 8 * 8 * 4 * 27)],
    "conv_transpose2d_macs": [("conv_transpose2d_macs((3, 8, 8), 4, 2)", 8 * 8 * 3 * 4 * 4)],
    "depthwise_separable_parameter_count": [("depthwise_separable_parameter_count(32, 64, 3)", 320 + 2112)],
    "depthwise_separable_macs": [("depthwise_separable_macs((32, 8, 8), 64, 3, 1, 1)", 64 * (32 * 9 + 32 * 64))],
    "batch_norm_parameter_count": [("batch_norm_parameter_count(64)", 128)],
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [example for examples in EXAMPLES.values() for example in examples])
def test_each_function_gives_what_its_name_says(text: str, expected: Any) -> None:
    found = value(text)
    if isinstance(expected, list | np.ndarray):
        assert same(found, matrix(expected))
    else:
        assert found == expected
        assert type(found) is type(expected)


def test_every_function_has_an_example() -> None:
    assert EXAMPLES.keys() == FUNCTIONS.keys()


@given(st.fractions(-1000, 1000, max_denominator=1000), st.integers(0, 6))
def test_rounding_is_that_of_school(number: Fraction, places: int) -> None:
    rounded = compile_expression("round(n, p)", {"n", "p"}).evaluate({"n": number, "p": places})
    assert abs(rounded - number) <= Fraction(1, 2 * 10**places)
    assert (Fraction(rounded) * 10**places).denominator == 1
    if abs(rounded - number) == Fraction(1, 2 * 10**places):
        assert abs(rounded) > abs(number)


WHATEVER = ["", "X", "T", "'word'", "a", "X, X", "T, T", "half, half", "X, half, half", "1, 2, 3, 4, 5, 6, 7"]


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@pytest.mark.parametrize("arguments", WHATEVER)
def test_whatever_is_given_to_a_function_gives_a_value_or_an_error_that_says_why(name: str, arguments: str) -> None:
    with suppress(ExpressionError):
        assert isinstance(value(f"{name}({arguments})"), int | Fraction | float | tuple | np.ndarray)
