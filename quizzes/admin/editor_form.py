"""What the editor's form brings: the text, and how the author wants to see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.http import HttpRequest

from quizzes.questions import MAX_SEED, Format, Language
from quizzes.reader import language as current_language

COUNT = 6  # variants that are shown
MAX_NOTE = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """Which variants are shown, and how."""

    language: Language
    revealed: bool = False
    format: Format = "free"
    seeds: tuple[int, ...] = tuple(range(1, COUNT + 1))

    @property
    def seeds_text(self) -> str:
        """The seeds as they stand in their field."""
        return " ".join(map(str, self.seeds))

    def rerolled(self) -> Wish:
        """The next variants."""
        first = max(self.seeds) + 1
        if first + COUNT > MAX_SEED:
            first = 1
        return replace(self, seeds=tuple(range(first, first + COUNT)))


def wish_of(values: Mapping[str, str]) -> Wish:
    """What the form says; what is missing or damaged is as at the beginning."""
    language: Language = current_language()
    if values.get("language") in ("ja", "en"):
        language = "ja" if values["language"] == "ja" else "en"
    format_: Format = "choice" if values.get("format") == "choice" else "free"
    wish = Wish(language, revealed=values.get("side") == "after", format=format_)
    seeds = seeds_of(values.get("seeds", ""))
    wish = replace(wish, seeds=seeds) if seeds else wish
    return wish.rerolled() if "reroll" in values else wish


def seeds_of(text: str) -> tuple[int, ...]:
    """Up to six different seeds, whatever stands between them."""
    words = "".join(character if character in "0123456789" else " " for character in text).split()
    numbers = (int(word) for word in words if len(word) < 20)
    return tuple(dict.fromkeys(number for number in numbers if number <= MAX_SEED))[:COUNT]


def source_of(request: HttpRequest) -> str:
    """The text; a browser sends its lines with two characters between them."""
    return request.POST.get("source", "").replace("\r\n", "\n").replace("\r", "\n")


def note_of(request: HttpRequest) -> str:
    """Why, in the author's words."""
    return request.POST.get("note", "").strip()


def is_htmx(request: HttpRequest) -> bool:
    """Whether a part of the page is asked for."""
    return request.headers.get("HX-Request") == "true"
