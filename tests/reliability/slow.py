"""The site with one address more, whose answer takes a while: something to be under way when the site is stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from studysite.wsgi import application as site

SECONDS = 3.0


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Half of the answer at once, the rest later."""
    if environ["PATH_INFO"] != "/slow":
        return site(environ, start_response)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "8")])
    return _slowly()


def _slowly() -> Iterable[bytes]:
    yield b"half"
    time.sleep(SECONDS)
    yield b"done"
