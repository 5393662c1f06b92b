"""An acknowledged answer is on disk before the 201: seen in what the server asks of the system."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.lengths import LONG
from tests.serving import Site

from .clients import Device, guest
from .durable import Order, traced
from .journal import Journal
from .visitors import Visitor

ANSWERS, FORMS = 6, 2

pytestmark = pytest.mark.skipif(
    os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="it is SQLite that writes to the disk itself"
)


@pytest.fixture
def traceable(proof_site: Site) -> Site:
    """A site that is not started yet, where there is something to trace it with."""
    if shutil.which("strace") is None:
        message = "strace is not installed; on Debian: apt install strace"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return proof_site


def order(site: Site, application: str | None) -> Order:
    """Of a few answers through the API and through the pages."""
    site.application = application
    site.start()
    journal = Journal()
    device = Device(site.address, journal, 1, *guest(site.address))
    visitor = Visitor(site.address, journal, 2)
    trace = site.state / "trace"
    try:
        with traced(site, trace):
            for _ in range(ANSWERS):
                device.post(device.wire, "attempts/", device.submission())
            for _ in range(FORMS):
                visitor.act()
    finally:
        device.close()
        visitor.close()
        site.stop()
    with trace.open() as lines:
        return Order().read(line.rstrip("\n") for line in lines)


def test_an_answer_is_on_disk_before_it_is_acknowledged(traceable: Site) -> None:
    seen = order(traceable, None)
    assert seen.acknowledged >= ANSWERS + FORMS
    assert seen.too_early == 0
    assert seen.syncs >= seen.acknowledged


@pytest.mark.parametrize("broken", ["broken_sync", "broken_early"] if LONG else ["broken_sync"])
def test_a_build_that_does_not_wait_for_the_disk_is_caught(traceable: Site, broken: str) -> None:
    seen = order(traceable, f"tests.reliability.{broken}:application")
    assert seen.acknowledged >= ANSWERS
    assert seen.too_early > 0


TRACE = """\
7 recvfrom(12<socket:[1]>, "POST /api/v1/attempts/ HTTP/1.1\\r\\n", 8192, 0, NULL, NULL) = 700
7 pwrite64(9</var/study.sqlite3-wal>, "x", 4096, 32) = 4096
7 fdatasync(9</var/study.sqlite3-wal> <unfinished ...>
8 read(4</dev/null>, "", 1) = 0
7 <... fdatasync resumed>) = 0
7 sendto(12<socket:[1]>, "HTTP/1.1 201 Created\\r\\n", 300, 0, NULL, 0) = 300
"""


def test_the_trace_is_read_in_order() -> None:
    lines = TRACE.splitlines()
    assert Order().read(lines) == Order(acknowledged=1, syncs=1, _synced=True)
    sent_before = [*lines[:3], lines[5], lines[3], lines[4]]
    assert Order().read(sent_before).too_early == 1
    assert Order().read([lines[0], lines[5]]).too_early == 1
    assert Order().read([*lines[:5], lines[1], lines[5]]).too_early == 1
