"""Whether a state folder is in use: by a lock that the kernel takes back with the last process that holds it.

A running site shares it from its first moment to its last worker's end, however that comes: a file with a process's
number would outlive a power cut, and a port says nothing of a site on another one. Who replaces the database takes it
alone.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

NAME = "in-use"


class Occupied(Exception):
    """Somebody else holds the folder."""


def occupy(folder: Path) -> IO[bytes]:
    """Hold ``folder`` together with others, until the file is closed here and in all children. Raises ``Occupied``."""
    return _locked(folder, fcntl.LOCK_SH)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold ``folder`` with nobody else meanwhile. Raises ``Occupied``."""
    with _locked(folder, fcntl.LOCK_EX):
        yield


def _locked(folder: Path, kind: int) -> IO[bytes]:
    file = (folder / NAME).open("ab")
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Occupied(str(folder)) from None
    return file
