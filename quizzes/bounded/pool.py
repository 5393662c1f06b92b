"""The worker's side: one call at a time, each with limits, and no wait without an end."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from .frames import receive, send

ROOT = Path(__file__).resolve().parents[2]
START = 15.0  # seconds that a nursery may take to load what it needs, on a busy machine
GRACE = 1.0  # seconds by the clock beyond those of the processor
PATIENCE = 2.0  # seconds that a call waits for its turn

Excess: TypeAlias = Literal["time", "memory", "output"]


class Exceeded(Exception):
    """A call took too much: ``code`` says of what, ``at`` what it was doing."""

    def __init__(self, code: Excess, at: str) -> None:
        super().__init__(f"too much {code}, at {at or 'the start'}")
        self.code = code
        self.at = at


class Busy(Exception):
    """Another call is running, or the machine has no time for this one: it may work later."""


class Failed(RuntimeError):
    """The function raised something; the argument is its traceback."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds of processor time, megabytes above those at the start, bytes of JSON that come out."""

    seconds: float
    megabytes: int
    output: int = 4 * 2**20


class Pool:
    """A nursery with ``preload`` loaded, begun by the first call, begun again where it died, ended with the worker.

    Without ``keep`` it ends with each call, for what is rare.
    """

    def __init__(self, *preload: str, keep: bool = True) -> None:
        self.preload = preload
        self.keep = keep
        self._forget()
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.close)

    def run(self, function: str, arguments: Mapping[str, Any], limits: Limits) -> Any:
        """The JSON that ``function`` (``"module:name"``) returns for ``arguments`` and ``at``, in a child process.

        ``at`` is called by the function with the name of the part that it begins. Raises :class:`Exceeded`,
        :class:`Busy` and :class:`Failed`.
        """
        if not self._lock.acquire(timeout=PATIENCE):
            raise Busy
        try:
            answer = self._answer(
                {
                    "function": function,
                    "arguments": dict(arguments),
                    "seconds": limits.seconds,
                    "patience": limits.seconds + GRACE,
                    "megabytes": limits.megabytes,
                    "output": limits.output,
                }
            )
        finally:
            if not self.keep:
                self._end()
            self._lock.release()
        outcome = answer["outcome"]
        if outcome == "done":
            return answer["result"]
        if outcome == "starved":
            raise Busy
        if outcome == "failed":
            raise Failed(answer["result"])
        raise Exceeded(outcome, answer["at"])

    def close(self) -> None:
        """End the nursery; the next call begins another."""
        if self._lock.acquire(timeout=PATIENCE):
            try:
                self._end()
            finally:
                self._lock.release()
        elif self._process is not None:  # the worker ends in the middle of a call
            _kill(self._process)

    def _forget(self) -> None:
        """In a forked process the nursery is the other's."""
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None

    def _answer(self, call: dict[str, Any]) -> dict[str, Any]:
        """Asks twice, because a nursery may have ended between two calls."""
        for _ in range(2):
            begun = self._connection is None
            connection = self._connection or self._begin()
            try:
                connection.settimeout(START if begun else GRACE)
                send(connection, call)
                connection.settimeout(call["patience"] + GRACE + (START if begun else 0))
                answer: dict[str, Any] = receive(connection)
                return answer
            except (EOFError, ConnectionError):
                self._end()
            except TimeoutError:
                self._end()
                break
            except BaseException:  # what is underway would be taken for the answer to the next call
                self._end()
                raise
        raise Busy

    def _begin(self) -> socket.socket:
        mine, its = socket.socketpair()
        with its:
            self._process = subprocess.Popen(  # noqa: S603  # our own module
                [sys.executable, "-m", "quizzes.bounded.nursery", str(its.fileno()), *self.preload],
                cwd=ROOT,
                env={  # no secrets, no database; one thread, so that it can fork
                    "PATH": os.defpath,
                    "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
                    "PYTHONUTF8": "1",
                    "OPENBLAS_NUM_THREADS": "1",
                    "OMP_NUM_THREADS": "1",
                },
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[its.fileno()],
                process_group=0,  # to end it with its child; in the session of the server, where niceness counts
            )
        self._connection = mine
        return mine

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            _kill(self._process)
            with suppress(subprocess.TimeoutExpired):  # it was killed, so it will end
                self._process.wait(GRACE)
        self._process = self._connection = None


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # its child too, also where it has died itself
