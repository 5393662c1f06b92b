"""A site to be fuzzed: gunicorn on a free local port, a database of its own, no limits, and a log that can be read."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
NO_LIMITS = "address=,guests=,answers=,sync=,learner="
START = 60  # seconds that two workers may take


@dataclass(frozen=True)
class Site:
    """A running site."""

    address: str
    log: Path

    def bugs(self) -> list[str]:
        """Every error in its log with its traceback, each once."""
        entries = re.split(r"^(?=\d{4}-\d\d-\d\d )", self.log.read_text(), flags=re.MULTILINE)
        errors = [entry for entry in entries if re.match(r"\S+ \S+ (ERROR|CRITICAL) ", entry)]
        return list({entry.partition("\n")[2] or entry: entry for entry in errors}.values())


@contextmanager
def running(state: Path) -> Iterator[Site]:
    """Serve until the end what is kept in ``state``, or in a new database beside that of ``DATABASE_URL``."""
    port = _free_port()
    environment = {
        **os.environ,
        "STATE_DIR": str(state),
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "API_LIMITS": NO_LIMITS,
        "EMAIL_URL": "dummymail://",
        "LOG_LEVEL": "ERROR",
    }
    if url := environment.get("DATABASE_URL"):
        environment["DATABASE_URL"] = _new_database(url, f"fuzz_{port}")
    for command in (["migrate", "-v0"], ["loadbank"], ["collectstatic", "--noinput", "-v0"]):
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
        )
    site = Site(f"http://127.0.0.1:{port}", state / "site.log")
    serve = [sys.executable, "-m", "gunicorn", "--config", "python:studysite.gunicorn"]
    with (
        site.log.open("wb") as log,
        subprocess.Popen(serve, cwd=ROOT, env=environment, stdout=log, stderr=log) as server,
    ):
        try:
            _wait(f"{site.address}/readyz", server)
            yield site
        finally:
            server.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _new_database(url: str, name: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{url.rsplit('/', 1)[0]}/{name}"


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError("the site stopped while starting")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"{url} did not become ready")
