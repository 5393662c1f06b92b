"""``python -m tests.reliability.full_disk``: the disk fills up under load, twice; nothing is lost, and reading goes on.

The site's state is on a small file system in memory, in a name space of this process alone, so that neither root nor a
disk is needed: ``unshare -rm``, where Linux lets users have it. Devices and visitors answer questions all the time and
send again what was refused; meanwhile every page and endpoint that only reads is read. Then the room is given back,
and without a restart all that was refused is taken in. At last the same with a build that acknowledges all the same.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.serving import NO_LIMITS, ROOT, Site, prepared

from .audit import audit
from .clients import Client, Device, Load, guest
from .journal import Journal, now
from .visitors import Visitor

CONTROL = "tests.reliability.broken_disk:application"
MEGABYTES = 64
READS = (
    "/api/v1/me/", "/api/v1/me/devices/", "/api/v1/me/export/", "/api/v1/reviews/", "/api/v1/progress/",
    "/api/v1/topics/", "/api/v1/templates/", "/api/v1/packs/next/", "/api/v1/sync/changes/", "/api/schema/",
)  # fmt: skip
PAGES = (
    "/", "/practice/", "/review/", "/topics/", "/topics/padding/", "/progress/", "/session/", "/settings/",
    "/calculator/", "/about/", "/practice/padding/worksheet/", "/progress/export.json", "/accounts/login/",
    "/accounts/signup/", "/healthz",
)  # fmt: skip


@dataclass
class Figures:
    """What a run came to; it is good where there are no ``problems``."""

    counts: dict[str, Any]
    problems: dict[str, int] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """As a table."""
        rows = {**self.counts, "problems": sum(self.problems.values())}
        found = [f"  {count} × {name}" for name, count in self.problems.items()]
        return [f"{name:<40}{value:>10}" for name, value in rows.items()] + found


def fill(site: Site, *, times: int, seconds: float) -> Figures:
    """Serve the prepared ``site``; fill its file system for so long, so many times, under load."""
    journal = Journal()
    reads, back = 0, list[float]()
    site.start()
    learners = [guest(site.address) for _ in range(2)]
    load = Load(journal, people(site.address, journal, learners))
    _check(load.wait_for(20, 120), journal, "no answers before the disk was full")
    for _ in range(times):
        make_renewable(site)
        with no_room(site.state):
            full = now()
            while now() - full < seconds or journal.counts["answered 503"] == 0:
                reads += read_all(site, journal, learners[0][1], load)
                if now() - full > 60:
                    journal.problem("nothing was refused on a full disk")
                    break
        free, kept = now(), journal.acknowledged
        _check(load.wait_for(kept + 10, 60), journal, "no answers after there was room again")
        back.append(now() - free)
    load.end()
    bugs, unrenewed = site.bugs(), site.log.read_text().count("a token was not renewed")
    site.stop()
    found = audit(site, journal)
    counts = journal.counts
    figures = {
        "times that the disk was full": times,
        "reads on a full disk": reads,
        "of them tokens not renewed": unrenewed,
        "writes refused with 503": counts["answered 503"],
        "attempts acknowledged": counts["acknowledged"],
        "attempts kept": found["attempts"],
        "cards compared": found["cards"],
        "ten answers after room, seconds": f"{max(back):.1f}",
    }
    return Figures(
        figures, {**journal.problems, **found["problems"], **({"errors in the log": len(bugs)} if bugs else {})}
    )


def people(address: str, journal: Journal, learners: list[tuple[str, str]]) -> list[Client]:
    """Who writes: three devices of two learners, and a visitor of the pages, who has a session by then."""
    return [
        *(Device(address, journal, seed, *learners[seed % len(learners)]) for seed in range(3)),
        Visitor(address, journal, 3),
    ]


@contextmanager
def no_room(state: Path) -> Iterator[None]:
    """Not a byte is left on the file system of ``state``."""
    ballast = state / "ballast"
    with ballast.open("wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2
        yield
    ballast.unlink()


def make_renewable(site: Site) -> None:
    """Let the devices' tokens be old enough to be renewed with the next request, which writes."""
    with closing(sqlite3.connect(site.state / "study.sqlite3", timeout=20)) as database:
        database.execute("UPDATE quizzes_device SET expiry = datetime(expiry, '-10 days')")
        database.commit()


def read_all(site: Site, journal: Journal, token: str, load: Load) -> int:
    """Read everything as an app, as a stranger and as the visitor with a session; how many answers there were."""
    visitor = next(one for one in load.clients if isinstance(one, Visitor))
    cookies = "; ".join(f"{name}={value}" for name, value in dict(visitor.cookies).items())
    count = 0
    with closing(http.client.HTTPConnection(urlsplit(site.address).netloc, timeout=30)) as connection:

        def get(path: str, headers: dict[str, str], method: str = "GET", body: str | None = None) -> None:
            nonlocal count
            connection.request(method, path, body, {"Accept-Language": "ja", **headers})
            reply = connection.getresponse()
            reply.read()
            count += 1
            if reply.status not in (200, 201, 302):
                journal.problem(f"{method} {path}: {reply.status}{' of a learner' if headers else ''}")

        app = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
        for path in READS:
            get(path, app)
        get(
            "/api/v1/variants/", app, "POST", json.dumps({"template": "conv-output-size", "purpose": "review"})
        )  # asks, writes nothing
        for path in PAGES:
            get(path, {})
            get(path, {"Cookie": cookies})
    return count


def _check(good: bool, journal: Journal, problem: str) -> None:
    if not good:
        journal.problem(problem)


def possible() -> str:
    """Why it cannot be done here; empty where it can."""
    if shutil.which("unshare") is None:
        return "there is no unshare (util-linux)"
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([*_ALONE, "mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, text=True)
    return done.stderr.strip() if done.returncode else ""


# An acknowledged answer is not in the database; or the page that a form led to, which is the same for who sent a form.
LOST = ("lost: an acknowledged", "the result of a form is not shown")
_ALONE = ["unshare", "--map-root-user", "--mount"]


def alone(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this module with ``arguments`` in a name space with a small file system, which ends with it."""
    with tempfile.TemporaryDirectory() as folder:
        script = f'mount -t tmpfs -o size={MEGABYTES}m tmpfs "$0" && exec "$@"'
        inside = [sys.executable, "-m", "tests.reliability.full_disk", "--state", folder, *arguments]
        return subprocess.run(
            [*_ALONE, "sh", "-c", script, folder, *inside], cwd=ROOT, stdout=subprocess.PIPE, text=True,
            env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        )  # fmt: skip


def prove(state: Path, times: int, seconds: float) -> bool:
    """The proof and its control, with what they found; whether both are as they must be."""
    with prepared(state, **NO_LIMITS) as site:
        figures = fill(site, times=times, seconds=seconds)
        sys.stdout.write("\n".join(figures.lines()) + "\n")
        site.application = CONTROL
        control = fill(site, times=1, seconds=min(seconds, 3.0))
    caught = any(name.startswith(LOST) for name in control.problems)
    sys.stdout.write(f"control: acknowledged though it could not be written: {'caught' if caught else 'NOT CAUGHT'}\n")
    sys.stdout.write("".join(f"  {count} × {name}\n" for name, count in control.problems.items()))
    return caught and not figures.problems


def main() -> int:
    """The proof and its control, in a name space of their own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="that the disk is full")
    parser.add_argument("--seconds", type=float, default=10.0, help="for which it is, each time")
    parser.add_argument("--state", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.state is not None:
        return int(not prove(options.state, options.times, options.seconds))
    if reason := possible():
        sys.stdout.write(f"cannot be done here: {reason}\n")
        return 1
    done = alone("--times", str(options.times), "--seconds", str(options.seconds))
    sys.stdout.write(done.stdout)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
