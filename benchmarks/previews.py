"""What an author's worst texts cost the learners: their requests alone, and while one author previews bombs.

``python -m benchmarks.previews [--seconds 20]`` runs a site of its own on SQLite. A learner asks and answers all the
time; an author's browser sends the hostile texts to the editor's preview, one after the other.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode
from uuid import uuid4

from benchmarks.api import TEMPLATE, _wait
from tests.questions.hostile_texts import corpus

PORT = 8424
GOAL = 2.0
WARMING = 3.0  # seconds
PERIODS = 4  # of either kind, in turns


def main() -> None:
    """Print both, and their ratio; exits with 1 where learners wait more than twice as long."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="of measuring, for either kind")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "STATE_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "studysite.settings",
            "ALLOWED_HOSTS": "127.0.0.1",
            "API_LIMITS": "address=,answers=,learner=",
            "LOG_LEVEL": "ERROR",
            "PORT": str(PORT),
        }
        author, learner = _prepared()
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "python:studysite.gunicorn"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(PORT)
            alone, beside, answers = _measured(author, learner, seconds)
        finally:
            server.terminate()
            server.wait(30)
    ratio = _row("undisturbed", alone), _row("while one author sends bombs", beside)
    halves, tails = (beside_one / alone_one for alone_one, beside_one in zip(*ratio, strict=True))
    print(f"ratio: p50 {halves:.2f}, p95 {tails:.2f} (goal: at most {GOAL:g})")
    print(f"the author's {sum(answers.values())} previews: {dict(sorted(answers.items()))}")
    if tails > GOAL:
        sys.exit(1)


def _prepared() -> tuple[Author, Mapping[str, str]]:
    """The database with its bank, an author with a draft, and a learner's headers."""
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth.models import Group
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse

    from quizzes import authoring, study
    from quizzes.models import User

    for command in (("migrate",), ("loadbank",), ("collectstatic", "--noinput")):
        call_command(*command, verbosity=0)
    user = User.objects.create_user("author@example.org", str(uuid4()), is_staff=True)
    user.groups.set(Group.objects.filter(name="author"))
    draft = authoring.start(user)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
    _, token = study.create_guest("bench")
    return Author(reverse("admin:draft", args=[draft.id]), cookies), {"Authorization": f"Token {token}"}


class Author:
    """A browser that is signed in and has a draft open."""

    def __init__(self, page: str, cookies: Mapping[str, str]) -> None:
        self.page = page
        self.cookies = dict(cookies)
        self.token = ""

    def open(self) -> None:
        """Load the editor, which gives the token that every post needs."""
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        connection.request("GET", self.page, headers={"Cookie": self._cookie()})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        assert answer.status == 200, answer.status
        for header in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = header.split(";")[0].partition("=")
            self.cookies[name] = value
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text)
        assert found is not None
        self.token = found[1]

    def preview(self, text: str) -> int:
        """Send ``text`` as the editor does; the status of the answer."""
        body = urlencode({"csrfmiddlewaretoken": self.token, "source": text, "side": "after"}, errors="replace")
        headers = {
            "Cookie": self._cookie(),
            "Content-Type": "application/x-www-form-urlencoded",
            "HX-Request": "true",
            "Referer": f"http://127.0.0.1:{PORT}{self.page}",
        }
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)  # the server may have ended the last one
        connection.request("POST", f"{self.page}preview/", body, headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


def _measured(
    author: Author, learner: Mapping[str, str], seconds: float
) -> tuple[list[float], list[float], Counter[int]]:
    """The learner's times in both states, which take turns, and the statuses of the author's previews."""
    author.open()
    times: tuple[list[float], list[float]] = ([], [])
    answers: Counter[int] = Counter()
    texts = itertools.cycle([text for _, text in corpus()][:90])  # the bombs; single formulas are harmless
    author.preview("")  # loads what the first one loads
    _learn(learner, WARMING)
    for _ in range(PERIODS):
        times[0].extend(_learn(learner, seconds / PERIODS))
        stop = threading.Event()

        def send(stop: threading.Event = stop) -> None:
            while not stop.is_set():
                answers[author.preview(next(texts))] += 1

        sender = threading.Thread(target=send)
        sender.start()
        times[1].extend(_learn(learner, seconds / PERIODS))
        stop.set()
        sender.join(60)
    return *times, answers


def _learn(headers: Mapping[str, str], seconds: float) -> list[float]:
    """Ask, answer, look at what is due, for so long; the time of each request in ms."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    times: list[float] = []

    def request(method: str, path: str, body: object = None) -> dict[str, object]:
        start = time.perf_counter()
        data = None if body is None else json.dumps(body)
        connection.request(method, f"/api/v1/{path}", data, {**headers, "Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        times.append((time.perf_counter() - start) * 1000)
        assert answer.status in (200, 201), (answer.status, text)
        found: dict[str, object] = json.loads(text)
        return found

    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        asked = request("POST", "variants/", {"template": TEMPLATE, "purpose": "practice"})
        request("POST", "attempts/", {"id": str(uuid4()), "variant": asked["variant"], "response": {"O": "14"}})
        request("GET", "reviews/")
    connection.close()
    return times


def _row(name: str, times: Sequence[float]) -> tuple[float, float]:
    cuts = statistics.quantiles(times, n=20)
    print(f"{name:30} {len(times):5} requests, p50 {cuts[9]:6.1f} ms, p95 {cuts[18]:6.1f} ms")
    return cuts[9], cuts[18]


if __name__ == "__main__":
    main()
