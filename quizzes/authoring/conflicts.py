"""Somebody else saved meanwhile: go on from their text without losing one's own."""

from __future__ import annotations

from django.db import transaction

from quizzes.models import Draft, TemplateVersion


def take_theirs(draft: Draft, newest: TemplateVersion) -> Draft | None:
    """Let ``draft`` go on from ``newest``. What stood in it becomes a draft of its own, where it is another text."""
    with transaction.atomic():
        spare = None
        if draft.source != newest.source:
            spare = Draft.objects.create(author=draft.author, source=draft.source)
        draft.source, draft.base = newest.source, newest.number
        draft.save(update_fields=["source", "base", "updated_at"])
    return spare
