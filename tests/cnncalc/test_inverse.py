from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc import kernels_giving, output_size, paddings_giving, strides_giving

SIZE, KERNEL, STRIDE, DILATION = st.integers(1, 20), st.integers(1, 8), st.integers(1, 7), st.integers(1, 3)
PADDING = st.tuples(st.integers(0, 4), st.integers(0, 4))


def fits(output: int, size: int, kernel: int, stride: int, padding: Any, dilation: int) -> bool:
    try:
        return output_size(size, kernel, stride, padding, dilation) == output
    except ValueError:
        return False


@given(st.integers(1, 12), SIZE, KERNEL, STRIDE, DILATION)
def test_the_paddings_are_those_that_give_the_output(
    output: int, size: int, kernel: int, stride: int, dilation: int
) -> None:
    tried = {p for p in range(120) if fits(output, size, kernel, stride, p, dilation)}
    assert paddings_giving(output, size, kernel, stride, dilation) == tried


@given(st.integers(1, 12), SIZE, KERNEL, PADDING, DILATION)
def test_the_strides_are_those_up_to_the_padded_input_that_give_the_output(
    output: int, size: int, kernel: int, padding: tuple[int, int], dilation: int
) -> None:
    tried = {s for s in range(1, size + sum(padding) + 1) if fits(output, size, kernel, s, padding, dilation)}
    assert strides_giving(output, size, kernel, padding, dilation) == tried


@given(st.integers(1, 12), SIZE, STRIDE, PADDING, DILATION)
def test_the_kernels_are_those_that_give_the_output(
    output: int, size: int, stride: int, padding: tuple[int, int], dilation: int
) -> None:
    tried = {k for k in range(1, 60) if fits(output, size, k, stride, padding, dilation)}
    assert kernels_giving(output, size, stride, padding, dilation) == tried


@pytest.mark.parametrize(
    "call",
    [
        lambda: paddings_giving(0, 5, 3),
        lambda: paddings_giving(2, 5, 3, stride=0),
        lambda: paddings_giving(2, 5, 3, dilation=True),
        lambda: strides_giving(2, 5, 3, padding=-1),
        lambda: strides_giving(2, 5, 2.0),  # type: ignore[arg-type]  # what a caller without types may pass
        lambda: kernels_giving(2, 0),
        lambda: kernels_giving(2, 5, padding=(1, 2, 3)),  # type: ignore[arg-type]  # the same
    ],
)
def test_what_is_no_size_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"must be (at least|an integer)"):
        call()
