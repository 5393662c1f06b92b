"""Two ways to the same site: Django's test client, and HTTP to a server that runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import requests
from django.test import Client

Headers = Mapping[str, str]


class Answer(NamedTuple):
    """What came back."""

    status: int
    kind: str  # of content
    body: bytes
    location: str
    address: str


Send = Callable[[str, str, bytes, Headers], Answer]


def in_process(client: Client) -> Send:
    """Through the whole of Django in this process; what would be a 500 comes back as one."""
    client.raise_request_exception = False

    def send(method: str, path: str, body: bytes = b"", headers: Headers = {}) -> Answer:  # noqa: B006  # never changed
        kind = {name.lower(): value for name, value in headers.items()}.get("content-type", "application/octet-stream")
        answer: Any = client.generic(method, path, body, content_type=kind, headers=dict(headers))
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found = answer.headers
        return Answer(answer.status_code, found.get("Content-Type", ""), content, found.get("Location", ""), path)

    return send


def over_http(site: str) -> Send:
    """Over the network, cookies kept, a connection for each."""
    session = requests.Session()
    session.headers["Connection"] = "close"  # one that is kept may be closed by the server as the next request begins

    def send(method: str, path: str, body: bytes = b"", headers: Headers = {}) -> Answer:  # noqa: B006  # never changed
        answer = session.request(
            method, site + path, data=body, headers=dict(headers), timeout=60, allow_redirects=False
        )
        found = answer.headers
        kind, location = found.get("Content-Type", ""), found.get("Location", "")
        return Answer(answer.status_code, kind, answer.content, location.removeprefix(site), path)

    return send


@dataclass
class Tally:
    """What was sent, what came of it, and what should not have."""

    places: set[str] = field(default_factory=set)  # where texts were put
    statuses: Counter[int] = field(default_factory=Counter)
    kept: int = 0  # texts that were accepted and looked up again
    wrong: list[str] = field(default_factory=list)

    def note(self, place: str, what: str, answer: Answer) -> None:
        """Count an answer; a server error is wrong whatever was asked."""
        self.places.add(place)
        self.statuses[answer.status] += 1
        if answer.status >= 500:
            self.wrong.append(f"{place}, {what}: {answer.status}")

    def same(self, place: str, what: str, sent: object, found: object) -> None:
        """What was accepted is given back as it was."""
        self.kept += 1
        if sent != found:
            self.wrong.append(f"{place}, {what}: {str(sent)[:60]!a} came back as {str(found)[:60]!a}")

    def lines(self) -> list[str]:
        """The figures."""
        statuses = ", ".join(f"{count} × {status}" for status, count in sorted(self.statuses.items()))
        return [
            f"{len(self.places)} places, {self.statuses.total()} requests, {self.kept} texts given back as they were",
            f"statuses: {statuses}",
            *(f"WRONG {line}" for line in self.wrong),
        ]
