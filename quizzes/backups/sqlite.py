"""A copy of a SQLite database while others write to it, and the way back."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from .manifest import BackupError
from .tables import Content

PAGES = 2048  # copied at a time
Progress = Callable[[str, int, int], None]  # what, how much of how much


def dump(database: Path, target: Path, progress: Progress) -> Content:
    """Copy what is committed at this moment, prove the copy, and count it. Nobody waits meanwhile, and it has an end.

    SQLite begins again whenever a database is written to, unless a reading transaction holds on to one state of it.
    """
    if not database.exists():
        raise BackupError(f"There is no database at {database} yet.")
    try:
        with (
            closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, isolation_level=None)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            source.backup(
                copy, pages=PAGES, sleep=0, progress=lambda _state, left, of: progress("copying", of - left, of)
            )
            source.rollback()
        return check(target)
    except sqlite3.Error as error:
        raise BackupError(f"The database cannot be copied: {error}.") from error


def check(database: Path) -> Content:
    """What is in it. Raises ``BackupError`` where SQLite finds it damaged."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            problems = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
            if problems != ["ok"]:
                raise BackupError(f"The database is damaged: {'; '.join(problems)}.")
            return _content(connection)
    except sqlite3.Error as error:
        raise BackupError(f"The database cannot be read: {error}.") from error


def is_empty(database: Path) -> bool:
    """Whether no table was ever made."""
    if not database.exists():
        return True
    try:
        with closing(sqlite3.connect(database)) as connection:
            return not connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    except sqlite3.Error:
        return False  # it cannot be read, but it is something


def set_aside(database: Path, stamp: str) -> Path | None:
    """Give the old database a second name; ``None`` where there is none. Raises ``BackupError`` where it is in use."""
    if not database.exists():
        return None
    try:
        with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as connection:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")  # fails while anybody else has it open, also for reading
            connection.rollback()
    except sqlite3.OperationalError as error:
        raise BackupError(f"Something still uses {database} ({error}): stop it first.") from error
    except sqlite3.DatabaseError:
        pass  # damaged: that is why another one takes its place
    aside = database.with_name(f"{database.name}.{stamp}")
    for ending in ("-wal", "-shm"):  # with the last connection they are gone, unless the database was damaged
        part = database.with_name(database.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    os.link(database, aside)  # the new one takes the old one's place in one step: there is always one
    return aside


def _content(connection: sqlite3.Connection) -> Content:
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    names = [name for (name,) in tables if not name.startswith("sqlite_")]
    rows = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608
    applied = (
        connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        if "django_migrations" in rows
        else ()
    )
    return Content([(app, name) for app, name in applied], rows)
