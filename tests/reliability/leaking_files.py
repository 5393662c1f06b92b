"""A broken build: every request opens a file that nobody closes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from studysite.wsgi import application as _site


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The site's answer."""
    os.open(os.devnull, os.O_RDONLY)
    return _site(environ, start_response)
