"""Configuration of gunicorn: 2 workers of 4 threads on this machine only; says when it is ready, and where."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import environ
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # it ships no types
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from quizzes import occupancy

from . import logs, port, state

_MEMORY = Path("/dev/shm")  # noqa: S108  # only the workers' heartbeat files

bind = f"{port.HOST}:{port.PORT}"
workers = int(os.environ.get("WORKERS", "2"))
threads = int(os.environ.get("THREADS", "4"))
wsgi_app = "studysite.wsgi:application"
loglevel = "warning"
limit_request_line = 8190  # a whole network fits into the calculator's address
worker_tmp_dir = str(_MEMORY) if _MEMORY.is_dir() else None  # a slow disk must not look like a hung worker


MOMENT = 0.01  # seconds after which a busy worker takes one more connection


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's of threads: who waits for an author's proof, or for a slow line, leaves the worker to others.

    It takes connections while a thread is free: else the first worker to wake up has all those of a proxy, which keeps
    them, and the other cores have nothing to do. Where all workers are busy, each takes one every moment.

    One that is stopping would leave its socket open until the last answer is out, and drop who has connected meanwhile.
    """

    _accepted = 0.0

    def set_accept_enabled(self, enabled: bool) -> None:
        """Whoever comes when no more are taken is refused at once, and may try another machine."""
        super().set_accept_enabled(enabled and self._has_room())
        if not self.alive:
            for listener in self.sockets:
                listener.close()

    def accept(self, listener: Any) -> None:
        """Take a connection."""
        self._accepted = time.monotonic()
        super().accept(listener)

    def enqueue_req(self, conn: Any) -> None:
        """Have a request answered, which may take the last free thread."""
        super().enqueue_req(conn)
        if self.alive:
            self.set_accept_enabled(True)

    def _has_room(self) -> bool:
        busy = self.nr_conns - len(self.keepalived_conns) - len(self.pending_conns)
        return bool(busy < self.cfg.threads or time.monotonic() - self._accepted > MOMENT)


worker_class = Worker


class PlainLogger(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's, which would write addresses and paths, and never as JSON."""

    def setup(self, cfg: Any) -> None:
        """After every reload too."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.Json() if os.environ.get("LOG_FORMAT") == "json" else logs.Line())


logger_class = PlainLogger
graceful_timeout = 30  # seconds that requests under way are given when the site is stopped


def on_starting(server: Any) -> None:
    """Refuse what would fail later: a port in use, a folder or a database that cannot be used.

    The folder is held until the last worker has ended, which inherits the hold: nobody restores a backup meanwhile.
    """
    port.check()
    try:
        state.check(state.folder())
        server.occupied = occupancy.occupy(state.folder())
    except state.Refused as error:
        sys.exit(str(error))
    except occupancy.Occupied:
        sys.exit("A backup is being restored into this state folder: start the site when that is done.")
    if subprocess.run([sys.executable, "-m", "studysite.starting"], cwd=state.ROOT, check=False).returncode:
        sys.exit(1)
    _clear_metrics(state.folder() / "metrics" / port.PORT)


def when_ready(server: Any) -> None:
    """Print the address once the socket listens."""
    sys.stdout.write(f"Ready: http://{bind}/  (stop with Ctrl-C)\n")
    sys.stdout.flush()


def _clear_metrics(folder: Path) -> None:
    """Workers keep their figures in files, which stay after them: they are of this run only."""
    if os.environ.get("METRICS", "").lower() not in environ.Env.BOOLEAN_TRUE_STRINGS:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
