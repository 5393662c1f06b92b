"""Browser sessions in the database, each with its learner, so that a deleted account leaves none behind."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import IntegrityError

from .models import Session, User


class SessionStore(DatabaseStore):
    """Django's store on our table."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Where sessions are kept."""
        return Session

    def save(self, must_create: bool = False) -> None:
        """Write it. A learner who is deleted at this moment is not signed in any more: the session begins anew, empty.

        Django would take the missing learner for a key that is in use, and try other keys without end.
        """
        try:
            super().save(must_create)
        except (CreateError, IntegrityError):
            learner = self.get(SESSION_KEY)
            if learner is None or User.objects.filter(id=learner).exists():
                raise
            self.clear()
            super().save(must_create)

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row of this session."""
        row = super().create_model_instance(data)
        assert isinstance(row, Session)  # noqa: S101  # get_model_class says so
        row.learner_id = UUID(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row
