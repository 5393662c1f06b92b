"""Voiding a version that turned out to be wrong: nobody is asked it any more, and what it was answered does not count.

This moves the pointer; that the answers stop counting is each learner's own log, which :mod:`quizzes.study.voiding`
extends afterwards, learner by learner.
"""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils import timezone

from quizzes.models import Publication, QuestionTemplate, TemplateVersion, User
from quizzes.questions import TemplateError, load

from .publishing import published_before
from .versions import describe, topic_of

logger = logging.getLogger(__name__)


def void(version: TemplateVersion, *, by: User | None = None) -> bool:
    """Take a version back for ever; whether it was not voided before.

    Where it was the published one, learners are asked the last published version that was not voided; without one the
    template is a draft again.
    """
    with transaction.atomic():
        row = QuestionTemplate.objects.select_for_update().get(id=version.template_id)
        now = timezone.now()
        if not TemplateVersion.objects.filter(id=version.id, voided_at=None).update(voided_at=now):
            return False
        Publication.objects.create(template=row, version=version, act="void", by=by)
        if row.current_id == version.id:
            row.current = None
            row.save(update_fields=["current"])
            _go_back(row, by)
    version.voided_at, version.template = now, row
    return True


def _go_back(row: QuestionTemplate, by: User | None) -> None:
    for version in published_before(row):
        try:
            template = load(version.source)
            topic = topic_of(template)
        except TemplateError:  # its topic was deleted since, or the language has changed
            logger.warning("version %d of %s cannot be asked any more", version.number, row.slug)
            continue
        row.current = version
        describe(row, template, topic)
        Publication.objects.create(template=row, version=version, act="publish", by=by)
        return
