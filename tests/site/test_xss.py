"""Scripts in every text that is shown: none runs or needs to be stopped; without our escaping the policy stops all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.lengths import LONG
from tests.reliability import hostile_browser
from tests.reliability.hostile_browser import Seen, broken, tour, visit, watched
from tests.serving import Site, running

FEW = ["/topics/", "/topics/xss-00/", "/admin/quizzes/misconception/"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of this module's own: nobody else wants such rows."""
    with running(tmp_path_factory.mktemp("xss")) as site:
        yield site


@pytest.fixture(scope="module")
def found(served: Site) -> dict[str, Any]:
    """Its database, full of scripts."""
    return hostile_browser.planted(served.environment)


@pytest.mark.parametrize("language", ["ja", "en"] if LONG else ["ja"])
def test_no_script_of_anybodys_text_runs(browser: Browser, served: Site, found: dict[str, Any], language: str) -> None:
    seen = tour(browser, served.address, found, language, every=40)
    assert seen.clean(), "\n".join(seen.lines())
    assert seen.pages > 50


def few(browser: Browser, served: Site, found: dict[str, Any], application: str) -> Seen:
    """What happens in a broken build on the same rows."""
    seen = Seen()
    with (
        broken(served, application) as other,
        watched(browser, other.address, found["session"], "en", seen) as page,
    ):
        for path in FEW:
            visit(page, other.address, path, seen)
    return seen


def test_the_policy_alone_stops_them(browser: Browser, served: Site, found: dict[str, Any]) -> None:
    seen = few(browser, served, found, "tests.reliability.xss_unescaped:application")
    assert seen.pages == len(FEW)
    assert (seen.ran, seen.dialogs) == ([], [])
    assert len(seen.stopped) >= len(FEW)


def test_without_both_they_run(browser: Browser, served: Site, found: dict[str, Any]) -> None:
    seen = few(browser, served, found, "tests.reliability.xss_unguarded:application")
    assert len(seen.ran) == len(FEW)
    assert seen.stopped == []
