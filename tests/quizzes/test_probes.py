"""What a supervisor asks, and the secret key of an installation that was given none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from quizzes.models import QuestionTemplate
from studysite.secret import secret_key

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def visitor() -> Client:
    return Client()


def test_the_process_says_that_it_lives_without_a_database(visitor: Client) -> None:
    answer = visitor.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.usefixtures("bank")
def test_it_is_ready_with_a_database_migrations_and_a_bank(visitor: Client) -> None:
    answer = visitor.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer.json()["checks"] == {"database": True, "migrations": True, "bank": True}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("loaded", [True, False])
def test_it_is_not_ready_without_published_templates(
    visitor: Client, loaded: bool, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue("bank" if loaded else "db")
    QuestionTemplate.objects.update(current=None)
    answer = visitor.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    assert answer.json()["checks"] == {"database": True, "migrations": True, "bank": False}


@pytest.mark.usefixtures("bank")
def test_it_is_not_ready_before_every_migration_was_applied(visitor: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="quizzes", name="0001_initial").delete()
    answer = visitor.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": True, "migrations": False, "bank": False}


def test_the_secret_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "secret_key"
    key = secret_key(file)
    assert len(key) > 50
    assert file.stat().st_mode & 0o777 == 0o600
    assert secret_key(file) == key
    assert list(tmp_path.iterdir()) == [file]
    assert secret_key(tmp_path / "another") != key


def test_processes_that_start_at_once_agree_on_the_secret_key(tmp_path: Path) -> None:
    file = tmp_path / "secret_key"
    program = (
        f"from pathlib import Path; from studysite.secret import secret_key; print(secret_key(Path({str(file)!r})))"
    )
    makers = [
        subprocess.Popen([sys.executable, "-S", "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(16)
    ]
    keys = {maker.communicate(timeout=60)[0].strip() for maker in makers}
    assert {maker.returncode for maker in makers} == {0}
    assert keys == {file.read_text()}
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
