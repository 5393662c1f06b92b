"""The short form of :mod:`.at_once`: a few rounds, every broken build is caught."""

from __future__ import annotations

import pytest

from tests.lengths import LONG
from tests.serving import Site

from .at_once import CONTROLS, MANY, at_once


def test_one_answer_sent_many_times_is_one_row_and_many_writers_all_write(proof_site: Site) -> None:
    figures = at_once(proof_site, 2)
    assert figures.problems == {}
    assert figures.counts["attempts kept"] == 2 * (1 + 1 + MANY)


@pytest.mark.parametrize("name", CONTROLS if LONG else [*CONTROLS][:1])
def test_a_broken_build_is_caught(proof_site: Site, name: str) -> None:
    assert at_once(proof_site, 2, application=CONTROLS[name]).problems
