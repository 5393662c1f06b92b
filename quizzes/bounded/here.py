"""The same limits for a command of one's own, which serves nobody else: it goes on with the next text."""

from __future__ import annotations

import gc
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from .memory import address_space
from .pool import Exceeded, Limits

AGAIN = 0.5  # seconds


@contextmanager
def within(limits: Limits) -> Iterator[None]:
    """Raise :class:`Exceeded` where the block takes more than ``limits``. For the main thread of a command only."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    most = address_space() + limits.megabytes * 2**20
    if before[1] != resource.RLIM_INFINITY:
        most = min(most, before[1])
    handler = signal.signal(signal.SIGPROF, _stop)
    resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
    # Again and again: what is raised while Python tidies up is told to nobody.
    signal.setitimer(signal.ITIMER_PROF, limits.seconds, AGAIN)
    try:
        yield
    except MemoryError:
        gc.collect()
        raise Exceeded("memory", "") from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, handler)
        resource.setrlimit(resource.RLIMIT_AS, before)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise Exceeded("time", "")
