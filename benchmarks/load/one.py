"""One database: that of DATABASE_URL, else SQLite. `python -m benchmarks.load` starts it for each."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load.wrk import Period, Traffic
from benchmarks.population import say
from tests import serving

ROUNDS = 5
WARMING = 10.0  # seconds, in which every worker reads most templates for the first and only time
AHEAD = 600  # requests that are prepared for each second: more than any site of two workers has served
API, BARE = "/api/v1/", "/bare/"
LIMITS = "address=1000000000/60,answers=1000000000/60,learner=1000000000/60"  # counted, and never reached


@dataclass(frozen=True)
class Share:
    """What the site served and the bare views, in periods that took turns; ``ratio`` is the median of the pairs'."""

    kind: str
    site: Sequence[Period]
    bare: Sequence[Period]

    @property
    def ratio(self) -> float:
        return statistics.median(mine.rate / theirs.rate for mine, theirs in zip(self.site, self.bare, strict=True))

    def lines(self) -> list[str]:
        """The table's."""
        return [
            f"{self.kind:10} {name:10} {_rate(periods):7.0f} requests/s, p50 {_of(periods, 'p50'):5.1f} ms, "
            f"p95 {_of(periods, 'p95'):5.1f} ms, p99 {_of(periods, 'p99'):6.1f} ms{share}"
            for name, periods, share in (("site", self.site, f"   {self.ratio:5.0%} of"), ("bare views", self.bare, ""))
        ]


def _rate(periods: Sequence[Period]) -> float:
    return sum(one.requests for one in periods) / sum(one.seconds for one in periods)


def _of(periods: Sequence[Period], name: str) -> float:
    return float(statistics.median(getattr(one, name) for one in periods))


def measure(
    site: serving.Site, count: int, seconds: float, connections: int, ahead: int, each: float
) -> Iterator[Share]:
    """Make the learners and their requests, start the site, send."""
    from benchmarks.load import bare, learners

    made = learners.make(count, say)
    known = learners.requests(made, ahead, say)
    first = {(one.kind, one.learner): one for one in reversed(known)}  # of each kind and learner, the first
    missing = [(kind, learner) for kind in learners.PATHS for learner in made if (kind, learner) not in first]
    assert not missing, "too few requests: not every learner sends one of each kind"
    bare.record(list(first.values()))
    recorded = {id(one) for one in first.values()}
    known = [one for one in known if id(one) not in recorded]
    folder = Path(site.environment["STATE_DIR"])
    site.start()
    mixed = learners.write(known[: len(known) * 4 // 5] if each else known, folder / "mixed")
    yield _share("all", site.address, mixed, connections, seconds)
    rest = known[len(known) * 4 // 5 :]
    for kind in learners.PATHS if each else ():
        of_kind = learners.write([one for one in rest if one.kind == kind], folder / kind)
        yield _share(kind, site.address, of_kind, connections, each)


def _share(kind: str, address: str, file: Path, connections: int, seconds: float) -> Share:
    traffic, again = Traffic(file, once=kind in ("all", "attempts")), Traffic(file, once=False)
    found: dict[str, list[Period]] = {API: [], BARE: []}
    traffic.send(address, API, connections, WARMING)
    again.send(address, BARE, connections, WARMING)
    for number in range(ROUNDS):
        say(f"{kind}: round {number + 1} of {ROUNDS}")
        found[API].append(traffic.send(address, API, connections, seconds / ROUNDS))
        found[BARE].append(again.send(address, BARE, connections, seconds / ROUNDS))
    return Share(kind, found[API], found[BARE])


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--learners", type=int, default=128)
    parser.add_argument("--ahead", type=int, help="requests to prepare")
    parser.add_argument("--each", type=float, default=0.0, help="also each kind of request by itself, for so long")
    options = parser.parse_args()
    ahead = options.ahead or int((options.seconds + WARMING) * AHEAD)
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "studysite.settings", "API_LIMITS": LIMITS, "LOG_LEVEL": "ERROR",
                       "ALLOWED_HOSTS": "testserver,127.0.0.1"}  # fmt: skip
        with serving.prepared(Path(folder), "benchmarks.load.served:application") as site:
            os.environ |= site.environment
            import django

            django.setup()
            shares = measure(site, options.learners, options.seconds, options.connections, ahead, options.each)
            for share in shares:
                print("\n".join(share.lines()), flush=True)
            bugs = site.bugs()
    for bug in bugs:
        print(bug)
    return 1 if bugs else 0


if __name__ == "__main__":
    sys.exit(main())
