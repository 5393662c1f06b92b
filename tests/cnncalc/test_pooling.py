from __future__ import annotations

import math
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc import global_mean_pool2d, lp_pool2d, max_pool2d, mean_pool2d
from cnncalc.pooling import reduction
from tests.cnncalc.pooling_cases import Arguments, filled, largest, pooled_by_hand, pooling_arguments, windows_by_hand


@given(st.data(), pooling_arguments(), st.sampled_from([np.int8, np.uint8, np.int64]))
def test_max_pooling_of_integers_is_the_maximum_cell_by_cell(
    data: st.DataObject, example: tuple[tuple[int, ...], Arguments], dtype: type[np.integer]
) -> None:
    shape, arguments = example
    bounds = np.iinfo(dtype)
    values = st.sampled_from([int(bounds.min), int(bounds.min) + 1, 0, 5, int(bounds.max)])
    x = filled(data, shape, values, dtype)
    pooled = max_pool2d(x, **arguments)
    assert pooled.dtype == dtype
    assert pooled.ravel().tolist() == pooled_by_hand(x, arguments, lambda values, _: max(values))


@given(st.data(), pooling_arguments(), st.sampled_from([np.float16, np.float32, np.float64]))
def test_max_pooling_of_floats_is_the_maximum_cell_by_cell(
    data: st.DataObject, example: tuple[tuple[int, ...], Arguments], dtype: type[np.floating]
) -> None:
    shape, arguments = example
    x = filled(data, shape, st.sampled_from([-math.inf, -2.5, -1.0, 0.5, 3.0, math.nan]), dtype)
    expected = pooled_by_hand(x, arguments, lambda values, _: values[largest(values)])
    pooled = max_pool2d(x, **arguments)
    assert pooled.dtype == dtype
    np.testing.assert_array_equal(pooled.ravel(), np.array(expected, dtype=dtype))


@given(
    st.data(),
    pooling_arguments(),
    st.sampled_from(
        [
            (np.int8, [-128, 0, 1]),
            (np.uint8, [0, 255]),
            (np.float32, [-math.inf, -1.0, 2.0]),
            (np.float64, [-math.inf, 0.0, 1.0, math.nan]),
        ]
    ),
)
def test_the_indices_name_the_first_maximum_or_the_last_nan(
    data: st.DataObject, example: tuple[tuple[int, ...], Arguments], numbers: tuple[Any, list[float]]
) -> None:
    shape, arguments = example
    x = filled(data, shape, st.sampled_from(numbers[1]), numbers[0])
    pooled, indices = max_pool2d(x, **arguments, return_indices=True)
    np.testing.assert_array_equal(pooled, max_pool2d(x, **arguments))
    assert indices.dtype == np.int64
    assert indices.shape == pooled.shape
    chosen = []
    for image in x.reshape(-1, *shape[-2:]):
        for places, _ in windows_by_hand(shape[-2], shape[-1], arguments):
            row, column = places[largest([image[place] for place in places])]
            chosen.append(row * shape[-1] + column)
    assert indices.ravel().tolist() == chosen


def test_windows_of_nothing_but_minus_infinity_have_indices_in_the_map() -> None:
    # as PyTorch's
    pooled, indices = max_pool2d(np.full((3, 3), -math.inf), 2, stride=1, padding=1, return_indices=True)
    assert (pooled == -math.inf).all()
    assert indices.tolist() == [[0, 0, 1, 2], [0, 0, 1, 2], [3, 3, 4, 5], [6, 6, 7, 8]]
    _, dilated = max_pool2d(np.full((1, 4), -math.inf), (1, 3), 1, (0, 1), (1, 2), return_indices=True)
    assert dilated.tolist() == [[1, 0]]


def test_indices_of_wide_maps_do_not_wrap() -> None:
    x = np.zeros((3, 70_000))
    x[2, 69_999] = 1
    assert max_pool2d(x, (3, 70_000), return_indices=True)[1].tolist() == [[2 * 70_000 + 69_999]]
    assert max_pool2d(x, (3, 300), 100, return_indices=True)[1][0, -1] == 2 * 70_000 + 69_999
    assert max_pool2d(x[:, -100:], (3, 100), return_indices=True)[1].tolist() == [[299]]
    assert max_pool2d(x[2:, -401:], (1, 3), dilation=(1, 200), return_indices=True)[1].tolist() == [[400]]


def test_indices_are_counted_in_every_map_by_itself() -> None:
    x = np.array([[[1, 0], [0, 0]], [[0, 0], [0, 1]]])
    assert max_pool2d(x, 2, return_indices=True)[1].tolist() == [[[0]], [[3]]]


@given(st.data(), pooling_arguments(), st.booleans())
def test_mean_pooling_is_exact_on_demand(
    data: st.DataObject, example: tuple[tuple[int, ...], Arguments], count_include_pad: bool
) -> None:
    shape, arguments = example
    x = filled(data, shape, st.integers(-(2**62), 2**62), np.int64)

    def mean(values: list[int], counted: int) -> Fraction:
        return Fraction(sum(values), counted if count_include_pad else len(values))

    pooled = mean_pool2d(x, **arguments, count_include_pad=count_include_pad, exact=True).ravel().tolist()
    assert pooled == pooled_by_hand(x, arguments, mean)
    assert all(type(value) is Fraction and type(value.numerator) is int for value in pooled)


@given(
    st.data(),
    pooling_arguments(),
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

    def mean(values: list[float], counted: int) -> float:
        return sum(values) / (counted if count_include_pad else len(values))

    pooled = mean_pool2d(x, **arguments, count_include_pad=count_include_pad)
    assert pooled.dtype == (dtype if issubclass(dtype, np.floating) else np.float64)
    tolerance = 4 * float(np.finfo(pooled.dtype.name).eps)
    expected = pooled_by_hand(x, arguments, mean)
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


def test_a_mean_too_large_for_its_type_is_infinite_without_a_warning() -> None:
    assert mean_pool2d([[1.7e308, 1.7e308]], (1, 2)).tolist() == [[math.inf]]


def test_the_mean_of_integers_neither_truncates_nor_overflows() -> None:
    assert mean_pool2d([[0, 1]], (1, 2)).tolist() == [[0.5]]
    assert mean_pool2d(np.full((2, 2), 127, dtype=np.int8), 2).tolist() == [[127.0]]
    assert mean_pool2d(np.full((2, 2), 60000, dtype=np.float16), 2).tolist() == [[60000.0]]


def test_the_mean_of_huge_integers_is_rounded_only_once() -> None:
    assert mean_pool2d([[2**62, 1, -(2**62), 0]], (1, 4)).tolist() == [[0.25]]
    assert mean_pool2d(np.full((2, 2), 2**64 - 1, dtype=np.uint64), 2).tolist() == [[2.0**64]]
    large = 2**53 - 1
    assert mean_pool2d([[large, large, large, -large, -large, -large, 1]], (1, 7)).tolist() == [[1 / 7]]
    assert mean_pool2d([[2**62, 2**62]], (1, 2)).dtype == np.float64


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
    for kernel in (1, 2, (1, 2), (2, 1)):
        results = (max_pool2d(x, kernel), mean_pool2d(x, kernel), max_pool2d(x, kernel, return_indices=True)[0])
        for pooled in (*results, lp_pool2d(x, 1, kernel), lp_pool2d(x, math.inf, kernel)):
            assert not np.shares_memory(pooled, x)
            pooled[...] = -1
    assert x.tolist() == [[0, 1], [2, 3]]


def test_strided_and_foreign_endian_maps_pool_like_any_other() -> None:
    x = np.arange(24).reshape(4, 6)
    turned = x.T[::-1]
    for pool in (max_pool2d, mean_pool2d, partial(lp_pool2d, p=2)):
        assert pool(turned, kernel=2).tolist() == pool(turned.copy(), kernel=2).tolist()
        assert pool(x.astype(">i4"), kernel=2).tolist() == pool(x, kernel=2).tolist()
        assert pool(x.astype(">f8"), kernel=2).tolist() == pool(x.astype(float), kernel=2).tolist()
    assert max_pool2d(turned, 2, return_indices=True)[1].tolist() == [[1, 3], [9, 11], [17, 19]]


def test_maps_in_several_blocks_pool_like_maps_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 7, 7))
    x[1, 1] = math.nan
    arguments: Arguments = {"kernel": 3, "stride": 2, "padding": 1}
    whole = [f(x, **arguments) for f in (max_pool2d, mean_pool2d, partial(lp_pool2d, p=3))]
    monkeypatch.setattr(reduction, "BLOCK_BYTES", 4 * 7 * 7 * 8)
    divided = [f(x, **arguments) for f in (max_pool2d, mean_pool2d, partial(lp_pool2d, p=3))]
    for one, other in zip(whole, divided, strict=True):
        np.testing.assert_array_equal(one, other)
    _, indices = max_pool2d(x, **arguments, return_indices=True)
    for image in np.ndindex(2, 3):
        alone = max_pool2d(x[image], **arguments, return_indices=True)[1]
        np.testing.assert_array_equal(indices[image], alone)


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
    ([[1, 2]], {"kernel": True}, "kernel must be an integer, got True"),
    ([[1, 2]], {"kernel": (1, True)}, "kernel must be an integer, got True"),
    ([[1, 2]], {"stride": 0}, "stride must be at least 1, got 0"),
    ([[1, 2]], {"dilation": 0}, "dilation must be at least 1, got 0"),
    ([[1, 2]], {"dilation": False}, "dilation must be an integer, got False"),
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
    (
        [[1, 2, 3, 4], [5, 6, 7, 8]],
        {"kernel": 2, "padding": 1, "dilation": 3},
        r"height of shape \(2, 4\): a window holds nothing but padding \(kernel 2, dilation 3, padding \(1, 1\)",
    ),
    ([[1, 2]], {"ceil_mode": 1}, "ceil_mode must be True or False, got 1"),
]


@pytest.mark.parametrize("pool", [max_pool2d, mean_pool2d, partial(lp_pool2d, p=2)])
@pytest.mark.parametrize(("x", "arguments", "message"), SHARED_ERRORS)
def test_an_impossible_pooling_is_refused(pool: Any, x: Any, arguments: Arguments, message: str) -> None:
    for kernel in (1, (1, 1), [1, 1]):
        pool([[1, 2]], kernel=kernel)  # what is remembered of a possible one must not let this pass
    with pytest.raises(ValueError, match=message):
        pool(x, **{"kernel": 1, **arguments})


@pytest.mark.parametrize(
    "pool",
    [partial(mean_pool2d, kernel=1), global_mean_pool2d],
)
def test_exact_means_need_integers(pool: Any) -> None:
    with pytest.raises(ValueError, match="exact=True needs integers, got dtype float64"):
        pool([[0.5]], exact=True)
    with pytest.raises(ValueError, match="exact must be True or False, got 1"):
        pool([[1]], exact=1)


def test_flags_must_be_flags() -> None:
    with pytest.raises(ValueError, match="count_include_pad must be True or False, got 2"):
        mean_pool2d([[1]], 1, 1, 0, 1, False, 2)  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(ValueError, match="return_indices must be True or False, got 1"):
        max_pool2d([[1]], 1, return_indices=1)  # type: ignore[call-overload]  # the mistake under test
