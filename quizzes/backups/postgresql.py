"""A dump of a PostgreSQL database by its own programs, and the way back."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

from .manifest import BackupError
from .tables import Content

ASIDE = "before_restore_"  # and when: the schema that the old tables are kept in
LIBPQ = {option.keyword.decode() for option in Conninfo.get_defaults()} - {"password"}
Progress = Callable[[str, int, int], None]


def dump(settings: dict[str, Any], target: Path, progress: Progress) -> Content:
    """Dump what is committed at this moment, and count the same moment's rows. Nobody waits meanwhile."""
    with _connected(settings) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = _value(connection, "SELECT pg_export_snapshot()")
        content = _content(connection, progress)
        if not content.rows:
            raise BackupError("The database is empty: there is nothing to back up.")
        _run(
            settings, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--exclude-schema={ASIDE}*",
            f"--snapshot={snapshot}", f"--file={target}", f"--dbname={_where(settings)}",
        )  # fmt: skip
    return content


def is_empty(settings: dict[str, Any]) -> bool:
    """Whether there is no table."""
    with _connected(settings) as connection:
        return not _tables(connection)


def replace(settings: dict[str, Any], source: Path, expected: Content, stamp: str) -> str | None:
    """Load a dump; the name of the schema that the old tables are in now, or ``None`` where there were none.

    Raises ``BackupError`` where anybody else is connected, or the dump cannot be loaded: then all is as it was.
    """
    _run(settings, "pg_restore", "--list", str(source))
    with _connected(settings) as connection:
        others = _value(
            connection,
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'",
        )
        if others:
            raise BackupError(
                f"{others} other connections to the database are open: stop the site on every machine first."
            )
        aside = f"{ASIDE}{stamp}" if _tables(connection) else None
        if aside:
            connection.execute(sql.SQL("ALTER SCHEMA public RENAME TO {}").format(sql.Identifier(aside)))
            connection.execute("CREATE SCHEMA public")
        try:
            _run(
                settings, "pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
                f"--dbname={_where(settings)}", str(source),
            )  # fmt: skip
            if _content(connection) != expected:
                raise BackupError("The database does not have what the archive says: it was not kept.")
            connection.execute("ANALYZE")
        except BaseException:
            connection.execute("DROP SCHEMA public CASCADE")
            if not aside:
                connection.execute("CREATE SCHEMA public")
            else:
                connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO public").format(sql.Identifier(aside)))
            raise
    return aside


@contextmanager
def _connected(settings: dict[str, Any]) -> Iterator[psycopg.Connection[Any]]:
    try:
        with psycopg.connect(_where(settings), password=settings["PASSWORD"] or None, autocommit=True) as connection:
            yield connection
    except psycopg.Error as error:
        raise BackupError(f"PostgreSQL: {error}") from error


def _where(settings: dict[str, Any]) -> str:
    """What leads to the database, and how (its ``sslmode`` and the like), without the password."""
    options = {name: value for name, value in settings["OPTIONS"].items() if name in LIBPQ}
    named = {"host": settings["HOST"], "port": settings["PORT"], "user": settings["USER"], "dbname": settings["NAME"]}
    return make_conninfo(**{name: str(value) for name, value in {**named, **options}.items() if value})


def _value(connection: psycopg.Connection[Any], query: LiteralString | sql.Composed) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def _tables(connection: psycopg.Connection[Any]) -> list[str]:
    found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    return [row[0] for row in found]


def _content(connection: psycopg.Connection[Any], progress: Progress = lambda *_: None) -> Content:
    rows, names = {}, _tables(connection)
    for done, name in enumerate(names, 1):
        rows[name] = _value(connection, sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(name)))
        progress("counting", done, len(names))
    applied = (
        connection.execute('SELECT app, name FROM public.django_migrations ORDER BY app COLLATE "C", name COLLATE "C"')
        if "django_migrations" in rows
        else ()
    )
    return Content([(app, name) for app, name in applied], rows)


def _run(settings: dict[str, Any], program: str, *arguments: str) -> None:
    """Its password goes through the environment: what is on the command line everybody on the machine sees."""
    environment = {**os.environ, "PGPASSWORD": settings["PASSWORD"] or os.environ.get("PGPASSWORD", "")}
    done = subprocess.run(  # noqa: S603  # the program is found in the system's own folders
        [_found(program), *arguments], env=environment, check=False, stdin=subprocess.DEVNULL, capture_output=True,
        text=True,
    )  # fmt: skip
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()}")


def _found(program: str) -> str:
    """The newest that Debian has installed, else the one in the path: an older one than the server would refuse."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{program}"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdecimal() else 0,
    )
    found = str(debian[-1]) if debian else shutil.which(program)
    if not found:
        raise BackupError(
            f"{program} is needed and not installed: on Debian, apt install postgresql-client (the server's version)."
        )
    return found
