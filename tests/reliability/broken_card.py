"""A broken build: cards and beliefs are written after the transaction that read them has ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from studysite.wsgi import application

from quizzes.study import log  # isort: skip  # after Django is ready

__all__ = ["application"]

_write_cards = log._write_cards


def _afterwards(cards: Sequence[Any]) -> None:
    transaction.on_commit(lambda: _write_cards(cards))


log._write_cards = _afterwards  # type: ignore[assignment]  # called like it
