"""Answers to questions, as the tests give them: the right one, and the one a misconception leads to."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from quizzes import questions, study
from quizzes.models import uuid7
from quizzes.questions import Variant
from quizzes.study import Question, Result, Submission


def right(variant: Variant) -> dict[str, Any]:
    """The response that is right in every field."""
    answers = variant.template.answers
    return {answer.name: questions.as_response(variant, answer, variant.answers[answer.name]) for answer in answers}


def wrong(variant: Variant, code: str) -> dict[str, Any]:
    """The response of somebody who holds the misconception ``code`` and is right otherwise."""
    answers = {answer.name: answer for answer in variant.template.answers}
    followed = variant.wrong[code]
    return right(variant) | {
        name: questions.as_response(variant, answers[name], value) for name, value in followed.items()
    }


def submission(question: Question, response: dict[str, Any] | None = None, **others: Any) -> Submission:
    """A submission with a new id; right where no response is given."""
    chosen = right(question.variant) if response is None else response
    return Submission(**{"id": uuid7(), "token": question.token, "response": chosen, **others})


def ask_and_answer(
    learner: UUID, template: str, code: str | None = None, *, now: datetime | None = None, **others: Any
) -> Result:
    """Answer a fresh variant of ``template``: rightly, or as the misconception ``code`` leads to."""
    question = study.next_question(learner, template=template, now=now)
    response = wrong(question.variant, code) if code else right(question.variant)
    return study.submit(learner, submission(question, response, **others), now=now)
