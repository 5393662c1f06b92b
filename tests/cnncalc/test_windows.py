from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from cnncalc import output_size, sliding_windows


@st.composite
def maps_and_windows(draw: st.DrawFn) -> tuple[NDArray[np.int64], dict[str, Any]]:
    def two(low: int, high: int) -> tuple[int, int]:
        return draw(st.tuples(st.integers(low, high), st.integers(low, high)))

    kernel, stride, dilation = two(1, 3), two(1, 3), two(1, 2)
    padding = (two(0, 2), two(0, 2))
    extent = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    extra = two(0, 4)
    height, width = (max(1, extent[i] - sum(padding[i])) + extra[i] for i in range(2))
    batch = draw(st.sampled_from([(), (2,), (2, 3)]))
    x = np.arange(1, np.prod(batch, dtype=int) * height * width + 1).reshape(*batch, height, width)
    return x, {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}


@given(maps_and_windows())
def test_every_window_holds_the_cells_that_plain_indexing_finds(
    example: tuple[NDArray[np.int64], dict[str, Any]],
) -> None:
    x, arguments = example
    (kh, kw), (sh, sw) = arguments["kernel"], arguments["stride"]
    padding, (dh, dw) = arguments["padding"], arguments["dilation"]
    padded = np.pad(x, [(0, 0)] * (x.ndim - 2) + list(padding), constant_values=-7)
    out_h = output_size(x.shape[-2], kh, sh, padding[0], dh)
    out_w = output_size(x.shape[-1], kw, sw, padding[1], dw)

    windows = sliding_windows(x, **arguments, pad_value=-7)

    assert windows.shape == (*x.shape[:-2], out_h, out_w, kh, kw)
    for i, j, a, b in np.ndindex(out_h, out_w, kh, kw):
        assert (windows[..., i, j, a, b] == padded[..., i * sh + a * dh, j * sw + b * dw]).all()


def test_windows_without_padding_are_a_view_of_the_input() -> None:
    x = np.arange(12.0).reshape(3, 4)
    assert np.shares_memory(sliding_windows(x, 2), x)


@pytest.mark.parametrize("padding", [0, 1])
def test_windows_cannot_be_written_to(padding: int) -> None:
    windows = sliding_windows(np.zeros((3, 3)), 2, padding=padding)
    with pytest.raises(ValueError, match="read-only"):
        windows[0, 0, 0, 0] = 1


def test_padding_leaves_the_input_and_its_type_alone() -> None:
    x = np.ones((2, 2), dtype=np.int8)
    windows = sliding_windows(x, 2, padding=1, pad_value=-128)
    assert windows.dtype == np.int8
    assert windows[0, 0].tolist() == [[-128, -128], [-128, 1]]
    assert x.tolist() == [[1, 1], [1, 1]]


def test_padding_may_be_given_in_every_form() -> None:
    x = np.ones((3, 4), dtype=int)
    one = sliding_windows(x, 2, padding=1)
    assert (one == sliding_windows(x, 2, padding=(1, 1))).all()
    assert (one == sliding_windows(x, 2, padding=((1, 1), (1, 1)))).all()
    assert sliding_windows(x, 2, padding=(0, (2, 0))).shape == (2, 5, 2, 2)


def test_floating_maps_may_be_padded_with_nan_and_infinity() -> None:
    assert np.isnan(sliding_windows([[1.0]], 3, padding=1, pad_value=np.nan)).sum() == 8
    assert np.isneginf(sliding_windows([[1.0]], 3, padding=1, pad_value=-np.inf)).sum() == 8
    single = sliding_windows(np.ones((1, 1), dtype=np.float32), 3, padding=1, pad_value=0.1)
    assert single.dtype == np.float32


@pytest.mark.parametrize(
    ("x", "arguments", "message"),
    [
        ([[1, 2], [3]], {}, "x must be a rectangular array"),
        ([[True]], {}, "x must hold integers or floating-point numbers, got dtype bool"),
        ([[1j]], {}, "got dtype complex128"),
        ([["1"]], {}, "got dtype <U1"),
        ([[None]], {}, "got dtype object"),
        ([1, 2], {}, r"x must have the shape \(\.\.\., H, W\), got shape \(2,\)"),
        (5, {}, r"got shape \(\)"),
        (np.zeros((0, 3, 3)), {}, r"x must not have an empty axis, got shape \(0, 3, 3\)"),
        ([[], []], {}, r"empty axis, got shape \(2, 0\)"),
        ([[1, 2]], {"kernel": 2}, r"height of shape \(1, 2\): the dilated kernel .* = 2 > .* = 1"),
        ([[1]], {"kernel": (1, 1, 1)}, r"kernel must be an integer or a pair of integers, got \(1, 1, 1\)"),
        ([[1]], {"stride": (1, 0)}, "stride must be at least 1, got 0"),
        ([[1]], {"dilation": 1.0}, r"dilation must be an integer, got 1\.0"),
        ([[1]], {"padding": (1, 1, 1, 1)}, r"padding must be an integer or a pair for \(height, width\)"),
        ([[1]], {"padding": ((1, 1, 1), 1)}, r"pair of integers, got \(1, 1, 1\)"),
        ([[1]], {"pad_value": 0.5}, r"pad_value 0\.5 is not a number of dtype int64"),
        ([[1]], {"pad_value": float("nan")}, "pad_value nan is not a number of dtype int64"),
        ([[1]], {"pad_value": float("-inf")}, "pad_value -inf is not a number of dtype int64"),
        ([[1]], {"pad_value": [1, 2]}, r"pad_value \[1, 2\] is not a number"),
        (np.ones((1, 1), dtype=np.uint8), {"pad_value": -1}, "pad_value -1 is not a number of dtype uint8"),
    ],
)
def test_an_impossible_call_is_refused(x: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sliding_windows(x, **{"kernel": 1, **arguments})
