"""What is wrong with a text, told to whoever reads it: the workshop and the kept proofs say it in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnncalc.words import Language
from quizzes.questions.remedies import REMEDIES


def findings(found: Mapping[str, Any], language: Language) -> list[dict[str, Any]]:
    """The problems of a preview or a proof in one language, with how to mend them."""
    return [
        problem
        | {
            "message": _told(problem["message"], language),
            "remedy": REMEDIES[problem["check"]][language] if problem["check"] in REMEDIES else "",
        }
        for problem in found["problems"]
    ]


def _told(message: str | Mapping[Language, str], language: Language) -> str:
    return message if isinstance(message, str) else message[language]  # an older proof has it in one language only
