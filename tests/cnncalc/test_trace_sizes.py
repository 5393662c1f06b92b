"""The steps of paddings, of sizes other than the plain output size, of receptive fields and of inverse problems."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import cnncalc
from cnncalc import trace
from cnncalc.trace import Trace

SIZE, KERNEL, STRIDE, DILATION = st.integers(1, 40), st.integers(1, 7), st.integers(1, 5), st.integers(1, 3)
PADDING = st.one_of(st.integers(0, 3), st.tuples(st.integers(0, 3), st.integers(0, 3)))
STAGE = st.tuples(KERNEL, STRIDE, PADDING, DILATION)

CALLS: dict[str, st.SearchStrategy[tuple[Any, ...]]] = {
    "valid_output_size": st.tuples(SIZE, KERNEL, STRIDE, DILATION),
    "same_output_size": st.tuples(SIZE, STRIDE),
    "same_padding": st.tuples(KERNEL, DILATION),
    "tensorflow_same_padding": st.tuples(SIZE, KERNEL, STRIDE, DILATION),
    "transposed_output_size": st.tuples(SIZE, KERNEL, STRIDE, PADDING, st.integers(0, 2), DILATION),
    "receptive_field": st.tuples(st.lists(STAGE, min_size=1, max_size=12)),
    "receptive_fields": st.tuples(st.lists(STAGE, min_size=1, max_size=12)),
    "paddings_giving": st.tuples(st.integers(1, 20), SIZE, KERNEL, STRIDE, DILATION),
    "strides_giving": st.tuples(st.integers(1, 20), SIZE, KERNEL, PADDING, DILATION),
    "kernels_giving": st.tuples(st.integers(1, 20), SIZE, STRIDE, PADDING, DILATION),
}


def lines(steps: Trace) -> list[str]:
    return [step.latex for step in steps]


def outcome(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ValueError as reason:
        return str(reason)


@pytest.mark.parametrize("name", CALLS)
@given(data=st.data())
def test_the_last_step_is_what_the_function_returns_or_both_refuse(name: str, data: st.DataObject) -> None:
    arguments = data.draw(CALLS[name])
    plain: Callable[..., Any] = getattr(cnncalc, name)
    traced: Callable[..., Trace] = getattr(trace, name)
    assert outcome(lambda: traced(*arguments)[-1].value) == outcome(lambda: plain(*arguments))


@given(SIZE, KERNEL, STRIDE, DILATION)
def test_the_ceiling_is_taken_only_of_what_does_not_divide(size: int, kernel: int, stride: int, dilation: int) -> None:
    assume(dilation * (kernel - 1) < size)
    steps = {step.key: step.value for step in trace.valid_output_size(size, kernel, stride, dilation)}
    quotient = Fraction(size - dilation * (kernel - 1), stride)
    assert steps["division"] == quotient
    assert ("rounding" in steps) == (quotient.denominator > 1)
    assert steps.get("rounding", quotient) == steps["result"]


def test_dilation_and_unequal_sides_are_written_out() -> None:
    assert lines(trace.transposed_output_size(4, 3, 2, (1, 0), 0, 2)) == [
        "O = (I - 1) S - P_1 - P_2 + (D(F - 1) + 1)",
        r"O = (4 - 1) \cdot 2 - 1 - 0 + (2 \cdot (3 - 1) + 1)",
        "O = 6 - 1 + 5 = 10",
    ]
    assert lines(trace.same_padding(3, 2)) == [
        r"P = \frac{D(F - 1)}{2}",
        r"P = \frac{2 \cdot (3 - 1)}{2}",
        r"P = \frac{4}{2} = 2",
    ]
    assert lines(trace.tensorflow_same_padding(13, 3, 1, 2))[1:3] == [
        r"P = \max((O - 1) S + (D(F - 1) + 1) - I, 0)",
        r"P = \max(12 \cdot 1 + (2 \cdot (3 - 1) + 1) - 13, 0)",
    ]


def test_dilated_layers_of_a_stack_show_their_dilation() -> None:
    assert lines(trace.receptive_field([(3, 1, 2, 2), (2, 2)])) == [
        r"R_n = R_{n-1} + D_n(F_n - 1) J_{n-1}, \quad J_n = J_{n-1} S_n, \quad A_n = A_{n-1} - P_n J_{n-1}",
        r"R_1 = 1 + 2 \cdot (3 - 1) \cdot 1 = 5, \quad J_1 = 1 \cdot 1 = 1, \quad A_1 = 0 - 2 \cdot 1 = -2",
        r"R_2 = 5 + 1 \cdot (2 - 1) \cdot 1 = 6, \quad J_2 = 1 \cdot 2 = 2, \quad A_2 = -2 - 0 \cdot 1 = -2",
        r"R = 6, \quad J = 2, \quad A = -2",
    ]


def test_sets_are_listed_shortened_or_empty() -> None:
    assert trace.strides_giving(1, 10, 2)[-1].latex == r"S \in \{9, 10\}"
    assert trace.strides_giving(1, 10, 8)[-2].latex == "2 < S"
    assert trace.strides_giving(1, 10, 8)[-1].latex == r"S \in \{3, 4, \ldots, 10\}"
    assert trace.strides_giving(3, 2, 5)[-2:] == (
        trace.Step("substitution", r"2 + 2 \cdot 0 - 5 = -3 < 0"),
        trace.Step("result", r"S \in \emptyset", frozenset()),
    )


def test_a_dilated_kernel_is_sought_inside_its_extent() -> None:
    assert lines(trace.kernels_giving(3, 9, 2, 0, 2)) == [
        r"O = \left\lfloor \frac{I + 2P - (D(F - 1) + 1)}{S} \right\rfloor + 1",
        r"I + 2P - O S < D(F - 1) + 1 \le I + 2P - (O - 1) S",
        r"9 + 2 \cdot 0 - 3 \cdot 2 < 2 (F - 1) + 1 \le 9 + 2 \cdot 0 - 2 \cdot 2",
        r"3 < 2 (F - 1) + 1 \le 5",
        r"F \in \{3\}",
    ]
