from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from cnncalc import lp_pool2d, max_pool2d, mean_pool2d
from tests.cnncalc.pooling_cases import Arguments, filled, pooled_by_hand, pooling_arguments

POWERS = st.sampled_from([0.5, 1, 1.5, 2, 3, 4, 7, 16, 17, 50])


@given(st.data(), pooling_arguments(), POWERS, st.sampled_from([np.int8, np.float16, np.float32, np.float64]))
def test_the_sum_form_is_the_norm_of_every_window(
    data: st.DataObject, example: tuple[tuple[int, ...], Arguments], p: float, dtype: type[np.generic]
) -> None:
    shape, arguments = example
    x = filled(data, shape, st.integers(-9, 9), dtype)

    def norm(values: list[float], _: int) -> float:
        return float(math.fsum(abs(float(value)) ** p for value in values) ** (1 / p))

    pooled = lp_pool2d(x, p, **arguments)
    assert pooled.dtype == (np.float64 if dtype is np.int8 else dtype)
    tolerance = 32 * float(np.finfo(pooled.dtype.name).eps)
    np.testing.assert_allclose(pooled.ravel().astype(float), pooled_by_hand(x, arguments, norm), rtol=tolerance)


@given(st.data(), pooling_arguments(), POWERS, st.booleans())
def test_the_normalised_form_divides_by_the_divisor_of_the_mean(
    data: st.DataObject, example: tuple[tuple[int, ...], Arguments], p: float, count_include_pad: bool
) -> None:
    shape, arguments = example
    x = filled(data, shape, st.integers(-9, 9), np.int64)

    def norm(values: list[float], counted: int) -> float:
        divisor = counted if count_include_pad else len(values)
        return float((math.fsum(abs(float(value)) ** p for value in values) / divisor) ** (1 / p))

    pooled = lp_pool2d(x, p, **arguments, normalized=True, count_include_pad=count_include_pad)
    np.testing.assert_allclose(pooled.ravel(), pooled_by_hand(x, arguments, norm), rtol=1e-14)


@given(st.data(), pooling_arguments(), st.booleans())
def test_the_normalised_form_with_p_1_is_the_mean_of_the_absolute_values(
    data: st.DataObject, example: tuple[tuple[int, ...], Arguments], count_include_pad: bool
) -> None:
    shape, arguments = example
    x = filled(data, shape, st.integers(-100, 100), np.int64)
    pooled = lp_pool2d(x, 1, **arguments, normalized=True, count_include_pad=count_include_pad)
    mean = mean_pool2d(np.abs(x), **arguments, count_include_pad=count_include_pad)
    np.testing.assert_array_equal(pooled, mean)


@given(st.data(), pooling_arguments(), st.booleans())
def test_with_an_infinite_p_both_forms_are_the_maximum_of_the_absolute_values(
    data: st.DataObject, example: tuple[tuple[int, ...], Arguments], normalized: bool
) -> None:
    shape, arguments = example
    x = filled(data, shape, st.integers(-128, 127), np.int8)
    pooled = lp_pool2d(x, math.inf, **arguments, normalized=normalized)
    assert pooled.dtype == np.float64
    np.testing.assert_array_equal(pooled, max_pool2d(np.abs(x.astype(int)), **arguments))


def test_the_maximum_is_reached_from_above_by_sums_and_from_below_by_means() -> None:
    x = [[3, 4, -5, 1]]
    sums = [lp_pool2d(x, p, (1, 4)).item() for p in (1, 2, 10, 100)]
    means = [lp_pool2d(x, p, (1, 4), normalized=True).item() for p in (1, 2, 10, 100)]
    assert sums == sorted(sums, reverse=True)
    assert means == sorted(means)
    assert means[-1] < 5 <= sums[-1]
    assert sums[-1] == pytest.approx(5)


@pytest.mark.parametrize("p", [1000, 1e5, 1e300])
def test_a_large_power_neither_overflows_nor_vanishes(p: float) -> None:
    x = np.array([[9, -8, 1e-3, 1e-3, 0, 0]])
    for dtype in (np.float64, np.float32):
        pooled = lp_pool2d(x.astype(dtype), p, (1, 2))
        np.testing.assert_allclose(pooled, [[9, 1e-3 * 2 ** (1 / p), 0]], rtol=1e-6)
    mean = lp_pool2d(x, p, (1, 2), normalized=True)
    np.testing.assert_allclose(mean, [[9 * 0.5 ** (1 / p), 1e-3, 0]])


@pytest.mark.parametrize("size", [1e-300, 1e300, 5e-324])
@pytest.mark.parametrize("p", [0.5, 2, 3, 4.5])
def test_cells_at_the_ends_of_the_floating_range_keep_their_norm(size: float, p: float) -> None:
    x = np.array([[size, 0, -size, -size]])
    np.testing.assert_allclose(lp_pool2d(x, p, (1, 2), normalized=True)[0, 1], size)
    np.testing.assert_allclose(lp_pool2d(x, p, (1, 2))[0, 0], size)


def test_rescaling_leaves_padding_out_of_the_sum() -> None:
    x = np.full((1, 3), 1e200)
    np.testing.assert_allclose(lp_pool2d(x, 2, (1, 3), 1, (0, 1)), [[2**0.5 * 1e200, 3**0.5 * 1e200, 2**0.5 * 1e200]])
    padded = lp_pool2d(x, 2, (1, 3), 1, (0, 1), normalized=True)
    np.testing.assert_allclose(padded, [[(2 / 3) ** 0.5 * 1e200, 1e200, (2 / 3) ** 0.5 * 1e200]])
    unpadded = lp_pool2d(x, 2, (1, 3), 1, (0, 1), normalized=True, count_include_pad=False)
    np.testing.assert_allclose(unpadded, x)


@pytest.mark.parametrize("p", [0.5, 1, 2, 3, 2.5, 40, 1e300, math.inf])
@pytest.mark.parametrize("normalized", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_infinities_have_an_infinite_norm_and_nan_has_none(
    p: float, normalized: bool, dtype: type[np.floating]
) -> None:
    x: NDArray[Any] = np.array([[math.inf, 1.0, -math.inf, math.inf, math.nan, math.inf, 0.0, 0.0]], dtype=dtype)
    pooled = lp_pool2d(x, p, (1, 2), normalized=normalized)
    np.testing.assert_array_equal(pooled, [[math.inf, math.inf, math.nan, 0.0]])


def test_a_norm_too_large_for_its_type_is_infinite_without_a_warning() -> None:
    assert lp_pool2d(np.full((2, 2), 60000, dtype=np.float16), 2, 2).tolist() == [[math.inf]]
    assert lp_pool2d(np.full((2, 2), 60000, dtype=np.float16), 2, 2, normalized=True).tolist() == [[60000.0]]
    assert lp_pool2d([[1.7e308, 1.7e308]], 2, (1, 2)).tolist() == [[math.inf]]


def test_the_overhang_of_ceil_mode_adds_nothing_to_the_sum() -> None:
    assert lp_pool2d(np.ones((1, 3)), 2, (1, 2), ceil_mode=True).tolist() == [[2**0.5, 1.0]]
    assert lp_pool2d(np.ones((1, 3)), 2, (1, 2), ceil_mode=True, normalized=True).tolist() == [[1.0, 1.0]]


@pytest.mark.parametrize("p", [np.float32(2), np.int8(2), Fraction(2), 2.0])
def test_any_real_number_is_a_power(p: Any) -> None:
    assert lp_pool2d([[3, 4]], p, (1, 2)).tolist() == [[5.0]]


@pytest.mark.parametrize(
    ("p", "message"),
    [
        (True, "p must be a real number, got True"),
        (np.True_, "p must be a real number"),
        ("2", "p must be a real number, got '2'"),
        (2j, "p must be a real number"),
        (None, "p must be a real number"),
        (0, "p must be above 0, got 0"),
        (-1.5, "p must be above 0, got -1.5"),
        (-math.inf, "p must be above 0"),
        (math.nan, "p must be above 0, got nan"),
        (10**400, "p must be a number that a float holds, or math.inf"),
    ],
)
def test_an_impossible_power_is_refused(p: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        lp_pool2d([[1, 2]], p, 1)


def test_the_form_must_be_a_flag() -> None:
    with pytest.raises(ValueError, match="normalized must be True or False, got 1"):
        lp_pool2d([[1]], 2, 1, normalized=1)  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(ValueError, match="count_include_pad must be True or False, got 0"):
        lp_pool2d([[1]], 2, 1, count_include_pad=0)  # type: ignore[arg-type]  # the mistake under test
