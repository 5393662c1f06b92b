"""cnncalc against PyTorch, SciPy and plain loops: separate processes, two threads each, in turns.

``python -m benchmarks.engine [PART OF A CASE'S NAME …]`` prints ratios of medians; above 1, cnncalc is slower.
"""

from __future__ import annotations

import importlib.util
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

ROUNDS = 15
ROUND_SECONDS = 0.04
PAUSE_SECONDS = 0.1
OTHERS = {"PyTorch": "torch", "SciPy": "scipy", "plain loops": "numpy"}


@dataclass(frozen=True)
class EngineFigure:
    """``ratio`` is cnncalc's time divided by the other library's; memory in MiB above inputs and outputs."""

    case: str
    library: str
    microseconds: float
    other_microseconds: float
    ratio: float
    memory: float
    other_memory: float


class Worker:
    """One library in its process."""

    def __init__(self, library: str, *, for_memory: bool = False) -> None:
        settings = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "2")
        if for_memory:  # what is freed goes back at once, so that each peak is the call's own
            settings |= dict.fromkeys(("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"), "65536")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.engine_worker", library],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **settings},
        )
        self.cases = set(iter(self._line, ""))

    def time(self, case: str, calls: int) -> float:
        """Return seconds per call; the pause lets the other library's waiting threads go to sleep."""
        time.sleep(PAUSE_SECONDS)
        return self._ask("time", case, calls)

    def memory(self, case: str) -> float:
        """Return MiB at the peak above inputs and outputs."""
        return self._ask("memory", case, 1) / 2**20

    def _ask(self, order: str, case: str, calls: int) -> float:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{order}\t{case}\t{calls}\n")
        self.process.stdin.flush()
        return float(self._line())

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("a benchmark's process ended")
        return line.rstrip("\n")


@contextmanager
def workers(library: str) -> Iterator[tuple[Worker, Worker]]:
    """Start a library's processes, one to measure times and one to measure memory, and end them."""
    started = Worker(library), Worker(library, for_memory=True)
    try:
        yield started
    finally:
        for one in started:
            one.process.terminate()
            one.process.wait()


def compare(case: str, our_workers: tuple[Worker, Worker], library: str, others: tuple[Worker, Worker]) -> EngineFigure:
    """Time both in turns; the ratio is the median of the rounds' ratios."""
    (ours, our_memory), (other, other_memory) = our_workers, others
    calls = [max(1, min(5000, round(ROUND_SECONDS / max(side.time(case, 2), 1e-7)))) for side in (ours, other)]
    rounds = [(ours.time(case, calls[0]), other.time(case, calls[1])) for _ in range(ROUNDS)]
    return EngineFigure(
        case,
        library,
        statistics.median(mine for mine, _ in rounds) * 1e6,
        statistics.median(theirs for _, theirs in rounds) * 1e6,
        statistics.median(mine / theirs for mine, theirs in rounds),
        our_memory.memory(case),
        other_memory.memory(case),
    )


def measure(wanted: list[str]) -> list[EngineFigure]:
    """Compare every case that has one of the ``wanted`` parts in its name; all, if there are none."""
    figures = []
    with workers("cnncalc") as ours:
        for library, module in OTHERS.items():
            if importlib.util.find_spec(module) is None:
                print(f"{library} is not installed: make oracle")
                continue
            with workers(library) as others:
                for case in sorted(ours[0].cases & others[0].cases):
                    if not wanted or any(part in case for part in wanted):
                        figures.append(compare(case, ours, library, others))
                        print(line(figures[-1]), flush=True)
    return figures


def line(figure: EngineFigure) -> str:
    """Return a figure as a line of the table."""
    return (
        f"{figure.case:28} {figure.microseconds:10.1f} µs  {figure.ratio:7.3f} × {figure.library}"
        f" ({figure.other_microseconds:.1f} µs); memory {figure.memory:.1f} MiB ({figure.other_memory:.1f} MiB)"
    )


if __name__ == "__main__":
    measure(sys.argv[1:])
