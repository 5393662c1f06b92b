"""Runs wrk, which takes next to nothing of the processor, on requests that were prepared."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

SCRIPT = Path(__file__).with_name("traffic.lua")


class NoAnswer(Exception):
    """Requests were refused or broke, or there were not enough of them."""


@dataclass(frozen=True)
class Period:
    """What wrk measured; times in ms."""

    requests: int
    seconds: float
    p50: float
    p95: float
    p99: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


@dataclass
class Traffic:
    """Prepared requests in a file, one a line, and how many were sent so far; ``once``: none may be repeated."""

    file: Path
    once: bool
    sent: int = field(default=0)

    def send(self, site: str, prefix: str, connections: int, seconds: float) -> Period:
        """Send what comes next, all connections busy, for so long. Raises :class:`NoAnswer`."""
        program = shutil.which("wrk")
        assert program, "wrk is missing; on Debian: apt install wrk"
        command = [program, "--threads", "1", "--connections", str(connections), "--duration", f"{seconds:.0f}s"]
        command += ["--timeout", "30s", "--script", str(SCRIPT), site, "--", str(self.file), prefix, str(self.sent)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        found = json.loads(next(line for line in told.splitlines() if line.startswith("FIGURES ")).partition(" ")[2])
        self.sent += found.pop("sent")
        if refused := found.pop("refused") + found.pop("broken"):
            raise NoAnswer(f"{refused} requests were refused or got no answer")
        if not found["requests"]:
            raise NoAnswer(f"nothing was answered in {seconds:.0f} s")
        if self.once and self.sent > len(self.file.read_text().splitlines()):
            raise NoAnswer(f"{self.sent} requests are more than were prepared; give --ahead")
        return Period(**found)
