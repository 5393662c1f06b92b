"""The site as it is, with the bare views beside the API."""

from __future__ import annotations

from studysite.wsgi import application  # sets Django up, which all else needs

__all__ = ["application"]


def _add() -> None:
    from benchmarks.load import bare

    bare.add()


_add()
