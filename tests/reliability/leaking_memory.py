"""A broken build: every answer is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from studysite.wsgi import application as _site

_KEPT: list[bytes] = []


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The site's answer, of which a copy stays."""
    answer = _site(environ, start_response)
    try:
        body = b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    _KEPT.append(body)
    return [body]
