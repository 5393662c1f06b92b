"""A broken build: SQLite hands an answer to the system and does not wait until it is on disk."""

from __future__ import annotations

from studysite import settings

settings.DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA synchronous=OFF"

from studysite.wsgi import application  # noqa: E402  # with these settings

__all__ = ["application"]
