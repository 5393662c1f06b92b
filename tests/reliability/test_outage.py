"""The short form of :mod:`.outage`: the database goes and comes back, every broken build is caught."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests import postgres
from tests.lengths import LONG
from tests.serving import Site

from .outage import CONTROLS, database_and_site, outage

PATIENT = (
    60.0  # seconds: how soon it is back is measured by the long form, not on a machine that runs all tests at once
)

pytestmark = pytest.mark.skipif(
    os.environ.get("DATABASE_URL", "") != "", reason="it has a database server of its own and runs once"
)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[postgres.Server, Site]]:
    """A database server and a site on it."""
    if postgres.programs() is None:
        message = "PostgreSQL is not installed; on Debian: apt install postgresql"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with database_and_site(tmp_path_factory.mktemp("outage")) as found:
        yield found


def test_nothing_is_lost_when_the_database_stops(both: tuple[postgres.Server, Site]) -> None:
    database, site = both
    figures = outage(site, database, 2, back=PATIENT, seconds=240)
    assert figures.problems == {}
    assert figures.counts["answered 503, sent again"] > 0


@pytest.mark.parametrize("name", CONTROLS if LONG else [*CONTROLS][:1])
def test_a_broken_build_is_caught(both: tuple[postgres.Server, Site], name: str) -> None:
    database, site = both
    assert outage(site, database, 1, application=CONTROLS[name], back=PATIENT, seconds=240).problems
