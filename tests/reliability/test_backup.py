"""What `manage.py backup` keeps, `manage.py restore` gives back, or it refuses and nothing has changed."""

from __future__ import annotations

import io
import re
import shutil
import sqlite3
import tarfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from quizzes import study
from quizzes.backups import archive, postgresql, sqlite
from quizzes.backups.manifest import FORMAT, Manifest
from quizzes.models import Attempt, Card, User
from quizzes.occupancy import alone, occupy
from tests.quizzes.answers import ask_and_answer
from tests.reliability.databases import another, content, standing_in
from tests.reliability.test_concurrency import check_cards

pytestmark = pytest.mark.django_db(transaction=True)

QUESTIONS = ("conv-output-size", "convolution-parameters", "fc-flatten-parameters")
WRITERS, ANSWERS = 4, 6


@pytest.fixture(autouse=True)
def state(settings: Any, tmp_path: Path) -> Path:
    """A state folder of the test's own, with the key that the site runs with."""
    settings.STATE_DIR = tmp_path / "state"
    settings.STATE_DIR.mkdir()
    settings.SECRET_KEY = "the key of this site"
    (settings.STATE_DIR / archive.KEY).write_text(settings.SECRET_KEY)
    return settings.STATE_DIR  # type: ignore[no-any-return]


@pytest.fixture
def learner_id(bank: None) -> UUID:
    """A learner who has answered something."""
    device, _ = study.create_guest("test")
    for question in QUESTIONS[:2]:
        ask_and_answer(device.user_id, question)
    return device.user_id  # type: ignore[no-any-return]


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[str]:
    """A database without tables."""
    with another(tmp_path, "restored") as name:
        yield name


def run(command: str, *arguments: str | Path) -> str:
    out = io.StringIO()
    call_command(command, *map(str, arguments), stdout=out, stderr=out, no_color=True)
    return out.getvalue()


def refused(file: Path, *options: str) -> str:
    """What a restoration says that must fail; the database, the key and the folder are as before."""
    state = settings.STATE_DIR
    before, files = content(), {path.name: path.read_bytes() for path in state.iterdir()}
    with pytest.raises(CommandError) as error:
        run("restore", file, *options)
    assert content() == before
    assert {path.name: path.read_bytes() for path in state.iterdir()} == {"in-use": b""} | files
    return str(error.value)


def test_a_restored_site_has_the_same_rows_and_the_same_key(
    learner_id: UUID, empty: str, tmp_path: Path, state: Path
) -> None:
    before = content()
    file = tmp_path / "kept.tar"
    told = run("backup", file)
    assert f"{sum(map(len, before.values())):,} rows of {len(before)} tables" in told
    assert file.stat().st_mode & 0o777 == 0o600
    (state / archive.KEY).write_text("another key")
    with standing_in(empty):
        told = run("restore", file)
        assert content() == before
        assert "make run" in told
        check_cards(learner_id)
        assert ask_and_answer(learner_id, QUESTIONS[2]).created
    assert (state / archive.KEY).read_text() == "the key of this site"
    assert (state / archive.KEY).stat().st_mode & 0o777 == 0o600
    assert content() == before


def test_a_file_gets_a_name_of_its_time_in_a_folder_and_none_is_overwritten(learner_id: UUID, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    run("backup", folder)
    (file,) = folder.iterdir()
    assert file.match("study-????????T??????Z.tar")
    kept = file.read_bytes()
    with pytest.raises(CommandError, match="already"):
        run("backup", file)
    assert file.read_bytes() == kept
    with pytest.raises(CommandError, match="No such file"):
        run("backup", tmp_path / "nowhere" / "kept.tar")


def test_a_backup_that_fails_leaves_nothing(learner_id: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    folder = tmp_path / "backups"
    folder.mkdir()
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CommandError, match="No space left"):
        run("backup", folder / "kept.tar")
    assert list(folder.iterdir()) == []


def test_a_key_from_the_environment_is_not_kept(
    learner_id: UUID, empty: str, tmp_path: Path, settings: Any, state: Path
) -> None:
    settings.SECRET_KEY = "from the environment"
    assert "keep SECRET_KEY too" in run("backup", tmp_path / "kept.tar")
    with standing_in(empty):
        assert "the same SECRET_KEY" in run("restore", tmp_path / "kept.tar")
    assert (state / archive.KEY).read_text() == "the key of this site"


# While others write


def write_meanwhile(learners: list[UUID], back_up: Callable[[], object]) -> tuple[set[UUID], set[UUID]]:
    """Answers that were acknowledged before ``back_up`` began, and all in the end."""
    lock, done = threading.Lock(), []
    enough = threading.Event()

    def answer(learner: UUID) -> None:
        try:
            for number in range(ANSWERS):
                result = ask_and_answer(learner, QUESTIONS[number % len(QUESTIONS)])
                with lock:
                    done.append(result.attempt.id)
                if len(done) >= WRITERS:
                    enough.set()
        finally:
            enough.set()
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(answer, learner) for learner in learners]
        assert enough.wait(120)
        with lock:
            before = set(done)
        back_up()
        for one in writing:
            one.result()
    return before, set(done)


def wrongs(learners: list[UUID], before: set[UUID], after: set[UUID]) -> list[str]:
    """What a restored database does not keep as promised."""
    there = set(Attempt.objects.values_list("id", flat=True))
    found = [f"{len(before - there)} acknowledged answers are missing"] if before - there else []
    if there - after:
        found.append("answers that nobody gave")
    for learner in learners:
        try:
            check_cards(learner)
        except AssertionError:
            found.append("a card is not the replay of its answers")
        cards = Card.objects.filter(learner_id=learner).count()
        if cards != Attempt.objects.filter(learner_id=learner).values("template_id").distinct().count():
            found.append("answers without a card")
    return found


def test_a_backup_made_while_learners_answer_is_one_moment(bank: None, empty: str, tmp_path: Path) -> None:
    learners: list[UUID] = [study.create_guest("test")[0].user_id for _ in range(WRITERS)]
    before, after = write_meanwhile(learners, lambda: run("backup", tmp_path / "kept.tar"))
    assert len(after) == WRITERS * ANSWERS
    with standing_in(empty):
        run("restore", tmp_path / "kept.tar")
        assert wrongs(learners, before, after) == []


def test_control_a_copied_file_is_caught(bank: None, tmp_path: Path) -> None:
    """A broken build: what was committed last is in the log beside the file."""
    if connection.vendor != "sqlite":
        pytest.skip("a database on a server is no file")
    learners: list[UUID] = [study.create_guest("test")[0].user_id for _ in range(WRITERS)]
    copy = tmp_path / "copied.sqlite3"
    before, after = write_meanwhile(learners, lambda: shutil.copyfile(connection.settings_dict["NAME"], copy))
    with standing_in(str(copy)):
        try:
            found = wrongs(learners, before, after)
        except DatabaseError as error:
            found = [str(error)]
    assert found


# Refusals


def test_an_archive_with_any_part_changed_or_missing_is_refused(learner_id: UUID, tmp_path: Path) -> None:
    file, broken = tmp_path / "kept.tar", tmp_path / "broken.tar"
    run("backup", file)
    whole = file.read_bytes()
    with tarfile.open(file) as tar:
        members = [(member.name, member.offset_data, member.size) for member in tar]
    assert [name for name, _, _ in members] == [archive.MANIFEST, archive.DATABASE, archive.KEY, archive.SUMS]
    for _name, offset, size in members:
        for place in (offset, offset + size // 2, offset + size - 1):
            broken.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            assert "damaged" in refused(broken, "--replace")
    for length in (0, 100, 512, members[1][1] + 5000, members[3][1] - 512, members[3][1] + 10):
        broken.write_bytes(whole[:length])
        assert "damaged" in refused(broken, "--replace")
    for text in (b"no archive at all", b"\0" * 2048):
        broken.write_bytes(text)
        assert "damaged" in refused(broken, "--replace")
    with tarfile.open(broken, "w") as tar:
        tar.add(__file__, "../../evil")
    assert "no backup" in refused(broken, "--replace")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"format": FORMAT + 1}, "update the program"),
        ({"migrations": [("quizzes", "9999_later")]}, r"newer program, which knows quizzes\.9999_later"),
        ({"database": "oracle"}, "of oracle"),
        ({"rows": {"quizzes_user": 7}}, "does not have what the archive says"),
    ],
)
def test_what_this_program_cannot_use_is_refused(
    learner_id: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], says: str
) -> None:
    real = Manifest.written
    monkeypatch.setattr(Manifest, "written", lambda self: real(Manifest(**{**self.__dict__, **changed})))
    run("backup", tmp_path / "kept.tar")
    monkeypatch.undo()
    connection.close()
    told = refused(tmp_path / "kept.tar", "--replace")
    assert re.search(says, told)
    assert "Nothing was changed" in told


def test_a_database_is_replaced_only_when_told_and_kept_aside(learner_id: UUID, tmp_path: Path) -> None:
    run("backup", tmp_path / "kept.tar")
    with another(tmp_path, "used") as name, standing_in(name):
        call_command("migrate", verbosity=0)
        User.objects.create_user("ann@example.org", "a password of hers")
        assert "--replace" in refused(tmp_path / "kept.tar")
        told = run("restore", tmp_path / "kept.tar", "--replace")
        assert not User.objects.filter(email="ann@example.org").exists()
        assert User.objects.filter(id=learner_id).exists()
        (aside,) = [line.split()[2].rstrip(".") for line in told.splitlines() if line.startswith("Kept aside: ")]
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute(f"ATTACH '{aside}' AS old")
                aside = "old"
            cursor.execute(f'SELECT email FROM "{aside}".quizzes_user')  # noqa: S608
            assert cursor.fetchall() == [("ann@example.org",)]
        if connection.vendor == "postgresql":  # what is kept aside is not in the next backup
            run("backup", tmp_path / "next.tar")
            assert (tmp_path / "next.tar").stat().st_size < (tmp_path / "kept.tar").stat().st_size * 1.5


def test_nothing_is_restored_while_the_site_runs_and_no_site_starts_meanwhile(
    learner_id: UUID, tmp_path: Path, state: Path
) -> None:
    run("backup", tmp_path / "kept.tar")
    with occupy(state), occupy(state):
        assert "site is running" in refused(tmp_path / "kept.tar", "--replace")
    with alone(state), pytest.raises(Exception, match=str(state)):
        occupy(state)


def test_nothing_is_restored_while_anybody_is_connected(learner_id: UUID, tmp_path: Path) -> None:
    run("backup", tmp_path / "kept.tar")
    with another(tmp_path, "used") as name, standing_in(name):
        call_command("migrate", verbosity=0)
        if connection.vendor == "sqlite":
            with closing(sqlite3.connect(name)) as other:
                other.execute("SELECT count(*) FROM quizzes_user").fetchone()
                assert "still uses" in refused(tmp_path / "kept.tar", "--replace")
        else:
            with postgresql._connected(connection.settings_dict):
                assert "1 other connections" in refused(tmp_path / "kept.tar", "--replace")


def test_without_its_programs_postgresql_is_not_backed_up(
    learner_id: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite needs none")
    monkeypatch.setattr("shutil.which", lambda program: None)
    monkeypatch.setattr(Path, "glob", lambda self, pattern: iter(()))
    with pytest.raises(CommandError, match="pg_dump is needed"):
        run("backup", tmp_path / "kept.tar")
    assert not (tmp_path / "kept.tar").exists()


def test_a_damaged_database_is_not_backed_up(learner_id: UUID, tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("pg_dump reads every row by itself")
    with another(tmp_path, "broken", connection.settings_dict["NAME"]) as name:
        whole = Path(name).read_bytes()
        Path(name).write_bytes(whole[: len(whole) // 2] + b"\xff" * 8192 + whole[len(whole) // 2 + 8192 :])
        with standing_in(name), pytest.raises(CommandError, match="database"):
            run("backup", tmp_path / "kept.tar")
        assert not (tmp_path / "kept.tar").exists()
        assert not sqlite.is_empty(Path(name))
        run("backup", tmp_path / "whole.tar")
        with standing_in(name):  # that it is damaged keeps no backup from taking its place
            run("restore", tmp_path / "whole.tar", "--replace")
            check_cards(learner_id)
