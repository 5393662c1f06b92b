"""Whether an entry of the catalogue still says what its editor has read."""

from __future__ import annotations

import hashlib
import json

from quizzes.models import Misconception, Topic


class Changed(Exception):
    """Somebody else has saved the entry since it was opened."""


def standing(row: Topic | Misconception) -> str:
    """A short text that is another one as soon as an editor has changed anything that an entry says, needs or shows."""
    names = [field.name for field in row._meta.concrete_fields if field.name.endswith(("_ja", "_en"))]
    says: list[object] = [getattr(row, name) for name in names]
    if isinstance(row, Topic):
        says += [sorted(str(one.id) for one in row.requires.all()), str(row.example_id)]
    return hashlib.sha256(json.dumps(says).encode()).hexdigest()[:16]


def check_standing(row: Topic | Misconception, stood: str) -> None:
    """Raise :class:`Changed` where the entry does not stand as it stood; whoever does not tell has not looked."""
    if stood and standing(row) != stood:
        raise Changed
