"""The short form of :mod:`.crash`: few kills, every broken build is caught."""

from __future__ import annotations

import pytest

from tests.lengths import LONG
from tests.serving import Site

from .crash import CONTROLS, crash


def test_nothing_is_lost_or_doubled_when_the_server_is_killed(proof_site: Site) -> None:
    figures = crash(proof_site, 3, 200, seconds=240)
    assert figures.problems == {}
    assert figures.counts["attempts acknowledged"] >= 200


@pytest.mark.parametrize("name", CONTROLS if LONG else [*CONTROLS][:1])
def test_a_broken_build_is_caught(proof_site: Site, name: str) -> None:
    assert crash(proof_site, 2, 150, application=CONTROLS[name], seconds=240).problems
