"""Make an archive."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from . import archive, postgresql, sqlite
from .manifest import BackupError, Manifest


def back_up(target: Path, progress: sqlite.Progress) -> tuple[Path, Manifest]:
    """Write what is committed now, and the key, into ``target`` or into a new file in that folder; where and what.

    Raises ``BackupError`` where that cannot be; no file is left then. The site may run and write meanwhile.
    """
    now = datetime.now(UTC)
    if target.is_dir():
        target /= f"study-{now:%Y%m%dT%H%M%SZ}.tar"
    if target.exists():
        raise BackupError(f"{target} is there already and stays as it is: name another file.")
    with archive.workroom(target.parent) as room:
        draft = room / archive.DATABASE
        if connection.vendor == "sqlite":
            content = sqlite.dump(Path(connection.settings_dict["NAME"]), draft, progress)
        else:
            content = postgresql.dump(connection.settings_dict, draft, progress)
        key = _key()
        manifest = Manifest(
            now.isoformat(timespec="seconds"), connection.vendor, content.migrations, content.rows, key is not None
        )
        progress("packing", 0, 1)
        archive.write(target, room, manifest, draft, key)
        progress("packing", 1, 1)
    return target, manifest


def _key() -> str | None:
    """The key that this installation has made itself; one from the environment is kept wherever that comes from."""
    file = Path(settings.STATE_DIR) / archive.KEY
    key = file.read_text() if file.exists() else None
    return key if key == settings.SECRET_KEY else None
