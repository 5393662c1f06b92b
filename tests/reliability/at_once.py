"""``python -m tests.reliability.at_once``: 32 copies of one answer, and 32 learners, in the same moment.

Each answer sent 32 times is one row with one verdict, through the API and through the form of the pages; nobody gets
an error of the server, none of 32 writers a database that is locked. Then builds that are broken on purpose.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

from tests.serving import NO_LIMITS, Site, prepared

from .clients import Answer, Device, guest
from .figures import Figures, controls, say
from .journal import Journal
from .visitors import Visitor, leads_on

MANY = 32
CONTROLS = {"check, then insert": "tests.reliability.broken_insert:application"}
if not os.environ.get("DATABASE_URL", "").startswith("postgres"):  # it is SQLite that locks the whole database
    CONTROLS["transactions that begin by reading"] = "tests.reliability.broken_lock:application"

Send = Callable[[http.client.HTTPConnection], None]


def at_once(site: Site, rounds: int, *, application: str | None = None) -> Figures:
    """So many rounds of each."""
    journal = Journal()
    said = site.log.stat().st_size if site.log.exists() else 0
    site.application = application
    site.start()
    try:
        devices = [Device(site.address, journal, seed, *guest(site.address)) for seed in range(MANY)]
        visitor = Visitor(site.address, journal, MANY)
        for _ in range(rounds):
            _one_answer(site, journal, devices[0])
            _one_form(site, journal, visitor)
            _all_learners(site, journal, devices)
        for client in (*devices, visitor):
            client.close()
    finally:
        site.stop()
    return Figures.of(site, journal, said, {"rounds": rounds, "in the same moment": MANY})


def _one_answer(site: Site, journal: Journal, device: Device) -> None:
    body = device.submission()
    journal.send(body["id"], device.learner, "attempt")
    answers = _together(site, journal, [_attempt(device, body)] * MANY)
    for answer in answers:
        journal.acknowledge(body["id"], answer.json()["verdict"])
    statuses = Counter(answer.status for answer in answers)
    if statuses.keys() - {200, 201} or statuses[201] > 1 or len({answer.body for answer in answers}) > 1:
        journal.problem(f"one answer, {len({answer.body for answer in answers})} results, {dict(statuses)}")


def _one_form(site: Site, journal: Journal, visitor: Visitor) -> None:
    form = visitor.form()
    if form is None:
        return
    journal.send(form.attempt, "", "attempt")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": form.cookies}
    answers = _together(site, journal, [lambda wire: wire.request("POST", form.where, form.body, headers)] * MANY)
    for answer in answers:
        if not leads_on(answer, form):
            journal.problem(f"one form: {answer.status} {answer.headers['Location']}")
    if answers:
        visitor.keep(answers[0])
        journal.acknowledge(form.attempt, form.verdict)


def _all_learners(site: Site, journal: Journal, devices: Sequence[Device]) -> None:
    bodies = [device.submission() for device in devices]
    for device, body in zip(devices, bodies, strict=True):
        journal.send(body["id"], device.learner, "attempt")
    sends = [_attempt(device, body) for device, body in zip(devices, bodies, strict=True)]
    for answer in _together(site, journal, sends):
        if answer.status == 201:
            journal.acknowledge(answer.json()["id"], answer.json()["verdict"])
        else:
            journal.problem(f"one of many learners: {answer.status}")


def _attempt(device: Device, body: dict[str, object]) -> Send:
    sent = json.dumps(body).encode()
    return lambda wire: wire.request("POST", "/api/v1/attempts/", sent, device.headers)


def _together(site: Site, journal: Journal, sends: Sequence[Send]) -> list[Answer]:
    """Send all, each on a connection that is open already; the answers, without errors of the server."""
    gate = threading.Barrier(len(sends))

    def one(send: Send) -> Answer:
        wire = http.client.HTTPConnection(urlsplit(site.address).netloc, timeout=120)
        wire.connect()
        gate.wait(timeout=120)
        send(wire)
        response = wire.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        wire.close()
        return answer

    with ThreadPoolExecutor(len(sends)) as pool:
        answers = list(pool.map(one, sends))
    for answer in answers:
        journal.count("requests")
        if answer.status >= 500:
            journal.problem(f"status {answer.status}")
    return [answer for answer in answers if answer.status < 500]


def main() -> int:
    """The proof, then its controls."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, prepared(Path(folder), **NO_LIMITS) as site:
        figures = at_once(site, rounds)
        say("\n".join(figures.lines()))
        missed = controls(CONTROLS, lambda broken: at_once(site, min(rounds, 5), application=broken))
    return int(bool(figures.problems or missed))


if __name__ == "__main__":
    sys.exit(main())
