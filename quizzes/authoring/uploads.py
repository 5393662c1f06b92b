"""Files that an author brings: looked at with distrust, and kept until the author has decided.

Each upload is one zip in ``STATE_DIR/uploads``, of the checked texts and packed anew, and beside it how far it was
taken in. Both are named for their owner; few are kept, and none for long.
"""

from __future__ import annotations

import json
import re
import stat
import struct
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path, PurePosixPath
from secrets import token_hex
from typing import Any, Literal, TypeAlias
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.conf import settings
from django.utils import timezone

from quizzes.models import User

from .exporting import MANIFEST, pack

MAX_UPLOAD = 4 * 1024 * 1024
MAX_UNPACKED = 8 * 1024 * 1024
MAX_FILES = 1000
MAX_FILE = 64 * 1024
MAX_CATALOGUE = 1024 * 1024  # of topics.toml, misconceptions.toml and what an export says of itself
MAX_PATH = 200
KEPT = timedelta(days=1)
KEPT_OF_ONE = 5
KEPT_OF_ALL = 100

CATALOGUES = ("topics.toml", "misconceptions.toml", MANIFEST)

Code: TypeAlias = Literal[
    "too-large", "too-many", "file-too-large", "unpacked-too-large", "broken", "encrypted", "compression", "link",
    "path", "name", "twice", "encoding", "nothing", "full", "nested",
]  # fmt: skip

_NAME = re.compile(r"[0-9a-f]{32}-[0-9a-f]{32}")


class UploadError(ValueError):
    """Why files are not taken; ``where`` is the file's name, if it is one file's fault."""

    def __init__(self, code: Code, where: str = "") -> None:
        super().__init__(f"{where}: {code}" if where else code)
        self.code, self.where = code, where


def unpack(files: Sequence[tuple[str, bytes]]) -> dict[str, str]:
    """The TOML texts in ``files`` (TOML and zips), by their path; other files in a zip are passed over.

    Raises :class:`UploadError` for anything that is not plainly a bank's file.
    """
    if sum(len(data) for _, data in files) > MAX_UPLOAD:
        raise UploadError("too-large")
    texts: dict[str, str] = {}
    size = 0
    for path, data in _members(files):
        if path in texts:
            raise UploadError("twice", path)
        size += len(data)
        if size > MAX_UNPACKED:
            raise UploadError("unpacked-too-large")
        if len(texts) == MAX_FILES:
            raise UploadError("too-many")
        try:
            texts[path] = data.decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError:
            raise UploadError("encoding", path) from None
    if not any(path.endswith(".toml") for path in texts):
        raise UploadError("nothing")
    return texts


def _members(files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    for name, data in files:
        if data.startswith(b"PK") or name.lower().endswith(".zip"):
            yield from _of_zip(name, data)
        else:
            path = _path(PurePosixPath(name.replace("\\", "/")).name, name)
            if not path.endswith(".toml"):
                raise UploadError("name", path)
            if len(data) > _limit(path):
                raise UploadError("file-too-large", path)
            yield path, data


def _of_zip(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """What stands in a zip, never more of it than is allowed, whatever its headers say."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MAX_FILES:
                raise UploadError("too-many", name)
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise UploadError("unpacked-too-large", name)
            for entry in entries:
                path = _checked(entry)
                if path.lower().endswith(".zip"):
                    raise UploadError("nested", path)
                if not path.endswith(".toml") and PurePosixPath(path).name != MANIFEST:
                    continue
                if entry.file_size > _limit(path):
                    raise UploadError("file-too-large", path)
                with archive.open(entry) as member:
                    content = member.read(_limit(path) + 1)
                if len(content) != entry.file_size:  # the header lies
                    raise UploadError("broken", path)
                yield path, content
    except UnicodeDecodeError:
        raise UploadError("name", name) from None
    except (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, struct.error) as error:
        raise UploadError("broken", name) from error
    except (ValueError, IndexError, OverflowError) as error:
        if isinstance(error, UploadError):
            raise
        raise UploadError("broken", name) from error


def _checked(entry: ZipInfo) -> str:
    """The path of an entry that may be read."""
    path = _path(entry.filename, entry.orig_filename)
    if not entry.filename.isascii() and not entry.flag_bits & 0x800:
        raise UploadError("name", path)
    if entry.flag_bits & 0x1:
        raise UploadError("encrypted", path)
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        raise UploadError("link", path)
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise UploadError("compression", path)
    return path


def _path(path: str, said: str) -> str:
    """``path`` as it will be called, if it leads nowhere else."""
    shown = "".join(one if one.isprintable() else "�" for one in said)[:MAX_PATH]
    if path != said and path != PurePosixPath(said.replace("\\", "/")).name:  # cut at a NUL
        raise UploadError("path", shown)
    parts = path.split("/")
    if len(path) > MAX_PATH or "\\" in path or ":" in path or not path.isprintable():
        raise UploadError("path", shown)
    if any(part in ("", ".", "..") for part in parts):
        raise UploadError("path", shown)
    return unicodedata.normalize("NFC", path)


def _limit(path: str) -> int:
    return MAX_CATALOGUE if PurePosixPath(path).name in CATALOGUES else MAX_FILE


# On the disk


def keep_upload(owner: UUID, texts: Mapping[str, str]) -> str:
    """Keep the texts until their owner has decided; the name that they are found by. Raises :class:`UploadError`."""
    purge_uploads(timezone.now())
    mine = sorted(_folder().glob(f"{owner.hex}-*.zip"), key=_age)
    for file in mine[: max(0, len(mine) - KEPT_OF_ONE + 1)]:
        drop_upload(file.stem)
    if sum(1 for _ in _folder().glob("*.zip")) >= KEPT_OF_ALL:
        raise UploadError("full")
    name = f"{owner.hex}-{token_hex(16)}"
    _write(_folder() / f"{name}.zip", pack(texts))
    return name


def kept_upload(owner: UUID, name: str) -> dict[str, str] | None:
    """The texts that were kept, unless they are somebody else's or gone."""
    if not _NAME.fullmatch(name) or not name.startswith(f"{owner.hex}-"):
        return None
    try:
        with ZipFile(_folder() / f"{name}.zip") as archive:
            return {entry.filename: archive.read(entry).decode() for entry in archive.infolist()}
    except FileNotFoundError:
        return None


def progress_of(name: str) -> dict[str, Any] | None:
    """How far an upload was taken in; ``None``: not begun."""
    try:
        found: dict[str, Any] = json.loads((_folder() / f"{name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


def note_progress(name: str, progress: Mapping[str, Any]) -> None:
    """Keep how far an upload was taken in."""
    _write(_folder() / f"{name}.json", json.dumps(progress).encode())


def drop_upload(name: str) -> None:
    """Forget an upload."""
    for ending in (".zip", ".json"):
        with suppress(FileNotFoundError):
            (_folder() / f"{name}{ending}").unlink()


def purge_uploads(now: datetime) -> int:
    """Forget what nobody has come back for; how many uploads."""
    count = 0
    for file in list(_folder().iterdir()):
        if _age(file) < (now - KEPT).timestamp():
            count += file.suffix == ".zip"
            with suppress(FileNotFoundError):
                file.unlink()
    return count


def drop_orphans() -> int:
    """Forget what belonged to authors who have deleted their account; how many uploads."""
    names = {file.stem for file in _folder().iterdir() if _NAME.fullmatch(file.stem)}
    there = set(User.objects.filter(id__in={name[:32] for name in names}).values_list("id", flat=True))
    orphans = [name for name in names if UUID(name[:32]) not in there]
    for name in orphans:
        drop_upload(name)
    return len(orphans)


def _age(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:  # another process dropped it
        return float("inf")


def _folder() -> Path:
    folder: Path = settings.STATE_DIR / "uploads"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _write(file: Path, data: bytes) -> None:
    """All of it or nothing."""
    part = file.with_suffix(f".{token_hex(4)}.part")
    part.write_bytes(data)
    part.replace(file)
