"""What a learner may take along, and that nothing stays behind."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import connection
from django.db.models import CASCADE, Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from quizzes import authoring, study
from quizzes.export import PROFILE_SECRETS, TABLES, attempts_csv, export, export_json
from quizzes.models import Attempt, Device, QuestionTemplate, User, uuid7
from quizzes.scheduling import Rating
from tests.quizzes.answers import ask_and_answer, submission
from tests.quizzes.sources import sum_source

Make = Callable[..., QuestionTemplate]
EMAIL = "someone.else@example.org"
PASSWORD = "correct horse battery"

EXEMPT = {
    "quizzes.User_groups": "who may do what in the admin is the operator's decision, not the learner's data",
    "quizzes.User_user_permissions": "the same",
    "admin.LogEntry": "stays empty: our pages keep records of their own",
    "account.EmailConfirmation": "stays empty: links that confirm an address are signed, not stored",
}


@pytest.fixture
def studied(small: Make, learner: User) -> User:
    """An account with a row in every table: answers, actions, a misconception, a device and a browser's session."""
    small(), small("card", kind="flashcard"), small("away")
    now = timezone.now() - timedelta(hours=1)
    ask_and_answer(learner.id, "sum", "forgot-one", now=now, hints_used=0, utc_offset_minutes=-300)
    study.undo(learner.id, ask_and_answer(learner.id, "sum", now=now).attempt.id, now=now)
    card = study.next_question(learner.id, template="card", now=now)
    study.submit(learner.id, submission(card, {}, self_rating=Rating.EASY), now=now)
    study.suspend(learner.id, "away", now=now)
    user = study.sign_up(learner.id, EMAIL, PASSWORD)
    version, _ = authoring.append(sum_source("sum", words="Say: "), by=user)
    authoring.publish_version(version, by=user)
    authoring.start(user, version.template)
    client = Client()
    client.force_login(user)
    session = client.session
    session["typed"] = EMAIL
    session.save()
    EmailAddress.objects.create(user=user, email=EMAIL, primary=True)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": PASSWORD})
    return user


def owned(model: type[Model], found: set[type[Model]]) -> set[type[Model]]:
    """All models with rows that refer to a row of ``model``, and to those that go with it."""
    for other in apps.get_models(include_auto_created=True):
        referring = [
            field for field in other._meta.concrete_fields if field.is_relation and field.related_model is model
        ]
        if referring and other not in found:
            found.add(other)
            if any(field.remote_field.on_delete is CASCADE for field in referring):  # type: ignore[union-attr]
                owned(other, found)
    return found


# The export


def test_every_table_of_a_learner_is_exported_or_exempt() -> None:
    found = {model._meta.label for model in owned(User, set())}
    assert "quizzes.Session" in found
    assert found == {table.model._meta.label for table in TABLES} | EXEMPT.keys()


def test_every_column_is_exported_or_a_secret(studied: User) -> None:
    found = export(studied.id)
    columns = {field.attname for field in User._meta.concrete_fields}
    assert found["profile"].keys() == columns - PROFILE_SECRETS == columns - {"password"}
    secrets = {
        "devices": {"digest", "token_key", "password_digest"},
        "sessions": {"session_key", "session_data"},
        "second_factors": {"data"},
    }
    for table in TABLES:
        assert found[table.name], table.name
        columns = {field.attname for field in table.model._meta.concrete_fields} - {table.owner}
        assert found[table.name][0].keys() == columns - secrets.get(table.name, set()) | table.added.keys()


def test_values_are_those_of_the_rows(studied: User) -> None:
    found = export(studied.id)
    assert (found["profile"]["id"], found["profile"]["email"]) == (str(studied.id), EMAIL)
    attempt = Attempt.objects.get(verdict="incorrect")
    row = next(row for row in found["attempts"] if row["id"] == str(attempt.id))
    assert (row["template"], row["version"], row["misconceptions"]) == ("sum", 1, ["forgot-one"])
    assert (row["response"], row["parameters"], row["seed"]) == (attempt.response, attempt.parameters, attempt.seed)
    assert (row["answered_at"], row["utc_offset_minutes"]) == (attempt.answered_at.isoformat(), -300)
    assert [row["act"] for row in found["card_actions"]] == ["void", "suspend"]
    assert [row["code"] for row in found["beliefs"]] == ["forgot-one"]
    assert {row["template"] for row in found["cards"]} == {"sum", "card", "away"}
    assert len(found["sessions"]) == len(found["devices"]) == 1


def test_nothing_that_opens_the_account_is_exported(studied: User) -> None:
    text = "".join(export_json(studied.id)) + "".join(attempts_csv(studied.id))
    device = Device.objects.get(user=studied)
    session = studied.sessions.get()
    for secret in (studied.password, device.digest, device.token_key, session.session_key, session.session_data):
        assert secret
        assert secret not in text


def test_the_document_says_the_same_as_the_object(studied: User, learner: User) -> None:
    assert json.loads("".join(export_json(studied.id))) == export(studied.id)
    newcomer, _ = study.create_guest("new")
    assert json.loads("".join(export_json(newcomer.user_id)))["attempts"] == []


def test_only_ones_own_rows_are_exported(studied: User) -> None:
    other, _ = study.create_guest("other")
    attempt = ask_and_answer(other.user_id, "sum").attempt
    assert [row["id"] for row in export(other.user_id)["attempts"]] == [str(attempt.id)]
    assert str(other.user_id) not in "".join(export_json(studied.id))
    assert len(export(studied.id)["attempts"]) == 3


def test_an_unknown_learner_has_no_export(db: None) -> None:
    with pytest.raises(User.DoesNotExist):
        export(uuid7())


def test_the_queries_do_not_grow_with_the_history(studied: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            export(studied.id)
        return len(captured)

    assert queries() == 1 + len(TABLES)
    for _ in range(5):
        ask_and_answer(studied.id, "sum")
    assert queries() == 1 + len(TABLES)


# The table for spreadsheets


def read_csv(learner: UUID) -> list[dict[str, str]]:
    text = "".join(attempts_csv(learner))
    assert text.encode().startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(text.removeprefix("\ufeff").splitlines(keepends=True)))


def test_the_table_holds_the_attempts(studied: User) -> None:
    rows, attempts = read_csv(studied.id), export(studied.id)["attempts"]
    assert [*rows[0]] == [*attempts[0]]
    for row, attempt in zip(rows, attempts, strict=True):
        assert (row["id"], row["template"]) == (attempt["id"], attempt["template"])
        assert json.loads(row["response"]) == attempt["response"]
        assert (float(row["score"]), int(row["seed"])) == (attempt["score"], attempt["seed"])
        assert row["recall"] == ""
        assert row["gave_up"] == "false"


def test_a_newcomers_table_is_a_header(learner: User) -> None:
    assert read_csv(learner.id) == []
    assert len(list(attempts_csv(learner.id))) == 1


def test_no_spreadsheet_runs_a_cell(studied: User) -> None:
    for start in ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"):
        formula = f"{start}HYPERLINK(A1)"
        Attempt.objects.update(request_digest=formula, response={"s": formula}, parameters=formula)
        row = read_csv(studied.id)[0]
        assert row["request_digest"] == f"'{formula}"
        assert json.loads(row["response"]) == {"s": formula}
        assert all(not cell.startswith(start) for cell in (row["request_digest"], row["response"], row["parameters"]))


def test_numbers_stay_numbers(studied: User) -> None:
    assert {row["utc_offset_minutes"] for row in read_csv(studied.id)} == {"-300"}


# Deleting


def cells() -> Iterator[tuple[str, Any]]:
    """Every value in every table of the database, with the table's name."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  # its own tables
            for row in cursor.fetchall():
                yield from ((table, value) for value in row)


def occurrences(learner: UUID, email: str) -> set[str]:
    """The tables that name the learner."""
    signs = (str(learner), learner.hex, email.casefold())
    return {table for table, value in cells() if any(sign in str(value).casefold() for sign in signs)}


def sizes() -> dict[str, int]:
    with connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608  # its own tables
            counts[table] = cursor.fetchone()[0]
    return counts


@pytest.mark.usefixtures("small")
def test_a_deleted_learner_leaves_no_trace(request: pytest.FixtureRequest, small: Make) -> None:
    small(), small("card", kind="flashcard"), small("away")
    other, _ = study.create_guest("other")
    ask_and_answer(other.user_id, "sum", "forgot-one")
    before, theirs = sizes(), export(other.user_id)
    studied: User = request.getfixturevalue("studied")
    grown = {table for table, size in sizes().items() if size > before[table]}
    assert grown == {"quizzes_user", *(table.model._meta.db_table for table in TABLES)}
    assert occurrences(studied.id, EMAIL) == grown
    study.delete_learner(studied.id)
    # What stays names nobody: the device's token, and what others are asked.
    stays = {table: before[table] + 1 for table in ("quizzes_templateversion", "quizzes_publication")}
    assert sizes() == before | stays | {"quizzes_closedtoken": 1}
    assert occurrences(studied.id, EMAIL) == set()
    assert export(other.user_id) == theirs
