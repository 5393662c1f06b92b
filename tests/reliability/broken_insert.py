"""A broken build: it looks whether an answer is there, then inserts it, instead of leaving it to the constraint."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from studysite.wsgi import application

from quizzes import study  # isort: skip  # after Django is ready
from quizzes.models import Attempt  # isort: skip
from quizzes.study import answering  # isort: skip

__all__ = ["application"]

_submit = study.submit


def _check_then_insert(learner: UUID, submission: study.Submission, **others: Any) -> study.Result:
    if Attempt.objects.filter(learner_id=learner, id=submission.id).exists():
        return study.result(learner, submission.id)
    return _submit(learner, submission, **others)


study.submit = _check_then_insert
answering._earlier = lambda attempt: None
