"""A site of the tests' own, as `make run` serves it: gunicorn with two workers, a real database, real Chromium."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = [
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def site_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the site is started with; commands for its database need the same."""
    state = tmp_path_factory.mktemp("site")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "STATE_DIR": str(state), "PORT": str(port), "HOST": "127.0.0.1"}
    if "DATABASE_URL" in environment:
        environment["DATABASE_URL"] = _new_database(environment["DATABASE_URL"], f"site_{port}")
    return environment


@pytest.fixture(scope="session")
def site(site_environment: dict[str, str]) -> Iterator[str]:
    """The address of a running site with an empty database and the real bank."""
    environment = site_environment
    for command in (["migrate", "-v0"], ["loadbank"], ["collectstatic", "--noinput", "-v0"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
    with running(environment, "readyz") as address:
        yield address


@contextmanager
def running(environment: dict[str, str], probe: str) -> Iterator[str]:
    """Serve the site until the end; ``probe`` tells when it has started."""
    command = [sys.executable, "-m", "gunicorn", "--config", "python:studysite.gunicorn"]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as server:
        try:
            address = f"http://127.0.0.1:{environment['PORT']}"
            _wait_until_ready(f"{address}/{probe}", server)
            yield address
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium.

    It ends with its module: Playwright keeps a loop running in this thread, in which Django has other connections.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        message = "Chromium is not installed; on Debian: apt install chromium fonts-noto-cjk"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh Japanese phone; anything that the console or the network complains about fails the test."""
    context = browser.new_context(locale="ja-JP", viewport={"width": 390, "height": 800})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(f"console: {message.text}"))
    opened.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    opened.on("requestfailed", lambda request: complaints.extend(_failure(request)))
    yield opened
    context.close()
    assert complaints == []


def _failure(request: Request) -> list[str]:
    """A page that is left before its icon has come is no failure."""
    return [] if request.failure == "net::ERR_ABORTED" else [f"failed: {request.url} {request.failure}"]


def ask(environment: dict[str, str], *slugs: str) -> list[str]:
    """Addresses of questions of these templates, for the learner who came last to the site of ``environment``."""
    code = (
        "import json\nfrom quizzes import study\nfrom quizzes.models import User\n"
        "user = User.objects.latest('created_at')\n"
        f"print(json.dumps([study.next_question(user.id, template=slug).token for slug in {slugs!r}]))"
    )
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", code]
    told = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return [f"/question/?variant={quote(token)}&practice=/review/" for token in json.loads(told.stdout)]


def _new_database(url: str, name: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{url.rsplit('/', 1)[0]}/{name}"


def _wait_until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert server.poll() is None, "the site stopped while starting"
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                if response.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    pytest.fail(f"{url} did not become ready")
