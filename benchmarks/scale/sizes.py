"""What a table takes on disk, and what PostgreSQL says it does for a statement."""

from __future__ import annotations

from typing import Any

from django.db import connection


def table(attempts: int) -> list[str]:
    """The bytes of each learner's table and of its indexes, and what all come to per attempt."""
    from quizzes.models import Attempt, Belief, Card, Device, Session, User

    lines, whole = [], 0
    with connection.cursor() as cursor:
        for model in (Attempt, Card, Belief, User, Device, Session):
            name = model._meta.db_table
            cursor.execute(
                "SELECT pg_table_size(%s::regclass), pg_total_relation_size(%s::regclass), "
                "(SELECT reltuples FROM pg_class WHERE oid = %s::regclass)",
                [name, name, name],
            )
            rows, total, count = cursor.fetchone()
            whole += total
            lines.append(_line(name, rows, count))
            cursor.execute(
                "SELECT indexrelid::regclass::text, pg_relation_size(indexrelid) FROM pg_index "
                "WHERE indrelid = %s::regclass ORDER BY 2 DESC",
                [name],
            )
            lines += [_line(f"  {index}", size, count) for index, size in cursor.fetchall()]
    return [*lines, f"all of it: {whole / 2**20:,.0f} MiB, {whole / attempts:,.0f} bytes per attempt"]


def _line(name: str, size: int, rows: float) -> str:
    return f"{name:64} {size / 2**20:9,.1f} MiB {size / rows if rows > 0 else 0:7.0f} bytes per row"


def plan(sql: str, params: Any) -> list[str]:
    """How the statement was executed, with times."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", params)
        return [line for (line,) in cursor.fetchall()]
