"""The folder of all that the site keeps, known and looked at before any setting is read."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Refused(Exception):
    """The site cannot serve; the message says why and what to do."""


def folder() -> Path:
    """``STATE_DIR``, or ``var`` beside the program."""
    return Path(os.environ.get("STATE_DIR") or ROOT / "var").resolve()


def check(place: Path) -> None:
    """Raises ``Refused`` where no file can be made in the folder. A full disk is none of that: reads go on."""
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        raise Refused(
            f"The state folder {place} cannot be written to: {error.strerror}.\n"
            "The database, the secret key and all else are kept there. Give it to the account that runs the site\n"
            f"(chown -R ACCOUNT {place}), or name another folder: STATE_DIR=/a/folder make run"
        ) from None
    for name in ("secret_key", "study.sqlite3", "study.sqlite3-wal", "study.sqlite3-shm"):
        file = place / name
        if file.exists() and not os.access(file, os.R_OK | os.W_OK):
            raise Refused(
                f"{file} cannot be read and written by the account that runs the site.\n"
                f"Give it to that account: chown -R ACCOUNT {place}"
            )
