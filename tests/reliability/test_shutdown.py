"""Whom a worker takes in, and SIGTERM, as a supervisor ends the site: who is being answered gets the whole answer."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.reliability.slow import SECONDS
from tests.serving import Site, running

GRACE = 30  # as the configuration has it


def begin(site: Site) -> http.client.HTTPResponse:
    """An answer of which half has come."""
    asked = http.client.HTTPConnection("127.0.0.1", int(site.environment["PORT"]), timeout=60)
    asked.request("GET", "/slow", headers={"Connection": "close"})  # the answer alone holds the socket
    answer = asked.getresponse()
    assert answer.read(4) == b"half"
    return answer


def test_requests_under_way_are_finished_and_new_ones_refused(tmp_path: Path) -> None:
    with running(tmp_path, "tests.reliability.slow:application") as site:
        answer = begin(site)
        assert site._server is not None
        begun = time.monotonic()
        os.kill(site.pid, signal.SIGTERM)
        refused = False
        while not refused and time.monotonic() - begun < SECONDS - 0.5:
            time.sleep(0.1)
            try:
                socket.create_connection(("127.0.0.1", int(site.port)), timeout=1).close()
            except OSError:
                refused = True
        assert answer.read() == b"done"
        assert site.stop() == 0
        assert time.monotonic() - begun < GRACE
        assert refused
        # Control: at once, as by SIGKILL, the other half never comes.
        site.start()
        answer = begin(site)
        site.kill()
        with answer, pytest.raises((http.client.IncompleteRead, OSError)):
            answer.read()


def waiting(port: str) -> int:
    """How many connections no worker has taken yet, as the kernel counts them."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = next(row for row in rows if row[1].endswith(f":{int(port):04X}") and row[3] == "0A")
    return int(listening[4].partition(":")[2], 16)


def test_who_connects_while_all_threads_are_busy_is_left_to_other_workers(tmp_path: Path) -> None:
    with running(tmp_path, "tests.reliability.slow:application", WORKERS="1", THREADS="2") as site:
        answers = [begin(site) for _ in range(2)]
        third = http.client.HTTPConnection("127.0.0.1", int(site.port), timeout=60)
        third.request("GET", "/healthz", headers={"Connection": "close"})
        time.sleep(0.2)
        assert waiting(site.port) == 1
        assert [answer.read() for answer in answers] == [b"done"] * 2
        with third.getresponse() as answer:
            assert answer.status == 200
        assert waiting(site.port) == 0
