"""A whole network: its notation, its table, and messages that name the line."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.architectures import ARCHITECTURES
from cnncalc.layers import Conv2d, ConvTranspose2d, Layer, Linear, LpPool2d, MaxPool2d
from cnncalc.network import summarize
from quizzes.calculator.layers import KINDS, build
from quizzes.calculator.mistakes import CalculatorError
from quizzes.calculator.networks import MAX_LAYERS, MAX_TEXT, calculate, preset
from quizzes.calculator.notation import read, written
from quizzes.calculator.vocabulary import NAMES, SETTINGS, SHOWN, WRITTEN, key
from quizzes.calculator.words import PRESETS

LENET = """input 1x28x28
conv 6 kernel 5 padding 2
relu
maxpool 2
conv 16 k5
relu
maxpool 2
flatten
linear 120
linear 84
linear 10
"""


def told(text: str, language: str = "en") -> str:
    error = calculate(text).error
    return error.told("ja" if language == "ja" else "en") if error else ""


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_known_networks_have_their_published_number_of_parameters(name: str) -> None:
    network = calculate(preset(name))
    assert network.error is None
    assert network.parameters == ARCHITECTURES[name].published_parameter_count
    summary = summarize(ARCHITECTURES[name].layers, ARCHITECTURES[name].input_shape)
    assert [row.output_shape for row in network.rows] == [row.output_shape for row in summary.rows]
    assert network.macs == summary.macs


def test_there_is_no_other_known_network() -> None:
    assert preset("resnet18") == preset("../x") == ""


def test_a_network_is_a_table_of_its_lines() -> None:
    network = calculate(LENET)
    assert network.error is None
    assert [row.line for row in network.rows] == list(range(2, 12))
    assert network.rows[-1].output_shape == (10,)
    assert network.parameters == 61_706


@pytest.mark.parametrize(
    ("line", "kind", "texts"),
    [
        ("conv 6 kernel 5 padding 2", "conv2d", {"out_channels": "6", "kernel": "5", "padding": "2"}),
        ("CONV2D 6, 5, 1, 2", "conv2d", {"out_channels": "6", "kernel": "5", "stride": "1", "padding": "2"}),
        ("ｃｏｎｖ　６　ｋ５　ｓ１　ｐ２", "conv2d",
         {"out_channels": "6", "kernel": "5", "stride": "1", "padding": "2"}),
        ("conv(6, (3, 5), padding=same)", "conv2d", {"out_channels": "6", "kernel": "3x5", "padding": "same"}),
        ("conv 6 3×5 nobias", "conv2d", {"out_channels": "6", "kernel": "3x5", "bias": "0"}),
        ("畳み込み 6 カーネル5 ストライド2 バイアスなし", "conv2d",
         {"out_channels": "6", "kernel": "5", "stride": "2", "bias": "0"}),
        ("nn.Conv2d(1, 6, 5, padding=2)", "conv2d",
         {"in_channels": "1", "out_channels": "6", "kernel": "5", "padding": "2"}),
        ("self.c1 = nn.Conv2d(3, 64, kernel_size=(11, 11), bias=False)", "conv2d",
         {"in_channels": "3", "out_channels": "64", "kernel": "11x11", "bias": "false"}),
        ("Conv2D(6, (5, 5), padding='same')", "conv2d", {"out_channels": "6", "kernel": "5x5", "padding": "same"}),
        ("(2): MaxPool2d(kernel_size=3, stride=2, ceil_mode=False)", "max_pool2d",
         {"kernel": "3", "stride": "2", "ceil_mode": "false"}),
        ("Max Pooling 2", "max_pool2d", {"kernel": "2"}),
        ("maxpool 3 s2 ceil", "max_pool2d", {"kernel": "3", "stride": "2", "ceil_mode": "1"}),
        ("最大値プーリング 2", "max_pool2d", {"kernel": "2"}),
        ("lppool p2 k3", "lp_pool2d", {"p": "2", "kernel": "3"}),
        ("linear 4,096", "linear", {"out_features": "4096"}),
        ("nn.Linear(400,120)", "linear", {"in_features": "400", "out_features": "120"}),
        ("全結合層10", "linear", {"out_features": "10"}),
        ("nn.ReLU(inplace=True),", "relu", {}),
        ("leaky-relu", "leakyrelu", {}),
        ("global average pooling", "gap", {}),
        ("BatchNorm2d(64, eps=1e-05, affine=True)", "batch_norm", {"in_channels": "64"}),
        ("dropout 0.5", "dropout", {"rate": "0.5"}),
        ("input 3,224,224", "input", {"input": "3,224,224"}),
    ],
)  # fmt: skip
def test_a_line_is_read_as_people_write_it(line: str, kind: str, texts: dict[str, str]) -> None:
    assert read(line) == (kind, texts)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Write one layer per line."),
        ("conv 3 k3", "Line 1, “conv 3 k3”: Begin with the shape of the input"),
        ("input 8x3x32x32", "Line 1, “input 8x3x32x32”: Leave the batch out"),
        ("input 1x28x28\n\nfoo 3", "Line 3, “foo 3”: This is no layer that can be read. Write one of input, conv,"),
        ("input 1x28x28\nconv 6", "Line 2, “conv 6”: Kernel: Type a value."),
        ("input 1x28x28\nconv 6 q3", "“q3” cannot be read. A line with conv may have: out, kernel, stride"),
        ("input 1x28x28\nconv 6 k5 k3", "Kernel: It stands there twice."),
        ("input 1x28x28\nrelu 3", "“3” is not needed: relu has no settings."),
        ("input 1x28x28\nconv 6 k⑤", "Superscripts and circled digits cannot be read."),
        ("input 1x28x28\nconv 6 k29", "The kernel does not fit"),
        ("input 1x28x28\nlinear 10", "Put a line with flatten or gap before it."),
        ("input 1x28x28\nflatten\nconv 6 k5", "Line 3, “conv 6 k5”: This layer takes channels × height × width"),
        ("input 1x28x28\ninput 1x28x28", "The input stands in the first line only."),
        ("input 1x28x28\nnn.Conv2d(3, 6, 5)", "Input channels: It says 3, but what comes in has 1."),
        ("input 1x28x28\n" + "relu\n" * (MAX_LAYERS + 1), f"Too many layers: at most {MAX_LAYERS}."),
        ("x" * (MAX_TEXT + 1), "That is too long: at most 2,000 characters."),
        ("input 1000000x1x1\n" + "transposed 1 k1000000 s1000000\n" * 9, "The result is too large"),
    ],
)
def test_a_message_names_the_line_and_how_to_mend_it(text: str, message: str) -> None:
    assert message in told(text)
    assert told(text, "ja")


def test_lines_before_a_mistake_are_calculated() -> None:
    network = calculate("input 1x28x28\nconv 6 k5\nlinear 10")
    assert [row.output_shape for row in network.rows] == [(6, 24, 24)]
    assert told("input 1x28x28\nconv 6 k5\nlinear 10", "ja").startswith("3行目「linear 10」：")


def test_comments_and_a_bare_shape_are_fine() -> None:
    assert calculate("1×28×28   # MNIST\n# first\nconv 6 k5 # no padding").rows[0].output_shape == (6, 24, 24)


@pytest.mark.parametrize(
    "layer",
    [
        Conv2d(4, 8, (3, 5), (1, 2), (1, 2), 2, 4, False),
        ConvTranspose2d(4, 8, 3, 2, 1, 1, 2, False, 2),
        MaxPool2d(3, 2, 1, 2, True),
        LpPool2d(2.5, 3, 1, 1),
        Linear(4, 7, False),
    ],
)
def test_a_written_layer_is_read_as_the_same(layer: Layer) -> None:
    kind, texts = read(written(layer))
    assert build(kind, texts, (4,) if isinstance(layer, Linear) else (4, 20, 20))[0] == layer


def test_every_kind_can_be_named_and_every_setting_too() -> None:
    assert set(WRITTEN) == {"input", *KINDS}
    assert {NAMES[key(name)] for name in WRITTEN.values()} == {"input", *KINDS}
    assert all(key(name) in NAMES for name in SHOWN)
    assert {setting for kind in KINDS.values() for setting in kind.settings} <= set(SETTINGS)


PIECES = st.sampled_from(
    ["conv", "maxpool", "linear", "flatten", "lppool", "transposed", "dropout", "gap", "k", "p", "same", "1", "2",
     "3x", "(", ")", ",", "=", "-", "nn.", "²", "9" * 30, "0.5", "input", "1x8x8", "\n", " ", "#", "no", "bias", "×",
     "全結合"]
)  # fmt: skip


@settings(deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=30).map(" ".join)))
def test_any_text_is_calculated_or_refused_in_words(text: str) -> None:
    for lines in (text, f"input 3x9x9\n{text}"):
        error = calculate(lines).error
        assert error is None or (error.told("ja") and error.told("en"))
    with suppress(CalculatorError):
        read(text)
