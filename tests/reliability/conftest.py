"""What the proofs of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving import NO_LIMITS, Site, prepared

# Builds of their own, most of them broken: who looks for doctests in them breaks the site that all other tests ask.
collect_ignore_glob = ["broken_*.py", "leaking_*.py", "xss_*.py", "slow.py", "login_times.py"]


@pytest.fixture(scope="session")
def proof_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that is not started: a proof starts it with the application that it looks at, and stops it."""
    with prepared(tmp_path_factory.mktemp("proof"), **NO_LIMITS) as site:
        yield site
