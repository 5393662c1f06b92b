"""``manage.py housekeeping``: what a nightly job runs."""

import logging
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from quizzes import study
from quizzes.authoring import proofs, uploads
from quizzes.authoring.workshop import Busy, TooMuch
from quizzes.models import Device, Session

BATCH = 500  # rows in one transaction, so that no learner waits for long

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Safe at any time; what does not fit into the time is left for the next night."""

    help = "Forget what has expired, complete what was begun, prove what is unproved, tidy the database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How long at most."""
        parser.add_argument("--seconds", type=float, default=600.0, help="for each of the longer steps (default 600)")
        parser.add_argument("--limit", type=int, default=10_000, help="learners whose voids are completed, at most")
        parser.add_argument("--proofs", type=int, default=500, help="versions that are proved, at most")

    def handle(self, *args: Any, **options: Any) -> None:
        """A line for each step. One that fails keeps no other from running; in the end the command fails then."""
        failed = []
        for name, step in _steps(options):
            try:
                told = step()
            except Exception as error:
                logger.exception("housekeeping: %s", name)
                failed.append(name)
                told = f"FAILED: {error}"
            if told.startswith("FAILED") or options["verbosity"] > 0:
                (self.stderr if name in failed else self.stdout).write(f"{name}: {told}")
        if failed:
            raise CommandError(f"failed: {', '.join(failed)}")


def _steps(options: dict[str, Any]) -> Iterator[tuple[str, Callable[[], str]]]:
    now, seconds = timezone.now(), options["seconds"]
    yield "closed tokens", lambda: f"{study.purge_closed_tokens(now)} forgotten"
    yield "sessions", lambda: f"{_delete(Session.objects.filter(expire_date__lt=now), seconds)} expired"
    yield "devices", lambda: f"{_delete(Device.objects.filter(expiry__lt=now), seconds)} expired"
    yield "uploads", lambda: f"{uploads.purge_uploads(now) + uploads.drop_orphans()} forgotten"
    yield "voids", lambda: f"answers of {study.finish_voids(options['limit'])} learners taken back"
    yield "merges", lambda: _merge(seconds)
    yield "proofs", lambda: _prove(options["proofs"], seconds)
    if connection.vendor == "sqlite":
        yield "database", _tidy


def _delete(rows: QuerySet[Any], seconds: float) -> int:
    """Delete in small transactions until nothing is left or the time is up."""
    end, count = monotonic() + seconds, 0
    while keys := list(rows.values_list("pk", flat=True)[:BATCH]):
        count += rows.filter(pk__in=keys).delete()[0]
        if monotonic() > end:
            break
    return count


def _merge(seconds: float) -> str:
    step = study.merge_beliefs(seconds=seconds)
    return f"{step.learners} learners brought up to date{'' if step.done else ', more are left'}"


def _prove(limit: int, seconds: float) -> str:
    """Prove published versions that have no proof, until the time is up."""
    end, count, cut = monotonic() + seconds, 0, 0
    for version in proofs.missing(limit):
        if monotonic() > end:
            break
        try:
            proofs.prove_version(version)
        except (Busy, TooMuch):
            cut += 1
        else:
            count += 1
    return f"{count} made" + (f", {cut} took too much" if cut else "")


def _tidy() -> str:
    """Let SQLite keep its statistics and give back the room of its log."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA optimize")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy, *_ = cursor.fetchone()
    return "optimized" + (", its log is in use and stays for now" if busy else "")
