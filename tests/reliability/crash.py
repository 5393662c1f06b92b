"""``python -m tests.reliability.crash``: the whole server is killed at random moments under load, and nothing is lost.

Eight clients answer, bring batches and send forms; a fifth of their requests is sent twice, and what got no answer is
sent until it has one. Afterwards the database is held against what they were told. Then the same with builds that are
broken on purpose, each of which has to be caught. On the database of ``DATABASE_URL``'s server, else on SQLite.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.serving import NO_LIMITS, Site, prepared

from .clients import Client, Device, Load, guest
from .figures import Figures, controls, say
from .journal import Journal, now
from .visitors import Visitor

CLIENTS = 8
CONTROLS = {
    "acknowledged before it is committed": "tests.reliability.broken_early:application",
    "check, then insert": "tests.reliability.broken_insert:application",
    "cards written outside of the transaction": "tests.reliability.broken_card:application",
}


def crash(
    site: Site, kills: int, attempts: int, *, application: str | None = None, seconds: float = 1800, tell: bool = False
) -> Figures:
    """Serve, load and kill until both numbers are reached. What took longer than ``seconds`` is a problem."""
    chance = random.Random()  # noqa: S311  # no secret
    journal, end = Journal(), now() + seconds
    every = max(1, attempts // max(kills, 1))
    done, longest = 0, 0.0
    said = site.log.stat().st_size if site.log.exists() else 0
    site.application = application
    site.start()
    load = Load(journal, clients(site.address, journal))
    try:
        while done < kills:
            if not load.wait_for(journal.acknowledged + chance.randint(1, 2 * every), end - now()):
                journal.problem("out of time before the last kill")
                break
            time.sleep(chance.uniform(0, 0.05))  # not right after an answer
            site.kill()
            done += 1
            begun = now()
            site.start("healthz")
            longest = max(longest, now() - begun)
            if tell and done % 10 == 0:
                say(f"{done} kills, {journal.acknowledged} attempts acknowledged")
        if not load.wait_for(attempts, end - now()):
            journal.problem("out of time before all attempts were acknowledged")
    finally:
        load.end()
        if site.runs:
            site.stop()
    return Figures.of(site, journal, said, {"kills": done, "longest start, seconds": f"{longest:.1f}"})


def clients(address: str, journal: Journal) -> list[Client]:
    """Seven devices of four learners, so that most cards are written by two at once, and a visitor of the pages."""
    learners = [guest(address) for _ in range(CLIENTS // 2)]
    devices = [Device(address, journal, seed, *learners[seed % len(learners)]) for seed in range(CLIENTS - 1)]
    return [*devices, Visitor(address, journal, CLIENTS)]


def main() -> int:
    """The proof, then its controls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--attempts", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=30, help="what takes longer has failed")
    parser.add_argument("--control-kills", type=int, default=8)
    options = parser.parse_args()
    kills, seconds = options.control_kills, options.minutes * 60
    with tempfile.TemporaryDirectory() as folder, prepared(Path(folder), **NO_LIMITS) as site:
        figures = crash(site, options.kills, options.attempts, seconds=seconds, tell=True)
        say("\n".join(figures.lines()))
        missed = controls(CONTROLS, lambda broken: crash(site, kills, 60 * kills, application=broken, seconds=seconds))
    return int(bool(figures.problems or missed))


if __name__ == "__main__":
    sys.exit(main())
