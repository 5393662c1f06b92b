"""The count of what was compared with PyTorch."""

from __future__ import annotations

import pytest


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
