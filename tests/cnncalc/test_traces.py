"""What holds for every trace: its end is the function's result, its formulas can be shown, its steps have names."""

from __future__ import annotations

import inspect
import re
from typing import Any

import numpy as np
import pytest
from math_core import LatexToMathML

import cnncalc
from cnncalc import trace
from cnncalc.plain import plain
from cnncalc.words import STEPS

MAP = [[1, -2, 3, 0], [4, 5, -6, 2], [7, 0, 8, 1], [-1, 2, 2, 9]]
IMAGE = [[[1, 2, 0], [3, -4, 1]], [[0, 5, 2], [1, 1, 0.5]]]
FILTERS = [[[[1, 0]], [[-1, 2]]], [[[0, 1]], [[3, 1]]], [[[2, 2]], [[0, 0.1]]]]
COLUMNS = [[1, 2], [3, 4], [5, 6], [7, 8]]
LOGITS = [2.0, 1.0, -0.5]

CALLS: list[tuple[str, tuple[Any, ...]]] = [
    ("output_size", (7, 3)),
    ("output_size", (28, 3, 2, 1)),
    ("output_size", (4, 1, 3, 2, 1, True)),
    ("output_size", (9, 3, 2, (0, 1), 2)),
    ("valid_output_size", (28, 3, 2)),
    ("same_output_size", (7, 2)),
    ("same_padding", (5, 2)),
    ("tensorflow_same_padding", (28, 3, 2)),
    ("transposed_output_size", (14, 3, 2, 1, 1)),
    ("transposed_output_size", (14, 3, 2, (0, 1), 1, 2)),
    ("receptive_field", ([(7, 2, 3), (3, 2, 1)],)),
    ("receptive_fields", ([(7, 2, 3)] + [(3, 1, 1, 2)] * 11,)),
    ("paddings_giving", (5, 10, 2, 3)),
    ("paddings_giving", (3, 10, 1)),
    ("strides_giving", (1, 10, 8)),
    ("strides_giving", (1, 2, 8, (0, 1), 2)),
    ("kernels_giving", (14, 28, 2, 1)),
    ("kernels_giving", (3, 9, 2, 0, 2)),
    ("im2col", (IMAGE, (1, 2))),
    ("im2col", (IMAGE, 2, 1, 0, 1, "rows")),
    ("im2col_shape", ((3, 8, 9), 3, 2, 1)),
    ("im2col_shape", ((2, 3, 8, 9), 3, 2, 1, 1, "rows")),
    ("im2col_expansion", ((3, 8, 9), 3, 2, 1)),
    ("col2im", (COLUMNS, (1, 2, 3), 2)),
    ("conv2d", (IMAGE, FILTERS)),
    ("conv2d", (IMAGE, FILTERS, [1, 0, -1], 1, ((0, 1), 0))),
    ("conv2d_backward", ([[[1, 2]]], [[[1, 2, 3]]], [[[[4, -1]]]])),
    ("conv_transpose2d", ([[[1, 2], [3, -4]]], [[[[1, 0], [2, 1]]]], [1], 2)),
    ("max_pool2d", (MAP, 2)),
    ("mean_pool2d", (MAP, 3, 2, 1, 1, False, False)),
    ("lp_pool2d", (MAP, 3, 2)),
    ("lp_pool2d", (MAP, 2, 2, 2, 0, 1, False, True)),
    ("lp_pool2d", (MAP, float("inf"), 2)),
    ("global_mean_pool2d", (MAP,)),
    ("global_max_pool2d", (MAP,)),
    ("adaptive_mean_pool2d", (MAP, 3)),
    ("adaptive_max_pool2d", (MAP, (3, 2))),
    ("max_pool2d_backward", ([[1, 2], [3, -4]], MAP, 2)),
    ("mean_pool2d_backward", ([[1, 2], [3, -4]], MAP, 2)),
    ("flatten_size", (512, 7, 7)),
    ("linear_parameter_count", (400, 120)),
    ("linear_macs", (400, 120)),
    ("conv2d_parameter_count", (96, 256, 5, True, 2)),
    ("conv2d_macs", ((3, 8, 9), 4, 3, 1, 1)),
    ("conv_transpose2d_macs", ((8, 4, 4), 3, 2)),
    ("depthwise_separable_parameter_count", (32, 64, 3)),
    ("depthwise_separable_macs", ((32, 14, 14), 64, 3, 1, 1)),
    ("batch_norm_parameter_count", (64,)),
    ("softmax", (LOGITS,)),
    ("cross_entropy", (LOGITS, 1)),
    ("cross_entropy_gradient", (LOGITS, 1)),
]
EVERY_CALL = pytest.mark.parametrize(("name", "arguments"), CALLS)
CALCULATED = [name for name in trace.__all__ if name not in ("Step", "Trace", "Window")]


def same(first: Any, second: Any) -> bool:
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return all(map(same, first, second))
    if isinstance(first, np.ndarray | float):
        return np.shape(first) == np.shape(second) and bool(
            np.allclose(np.asarray(first, dtype=float), np.asarray(second, dtype=float), rtol=1e-12)
        )
    return bool(first == second)


@EVERY_CALL
def test_a_trace_ends_with_what_its_function_returns(name: str, arguments: tuple[Any, ...]) -> None:
    last = getattr(trace, name)(*arguments)[-1]
    assert last.key == "result"
    assert same(last.value, getattr(cnncalc, name)(*arguments))


@EVERY_CALL
def test_every_formula_can_be_shown_in_a_browser_and_in_a_terminal(name: str, arguments: tuple[Any, ...]) -> None:
    converter = LatexToMathML()
    for step in getattr(trace, name)(*arguments):
        assert "<math" in converter.convert_with_local_state(step.latex, displaystyle=True)
        assert not re.search(r"[\\{}]\w|\$", plain(step.latex).replace("{", "").replace("}", ""))


@EVERY_CALL
def test_every_step_has_a_name_in_both_languages(name: str, arguments: tuple[Any, ...]) -> None:
    for step in getattr(trace, name)(*arguments):
        assert all(STEPS[step.key][language] for language in ("ja", "en"))


def test_every_trace_is_called_here_and_every_name_of_a_step_is_used() -> None:
    assert sorted({name for name, _ in CALLS}) == sorted(CALCULATED)
    used = {step.key for name, arguments in CALLS for step in getattr(trace, name)(*arguments)}
    assert used == STEPS.keys()


def test_every_traced_function_is_public_and_takes_the_same_positional_arguments() -> None:
    for name in CALCULATED:
        plain_names, traced_names = (
            [
                parameter.name
                for parameter in inspect.signature(function).parameters.values()
                if parameter.kind == parameter.POSITIONAL_OR_KEYWORD
            ]
            for function in (getattr(cnncalc, name), getattr(trace, name))
        )
        assert traced_names == plain_names[: len(traced_names)], name
