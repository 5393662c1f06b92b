"""How the database reads what authors look at: through indices, however many attempts there are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quizzes import progress
from quizzes.models import Attempt, QuestionTemplate, User
from quizzes.progress import wilson
from quizzes.study.accounts import guest
from tests.quizzes.progress.histories import NOON, answered

Make = Callable[..., QuestionTemplate]


def multiply(template: QuestionTemplate, times: int) -> None:
    """As many copies of each attempt at a template, a second apart, made inside the database."""
    sqlite = connection.vendor == "sqlite"
    changed = {
        "id": "lower(hex(randomblob(16)))" if sqlite else "gen_random_uuid()",
        "seed": "seed + 1000000 * n",
        "answered_at": "datetime(answered_at, n || ' seconds')" if sqlite else "answered_at + n * interval '1 second'",
    }
    columns = [str(field.column) for field in Attempt._meta.concrete_fields]
    values = ", ".join(changed.get(column, column) for column in columns)
    table = Attempt._meta.db_table
    key = template.id.hex if sqlite else str(template.id)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s) "  # noqa: S608
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table}, numbers WHERE template_id = %s",
            [times, key],
        )


def plans(call: Callable[[], object]) -> list[str]:
    """The plan of every statement that reads attempts."""
    with CaptureQueriesContext(connection) as captured:
        call()
    found = []
    for query in captured.captured_queries:
        if Attempt._meta.db_table in query["sql"]:
            with connection.cursor() as cursor:
                explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
                cursor.execute(explain + query["sql"])
                found.append("\n".join(str(row[-1]) for row in cursor.fetchall()))
    return found


@pytest.fixture
def crowded(small: Make) -> QuestionTemplate:
    """A template with some of very many attempts."""
    mine, other = small("mine"), small("other")
    for user in User.objects.bulk_create([guest() for _ in range(100)]):
        answered(user, mine, at=NOON, score=0.0, response={"s": "17"})
        answered(user, other, at=NOON, score=0.0, response={"s": "17"})
    multiply(mine, 10)
    multiply(other, 200)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return mine


def test_no_statement_reads_all_attempts(crowded: QuestionTemplate) -> None:
    since = progress.template_statistics(crowded.slug).since
    found = [
        *plans(lambda: progress.template_statistics(crowded.slug)),
        *plans(lambda: progress.unexplained(crowded, since)),
        *plans(lambda: progress.difficulty(crowded, wilson(1, 9))),
    ]
    assert len(found) == 3
    for plan in found:
        assert "SCAN quizzes_attempt" not in plan, plan
        assert "Seq Scan on quizzes_attempt" not in plan, plan
        assert "attempt_template" in plan, plan


def test_the_guard_sees_a_statement_that_reads_all_attempts(crowded: QuestionTemplate) -> None:
    (plan,) = plans(lambda: list(Attempt.objects.filter(duration_ms=7).values_list("id")))
    assert "SCAN quizzes_attempt" in plan or "Seq Scan on quizzes_attempt" in plan
