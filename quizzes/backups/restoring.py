"""Take an archive's place: its database and its key become those of this installation."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from quizzes.occupancy import Occupied, alone

from . import archive, postgresql, sqlite
from .manifest import BackupError, Manifest
from .tables import Content


class Restored(NamedTuple):
    """What is there now: where the old database is (``None``: there was none), and migrations that are still to do."""

    manifest: Manifest
    aside: str | None
    key_aside: Path | None
    pending: int


def restore(file: Path, progress: sqlite.Progress, *, replace: bool = False) -> Restored:
    """Put the archive's content in place; with ``replace`` also where a database is, which is kept aside.

    Raises ``BackupError`` while the site runs, and for an archive that is damaged, of a newer program, or of another
    kind of database. Then everything is as it was.
    """
    state = Path(settings.STATE_DIR)
    connection.close()
    try:
        with alone(state), archive.workroom(_folder(state)) as room:
            progress("checking", 0, 1)
            manifest, database, key = archive.unpack(file, room)
            pending = _pending(manifest)
            progress("checking", 1, 1)
            stamp = f"{datetime.now(UTC):%Y%m%d_%H%M%S}"
            if not replace and not _is_empty():
                raise BackupError(
                    "This installation has a database already: --replace keeps it aside and puts the backup there."
                )
            aside = _put(database, manifest, stamp)
            return Restored(manifest, aside, _put_key(state, key, stamp if aside else None), pending)
    except Occupied:
        raise BackupError(f"The site is running ({state} is in use): stop it first, then restore.") from None


def _folder(state: Path) -> Path:
    """Where drafts are: beside the database, so that a rename puts it in place."""
    return Path(connection.settings_dict["NAME"]).parent if connection.vendor == "sqlite" else state


def _pending(manifest: Manifest) -> int:
    """How many migrations it still needs; raises ``BackupError`` for what this program cannot read."""
    if manifest.database != connection.vendor:
        raise BackupError(f"The archive is of {manifest.database}, this installation uses {connection.vendor}.")
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    known = set(loader.disk_migrations or ())
    ours = {app for app, _name in known}
    unknown = sorted(
        f"{app}.{name}" for app, name in manifest.migrations if app in ours and (app, name) not in known
    )  # those of apps that are not used any more have left their tables, which harm nobody
    if unknown:
        raise BackupError(
            f"The archive is of a newer program, which knows {', '.join(unknown)}: update this one first."
        )
    return len(known - set(manifest.migrations))


def _is_empty() -> bool:
    if connection.vendor == "sqlite":
        return sqlite.is_empty(Path(connection.settings_dict["NAME"]))
    return postgresql.is_empty(connection.settings_dict)


def _put(draft: Path, manifest: Manifest, stamp: str) -> str | None:
    expected = Content(manifest.migrations, manifest.rows)
    if connection.vendor != "sqlite":
        return postgresql.replace(connection.settings_dict, draft, expected, stamp)
    if sqlite.check(draft) != expected:
        raise BackupError("The database in the archive does not have what the archive says.")
    place = Path(connection.settings_dict["NAME"])
    aside = sqlite.set_aside(place, f"before-{stamp}")
    draft.rename(place)
    archive.settle(place.parent)
    return str(aside) if aside else None


def _put_key(state: Path, key: str | None, stamp: str | None) -> Path | None:
    """Put the key in place; where the one before is now. Without a stamp it goes: nothing was ever signed with it."""
    file = state / archive.KEY
    old = file.read_text() if file.exists() else None
    if key is None or key == old:
        return None
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(key)
        out.flush()
        os.fsync(out.fileno())
    aside = None
    if old is not None and stamp:
        aside = file.with_name(f"{file.name}.before-{stamp}")
        os.link(file, aside)
    draft.rename(file)
    archive.settle(state)
    return aside
