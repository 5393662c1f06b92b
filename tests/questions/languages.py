"""The law of all messages: they are complete in both languages. Tests with broken texts hold theirs against it."""

from __future__ import annotations

import re

from quizzes.questions.words import Both

KANA = re.compile("[ぁ-んァ-ヶ]")
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
_QUOTED = re.compile(r"'[^']*'|\{\{.*?\}\}")  # the author's own words


def in_both(message: object) -> bool:
    """Whether it says something in Japanese, and in English without a word of Japanese."""
    if not isinstance(message, Both):
        return False
    english = _QUOTED.sub("", message.en)
    return bool(KANA.search(message.ja) and re.search("[a-z]", english) and not JAPANESE.search(english))
