"""Clients that lose no answer: what got no answer is sent again, as apps do it, and a fifth of all is sent twice."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from .journal import Journal, now

JSON = dict[str, Any]

AGAIN = 0.2  # of all requests are sent once more
PATIENCE = 90.0  # seconds that a client goes on sending one request
PAUSE = 0.05
TEMPLATES = ("conv-output-size", "padding-output-size", "conv-macs", "fc-parameters")  # few: cards are contended for
CARDS = ("output-size-01", "padding-01", "stride-01", "pooling-01")
RATINGS = ("again", "hard", "good", "easy")


class Stopped(Exception):
    """The load ends; this request has had no answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> JSON:
        """Its body."""
        return dict(json.loads(self.body))


class Wire:
    """One connection, opened anew where it broke."""

    def __init__(self, address: str, journal: Journal, alive: Callable[[], bool], pause: float = PAUSE) -> None:
        self.host, self.journal, self.alive, self.pause = urlsplit(address).netloc, journal, alive, pause
        self._connection: http.client.HTTPConnection | None = None

    def deliver(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Send until there is an answer other than 503. Raises ``Stopped``."""
        end = now() + PATIENCE
        while now() < end and self.alive():
            begun = now()
            try:
                answer = self._ask(method, path, body, headers)
            except (OSError, http.client.HTTPException):
                self.close()
                self.journal.count("without answer")
            else:
                if answer.status < 500:
                    return answer
                self._failed(answer, path, begun)
            time.sleep(self.pause)
        raise Stopped(path)

    def close(self) -> None:
        """The next request opens a new connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self.host, timeout=30)
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        return Answer(response.status, response.headers, response.read())

    def _failed(self, answer: Answer, path: str, begun: float) -> None:
        if answer.status != 503:
            self.journal.problem(f"status {answer.status}")
            return
        self.journal.refuse(begun)
        if not answer.headers.get("Retry-After", "").isdigit():
            self.journal.problem("503 without Retry-After")
        expected = "application/problem+json" if path.startswith("/api/") else "text/html; charset=utf-8"
        if answer.headers.get("Content-Type") != expected:
            self.journal.problem(f"503 as {answer.headers.get('Content-Type')}")


class Client(threading.Thread):
    """Does one thing after another until the load ends. ``act`` is what it does."""

    def __init__(self, address: str, journal: Journal, seed: int) -> None:
        super().__init__(daemon=True)
        self.journal, self.random = journal, random.Random(seed)  # noqa: S311  # no secret
        self.ending, self.given_up = threading.Event(), threading.Event()
        self.wire, self.twin = (Wire(address, journal, lambda: not self.given_up.is_set()) for _ in range(2))
        self._pool = ThreadPoolExecutor(1)

    def run(self) -> None:
        """Act until the end; what is under way is brought to its end."""
        try:
            while not self.ending.is_set():
                self.act()
        except Stopped:
            self.journal.problem("a request was never answered")
        except Exception as error:
            self.journal.problem(f"a client broke: {error!r}"[:300])
        finally:
            self.close()

    def close(self) -> None:
        """Close its connections."""
        self.wire.close()
        self.twin.close()
        self._pool.shutdown()

    def act(self) -> None:
        """One step of its life."""
        raise NotImplementedError

    def twice(self, send: Callable[[Wire], Any]) -> list[Any]:
        """Send it: at times once more, in the same moment or right after."""
        chance = self.random.random()
        if chance < AGAIN / 2:
            self.journal.count("sent again")
            other = self._pool.submit(send, self.twin)
            return [send(self.wire), other.result()]
        if chance < AGAIN:
            self.journal.count("sent again")
            return [send(self.wire), send(self.wire)]
        return [send(self.wire)]


class Device(Client):
    """An app: it asks and answers, and brings batches of what it did while it was away."""

    def __init__(self, address: str, journal: Journal, seed: int, learner: str, token: str) -> None:
        super().__init__(address, journal, seed)
        self.learner = learner
        self.headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
        self.answered: list[JSON] = []

    def act(self) -> None:
        """Answer one question, or bring a batch; at times an old answer is sent once more."""
        chance = self.random.random()
        if chance < 0.5:
            self._answer(self.submission())
        elif chance < 0.9:
            self._sync()
        elif self.answered:
            self.journal.count("sent again")
            self._answer(self.random.choice(self.answered))

    def post(self, wire: Wire, path: str, body: JSON) -> Answer:
        """Send until there is an answer."""
        self.journal.count("requests")
        return wire.deliver("POST", f"/api/v1/{path}", json.dumps(body).encode(), self.headers)

    def submission(self) -> JSON:
        """An answer to a question that was just asked: any of its choices, or none."""
        asked = self.post(
            self.wire,
            "variants/",
            {
                "template": self.random.choice(TEMPLATES),
                "purpose": self.random.choice(["review", "practice"]),
                "format": "choice",
            },
        ).json()
        submission: JSON = {
            "id": str(uuid4()),
            "variant": asked["variant"],
            "hints_used": self.random.choice([0, 0, 1]),
        }
        if self.random.random() < 0.1:
            return submission | {"gave_up": True}
        chosen = {field["name"]: self.random.choice(field["choices"])["key"] for field in asked["fields"]}
        return submission | {"response": chosen}

    def _answer(self, body: JSON) -> None:
        self.journal.send(body["id"], self.learner, "attempt")
        for answer in self.twice(lambda wire: self.post(wire, "attempts/", body)):
            if answer.status not in (200, 201):
                self.journal.problem(f"an answer was refused: {answer.status} {answer.json().get('code')}")
            else:
                self.journal.acknowledge(body["id"], answer.json()["verdict"])
        self.answered = [*self.answered[-99:], body]

    def _sync(self) -> None:
        events: list[JSON] = [{"kind": "attempt", **self.submission()}]
        for _ in range(self.random.randint(2, 12)):
            card = {"template": self.random.choice(CARDS), "rating": self.random.choice(RATINGS)}
            events.append({"id": str(uuid4()), "kind": "rating", **card})
        if self.random.random() < 0.3:
            act = self.random.choice(["bury", "suspend", "resume", "reset"])
            events.append({"id": str(uuid4()), "kind": act, "template": self.random.choice((*TEMPLATES, *CARDS))})
        for event in events:
            kind = "attempt" if event["kind"] in ("attempt", "rating") else "act"
            self.journal.send(event["id"], self.learner, kind)  # type: ignore[arg-type]  # one of the two
        body = {"sent_at": datetime.now(UTC).isoformat(), "events": events}
        for answer in self.twice(lambda wire: self.post(wire, "sync/events/", body)):
            if answer.status != 200:
                self.journal.problem(f"a batch was refused: {answer.status} {answer.json().get('code')}")
                continue
            for result in answer.json()["results"]:
                if result["status"] in ("accepted", "duplicate"):
                    self.journal.acknowledge(result["id"], result.get("verdict"))
                else:
                    self.journal.problem(f"an event was refused: {result['status']} {result.get('code')}")


def guest(address: str) -> tuple[str, str]:
    """A new learner and its token."""
    request = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    body = json.dumps({"device_name": "tests"})
    request.request("POST", "/api/v1/guests/", body, {"Content-Type": "application/json"})
    response = request.getresponse()
    told = json.loads(response.read())
    request.close()
    return told["learner"], told["token"]


class Load:
    """Some clients at work."""

    def __init__(self, journal: Journal, clients: Sequence[Client]) -> None:
        self.journal, self.clients = journal, clients
        for client in clients:
            client.start()

    def wait_for(self, attempts: int, seconds: float) -> bool:
        """Until so many attempts are acknowledged; ``False`` where that took too long."""
        end = now() + seconds
        while self.journal.acknowledged < attempts:
            if now() > end or not any(client.is_alive() for client in self.clients):
                return False
            time.sleep(0.002)
        return True

    def end(self) -> None:
        """Let all clients bring what they have begun to its end, while the site serves; then give up."""
        for client in self.clients:
            client.ending.set()
        end = now() + PATIENCE
        for client in self.clients:
            client.join(max(0.0, end - now()))
            client.given_up.set()
        for client in self.clients:
            client.join(60)
