"""One run: start a site, let Schemathesis at it, and say how it went, operation by operation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.serving import NO_LIMITS, ROOT, Site, running

MOST = 3600  # seconds that edge cases and random ones may take; 200 for each operation take some minutes
CONFIG = Path(__file__).with_name("schemathesis.toml")


@dataclass(frozen=True)
class Outcome:
    """``counts``: per operation how many requests, in all (``cases``) and by status. ``bugs``: of the site's log."""

    counts: Mapping[str, Mapping[str, int]]
    failed: bool
    bugs: list[str]

    def table(self) -> str:
        """A line for each operation."""
        lines = [f"{'operation':24} {'requests':>8} {'2xx':>5}  by status"]
        for name, found in sorted(self.counts.items()):
            by_status = ", ".join(f"{status}: {found[status]}" for status in sorted(found) if status != "cases")
            lines.append(f"{name:24} {found['cases']:8} {_share(found):5.0%}  {by_status}")
        return "\n".join(lines)

    def wrong(self, least: int) -> list[str]:
        """What must not be; ``least``: how many requests every operation has to have got."""
        return [*self._of_operations(least), *self.bugs, *(["Schemathesis found failures"] if self.failed else [])]

    def _of_operations(self, least: int) -> Iterator[str]:
        for name, found in sorted(self.counts.items()):
            if found["cases"] < least:
                yield f"{name}: {found['cases']} requests, of which there should be {least}"
            if _share(found) == 0:
                yield f"{name}: no request was answered with 2xx"


def run(examples: int, seed: int, seconds: int) -> Outcome:
    """Fuzz a site of its own: edge cases, then ``examples`` for each operation, then ``seconds`` of sequences."""
    quiet = {**NO_LIMITS, "EMAIL_URL": "dummymail://", "LOG_LEVEL": "ERROR"}
    with tempfile.TemporaryDirectory(prefix="study-fuzz-") as folder, running(Path(folder), **quiet) as site:
        # A sequence that goes another way when it is repeated, as with random questions it does, ends its phase:
        # told how long it has, Schemathesis begins anew.
        parts = [
            _fuzz(site, seed, "--phases=coverage,fuzzing", f"--max-examples={examples}"),
            _fuzz(site, seed, "--phases=stateful", f"--max-time={seconds}"),
        ]
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for part, _failed in parts:
            for name, found in part.items():
                counts[name].update(found)
        return Outcome(counts, any(failed for _part, failed in parts), site.bugs())


def _fuzz(site: Site, seed: int, *options: str) -> tuple[dict[str, dict[str, int]], bool]:
    """The counts, and whether it found failures."""
    counts = site.log.with_name("counts.json")
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
        "FUZZ_SITE": site.address,
        "FUZZ_SEED": str(seed),
        "FUZZ_COUNTS": str(counts),
    }
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--no-color", f"--config-file={CONFIG}",
        "run", f"{site.address}/api/schema/", f"--seed={seed}", *options,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, timeout=MOST)
    return json.loads(counts.read_text()), done.returncode != 0


def _share(found: Mapping[str, int]) -> float:
    good = sum(count for status, count in found.items() if status.startswith("2"))
    return good / found["cases"]
