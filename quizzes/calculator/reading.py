"""Typed text → the numbers of a layer. What cannot be read is collected, so that all of it can be told at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from cnncalc.arguments import Pair
from cnncalc.shapes import Shape
from quizzes.questions import responses
from quizzes.questions.responses import Unreadable
from quizzes.questions.values import Number

from .mistakes import CalculatorError, Mistake, Word

MAX_NUMBER = 10**6
MAX_EXPONENT = 64
_SAME = {"same", "同じ"}
_NONE = {"valid", "なし"}
_YES = {"1", "true", "yes", "on", "あり"}
_NO = {"0", "false", "no", "off", "none", "なし"}
_KEPT = {"not-plain-digits", "too-long"}


class Typed:
    """The texts of some fields. Every method reads one field; ``settle`` raises if any could not be read."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts
        self.mistakes: dict[str, Mistake] = {}

    def text(self, name: str) -> str:
        """What stands in the field, without the spaces around."""
        return self.texts.get(name, "").strip()

    def settle(self) -> None:
        """Raise :class:`CalculatorError` for everything that could not be read."""
        if self.mistakes:
            raise CalculatorError(self.mistakes)

    def integer(self, name: str, default: int | None = None, low: int = 1) -> int:
        """A whole number from ``low`` to ``MAX_NUMBER``."""
        text = self.text(name)
        if not text and default is not None:
            return default
        try:
            number = responses.integer(text)
        except Unreadable as reason:
            return self._unreadable(name, reason, "number", low=low, high=MAX_NUMBER)
        return number if low <= number <= MAX_NUMBER else self._refused(name, "number", low=low, high=MAX_NUMBER)

    def pair(self, name: str, default: int | Pair | None = None, low: int = 1) -> Pair:
        """One number for height and width, or two."""
        text = self.text(name)
        if not text and default is not None:
            return default if isinstance(default, tuple) else (default, default)
        try:
            numbers = responses.integers(text)
        except Unreadable as reason:
            self._unreadable(name, reason, "pair", low=low, high=MAX_NUMBER)
            return low, low
        if len(numbers) not in (1, 2) or not all(low <= number <= MAX_NUMBER for number in numbers):
            self._refused(name, "pair", low=low, high=MAX_NUMBER)
            return low, low
        return numbers[0], numbers[-1]

    def padding(self) -> Pair | Literal["same"]:
        """The padding of a convolution or pooling."""
        text = self.text("padding").lower()
        if text in _SAME:
            return "same"
        return (0, 0) if text in _NONE else self.pair("padding", 0, low=0)

    def flag(self, name: str, default: bool) -> bool:
        """Yes or no."""
        text = self.text(name).lower()
        if not text:
            return default
        if text not in _YES | _NO:
            self._refused(name, "flag")
        return text in _YES

    def exponent(self, name: str) -> Number:
        """The p of Lp pooling."""
        number = self._decimal(name, "exponent", high=MAX_EXPONENT)
        return number if 0 < number <= MAX_EXPONENT else self._refused(name, "exponent", high=MAX_EXPONENT)

    def rate(self, name: str) -> Number:
        """A number from 0 to 1."""
        number: Number = self._decimal(name, "rate") if self.text(name) else 0
        return number if 0 <= number <= 1 else self._refused(name, "rate")

    def number(self, name: str, high: int) -> Number:
        """Any number between −``high`` and ``high``; 0 where nothing is typed."""
        number: Number = self._decimal(name, "decimal", high=high) if self.text(name) else 0
        return number if -high <= number <= high else self._refused(name, "decimal", high=high)

    def maps(self, name: str = "input") -> Shape:
        """Channels, height and width."""
        return self._shape(name, "shape", (3,))

    def maps_or_vector(self, name: str = "input") -> Shape:
        """A length, or channels, height and width."""
        return self._shape(name, "any-shape", (1, 3))

    def _shape(self, name: str, code: str, ranks: tuple[int, ...]) -> Shape:
        try:
            sizes = responses.integers(self.text(name))
            if len(sizes) == 2:  # no input has two sizes: the comma is one between thousands
                sizes = (responses.integer(self.text(name)),)
        except Unreadable as reason:
            self._unreadable(name, reason, code, high=MAX_NUMBER)
            return (1,) * ranks[-1]
        if len(sizes) == 4:
            self._refused(name, "batch")
        elif len(sizes) not in ranks or not all(1 <= size <= MAX_NUMBER for size in sizes):
            self._refused(name, code, high=MAX_NUMBER)
        return sizes

    def _decimal(self, name: str, code: str, **values: Word) -> Number:
        try:
            return responses.decimal(self.text(name))
        except Unreadable as reason:
            return self._unreadable(name, reason, code, **values)

    def _unreadable(self, name: str, reason: Unreadable, code: str, **values: Word) -> int:
        if not self.text(name):
            return self._refused(name, "missing")
        return self._refused(name, str(reason) if str(reason) in _KEPT else code, **values)

    def _refused(self, name: str, code: str, **values: Word) -> int:
        """Note the mistake; the number that is read instead is never calculated with."""
        self.mistakes.setdefault(name, Mistake(code, values))
        return 1
