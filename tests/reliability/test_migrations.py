"""From every state that the database was ever in, with data in every table, to the newest: nothing is lost on the way.

The data are real: what learners and authors do today, as far as the older tables have columns for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from quizzes import study
from quizzes.authoring import give_roles, start
from quizzes.models import (
    Attempt,
    Belief,
    Card,
    ClosedToken,
    Misconception,
    Publication,
    QuestionTemplate,
    Session,
    User,
    uuid7,
)  # fmt: skip
from tests.lengths import LONG
from tests.quizzes.answers import ask_and_answer
from tests.reliability.databases import another, standing_in

pytestmark = pytest.mark.django_db(transaction=True)

Rows = dict[str, list[dict[str, Any]]]

# What a migration sets anew where an older program had nothing to say: from the state before it, these may change.
SET = {
    "0008_roles": {"templateversion": {"origin"}, "topic": {"loaded"}, "misconception": {"loaded"}},
}
GROWING = {"publication", "permission", "contenttype", "group", "group_permissions"}  # migrations add rows


def states() -> list[str]:
    """The names of all migrations of ours, the oldest first."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    assert loader.disk_migrations is not None
    return sorted(name for app, name in loader.disk_migrations if app == "quizzes")


def earlier_states() -> list[str]:
    """All but the newest, of which a short run takes some; always the first and the last of them."""
    names = states()[:-1]
    return names if LONG else [*names[:-1:3], names[-1]]


@pytest.fixture
def recorded(bank: None) -> Rows:
    """What is in each table after some days of learners and authors."""
    author = User.objects.create_user("author@example.org", "a password of theirs")
    give_roles(author, ["author", "editor", "administrator"])
    learner = User.objects.create_user("ann@example.org", "a password of hers", exam_date="2027-02-01")
    guest = study.create_guest("phone")[0].user
    study.add_device(learner, "phone")
    days = [timezone.now() - timedelta(days=days) for days in (9, 4, 1)]
    for who in (learner, guest):
        for now in days:
            ask_and_answer(who.id, "conv-output-size", "stride-ignored" if now == days[0] else None, now=now)
            ask_and_answer(who.id, "convolution-parameters", now=now)
    study.suspend(learner.id, "convolution-parameters")
    ClosedToken.objects.create(digest="of an account that is gone")
    Session.objects.create(session_key="s", session_data="x", expire_date=timezone.now(), learner=learner)
    start(author, QuestionTemplate.objects.get(slug="conv-output-size"))
    template = QuestionTemplate.objects.get(slug="convolution-parameters")
    Publication.objects.create(template=template, version=template.current, act="publish", by=author)
    EmailAddress.objects.create(user=learner, email="ann@example.org", primary=True, verified=True)
    Authenticator.objects.create(user=learner, type="totp", data={"secret": "x"})
    LogEntry.objects.create(
        user=author,
        content_type=ContentType.objects.get_for_model(User),
        object_id="1",
        object_repr="x",
        action_flag=ADDITION,
    )
    kind = ContentType.objects.get_for_model(User)
    author.user_permissions.add(Permission.objects.get_or_create(content_type=kind, codename="view_user")[0])
    met = {code for attempt in Attempt.objects.all() for code in (*attempt.misconceptions, *attempt.exposes)}
    source, target = Misconception.objects.exclude(code__in=met).order_by("code")[:2]  # nobody's beliefs change
    source.merged_into = target
    source.save()
    rows = rows_of(apps)
    missing = [name for name, found in rows.items() if name.startswith("quizzes.") and not found]
    assert not missing, f"record something in {missing}: an empty table proves nothing"
    return rows


def rows_of(registry: Any) -> Rows:
    """All rows of all tables, by the names of their models."""
    return {
        model._meta.label_lower: list(model._base_manager.order_by(*_key(model)).values(*_columns(model)))
        for model in registry.get_models(include_auto_created=True)
        if model._meta.managed
    }


def _columns(model: Any) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if field.column]


def _key(model: Any) -> list[str]:
    key = model._meta.pk
    return [field.attname for field in getattr(key, "fields", None) or [key]]


def fill(registry: Any, recorded: Rows) -> None:
    """Put what was recorded into older tables. They refer to each other: all at once."""
    with transaction.atomic():
        for model in registry.get_models(include_auto_created=True):
            if model._meta.managed:
                model._base_manager.all()._raw_delete(connection.alias)
        for model in registry.get_models(include_auto_created=True):
            name = model._meta.label_lower
            if not model._meta.managed or name not in recorded:
                assert name in recorded, f"{name} is gone since: say here what was in it"
                continue
            known = set(recorded[name][0]) if recorded[name] else set()
            lacking = set(_columns(model)) - known if recorded[name] else set()
            assert not lacking, f"{name} has lost {lacking} since: say here what was in it"
            rows = [model(**{column: row[column] for column in _columns(model)}) for row in recorded[name]]
            model._base_manager.bulk_create(rows, batch_size=500)


def shape() -> dict[str, Any]:
    """Columns, keys and indexes of all tables, as the database tells them."""
    look, found = connection.introspection, {}
    with connection.cursor() as cursor:
        for table in look.table_names(cursor):
            if table.startswith("sqlite_"):  # its own
                continue
            columns = sorted(
                (column.name, column.type_code, column.null_ok, column.internal_size)
                for column in look.get_table_description(cursor, table)
            )
            constraints = sorted(
                repr(
                    [one["columns"], one["primary_key"], one["unique"], one["foreign_key"], one["check"], one["index"]]
                )
                for one in look.get_constraints(cursor, table).values()
            )
            found[table] = (columns, constraints)
    return found


@pytest.fixture
def earlier(recorded: Rows, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A database in each state, filled; each is made from the one before, which is quicker."""
    made: dict[str, str] = {}
    with ExitStack() as stack:
        before = None
        for number, name in enumerate(earlier_states()):
            empty = stack.enter_context(another(tmp_path, f"state_{number}", before))
            with standing_in(empty):
                executor = MigrationExecutor(connection)
                executor.migrate(_targets(executor, name))
            before = empty
        for number, name in enumerate(earlier_states()):
            made[name] = stack.enter_context(another(tmp_path, f"filled_{number}", str(_place(tmp_path, number))))
            with standing_in(made[name]):
                fill(_registry(name), recorded)
        yield made


def _place(folder: Path, number: int) -> str:
    return str(folder / f"state_{number}.sqlite3") if connection.vendor == "sqlite" else f"state_{number}"


def _targets(executor: MigrationExecutor, name: str) -> list[tuple[str, str]]:
    others = [node for node in executor.loader.graph.leaf_nodes() if node[0] != "quizzes"]
    return [*others, ("quizzes", name)]


def _registry(name: str) -> Any:
    executor = MigrationExecutor(connection)
    return executor.loader.project_state(_targets(executor, name)).apps


def test_from_every_earlier_state_nothing_is_lost_and_the_newest_is_reached(earlier: dict[str, str]) -> None:
    newest = shape()
    names = states()
    for name in earlier_states():
        with standing_in(earlier[name]):
            before = rows_of(_registry(name))
            call_command("migrate", verbosity=0)
            assert shape() == newest, name
            after = rows_of(apps)
            check_kept(name, names[names.index(name) + 1 :], before, after)
            if "quizzes.cardaction" in before:  # before that the log lacked what learners do with cards
                check_following(before)


def check_kept(state: str, passed: list[str], before: Rows, after: Rows) -> None:
    """Every row of before is there, with what it said."""
    for table, rows in before.items():
        short = table.partition(".")[2]
        changed: set[str] = set().union(*(SET.get(one, {}).get(short, set()) for one in passed))
        kept = [column for column in (rows[0] if rows else ()) if column not in changed]
        there = [tuple(repr(row[column]) for column in kept) for row in after[table]]
        missing = {tuple(repr(row[column]) for column in kept) for row in rows} - set(there)
        assert not missing, f"from {state}: {len(missing)} rows of {table} are not as they were: {min(missing)}"
        assert len(rows) == len(there) or short in GROWING, f"from {state}: {table}"


def check_following(old: Rows) -> None:
    """What followed from the log still does: rebuilding it changes nothing. What is new is made by `refold`."""
    known = {table: list(old[name][0]) for table in (Card, Belief) if (name := table._meta.label_lower) in old}

    def following() -> list[Any]:
        rows = [row for table, columns in known.items() for row in table._base_manager.values(*columns)]
        return sorted(repr({name: value for name, value in row.items() if name != "change"}) for row in rows)

    before = following()
    for learner in Attempt.objects.values_list("learner_id", flat=True).distinct():
        with transaction.atomic():
            study.refold(study.lock(learner))
    assert following() == before


def test_control_a_migration_that_drops_rows_or_words_is_caught(recorded: Rows) -> None:
    """What the comparison says of broken results."""
    loss: list[Callable[[Rows], Any]] = [
        lambda rows: rows["quizzes.attempt"].pop(),
        lambda rows: rows["quizzes.card"][0].update(lapses=99),
        lambda rows: rows["quizzes.user"].append({**rows["quizzes.user"][0], "id": uuid7()}),
        lambda rows: rows["quizzes.topic"][0].update(loaded=None),
    ]
    check_kept("now", [], recorded, recorded)
    for lose in loss:
        broken = {table: [dict(row) for row in rows] for table, rows in recorded.items()}
        lose(broken)
        with pytest.raises(AssertionError, match="from now"):
            check_kept("now", [], recorded, broken)
