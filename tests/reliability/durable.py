"""Whether an answer is on disk before it is acknowledged: what the server asks of the system, read from strace.

SQLite writes an answer to its log, ``study.sqlite3-wal``, and has to wait for the disk (``fdatasync``) before the site
says 201. A trace is read line by line; requests come one after the other, so the order of the lines is that of events.
"""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.serving import Site

CALLS = "recvfrom,read,sendto,sendmsg,write,writev,pwrite64,fsync,fdatasync"
_LINE = re.compile(r"^(\d+) +(.*)$")
_CALL = re.compile(r"^(\w+)\(\d+<([^>]*)>(.*)$")
_RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$")


@dataclass
class Order:
    """What was seen: how many answers were acknowledged, and how many of them were not on disk by then."""

    acknowledged: int = 0
    too_early: int = 0
    syncs: int = 0
    _asked: bool = field(default=False, repr=False)
    _synced: bool = field(default=False, repr=False)
    _unsynced: bool = field(default=False, repr=False)
    _under_way: dict[str, tuple[str, str]] = field(default_factory=dict, repr=False)

    def read(self, lines: Iterable[str]) -> Order:
        """Follow a trace."""
        for line in lines:
            if (parts := _LINE.match(line)) is None:
                continue
            thread, text = parts.groups()
            if call := _CALL.match(text):
                name, file, rest = call.groups()
                self._begin(name, file, rest)
                if rest.endswith("<unfinished ...>"):
                    self._under_way[thread] = name, file
                else:
                    self._end(name, file, rest)
            elif (resumed := _RESUMED.match(text)) and thread in self._under_way:
                name, file = self._under_way.pop(thread)
                self._end(name, file, resumed[2])
        return self

    def _begin(self, name: str, file: str, rest: str) -> None:
        """A call is made: what is sent may arrive from now on, what is written is not on disk."""
        if name == "pwrite64" and file.endswith("-wal"):
            self._unsynced = True
        elif name in ("sendto", "sendmsg", "write", "writev") and self._asked and _SAID.search(rest):
            self.acknowledged += 1
            self.too_early += not self._synced or self._unsynced
            self._asked = False

    def _end(self, name: str, file: str, rest: str) -> None:
        """A call has returned."""
        if name in ("fsync", "fdatasync") and file.endswith("-wal") and rest.endswith("= 0"):
            self.syncs += 1
            self._synced, self._unsynced = True, False
        elif name in ("recvfrom", "read") and _ASKED.search(rest):
            self._asked, self._synced = True, False


_ASKED = re.compile(r'"POST /(api/v1/attempts|question)/')
_SAID = re.compile(r'"HTTP/1\.1 (201|302) ')


@contextmanager
def traced(site: Site, trace: Path) -> Iterator[None]:
    """Trace all workers of a site that runs. Raises ``PermissionError`` where that is not allowed."""
    workers = Path(f"/proc/{site.pid}/task/{site.pid}/children").read_text().split()
    attach = [word for worker in workers for word in ("-p", worker)]
    command = ["strace", "-f", "-y", "-s", "64", "-e", f"trace={CALLS}", "-o", str(trace), *attach]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    for line in tracer.stderr:
        if "attached" in line:
            break
    else:
        tracer.wait()
        tracer.stderr.close()
        raise PermissionError("strace may not look at the server's processes")
    time.sleep(0.2)
    try:
        yield
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait(timeout=60)
        tracer.stderr.close()
