from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncalc import (
    Activation,
    BatchNorm2d,
    Concatenation,
    Conv2d,
    Flatten,
    GlobalMeanPool2d,
    Layer,
    Linear,
    MaxPool2d,
    Residual,
    Sequential,
    network,
    summarize,
)

RELU = Activation("ReLU")
SMALL: Sequence[Layer | tuple[str, Layer]] = [
    ("conv", Conv2d(3, 8, 3, padding=1, bias=False)),
    BatchNorm2d(8),
    RELU,
    (
        "block",
        Residual(
            [Conv2d(8, 4, 3, 2, 1), ("norm", BatchNorm2d(4)), RELU],
            [("conv", Conv2d(8, 4, 1, 2))],
        ),
    ),
    ("dense", Sequential([Concatenation([[], [("conv", Conv2d(4, 2, 3, padding=1))]]), RELU])),
    GlobalMeanPool2d(),
    ("fc", Linear(6, 5)),
]


def test_a_summary_lists_the_layers_in_the_order_of_calculation() -> None:
    rows = [
        (row.name, row.kind, row.depth, row.input_shape, row.output_shape, row.parameter_count, row.macs)
        for row in network.summarize(SMALL, (3, 6, 6)).rows
    ]
    assert rows == [
        ("conv", "Conv2d", 0, (3, 6, 6), (8, 6, 6), 216, 7776),
        ("1", "BatchNorm2d", 0, (8, 6, 6), (8, 6, 6), 16, 0),
        ("2", "ReLU", 0, (8, 6, 6), (8, 6, 6), 0, 0),
        ("block.main.0", "Conv2d", 2, (8, 6, 6), (4, 3, 3), 292, 2592),
        ("block.main.norm", "BatchNorm2d", 2, (4, 3, 3), (4, 3, 3), 8, 0),
        ("block.main.2", "ReLU", 2, (4, 3, 3), (4, 3, 3), 0, 0),
        ("block.shortcut.conv", "Conv2d", 2, (8, 6, 6), (4, 3, 3), 36, 288),
        ("block", "Residual", 0, (8, 6, 6), (4, 3, 3), 0, 0),
        ("dense.0.1.conv", "Conv2d", 3, (4, 3, 3), (2, 3, 3), 74, 648),
        ("dense.0", "Concatenation", 1, (4, 3, 3), (6, 3, 3), 0, 0),
        ("dense.1", "ReLU", 1, (6, 3, 3), (6, 3, 3), 0, 0),
        ("5", "GlobalMeanPool2d", 0, (6, 3, 3), (6,), 0, 0),
        ("fc", "Linear", 0, (6,), (5,), 35, 30),
    ]


def test_a_summary_adds_up_its_rows() -> None:
    summary = summarize(SMALL, (3, 6, 6))
    assert (summary.input_shape, summary.output_shape) == ((3, 6, 6), (5,))
    assert summary.parameter_count == 216 + 16 + 292 + 8 + 36 + 74 + 35
    assert summary.non_trainable_count == 2 * (8 + 4)
    assert summary.macs == 7776 + 2592 + 288 + 648 + 30
    assert set(asdict(summary)) == {
        "rows", "input_shape", "output_shape", "parameter_count", "non_trainable_count", "macs",
    }  # fmt: skip


def test_a_block_tells_the_numbers_of_its_summary() -> None:
    block = Sequential(SMALL)
    summary = summarize(SMALL, (3, 6, 6))
    assert block.output_shape((3, 6, 6)) == summary.output_shape
    assert block.parameter_count() == summary.parameter_count
    assert block.non_trainable_count() == summary.non_trainable_count
    assert block.macs((3, 6, 6)) == summary.macs
    assert isinstance(block, Layer)
    assert hash(block) == hash(Sequential(tuple(SMALL)))


def test_an_empty_network_gives_back_its_input() -> None:
    assert summarize([], (3, 6, 6)) == network.Summary((), (3, 6, 6), (3, 6, 6), 0, 0, 0)
    assert summarize([], [np.int64(3)]).output_shape == (3,)  # type: ignore[arg-type]  # a list of NumPy's


def test_a_network_that_ends_in_an_empty_block_has_the_shape_before_it() -> None:
    assert summarize([Flatten(), Sequential()], (3, 6, 6)).output_shape == (108,)


layers_keeping_shape = st.sampled_from(
    [Conv2d(4, 4, 3, padding=1), Conv2d(4, 4, 1, groups=2, bias=False), BatchNorm2d(4), RELU, MaxPool2d(3, 1, 1)]
)
blocks: Any = st.recursive(
    layers_keeping_shape,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(Sequential),
        st.tuples(st.lists(inner, max_size=3), st.lists(inner, max_size=2)).map(lambda pair: Residual(*pair)),
        st.lists(inner, max_size=2).map(lambda parts: Sequential([Concatenation([parts, []]), Conv2d(8, 4, 1)])),
    ),
    max_leaves=8,
)


@given(st.lists(blocks, max_size=4))
def test_blocks_may_stand_inside_of_blocks_and_nothing_is_lost(layers: list[Layer]) -> None:
    summary = summarize(layers, (4, 5, 6))
    assert summary.output_shape == (4, 5, 6)
    assert summary.parameter_count == sum(layer.parameter_count() for layer in layers)
    assert summary.parameter_count == sum(row.parameter_count for row in summary.rows)
    assert summary.non_trainable_count == sum(layer.non_trainable_count() for layer in layers)
    assert summary.macs == sum(layer.macs((4, 5, 6)) for layer in layers)
    assert len({row.name for row in summary.rows}) == len(summary.rows)


@dataclass(frozen=True)
class Halving:
    """A layer from outside."""

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        return (input_shape[0] // 2, *input_shape[1:])

    def parameter_count(self) -> int:
        return 3

    def non_trainable_count(self) -> int:
        return 2

    def macs(self, input_shape: tuple[int, ...]) -> int:
        return 1


def test_whatever_tells_a_layers_numbers_is_a_layer() -> None:
    summary = summarize([Halving(), Sequential([Halving()])], (8, 2))
    assert (summary.output_shape, summary.parameter_count, summary.macs) == ((2, 2), 6, 2)
    assert [row.kind for row in summary.rows] == ["Halving", "Halving"]


@pytest.mark.parametrize(
    ("layers", "shape", "message"),
    [
        (
            [Conv2d(3, 8, 3), ("next", Conv2d(3, 8, 3))],
            (3, 9, 9),
            r"^layer 'next' \(Conv2d\) with input shape \(8, 7, 7\): Conv2d needs 3 channels, got shape \(8, 7, 7\)$",
        ),
        (
            [Flatten(), Sequential([RELU, Residual([RELU, Linear(5, 5)])])],
            (2, 3),
            r"^layer '1\.1\.main\.1' \(Linear\) with input shape \(6,\): Linear needs the shape \(5,\)",
        ),
        (
            [("stage", Sequential([Residual([Conv2d(3, 8, 1)], [RELU])]))],
            (3, 4, 4),
            r"^layer 'stage\.0' \(Residual\) with input shape \(3, 4, 4\): a sum needs equal shapes, "
            r"got main \(8, 4, 4\) and shortcut \(3, 4, 4\)$",
        ),
        (
            [Concatenation([[], [MaxPool2d(2)], []])],
            (3, 4, 6),
            r"^layer '0' \(Concatenation\) with input shape \(3, 4, 6\): a concatenation needs shapes that differ in "
            r"channels only, got \(3, 4, 6\), \(3, 2, 3\), \(3, 4, 6\)$",
        ),
        ([Concatenation([[], [Flatten()]])], (3, 1, 1), r"got \(3, 1, 1\), \(3,\)$"),
        ([RELU], (3, 0, 4), r"an axis of shape \(3, 0, 4\) must be at least 1, got 0"),
        ([], (), r"needs the shape of one example, got \(\)"),
        ([], 5, "needs the shape of one example, got 5"),
        ("abc", (3,), "layers must be a list of layers, got 'abc'"),
        (RELU, (3,), "layers must be a list of layers, got Activation"),
        ([Flatten], (3,), "layers must hold layers or pairs of a label and a layer, got <class"),
        ([("a", RELU, RELU)], (3,), "layers must hold layers or pairs"),
        ([("a", "b")], (3,), r"layers must hold layers or pairs of a label and a layer, got \('a', 'b'\)"),
        ([("", RELU)], (3,), "a label must not be empty or hold a dot, got ''"),
        ([("a.b", RELU)], (3,), "a label must not be empty or hold a dot, got 'a.b'"),
        ([("a", RELU), ("a", RELU)], (3,), "layers: every name must be there once, got a, a"),
        ([("1", RELU), RELU], (3,), "layers: every name must be there once, got 1, 1"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(layers: Any, shape: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        summarize(layers, shape)


@pytest.mark.parametrize(
    ("create", "arguments", "message"),
    [
        (Residual, (RELU,), "main must be a list of layers"),
        (Residual, ([], 3), "shortcut must be a list of layers, got 3"),
        (Concatenation, ([],), r"branches must be one or more lists of layers, got \[\]"),
        (Concatenation, (RELU,), "branches must be one or more lists of layers"),
        (Concatenation, ([[], RELU],), "branch 1 must be a list of layers"),
        (Concatenation, ([[("x", RELU)], [("y.", RELU)]],), "branch 1: a label must not be empty or hold a dot"),
    ],
)
def test_an_impossible_block_is_refused(create: Any, arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        create(*arguments)


def test_a_block_by_itself_names_the_place_inside() -> None:
    with pytest.raises(ValueError, match=r"^layer 'main\.0' \(Linear\) with input shape \(3,\)"):
        Residual([Linear(4, 4)]).output_shape((3,))
    with pytest.raises(ValueError, match=r"^Residual with input shape \(3,\): a sum needs equal shapes"):
        Residual([Linear(3, 4)]).macs((3,))
