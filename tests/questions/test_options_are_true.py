"""Options of choices are tried out: the right one does what is asked for, and no other does."""

import re
from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

import cnncalc
from quizzes.questions import Variant, generate, load
from tests.bank import BANK

SOURCES = dict(BANK.sources)
SEEDS = range(20)


def posed(slug: str, seed: int) -> tuple[Variant, dict[str, str]]:
    """A variant and its options, as they read in English, by key."""
    variant = generate(load(SOURCES[f"questions/{slug}.toml"]), seed)
    (answer,) = variant.template.answers
    return variant, {choice.key: choice.label["en"].plain(variant.scope).strip("`") for choice in answer.choices}


def right(variant: Variant) -> Any:
    return next(iter(variant.answers.values()))


@pytest.mark.parametrize("seed", SEEDS)
def test_only_the_right_order_of_axes_makes_the_matrix_of_im2col(seed: int) -> None:
    variant, options = posed("im2col-code-cloze", seed)
    given: Any = variant.parameters
    x = np.random.default_rng(seed).integers(0, 1000, (given["N"], given["C"], 32, 32))
    windows = sliding_window_view(x, (given["F"], given["F"]), axis=(2, 3))[:, :, :: given["S"], :: given["S"]]
    rows: Any = variant.scope["rows"]
    wanted = cnncalc.im2col(x, given["F"], given["S"])
    for key, axes in options.items():
        columns = windows.transpose([int(axis) for axis in axes.split(",")]).reshape(rows, -1)
        assert np.array_equal(columns, wanted) == (key == right(variant))


def test_only_the_right_line_computes_the_output_size() -> None:
    variant, options = posed("output-size-code-cloze", 0)
    cases = [(28, 5, 0, 1), (28, 5, 2, 1), (32, 3, 1, 2), (7, 3, 0, 3)]
    for key, line in options.items():
        found = [
            eval(line, {"__builtins__": {}}, {"H": size, "FH": kernel, "pad": padding, "stride": stride})  # noqa: S307  # the bank's
            for size, kernel, padding, stride in cases
        ]
        wanted = [cnncalc.output_size(size, kernel, stride, padding) for size, kernel, padding, stride in cases]
        assert (found == wanted) == (key == right(variant))


@pytest.mark.parametrize("seed", SEEDS)
def test_only_the_right_number_of_inputs_lets_the_model_run(seed: int, torch: Any) -> None:
    variant, options = posed("fc-code-cloze", seed)
    given: Any = variant.parameters
    image = torch.zeros((1, 1, given["H"], given["H"]))
    for key, inputs in options.items():
        model = torch.nn.Sequential(
            torch.nn.Conv2d(1, given["K"], kernel_size=3, padding=1),
            torch.nn.ReLU(),
            torch.nn.MaxPool2d(2),
            torch.nn.Flatten(),
            torch.nn.Linear(int(inputs.replace(",", "")), given["N"]),
        )
        assert runs(model, image) == (key == right(variant))


@pytest.mark.parametrize("seed", SEEDS)
def test_only_the_right_head_takes_every_size(seed: int, torch: Any) -> None:
    variant, options = posed("gap-vs-fc-code", seed)
    channels = variant.parameters["C"]
    sizes = [torch.zeros((1, channels, side, side)) for side in (5, 7, 10)]
    for key, code in options.items():
        if key == "none":
            continue
        names = {name: getattr(torch.nn, name) for name in ("AdaptiveAvgPool2d", "AvgPool2d", "Flatten", "Linear")}
        layers = [eval(part.strip(" `"), {"__builtins__": {}}, names) for part in code.split("→")]  # noqa: S307  # the bank's
        head = torch.nn.Sequential(*layers)
        assert all(runs(head, maps) for maps in sizes) == (key == right(variant))


@pytest.mark.parametrize("seed", SEEDS)
def test_only_the_right_setting_halves_the_size(seed: int) -> None:
    variant, options = posed("output-size-which-padding", seed)
    given: Any = variant.parameters
    for key, setting in options.items():
        stride, padding = map(int, re.findall(r"\d+", setting))
        halved = cnncalc.output_size(given["H"], given["F"], stride, padding) * 2 == given["H"]
        assert halved == (key == right(variant))


@pytest.mark.parametrize("seed", SEEDS)
def test_only_the_right_p_gives_the_value(seed: int) -> None:
    variant, _ = posed("lp-pool-find-p", seed)
    window: Any = variant.scope["W"]
    shown: Any = variant.scope["two"]
    powers = {"one": 1.0, "two": 2.0, "many": 16.0, "infinity": np.inf}
    for key, p in powers.items():
        value = cnncalc.lp_pool2d(window, p, 2, normalized=True).item()
        assert (abs(value - float(shown)) <= 0.005) == (key == right(variant))


def runs(model: Any, data: Any) -> bool:
    try:
        model(data)
    except RuntimeError:  # how PyTorch says that shapes do not fit
        return False
    return True
