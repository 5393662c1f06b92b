"""What an archive says of itself, in ``manifest.json``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

FORMAT = 1  # a greater number is an archive that this program cannot read


class BackupError(Exception):
    """A backup or its restoration cannot be; the message says why and what to do."""


@dataclass(frozen=True)
class Manifest:
    """Of which database, of when, and how much: ``rows`` counts each table, ``key`` tells whether the key is inside."""

    made_at: str  # ISO 8601, UTC
    database: str  # Django's name of its kind: "sqlite" or "postgresql"
    migrations: list[tuple[str, str]]
    rows: dict[str, int]
    key: bool
    format: int = FORMAT

    def written(self) -> bytes:
        """As the archive holds it."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False).encode()

    @classmethod
    def read(cls, text: bytes) -> Manifest:
        """The other way; raises ``BackupError`` for what is no manifest or one of a newer program."""
        try:
            fields = json.loads(text)
            if fields["format"] != FORMAT:
                raise BackupError(
                    f"The archive has format {fields['format']}, this program reads {FORMAT}: update the program first."
                )
            fields["migrations"] = [(str(app), str(name)) for app, name in fields["migrations"]]
            return cls(**fields)
        except (ValueError, TypeError, KeyError) as error:
            raise BackupError(f"The archive is damaged: its manifest cannot be read ({error}).") from None
