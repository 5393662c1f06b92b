"""The boxes and links of a page: what each is called, what was typed into it and what is wrong with that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cnncalc.words import Language

from .mistakes import Mistake
from .words import CHOICES, FIELDS

MATRICES = "x", "w"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the few values that a field may have."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Box:
    """One field of a form; ``rows`` of text, or one line where it is 0."""

    name: str
    label: str
    value: str
    error: str
    choices: tuple[Choice, ...] = ()
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """Another view of the page, by its query."""

    label: str
    query: str
    current: bool = False


def boxes(
    names: Iterable[str],
    texts: Mapping[str, str],
    mistakes: Mapping[str, Mistake],
    language: Language,
    labels: Mapping[str, str] | None = None,
) -> tuple[Box, ...]:
    """The fields of a form in order; ``labels`` are the names in ``FIELDS`` of those that are called otherwise."""
    return tuple(
        Box(
            name,
            FIELDS[(labels or {}).get(name, name)][language],
            texts.get(name, ""),
            mistakes[name].text(language) if name in mistakes else "",
            _choices(name, texts.get(name, ""), language),
            _rows(texts.get(name, "")) if name in MATRICES else 0,
        )
        for name in names
    )


def _choices(name: str, value: str, language: Language) -> tuple[Choice, ...]:
    choices = CHOICES.get(name, {})
    chosen = value if value in choices else next(iter(choices), "")
    return tuple(Choice(key, words[language], key == chosen) for key, words in choices.items())


def _rows(text: str) -> int:
    return min(max(text.count("\n") + 1, 3), 10)
