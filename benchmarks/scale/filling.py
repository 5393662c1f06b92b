"""Learners by the thousand: copies of a few who were made row by row, written as years of use would have written them.

The rows of attempts lie in the order of time, those of all learners mixed, as they come in; learners' ids are ordered
by time too. So what one learner reads is spread over the whole table, not side by side as a copy would leave it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model

from benchmarks import population
from benchmarks.population import Progress

CARDS, ATTEMPTS, DAYS = 20, 100, 60  # of an ordinary learner
TEMPLATES = 200  # as many as the bank has, about
PROTOTYPES = 20
ORDINARY, BUSY = 1_000, 1_001  # seeds of those who are measured


def found(learners: int, now: datetime, progress: Progress) -> None:
    """What every size begins with: templates, who is measured, who is copied; then copies up to ``learners``."""
    population.make_templates(progress, TEMPLATES)
    population.make_learner(ORDINARY, CARDS, ATTEMPTS, DAYS, now)
    population.make_learner(BUSY, now=now)
    for seed in range(PROTOTYPES):
        _sign_in(population.make_learner(seed, CARDS, ATTEMPTS, DAYS, now))
    progress(f"{PROTOTYPES} learners made, who will be copied")
    grow(learners, progress)


def _sign_in(learner: UUID) -> None:
    """On a phone and in a browser."""
    from django.contrib.auth import SESSION_KEY

    from quizzes import study
    from quizzes.models import User
    from quizzes.sessions import SessionStore

    study.add_device(User.objects.get(id=learner), "phone")
    session = SessionStore()
    session[SESSION_KEY] = str(learner)
    session.create()


def grow(learners: int, progress: Progress) -> None:
    """Copy until there are so many learners, with everything that is theirs."""
    from quizzes.models import Attempt, Belief, Card, Device, Session, User

    prototypes = [population.id_of(seed) for seed in range(PROTOTYPES)]
    missing = learners - User.objects.count()
    with _without_indexes((Attempt, Card, Belief), progress), connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # what is copied refers to what is there
        cursor.execute("CREATE TEMPORARY TABLE copies (learner uuid, prototype uuid)")
        _copies(missing, prototypes)
        _insert(User, {"id": "learner"}, "JOIN copies ON prototype = id")
        mine = {"learner_id": "learner"}
        joined = "JOIN copies ON prototype = learner_id"
        cursor.execute('SELECT DISTINCT "day" FROM quizzes_attempt ORDER BY 1')
        days = [day for (day,) in cursor.fetchall()]
        for number, day in enumerate(days, start=1):
            changed = {**mine, "id": "gen_random_uuid()"}
            condition = f'{joined} WHERE "day" = {day:d} ORDER BY random()'  # of one day all learners are mixed
            count = _insert(Attempt, changed, condition)
            progress(f"day {number} of {len(days)}: {count:,} attempts")
        for table in (Card, Belief):
            progress(f"{_insert(table, mine, f'{joined} ORDER BY random()'):,} rows of {table.__name__}")
        digest = "encode(sha512(uuid_send(gen_random_uuid())), 'hex')"
        token = {"user_id": "learner", "id": "gen_random_uuid()", "digest": digest, "token_key": f"left({digest}, 15)"}
        _insert(Device, token, "JOIN copies ON prototype = user_id")
        _insert(Session, {**mine, "session_key": "md5(random()::text || learner)"}, joined)
        cursor.execute("DROP TABLE copies")
        cursor.execute("SET session_replication_role = origin")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    progress(f"{Attempt.objects.count():,} attempts of {User.objects.count():,} learners")


def _copies(count: int, prototypes: Sequence[UUID]) -> None:
    from quizzes.models import uuid7

    with connection.cursor() as cursor, cursor.copy("COPY copies FROM STDIN") as copy:
        for number in range(count):
            copy.write_row((uuid7(), prototypes[number % len(prototypes)]))


def _insert(table: type[Model], changed: dict[str, str], source: str) -> int:
    """Copy rows of ``table``, with some columns ``changed``; how many."""
    columns = [str(field.column) for field in table._meta.concrete_fields]
    name = table._meta.db_table
    values = ", ".join(changed.get(column, f'{name}."{column}"') for column in columns)
    named = ", ".join(f'"{column}"' for column in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{name}" ({named}) SELECT {values} FROM "{name}" {source}')  # noqa: S608
        return int(cursor.rowcount)


@contextmanager
def _without_indexes(tables: Sequence[type[Model]], progress: Progress) -> Iterator[None]:
    """Drop keys and indexes, and make them again as they were: to make one takes less than to keep it up."""
    with connection.cursor() as cursor:
        made = [_dropped(table._meta.db_table) for table in tables]
        yield
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for statements in made:
            for statement in statements:
                progress(statement[:110])
                cursor.execute(statement)


def _dropped(table: str) -> list[str]:
    """What makes the keys and indexes of ``table`` again; they are gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = %s::regclass AND contype IN ('p', 'u') ORDER BY contype",
            [table],
        )
        constraints = cursor.fetchall()
        for name, _ in constraints:
            cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}" CASCADE')
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s", [table])
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
    added = [f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}' for name, definition in constraints]
    return added + [definition for _, definition in indexes]
