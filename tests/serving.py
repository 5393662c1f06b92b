"""A site of the tests' own, as ``make run`` serves it: gunicorn on a free local port, its own folder and database."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
NO_LIMITS = {"API_LIMITS": "address=,guests=,answers=,sync=,learner="}
# What `make run` does before it serves, in one process: to start one takes longer than some of it.
PREPARE = """
import django
from django.core.management import call_command
django.setup()
call_command("migrate", verbosity=0)
call_command("loadbank", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
"""
START = 60.0  # seconds that a start may take on a busy machine


class NotServing(Exception):
    """The site stopped while it was starting, or did not become ready; the end of its log is in the message."""


@dataclass
class Site:
    """A site that can be started, stopped and killed; ``environment`` is what commands for its database need too.

    ``application`` is another WSGI application to serve, for example a broken one.
    """

    environment: Mapping[str, str]
    application: str | None = None
    _server: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def port(self) -> str:
        return self.environment["PORT"]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def state(self) -> Path:
        return Path(self.environment["STATE_DIR"])

    @property
    def log(self) -> Path:
        """What gunicorn and the site say."""
        return self.state / "site.log"

    @property
    def pid(self) -> int:
        """Of gunicorn's master, which is the leader of its workers' group too."""
        assert self._server is not None
        return self._server.pid

    def manage(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command of ``manage.py`` and wait for it."""
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=dict(self.environment), check=check, capture_output=True, text=True,
        )  # fmt: skip

    def start(self, probe: str = "readyz") -> None:
        """Serve, and return when ``probe`` answers 200; ``NotServing`` where it does not."""
        command = [sys.executable, "-m", "gunicorn", "--config", "python:studysite.gunicorn"]
        with self.log.open("ab") as log:
            self._server = subprocess.Popen(
                [*command, self.application] if self.application else command,
                cwd=ROOT, env=dict(self.environment), stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.wait(probe)

    def wait(self, probe: str = "readyz", seconds: float = START) -> float:
        """Wait until ``probe`` answers 200; how many seconds it took."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            if self._server is None or self._server.poll() is not None:
                raise NotServing(f"the site stopped while starting\n{self.log.read_text()[-3000:]}")
            with suppress(OSError), urllib.request.urlopen(f"{self.address}/{probe}", timeout=5):
                return time.monotonic() - begun
            time.sleep(0.02)
        raise NotServing(f"/{probe} was not ready within {seconds} s\n{self.log.read_text()[-3000:]}")

    def stop(self) -> int:
        """End it as a supervisor does, by SIGTERM; its exit status."""
        assert self._server is not None
        self._server.terminate()
        status = self._server.wait(timeout=60)
        self._server = None
        return status

    def kill(self) -> None:
        """SIGKILL to gunicorn and all its workers in one call."""
        assert self._server is not None
        os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait()
        self._server = None

    @property
    def runs(self) -> bool:
        return self._server is not None

    def bugs(self) -> list[str]:
        """Every error in its log with its traceback, each once."""
        entries = re.split(r"^(?=\d{4}-\d\d-\d\d )", self.log.read_text(), flags=re.MULTILINE)
        errors = [entry for entry in entries if re.match(r"\S+ \S+ (ERROR|CRITICAL) ", entry)]
        return list({entry.partition("\n")[2] or entry: entry for entry in errors}.values())


@contextmanager
def prepared(state: Path, application: str | None = None, **environment: str) -> Iterator[Site]:
    """A site with a migrated database and the bank, not started yet; it is stopped at the end.

    The database is SQLite in ``state``, or a new one beside that of ``DATABASE_URL``.
    """
    site = _new(state, application, **environment)
    url = site.environment.get("DATABASE_URL", "")
    example = _example(url if url.startswith("postgres") else "")
    shutil.copytree(example.state, state, dirs_exist_ok=True)
    if url.startswith("postgres"):
        copied = example.environment["DATABASE_URL"]
        site = Site({**site.environment, "DATABASE_URL": _new_database(url, site.port, copied)}, application)
    try:
        yield site
    finally:
        if site.runs:
            site.stop()


@contextmanager
def running(state: Path, application: str | None = None, **environment: str) -> Iterator[Site]:
    """A prepared site that serves until the end."""
    with prepared(state, application, **environment) as site:
        site.start()
        yield site


_folders: list[tempfile.TemporaryDirectory[str]] = []  # they go with this process


@cache
def _example(server: str) -> Site:
    """What every site is a copy of: to migrate, to load the bank and to compress the static files takes long."""
    _folders.append(tempfile.TemporaryDirectory(prefix="study-example-"))
    site = _new(Path(_folders[-1].name), None, DATABASE_URL=server)
    if server:
        site = Site({**site.environment, "DATABASE_URL": _new_database(server, site.port)})
    settings = {"DJANGO_SETTINGS_MODULE": "studysite.settings"}
    subprocess.run([sys.executable, "-c", PREPARE], cwd=ROOT, env={**site.environment, **settings}, check=True)
    (site.state / "secret_key").unlink(missing_ok=True)  # each has its own
    return site


def _new(state: Path, application: str | None, **environment: str) -> Site:
    whole = {**os.environ, "STATE_DIR": str(state), "HOST": "127.0.0.1", "PORT": str(free_port()), **environment}
    if not whole.get("DATABASE_URL"):
        whole.pop("DATABASE_URL", None)
    return Site(whole, application)


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _new_database(url: str, port: str, copied: str = "") -> str:
    template = f' TEMPLATE "{copied.rsplit("/", 1)[1]}"' if copied else ""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "site_{port}"{template}')
    return f"{url.rsplit('/', 1)[0]}/site_{port}"
