"""What others have answered costs a learner nothing: ten times as much is no further query, and no table scan."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlglot
from django.db import connection, transaction
from django.utils import timezone
from sqlglot import exp

from benchmarks import population
from benchmarks.scale.asking import Learner, statements

BIG = {"quizzes_attempt", "quizzes_card", "quizzes_cardaction", "quizzes_belief", "quizzes_user", "quizzes_session"}


@pytest.mark.django_db
def test_ten_times_the_attempts_of_others_change_no_query_and_no_plan() -> None:
    now = timezone.now() - timedelta(hours=1)
    population.make_templates(_silent, 40)
    population.make_learner(0, 20, 100, 60, now)
    prototypes = [population.make_learner(seed, 20, 100, 60, now) for seed in (1, 2)]
    learner = Learner("measured", population.id_of(0), [str(connection.settings_dict["NAME"])])
    _asked(learner)  # what is loaded once
    population.fill(1_000, prototypes, _silent)
    few = _asked(learner)
    population.fill(10_000, prototypes, _silent)
    many = _asked(learner)
    assert {name: len(found) for name, found in few.items()} == {name: len(found) for name, found in many.items()}
    read = {
        name: sorted({table for sql, params in found for table in _read_through(sql, params)})
        for name, found in many.items()
    }
    assert {name: tables for name, tables in read.items() if tables} == {}


@pytest.mark.django_db
def test_a_table_that_is_read_through_is_noticed() -> None:
    assert _read_through("SELECT verdict FROM quizzes_attempt a WHERE a.verdict = %s", ["correct"]) == [
        "quizzes_attempt"
    ]


def _silent(line: str) -> None:
    pass


def _asked(learner: Learner) -> dict[str, list[tuple[str, Any]]]:
    """The statements of each request, none of which lasts."""
    found = {}
    for name, ask in learner.requests().items():
        with transaction.atomic():
            found[name] = [(sql, params) for sql, params, _ in statements(ask, 0)]
            transaction.set_rollback(True)
    return found


def _read_through(sql: str, params: Any) -> list[str]:
    """The big tables whose rows are gone through without an index."""
    if not sql.startswith(("SELECT", "UPDATE", "DELETE")) or not any(table in sql for table in BIG):
        return []
    sqlite = connection.vendor == "sqlite"
    parsed = sqlglot.parse_one(sql.replace("%s", "NULL").replace("%%", "%"), dialect="sqlite" if sqlite else "postgres")
    names = {table.alias_or_name: table.name for table in parsed.find_all(exp.Table)}
    with connection.cursor() as cursor:
        if sqlite:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            through = [row[3].split(" ")[1] for row in cursor.fetchall() if row[3].startswith("SCAN ")]
        else:
            cursor.execute("SET LOCAL enable_seqscan = off")  # a small table is read through though it has an index
            cursor.execute(f"EXPLAIN {sql}", params)
            words = [row[0].replace("->", " ").split() for row in cursor.fetchall()]
            through = [
                line[4] if line[4:] and not line[4].startswith("(") else line[3]
                for line in words
                if line[:2] == ["Seq", "Scan"]
            ]
    return [names[name] for name in through if names.get(name) in BIG]
