"""A broken build: transactions begin by reading, as Django's defaults have it, and fail where another one writes."""

from __future__ import annotations

from studysite import settings

settings.DATABASES["default"]["OPTIONS"] |= {"transaction_mode": "DEFERRED", "timeout": 0.01}

from studysite.wsgi import application  # noqa: E402  # with these settings

__all__ = ["application"]
