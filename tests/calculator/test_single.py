"""One layer: what comes out, what is refused and with which words, and that links keep it all."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnncalc.layers import Layer
from cnncalc.shapes import Shape
from quizzes.calculator import single, working
from quizzes.calculator.layers import KINDS
from quizzes.calculator.mistakes import CalculatorError
from quizzes.calculator.pictures import drawn
from quizzes.calculator.words import MESSAGES, NOTES
from quizzes.questions.markup import mathml

WINDOWS = {"out_channels": "8", "kernel": "3"}


def refused(kind: str, **texts: str) -> dict[str, str]:
    with pytest.raises(CalculatorError) as error:
        single.calculate(kind, texts)
    return {name: mistake.code for name, mistake in error.value.mistakes.items()}


@pytest.mark.parametrize(
    ("kind", "texts", "shape", "parameters", "macs"),
    [
        # AlexNet's first layer and LeNet-5's first two, as published
        ("conv2d", {"input": "3x224x224", "out_channels": "64", "kernel": "11", "stride": "4", "padding": "2"},
         (64, 55, 55), 23_296, 70_276_800),
        ("conv2d", {"input": "1x32x32", "out_channels": "6", "kernel": "5"}, (6, 28, 28), 156, 117_600),
        ("conv2d", {"input": "32x112x112", "out_channels": "32", "kernel": "3", "padding": "1", "groups": "32",
                    "bias": "0"}, (32, 112, 112), 288, 3_612_672),
        ("conv2d", {"input": "3x28x20", "out_channels": "8", "kernel": "3x5", "padding": "same"},
         (8, 28, 20), 368, 201_600),
        ("conv2d", {"input": "3x32x32", "out_channels": "16", "kernel": "3", "dilation": "2"},
         (16, 28, 28), 448, 338_688),
        ("conv_transpose2d", {"input": "8x14x14", "out_channels": "4", "kernel": "3", "stride": "2", "padding": "1",
                              "output_padding": "1"}, (4, 28, 28), 292, 56_448),
        ("max_pool2d", {"input": "96x55x55", "kernel": "3", "stride": "2"}, (96, 27, 27), 0, 0),
        ("max_pool2d", {"input": "1x5x5", "kernel": "2", "stride": "", "ceil_mode": "1"}, (1, 3, 3), 0, 0),
        ("mean_pool2d", {"input": "6x28x28", "kernel": "2"}, (6, 14, 14), 0, 0),
        ("lp_pool2d", {"input": "6x28x28", "kernel": "2", "p": "1.5"}, (6, 14, 14), 0, 0),
        ("linear", {"input": "512x7x7", "out_features": "4096"}, (4096,), 102_764_544, 102_760_448),
        ("linear", {"input": "25,088", "out_features": "256"}, (256,), 6_422_784, 6_422_528),
        ("gap", {"input": "512x7x7"}, (512,), 0, 0),
        ("flatten", {"input": "16x5x5"}, (400,), 0, 0),
        ("batch_norm", {"input": "64x32x32"}, (64, 32, 32), 128, 0),
    ],
)  # fmt: skip
def test_published_and_known_results(
    kind: str, texts: dict[str, str], shape: Shape, parameters: int, macs: int
) -> None:
    result = single.calculate(kind, texts)
    assert (result.output_shape, result.parameters, result.macs) == (shape, parameters, macs)


@pytest.mark.parametrize(
    "text", ["3x32x32", "３×３２×３２", " 3 × 32 × 32 ", "(3, 32, 32)", "3 32 32", "3,32,32", "3*32*32"]
)
def test_an_input_is_read_as_people_type_it(text: str) -> None:
    assert single.calculate("conv2d", {"input": text, **WINDOWS}).input_shape == (3, 32, 32)


@pytest.mark.parametrize(
    ("kind", "texts", "mistakes"),
    [
        ("conv2d", {"input": ""}, {"input": "missing"}),
        ("conv2d", {"input": "3x32"}, {"input": "shape"}),
        ("conv2d", {"input": "8x3x32x32"}, {"input": "batch"}),
        ("conv2d", {"input": "3²x32x32"}, {"input": "not-plain-digits"}),
        ("conv2d", {"input": "3x0x32"}, {"input": "shape"}),
        ("conv2d", {"input": "3x1000001x32"}, {"input": "shape"}),
        ("conv2d", {"input": "3x9x9"}, {"out_channels": "missing", "kernel": "missing"}),
        ("conv2d", {"input": "3x9x9", "out_channels": "-1", "kernel": "1x2x3"},
         {"out_channels": "number", "kernel": "pair"}),
        ("conv2d", {"input": "3x9x9", **WINDOWS, "stride": "0", "padding": "x"}, {"stride": "pair", "padding": "pair"}),
        ("conv2d", {"input": "3x9x9", **WINDOWS, "bias": "maybe"}, {"bias": "flag"}),
        ("conv2d", {"input": "3x9x9", **WINDOWS, "groups": "2"}, {"groups": "groups"}),
        ("conv2d", {"input": "3x2x9", **WINDOWS}, {"kernel": "kernel-too-large"}),
        ("conv2d", {"input": "3x9x9", **WINDOWS, "dilation": "5"}, {"kernel": "kernel-too-large"}),
        ("conv2d", {"input": "3x9x9", **WINDOWS, "padding": "same", "stride": "2"}, {"padding": "same-stride"}),
        ("conv2d", {"input": "3x9x9", **WINDOWS, "kernel": "2", "padding": "same"}, {"padding": "same-even"}),
        ("conv_transpose2d", {"input": "3x9x9", **WINDOWS, "output_padding": "1"},
         {"output_padding": "output-padding"}),
        ("conv_transpose2d", {"input": "3x1x1", **WINDOWS, "padding": "2"}, {"padding": "nothing-left"}),
        ("conv_transpose2d", {"input": "3x1000000x1000000", **WINDOWS, "stride": "1000000", "kernel": "1000000"}, {}),
        ("max_pool2d", {"input": "3x9x9", "kernel": "2", "padding": "2"}, {"padding": "pool-padding"}),
        ("max_pool2d", {"input": "3x1x9", "kernel": "2", "padding": "1", "dilation": "2"}, {"padding": "pool-empty"}),
        ("max_pool2d", {"input": "3x9x1000000", "kernel": "2", "dilation": "2"}, {"dilation": "large-dilated"}),
        ("lp_pool2d", {"input": "3x9x9", "kernel": "2", "p": "0"}, {"p": "exponent"}),
        ("linear", {"input": "3x9", "out_features": "5"}, {"input": "any-shape"}),
        ("linear", {"input": "1000000x1000000x1000000", "out_features": "5"}, {"input": "too-large"}),
    ],
)  # fmt: skip
def test_what_cannot_be_calculated_is_told_at_its_field(
    kind: str, texts: dict[str, str], mistakes: dict[str, str]
) -> None:
    if mistakes:
        assert refused(kind, **texts) == mistakes
    else:
        single.calculate(kind, texts)


def test_messages_say_how_to_mend_it_in_both_languages() -> None:
    with pytest.raises(CalculatorError) as error:
        single.calculate("conv2d", {"input": "3x2x9", **WINDOWS})
    mistake = error.value.mistakes["kernel"]
    assert "高さ方向の広がり3" in mistake.text("ja")
    assert "カーネルを小さく" in mistake.text("ja")
    assert mistake.text("en").startswith("The kernel does not fit: along the height it extends over 3")


def test_every_text_stands_in_both_languages_with_the_same_gaps() -> None:
    for words in (*MESSAGES.values(), *NOTES.values()):
        gaps = [{part.split("}")[0] for part in words[language].split("{")[1:]} for language in ("ja", "en")]
        assert gaps[0] == gaps[1]


def told_in_words(error: CalculatorError) -> None:
    assert all(mistake.text("ja") and mistake.text("en") for mistake in error.mistakes.values())


SIZE = st.integers(1, 40)
TEXTS = st.fixed_dictionaries(
    {"input": st.tuples(SIZE, SIZE, SIZE).map(lambda sizes: "x".join(map(str, sizes)))},
    optional={
        "out_channels": st.integers(1, 8).map(str),
        "out_features": st.integers(1, 8).map(str),
        "kernel": st.one_of(st.integers(1, 6).map(str), st.tuples(SIZE, SIZE).map(lambda two: f"{two[0]}x{two[1]}")),
        "stride": st.integers(1, 5).map(str),
        "padding": st.sampled_from(["0", "1", "2", "1x0", "same"]),
        "dilation": st.integers(1, 3).map(str),
        "groups": st.integers(1, 3).map(str),
        "output_padding": st.integers(0, 2).map(str),
        "bias": st.sampled_from(["0", "1"]),
        "ceil_mode": st.sampled_from(["0", "1"]),
        "p": st.sampled_from(["1", "2", "2.5"]),
    },
)


@settings(deadline=None)
@given(st.sampled_from(sorted(single.EXAMPLES)), TEXTS)
def test_a_link_leads_back_to_the_same_result_and_all_of_it_can_be_shown(kind: str, texts: dict[str, str]) -> None:
    try:
        result = single.calculate(kind, texts)
    except CalculatorError as error:
        told_in_words(error)
        return
    link = {name: values[0] for name, values in parse_qs(single.query(result.layer, result.input_shape)).items()}
    assert single.calculate(link.pop("layer"), link) == result
    for language in ("ja", "en"):
        assert working.steps(result.layer, result.input_shape, language)
        drawn(result.layer, result.input_shape, language)


def test_every_example_can_be_calculated() -> None:
    for kind, texts in single.EXAMPLES.items():
        layer: Layer = single.calculate(kind, texts).layer
        assert working.steps(layer, single.calculate(kind, texts).input_shape, "en")
        assert texts.keys() <= {"input", *KINDS[kind].settings}


def test_the_steps_end_in_the_results() -> None:
    result = single.calculate("conv2d", single.EXAMPLES["conv2d"])
    steps = working.steps(result.layer, result.input_shape, "ja")
    assert "<h3>出力の高さと幅</h3>" in steps
    assert "<h3>パラメータ数</h3>" in steps
    assert mathml("1{,}200 + 16 = 1{,}216", display=True) in steps


def test_pooling_has_a_figure_of_its_own_name_and_none_where_a_window_lies_beyond_the_end() -> None:
    texts = {"input": "1x5x5", "kernel": "2"}
    floor, ceil = (single.calculate("max_pool2d", {**texts, "ceil_mode": mode}) for mode in ("0", "1"))
    figure = drawn(floor.layer, floor.input_shape, "en").figure
    assert figure is not None
    assert figure.title == "The pooling"
    assert "Window F" in figure.table
    assert drawn(ceil.layer, ceil.input_shape, "en").figure is None
