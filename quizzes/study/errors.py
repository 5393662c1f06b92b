"""Why a verb could not be carried out. The codes are stable; clients and pages put them into words."""

from __future__ import annotations

from typing import Literal, TypeAlias

from quizzes.models import Attempt
from quizzes.questions import ResponseError


class NothingToAsk(LookupError):
    """There is no published template of what was asked for; ``code`` says what is missing."""

    Code: TypeAlias = Literal[
        "unknown-template",
        "unknown-topic",
        "unknown-misconception",
        "nothing-of-this-kind",
        "empty-bank",
        "no-choice-form",
    ]

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


class Unrated(ResponseError):
    """A flashcard that came back without a rating: it is not answered."""

    def __init__(self) -> None:
        super().__init__({"rating": "empty"})


class Conflict(ValueError):
    """An answer that contradicts one already given; ``attempt`` is that one, where it is the learner's."""

    def __init__(self, code: Literal["id-reused", "variant-answered"], attempt: Attempt) -> None:
        super().__init__(code)
        self.code = code
        self.attempt = attempt


class Refused(ValueError):
    """A verb that cannot be carried out as things stand; ``code`` says why."""

    Code: TypeAlias = Literal[
        "unknown-template",
        "unknown-attempt",
        "not-the-last",
        "id-reused",
        "email-taken",
        "not-a-guest",
        "not-an-account",
        "unknown-device",
    ]

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code
