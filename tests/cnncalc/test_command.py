import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnncalc.command import main

ROOT = Path(__file__).resolve().parents[2]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def english_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")


def shown(capsys: Capture, *arguments: str) -> str:
    assert main(arguments) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def test_an_output_size_is_worked_out_step_by_step(capsys: Capture) -> None:
    assert shown(capsys, "output-size", "28", "5", "--padding", "2", "--stride", "2") == (
        "Formula\n"
        "    O = ⌊(I + 2P - F)/S⌋ + 1\n"
        "Put the numbers in\n"
        "    O = ⌊(28 + 2 · 2 - 5)/2⌋ + 1\n"
        "Divide\n"
        "    27/2 = 13.5\n"
        "It does not divide exactly, so round\n"
        "    ⌊13.5⌋ = 13\n"
        "Answer\n"
        "    13 + 1 = 14\n"
    )


def test_height_and_width_are_worked_out_apart_where_they_differ(capsys: Capture) -> None:
    printed = shown(capsys, "output-size", "28x32", "3", "--padding", "1x0,2", "--lang", "ja")
    assert printed.startswith("[高さ]\n公式\n    O_h = ⌊(H + 2P - F_h)/S⌋ + 1\n")
    assert "[幅]\n公式\n    O_w = ⌊(W + P₁ + P₂ - F_w)/S⌋ + 1\n" in printed
    assert shown(capsys, "output-size", "28", "3x5").count("Answer") == 2
    result = json.loads(shown(capsys, "output-size", "28x32", "3", "--json"))
    assert [result[axis]["result"] for axis in ("height", "width")] == [26, 30]


def test_the_language_is_that_of_the_terminal(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert shown(capsys, "params", "linear", "400", "120").startswith("公式\n")
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert shown(capsys, "params", "linear", "400", "120").startswith("Formula\n")


def test_json_holds_result_and_steps(capsys: Capture) -> None:
    answer = json.loads(shown(capsys, "params", "conv", "3", "64", "3", "--json", "--lang", "ja"))
    assert answer["result"] == 1792
    assert answer["steps"][0] == {
        "key": "formula",
        "name": "公式",
        "latex": "C_o \\times C_i \\times F_h \\times F_w + C_o",
        "text": "Cₒ × Cᵢ × F_h × F_w + Cₒ",
        "value": None,
    }


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        (["output-size", "5", "2", "--stride", "2", "--ceil-mode"], 3),
        (["output-size", "7", "3", "--dilation", "2", "--padding", "0,1"], 4),
        (["transposed-output-size", "4", "2", "--stride", "2"], 8),
        (["transposed-output-size", "14", "3", "--stride", "2", "--padding", "1", "--output-padding", "1"], 28),
        (["pool", "1 3 2 0; 4 2 1 5", "2"], [[4, 5]]),
        (["pool", "1 3 2 0; 4 2 1 5", "2", "--kind", "mean"], [["5/2", "2"]]),
        (["pool", "1, 2\n3, 5", "2", "--kind=mean", "--padding=1", "--exclude-padding"], [["1", "2"], ["3", "5"]]),
        (["pool", "3 4", "1x2", "--kind", "lp"], [[5.0]]),
        (["pool", "-3 2", "1x2", "--kind", "lp", "--p", "inf"], [[3.0]]),
        (["pool", "3 5", "1x2", "--kind", "lp", "--p", "1", "--normalized"], [[4.0]]),
        (["conv", "1 2 3; 4 5 6; 7 8 9", "1 0; 0 -1"], [[[-4, -4], [-4, -4]]]),
        (["conv", "[[[1, 2]], [[3, 4]]]", "[[[[1]], [[1]]], [[[0]], [[2]]]]", "--bias", "0 1"], [[[4, 6]], [[7, 9]]]),
        (["im2col", "1 2; 3 4; 5 6", "2"], [[1, 3], [2, 4], [3, 5], [4, 6]]),
        (["im2col", "1 2; 3 4; 5 6", "2", "--windows-as", "rows"], [[1, 2, 3, 4], [3, 4, 5, 6]]),
        (["receptive-field", "7,2,3", "3,2"], {"size": 11, "jump": 4, "start": -3}),
        (["params", "conv", "8", "8", "3x1", "--groups", "8", "--no-bias"], 24),
        (["params", "linear", "25088", "256"], 6422784),
        (["params", "depthwise-separable", "32", "64", "3", "--no-bias"], 2336),
        (["params", "batch-norm", "64"], 128),
    ],
)  # fmt: skip
def test_every_command_calculates(capsys: Capture, arguments: list[str], result: object) -> None:
    assert json.loads(shown(capsys, *arguments, "--json"))["result"] == result
    assert shown(capsys, *arguments).splitlines()[-2:]


def test_a_matrix_may_come_from_the_standard_input(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("1 3\n4 2\n"))
    assert shown(capsys, "pool", "-", "2").endswith("Answer\n    ( 4 )\n")


def test_a_known_network_is_shown_layer_by_layer(capsys: Capture) -> None:
    printed = shown(capsys, "summary", "vgg16", "--input", "3x224x224").splitlines()
    assert printed[0].split("  ")[0] == "Layer"
    assert any("64 × 224 × 224" in line and "1,792" in line for line in printed)
    assert [line.split() for line in printed[-3:]] == [
        ["Trainable", "parameters", "138,357,544"],
        ["Other", "parameters", "0"],
        ["MACs", "15,470,264,320"],
    ]
    whole = json.loads(shown(capsys, "summary", "lenet5", "--json"))
    assert whole["parameter_count"] == 61706
    japanese = shown(capsys, "summary", "mobilenet-v1", "--lang", "ja")
    assert "学習しないパラメータ数" in japanese
    assert "4,231,976" in japanese


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["output-size", "4", "5"], "must not be larger than the padded input"),
        (["output-size", "28", "0"], "kernel must be at least 1, got 0"),
        (["pool", "1 2; 3", "2"], "is not a matrix such as '1 2; 3 4'"),
        (["pool", "1 a", "1"], "is not a matrix such as '1 2; 3 4'"),
        (["pool", '["1", "2"]', "1"], "holds something else than numbers"),
        (["pool", "1 2; 3 4", "2", "--padding", "2"], "half the kernel"),
        (["pool", "1 2; 3 4", "2", "--kind", "lp", "--p", "two"], "'two' is not a number"),
        (["conv", "[[[[1]]]]", "1"], "shape"),
        (["receptive-field", "3,1,0,1,1"], "stage 1 must be"),
        (["receptive-field", "3,x"], "holds 'x', which is no integer"),
        (["output-size", "2x2x2", "1"], "neither an integer nor HEIGHTxWIDTH"),
        (["output-size", "9", "3", "--padding", "1x1x1"], "more than two axes"),
        (["output-size", "9", "3", "--padding", "1,1,1"], "more than two sides"),
        (["summary", "vgg16", "--input", "3x10x10"], "shape"),
        (["summary", "vgg17"], "invalid choice: 'vgg17'"),
        ([], "COMMAND"),
    ],
)
def test_what_cannot_be_calculated_is_said_and_the_status_is_2(
    capsys: Capture, arguments: list[str], message: str
) -> None:
    try:
        status = main(arguments)
    except SystemExit as ended:
        status = int(str(ended.code))
    printed = capsys.readouterr()
    assert status == 2
    assert printed.out == ""
    assert message in printed.err
    assert "Traceback" not in printed.err


def test_the_module_runs_as_a_program_even_where_the_terminal_lacks_the_signs() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "cnncalc", "output-size", "28", "5"],
        cwd=ROOT, env=environment, capture_output=True, check=True,
    )  # fmt: skip
    assert b"O = ?(28 + 2 ? 0 - 5)/1? + 1" in done.stdout
