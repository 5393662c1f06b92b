"""`python -m benchmarks.scale --learners 100000 --attempts 10000000`: on a server of its own, gone afterwards.

With DATABASE_URL on that server, where both databases are kept: the next run finds them.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from benchmarks.population import say
from tests import postgres

GOAL = 1.5


def main() -> int:
    """The command. Its exit status is 1 where a request is slower than the goal allows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=100_000)
    parser.add_argument("--attempts", type=int, default=10_000_000)
    parser.add_argument("--beside", type=int, default=100_000, help="the attempts of the smaller database")
    options = parser.parse_args()
    if options.attempts != options.learners * 100:
        parser.error("a learner has a hundred attempts: --attempts has to be --learners × 100")
    if url := os.environ.get("DATABASE_URL"):
        return run(url, options.learners, options.beside // 100)
    programs = postgres.programs()
    if programs is None:
        parser.error("there is no PostgreSQL server here; install one, or name one by DATABASE_URL")
    with postgres.server(programs) as url:
        return run(url, options.learners, options.beside // 100)


def run(url: str, learners: int, few: int) -> int:
    """Make what is missing, measure, print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "STATE_DIR": folder,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "studysite.settings",
            "ALLOWED_HOSTS": "testserver",
            "API_LIMITS": "address=,guests=,answers=,sync=,learner=",
            "LOG_LEVEL": "ERROR",
        }
        import django

        django.setup()
        from django.core.management import call_command

        from benchmarks import population
        from benchmarks.scale import asking, filling, sizes

        call_command("collectstatic", "--noinput", verbosity=0)
        small, large = (_database(count) for count in (few, learners))
        _make(url, small, None, lambda: _begin(few))
        _make(url, large, small, lambda: filling.grow(learners, say))
        measured = [
            asking.Learner(f"{filling.ATTEMPTS} attempts", population.id_of(filling.ORDINARY), [small, large]),
            asking.Learner(f"{population.ATTEMPTS} attempts", population.id_of(filling.BUSY), [small, large]),
        ]
        timings = asking.measure(measured, small, large, say)
        asking.use(large)
        print("\n".join(sizes.table(learners * filling.ATTEMPTS)))
        print(f"{'':57} {few * filling.ATTEMPTS:8,} {learners * filling.ATTEMPTS:10,} attempts")
        print("\n".join(asking.table(timings)))
        slow = [one for one in timings if one.ratio > GOAL]
        for one in slow:
            learner = next(two for two in measured if two.name == one.learner)
            print("\n".join(_explained(one.request, learner)))
        print("\n".join(_authors(small, large)))
    return 1 if slow else 0


def _database(learners: int) -> str:
    return f"scale_{learners}"


def _begin(learners: int) -> None:
    from django.core.management import call_command
    from django.utils import timezone

    from benchmarks.scale import filling

    call_command("migrate", verbosity=0)
    filling.found(learners, timezone.now() - timedelta(hours=1), say)


def _make(url: str, name: str, template: str | None, fill: Callable[[], None]) -> None:
    """A database of this name, a copy of ``template``, filled; what was broken off is begun again."""
    import psycopg

    from benchmarks.scale import asking

    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        connection.execute('DROP DATABASE IF EXISTS "filling"')
        connection.execute(f'CREATE DATABASE "filling" TEMPLATE "{template or "template1"}"')
        begun = time.monotonic()
        asking.use("filling")
        fill()
        asking.use("postgres")
        connection.execute(f'ALTER DATABASE "filling" RENAME TO "{name}"')
        say(f"{name} made in {time.monotonic() - begun:.0f} s")


def _explained(request: str, learner: Any) -> list[str]:
    """The plans of the two statements of a request that take longest."""
    from benchmarks.scale import asking, sizes

    found = asking.statements(learner.requests()[request], asking.CALLS - 1)
    reads = [one for one in found if one[0].startswith("SELECT")]
    lines = [f"-- {request}, {learner.name}"]
    for sql, params, seconds in sorted(reads, key=lambda one: one[2])[-2:]:
        lines += [f"{seconds * 1000:.1f} ms: {sql}", *sizes.plan(sql, params)]
    return lines


def _authors(small: str, large: str) -> list[str]:
    """What those who write look at: of all learners, so that it may grow."""
    from django.db import transaction

    from benchmarks.scale import asking
    from quizzes import progress, study
    from quizzes.models import Misconception

    lines = []
    for name, read in (("progress.holders()", progress.holders), ("study.count_unmerged()", study.count_unmerged)):
        times = []
        for database in (small, large):
            asking.use(database)
            with transaction.atomic():
                into = Misconception.objects.get(code="rule-0")
                Misconception.objects.filter(code="rule-1").update(merged_into=into)
                read()
                start = time.perf_counter()
                read()
                times.append((time.perf_counter() - start) * 1000)
                transaction.set_rollback(True)
        lines.append(f"{name:57} {times[0]:8.2f} {times[1]:8.2f} ms {times[1] / times[0]:6.2f} ×")
    return lines


if __name__ == "__main__":
    sys.exit(main())
