"""What cannot be calculated, and how the reader mends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from cnncalc.words import Language

from .words import MESSAGES, Words

Word: TypeAlias = str | int | Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A message of ``MESSAGES`` and what stands in its gaps."""

    code: str
    values: Mapping[str, Word] = field(default_factory=dict)

    def text(self, language: Language) -> str:
        """The message in one language.

        >>> Mistake("number", {"low": 1, "high": 1000}).text("en")
        'Type a whole number from 1 to 1,000.'
        """
        return filled(MESSAGES[self.code], self.values, language)


class CalculatorError(ValueError):
    """What was typed cannot be calculated; ``mistakes`` maps each field to the reason."""

    def __init__(self, mistakes: Mapping[str, Mistake]) -> None:
        super().__init__(", ".join(f"{name}: {mistake.code}" for name, mistake in mistakes.items()))
        self.mistakes = mistakes


def refuse(name: str, code: str, **values: Word) -> CalculatorError:
    """The error of one field, to be raised."""
    return CalculatorError({name: Mistake(code, values)})


def filled(words: Words, values: Mapping[str, Word], language: Language) -> str:
    """A text of both languages with its gaps filled in."""
    return words[language].format_map({name: _shown(value, language) for name, value in values.items()})


def _shown(value: Word, language: Language) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return value if isinstance(value, str) else value[language]
