"""A site of the tests' own, as `make run` serves it: gunicorn with two workers, a real database, real Chromium."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.serving import ROOT, Site, running

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
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running site with an empty database and the real bank."""
    with running(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def site(served: Site) -> str:
    """Its address."""
    return served.address


@pytest.fixture(scope="session")
def site_environment(served: Site) -> dict[str, str]:
    """What it was started with; commands for its database need the same."""
    return dict(served.environment)


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
