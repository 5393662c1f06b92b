"""A short run of `make fuzz`; the whole one has 200 requests for every operation."""

from __future__ import annotations

from tests.fuzz.run import run


def test_the_running_site_answers_as_documented_whatever_it_is_sent() -> None:
    found = run(examples=3, seed=1, seconds=3)
    assert found.wrong(least=3) == [], found.table()
