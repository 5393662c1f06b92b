from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import cnncalc
from cnncalc import (
    adaptive_max_pool2d,
    adaptive_max_pool2d_backward,
    adaptive_mean_pool2d,
    adaptive_mean_pool2d_backward,
    global_max_pool2d,
    global_max_pool2d_backward,
    global_mean_pool2d,
    global_mean_pool2d_backward,
    lp_pool2d,
    lp_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
    mean_pool2d,
    mean_pool2d_backward,
)
from tests.cnncalc.pooling_cases import Arguments, filled, largest, pooling_arguments, windows_by_hand

MAPS = st.tuples(st.sampled_from([(), (2,), (1, 2)]), st.integers(1, 6), st.integers(1, 6))


def gradient_by_hand(
    dy: NDArray[Any], x: NDArray[Any], arguments: Arguments, shares: Callable[[list[Any], int], list[Any]]
) -> list[Any]:
    """Add ``dy`` times ``shares(values, counted)`` to the cells of every window, in a plain loop."""
    height, width = x.shape[-2:]
    windows = windows_by_hand(height, width, arguments)
    gradients = []
    for image, outputs in zip(x.reshape(-1, height, width).tolist(), dy.reshape(-1, len(windows)), strict=True):
        gradient = [[0] * width for _ in range(height)]
        for (places, counted), output in zip(windows, outputs.tolist(), strict=True):
            parts = shares([image[row][column] for row, column in places], counted)
            for (row, column), part in zip(places, parts, strict=True):
                gradient[row][column] += output * part
        gradients += gradient
    return [value for row in gradients for value in row]


def slope(pool: Callable[[NDArray[Any]], NDArray[Any]], x: NDArray[Any], dy: NDArray[Any]) -> NDArray[Any]:
    """Return the gradient of ``(dy * pool(x)).sum()`` by finite differences."""
    gradient = np.empty(x.shape)
    for cell in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[cell] = 1e-6
        gradient[cell] = (dy * (pool(x + step) - pool(x - step))).sum() / 2e-6
    return gradient


@given(st.data(), pooling_arguments(), st.sampled_from([np.int64, np.float64]))
def test_the_first_maximum_takes_the_gradient(
    data: st.DataObject, example: tuple[tuple[int, ...], Arguments], dtype: type[np.generic]
) -> None:
    shape, arguments = example
    x = filled(data, shape, st.integers(-2, 2), dtype)
    dy = filled(data, max_pool2d(x, **arguments).shape, st.integers(-9, 9), dtype)

    def first(values: list[float], _: int) -> list[float]:
        return [float(n == largest(values)) for n in range(len(values))]

    dx = max_pool2d_backward(dy, x, **arguments)
    assert dx.shape == shape
    assert dx.dtype == dtype
    assert dx.ravel().tolist() == gradient_by_hand(dy, x, arguments, first)


@given(st.data(), pooling_arguments(), st.booleans())
def test_every_cell_takes_its_share_of_the_gradient_of_a_mean(
    data: st.DataObject, example: tuple[tuple[int, ...], Arguments], count_include_pad: bool
) -> None:
    shape, arguments = example
    x = np.zeros(shape, dtype=int)
    dy = filled(data, max_pool2d(x, **arguments).shape, st.integers(-(2**62), 2**62), np.int64)

    def share(values: list[int], counted: int) -> list[Fraction]:
        return [Fraction(1, counted if count_include_pad else len(values))] * len(values)

    dx = mean_pool2d_backward(dy, x, **arguments, count_include_pad=count_include_pad, exact=True)
    assert dx.shape == shape
    assert dx.ravel().tolist() == gradient_by_hand(dy, x, arguments, share)
    assert {type(value) for value in dx.ravel().tolist()} == {Fraction}
    small = dy % 100
    floats = mean_pool2d_backward(small, x, **arguments, count_include_pad=count_include_pad)
    assert floats.dtype == np.float64
    expected = np.array(gradient_by_hand(small, x, arguments, share), dtype=float)
    np.testing.assert_allclose(floats.astype(float).ravel(), expected, rtol=1e-14)


@given(st.data(), pooling_arguments(), st.sampled_from([1, 1.5, 2, 3, 7.5, math.inf]), st.booleans(), st.booleans())
def test_the_gradient_of_lp_pooling_is_its_slope(
    data: st.DataObject,
    example: tuple[tuple[int, ...], Arguments],
    p: float,
    normalized: bool,
    count_include_pad: bool,
) -> None:
    shape, arguments = example
    count = math.prod(shape)
    # sizes that differ, so that no maximum changes within a step
    sizes = np.array(data.draw(st.permutations(range(1, count + 1)))) / count
    x = (sizes * data.draw(st.sampled_from([-1, 1]))).reshape(shape)
    options = {**arguments, "normalized": normalized, "count_include_pad": count_include_pad}
    dy = filled(data, max_pool2d(x, **arguments).shape, st.integers(-9, 9), np.float64)
    dx = lp_pool2d_backward(dy, x, p, **options)
    expected = slope(lambda cells: lp_pool2d(cells, p, **options), x, dy)
    np.testing.assert_allclose(dx, expected, rtol=1e-4, atol=1e-5)


@given(st.data(), MAPS, st.integers(1, 8), st.integers(1, 8))
def test_the_gradients_of_adaptive_and_global_pooling_are_the_slopes(
    data: st.DataObject, maps: tuple[tuple[int, ...], int, int], tall: int, wide: int
) -> None:
    shape = (*maps[0], *maps[1:])
    count = math.prod(shape)
    x = np.array(data.draw(st.permutations(range(count)))).reshape(shape)
    batch, output = shape[:-2], (tall, wide)
    dy = filled(data, (*batch, *output), st.integers(-9, 9), np.int64)
    for pool, dx in [
        (lambda cells: adaptive_max_pool2d(cells, output), adaptive_max_pool2d_backward(dy, x, output)),
        (lambda cells: adaptive_mean_pool2d(cells, output), adaptive_mean_pool2d_backward(dy, x, output)),
    ]:
        np.testing.assert_allclose(dx.astype(float), slope(pool, x, dy), rtol=1e-4, atol=1e-5)
    dy = dy[..., 0, 0]
    np.testing.assert_allclose(global_max_pool2d_backward(dy, x), slope(global_max_pool2d, x, dy), atol=1e-5)
    shares = global_mean_pool2d_backward(dy, x).astype(float)
    np.testing.assert_allclose(shares, slope(global_mean_pool2d, x, dy), atol=1e-5)


@given(st.data(), MAPS, st.integers(1, 8), st.integers(1, 8))
def test_exact_gradients_of_means_are_the_adjoints_of_exact_means(
    data: st.DataObject, maps: tuple[tuple[int, ...], int, int], tall: int, wide: int
) -> None:
    shape = (*maps[0], *maps[1:])
    x = filled(data, shape, st.integers(-9, 9), np.int64)
    dy = filled(data, (*maps[0], tall, wide), st.integers(-9, 9), np.int64)
    dx = adaptive_mean_pool2d_backward(dy, x, (tall, wide), exact=True)
    assert (dx * x).sum() == (dy * adaptive_mean_pool2d(x, (tall, wide), exact=True)).sum()
    dy = np.asarray(dy[..., 0, 0])
    dx = global_mean_pool2d_backward(dy, x, exact=True)
    assert (dx * x).sum() == np.sum(dy * global_mean_pool2d(x, exact=True))
    assert {type(value) for value in dx.ravel().tolist()} == {Fraction}


def test_the_last_nan_takes_the_gradient() -> None:
    x = [[math.nan, 1.0, math.nan, 2.0]]
    assert max_pool2d_backward([[5]], x, (1, 4)).tolist() == [[0, 0, 5, 0]]
    assert adaptive_max_pool2d_backward([[5]], x, 1).tolist() == [[0, 0, 5, 0]]
    assert global_max_pool2d_backward(5, x).tolist() == [[0, 0, 5, 0]]
    assert lp_pool2d_backward([[5]], x, math.inf, (1, 4)).tolist() == [[0, 0, 5, 0]]


def test_a_window_of_zeros_and_a_cell_of_zero_take_no_gradient_from_a_norm() -> None:
    for p in (0.5, 1, 2, 3, math.inf):
        for normalized in (False, True):
            dx = lp_pool2d_backward([[1, 1]], [[0, 0, 0, 4]], p, (1, 2), normalized=normalized)
            assert dx[0, :3].tolist() == [0, 0, 0]
            assert dx[0, 3] > 0
        assert lp_pool2d_backward([[math.inf]], [[0, 0]], p, (1, 2)).tolist() == [[0, 0]]


@pytest.mark.parametrize("p", [100, 1000, 1e300])
def test_the_gradient_of_a_large_power_neither_overflows_nor_vanishes(p: float) -> None:
    np.testing.assert_allclose(lp_pool2d_backward([[1]], [[-9, 8]], p, (1, 2)), [[-1, 0]], atol=1e-4)
    np.testing.assert_allclose(lp_pool2d_backward([[1]], [[1e-9, 0]], p, (1, 2)), [[1, 0]])


def test_the_gradient_of_an_infinite_norm_is_as_pytorch_has_it() -> None:
    x = [[math.inf, 1.0]]
    np.testing.assert_array_equal(lp_pool2d_backward([[1.0]], x, 1, (1, 2)), [[1, 1]])
    np.testing.assert_array_equal(lp_pool2d_backward([[1.0]], x, 2, (1, 2)), [[math.nan, 0]])
    for p in (0.5, 1, 2):
        assert np.isnan(lp_pool2d_backward([[1.0]], [[math.nan, 1.0, 0.0]], p, (1, 3))).all()


def test_opposite_infinities_meet_as_nan_without_a_warning() -> None:
    dy, x = [[math.inf, -math.inf]], [[0.0, 1.0, 0.0]]
    np.testing.assert_array_equal(max_pool2d_backward(dy, x, (1, 2), 1), [[0, math.nan, 0]])
    np.testing.assert_array_equal(mean_pool2d_backward(dy, x, (1, 2), 1), [[math.inf, math.nan, -math.inf]])
    np.testing.assert_array_equal(lp_pool2d_backward(dy, x, 1, (1, 2), 1)[0, 1], math.nan)
    assert np.isnan(adaptive_max_pool2d_backward(dy, [[1.0]], (1, 2))).all()
    assert np.isnan(adaptive_mean_pool2d_backward(dy, [[1.0]], (1, 2)).astype(float)).all()


def test_gradients_keep_floating_types_and_sum_narrow_ones_in_wider_ones() -> None:
    x = np.ones((1, 3), dtype=np.float16)
    dy = np.array([[60000, 60000]], dtype=np.float16)
    for pool in (max_pool2d_backward, mean_pool2d_backward):
        assert pool(dy, x, (1, 2), 1).dtype == np.float16
        assert pool(dy.astype(np.float32), x, (1, 2), 1).dtype == np.float32
        assert pool([[1, 2]], x, (1, 2), 1).dtype == (np.int64 if pool is max_pool2d_backward else np.float64)
    assert mean_pool2d_backward(dy, x, (1, 2), 1).tolist() == [[30000, 60000, 30000]]
    assert lp_pool2d_backward(dy, x, 2, (1, 2), 1).dtype == np.float16
    assert lp_pool2d_backward(dy, x.astype(np.float32), 2, (1, 2), 1).dtype == np.float32
    assert lp_pool2d_backward([[1, 1]], [[1, 1, 1]], 2, (1, 2), 1).dtype == np.float64
    assert global_mean_pool2d_backward(dy[0, 0], x).dtype == np.float16
    assert global_max_pool2d_backward(np.float32(1), x).dtype == np.float32


def test_a_sum_of_integers_that_int64_does_not_hold_is_refused() -> None:
    x = [[1, 2, 1]]
    assert max_pool2d_backward([[2**62, 2**62 - 1]], x, (1, 2), 1).tolist() == [[0, 2**63 - 1, 0]]
    with pytest.raises(ValueError, match=f"a sum of dy does not fit int64: {2**63}"):
        max_pool2d_backward([[2**62, 2**62]], x, (1, 2), 1)
    unsigned = np.array([[2**64 - 1]], dtype=np.uint64)
    with pytest.raises(ValueError, match=f"a sum of dy does not fit int64: {2**64 - 1}"):
        max_pool2d_backward(unsigned, [[1]], 1)
    small = np.full((1, 2), 127, dtype=np.int8)
    assert max_pool2d_backward(small, x, (1, 2), 1).tolist() == [[0, 254, 0]]


BACKWARD: list[tuple[str, tuple[Any, ...], tuple[int, ...]]] = [
    ("max_pool2d_backward", (2,), (2, 1)),
    ("mean_pool2d_backward", (2,), (2, 1)),
    ("lp_pool2d_backward", (2, 2), (2, 1)),
    ("adaptive_mean_pool2d_backward", ((2, 1),), (2, 1)),
    ("adaptive_max_pool2d_backward", ((2, 1),), (2, 1)),
    ("global_mean_pool2d_backward", (), ()),
    ("global_max_pool2d_backward", (), ()),
]


@pytest.mark.parametrize(("name", "arguments", "output"), BACKWARD)
def test_a_gradient_must_have_exactly_the_shape_of_the_output(
    name: str, arguments: tuple[Any, ...], output: tuple[int, ...]
) -> None:
    backward = getattr(cnncalc, name)
    x = np.arange(24).reshape(3, 4, 2)
    assert backward(np.ones((3, *output), dtype=int), x, *arguments).shape == x.shape
    for shape in [(1, *output), (3, *output, 1), (), (3, 2, 2), (6,)]:
        with pytest.raises(ValueError, match=r"dy must have the shape of the output \(3,.*\), got shape \("):
            backward(np.ones(shape), x, *arguments)
    for dy, message in [
        (np.ones((3, *output), dtype=bool), "dy must hold integers or floating-point numbers, got dtype bool"),
        ([[1, 2], [3]], "dy must be a rectangular array"),
    ]:
        with pytest.raises(ValueError, match=message):
            backward(dy, x, *arguments)
    with pytest.raises(ValueError, match="x must have the shape"):
        backward(np.ones((3, *output)), [1, 2], *arguments)


def test_a_gradient_refuses_what_the_pooling_refuses() -> None:
    dy = [[1]]
    for backward in (max_pool2d_backward, mean_pool2d_backward, lambda *a: lp_pool2d_backward(a[0], a[1], 2, *a[2:])):
        with pytest.raises(ValueError, match="larger than the padded input"):
            backward(dy, [[1, 2]], 2)
        with pytest.raises(ValueError, match="half the kernel"):
            backward(dy, [[1, 2]], 1, 1, 1)
    with pytest.raises(ValueError, match="p must be above 0"):
        lp_pool2d_backward(dy, [[1]], 0, 1)
    with pytest.raises(ValueError, match="output must be at least 1"):
        adaptive_max_pool2d_backward(dy, [[1]], 0)
    for exact in (mean_pool2d_backward, adaptive_mean_pool2d_backward):
        with pytest.raises(ValueError, match="exact=True needs integers, got dtype float64"):
            exact([[0.5]], [[1]], 1, exact=True)
    with pytest.raises(ValueError, match="exact=True needs integers, got dtype float64"):
        global_mean_pool2d_backward(0.5, [[1]], exact=True)


def test_the_inputs_of_a_gradient_stay_as_they_are() -> None:
    x, dy = np.array([[3.0, -4.0]]), np.array([[2.0, 1.0]])
    for dx in (
        max_pool2d_backward(dy, x, 1),
        mean_pool2d_backward(dy, x, 1),
        lp_pool2d_backward(dy, x, 2, 1),
        adaptive_mean_pool2d_backward(dy, x, (1, 2)),
    ):
        assert not np.shares_memory(dx, x)
        assert not np.shares_memory(dx, dy)
    assert x.tolist() == [[3, -4]]
    assert dy.tolist() == [[2, 1]]


def test_mean_pooling_is_undone_by_its_gradient_where_windows_do_not_overlap() -> None:
    x = np.arange(16.0).reshape(4, 4)
    dy = mean_pool2d(x, 2)
    assert mean_pool2d(4 * mean_pool2d_backward(dy, x, 2), 2).tolist() == dy.tolist()
