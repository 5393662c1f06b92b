"""Functions that take too much, for a child process with limits."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Tell = Callable[[str], object]


def quick(at: Tell, **arguments: Any) -> Any:
    """Gives back what it was given."""
    return arguments


def spin(at: Tell) -> None:
    """Never ends, and works."""
    at("spinning")
    while True:
        pass


def sleep(at: Tell) -> None:
    """Never ends, and does nothing."""
    at("sleeping")
    time.sleep(100)


def eat(at: Tell) -> None:
    """Takes all memory."""
    at("eating")
    eaten = []
    while True:
        eaten.append(bytearray(1_000_000))


def hold(at: Tell, megabytes: int) -> int:
    """Takes so much and lets go of it."""
    held = bytearray(megabytes * 2**20)
    held[:: 2**12] = b"x" * len(held[:: 2**12])
    return len(held)


def eat_at_once(at: Tell) -> float:
    """Takes 8 GB at once."""
    at("eating")
    return float(np.ones(10**9).sum())


def write(at: Tell, length: int) -> str:
    """Gives back a long text."""
    return "x" * length


def tell(at: Tell) -> None:
    """Says more than anybody wants to know."""
    while True:
        at("x" * 1_000)


def die(at: Tell, number: int) -> None:
    """Ends by a signal."""
    os.kill(os.getpid(), number)


def stop(at: Tell) -> None:
    """Stands still, as under a debugger."""
    os.kill(os.getpid(), signal.SIGSTOP)


def fail(at: Tell) -> None:
    """A mistake of ours."""
    raise RuntimeError("a mistake of ours")


def leave(at: Tell) -> None:
    """Ends the process without a word."""
    os._exit(0)


def refused(at: Tell) -> dict[str, str]:
    """What is tried and not allowed: the name of each and the error."""

    def thread() -> None:
        threading.Thread(target=print).start()

    def files() -> None:
        [os.dup(1) for _ in range(1_000)]

    def file() -> None:
        target = Path("/tmp") / f"greedy-{os.getpid()}"  # noqa: S108
        try:
            with target.open("w") as open_file:
                open_file.write("x")
        finally:
            target.unlink()

    tries: dict[str, Callable[[], Any]] = {"thread": thread, "files": files, "file": file}
    if os.getuid():  # whoever is root may always
        tries |= {"process": lambda: subprocess.run([sys.executable, "-c", ""], check=True)}
    found = {}
    for name, attempt in tries.items():
        try:
            attempt()
        except (OSError, RuntimeError) as error:
            found[name] = type(error).__name__
    return found


def surroundings(at: Tell) -> dict[str, Any]:
    """What a child has of its parent: open files, variables, modules, niceness."""
    descriptors = [int(name) for name in os.listdir("/proc/self/fd")]
    kinds = {}
    for descriptor in descriptors:
        try:
            kinds[descriptor] = os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            continue
    return {
        "open": kinds,
        "sockets": [kind for kind in kinds.values() if kind.startswith("socket:")],
        "variables": dict(os.environ),
        "django": "django" in sys.modules,
        "threads": threading.active_count(),
        "nice": os.nice(0),
        "pid": os.getpid(),
        "nursery": os.getppid(),
        "host": socket.gethostname(),
    }
