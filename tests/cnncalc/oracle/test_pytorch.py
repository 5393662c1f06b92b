"""cnncalc gives what PyTorch gives, and refuses what PyTorch refuses."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from tests.cnncalc.oracle import convolution, layers, losses, pooling, pooling_gradients, sizes
from tests.cnncalc.oracle.comparison import Difference, Subject, disagreement, ours, reproduce, theirs
from tests.cnncalc.oracle.differences import DIFFERENCES
from tests.cnncalc.oracle.drawing import Arguments

MODULES = (sizes, convolution, pooling, pooling_gradients, losses, layers)
SUBJECTS = tuple(subject for module in MODULES for subject in module.SUBJECTS)
SEED = 20240815


def verdict(torch: Any, subject: Subject, arguments: Arguments) -> tuple[str, str]:
    """Return ("cases" | "errors" | "failure" | the reason of a difference, what is wrong)."""
    try:
        here = ours(subject, arguments)
    except Exception as error:  # whatever it is, the case that caused it must be told
        return "failure", f"{type(error).__name__}: {error}"
    there = theirs(torch, subject, arguments)
    refusals = isinstance(here, ValueError), isinstance(there, Exception)
    for difference in DIFFERENCES:
        if subject.function in difference.functions and difference.applies(arguments):
            if not refusals[0 if difference.stricter else 1]:
                return "failure", f"no longer refused: {difference.reason}"
            if refusals == (difference.stricter, not difference.stricter):
                return difference.reason, ""
    if isinstance(here, ValueError) and isinstance(there, Exception):
        return "errors", ""
    if isinstance(here, ValueError) or isinstance(there, Exception):
        return "failure", f"only one side refuses\ncnncalc {here!r}\nPyTorch {there!r}"
    wrong = disagreement(subject, arguments, here, there)
    return ("failure", wrong) if wrong else ("cases", "")


def draws(subject: Subject) -> Iterator[Arguments]:
    """The same cases in every run."""
    rng = np.random.default_rng([SEED, zlib.crc32(subject.name.encode())])
    return (subject.draw(rng) for _ in range(subject.cases))


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_random_cases_agree(torch: Any, subject: Subject, record_property: Callable[[str, object], None]) -> None:
    kinds: Counter[str] = Counter()
    failures = []
    for i, arguments in enumerate(draws(subject)):
        kind, wrong = verdict(torch, subject, arguments)
        kinds[kind] += 1
        if wrong:
            failures.append(f"{reproduce(subject.function, arguments)}\n{wrong}\n(case {i} of this subject)")
    if failures:
        pytest.fail(f"{len(failures)} of {subject.cases} cases; the shortest:\n{min(failures, key=len)}", pytrace=False)
    assert kinds["errors"] >= subject.errors, kinds
    record_property("oracle cases", subject.cases)
    record_property("oracle errors", kinds["errors"])
    record_property("oracle differences", subject.cases - kinds["cases"] - kinds["errors"])


def test_the_cases_are_many_and_many_of_them_are_errors() -> None:
    assert sum(subject.cases for subject in SUBJECTS) >= 20_000
    assert sum(subject.errors for subject in SUBJECTS) >= 2_000


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.reason)
def test_the_cases_reach_every_documented_difference(torch: Any, difference: Difference) -> None:
    for function in difference.functions:
        candidates = (
            (subject, arguments)
            for subject in SUBJECTS
            if subject.function == function
            for arguments in draws(subject)
            if difference.applies(arguments)
        )
        assert any(verdict(torch, *candidate)[0] == difference.reason for candidate in candidates), function
