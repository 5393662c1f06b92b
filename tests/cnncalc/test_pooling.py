import math
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from cnncalc import global_mean_pool2d, max_pool2d, mean_pool2d, output_size

Arguments = dict[str, Any]


@st.composite
def pooling_arguments(draw: st.DrawFn, largest_dilation: int) -> tuple[tuple[int, ...], Arguments]:
    def two(strategy: st.SearchStrategy[int]) -> tuple[int, int]:
        return draw(st.tuples(strategy, strategy))

    kernel = two(st.integers(1, 4))
    dilation = two(st.integers(1, largest_dilation))
    padding = tuple(two(st.integers(0, k // 2)) for k in kernel)
    sizes = []
    for k, d, sides in zip(kernel, dilation, padding, strict=True):
        smallest = max(1, d * (k - 1) + 1 - sum(sides))
        sizes.append(draw(st.integers(smallest, smallest + 4)))
    batch = draw(st.sampled_from([(), (2,), (1, 2)]))
    stride = draw(st.one_of(st.none(), st.just(two(st.integers(1, 4)))))
    arguments = {"kernel": kernel, "stride": stride, "padding": padding, "ceil_mode": draw(st.booleans())}
    if largest_dilation > 1:
        arguments["dilation"] = dilation
    return (*batch, *sizes), arguments


def pooled_cell_by_cell(x: NDArray[Any], arguments: Arguments, reduce: Any) -> list[Any]:
    """Call ``reduce(real values, cells of input and padding)`` for every window, in order."""
    (kh, kw), ((top, bottom), (left, right)) = arguments["kernel"], arguments["padding"]
    sh, sw = arguments["stride"] or arguments["kernel"]
    dh, dw = arguments.get("dilation", (1, 1))
    height, width = x.shape[-2:]
    out_h = output_size(height, kh, sh, (top, bottom), dh, arguments["ceil_mode"])
    out_w = output_size(width, kw, sw, (left, right), dw, arguments["ceil_mode"])
    results = []
    for image in x.reshape(-1, height, width).tolist():
        for i in range(out_h):
            for j in range(out_w):
                values, cells = [], 0
                for a in range(kh):
                    for b in range(kw):
                        row, column = i * sh - top + a * dh, j * sw - left + b * dw
                        cells += row < height + bottom and column < width + right
                        if 0 <= row < height and 0 <= column < width:
                            values.append(image[row][column])
                results.append(reduce(values, cells))
    return results


def maximum(values: list[float], cells: int) -> float:
    if not values:
        return math.inf
    return math.nan if any(math.isnan(value) for value in values) else max(values)


def filled(data: st.DataObject, shape: tuple[int, ...], values: st.SearchStrategy[Any], dtype: Any) -> NDArray[Any]:
    count = math.prod(shape)
    return np.array(data.draw(st.lists(values, min_size=count, max_size=count)), dtype=dtype).reshape(shape)


@given(st.data(), pooling_arguments(largest_dilation=3), st.sampled_from([np.int8, np.uint8, np.int64]))
def test_max_pooling_of_integers_is_the_maximum_cell_by_cell(
    data: st.DataObject, example: tuple[tuple[int, ...], Arguments], dtype: type[np.integer]
) -> None:
    shape, arguments = example
    bounds = np.iinfo(dtype)
    values = st.sampled_from([int(bounds.min), int(bounds.min) + 1, 0, 5, int(bounds.max)])
    x = filled(data, shape, values, dtype)
    expected = pooled_cell_by_cell(x, arguments, maximum)
    assume(math.inf not in expected)
    pooled = max_pool2d(x, **arguments)
    assert pooled.dtype == dtype
    assert pooled.ravel().tolist() == expected


@given(st.data(), pooling_arguments(largest_dilation=3), st.sampled_from([np.float16, np.float32, np.float64]))
def test_max_pooling_of_floats_is_the_maximum_cell_by_cell(
    data: st.DataObject, example: tuple[tuple[int, ...], Arguments], dtype: type[np.floating]
) -> None:
    shape, arguments = example
    x = filled(data, shape, st.sampled_from([-math.inf, -2.5, -1.0, 0.5, 3.0, math.nan]), dtype)
    expected = pooled_cell_by_cell(x, arguments, maximum)
    assume(math.inf not in expected)
    pooled = max_pool2d(x, **arguments)
    assert pooled.dtype == dtype
    np.testing.assert_array_equal(pooled.ravel(), np.array(expected, dtype=dtype))


@given(st.data(), pooling_arguments(largest_dilation=1), st.booleans())
def test_mean_pooling_is_exact_on_demand(
    data: st.DataObject, example: tuple[tuple[int, ...], Arguments], count_include_pad: bool
) -> None:
    shape, arguments = example
    x = filled(data, shape, st.integers(-(2**62), 2**62), np.int64)

    def mean(values: list[int], cells: int) -> Fraction:
        return Fraction(sum(values), cells if count_include_pad else len(values))

    pooled = mean_pool2d(x, **arguments, count_include_pad=count_include_pad, exact=True).ravel().tolist()
    assert pooled == pooled_cell_by_cell(x, arguments, mean)
    assert all(type(value) is Fraction and type(value.numerator) is int for value in pooled)


@given(
    st.data(),
    pooling_arguments(largest_dilation=1),
    st.booleans(),
    st.sampled_from([np.int8, np.uint8, np.int64, np.float16, np.float32, np.float64]),
)
def test_mean_pooling_is_the_mean_cell_by_cell(
    data: st.DataObject,
    example: tuple[tuple[int, ...], Arguments],
    count_include_pad: bool,
    dtype: type[np.integer | np.floating],
) -> None:
    shape, arguments = example
    x = filled(data, shape, st.integers(0, 127), dtype)

    def mean(values: list[float], cells: int) -> float:
        return sum(values) / (cells if count_include_pad else len(values))

    pooled = mean_pool2d(x, **arguments, count_include_pad=count_include_pad)
    assert pooled.dtype == (dtype if issubclass(dtype, np.floating) else np.float64)
    tolerance = 4 * float(np.finfo(pooled.dtype.name).eps)
    expected = pooled_cell_by_cell(x, arguments, mean)
    np.testing.assert_allclose(pooled.ravel().astype(float), expected, rtol=tolerance)


def test_padding_never_wins_over_the_smallest_integer() -> None:
    x = np.full((2, 2), -128, dtype=np.int8)
    assert max_pool2d(x, 2, stride=1, padding=1).tolist() == [[-128] * 3] * 3


def test_nan_wins_every_maximum_and_every_mean() -> None:
    x = [[math.nan, 1.0, 2.0, 3.0]]
    np.testing.assert_array_equal(max_pool2d(x, (1, 2)), [[math.nan, 3.0]])
    np.testing.assert_array_equal(mean_pool2d(x, (1, 2)), [[math.nan, 2.5]])


def test_the_mean_of_opposite_infinities_is_nan_without_a_warning() -> None:
    x = [[math.inf, -math.inf, math.inf, 1.0]]
    np.testing.assert_array_equal(mean_pool2d(x, (1, 2)), [[math.nan, math.inf]])
    assert math.isnan(global_mean_pool2d(x).item())


def test_the_mean_of_integers_neither_truncates_nor_overflows() -> None:
    assert mean_pool2d([[0, 1]], (1, 2)).tolist() == [[0.5]]
    assert mean_pool2d(np.full((2, 2), 127, dtype=np.int8), 2).tolist() == [[127.0]]
    assert mean_pool2d(np.full((2, 2), 60000, dtype=np.float16), 2).tolist() == [[60000.0]]


def test_padding_counts_in_the_mean_but_the_ceil_overhang_does_not() -> None:
    ones = np.ones((1, 4), dtype=int)
    arguments: Arguments = {
        "kernel": (1, 3),
        "stride": 2,
        "padding": (0, 1),
        "ceil_mode": True,
        "exact": True,
    }
    assert mean_pool2d(ones, **arguments).tolist() == [[Fraction(2, 3), 1, Fraction(1, 2)]]
    assert mean_pool2d(ones, **arguments, count_include_pad=False).tolist() == [[1, 1, 1]]


def test_pooling_leaves_its_input_alone_and_shares_no_memory_with_it() -> None:
    x = np.arange(4.0).reshape(2, 2)
    for pooled in (max_pool2d(x, 1), mean_pool2d(x, 1), max_pool2d(x, 2), mean_pool2d(x, 2)):
        assert not np.shares_memory(pooled, x)
    assert x.tolist() == [[0, 1], [2, 3]]


def test_strided_and_foreign_endian_maps_pool_like_any_other() -> None:
    x = np.arange(24).reshape(4, 6)
    assert max_pool2d(x.T[::-1], 2).tolist() == max_pool2d(x.T[::-1].copy(), 2).tolist()
    assert max_pool2d(x.astype(">i4"), 2).tolist() == max_pool2d(x, 2).tolist()
    assert mean_pool2d(x.astype(">f4"), 2).tolist() == mean_pool2d(x, 2).tolist()


@given(st.data(), st.sampled_from([(1, 1), (3, 4), (2, 3, 2), (2, 1, 2, 2)]))
def test_the_global_mean_is_mean_pooling_with_one_window(data: st.DataObject, shape: tuple[int, ...]) -> None:
    x = filled(data, shape, st.integers(-100, 100), np.int64)
    window = (shape[-2], shape[-1])
    exact = global_mean_pool2d(x, exact=True)
    assert exact.shape == shape[:-2]
    assert exact.tolist() == mean_pool2d(x, window, exact=True)[..., 0, 0].tolist()
    np.testing.assert_allclose(global_mean_pool2d(x).astype(float), exact.astype(float), rtol=1e-15)


def test_the_global_mean_keeps_floating_types() -> None:
    assert global_mean_pool2d(np.ones((2, 3, 3), dtype=np.float32)).dtype == np.float32
    assert global_mean_pool2d(np.full((9, 9), 60000, dtype=np.float16)).item() == 60000


SHARED_ERRORS = [
    ([[1, 2], [3]], {}, "x must be a rectangular array"),
    ([[True]], {}, "got dtype bool"),
    ([[1j]], {}, "got dtype complex128"),
    ([["1"]], {}, "got dtype <U1"),
    ([[Fraction(1, 2)]], {}, "got dtype object"),
    ([1, 2], {}, r"x must have the shape \(\.\.\., H, W\), got shape \(2,\)"),
    (np.zeros((2, 0, 3)), {}, r"x must not have an empty axis, got shape \(2, 0, 3\)"),
    ([[1, 2]], {"kernel": 2}, r"height of shape \(1, 2\): the dilated kernel .* = 2 > .* = 1"),
    ([[1, 2]], {"kernel": 0}, "kernel must be at least 1, got 0"),
    ([[1, 2]], {"stride": 0}, "stride must be at least 1, got 0"),
    (
        [[1, 2]],
        {"padding": 1},
        r"height of shape \(1, 2\): padding \(1, 1\) must not be larger than half the kernel 1",
    ),
    (
        [[1, 2]],
        {"kernel": (1, 3), "padding": (0, (0, 2))},
        r"width .* padding \(0, 2\) must not be .* kernel 3",
    ),
    ([[1, 2]], {"ceil_mode": 1}, "ceil_mode must be True or False, got 1"),
]


@pytest.mark.parametrize("pool", [max_pool2d, mean_pool2d])
@pytest.mark.parametrize(("x", "arguments", "message"), SHARED_ERRORS)
def test_an_impossible_pooling_is_refused(pool: Any, x: Any, arguments: Arguments, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pool(x, **{"kernel": 1, **arguments})


def test_a_dilated_window_of_nothing_but_padding_is_refused() -> None:
    message = r"height of shape \(2, 4\): a window holds nothing but padding \(kernel 2, dilation 3, padding"
    with pytest.raises(ValueError, match=message):
        max_pool2d([[1, 2, 3, 4], [5, 6, 7, 8]], kernel=2, padding=1, dilation=3)


@pytest.mark.parametrize(
    "pool",
    [partial(mean_pool2d, kernel=1), global_mean_pool2d],
)
def test_exact_means_need_integers(pool: Any) -> None:
    with pytest.raises(ValueError, match="exact=True needs integers, got dtype float64"):
        pool([[0.5]], exact=True)
    with pytest.raises(ValueError, match="exact must be True or False, got 1"):
        pool([[1]], exact=1)


def test_count_include_pad_must_be_a_flag() -> None:
    with pytest.raises(ValueError, match="count_include_pad must be True or False, got 2"):
        mean_pool2d([[1]], 1, 1, 0, False, 2)  # type: ignore[arg-type]  # the mistake under test


@pytest.mark.parametrize("x", [[1, 2], [[]], [[True]]])
def test_the_global_mean_refuses_what_is_no_map(x: Any) -> None:
    with pytest.raises(ValueError, match="x must"):
        global_mean_pool2d(x)
