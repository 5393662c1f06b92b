"""The short form of ``python -m tests.reliability.soak``: some thousand requests, and builds that leak."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lengths import LONG
from tests.reliability.soak import CONTROLS, SHORT, soak
from tests.serving import NO_LIMITS, Site, prepared


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Prepared once for all builds."""
    folder: Path = tmp_path_factory.mktemp("soak")
    with prepared(folder, **NO_LIMITS) as found:
        yield found


def test_some_thousand_requests_leave_nothing_behind(site: Site) -> None:
    site.start()
    figures = soak(site, requests=SHORT, short=True)
    site.stop()
    assert figures.problems == [], "\n".join(figures.lines())


LEAKS = [(0, "memory grows"), (1, "more file descriptors")]


@pytest.mark.parametrize(("build", "problem"), LEAKS if LONG else LEAKS[:1])
def test_a_build_that_leaks_is_caught(site: Site, build: int, problem: str) -> None:
    site.application = [*CONTROLS.values()][build]
    site.start()
    figures = soak(site, requests=SHORT, short=True)
    site.stop()
    assert any(problem in one for one in figures.problems), "\n".join(figures.lines())
