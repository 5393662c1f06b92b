"""The example client against a running server: it takes a pack, loses the network, answers, and comes back."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from examples import offline_client
from examples.offline_client import JSON, Notebook, Server
from quizzes import study
from quizzes.models import Attempt, Card, User
from quizzes.scheduling import Rating
from tests.quizzes.answers import ask_and_answer, wrong

PROGRAM = Path(offline_client.__file__)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bank")]


@pytest.fixture
def notebook(tmp_path: Path) -> Notebook:
    return Notebook(tmp_path / "study.json")


@pytest.fixture
def server(live_server: LiveServer) -> Server:
    return Server(live_server.url, "en", tries=2)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Turn the network "off" and "on"."""
    real = urllib.request.urlopen

    def unreachable(*_: Any, **__: Any) -> Any:
        raise urllib.error.URLError("there is no network")

    return lambda state: monkeypatch.setattr(urllib.request, "urlopen", real if state == "on" else unreachable)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: None)


def always_right(variant: JSON) -> JSON:
    return next(offline_client.responses(variant))


def study_offline(notebook: Notebook, answer: offline_client.Answer = always_right) -> None:
    offline_client.study(notebook, answer, lambda card: "good", lambda told: None)


def verdicts(notebook: Notebook) -> dict[str, str]:
    """By event, what the device thought of it."""
    done = notebook.data["pack"]["done"]
    told = {event["id"]: done[event["variant"]] for event in notebook.data["events"]}
    return {id: {"gave-up": "incorrect"}.get(verdict, verdict) for id, verdict in told.items()}


def test_a_session_without_network_arrives_whole(
    server: Server, notebook: Notebook, network: Callable[[str], None]
) -> None:
    offline_client.take(server, notebook, limit=60, days=5)
    assert User.objects.get().is_guest
    assert len(notebook.left("variants")) >= 12
    network("off")
    dice = random.Random(5)  # noqa: S311  # the same every time

    def any_answer(variant: JSON) -> JSON | None:
        return dice.choice([*offline_client.responses(variant), None])

    study_offline(notebook, any_answer)
    events = list(notebook.data["events"])
    thought = verdicts(notebook)
    assert {*thought.values()} >= {"correct", "incorrect", "good"}
    done = notebook.data["pack"]["done"]
    chances = {one["variant"]: done[first] for one in notebook.data["pack"]["variants"]
               if (first := one.get("second_chance_of"))}  # fmt: skip
    for variant, verdict in chances.items():
        assert (variant in done) == (verdict in ("partial", "incorrect"))
    assert {*chances} & {*done}
    with pytest.raises(urllib.error.URLError):
        offline_client.sync(server, notebook)
    assert Notebook(notebook.path).data["events"] == events  # nothing is lost
    assert not Attempt.objects.exists()

    network("on")
    results = offline_client.sync(server, notebook, batch=7)
    assert [(one["id"], one["status"]) for one in results] == [(event["id"], "accepted") for event in events]
    kinds = {event["id"]: event["kind"] for event in events}
    for one in results:
        assert one["verdict"] == ("rated" if kinds[one["id"]] == "rating" else thought[one["id"]])
    assert (notebook.data["events"], notebook.data["refused"]) == ([], [])
    assert {str(id) for id in Attempt.objects.values_list("id", flat=True)} == {event["id"] for event in events}
    cards = {card.template.slug: card.revision for card in Card.objects.select_related("template")}
    assert {slug: card["revision"] for slug, card in notebook.data["cards"].items()} == cards

    before = {packed["variant"] for packed in notebook.data["pack"]["variants"]}
    offline_client.take(server, notebook, limit=30, days=3)
    assert not before & {packed["variant"] for packed in notebook.data["pack"]["variants"]}


def test_an_answer_that_is_lost_on_its_way_back_counts_once(
    server: Server, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline_client.take(server, notebook, limit=6, days=1)
    study_offline(notebook)
    events = list(notebook.data["events"])
    real, sent = urllib.request.urlopen, []

    def lossy(request: Any, **others: Any) -> Any:
        answer = real(request, **others)
        sent.append(request.full_url)
        if len(sent) == 1:
            answer.read()
            raise ConnectionResetError("the answer is lost")
        return answer

    monkeypatch.setattr(urllib.request, "urlopen", lossy)
    results = offline_client.sync(server, notebook)
    assert [one["status"] for one in results] == ["duplicate"] * len(events)
    assert Attempt.objects.count() == len(events)
    notebook.data["events"] = list(events)  # as if the device had died before it wrote that down
    assert {one["status"] for one in offline_client.sync(server, notebook)} == {"duplicate"}
    assert Attempt.objects.count() == len(events)


def test_what_contradicts_is_told_and_not_sent_for_ever(server: Server, notebook: Notebook) -> None:
    offline_client.take(server, notebook, limit=6, days=1)
    study_offline(notebook)
    events = list(notebook.data["events"])
    offline_client.sync(server, notebook)
    (attempt, *_), other = [event for event in events if event["kind"] == "attempt"], dict(events[-1])
    tampered = {**attempt, "gave_up": True}
    again = {**attempt, "id": "0b8f8f0e-6f0a-4f7e-9a52-0d3c9b1c2a11"}
    unreadable = {**attempt, "id": "1b8f8f0e-6f0a-4f7e-9a52-0d3c9b1c2a11", "variant": "forged"}
    notebook.data["events"] = [tampered, again, unreadable, other]
    results = offline_client.sync(server, notebook)
    assert [one["status"] for one in results] == ["conflict", "conflict", "rejected", "duplicate"]
    assert [one["result"]["code"] for one in notebook.data["refused"]] == [
        "id-reused", "variant-answered", "variant-invalid",
    ]  # fmt: skip
    assert notebook.data["events"] == []
    assert Attempt.objects.count() == len(events)


def test_a_second_device_hears_of_it_and_a_foreign_cursor_starts_anew(
    server: Server, notebook: Notebook, tmp_path: Path, live_server: LiveServer
) -> None:
    offline_client.take(server, notebook, limit=6, days=1)
    other = Notebook(tmp_path / "tablet.json")
    tablet = Server(live_server.url, "en", notebook.data["token"])
    offline_client.sync(tablet, other)
    assert other.data["cards"] == {}
    study_offline(notebook)
    offline_client.sync(server, notebook)
    offline_client.sync(tablet, other)
    assert other.data["cards"].keys() == notebook.data["cards"].keys() != set()
    stranger = Notebook(tmp_path / "stranger.json")
    offline_client.take(Server(live_server.url, "en"), stranger, limit=1, days=1)
    other.data["cursor"], other.data["cards"] = stranger.data["cursor"], {}
    offline_client.sync(tablet, other)
    assert other.data["cards"].keys() == notebook.data["cards"].keys()


def test_the_same_pack_is_not_sent_twice(server: Server, notebook: Notebook) -> None:
    offline_client.take(server, notebook, limit=6, days=1)
    pack = notebook.data["pack"]
    offline_client.take(server, notebook, limit=6, days=1)
    assert notebook.data["pack"] is pack  # 304


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the learner types, line by line."""
    typed: list[str] = []
    monkeypatch.setattr("builtins.input", lambda prompt="": typed.pop(0))
    yield typed
    assert typed == []


def test_at_the_terminal_it_asks_again_gives_hints_and_a_second_chance(
    server: Server, notebook: Notebook, keys: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    offline_client.take(server, notebook, limit=1, days=1)
    learner = User.objects.get().id
    ask_and_answer(learner, "conv-output-size", now=timezone.now() - timedelta(days=30))
    offline_client.take(server, notebook, limit=2, days=1)
    first, second = notebook.data["pack"]["variants"]
    mistaken = wrong(study.reopen(learner, first["variant"]).variant, "forgot-plus-one")["O"]
    keys += ["fourteen", "?", "１²", mistaken, "!"]
    offline_client.study(notebook, offline_client.at_the_terminal, offline_client.rated_at_the_terminal, print)
    told = capsys.readouterr().out
    assert first["stem"]["text"] in told
    assert first["grading"]["hints"][0]["text"] in told
    assert "'fourteen' is no whole number" in told
    assert "The final +1 was forgotten" in told
    assert second["stem"]["text"] in told
    assert [(event["hints_used"], event["gave_up"]) for event in notebook.data["events"]] == [(1, False), (0, True)]
    results = offline_client.sync(server, notebook)
    assert [(one["status"], one["verdict"]) for one in results] == [("accepted", "incorrect")] * 2


def test_a_flashcard_is_turned_and_rated(
    server: Server, notebook: Notebook, keys: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    offline_client.take(server, notebook, limit=1, days=1)
    learner = User.objects.get().id
    asked = study.next_question(learner, template="output-size-06", now=timezone.now() - timedelta(days=9))
    rated = study.Submission(id=UUID(int=1), token=asked.token, self_rating=Rating.AGAIN)
    study.submit(learner, rated, now=timezone.now() - timedelta(days=9))
    offline_client.take(server, notebook, limit=1, days=1)
    (card,) = notebook.left("flashcards")
    keys += ["", "9", "4"]
    offline_client.study(notebook, offline_client.at_the_terminal, offline_client.rated_at_the_terminal, print)
    assert card["back"]["text"] in capsys.readouterr().out
    (result,) = offline_client.sync(server, notebook)
    assert (result["status"], result["verdict"]) == ("accepted", "rated")
    assert Attempt.objects.latest("received_at").self_rating == 4


def test_the_program_needs_nothing_but_python(live_server: LiveServer, tmp_path: Path) -> None:
    """Without any package of ours or of others: ``-I -S`` leave only the standard library."""
    state = tmp_path / "study.json"
    command = [sys.executable, "-I", "-S", str(PROGRAM), live_server.url]
    options = ["--state", str(state), "--answers", "random", "--limit", "8", "--language", "ja"]

    def run(*more: str) -> str:
        return subprocess.run([*command, *more, *options], check=True, capture_output=True, text=True).stdout

    assert "taken along: " in run("take")
    assert "→ " in run("study")
    sent = json.loads(state.read_text())["events"]
    assert len(sent) >= 3
    assert run("sync").count(" accepted ") == len(sent)
    assert Attempt.objects.count() == len(sent)
    assert "not sent: 0" in run()  # all three in one go
    assert Attempt.objects.count() > len(sent)


def test_an_error_of_the_server_is_told(live_server: LiveServer, notebook: Notebook) -> None:
    with pytest.raises(offline_client.Problem, match="401"):
        offline_client.sync(Server(live_server.url, "en", "no token"), notebook)
