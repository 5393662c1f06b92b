"""``python -m tests.reliability.soak``: ten minutes of mixed load, over which the workers must not grow.

Apps, visitors in both languages and an author load a site of gunicorn's default workers and threads. Memory is what
Linux counts as the workers' share (PSS), fitted by a line over the requests after the warm-up. File descriptors and
threads are counted while nobody asks. Then two builds that leak on purpose, each of which has to be caught.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression
from typing import NamedTuple

from tests.serving import NO_LIMITS, Site, prepared

from .traffic import Author, Crowd, Device, Person, Reader, Tally, Visitor

EMAIL, PASSWORD = "soak@example.org", "correct horse battery staple"
DEVICES, VISITORS = 4, 3
BOUND = 1.0  # MB per 10,000 requests after the warm-up, all workers together
SHORT, SHORT_BOUND = 3000, 50.0  # requests of a short run and its bound; kept answers come to 110, nothing kept to 8
WARM = 0.3  # of a run: the line is fitted over the rest
QUIET = 3.0  # seconds after which gunicorn has closed what nobody uses
CONTROLS = {
    "keeps every answer": "tests.reliability.leaking_memory:application",
    "never closes a file": "tests.reliability.leaking_files:application",
}


class Sample(NamedTuple):
    """The workers together, after so many requests."""

    requests: int
    megabytes: float


class Held(NamedTuple):
    """What the workers hold while nobody asks: descriptors of databases apart, as each thread keeps a connection."""

    descriptors: int
    database: int
    threads: int
    kinds: Counter[str]  # of the descriptors


@dataclass
class Figures:
    """What a run came to; it is good where there are no ``problems``."""

    requests: int
    seconds: float
    statuses: Counter[int]
    warm: float
    end: float
    slope: float  # MB per 10,000 requests
    before: Held
    after: Held
    problems: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """As a table."""
        rows = {
            "requests": f"{self.requests}",
            "requests per second": f"{self.requests / self.seconds:.0f}",
            "answers by status": ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items())),
            "MB after the warm-up": f"{self.warm:.1f}",
            "MB at the end": f"{self.end:.1f}",
            "MB per 10,000 requests": f"{self.slope:+.2f}",
            "descriptors, before and after": f"{self.before.descriptors}, {self.after.descriptors}",
            "of databases": f"{self.before.database}, {self.after.database}",
            "threads": f"{self.before.threads}, {self.after.threads}",
            "problems": f"{len(self.problems)}",
        }
        return [f"{name:<32}{value}" for name, value in rows.items()] + [f"  {one}" for one in self.problems]


def soak(site: Site, *, requests: int = 0, seconds: float = 0, short: bool = False) -> Figures:
    """Load a site that serves until it had so many requests, or for so long, and look at its workers meanwhile.

    ``short``: a run of some thousand requests warms up all the time. So after the warm-up the same pages are read over
    and over: that proves that no answer is kept, not that nothing grows, and is held to ``SHORT_BOUND``.
    """
    bound = SHORT_BOUND if short else BOUND
    tally, samples = Tally(), list[Sample]()
    begun = time.monotonic()
    pids = workers(site)

    def share() -> float:
        return max(tally.requests / requests if requests else 0, (time.monotonic() - begun) / seconds if seconds else 0)

    def work(until: float, who: list[Person]) -> None:
        with Crowd(who) as crowd:
            while share() < until and crowd.works:
                time.sleep(0.1 if requests else 2.0)
                samples.append(Sample(tally.requests, memory(pids)))

    work(WARM, [*people(site, tally, author=not short), *(readers(site, tally) if short else [])])
    before, warm = held(pids), len(samples)
    work(1.0, readers(site, tally) if short else people(site, tally, author=True))
    after, taken = held(pids), time.monotonic() - begun
    rest = samples[warm:]
    slope, _ = linear_regression([one.requests for one in rest], [one.megabytes for one in rest])
    figures = Figures(
        tally.requests, taken, tally.statuses, samples[warm - 1].megabytes, samples[-1].megabytes, 1e4 * slope,
        before, after,
    )  # fmt: skip
    figures.problems += [f"{count} × {what}" for what, count in tally.problems.items()]
    if workers(site) != pids:
        figures.problems.append("a worker ended")
    if figures.slope >= bound:
        figures.problems.append(f"memory grows by {figures.slope:.2f} MB per 10,000 requests, {bound} are allowed")
    if after.descriptors > before.descriptors:
        more = ", ".join(f"{count} × {kind}" for kind, count in (after.kinds - before.kinds).items())
        figures.problems.append(f"{after.descriptors - before.descriptors} more file descriptors: {more}")
    if after.database > most_of_databases(len(pids)):
        figures.problems.append(f"{after.database} descriptors of databases")
    if after.threads > most_threads(len(pids)):
        figures.problems.append(f"{after.threads} threads")
    figures.problems += [f"in the log: {entry[:300]}" for entry in site.bugs()]
    return figures


def readers(site: Site, tally: Tally) -> list[Person]:
    """Who reads the same pages."""
    return [Reader(site.address, tally, seed) for seed in range(DEVICES)]


def people(site: Site, tally: Tally, *, author: bool) -> list[Person]:
    """Who loads the site."""
    found: list[Person] = [Device(site.address, tally, seed) for seed in range(DEVICES)]
    found += [Visitor(site.address, tally, seed) for seed in range(DEVICES, DEVICES + VISITORS)]
    return [*found, Author(site.address, tally, 99, EMAIL, PASSWORD)] if author else found


def add_author(site: Site) -> None:
    """The account that the author signs in with."""
    site.environment = {**site.environment, "DJANGO_AUTHOR_PASSWORD": PASSWORD}
    site.manage("createauthor", EMAIL, "--editor", "--no-input")


def workers(site: Site) -> list[int]:
    """The processes that answer: the master's children."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:  # it has just ended
                continue
            found += [int(entry.name)] if parent == site.pid else []
    return sorted(found)


def memory(pids: list[int]) -> float:
    """MB that the processes take: what they share with others is counted by its share."""
    kilobytes = 0
    for pid in pids:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        kilobytes += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024


def held(pids: list[int]) -> Held:
    """Count when the connections have ended."""
    time.sleep(QUIET)
    files = [os.readlink(entry) for pid in pids for entry in Path(f"/proc/{pid}/fd").iterdir()]
    database = sum(".sqlite3" in name for name in files)
    threads = sum(len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in pids)
    kinds = Counter(re.sub(r"\d+", "N", name) for name in files if ".sqlite3" not in name)
    return Held(len(files) - database, database, threads, kinds)


def most_of_databases(workers: int) -> int:
    """A connection of SQLite has three files; closed ones wait for the locks of the others, so twice as many."""
    return workers * int(os.environ.get("THREADS", "4")) * 3 * 2


def most_threads(workers: int) -> int:
    """Gunicorn starts its threads when they are needed; each worker has its first besides, and one for an author."""
    return workers * (int(os.environ.get("THREADS", "4")) + 2)


def main() -> int:
    """The proof, then its controls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--control-requests", type=int, default=SHORT)
    options = parser.parse_args()
    missed = []
    with tempfile.TemporaryDirectory() as folder, prepared(Path(folder), **NO_LIMITS) as site:
        add_author(site)
        site.start()
        figures = soak(site, seconds=60 * options.minutes)
        site.stop()
        sys.stdout.write("\n".join(figures.lines()) + "\n")
        for name, application in CONTROLS.items():
            site.application = application
            site.start()
            control = soak(site, requests=options.control_requests, short=True)
            site.stop()
            sys.stdout.write(f"control: {name}: {'caught' if control.problems else 'NOT CAUGHT'}\n")
            sys.stdout.write("".join(f"  {problem}\n" for problem in control.problems))
            missed += [] if control.problems else [name]
    return int(bool(figures.problems or missed))


if __name__ == "__main__":
    sys.exit(main())
