"""Mixed traffic of learners, visitors and an author: what a day of the site looks like, one request after another.

Nobody here proves what was kept; the answers' statuses are counted, and what must not be answered is a problem.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from http.cookies import SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

JSON = dict[str, Any]
TOPICS = ("output-size", "padding", "stride", "pooling")
TEMPLATES = ("conv-output-size", "gap-vs-fc-parameters", "conv-macs", "fc-parameters", "max-pool-matrix")
CARDS = ("output-size-01", "padding-01", "stride-01", "pooling-01")
PAGES = ("/", "/topics/", "/topics/padding/", "/progress/", "/session/", "/settings/", "/about/", "/accounts/login/")
NETWORK = urlencode({"network": "input 3x32x32\nconv 16 3 padding=1\nrelu\npool 2\nflatten\nlinear 10"})
_FORM = re.compile(r'<form id="answer".*?</form>', re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Reply(NamedTuple):
    """A whole answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """A page."""
        return self.body.decode()


class Tally:
    """How often which status came, over all threads; ``problems`` are answers that must not be."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.problems: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def requests(self) -> int:
        """All that were answered."""
        return self.statuses.total()

    def count(self, status: int) -> None:
        """One more answer."""
        with self._lock:
            self.statuses[status] += 1

    def problem(self, what: str) -> None:
        """One more that must not be."""
        with self._lock:
            self.problems[what] += 1


class Person:
    """One connection with cookies and headers, and a life: an endless series of steps, each a few requests."""

    def __init__(self, address: str, tally: Tally, seed: int) -> None:
        self.tally, self.random = tally, random.Random(seed)  # noqa: S311  # to repeat, not to hide
        self.headers: dict[str, str] = {"Accept-Language": self.random.choice(("ja", "en"))}
        self.cookies: dict[str, str] = {}
        self._host = urlsplit(address).netloc
        self._connection: http.client.HTTPConnection | None = None

    def life(self) -> Iterator[None]:
        """The steps."""
        raise NotImplementedError

    def ask(
        self, method: str, path: str, body: bytes | None = None, expected: tuple[int, ...] = (200,), **headers: str
    ) -> Reply:
        """Send a request, once more where a connection that was kept has ended."""
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            reply = self._send(method, path, body, sent)
        except (OSError, http.client.HTTPException):
            self.close()
            reply = self._send(method, path, body, sent)
        self.tally.count(reply.status)
        if reply.status not in expected:
            self.tally.problem(f"{method} {re.sub('[0-9a-f-]{36}', 'ID', path.partition('?')[0])}: {reply.status}")
        for line in reply.headers.get_all("Set-Cookie", []):
            for name, cookie in SimpleCookie(line).items():
                self.cookies[name] = cookie.coded_value
                if cookie["max-age"] == "0":
                    del self.cookies[name]
        return reply

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def form(self, path: str, values: dict[str, str], expected: tuple[int, ...] = (302,)) -> Reply:
        """Send a form of a page."""
        body = urlencode(values).encode()
        return self.ask("POST", path, body, expected, Content_Type="application/x-www-form-urlencoded")

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._host, timeout=60)
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        return Reply(response.status, response.headers, response.read())


class Device(Person):
    """An app of a guest: questions, answers, batches, packs, its progress, and some requests that are refused."""

    def life(self) -> Iterator[None]:
        """One guest after another, as over months."""
        while True:
            told = self._post("guests/", {"device_name": "soak"}, (201,))
            self.headers["Authorization"] = f"Token {told['token']}"
            for _ in range(40):
                self._step()
                yield
            del self.headers["Authorization"]

    def _step(self) -> None:
        match self.random.randrange(8):
            case 0 | 1 | 2:
                self._post("attempts/", self._submission(), (200, 201))
            case 3:
                events = [{"kind": "attempt", **self._submission()}, *self._ratings()]
                self._post("sync/events/", {"sent_at": datetime.now(UTC).isoformat(), "events": events}, (200,))
                self.ask("GET", "/api/v1/sync/changes/")
            case 4:
                self.ask("GET", f"/api/v1/packs/next/?limit={self.random.choice((5, 20))}")
            case 5:
                self.ask("GET", "/api/v1/progress/")
                self.ask("GET", "/api/v1/reviews/")
            case 6:
                self.ask("GET", self.random.choice(("/api/v1/topics/", "/api/v1/templates/", "/api/v1/me/")))
            case _:
                self._post("variants/", {"template": "no-such", "purpose": "review"}, (404,))
                self._post("attempts/", {"id": "no id"}, (400,))
                self.ask("GET", f"/api/v1/nowhere/{self.random.random()}/", None, (404,))

    def _submission(self) -> JSON:
        asked = self._post("variants/", {"template": self.random.choice(TEMPLATES), "purpose": "review"}, (201,))
        answer: JSON = {"id": str(uuid4()), "variant": asked["variant"]}
        only = asked["fields"][0]
        if len(asked["fields"]) > 1 or only["type"] != "integer" or self.random.random() < 0.3:
            return answer | {"gave_up": True}
        return answer | {"response": {only["name"]: str(self.random.randrange(1, 40))}}

    def _ratings(self) -> list[JSON]:
        return [
            {"id": str(uuid4()), "kind": "rating", "template": card, "rating": self.random.choice(("again", "good"))}
            for card in self.random.sample(CARDS, 2)
        ]

    def _post(self, path: str, body: JSON, expected: tuple[int, ...]) -> JSON:
        data = json.dumps(body).encode()
        return dict(
            json.loads(self.ask("POST", f"/api/v1/{path}", data, expected, Content_Type="application/json").body)
        )


class Visitor(Person):
    """A browser without script: it begins as a stranger, answers, looks around; at times it forgets its cookies."""

    def life(self) -> Iterator[None]:
        """One visit after another."""
        while True:
            for _ in range(40):
                if self.random.random() < 0.5:
                    self._question()
                else:
                    self._look()
                yield
            self.cookies.clear()
            self.headers["Accept-Language"] = self.random.choice(("ja", "en"))

    def _look(self) -> None:
        path = self.random.choice(
            (*PAGES, f"/calculator/?{NETWORK}", f"/practice/{self.random.choice(TOPICS)}/worksheet/")
        )
        self.ask("GET", path, None, (200, 302))
        if self.random.random() < 0.2:
            self.ask("GET", f"/nowhere/{self.random.random()}/", None, (404,))

    def _question(self) -> None:
        page = self.follow(self.ask("GET", f"/practice/{self.random.choice(TOPICS)}/", None, (302,))).text
        form = _FORM.search(page)
        if form is None:
            self.tally.problem("a page without a question")
            return
        action, values = _read(form[0])
        if 'method="get"' not in form[0]:
            self.follow(self.form(action, values | {"action": "give-up"}))
            return
        back = self.ask("GET", f"{action}?{urlencode(values)}").text  # of a flashcard
        action, values = _read(_FORM.findall(back)[0])
        self.follow(self.form(action, values | {"rating": "good"}))

    def follow(self, reply: Reply) -> Reply:
        """Where a page leads."""
        while reply.status == 302:
            reply = self.ask("GET", reply.headers["Location"], None, (200, 302))
        return reply


def _read(form: str) -> tuple[str, dict[str, str]]:
    """Where a form is sent, and what it carries unseen."""
    action = unescape(re.findall(r'action="([^"]*)"', form)[0])
    return action, {name: unescape(value) for name, value in _HIDDEN.findall(form)}


class Reader(Person):
    """Reads the same large pages over and over: nothing is new after the first few."""

    def life(self) -> Iterator[None]:
        """One page after another."""
        while True:
            for path in ("/topics/", "/topics/padding/", "/accounts/signup/"):
                self.ask("GET", path)
            yield


class Author(Person):
    """Signs in to the admin and looks at previews of a text again and again."""

    def __init__(self, address: str, tally: Tally, seed: int, email: str, password: str) -> None:
        super().__init__(address, tally, seed)
        self._email, self._password = email, password

    def life(self) -> Iterator[None]:
        """One session."""
        page = self.ask("GET", "/accounts/login/?next=/admin/").text
        secret = _TOKEN.findall(page)[0]
        self.form(
            "/accounts/login/?next=/admin/",
            {"login": self._email, "password": self._password, "csrfmiddlewaretoken": secret},
        )
        page = self.ask("GET", "/admin/quizzes/drafts/").text
        secret = _TOKEN.findall(page)[0]
        begun = self.form("/admin/quizzes/drafts/start/", {"skeleton": "integer", "csrfmiddlewaretoken": secret})
        draft = begun.headers["Location"]
        page = self.ask("GET", draft).text
        source = unescape(re.findall(r"<textarea[^>]*>\n?(.*?)</textarea>", page, re.DOTALL)[0])
        while True:
            values = {"csrfmiddlewaretoken": secret, "source": source, "language": self.random.choice(("ja", "en"))}
            self.form(f"{draft}preview/", values, (200,))
            yield
            self.ask(
                "GET", self.random.choice(("/admin/", "/admin/quizzes/questiontemplate/", "/admin/quizzes/topic/"))
            )
            yield


class Crowd:
    """People at work, a thread each, until the end of the ``with``, or until they were allowed ``at_most`` requests."""

    def __init__(self, people: list[Person]) -> None:
        self.people = people
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._live, args=(one,), daemon=True) for one in people]

    def __enter__(self) -> Crowd:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join(120)
        for one in self.people:
            one.close()

    @property
    def works(self) -> bool:
        """Whether anybody still does."""
        return any(thread.is_alive() for thread in self._threads)

    def _live(self, one: Person) -> None:
        try:
            for _ in one.life():
                if self._ending.is_set():
                    return
        except Exception as error:
            one.tally.problem(f"{type(one).__name__} broke: {error!r}"[:200])
