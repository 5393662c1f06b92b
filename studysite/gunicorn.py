"""Configuration of gunicorn: 2 workers of 4 threads on this machine only; says when it is ready, and where."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from . import port

_MEMORY = Path("/dev/shm")  # noqa: S108  # only the workers' heartbeat files

bind = f"{port.HOST}:{port.PORT}"
workers = int(os.environ.get("WORKERS", "2"))
worker_class = "gthread"  # who waits for an author's proof, or for a slow line, leaves the worker to others
threads = int(os.environ.get("THREADS", "4"))
wsgi_app = "studysite.wsgi:application"
loglevel = "warning"
limit_request_line = 8190  # a whole network fits into the calculator's address
worker_tmp_dir = str(_MEMORY) if _MEMORY.is_dir() else None  # a slow disk must not look like a hung worker


def on_starting(server: Any) -> None:
    """Refuse a port in use before gunicorn retries and logs."""
    port.check()


def when_ready(server: Any) -> None:
    """Print the address once the socket listens."""
    sys.stdout.write(f"Ready: http://{bind}/  (stop with Ctrl-C)\n")
    sys.stdout.flush()
