"""Clients generated from the OpenAPI document, in Python and TypeScript, on the same journey over real HTTP.

Each runs as a program of its own against gunicorn and tells what it was told; what that has to be is judged here.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command

from quizzes.questions.catalogue import read_bank
from tests.lengths import LONG

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
OLDEST_NODE = 20

Step = dict[str, Any]


@pytest.fixture(scope="session")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The OpenAPI document as ``manage.py spectacular`` writes it."""
    path = tmp_path_factory.mktemp("document") / "openapi.yml"
    call_command("spectacular", "--file", str(path))
    return path


def test_the_client_in_python_passes_the_journey(site: str, document: Path, tmp_path: Path) -> None:
    generate = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning", "--meta", "none"]
    generate += ["--config", str(HERE / "openapi-python-client.yml"), "--path", str(document)]
    run([*generate, "--output-path", "cnn_study_client"], tmp_path)
    journey = str(shutil.copy(HERE / "journey.py", tmp_path))
    if LONG:
        check_types(journey, tmp_path)
    judge(steps(run([sys.executable, journey, site], tmp_path)))


def check_types(journey: str, folder: Path) -> None:
    """What the client promises is what the journey takes."""
    check = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--cache-dir", "cache"]
    run([*check, "--config-file", os.devnull, journey], folder)


def test_the_client_in_typescript_passes_the_journey(site: str, document: Path, tmp_path: Path) -> None:
    node = node_program()
    generate = [node, str(MODULES / ".bin/swagger-typescript-api"), "generate", "--silent", "--module-name-first-tag"]
    generate += ["--enum-style=union", "--disable-throw-on-error", "--path", str(document)]
    run([*generate, "--output", str(tmp_path), "--name", "api.ts"], HERE)
    for name in ("journey.ts", "tsconfig.json"):
        shutil.copy(HERE / name, tmp_path)
    run([node, str(MODULES / ".bin/tsc")], tmp_path)
    judge(steps(run([node, "journey.js", site], tmp_path)))


def node_program() -> str:
    """Node, with what ``make proofs`` installs for it."""
    node = shutil.which("node")
    if node is None:
        return missing("Node is not installed; on Debian: apt install nodejs npm")
    version = run([node, "--version"], HERE).strip()
    if int(version.removeprefix("v").partition(".")[0]) < OLDEST_NODE:
        return missing(f"Node is {version}; the generator of the TypeScript client needs {OLDEST_NODE} or newer")
    if not (MODULES / "installed").exists():
        return missing("The generator of the TypeScript client is not installed; `make proofs` does it where npm is")
    return node


def missing(message: str) -> str:
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(message)
    pytest.skip(message)


def run(command: list[str], folder: Path) -> str:
    """What the program tells. One that fails fails the test with all that it said."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def steps(told: str) -> list[Step]:
    return [json.loads(line) for line in told.splitlines()]


def judge(told: list[Step]) -> None:
    """All ten steps, in this order, each as it has to be."""
    judges: dict[str, Callable[..., None]] = {
        "guest": guest,
        "topics": topics,
        "variant": variant,
        "wrong attempt": wrong_attempt,
        "second chance": second_chance,
        "review queue": review_queue,
        "pack": pack,
        "offline sync": offline_sync,
        "progress": progress,
        "account deletion": account_deletion,
    }
    assert [one["step"] for one in told] == [*judges]
    for one in told:
        judges[one.pop("step")](**one)


def guest(learner: str, expiry: str) -> None:
    assert UUID(learner).version == 7
    assert is_ahead(expiry)


def topics(slugs: list[str], statuses: list[str]) -> None:
    assert slugs == [topic.slug for topic in read_bank().topics]
    assert statuses == ["not-started"]


def variant(**told: Any) -> None:
    assert told == {
        "template": "conv-output-size", "kind": "question", "fields": [["O", "integer"]], "figure": True
    }  # fmt: skip


def wrong_attempt(problem: list[Any], given: str, expected: str, solution: str, **told: Any) -> None:
    assert problem == [422, "unreadable-response", "O"]
    assert int(given) == int(expected) - 1
    assert expected in solution
    assert told == {
        "verdict": "incorrect", "misconceptions": ["forgot-plus-one"], "rating": None, "second_chance": True
    }  # fmt: skip


def second_chance(**told: Any) -> None:
    assert told == {"differs": True, "verdict": "correct", "rating": "hard", "second_chance": False, "revision": 2}


def review_queue(due: int, items: int, new: int, next_due_at: str) -> None:
    assert (due, items) == (0, 0)
    assert new > 0
    assert is_ahead(next_due_at)


def pack(expires_at: str, variants: int, rules: list[str], fields: list[str], expected: list[str], **told: Any) -> None:
    assert is_ahead(expires_at)
    assert variants > 0
    assert rules == fields == expected
    assert told == {"template": "conv-output-size", "unchanged": 304}  # which is due tomorrow: before all new ones


def offline_sync(**told: Any) -> None:
    assert told == {
        "ids": True,
        "first": ["accepted", "duplicate", "accepted"],
        "again": ["duplicate"] * 3,
        "verdicts": ["correct", "correct", "rated"],
        "cards": [1, 3],
        "has_more": False,
    }


def progress(today: str, days: list[Any], right: int, misconceptions: list[Any]) -> None:
    assert days == [[today, 4]]
    assert right == 3  # with the flashcard
    assert misconceptions == [["forgot-plus-one", 1]]


def account_deletion(**told: Any) -> None:
    assert told == {"status": 204, "afterwards": [410, "account-deleted"]}


def is_ahead(time: str) -> bool:
    moment = datetime.fromisoformat(time)
    return moment > datetime.now(moment.tzinfo)
