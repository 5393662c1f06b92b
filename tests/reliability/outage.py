"""``python -m tests.reliability.outage``: PostgreSQL is stopped and started again under load, and nothing is lost.

Meanwhile everybody is told 503 and when to ask again; the site is back a moment after the database, with the same
processes. Then the same with builds that are broken on purpose, each of which has to be caught.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests import postgres
from tests.serving import NO_LIMITS, Site, prepared

from .clients import Load, Wire, guest
from .crash import clients
from .figures import Figures, controls, say
from .journal import Journal, now

BACK = 1.0  # seconds after the database
CONTROLS = {
    "a failing database is a server error": "tests.reliability.broken_unmapped:application",
    "acknowledged before it is committed": "tests.reliability.broken_early:application",
}


def outage(
    site: Site,
    database: postgres.Server,
    times: int,
    *,
    application: str | None = None,
    back: float = BACK,
    seconds: float = 1200,
    tell: bool = False,
) -> Figures:
    """Serve, load, stop and start the database. To be back later than ``back`` is a problem."""
    chance = random.Random()  # noqa: S311  # no secret
    journal, end = Journal(), now() + seconds
    said = site.log.stat().st_size if site.log.exists() else 0
    site.application = application
    site.start()
    processes = _processes(site)
    _learner, token = guest(site.address)
    load = Load(journal, clients(site.address, journal))
    done, ready, longest, latest = 0, now(), 0.0, 0.0
    try:
        while done < times:
            if not load.wait_for(journal.acknowledged + chance.randint(1, 100), end - now()):
                journal.problem("out of time before the last outage")
                break
            latest = max(latest, _last_refused(journal, ready))
            told = _failed(journal)
            database.stop()
            stopped = now()
            while _failed(journal) == told and now() - stopped < 30:
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 1))
            database.start(wait=False)
            ready = _accepting(site.environment["DATABASE_URL"])
            longest = max(longest, _answering(site, token) - ready)
            done += 1
            if tell:
                say(f"{done} outages, {journal.acknowledged} attempts acknowledged, back after {longest:.2f} s at most")
        load.end()
        latest = max(latest, _last_refused(journal, ready))
        if _processes(site) != processes:
            journal.problem("a process of the server was replaced")
        if max(longest, latest) > back:
            journal.problem(f"back only after {max(longest, latest):.2f} s")
    finally:
        load.end()
        site.stop()
    counts = {
        "outages": done,
        "longest until back, seconds": f"{longest:.2f}",
        "last request refused, seconds after": f"{latest:.2f}",
    }
    return Figures.of(site, journal, said, counts)


@contextmanager
def database_and_site(folder: Path) -> Iterator[tuple[postgres.Server, Site]]:
    """A database server of its own, and a site on it that is not started yet."""
    programs = postgres.programs()
    if programs is None:
        sys.exit("PostgreSQL is not installed; on Debian: apt install postgresql")
    with (
        postgres.running(programs) as database,
        prepared(folder, DATABASE_URL=database.url, **NO_LIMITS) as site,
    ):
        yield database, site


def _accepting(url: str) -> float:
    """Wait until the database answers; when that was."""
    while True:
        try:
            with psycopg.connect(url, connect_timeout=1) as connection:
                connection.execute("SELECT 1")
                return now()
        except psycopg.OperationalError:
            time.sleep(0.005)


def _answering(site: Site, token: str) -> float:
    """Ask until an endpoint that needs the database answers; when that was."""
    wire = Wire(site.address, Journal(), lambda: True, pause=0.01)
    wire.deliver("GET", "/api/v1/me/", None, {"Authorization": f"Token {token}"})
    wire.close()
    return now()


def _failed(journal: Journal) -> int:
    """How many requests were not served so far."""
    return journal.counts["answered 503"] + journal.problems.total()


def _last_refused(journal: Journal, ready: float) -> float:
    """How long after ``ready`` a request was sent that was still answered 503."""
    return max([0.0, *(begun - ready for begun in list(journal.refusals))])


def _processes(site: Site) -> set[str]:
    """gunicorn's workers."""
    return set(Path(f"/proc/{site.pid}/task/{site.pid}/children").read_text().split())


def main() -> int:
    """The proof, then its controls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--control-times", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=20, help="what takes longer has failed")
    options = parser.parse_args()
    seconds = options.minutes * 60
    with tempfile.TemporaryDirectory() as folder, database_and_site(Path(folder)) as (database, site):
        figures = outage(site, database, options.times, seconds=seconds, tell=True)
        say("\n".join(figures.lines()))
        missed = controls(
            CONTROLS,
            lambda broken: outage(
                site, database, options.control_times, application=broken, back=seconds, seconds=seconds
            ),
        )
    return int(bool(figures.problems or missed))


if __name__ == "__main__":
    sys.exit(main())
