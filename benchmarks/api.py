"""What the API costs: an answer against a bare view with the same SQL, events of a device that was away, a pack.

Everything in process, through Django's whole stack. Processor time is compared, because the disk is the machine's.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

ROUNDS = 9
REQUESTS = 40  # in a round
EVENTS = 100
TEMPLATE = "conv-output-size"


@dataclass(frozen=True)
class Cost:
    """``subject_us`` and ``reference_us``: processor time per request; ``ratio``: the median of the rounds'."""

    subject: str
    reference: str
    subject_us: float
    reference_us: float
    ratio: float


class _Client:
    """A device of a new guest; requests go through the whole stack of middleware."""

    def __init__(self) -> None:
        from django.test import Client

        from quizzes import study

        device, token = study.create_guest("bench")
        self.learner: UUID = device.user_id
        self.headers = {"Authorization": f"Token {token}"}
        self.client = Client(raise_request_exception=True, headers=self.headers)

    def post(self, path: str, body: bytes) -> Any:
        answer = self.client.post(path, body, content_type="application/json")
        assert answer.status_code in (200, 201), answer.content
        return answer


def attempts() -> Cost:
    """`POST /attempts/`, against a view that checks the token, reads the JSON and runs the same statements."""
    from django.urls import path

    from studysite import urls

    client = _Client()
    bodies = _bodies(client.learner, 2 + ROUNDS * REQUESTS)
    statements = _recorded(lambda: client.post("/api/v1/attempts/", bodies.pop()))
    urls.urlpatterns.insert(0, path("bench/", _bare_view(statements)))
    _forget_routes()
    body = bodies[0]
    pairs = []
    for _ in range(ROUNDS):
        mine = _cpu(lambda: client.post("/api/v1/attempts/", bodies.pop()), REQUESTS)
        pairs.append((mine, _cpu(lambda: client.post("/bench/", body), REQUESTS)))
    urls.urlpatterns.pop(0)
    _forget_routes()
    return Cost(
        "POST /attempts/",
        "bare DRF view, same token, same SQL",
        statistics.median(mine for mine, _ in pairs) * 1e6,
        statistics.median(bare for _, bare in pairs) * 1e6,
        statistics.median(mine / bare for mine, bare in pairs),
    )


def events() -> float:
    """`POST /sync/events/`: events per second, a hundred in a request, all new."""
    client = _Client()
    rates = []
    for _ in range(ROUNDS):
        found = [{"kind": "attempt", **json.loads(body)} for body in _bodies(client.learner, EVENTS)]
        body = json.dumps({"sent_at": datetime.now(UTC).isoformat(), "events": found}).encode()
        start = time.perf_counter()
        answer = client.post("/api/v1/sync/events/", body)
        rates.append(EVENTS / (time.perf_counter() - start))
        assert {result["status"] for result in answer.json()["results"]} == {"accepted"}
    return statistics.median(rates)


def pack() -> float:
    """`GET /packs/next/?limit=50&days=7`: seconds."""
    client = _Client()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        answer = client.client.get("/api/v1/packs/next/?limit=50&days=7")
        times.append(time.perf_counter() - start)
        assert answer.status_code == 200
        body = answer.json()
        assert len(body["variants"]) + len(body["flashcards"]) == 50
    return statistics.median(times)


def _bodies(learner: UUID, count: int) -> list[bytes]:
    from quizzes import study

    tokens = [study.next_question(learner, template=TEMPLATE).token for _ in range(count)]
    return [json.dumps({"id": str(uuid4()), "variant": token, "response": {"O": "14"}}).encode() for token in tokens]


_Statement = tuple[str, Any, bool]


def _recorded(request: Callable[[], object]) -> list[_Statement]:
    """What ``request`` sends to the database, but for the token's own look-up."""
    from django.db import connection

    found: list[_Statement] = []

    def record(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append((sql, params, many))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        request()
    return [(sql, params, many) for sql, params, many in found if "quizzes_device" not in sql]


def _bare_view(statements: Sequence[_Statement]) -> Any:
    from django.db import connection, transaction
    from rest_framework import serializers
    from rest_framework.response import Response
    from rest_framework.views import APIView

    from quizzes.models import Attempt

    columns = [field.attname for field in Attempt._meta.concrete_fields]
    key, seed = columns.index("id"), columns.index("seed")
    running = iter(range(10**9))

    class Body(serializers.Serializer[Any]):
        id = serializers.UUIDField()
        variant = serializers.CharField()
        response = serializers.DictField()

    class Bare(APIView):
        def post(self, request: Any) -> Response:
            body = Body(data=request.data)
            body.is_valid(raise_exception=True)
            with transaction.atomic(), connection.cursor() as cursor:
                for sql, params, many in statements:
                    if sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")):
                        continue
                    if many and Attempt._meta.db_table in sql:
                        row = list(params[0])
                        row[key] = uuid4() if isinstance(row[key], UUID) else uuid4().hex
                        row[seed] = next(running)
                        cursor.executemany(sql, [row])
                    elif many:
                        cursor.executemany(sql, params)
                    else:
                        cursor.execute(sql, params)
                        if sql.startswith("SELECT"):
                            cursor.fetchall()
            return Response({"id": str(body.validated_data["id"])}, status=201)

    return Bare.as_view()


def _forget_routes() -> None:
    from django.urls import clear_url_caches

    clear_url_caches()


def _cpu(call: Callable[[], object], times: int) -> float:
    start = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - start) / times


CONNECTIONS = 32
SECONDS = 8


def served(port: int) -> tuple[float, float, float]:
    """`POST /attempts/` through gunicorn with 32 connections: requests per second, median and 99th percentile in ms."""
    device_bodies = [_Client() for _ in range(CONNECTIONS)]
    work = [(client.headers, _bodies(client.learner, 150)) for client in device_bodies]
    environment = {**os.environ, "PORT": str(port), "API_LIMITS": "address=,answers=", "LOG_LEVEL": "ERROR"}
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "python:studysite.gunicorn"],
        env=environment,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        until = time.perf_counter() + SECONDS
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            found = list(pool.map(lambda one: _ask(port, one[0], one[1], until), work))
        seconds = time.perf_counter() - until + SECONDS
    finally:
        server.terminate()
        server.wait(30)
    times = sorted(ms for one in found for ms in one)
    return len(times) / seconds, statistics.median(times), times[int(0.99 * len(times))]


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("gunicorn does not answer")


def _ask(port: int, headers: dict[str, str], bodies: list[bytes], until: float) -> list[float]:
    """The time of each request of one device, one after the other."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times = []
    while bodies and time.perf_counter() < until:
        start = time.perf_counter()
        connection.request("POST", "/api/v1/attempts/", bodies.pop(), {**headers, "Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - start) * 1000)
        assert answer.status == 201, answer.status
    return times


def main() -> None:
    """`python -m benchmarks.api`: on DATABASE_URL, which has to be empty, else on SQLite in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "STATE_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "studysite.settings",
            "ALLOWED_HOSTS": "testserver,127.0.0.1",
        }
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        settings.API_LIMITS = {
            **settings.API_LIMITS,
            "answers": (10**9, 60),
            "address": (10**9, 60),
            "sync": (10**9, 60),
        }
        for command in (("migrate",), ("loadbank",), ("collectstatic", "--noinput")):
            call_command(*command, verbosity=0)
        cost = attempts()
        times = f"{cost.subject_us:.0f} µs of the processor, {cost.ratio:.2f} × {cost.reference}"
        print(f"{cost.subject:40} {times} ({cost.reference_us:.0f} µs)")
        print(f"POST /sync/events/, 100 in a request   {events():8.0f} events/s")
        print(f"GET /packs/next/?limit=50&days=7           {pack() * 1000:8.0f} ms")
        rate, median, slow = served(8423)
        print(
            f"POST /attempts/, gunicorn, 32 connections {rate:5.0f} requests/s, p50 {median:.0f} ms, p99 {slow:.0f} ms"
        )


if __name__ == "__main__":
    main()
