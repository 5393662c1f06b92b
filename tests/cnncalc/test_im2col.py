from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from cnncalc import col2im, im2col, im2col_expansion, im2col_shape, output_size, sliding_windows
from tests.cnncalc.convolutions import Convolution, convolutions


@given(convolutions())
def test_every_column_is_a_window_in_the_order_of_examples_rows_and_columns(example: Convolution) -> None:
    kernel = example.w.shape[2:]
    windows = sliding_windows(example.x, kernel, **example.windows)
    expected = [
        windows[n, :, row, column].ravel().tolist()
        for n in range(len(example.x))
        for row in range(windows.shape[2])
        for column in range(windows.shape[3])
    ]
    assert im2col(example.x, kernel, **example.windows).T.tolist() == expected
    assert im2col(example.x, kernel, **example.windows, windows_as="rows").tolist() == expected
    assert im2col(example.x[0], kernel, **example.windows).T.tolist() == expected[: len(expected) // len(example.x)]


@given(convolutions())
def test_the_shape_is_known_without_the_matrix(example: Convolution) -> None:
    shape, kernel = example.x.shape, example.w.shape[2:]
    matrix = im2col(example.x, kernel, **example.windows)
    assert im2col_shape(shape, kernel, **example.windows) == matrix.shape
    assert im2col_shape(shape, kernel, **example.windows, windows_as="rows") == matrix.T.shape
    assert im2col_expansion(shape, kernel, **example.windows) == Fraction(matrix.size, example.x.size)


@given(convolutions())
def test_col2im_is_the_adjoint_of_im2col(example: Convolution) -> None:
    shape, kernel = example.x.shape, example.w.shape[2:]
    matrix = im2col(example.x, kernel, **example.windows)
    for col in (matrix, np.arange(matrix.size).reshape(matrix.shape)):
        maps = col2im(col, shape, kernel, **example.windows)
        assert maps.shape == shape
        assert (maps * example.x).sum() == (col * matrix).sum()
        assert (maps == col2im(col.T, shape, kernel, **example.windows, windows_as="rows")).all()


@given(convolutions())
def test_folding_back_multiplies_every_cell_by_the_number_of_its_windows(example: Convolution) -> None:
    shape, kernel = example.x.shape, example.w.shape[2:]
    counts = col2im(im2col(np.ones(shape, dtype=int), kernel, **example.windows), shape, kernel, **example.windows)
    folded = col2im(im2col(example.x, kernel, **example.windows), shape, kernel, **example.windows)
    assert (folded == counts * example.x).all()


def test_both_layouts_of_a_map_with_two_channels() -> None:
    x = [[[1, 2, 3], [4, 5, 6]], [[10, 20, 30], [40, 50, 60]]]
    rows = [[1, 2, 4, 5, 10, 20, 40, 50], [2, 3, 5, 6, 20, 30, 50, 60]]
    assert im2col(x, 2, windows_as="rows").tolist() == rows
    assert im2col(x, 2, 1, 0, 1, "columns").tolist() == [list(column) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int64, np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1, 2, 5, 4), (3, 20, 30, 31)])
def test_im2col_keeps_the_type_and_copies(dtype: Any, shape: tuple[int, ...]) -> None:
    x = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    for padding in (0, 2):
        matrix = im2col(x, (3, 2), padding=padding)
        assert matrix.dtype == dtype
        assert not np.shares_memory(matrix, x)
        out_h, out_w = output_size(shape[2], 3, padding=padding), output_size(shape[3], 2, padding=padding)
        windows = sliding_windows(x, (3, 2), padding=padding).transpose(1, 4, 5, 0, 2, 3)
        assert (matrix == windows.reshape(shape[1] * 6, shape[0] * out_h * out_w)).all()


def test_one_pixel_windows_are_no_view_of_the_input() -> None:
    x = np.ones((3, 60, 60))
    assert not np.shares_memory(im2col(x, 1), x)


def test_integers_are_summed_in_int64_and_float16_in_float32() -> None:
    ones = np.full((4, 4), 100, dtype=np.int8)
    assert col2im(ones, (1, 3, 3), 2).tolist() == [[[100, 200, 100], [200, 400, 200], [100, 200, 100]]]
    assert col2im(ones, (1, 3, 3), 2).dtype == np.int64
    exact = col2im(np.full((4, 4), 2**61 - 1), (1, 3, 3), 2)
    assert exact[0, 1, 1] == 4 * (2**61 - 1)
    with pytest.raises(ValueError, match="a sum could be as large as 9223372036854775808, which int64 does not hold"):
        col2im(np.full((4, 4), 2**61), (1, 3, 3), 2)
    halves = col2im(np.array([[1], [1], [1], [1]], dtype=np.float16).repeat(4, axis=1) * 2048, (1, 3, 3), 2)
    assert halves.dtype == np.float16
    large = np.array([[60000, 60000], [60000, -60000]], dtype=np.float16)
    assert col2im(large, (1, 1, 3), (1, 2)).tolist() == [[[60000, np.inf, -60000]]]


def test_large_matrices_are_folded_in_bands() -> None:
    x = np.arange(2 * 32 * 64 * 64).reshape(2, 32, 64, 64) % 23
    folded = col2im(im2col(x, 3, padding=1), x.shape, 3, padding=1)
    counts = np.multiply.outer(*[np.array([2, *[3] * 62, 2])] * 2)
    assert (folded == x * counts).all()


def test_the_expansion_approaches_the_size_of_the_kernel() -> None:
    assert im2col_expansion((3, 100, 100), 3) == Fraction(9 * 98 * 98, 100 * 100)
    assert im2col_expansion((8, 3, 4, 4), 2, 2) == 1


def test_nan_and_infinities_pass_through() -> None:
    matrix = im2col([[[np.nan, np.inf, 1]]], (1, 2))
    assert np.isnan(matrix[0, 0])
    assert matrix[1].tolist() == [np.inf, 1]
    assert np.isnan(col2im([[1, np.inf], [-np.inf, 1]], (1, 1, 3), (1, 2))[0, 0, 1])


@pytest.mark.parametrize(
    ("x", "arguments", "message"),
    [
        (np.ones((3, 3)), {}, r"x must have the shape \(C, H, W\) or \(N, C, H, W\), got shape \(3, 3\)"),
        (np.ones((1, 0, 3)), {}, "x must not have an empty axis"),
        (np.ones((1, 3, 3), dtype=bool), {}, "x must hold integers or floating-point numbers, got dtype bool"),
        ([[[1, 2], [3]]], {}, "x must be a rectangular array"),
        (np.ones((1, 1, 3)), {}, r"height of shape \(1, 1, 3\): the dilated kernel .* 2 > .* 1"),
        (np.ones((1, 3, 3)), {"stride": 0}, "stride must be at least 1"),
        (np.ones((1, 3, 3)), {"dilation": True}, "dilation must be an integer, got True"),
        (np.ones((1, 3, 3)), {"windows_as": "cols"}, 'windows_as must be "columns" or "rows", got \'cols\''),
        (np.ones((1, 3, 3)), {"windows_as": ["rows"]}, "windows_as must be"),
    ],
)
def test_an_impossible_im2col_is_refused(x: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        im2col(x, **{"kernel": 2, **arguments})


@pytest.mark.parametrize(
    ("col", "input_shape", "arguments", "message"),
    [
        (
            np.ones((4, 3)),
            (1, 3, 3),
            {},
            r"col must have the shape \(4, 4\) for input_shape \(1, 3, 3\), got shape \(4, 3\)",
        ),
        (np.ones((4, 2)), (1, 2, 3), {"windows_as": "rows"}, r"col must have the shape \(2, 4\)"),
        (np.ones(16), (1, 3, 3), {}, "col must have the shape"),
        ([[True]], (1, 3, 3), {}, "col must hold integers or floating-point numbers"),
        (np.ones((4, 4)), (3, 3), {}, r"input_shape must be \(C, H, W\) or \(N, C, H, W\), got \(3, 3\)"),
        (np.ones((4, 4)), 9, {}, "input_shape must be"),
        (np.ones((4, 4)), (1, 3, 0), {}, r"an axis of input_shape \(1, 3, 0\) must be at least 1"),
        (np.ones((4, 4)), (1, 3, True), {}, "must be an integer, got True"),
        (np.ones((4, 4)), (1, 1, 3), {}, "the dilated kernel must not be larger"),
    ],
)
def test_an_impossible_col2im_is_refused(col: Any, input_shape: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        col2im(col, input_shape, 2, **arguments)


def test_an_impossible_shape_is_refused() -> None:
    for function in (im2col_shape, im2col_expansion):
        with pytest.raises(ValueError, match="the dilated kernel must not be larger"):
            function((1, 3, 3), 4)
        with pytest.raises(ValueError, match="input_shape must be"):
            function((3,), 1)
    with pytest.raises(ValueError, match="windows_as must be"):
        im2col_shape((1, 3, 3), 1, windows_as="row")  # type: ignore[arg-type]  # what the annotation forbids
