"""The short form of ``python -m tests.reliability.full_disk``, and its control."""

from __future__ import annotations

import os

import pytest

from tests.reliability import full_disk


@pytest.fixture(scope="module", autouse=True)
def small_disks() -> None:
    """Linux may forbid users name spaces of their own."""
    if reason := full_disk.possible():
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(f"no small file system can be made here: {reason}")
        pytest.skip(f"no small file system can be made here: {reason}")


def test_on_a_full_disk_reading_goes_on_and_nothing_is_lost() -> None:
    """And a build that acknowledges what it could not write is caught."""
    done = full_disk.alone("--times", "1", "--seconds", "2")
    assert done.returncode == 0, done.stdout
    assert "NOT CAUGHT" not in done.stdout
