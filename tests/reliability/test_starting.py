"""What a site is held against before it starts."""

from __future__ import annotations

import os
import pwd
import tempfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from studysite import starting, state
from tests.reliability.databases import another, standing_in


@pytest.mark.django_db(transaction=True)
def test_pending_migrations_are_named(tmp_path: Path) -> None:
    starting.check_migrations()
    ((app, newest),) = MigrationLoader(connection).graph.leaf_nodes("quizzes")
    MigrationRecorder.Migration.objects.filter(app=app, name=newest).delete()
    try:
        with pytest.raises(state.Refused, match=newest):
            starting.check_migrations()
    finally:
        MigrationRecorder.Migration.objects.create(app=app, name=newest)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_takes_no_writes_is_refused(tmp_path: Path) -> None:
    starting.check_database()
    with another(tmp_path, "readonly") as name, standing_in(name):
        call_command("migrate", "contenttypes", verbosity=0)
        if connection.vendor == "sqlite":
            connection.close()
            connection.settings_dict["NAME"] = f"file:{name}?mode=ro"
            connection.settings_dict["OPTIONS"] = {"uri": True}
        else:
            with connection.cursor() as cursor:
                cursor.execute("SET default_transaction_read_only = on")
        with pytest.raises(state.Refused, match=r"cannot be written to|takes no writes"):
            starting.check_database()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_somebody_writes_to_is_not_refused(tmp_path: Path) -> None:
    with another(tmp_path, "busy") as name, standing_in(name):
        call_command("migrate", "contenttypes", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN")
            with standing_in(name):
                starting.check_database()
            cursor.execute("ROLLBACK")


def test_static_files_must_have_been_collected(tmp_path: Path) -> None:
    with pytest.raises(state.Refused, match="collectstatic"):
        starting.check_static_files(tmp_path)
    (tmp_path / "staticfiles.json").touch()
    starting.check_static_files(tmp_path)


def test_a_folder_of_somebody_else_is_refused() -> None:
    """Asked as another account where this one may write everywhere."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "state"
        place.mkdir()
        state.check(place)
        Path(folder).chmod(0o755)
        place.chmod(0o555)
        mine = os.geteuid()
        try:
            if mine == 0:
                os.seteuid(pwd.getpwnam("nobody").pw_uid)
            with pytest.raises(state.Refused, match="cannot be written to: Permission denied") as refused:
                state.check(place)
        finally:
            os.seteuid(mine)
    assert f"chown -R ACCOUNT {place}" in str(refused.value)
