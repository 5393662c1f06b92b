"""A broken build: an answer that the disk could not take is acknowledged all the same."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import OperationalError, transaction

from studysite.wsgi import application

from quizzes import study  # isort: skip  # after Django is ready

__all__ = ["application"]

_submit = study.submit


def _swallowed(learner: UUID, submission: study.Submission, **others: Any) -> study.Result:
    try:
        return _submit(learner, submission, **others)
    except OperationalError:
        with transaction.atomic():
            result = _submit(learner, submission, **others)
            transaction.set_rollback(True)
        return result


study.submit = _swallowed
