"""TOML as it is read: key by key, with every problem noted at its place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from cnncalc.words import Language

from .values import LANGUAGES

MAX_SOURCE = 64 * 1024

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# tomllib takes memory by the square of the number of parts: 4 GB for a name that fills a source.
_PARTS = 100
_LONG_NAME = re.compile(rf"""(?<![\w\\-])(?:(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{_PARTS}}}""")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: the check's stable id, the place in the source, what to do.

    An error stands in the way of publishing, a warning does not.
    """

    check: str
    where: str
    message: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.message} [{self.check}]"


class TemplateError(ValueError):
    """A source that is not a usable template."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def read_toml(source: str, limit: int = MAX_SOURCE) -> dict[str, Any]:
    """The tables of ``source``; raises :class:`TemplateError` where it is not TOML or too long."""
    if len(source) > limit:
        raise TemplateError([Problem("schema", "", f"longer than {limit} characters")])
    if _LONG_NAME.search(source):
        raise TemplateError([Problem("toml", "", f"a name has at most {_PARTS} parts with dots between")])
    try:
        return tomllib.loads(source)
    except (ValueError, RecursionError) as error:  # ValueError: TOMLDecodeError, or an integer of 5,000 digits
        raise TemplateError([Problem("toml", "", f"not TOML: {error}")]) from None


class Table:
    """A TOML table that is read key by key; what nobody read is reported as unknown."""

    def __init__(self, data: Mapping[str, Any], path: str, problems: list[Problem]) -> None:
        self.data = data
        self.path = path
        self.problems = problems
        self.read: set[str] = set()
        self.children: list[Table] = []

    def where(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def problem(self, check: str, key: str, message: str) -> None:
        self.problems.append(Problem(check, self.where(key), message))

    def take(self, key: str, kind: type[_T], default: _T | None = None) -> _T | None:
        self.read.add(key)
        if key not in self.data:
            if default is None:
                self.problem("schema", key, "is missing")
            return default
        value = self.data[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.problem("schema", key, f"should be {_TYPE_NAMES[kind]}")
            return default
        return value

    def text(self, key: str, default: str | None = None) -> str:
        value = self.take(key, str, default)
        if value is not None and value != default and not value.strip():
            self.problem("schema", key, "is empty")
        return value or ""

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        value = self.take(key, int, default)
        if value is not None and not low <= value <= high:
            self.problem("schema", key, f"should be from {low} to {high}")
        return value if value is not None else low

    def slug(self, key: str) -> str:
        value = self.text(key)
        if value and not SLUG.fullmatch(value):
            self.problem("schema", key, "is small letters, digits and single hyphens")
        return value

    def table(self, key: str, *, optional: bool = False) -> Table:
        data: dict[str, Any] = self.take(key, dict, {} if optional else None) or {}
        child = Table(data, self.where(key), self.problems)
        self.children.append(child)
        return child

    def tables(self, key: str) -> list[Table]:
        items = self.take(key, list, []) or []
        found = []
        for index, item in enumerate(items):
            if isinstance(item, dict):
                found.append(Table(item, f"{self.where(key)}[{index}]", self.problems))
            else:
                self.problem("schema", key, "should be tables")
        self.children += found
        return found

    def both(self, key: str, make: Callable[[Table, str], _T]) -> dict[Language, _T]:
        """A text in both languages."""
        table = self.table(key)
        return table.languages(make)

    def languages(self, make: Callable[[Table, str], _T]) -> dict[Language, _T]:
        result: dict[Language, _T] = {}
        for language in LANGUAGES:
            if language not in self.data:
                self.problem("languages", language, "is missing: every text stands in both languages")
            result[language] = make(self, language)  # type: ignore[index]  # LANGUAGES holds just the literal's words
        return result

    def finish(self) -> None:
        for key in self.data:
            if key not in self.read:
                self.problem("schema", key, "is not a key of the template language")
        for child in self.children:
            child.finish()


_TYPE_NAMES: Mapping[type, str] = {
    str: "a text",
    int: "a whole number",
    list: "a list",
    dict: "a table",
    bool: "true or false",
}
