"""Softmax and cross-entropy: what is drawn, and PyTorch's calculation of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from tests.cnncalc.oracle.comparison import Calculation, Subject
from tests.cnncalc.oracle.drawing import (
    FINITE,
    FLOATS,
    Arguments,
    Spoiler,
    array,
    booleans,
    chance,
    number,
    one_of,
    replaced,
    spoiled,
    wrong_length,
    wrong_rank,
)

KINDS = [*FINITE, *FLOATS]


def draw_softmax(rng: Generator) -> Arguments:
    shape = tuple(number(rng, 1, 5) for _ in range(number(rng, 1, 4)))
    x = array(rng, one_of(rng, KINDS), shape)
    if x.dtype.kind == "f" and chance(rng, 0.2):
        x = x * x.dtype.type(1000)
    arguments = {"x": x, "axis": number(rng, -len(shape), len(shape) - 1)}
    if arguments["axis"] == -1 and chance(rng, 0.5):
        del arguments["axis"]
    return spoiled(rng, arguments, (replaced("axis", 4, -5, 9, 1.0, True, "0", (0, 1)), wrong_length("x")), share=0.3)


def draw_cross_entropy(rng: Generator) -> Arguments:
    classes = number(rng, 1, 5)
    batch = one_of(rng, [(), (1,), (2,), (4,)])
    logits = array(rng, one_of(rng, KINDS), (*batch, classes))
    targets = rng.integers(0, classes, batch)
    arguments: Arguments = {"logits": logits, "targets": np.asarray(targets, dtype=np.int64)}
    if chance(rng, 0.75):
        arguments["reduction"] = one_of(rng, ["mean", "sum", "none"])
    ways: tuple[Spoiler, ...] = (
        _out_of_range(classes),
        _out_of_range(-1),
        _out_of_range(-100),
        wrong_length("targets"),
        wrong_rank("targets"),
        wrong_length("logits"),
        wrong_rank("logits"),
        booleans("targets"),
        booleans("logits"),
        _as_float,
        _probabilities,
        _in_a_list,
        _no_examples,
        replaced("reduction", "max", "", "Mean", None, 1),
    )
    return spoiled(rng, arguments, ways, share=0.35)


def softmax(name: str) -> Calculation:
    return lambda torch, a: getattr(torch.nn.functional, name)(a["x"], a.get("axis", -1))


def cross_entropy(torch: Any, a: Arguments) -> Any:
    reduction = {"reduction": a["reduction"]} if "reduction" in a else {}
    return torch.nn.functional.cross_entropy(a["logits"], a["targets"], **reduction)


def cross_entropy_gradient(torch: Any, a: Arguments) -> Any:
    """Without a reduction each example has a loss of its own, which depends on its own logits only."""
    logits = a["logits"].requires_grad_()
    loss = cross_entropy(torch, a)
    return torch.autograd.grad(loss.sum(), logits)[0]


def _out_of_range(target: int) -> Spoiler:
    def spoil(rng: Generator, arguments: Arguments) -> None:
        targets = np.array(arguments["targets"])
        targets.flat[number(rng, 0, targets.size - 1)] = target
        arguments["targets"] = targets

    return spoil


def _as_float(rng: Generator, arguments: Arguments) -> None:
    arguments["targets"] = arguments["targets"].astype(np.float64)


def _probabilities(rng: Generator, arguments: Arguments) -> None:
    arguments["targets"] = np.full(arguments["logits"].shape, 0.5)


def _in_a_list(rng: Generator, arguments: Arguments) -> None:
    arguments["targets"] = arguments["targets"][None]


def _no_examples(rng: Generator, arguments: Arguments) -> None:
    arguments["logits"], arguments["targets"] = (
        arguments["logits"].reshape(-1, arguments["logits"].shape[-1])[:0],
        arguments["targets"].reshape(-1)[:0],
    )


SUBJECTS = (
    Subject("softmax", "softmax", 800, 90, draw_softmax, softmax("softmax")),
    Subject("log-softmax", "log_softmax", 800, 90, draw_softmax, softmax("log_softmax")),
    Subject("cross-entropy", "cross_entropy", 1500, 250, draw_cross_entropy, cross_entropy),
    Subject(
        "gradient of cross-entropy",
        "cross_entropy_gradient",
        1200,
        200,
        draw_cross_entropy,
        cross_entropy_gradient,
    ),
)
