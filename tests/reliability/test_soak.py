"""The short form of ``python -m tests.reliability.soak``: some hundred requests, and builds that leak."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lengths import LONG
from tests.reliability.soak import CONTROLS, soak
from tests.serving import NO_LIMITS, Site, prepared

pytestmark = pytest.mark.skipif(
    not LONG, reason="memory is told from a few hundred requests only where nothing else runs"
)


REQUESTS = 600


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Prepared once for all builds."""
    folder: Path = tmp_path_factory.mktemp("soak")
    with prepared(folder, **NO_LIMITS) as found:
        yield found


def test_some_hundred_requests_leave_nothing_behind(site: Site) -> None:
    site.start()
    figures = soak(site, requests=REQUESTS, short=True)
    site.stop()
    assert figures.problems == [], "\n".join(figures.lines())


@pytest.mark.parametrize(("build", "problem"), [(0, "memory grows"), (1, "more file descriptors")], ids=[*CONTROLS])
def test_a_build_that_leaks_is_caught(site: Site, build: int, problem: str) -> None:
    site.application = [*CONTROLS.values()][build]
    site.start()
    figures = soak(site, requests=REQUESTS, short=True)
    site.stop()
    assert any(problem in one for one in figures.problems), "\n".join(figures.lines())
