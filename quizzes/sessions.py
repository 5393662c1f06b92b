"""Browser sessions in the database, each with its learner, so that a deleted account leaves none behind."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from .models import Session


class SessionStore(DatabaseStore):
    """Django's store on our table."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Where sessions are kept."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row of this session."""
        row = super().create_model_instance(data)
        assert isinstance(row, Session)  # noqa: S101  # get_model_class says so
        row.learner_id = UUID(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row
