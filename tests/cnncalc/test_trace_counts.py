from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnncalc
from cnncalc import trace
from cnncalc.plain import plain
from cnncalc.trace import Trace
from cnncalc.words import STEPS


def keys(steps: Trace) -> list[str]:
    return [step.key for step in steps]


def lines(steps: Trace) -> list[str]:
    return [step.latex for step in steps]


def test_parameters_are_counted_with_grouped_digits() -> None:
    assert lines(trace.linear_parameter_count(25_088, 4_096)) == [
        r"N_i \times N_o + N_o",
        r"25{,}088 \times 4{,}096 + 4{,}096",
        r"102{,}760{,}448 + 4{,}096 = 102{,}764{,}544",
    ]
    assert lines(trace.linear_parameter_count(25_088, 256, False)) == [
        r"N_i \times N_o",
        r"25{,}088 \times 256",
        r"25{,}088 \times 256 = 6{,}422{,}528",
    ]


def test_a_convolution_counts_groups_only_if_there_are_some() -> None:
    assert lines(trace.conv2d_parameter_count(6, 16, (5, 3))) == [
        r"C_o \times C_i \times F_h \times F_w + C_o",
        r"16 \times 6 \times 5 \times 3 + 16",
        r"1{,}440 + 16 = 1{,}456",
    ]
    assert lines(trace.conv2d_parameter_count(96, 256, 5, False, 2)) == [
        r"C_o \times \frac{C_i}{G} \times F_h \times F_w",
        r"256 \times \frac{96}{2} \times 5 \times 5",
        r"256 \times \frac{96}{2} \times 5 \times 5 = 307{,}200",
    ]


def test_multiplications_of_a_convolution_need_its_output_size() -> None:
    steps = trace.conv2d_macs((4, 9, 11), 8, (3, 5), (2, 1), ((0, 1), (2, 2)), (1, 2), 2)
    assert keys(steps) == ["formula", "output", "output", "substitution", "result"]
    assert lines(steps) == [
        r"C_o \times \frac{C_i}{G} \times F_h \times F_w \times O_h \times O_w",
        r"O_h = \left\lfloor \frac{9 + 0 + 1 - 3}{2} \right\rfloor + 1 = 4",
        r"O_w = \left\lfloor \frac{11 + 2 \cdot 2 - (2 \cdot (5 - 1) + 1)}{1} \right\rfloor + 1 = 7",
        r"8 \times \frac{4}{2} \times 3 \times 5 \times 4 \times 7",
        r"8 \times \frac{4}{2} \times 3 \times 5 \times 4 \times 7 = 6{,}720",
    ]
    assert [step.value for step in steps] == [None, 4, 7, None, 6720]


def test_a_transposed_convolution_multiplies_every_input_cell() -> None:
    assert lines(trace.conv_transpose2d_macs((8, 4, 5), 6, (2, 3), 2)) == [
        r"C_o \times \frac{C_i}{G} \times F_h \times F_w \times H \times W",
        r"6 \times \frac{8}{2} \times 2 \times 3 \times 4 \times 5",
        r"6 \times \frac{8}{2} \times 2 \times 3 \times 4 \times 5 = 2{,}880",
    ]


def test_a_depthwise_separable_convolution_is_counted_in_two_parts() -> None:
    steps = trace.depthwise_separable_parameter_count(32, 64, (3, 5))
    assert keys(steps) == ["formula", "depthwise", "pointwise", "result"]
    assert lines(steps) == [
        r"(C_i \times F_h \times F_w + C_i) + (C_i \times C_o + C_o)",
        r"32 \times 3 \times 5 + 32 = 512",
        r"32 \times 64 + 64 = 2{,}112",
        r"512 + 2{,}112 = 2{,}624",
    ]
    assert [step.value for step in steps] == [None, 512, 2112, 2624]
    assert lines(trace.depthwise_separable_parameter_count(32, 64, 3, False)) == [
        r"C_i \times F_h \times F_w + C_i \times C_o",
        r"32 \times 3 \times 3 = 288",
        r"32 \times 64 = 2{,}048",
        r"288 + 2{,}048 = 2{,}336",
    ]


def test_multiplications_of_a_depthwise_separable_convolution_are_counted_in_two_parts() -> None:
    steps = trace.depthwise_separable_macs((8, 6, 7), 16, (3, 2), 2)
    assert keys(steps) == ["formula", "output", "output", "depthwise", "pointwise", "result"]
    assert lines(steps)[0] == (
        r"C_i \times F_h \times F_w \times O_h \times O_w + C_i \times C_o \times O_h \times O_w"
    )
    assert lines(steps)[3:] == [
        r"8 \times 3 \times 2 \times 2 \times 3 = 288",
        r"8 \times 16 \times 2 \times 3 = 768",
        r"288 + 768 = 1{,}056",
    ]
    assert [step.value for step in steps] == [None, 2, 3, 288, 768, 1056]


def test_simple_products_are_written_out() -> None:
    assert lines(trace.flatten_size(512, 7, 7)) == [
        r"C \times H \times W",
        r"512 \times 7 \times 7",
        r"512 \times 7 \times 7 = 25{,}088",
    ]
    assert lines(trace.linear_macs(400, 120))[-1] == r"400 \times 120 = 48{,}000"
    assert lines(trace.batch_norm_parameter_count(512)) == [
        r"2 \times C",
        r"2 \times 512",
        r"2 \times 512 = 1{,}024",
    ]


Count = tuple[Callable[..., Trace], Callable[..., int], tuple[Any, ...]]
COUNTS: list[Count] = [
    (trace.linear_parameter_count, cnncalc.linear_parameter_count, (120, 84)),
    (trace.linear_parameter_count, cnncalc.linear_parameter_count, (120, 84, False)),
    (trace.linear_macs, cnncalc.linear_macs, (120, 84)),
    (trace.conv2d_parameter_count, cnncalc.conv2d_parameter_count, (64, 128, 3)),
    (trace.conv2d_parameter_count, cnncalc.conv2d_parameter_count, (64, 128, 3, False, 32)),
    (trace.conv2d_macs, cnncalc.conv2d_macs, ((64, 28, 28), 128, 3)),
    (trace.conv2d_macs, cnncalc.conv2d_macs, ([64, 28, 30], 128, [3, 2], 2, [1, 0], 2, 32)),
    (trace.conv_transpose2d_macs, cnncalc.conv_transpose2d_macs, ((64, 28, 30), 128, 3)),
    (trace.depthwise_separable_parameter_count, cnncalc.depthwise_separable_parameter_count, (64, 128, 3)),
    (trace.depthwise_separable_parameter_count, cnncalc.depthwise_separable_parameter_count, (64, 128, 3, False)),
    (trace.depthwise_separable_macs, cnncalc.depthwise_separable_macs, ((64, 28, 30), 128, 3, 2, 1, 2)),
    (trace.batch_norm_parameter_count, cnncalc.batch_norm_parameter_count, (64,)),
    (trace.flatten_size, cnncalc.flatten_size, (16, 5, 5)),
]


@pytest.mark.parametrize(("traced", "counted", "arguments"), COUNTS)
def test_the_steps_of_a_count_end_at_the_count(
    traced: Callable[..., Trace], counted: Callable[..., int], arguments: tuple[Any, ...]
) -> None:
    steps = traced(*arguments)
    assert keys(steps)[0] == "formula"
    assert keys(steps)[-1] == "result"
    assert steps[-1].value == counted(*arguments)
    assert type(steps[-1].value) is int
    assert steps[-1].latex.endswith(f"= {counted(*arguments):,}".replace(",", "{,}"))


@pytest.mark.parametrize(("traced", "counted", "arguments"), COUNTS)
def test_every_step_of_a_count_is_mathematics_with_a_name_in_both_languages(
    traced: Callable[..., Trace], counted: Callable[..., int], arguments: tuple[Any, ...]
) -> None:
    for step in traced(*arguments):
        assert STEPS[step.key].keys() == {"ja", "en"}
        assert not re.search(r"[^\W\d_]{2,}", re.sub(r"\\[a-z]+", "", step.latex)), step.latex
        assert "\\" not in plain(step.latex)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 5), st.booleans())
def test_what_a_step_reaches_is_what_its_line_says(inputs: int, outputs: int, kernel: int, bias: bool) -> None:
    traces = (
        trace.depthwise_separable_parameter_count(inputs, outputs, kernel, bias),
        trace.depthwise_separable_macs((inputs, kernel + 3, kernel + 1), outputs, kernel),
        trace.conv2d_macs((inputs, kernel, kernel + 2), outputs, kernel),
    )
    for steps in traces:
        for step in steps:
            if step.value is None or step.key == "output":
                continue
            line = step.latex.replace("{,}", "").replace(r"\times", "*")
            terms = [
                int(np.prod([int(factor) for factor in term.split("*")])) for term in line.split("=")[0].split("+")
            ]
            assert sum(terms) == int(line.split("=")[1]) == step.value


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: trace.linear_parameter_count(0, 1), "in_features must be at least 1"),
        (lambda: trace.linear_macs(1, 0), "out_features must be at least 1"),
        (lambda: trace.conv2d_parameter_count(3, 8, 3, True, 2), "groups must divide"),
        (lambda: trace.conv2d_macs((3, 2, 2), 8, 3), r"height of shape \(3, 2, 2\)"),
        (lambda: trace.conv2d_macs(3, 8, 3), "needs the shape of one example, got 3"),  # type: ignore[arg-type]
        (lambda: trace.conv_transpose2d_macs((3, 2), 8, 3), r"needs the shape \(C, H, W\)"),
        (lambda: trace.depthwise_separable_parameter_count(0, 8, 3), "in_channels must be at least 1"),
        (lambda: trace.depthwise_separable_macs((3, 2, 2), 8, 3), r"height of shape \(3, 2, 2\)"),
        (lambda: trace.batch_norm_parameter_count(0), "channels must be at least 1"),
        (lambda: trace.flatten_size(1, 1, 0), "width must be at least 1"),
    ],
)
def test_a_trace_refuses_what_its_function_refuses(call: Callable[[], Trace], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
