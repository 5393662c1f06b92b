"""Another database in the place of the tests' own, for a while and for this thread: empty, or a copy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection, connections
from django.db.utils import load_backend
from psycopg import sql

from quizzes.study import templates

Row = tuple[Any, ...]


@contextmanager
def standing_in(name: str) -> Iterator[None]:
    """Everything is asked of the database ``name``: a file's path for SQLite, a database of the same server else."""
    own = connections["default"]
    settings: Any = {**own.settings_dict, "NAME": name}
    connections["default"] = load_backend(settings["ENGINE"]).DatabaseWrapper(settings, "default")
    templates.load.cache_clear()
    templates.version.cache_clear()
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = own
        templates.load.cache_clear()
        templates.version.cache_clear()


@contextmanager
def another(folder: Path, name: str, copy_of: str | None = None) -> Iterator[str]:
    """A database of its own, empty or a copy of one that nobody uses; its name."""
    if connection.vendor == "sqlite":
        place = str(folder / f"{name}.sqlite3")
        if copy_of:
            with closing(sqlite3.connect(copy_of)) as source, closing(sqlite3.connect(place)) as target:
                source.backup(target)
        yield place
        return
    template = sql.SQL(" TEMPLATE {}").format(sql.Identifier(copy_of)) if copy_of else sql.SQL("")
    _administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + template)
    try:
        yield name
    finally:
        _administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def content() -> dict[str, list[Row]]:
    """Every row of every table but those of SQLite's own, such as what it has counted to plan its queries."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            if table.startswith("sqlite_"):
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            found[table] = sorted(cursor.fetchall(), key=repr)
        return found


def _administer(statement: sql.SQL | sql.Composed) -> None:
    with _server() as server:
        server.execute(statement)


@contextmanager
def _server() -> Iterator[psycopg.Connection[Any]]:
    settings = connections["default"].settings_dict
    with psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"], password=settings["PASSWORD"],
        dbname="postgres", autocommit=True,
    ) as server:  # fmt: skip
        yield server
