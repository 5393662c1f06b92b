"""What a database holds, told in numbers."""

from __future__ import annotations

from typing import NamedTuple


class Content(NamedTuple):
    """The migrations it has gone through, and how many rows each of its tables has."""

    migrations: list[tuple[str, str]]
    rows: dict[str, int]
