"""What fails because the database, the disk or the cache does: no bug, it passes, and whoever asked may ask again.

:mod:`.errors` answers it with 503 wherever it comes from (views, middleware, sessions), the log gets a line of it.
"""

from __future__ import annotations

import errno
import logging
import sqlite3

from django.db import InterfaceError, OperationalError

RETRY_AFTER = 5  # seconds
_CACHES = {"redis", "pymemcache"}  # packages that are installed only where CACHE_URL asks for one
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
_SQLITE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}


def passes(error: BaseException | None) -> bool:
    """Whether this is a failure of the database, the disk or the cache, which says nothing of the request."""
    if isinstance(error, OperationalError | InterfaceError):
        cause = error.__cause__
        # SQLite calls a mistake in a statement "operational" too, and misuse an error of its interface.
        return not isinstance(cause, sqlite3.Error) or _code(cause) in _SQLITE
    if isinstance(error, OSError) and error.errno in _DISK:
        return True
    return type(error).__module__.partition(".")[0] in _CACHES


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # without what kind of it


class OneLine(logging.Filter):
    """Of a failure that passes the log tells in one line; a traceback for each request would bury what is a bug."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record; shorten these."""
        error = record.exc_info[1] if record.exc_info else None
        if passes(error):
            reason = (str(error).splitlines() or [""])[0]
            record.msg = f"{record.msg} (%s: %s)"
            record.args = (*_arguments(record), type(error).__name__, reason)
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = record.exc_text = None
        return True


def _arguments(record: logging.LogRecord) -> tuple[object, ...]:
    return record.args if isinstance(record.args, tuple) else ()
