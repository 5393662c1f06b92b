"""Caches in files. Of counters in one small file: exact across processes, bounded, quick enough for every request.

Django's cache in files reads and writes a number in two steps, between which other workers write theirs, and lists its
folder each time. Here a counter is a slot of 32 bytes at a place that follows from its key, changed under a lock.
For everything else Django's is good, but for a clock that was ahead: :class:`Files`.
"""

from __future__ import annotations

import fcntl
import math
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.filebased import FileBasedCache

AHEAD = 60.0  # seconds by which a file may be newer than now
_SLOT = struct.Struct("<16sdq")  # digest of the key, end of life, count
_BUCKET = 16 * _SLOT.size
_BUCKETS = 4096
SIZE = _BUCKETS * _BUCKET  # 2 MiB, room for 65,536 counters


class Files(FileBasedCache):
    """Django's cache in files, where what was written in the future is over.

    It was written before the clock was put back. Tries are counted with their times, so those of the future would lock
    people out until it has come.
    """

    def _is_expired(self, f: IO[bytes]) -> bool:
        if os.fstat(f.fileno()).st_mtime > time.time() + AHEAD:
            Path(f.name).unlink(missing_ok=True)
            return True
        return bool(super()._is_expired(f))  # type: ignore[misc]  # Django's types leave out what is private


class Counts(BaseCache):
    """Django's cache, as far as counting needs it: ``add``, ``get``, ``incr``, ``delete`` and ``clear``.

    A key can be in one bucket of 16 slots only. Where all of them live, a new counter takes the place of the lowest:
    who asked least gets to ask anew, and a crowd of strangers does not lift the limit of who asked most.
    """

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._path = Path(location)
        self._file = -1
        self._process = 0

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Begin to count; ``False`` where it is counted already."""
        digest, bucket = self._place(key, version)
        now = time.time()
        with self._locked() as file:
            slots = os.pread(file, _BUCKET, bucket)
            if _find(slots, digest, now) is not None:
                return False
            end = self.get_backend_timeout(timeout)
            slot = _SLOT.pack(digest, math.inf if end is None else end, value)
            os.pwrite(file, slot, bucket + _room(slots, now))
        return True

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The count."""
        digest, bucket = self._place(key, version)
        with self._locked() as file:
            slots = os.pread(file, _BUCKET, bucket)
        at = _find(slots, digest, time.time())
        return default if at is None else _SLOT.unpack_from(slots, at)[2]

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Count on. Raises ``ValueError`` where nothing is counted under ``key``."""
        digest, bucket = self._place(key, version)
        with self._locked() as file:
            slots = os.pread(file, _BUCKET, bucket)
            at = _find(slots, digest, time.time())
            if at is None:
                raise ValueError(f"Nothing is counted under {key!r}")
            _digest, end, count = _SLOT.unpack_from(slots, at)
            os.pwrite(file, _SLOT.pack(digest, end, count + delta), bucket + at)
        return int(count + delta)

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a count; whether there was one."""
        digest, bucket = self._place(key, version)
        with self._locked() as file:
            at = _find(os.pread(file, _BUCKET, bucket), digest, time.time())
            if at is not None:
                os.pwrite(file, bytes(_SLOT.size), bucket + at)
        return at is not None

    def clear(self) -> None:
        """Forget all counts."""
        with self._locked() as file:
            os.pwrite(file, bytes(SIZE), 0)

    def __del__(self) -> None:
        self._close()

    def _place(self, key: str, version: int | None) -> tuple[bytes, int]:
        digest = blake2b(self.make_key(key, version).encode(), digest_size=16).digest()
        return digest, int.from_bytes(digest[:4], "little") % _BUCKETS * _BUCKET

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """The file, which nobody else reads or writes meanwhile. A process that dies gives its lock back."""
        if self._process != os.getpid():  # a lock belongs to who opened the file: a child must open it itself
            self._close()
            self._file, self._process = self._open(), os.getpid()
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield self._file
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _open(self) -> int:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.posix_fallocate(file, 0, SIZE)  # all of it: counting goes on when the disk is full
        return file


def _find(slots: bytes, digest: bytes, now: float) -> int | None:
    """Where in a bucket the counter is, if it lives."""
    at = slots.find(digest)
    while at >= 0:
        if at % _SLOT.size == 0 and _SLOT.unpack_from(slots, at)[1] > now:
            return at
        at = slots.find(digest, at + 1)
    return None


def _room(slots: bytes, now: float) -> int:
    """Where in a bucket a new counter goes: in a slot whose counter is over, else in that of the lowest."""
    return min(
        range(0, _BUCKET, _SLOT.size),
        key=lambda at: -1 if _SLOT.unpack_from(slots, at)[1] <= now else _SLOT.unpack_from(slots, at)[2],
    )
