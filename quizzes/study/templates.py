"""Versions of templates, loaded once per process: they never change."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from quizzes import questions
from quizzes.models import TemplateVersion
from quizzes.questions import Template


@lru_cache(maxsize=1024)
def load(version_id: UUID) -> Template:
    """The template of a version."""
    return questions.load(TemplateVersion.objects.values_list("source", flat=True).get(id=version_id))


@lru_cache(maxsize=1024)
def version(slug: str, number: int) -> tuple[UUID, UUID, Template]:
    """The template's id, the version's id and the loaded template. Raises ``TemplateVersion.DoesNotExist``."""
    row = TemplateVersion.objects.only("id", "template_id").get(template__slug=slug, number=number)
    return row.template_id, row.id, load(row.id)
