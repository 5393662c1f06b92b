"""A broken build, for the proof that the canary can be seen: texts go into pages as they are, under no policy."""

from __future__ import annotations

import studysite.settings as settings

settings.MIDDLEWARE.remove("csp.middleware.CSPMiddleware")

from tests.reliability.xss_unescaped import application  # noqa: E402  # Django reads its settings now

__all__ = ["application"]
