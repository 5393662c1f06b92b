"""The process that waits with everything loaded, forks a child for each call and ends those that take too much.

It has one thread, knows no database and no secrets, and lives as long as the worker's end of its socket is open.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import resource
import select
import signal
import socket
import sys
import time
import traceback
from typing import Any, NoReturn

from .frames import receive, send
from .memory import address_space

IDLE = 600.0  # seconds without a call, after which it is not worth its memory
NICE = 19  # learners' requests go first
FILES = 24  # enough for a module that is imported late


def main(descriptor: int, preload: list[str]) -> None:
    """Answer one call after the other on the socket ``descriptor``."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = socket.socket(fileno=descriptor)
    for name in preload:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # children share these pages as long as nothing writes to them
    while select.select([connection], [], [], IDLE)[0]:
        try:
            send(connection, _supervised(receive(connection), connection))
        except (EOFError, OSError):
            return  # the worker is gone


def _supervised(call: dict[str, Any], connection: socket.socket) -> dict[str, Any]:
    """What came of one call: ``done`` with its result, ``failed``, ``time``, ``memory``, ``output`` or ``starved``."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        connection.close()
        _work(call, write)
    os.close(write)
    written, ended = _collected(call, connection, read)
    os.close(read)
    os.kill(child, signal.SIGKILL)  # it is over, whatever it does; until it is waited for nobody else has its number
    _, status, usage = os.wait4(child, 0)
    lines = [line.split(b" ", 1) for line in bytes(written).split(b"\n")[:-1]]
    at = next((json.loads(rest) for word, rest in reversed(lines) if word == b"at"), "")
    if ended == "time" and usage.ru_utime + usage.ru_stime < call["seconds"] / 2:
        ended = "starved"  # not its fault: others had the processor
    if ended:
        return {"outcome": ended, "at": at}
    if lines and lines[-1][0] != b"at":
        word, rest = lines[-1]
        return {"outcome": word.decode(), "at": at, "result": json.loads(rest)}
    late = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGPROF, signal.SIGXCPU)
    return {"outcome": "time" if late else "memory", "at": at}


def _collected(call: dict[str, Any], connection: socket.socket, read: int) -> tuple[bytearray, str]:
    """What the child wrote until it was done, and why it was not."""
    written = bytearray()
    end = time.monotonic() + call["patience"]
    while (left := end - time.monotonic()) > 0:
        ready = select.select([read, connection.fileno()], [], [], left)[0]
        if connection.fileno() in ready:  # nothing is said during a call, so this is the worker's end
            return written, "gone"
        if ready:
            chunk = os.read(read, 1 << 16)
            if not chunk:
                return written, ""
            written += chunk
            if len(written) > call["output"]:
                return written, "output"
    return written, "time"


def _work(call: dict[str, Any], write: int) -> NoReturn:
    """In the child: the call itself. Its end is the end of the process, and nothing is cleaned up."""
    try:
        function = pkgutil.resolve_name(call["function"])
        _limit(call)
        result = function(**call["arguments"], at=lambda part: _say(write, "at", part))
        _say(write, "at", "")
        text = json.dumps(result)
        if len(text) > call["output"]:
            _say(write, "output", None)
        else:
            _say_text(write, f"done {text}\n")
    except MemoryError:
        gc.collect()
        _say(write, "memory", None)
    except BaseException:
        _say(write, "failed", traceback.format_exc(limit=-8)[-4000:])
    finally:
        os._exit(0)


def _limit(call: dict[str, Any]) -> None:
    """Take away what the call does not need."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    os.nice(NICE)
    _be_first_to_go()
    processor = int(call["seconds"]) + 2
    limits = {
        resource.RLIMIT_AS: address_space() + call["megabytes"] * 2**20,
        resource.RLIMIT_CPU: processor,  # whole seconds only; the timer below is exact
        resource.RLIMIT_NOFILE: FILES,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))
    signal.setitimer(signal.ITIMER_PROF, call["seconds"])


def _be_first_to_go() -> None:
    """Where the whole machine runs out of memory, this is what it can do without."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
    except OSError:
        pass


def _say(write: int, word: str, what: object) -> None:
    _say_text(write, f"{word} {json.dumps(what)}\n")


def _say_text(write: int, text: str) -> None:
    data = memoryview(text.encode())
    while data:
        data = data[os.write(write, data) :]


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
