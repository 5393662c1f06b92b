"""The file: a tar of the manifest, the database, the secret key, and their checksums as ``sha256sum -c`` reads them.

It is there whole or not at all, is readable by its owner only, and never takes the place of another file.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from .manifest import BackupError, Manifest

MANIFEST, DATABASE, KEY, SUMS = "manifest.json", "database", "secret_key", "SHA256SUMS"
CHUNK = 1 << 20


@contextmanager
def workroom(folder: Path) -> Iterator[Path]:
    """A folder for drafts beside what will be made, gone afterwards. Raises ``BackupError`` where it cannot be."""
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as room:
            yield Path(room)
    except OSError as error:
        raise BackupError(f"{error.strerror or error}: {error.filename or folder}") from error


def write(target: Path, room: Path, manifest: Manifest, database: Path, key: str | None) -> None:
    """Pack ``target``, from drafts in ``room``. Raises ``BackupError`` where ``target`` is there already."""
    draft, sums = room / "archive", []
    with open(draft, "xb", opener=_private) as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            sums.append(_add_text(tar, MANIFEST, manifest.written()))
            sums.append(_add_file(tar, DATABASE, database))
            if key is not None:
                sums.append(_add_text(tar, KEY, key.encode()))
            _add_text(tar, SUMS, "".join(sums).encode())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, target)  # unlike a rename this never replaces a file
    except FileExistsError:
        raise BackupError(f"{target} is there already and stays as it is: name another file.") from None
    except OSError:  # a file system that knows no links, such as that of many USB sticks
        draft.rename(target)
    settle(target.parent)


def unpack(archive: Path, room: Path) -> tuple[Manifest, Path, str | None]:
    """Its manifest, its database as a file in ``room``, its key. Raises ``BackupError`` where a byte has changed."""
    sums, said = [], ""
    manifest, key = b"", None
    database = room / DATABASE
    try:
        with tarfile.open(archive, mode="r:") as tar:
            for member in tar:
                source = tar.extractfile(member)
                if source is None or member.name not in (MANIFEST, DATABASE, KEY, SUMS):
                    raise BackupError(f"{archive} is no backup of this program: it holds {member.name}.")
                if member.name == DATABASE:
                    sums.append(_line(DATABASE, _copy(source, database)))
                    continue
                text = source.read(CHUNK)
                if member.name == SUMS:
                    said = text.decode()
                    continue
                sums.append(_line(member.name, hashlib.sha256(text).hexdigest()))
                if member.name == MANIFEST:
                    manifest = text
                else:
                    key = text.decode()
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise BackupError(f"{archive} is damaged, or no backup: {error}.") from error
    if not said or said != "".join(sums):
        raise BackupError(f"{archive} is damaged: its content does not have the checksums it was written with.")
    whole = Manifest.read(manifest)
    if not database.exists() or whole.key != (key is not None):
        raise BackupError(f"{archive} is damaged: a part is missing.")
    return whole, database, key


def settle(folder: Path) -> None:
    """Let a new name in ``folder`` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _line(name: str, digest: str) -> str:
    return f"{digest}  {name}\n"


def _add_text(tar: tarfile.TarFile, name: str, text: bytes) -> str:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(text), 0o600
    tar.addfile(entry, io.BytesIO(text))
    return _line(name, hashlib.sha256(text).hexdigest())


def _add_file(tar: tarfile.TarFile, name: str, path: Path) -> str:
    entry = tarfile.TarInfo(name)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        entry.size, entry.mode = file.tell(), 0o600
        file.seek(0)
        tar.addfile(entry, file)
    return _line(name, digest)


def _copy(source: IO[bytes], target: Path) -> str:
    digest = hashlib.sha256()
    with open(target, "xb", opener=_private) as file:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()
