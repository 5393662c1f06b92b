"""PyTorch, where it is installed, and the count of what was compared with it."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import pytest


@pytest.fixture(scope="session")
def torch() -> Any:
    """PyTorch's own kernels, on one thread: for arrays this small more threads only wait for each other.

    Those of oneDNN, which float32 would get, answer some errors and 0 * inf differently from all other types.
    """
    if importlib.util.find_spec("torch") is None:
        message = "PyTorch is not installed; pip install -r requirements-oracle.txt"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(message)
        pytest.skip(message)
    importlib.import_module("torch.utils.flop_counter")
    torch: Any = importlib.import_module("torch")  # nothing else may need it, not even the type checker
    torch.set_num_threads(1)
    torch.backends.mkldnn.set_flags(False)
    return torch


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    counted = {"cases": 0, "errors": 0, "differences": 0}
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name.startswith("oracle "):
                counted[name.removeprefix("oracle ")] += int(str(value))
    if counted["cases"]:
        terminalreporter.write_line(
            f"Compared with PyTorch: {counted['cases']:,} cases, of which {counted['errors']:,} are errors on both "
            f"sides, {counted['differences']:,} are documented differences, and all others give the same numbers"
        )
