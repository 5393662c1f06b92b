from typing import Any

import numpy as np
import pytest
from hypothesis import given

from cnncalc import conv2d, conv2d_backward, conv_transpose2d, im2col
from tests.cnncalc.convolutions import Array, Convolution, convolutions, correlated_cell_by_cell


def normal(*shape: int) -> Array:
    return np.random.default_rng(7).standard_normal(shape)


@given(convolutions())
def test_a_convolution_of_integers_is_exactly_what_loops_over_its_cells_add_up(example: Convolution) -> None:
    outputs = conv2d(example.x, example.w, example.bias, **example.arguments)
    assert outputs.dtype == np.int64
    assert outputs.tolist() == correlated_cell_by_cell(example).tolist()


@given(convolutions())
def test_integers_too_large_for_float64_are_as_exact(example: Convolution) -> None:
    outputs = conv2d(example.x * 2**50, example.w, **example.arguments)
    assert outputs.dtype == np.int64
    assert (outputs == 2**50 * conv2d(example.x, example.w, **example.arguments)).all()


@given(convolutions())
def test_floats_give_what_the_same_integers_give(example: Convolution) -> None:
    outputs = conv2d(example.x.astype(np.float32), example.w.astype(np.float32), example.bias, **example.arguments)
    assert (outputs == conv2d(example.x, example.w, example.bias, **example.arguments)).all()


@given(convolutions())
def test_one_example_is_a_batch_of_one(example: Convolution) -> None:
    one = conv2d(example.x[0], example.w, example.bias, **example.arguments)
    assert (one == conv2d(example.x, example.w, example.bias, **example.arguments)[0]).all()
    back = conv2d_backward(example.dy[0], example.x[0], example.w, **example.arguments)
    batch = conv2d_backward(example.dy[:1], example.x[:1], example.w, **example.arguments)
    assert back.dx.shape == example.x[0].shape
    assert (back.dx == batch.dx[0]).all()
    assert (back.dw == batch.dw).all()


@given(convolutions())
def test_groups_are_convolutions_side_by_side(example: Convolution) -> None:
    channels = np.split(example.x, example.groups, axis=1)
    kernels, biases = np.split(example.w, example.groups), np.split(example.bias, example.groups)
    apart = [conv2d(x, w, b, **example.windows) for x, w, b in zip(channels, kernels, biases, strict=True)]
    together = conv2d(example.x, example.w, example.bias, **example.arguments)
    assert (together == np.concatenate(apart, axis=1)).all()


@given(convolutions())
def test_a_dilated_kernel_is_a_kernel_with_zeros_between(example: Convolution) -> None:
    k, c, kh, kw = example.w.shape
    dh, dw = example.dilation
    spread = np.zeros((k, c, dh * (kh - 1) + 1, dw * (kw - 1) + 1), dtype=int)
    spread[:, :, ::dh, ::dw] = example.w
    arguments = {**example.arguments, "dilation": 1}
    assert (conv2d(example.x, spread, **arguments) == conv2d(example.x, example.w, **example.arguments)).all()


@given(convolutions())
def test_a_convolution_is_a_product_with_the_windows_as_columns(example: Convolution) -> None:
    outputs = conv2d(example.x[0], np.concatenate([example.w] * example.groups, axis=1), **example.windows)
    columns = im2col(example.x[0], example.w.shape[2:], **example.windows)
    product = np.concatenate([example.w] * example.groups, axis=1).reshape(len(example.w), -1) @ columns
    assert outputs.reshape(product.shape).tolist() == product.tolist()


@given(convolutions())
def test_the_gradients_are_those_of_a_bilinear_map(example: Convolution) -> None:
    back = conv2d_backward(example.dy, example.x, example.w, **example.arguments)
    assert [part.dtype for part in back] == [np.int64] * 3
    for basis in (example.x, example.x[::-1] + 1):
        assert (back.dx * basis).sum() == (example.dy * conv2d(basis, example.w, **example.arguments)).sum()
    for basis in (example.w, example.w[::-1] + 1):
        assert (back.dw * basis).sum() == (example.dy * conv2d(example.x, basis, **example.arguments)).sum()
    assert (back.db == example.dy.sum(axis=(0, 2, 3))).all()


@given(convolutions())
def test_a_transposed_convolution_leads_back_as_the_gradient_does(example: Convolution) -> None:
    height, width = (
        (example.x.shape[2 + i] + sum(example.padding[i]) - example.dilation[i] * (example.w.shape[2 + i] - 1) - 1)
        % example.stride[i]
        for i in range(2)
    )
    outputs = conv_transpose2d(
        example.dy,
        example.w,
        None,
        example.stride,
        example.padding,
        (height, width),
        example.groups,
        example.dilation,
    )
    assert (outputs == conv2d_backward(example.dy, example.x, example.w, **example.arguments).dx).all()


@pytest.mark.parametrize(
    "arguments", [{}, {"stride": 2, "padding": 1}, {"groups": 2, "dilation": 2, "padding": (2, 1)}]
)
def test_the_gradients_are_finite_differences(arguments: dict[str, Any]) -> None:
    numbers = np.random.default_rng(3)
    x = numbers.standard_normal((2, 4, 5, 6))
    w = numbers.standard_normal((4, 4 // arguments.get("groups", 1), 3, 2))
    bias = numbers.standard_normal(4)
    dy = numbers.standard_normal(conv2d(x, w, bias, **arguments).shape)
    back = conv2d_backward(dy, x, w, **arguments)
    for array, gradient in ((x, back.dx), (w, back.dw), (bias, back.db)):
        for place in list(np.ndindex(array.shape))[::7]:
            losses = []
            for step in (1e-3, -1e-3):
                array[place] += step
                losses.append((dy * conv2d(x, w, bias, **arguments)).sum())
                array[place] -= step
            assert (losses[0] - losses[1]) / 2e-3 == pytest.approx(gradient[place], abs=1e-7)


def test_the_example_of_the_guide_to_convolution_arithmetic() -> None:
    x = [[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]
    assert conv2d([x], [[[[0, 1, 2], [2, 2, 0], [0, 1, 2]]]]).tolist() == [[[12, 12, 17], [10, 17, 19], [9, 6, 14]]]


def test_the_kernel_is_not_flipped_and_padding_may_be_uneven() -> None:
    assert conv2d([[[1, 2, 4]]], [[[[1, 10]]]], padding=((0, 0), (0, 1))).tolist() == [[[21, 42, 4]]]
    assert conv2d([[[1, 2, 4]]], [[[[1, 10]]]], padding=((0, 0), (1, 0))).tolist() == [[[10, 21, 42]]]


@pytest.mark.parametrize(
    ("shape", "kernels", "arguments"),
    [
        ((2, 32, 64, 64), (3, 32, 3, 3), {"padding": 1}),
        ((2, 48, 96, 64), (4, 12, 3, 3), {"padding": ((1, 0), (0, 2)), "stride": (2, 1), "groups": 4}),
        ((90, 16, 10, 10), (3, 16, 3, 3), {"dilation": 2, "padding": 2}),
        ((20, 20, 40, 50), (20, 1, 5, 3), {"groups": 20, "stride": 3}),
        ((600, 3, 10, 10), (2, 3, 5, 5), {}),
        ((2, 8, 40, 30), (6, 4, 3, 4), {"padding": ((1, 0), (0, 2)), "dilation": (2, 1), "groups": 2}),
        ((2, 8, 40, 30), (6, 8, 2, 2), {"padding": 1}),
        (
            (2, 6, 30, 34),
            (4, 3, 2, 3),
            {"dilation": (3, 2), "stride": (1, 3), "padding": ((2, 1), (0, 4)), "groups": 2},
        ),
    ],
)
def test_large_arrays_are_calculated_in_bands(
    shape: tuple[int, ...], kernels: tuple[int, int, int, int], arguments: dict[str, Any]
) -> None:
    x, w = np.arange(np.prod(shape)).reshape(shape) % 19 - 9, np.arange(np.prod(kernels)).reshape(kernels) % 7 - 3
    outputs = conv2d(x, w, **arguments)
    dy = np.arange(outputs.size).reshape(outputs.shape) % 11 - 5
    back = conv2d_backward(dy, x, w, **arguments)
    apart = [conv2d_backward(*one, w, **arguments) for one in zip(dy, x, strict=True)]
    whole = im2col(x, kernels[2:], **{name: value for name, value in arguments.items() if name != "groups"})
    groups = arguments.get("groups", 1)
    products = np.matmul(w.reshape(groups, len(w) // groups, -1), whole.reshape(groups, w[0].size, -1))

    assert (outputs.swapaxes(0, 1).reshape(len(w), -1) == products.reshape(len(w), -1)).all()
    assert (back.dx == [one.dx for one in apart]).all()
    for seed in range(3):
        basis = np.random.default_rng(seed).integers(-9, 10, x.shape)
        assert (back.dx * basis).sum() == (dy * conv2d(basis, w, **arguments)).sum()
    assert (back.dw == sum(one.dw for one in apart)).all()
    gradients = np.matmul(
        dy.swapaxes(0, 1).reshape(groups, len(w) // groups, -1), whole.reshape(groups, w[0].size, -1).swapaxes(1, 2)
    )
    assert (back.dw.reshape(gradients.shape) == gradients).all()


def test_nan_and_infinities_reach_the_windows_that_hold_them_and_no_others() -> None:
    x = np.zeros((1, 3, 3))
    x[0, 0, 0], x[0, 2, 2] = np.nan, np.inf
    outputs = conv2d(x, np.ones((1, 1, 2, 2)))
    assert outputs.tolist() == [[[pytest.approx(np.nan, nan_ok=True), 0], [0, np.inf]]]
    assert np.isnan(conv2d(x[:, 1:], np.zeros((1, 1, 2, 2)))).tolist() == [[[False, True]]]
    back = conv2d_backward(np.ones((1, 2, 2)), np.ones((1, 3, 3)), np.full((1, 1, 2, 2), np.inf))
    assert np.isposinf(back.dx).all()


def test_an_infinite_weight_makes_infinite_gradients_of_large_arrays() -> None:
    back = conv2d_backward(np.ones((4, 40, 40)), np.ones((4, 40, 40)), np.full((4, 4, 3, 3), np.inf), padding=1)
    assert np.isposinf(back.dx).all()


def test_a_weight_that_is_infinite_makes_nan_of_padding() -> None:
    assert np.isnan(conv2d([[[1.0]]], np.full((1, 1, 1, 2), np.inf), padding=(0, 1))).tolist() == [[[True, True]]]


def test_float16_is_summed_in_float32() -> None:
    x, w = np.full((1, 1, 3), 60000, dtype=np.float16), np.array([[[[1, 1, -1]]]], dtype=np.float16)
    assert conv2d(x, w).dtype == np.float16
    assert conv2d(x, w).tolist() == [[[60000]]]
    assert conv2d(x, np.abs(w)).tolist() == [[[np.inf]]]
    assert [part.dtype for part in conv2d_backward(np.ones((1, 1, 1), dtype=np.float16), x, w)] == [np.float16] * 3
    ones = np.ones((3000, 1, 1, 1), dtype=np.float16)  # in float16, 2048 + 1 is 2048
    assert conv2d_backward(ones, ones, ones[:1]).dw == 3000
    assert conv_transpose2d(ones[0] * 1024, ones[:1] * 2, ones[0, 0, 0] * 3)[0, 0, 0] == 2052


@pytest.mark.parametrize(
    ("types", "result"),
    [
        ((np.int8, np.uint8, None), np.int64),
        ((np.uint64, np.int64, np.uint8), np.int64),
        ((np.float32, np.float32, None), np.float32),
        ((np.float32, np.float32, np.float64), np.float64),
        ((np.float16, np.int8, None), np.float16),
        ((np.int32, np.float32, None), np.float64),
        ((np.int64, np.int64, np.float32), np.float64),
    ],
)
def test_types_are_combined_as_numpy_does_and_integers_are_int64(types: tuple[Any, ...], result: Any) -> None:
    x, w = np.ones((1, 2, 2), dtype=types[0]), np.ones((1, 1, 2, 2), dtype=types[1])
    bias = None if types[2] is None else np.ones(1, dtype=types[2])
    for outputs in (conv2d(x, w, bias), conv_transpose2d(x[:, :1, :1], w, bias)):
        assert outputs.dtype == result
        assert outputs[0, 0, 0] == (4 if outputs.size == 1 else 1) + (bias is not None)


def test_negative_integers_too_large_for_float64_are_exact() -> None:
    large = -(2**53) - 1
    assert conv2d([[[large]]], [[[[1]]]]).tolist() == [[[large]]]
    assert conv2d([[[1]]], [[[[large]]]]).tolist() == [[[large]]]
    assert conv2d([[[0]]], [[[[1]]]], bias=[large]).tolist() == [[[large]]]
    assert conv_transpose2d([[[1]]], [[[[large]]]]).tolist() == [[[large]]]
    back = conv2d_backward([[[large]]], [[[1]]], [[[[1]]]])
    assert [part.item() for part in back] == [large] * 3


def test_a_sum_that_int64_might_not_hold_is_refused() -> None:
    x, w = np.full((1, 1, 2), 2**31), np.array([[[[2**31 - 1, 1]]]])
    assert conv2d(x, w).tolist() == [[[2**62]]]
    assert conv2d_backward([[[1]]], x, w).dw.tolist() == [[[[2**31, 2**31]]]]
    with pytest.raises(ValueError, match="a sum could be as large as 9223372036854775808, which int64 does not hold"):
        conv2d(x, w + 1)
    with pytest.raises(ValueError, match="which int64 does not hold"):
        conv2d(x[:, :, :1], [[[[1]]]], bias=[np.iinfo(np.int64).max])
    with pytest.raises(ValueError, match="which int64 does not hold"):
        conv2d(np.array([[[2**64 - 1]]], dtype=np.uint64), [[[[1]]]])
    with pytest.raises(ValueError, match="which int64 does not hold"):
        conv2d([[[-(2**62), -(2**62)]]], [[[[1, 1]]]])
    for dy, cell, weight in ((2**32, 2**31, 0), (2**32, 0, -(2**31)), (2**62, 0, 0)):
        with pytest.raises(ValueError, match="which int64 does not hold"):
            conv2d_backward([[[dy, dy]]], [[[cell, cell]]], [[[[weight]]]])
    with pytest.raises(ValueError, match="which int64 does not hold"):
        conv_transpose2d(x, w * 2)


def test_the_arguments_are_left_as_they_were() -> None:
    x, w, bias = normal(1, 2, 4, 4), normal(2, 2, 3, 3), normal(2)
    copies = [array.copy() for array in (x, w, bias)]
    for array in (x, w, bias):
        array.flags.writeable = False
    outputs = conv2d(x, w, bias, padding=1)
    conv2d_backward(outputs, x, w, padding=1)
    conv_transpose2d(x, w, bias)
    assert all((array == copy).all() for array, copy in zip((x, w, bias), copies, strict=True))


def test_views_in_any_order_of_memory_and_of_bytes_are_read_rightly() -> None:
    x, w = np.arange(36).reshape(3, 4, 3).T, np.arange(16).reshape(2, 2, 2, 2).T[:, :1]
    outputs = conv2d(x, np.concatenate([w, w, w], axis=1))
    assert (outputs == conv2d(x.copy(), np.concatenate([w, w, w], axis=1).copy())).all()
    swapped = x.astype(">f8")
    assert (conv2d(swapped, np.concatenate([w, w, w], axis=1).astype(">f8")) == outputs).all()


@pytest.mark.parametrize("value", [True, 1.0, None, np.bool_(True)])
@pytest.mark.parametrize("name", ["stride", "padding", "dilation", "groups"])
def test_what_is_no_integer_is_refused_even_after_the_integer_was_accepted(name: str, value: Any) -> None:
    x, w = np.ones((1, 4, 4)), np.ones((1, 1, 2, 2))
    conv2d(x, w, **{name: 1})
    pairs = [value] if name == "groups" else [value, (1, value), (value, 1)]
    for given_value in pairs:
        for call in (
            lambda given_value=given_value: conv2d(x, w, **{name: given_value}),
            lambda given_value=given_value: conv2d_backward(np.ones((1, 3, 3)), x, w, **{name: given_value}),
            lambda given_value=given_value: conv_transpose2d(x, w, **{name: given_value}),
        ):
            with pytest.raises(ValueError, match=f"{name} must be an integer"):
                call()


@pytest.mark.parametrize(
    ("x", "w", "arguments", "message"),
    [
        ((3, 3), (1, 1, 1, 1), {}, r"x must have the shape \(C, H, W\) or \(N, C, H, W\), got shape \(3, 3\)"),
        ((1, 1, 1, 3, 3), (1, 1, 1, 1), {}, r"got shape \(1, 1, 1, 3, 3\)"),
        ((0, 1, 3, 3), (1, 1, 1, 1), {}, r"x must not have an empty axis, got shape \(0, 1, 3, 3\)"),
        ((1, 3, 3), (1, 1, 1), {}, r"w must have four axes, .* got shape \(1, 1, 1\)"),
        ((1, 3, 3), (0, 1, 1, 1), {}, r"w must not have an empty axis"),
        ((2, 3, 3), (1, 1, 1, 1), {}, r"w of shape \(1, 1, 1, 1\) does not fit x of shape \(2, 3, 3\) in 1 groups"),
        ((4, 3, 3), (3, 2, 1, 1), {"groups": 2}, r"its first axis must be divisible by 2, and its second times 2"),
        ((3, 3, 3), (2, 1, 1, 1), {"groups": 2}, r"must be 3 channels"),
        ((1, 3, 3), (1, 1, 1, 1), {"groups": 0}, "groups must be at least 1, got 0"),
        ((1, 3, 3), (2, 1, 1, 1), {"bias": np.ones(1)}, r"bias must have the shape \(2,\).* got shape \(1,\)"),
        ((1, 3, 3), (1, 1, 1, 1), {"bias": np.ones((1, 1))}, r"bias must have the shape \(1,\)"),
        ((1, 3, 3), (1, 1, 1, 1), {"bias": 1.0}, r"bias must have the shape \(1,\).* got shape \(\)"),
        ((1, 3, 3), (1, 1, 1, 1), {"bias": ["1"]}, "bias must hold integers or floating-point numbers"),
        ((1, 3, 4), (1, 1, 4, 1), {}, r"height of shape \(1, 3, 4\): the dilated kernel .* 4 > .* 3"),
        ((1, 4, 3), (1, 1, 1, 2), {"dilation": 3}, r"width of shape \(1, 4, 3\): the dilated kernel .* 4 > .* 3"),
        ((1, 3, 3), (1, 1, 1, 1), {"stride": (0, 1)}, "stride must be at least 1, got 0"),
        ((1, 3, 3), (1, 1, 1, 1), {"padding": -1}, "padding must be at least 0, got -1"),
        ((1, 3, 3), (1, 1, 1, 1), {"dilation": (1, 1, 1)}, "dilation must be an integer or a pair"),
    ],
)
def test_an_impossible_convolution_is_refused(
    x: tuple[int, ...], w: tuple[int, ...], arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        conv2d(np.ones(x), np.ones(w), **arguments)
    if "bias" not in arguments:
        with pytest.raises(ValueError, match=message):
            conv2d_backward(np.ones((1, 1, 1)), np.ones(x), np.ones(w), **arguments)


@pytest.mark.parametrize("x", [[[[True]]], [[["1"]]], [[[1j]]], [[[None]]], [[[1, 2], [3]]]])
def test_arrays_that_are_not_real_and_rectangular_are_refused(x: Any) -> None:
    with pytest.raises(ValueError, match="x must"):
        conv2d(x, [[[[1]]]])
    with pytest.raises(ValueError, match="w must"):
        conv2d([[[1]]], [x])
    with pytest.raises(ValueError, match="dy must"):
        conv2d_backward(x, [[[1]]], [[[[1]]]])


@pytest.mark.parametrize("shape", [(1, 2, 3, 2), (2, 3, 3), (2, 2, 2), (2, 6), (1, 3, 2)])
def test_a_gradient_must_have_the_shape_of_the_output(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"dy must have the shape \(2, 3, 2\) for x of shape \(1, 4, 3\)"):
        conv2d_backward(np.ones(shape), np.ones((1, 4, 3)), np.ones((2, 1, 2, 2)))


def test_a_transposed_convolution_stamps_the_kernel_once_per_cell() -> None:
    outputs = conv_transpose2d([[[1, 2], [3, 4]]], [[[[1, 10]], [[0, 1]]]], bias=[0, 5], stride=2)
    assert outputs.tolist() == [[[1, 10, 2, 20], [0, 0, 0, 0], [3, 30, 4, 40]], [[5, 6, 5, 7], [5] * 4, [5, 8, 5, 9]]]


def test_output_padding_below_the_dilation_adds_rows_and_columns_without_values() -> None:
    outputs = conv_transpose2d([[[1]]], [[[[1, 10]]]], dilation=3, output_padding=(0, 2))
    assert outputs.tolist() == [[[1, 0, 0, 10, 0, 0]]]
    outputs = conv_transpose2d([[[1]]], [[[[1], [10]]]], dilation=3, output_padding=(2, 0))
    assert outputs.tolist() == [[[1], [0], [0], [10], [0], [0]]]


@pytest.mark.parametrize(
    ("x", "w", "arguments", "message"),
    [
        ((3, 3), (1, 1, 1, 1), {}, r"x must have the shape \(C, H, W\) or \(N, C, H, W\)"),
        ((1, 3, 3), (1, 1, 1), {}, "w must have four axes"),
        ((2, 3, 3), (1, 2, 1, 1), {}, r"its first axis must be 2 channels, divisible by 1"),
        ((3, 3, 3), (3, 1, 1, 1), {"groups": 2}, "must be 3 channels, divisible by 2"),
        ((2, 3, 3), (2, 3, 1, 1), {"groups": 2, "bias": np.ones(3)}, r"bias must have the shape \(6,\)"),
        (
            (1, 3, 4),
            (1, 1, 1, 1),
            {"output_padding": 1},
            r"height of shape \(1, 3, 4\): output_padding must be smaller",
        ),
        ((1, 3, 3), (1, 1, 1, 1), {"padding": (0, ((2, 1)))}, "width of .* padding must leave some of the output"),
        ((1, 3, 3), (1, 1, 1, 1), {"output_padding": -1}, "output_padding must be at least 0"),
        ((1, 3, 3), (1, 1, 1, 1), {"stride": 0}, "stride must be at least 1"),
    ],
)
def test_an_impossible_transposed_convolution_is_refused(
    x: tuple[int, ...], w: tuple[int, ...], arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        conv_transpose2d(np.ones(x), np.ones(w), **arguments)
