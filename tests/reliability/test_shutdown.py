"""SIGTERM, as a supervisor ends the site: who is being answered gets the whole answer, who comes then gets none."""

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
