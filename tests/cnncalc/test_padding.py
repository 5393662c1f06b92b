from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc import (
    output_size,
    same_output_size,
    same_padding,
    tensorflow_same_padding,
    transposed_output_size,
    valid_output_size,
)

SIZE, KERNEL, STRIDE, DILATION = st.integers(1, 60), st.integers(1, 9), st.integers(1, 5), st.integers(1, 3)


@given(SIZE, KERNEL, DILATION)
def test_symmetric_padding_keeps_the_size_or_does_not_exist(size: int, kernel: int, dilation: int) -> None:
    if dilation * (kernel - 1) % 2:
        with pytest.raises(ValueError, match=r"dilation \* \(kernel - 1\) is even, got .* = "):
            same_padding(kernel, dilation)
    else:
        padding = same_padding(kernel, dilation)
        assert output_size(size, kernel, 1, padding, dilation) == size
        assert tensorflow_same_padding(size, kernel, 1, dilation) == (padding, padding)


@given(SIZE, KERNEL, STRIDE, DILATION)
def test_the_split_padding_is_the_least_that_gives_the_ceiling(
    size: int, kernel: int, stride: int, dilation: int
) -> None:
    before, after = tensorflow_same_padding(size, kernel, stride, dilation)
    assert output_size(size, kernel, stride, (before, after), dilation) == same_output_size(size, stride)
    assert after - before in (0, 1)
    if after:
        less = size + before + after - 1
        assert less <= dilation * (kernel - 1) or (
            output_size(less, kernel, stride, 0, dilation) < same_output_size(size, stride)
        )


def test_published_same_paddings() -> None:
    # the first layers of ResNet-50 and of Inception-v3 as TensorFlow pads them, and the stride of a patch embedding
    assert tensorflow_same_padding(224, 7, stride=2) == (2, 3)
    assert tensorflow_same_padding(112, 3, stride=2) == (0, 1)
    assert tensorflow_same_padding(224, 16, stride=16) == (0, 0)
    assert tensorflow_same_padding(13, 6, stride=5) == (1, 2)


@given(SIZE, KERNEL, STRIDE, DILATION)
def test_without_padding_the_ceiling_rule_is_the_floor_rule(size: int, kernel: int, stride: int, dilation: int) -> None:
    dilated = dilation * (kernel - 1) + 1
    if dilated > size:
        with pytest.raises(ValueError, match="must not be larger"):
            valid_output_size(size, kernel, stride, dilation)
    else:
        assert valid_output_size(size, kernel, stride, dilation) == -(-(size - dilated + 1) // stride)


@given(SIZE, KERNEL, STRIDE, st.tuples(st.integers(0, 3), st.integers(0, 3)), DILATION, st.data())
def test_a_transposed_convolution_gives_back_the_size_that_a_convolution_took(
    size: int, kernel: int, stride: int, padding: tuple[int, int], dilation: int, data: st.DataObject
) -> None:
    output_padding = data.draw(st.integers(0, stride - 1))
    full = (size - 1) * stride + dilation * (kernel - 1) + 1 + output_padding
    if full <= sum(padding):
        with pytest.raises(ValueError, match="padding must leave some of the output"):
            transposed_output_size(size, kernel, stride, padding, output_padding, dilation)
    else:
        larger = transposed_output_size(size, kernel, stride, padding, output_padding, dilation)
        assert output_size(larger, kernel, stride, padding, dilation) == size


def test_published_transposed_sizes() -> None:
    # DCGAN's generator doubles: 1 → 4 → 8; Dumoulin & Visin, figure 4.5 (i = 3, k = 3, s = 2, p = 1 gives 5)
    assert [transposed_output_size(1, 4), transposed_output_size(4, 4, 2, 1)] == [4, 8]
    assert transposed_output_size(3, 3, 2, 1) == 5
    assert transposed_output_size(3, 3, 2, 1, output_padding=1) == 6
    assert transposed_output_size(3, 3, 2, dilation=3) == 11


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: same_padding(0), "kernel must be at least 1"),
        (lambda: same_padding(3, True), "dilation must be an integer"),
        (lambda: tensorflow_same_padding(0, 3), "size must be at least 1"),
        (lambda: tensorflow_same_padding(5, 3, 0), "stride must be at least 1"),
        (lambda: tensorflow_same_padding(5, 3, 1, 0), "dilation must be at least 1"),
        (lambda: same_output_size(5, -1), "stride must be at least 1"),
        (lambda: transposed_output_size(0, 3), "size must be at least 1"),
        (lambda: transposed_output_size(4, 3, 2, 0, 2), "output_padding must be smaller .* got 2 with stride 2"),
        (lambda: transposed_output_size(4, 3, 1, 0, 1), "output_padding must be smaller"),
        (lambda: transposed_output_size(4, 3, 1, 0, -1), "output_padding must be at least 0"),
        (lambda: transposed_output_size(4, 3, 1, -1), "padding must be at least 0"),
        (lambda: transposed_output_size(1, 1, 1, 1), r"padding must leave some of the output: 1 - \(1 \+ 1\)"),
    ],
)
def test_what_cannot_be_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_the_dilation_allows_an_output_padding_too() -> None:
    assert transposed_output_size(4, 3, 1, 0, 1, 2) == 9
