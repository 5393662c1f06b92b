from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc import (
    adaptive_max_pool2d,
    adaptive_mean_pool2d,
    global_max_pool2d,
    global_mean_pool2d,
    max_pool2d,
    mean_pool2d,
)
from cnncalc.pooling import adaptive_windows
from tests.cnncalc.pooling_cases import filled, largest

SHAPES = st.tuples(st.integers(1, 7), st.integers(1, 7))
BATCHES = st.sampled_from([(), (2,), (1, 3)])


def places_by_hand(size: int, output: int) -> list[list[int]]:
    """Give every position to the windows whose share of the axis touches it."""
    return [
        [place for place in range(size) if place * output < (i + 1) * size and (place + 1) * output > i * size]
        for i in range(output)
    ]


@given(st.integers(1, 40), st.integers(1, 40))
def test_adaptive_windows_hold_every_cell_that_their_share_touches(size: int, output: int) -> None:
    windows = [list(range(cells.start, cells.stop)) for cells in adaptive_windows(size, output)]
    assert windows == places_by_hand(size, output)


@given(st.data(), BATCHES, SHAPES, SHAPES)
def test_adaptive_means_are_the_means_of_their_windows(
    data: st.DataObject, batch: tuple[int, ...], shape: tuple[int, int], output: tuple[int, int]
) -> None:
    x = filled(data, (*batch, *shape), st.integers(-9, 9), np.int64)
    rows, columns = (places_by_hand(size, out) for size, out in zip(shape, output, strict=True))
    exact = [
        Fraction(int(image[np.ix_(tall, wide)].sum()), len(tall) * len(wide))
        for image in x.reshape(-1, *shape)
        for tall in rows
        for wide in columns
    ]
    pooled = adaptive_mean_pool2d(x, output, exact=True)
    assert pooled.shape == (*batch, *output)
    assert pooled.ravel().tolist() == exact
    floats = adaptive_mean_pool2d(x, output).astype(float)
    np.testing.assert_allclose(floats.ravel(), [float(mean) for mean in exact], rtol=1e-15)


@given(
    st.data(),
    BATCHES,
    SHAPES,
    SHAPES,
    st.sampled_from([(np.int8, [-128, 0, 1]), (np.float32, [-math.inf, 0.0, 1.0, math.nan])]),
)
def test_adaptive_maxima_and_their_indices_are_those_of_their_windows(
    data: st.DataObject,
    batch: tuple[int, ...],
    shape: tuple[int, int],
    output: tuple[int, int],
    numbers: tuple[Any, list[float]],
) -> None:
    x = filled(data, (*batch, *shape), st.sampled_from(numbers[1]), numbers[0])
    rows, columns = (places_by_hand(size, out) for size, out in zip(shape, output, strict=True))
    chosen = []
    for image in x.reshape(-1, *shape):
        for tall in rows:
            for wide in columns:
                places = [(row, column) for row in tall for column in wide]
                row, column = places[largest([image[place] for place in places])]
                chosen.append(row * shape[1] + column)
    pooled, indices = adaptive_max_pool2d(x, output, return_indices=True)
    assert indices.shape == (*batch, *output)
    assert indices.dtype == np.int64
    assert indices.ravel().tolist() == chosen
    assert pooled.dtype == numbers[0]
    np.testing.assert_array_equal(pooled, adaptive_max_pool2d(x, output))
    by_index = np.take_along_axis(x.reshape(*batch, -1), indices.reshape(*batch, -1), axis=-1)
    np.testing.assert_array_equal(pooled.reshape(*batch, -1), by_index)


@given(st.data(), st.integers(1, 4), st.integers(1, 4))
def test_where_sizes_divide_adaptive_pooling_is_ordinary_pooling(data: st.DataObject, output: int, kernel: int) -> None:
    x = filled(data, (output * kernel, output * kernel), st.integers(-9, 9), np.int64)
    assert adaptive_mean_pool2d(x, output, exact=True).tolist() == mean_pool2d(x, kernel, exact=True).tolist()
    assert adaptive_max_pool2d(x, output).tolist() == max_pool2d(x, kernel).tolist()


@given(st.data(), st.sampled_from([(1, 1), (3, 4), (2, 3, 2), (2, 1, 2, 2)]))
def test_global_pooling_is_pooling_with_one_window(data: st.DataObject, shape: tuple[int, ...]) -> None:
    x = filled(data, shape, st.integers(-100, 100), np.int64)
    window = (shape[-2], shape[-1])
    exact = global_mean_pool2d(x, exact=True)
    assert exact.shape == shape[:-2]
    assert exact.tolist() == mean_pool2d(x, window, exact=True)[..., 0, 0].tolist()
    assert exact.tolist() == adaptive_mean_pool2d(x, 1, exact=True)[..., 0, 0].tolist()
    np.testing.assert_allclose(global_mean_pool2d(x).astype(float), exact.astype(float), rtol=1e-15)
    maxima = global_max_pool2d(x)
    assert maxima.shape == shape[:-2]
    assert maxima.tolist() == max_pool2d(x, window)[..., 0, 0].tolist()


def test_types_are_kept_and_narrow_ones_do_not_overflow() -> None:
    assert global_mean_pool2d(np.ones((2, 3, 3), dtype=np.float32)).dtype == np.float32
    assert global_max_pool2d(np.ones((2, 3, 3), dtype=np.int8)).dtype == np.int8
    assert adaptive_max_pool2d(np.ones((3, 3), dtype=np.uint8), 2).dtype == np.uint8
    huge = np.full((9, 9), 60000, dtype=np.float16)
    assert global_mean_pool2d(huge).item() == 60000
    assert adaptive_mean_pool2d(huge, (1, 2)).tolist() == [[60000, 60000]]
    assert adaptive_mean_pool2d(huge, 2).dtype == np.float16


def test_the_means_of_huge_integers_are_rounded_only_once() -> None:
    x = [[2**62, 1, -(2**62), 0]]
    assert global_mean_pool2d(x).tolist() == 0.25
    assert adaptive_mean_pool2d(x, 1).tolist() == [[0.25]]


def test_infinities_and_nan_pass_through_without_a_warning() -> None:
    x = [[math.inf, -math.inf, 1.0, math.nan]]
    assert math.isnan(global_mean_pool2d([[math.inf, -math.inf]]).item())
    assert math.isnan(global_max_pool2d(x).item())
    np.testing.assert_array_equal(adaptive_mean_pool2d(x, (1, 2)), [[math.nan, math.nan]])
    np.testing.assert_array_equal(adaptive_max_pool2d(x, (1, 2)), [[math.inf, math.nan]])
    assert global_mean_pool2d([[1.7e308, 1.7e308]]).item() == math.inf


def test_results_share_no_memory_with_the_map() -> None:
    x = np.arange(4.0).reshape(2, 2)
    for pooled in (adaptive_max_pool2d(x, 2), adaptive_mean_pool2d(x, 2), global_max_pool2d(x[:1, :1])):
        assert not np.shares_memory(pooled, x)


POOLINGS = [
    global_mean_pool2d,
    global_max_pool2d,
    lambda x: adaptive_mean_pool2d(x, 1),
    lambda x: adaptive_max_pool2d(x, 1),
]


@pytest.mark.parametrize("pool", POOLINGS)
@pytest.mark.parametrize("x", [[1, 2], [[]], [[True]], [[1, 2], [3]]])
def test_what_is_no_map_is_refused(pool: Any, x: Any) -> None:
    with pytest.raises(ValueError, match="x must"):
        pool(x)


@pytest.mark.parametrize("pool", [adaptive_mean_pool2d, adaptive_max_pool2d])
@pytest.mark.parametrize(
    ("output", "message"),
    [
        (0, "output must be at least 1, got 0"),
        ((1, -1), "output must be at least 1, got -1"),
        (True, "output must be an integer, got True"),
        (1.5, "output must be an integer, got 1.5"),
        (None, "output must be an integer, got None"),
        ((1, 2, 3), "output must be an integer or a pair"),
    ],
)
def test_an_impossible_output_is_refused(pool: Any, output: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pool([[1, 2]], output)


def test_flags_and_exactness_are_checked() -> None:
    with pytest.raises(ValueError, match="return_indices must be True or False, got 1"):
        adaptive_max_pool2d([[1]], 1, return_indices=1)  # type: ignore[call-overload]  # the mistake under test
    with pytest.raises(ValueError, match="exact=True needs integers, got dtype float64"):
        adaptive_mean_pool2d([[0.5]], 1, exact=True)
