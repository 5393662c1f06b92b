"""``python -m studysite.starting``: say at once, in plain words, why the site cannot serve and what to do.

gunicorn asks this in a process of its own before it listens: its master then holds no settings that a reload could not
renew, and its workers inherit no connection. With ``--unmigrated`` what `make run` does next anyway is not asked.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from . import state
from .state import Refused


def check(*, unmigrated: bool = False) -> None:
    """Everything, the cheapest first; raises ``Refused``. An empty bank is none of that: an author may fill it."""
    state.check(state.folder())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studysite.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise Refused(f"The settings cannot be used: {error}") from None
    try:
        check_database()
        if not unmigrated:
            check_migrations()
            check_static_files(Path(settings.STATIC_ROOT))
    finally:
        connection.close()


def check_database() -> None:
    """Raises ``Refused`` where the database cannot be reached, or not be written to."""
    try:
        connection.ensure_connection()
        if connection.vendor == "sqlite":
            _begin(connection.connection)
        elif _takes_no_writes():
            raise Refused(
                "The database takes no writes: it is a replica, or set to read only.\nName the primary in DATABASE_URL."
            )
    except (DatabaseError, sqlite3.Error) as error:
        where = connection.settings_dict["NAME"] if connection.vendor == "sqlite" else "PostgreSQL"
        raise Refused(
            f"The database ({where}) cannot be {'written to' if 'readonly' in str(error) else 'reached'}: "
            f"{str(error).strip().splitlines()[0]}\n"
            "See that it runs, that the account which runs the site may write to it, and that DATABASE_URL names it."
        ) from None


def check_migrations() -> None:
    """Raises ``Refused`` where the database is older than the program."""
    executor = MigrationExecutor(connection)
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        what = f"{len(plan)} migrations are pending, the first is" if len(plan) > 1 else "A migration is pending:"
        raise Refused(
            f"{what} {plan[0][0]}. The database is older than the program.\n"
            "Run `python manage.py migrate`, best after `python manage.py backup`; or start with `make run`, which\n"
            "migrates first."
        )


def check_static_files(place: Path) -> None:
    """Raises ``Refused`` where they were not collected."""
    if not (place / "staticfiles.json").exists():
        raise Refused(
            f"There are no static files in {place}: no page could be shown.\n"
            "Run `python manage.py collectstatic --noinput`; or start with `make run`, which does it first."
        )


def _begin(database: sqlite3.Connection) -> None:
    """Begin to write. A database that somebody else is writing to just now can be written to."""
    database.execute("PRAGMA busy_timeout=0")
    try:
        database.execute("BEGIN IMMEDIATE")  # of a file that cannot be written this makes a reading one
        (version,) = database.execute("PRAGMA user_version").fetchone()
        database.execute(f"PRAGMA user_version = {version:d}")
        database.rollback()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise


def _takes_no_writes() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        return bool(cursor.fetchone() != ("off",))


def main(arguments: list[str]) -> int:
    """Exit status 1 and a message where the site cannot serve."""
    try:
        check(unmigrated="--unmigrated" in arguments)
    except Refused as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
