"""A broken build: it takes the failure of the database for a bug."""

from __future__ import annotations

from studysite import unavailable
from studysite.wsgi import application

__all__ = ["application"]

unavailable.passes = lambda error: False
