"""What a learner asks of the site, through Django's whole stack, of two databases in turns."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.test import Client

from benchmarks.population import Progress

ROUNDS = 25
CALLS = 2 * ROUNDS + 2
EVENTS = 20  # that a phone brings at a time


@dataclass(frozen=True)
class Timing:
    """Medians in ms, of the small database and of the large one."""

    request: str
    learner: str
    small: float
    large: float

    @property
    def ratio(self) -> float:
        return self.large / self.small


class Learner:
    """Somebody with a browser and a phone, known to all the databases; and what they ask, the same of each."""

    def __init__(self, name: str, id: UUID, databases: Sequence[str]) -> None:
        from quizzes import study
        from quizzes.models import Session, User

        self.name = name
        use(databases[0])
        self.browser, self.phone = Client(), Client()
        self.browser.force_login(User.objects.get(id=id), "django.contrib.auth.backends.ModelBackend")
        device, token = study.add_device(User.objects.get(id=id), "measured")
        self.phone.defaults["HTTP_AUTHORIZATION"] = f"Token {token}"
        session = Session.objects.get(session_key=self.browser.session.session_key)
        for database in databases[1:]:
            use(database)
            device.save(force_insert=True)
            session.save(force_insert=True)
        self._bodies = [
            {"id": str(uuid4()), "variant": study.next_question(id, template=f"sum-{number % 20}").token}
            for number in range(CALLS * (2 + EVENTS))
        ]

    def requests(self) -> dict[str, Callable[[int], Any]]:
        """By what is asked: the request of this number."""
        return {
            "GET /": lambda _: self.browser.get("/"),
            "GET /review/, then the question": lambda _: self.browser.get("/review/", follow=True),
            "GET /topics/": lambda _: self.browser.get("/topics/"),
            "GET /progress/": lambda _: self.browser.get("/progress/"),
            "POST /question/, then the result": self._answer_page,
            "POST variants/": lambda _: self._post("variants/", {"purpose": "review"}),
            "POST attempts/": lambda number: self._post("attempts/", self._answer(number)),
            f"POST sync/events/, {EVENTS} answers": self._sync,
            "GET reviews/": lambda _: self._get("reviews/"),
            "GET progress/": lambda _: self._get("progress/"),
            "GET topics/": lambda _: self._get("topics/"),
            "GET sync/changes/": lambda _: self._get("sync/changes/"),
            "GET packs/next/": lambda _: self._get("packs/next/?limit=50&days=7"),
            "GET me/export/": lambda _: self._get("me/export/"),
        }

    def _get(self, path: str) -> Any:
        answer: Any = self.phone.get(f"/api/v1/{path}")
        if answer.streaming:
            b"".join(answer.streaming_content)
        return answer

    def _post(self, path: str, body: object) -> Any:
        return self.phone.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")

    def _answer(self, number: int) -> dict[str, Any]:
        return {**self._bodies[number], "response": {"s": "1"}}

    def _answer_page(self, number: int) -> Any:
        body = self._bodies[CALLS + number]
        return self.browser.post(
            "/question/", {"variant": body["variant"], "attempt": body["id"], "s": "1"}, follow=True
        )

    def _sync(self, number: int) -> Any:
        first = 2 * CALLS + EVENTS * number
        events = [{"kind": "attempt", **self._answer(first + one)} for one in range(EVENTS)]
        return self._post("sync/events/", {"sent_at": datetime.now(UTC).isoformat(), "events": events})


def use(database: str) -> None:
    """Ask the database of this name from now on."""
    if connection.settings_dict["NAME"] != database:
        connection.close()
        connection.settings_dict["NAME"] = database


def measure(learners: Sequence[Learner], small: str, large: str, progress: Progress) -> list[Timing]:
    """The medians of each request, asked of both databases in turns."""
    timings = []
    for learner in learners:
        for name, ask in learner.requests().items():
            progress(f"{name}, {learner.name}")
            times: dict[str, list[float]] = {small: [], large: []}
            for number in range(0, CALLS, 2):
                for database, found in times.items():
                    use(database)
                    _asked(ask, number)  # the connection is new
                    start = time.perf_counter()
                    _asked(ask, number + 1)
                    found.append(time.perf_counter() - start)
            medians = [statistics.median(found) * 1000 for found in times.values()]
            timings.append(Timing(name, learner.name, *medians))
    return timings


def _asked(ask: Callable[[int], Any], number: int) -> None:
    answer = ask(number)
    assert answer.status_code in (200, 201), (answer.status_code, answer.content[:500])


def table(timings: Sequence[Timing]) -> list[str]:
    """A line per request and learner."""
    return [
        f"{one.request:34} {one.learner:22} {one.small:8.2f} {one.large:8.2f} ms {one.ratio:6.2f} ×" for one in timings
    ]


def statements(ask: Callable[[int], Any], number: int) -> list[tuple[str, Any, float]]:
    """What a request sends to the database, with the seconds of each."""
    found: list[tuple[str, Any, float]] = []

    def record(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            found.append((sql, params, time.perf_counter() - start))

    with connection.execute_wrapper(record):
        _asked(ask, number)
    return found
