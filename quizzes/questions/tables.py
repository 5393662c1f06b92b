"""TOML as it is read: key by key, with every problem noted at its place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from cnncalc.words import Language

from .values import LANGUAGES
from .words import Both

MAX_SOURCE = 64 * 1024

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# tomllib takes memory by the square of the number of parts: 4 GB for a name that fills a source.
_PARTS = 100
_LONG_NAME = re.compile(
    rf"""(?<![\w\\-])(?:(?:[\w-]++|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{_PARTS}}}"""
)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: the check's stable id, the place in the source, what to do.

    An error stands in the way of publishing, a warning does not.
    """

    check: str
    where: str
    message: Both
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return self.told("en")

    def told(self, language: Language) -> str:
        """All of it in one line."""
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.message[language]} [{self.check}]"


class TemplateError(ValueError):
    """A source that is not a usable template."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems

    def told(self, language: Language) -> str:
        """All problems in one line."""
        return "; ".join(problem.told(language) for problem in self.problems)


def read_toml(source: str, limit: int = MAX_SOURCE) -> dict[str, Any]:
    """The tables of ``source``; raises :class:`TemplateError` where it is not TOML or too long."""
    if len(source) > limit:
        message = Both(f"長すぎます。{limit}文字までです。", f"longer than {limit} characters")
        raise TemplateError([Problem("schema", "", message)])
    if _LONG_NAME.search(source):
        message = Both(
            f"名前をドットで区切れるのは、{_PARTS}個の部分までです。",
            f"a name has at most {_PARTS} parts with dots between",
        )
        raise TemplateError([Problem("toml", "", message)])
    try:
        return tomllib.loads(source)
    except (ValueError, RecursionError) as error:  # ValueError: TOMLDecodeError, or an integer of 5,000 digits
        message = Both(f"TOMLとして読めません：{error}", f"not TOML: {error}")
        raise TemplateError([Problem("toml", "", message)]) from None


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

    def problem(self, check: str, key: str, message: Both) -> None:
        self.problems.append(Problem(check, self.where(key), message))

    def take(self, key: str, kind: type[_T], default: _T | None = None) -> _T | None:
        self.read.add(key)
        if key not in self.data:
            if default is None:
                self.problem("schema", key, MISSING)
            return default
        value = self.data[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            name = _TYPE_NAMES[kind]
            self.problem("schema", key, Both(f"{name.ja}を書いてください。", f"should be {name}"))
            return default
        return value

    def text(self, key: str, default: str | None = None) -> str:
        value = self.take(key, str, default)
        if value is not None and value != default and not value.strip():
            self.problem("schema", key, Both("空です。", "is empty"))
        return value or ""

    def integer(self, key: str, low: int, high: int, default: int | None = None) -> int:
        value = self.take(key, int, default)
        if value is not None and not low <= value <= high:
            self.problem(
                "schema", key, Both(f"{low}から{high}までの数を書いてください。", f"should be from {low} to {high}")
            )
        return value if value is not None else low

    def slug(self, key: str) -> str:
        value = self.text(key)
        if value and not SLUG.fullmatch(value):
            message = Both(
                "英小文字と数字で書き、区切りにはハイフンを1つずつ使ってください。",
                "is small letters, digits and single hyphens",
            )
            self.problem("schema", key, message)
        return value

    def table(self, key: str, *, optional: bool = False) -> Table:
        data: dict[str, Any] | None = self.take(key, dict, {} if optional else None)
        # Of a table that is not there this has been told; what it would hold need not be.
        child = Table(data or {}, self.where(key), [] if data is None else self.problems)
        self.children.append(child)
        return child

    def tables(self, key: str) -> list[Table]:
        items = self.take(key, list, []) or []
        found = []
        for index, item in enumerate(items):
            if isinstance(item, dict):
                found.append(Table(item, f"{self.where(key)}[{index}]", self.problems))
            else:
                self.problem("schema", key, Both("[[…]] の形でテーブルを並べてください。", "should be tables"))
        self.children += found
        return found

    def both(self, key: str, make: Callable[[Table, str], _T]) -> dict[Language, _T]:
        """A text in both languages."""
        table = self.table(key)
        return table.languages(make)

    def languages(self, make: Callable[[Table, str], _T]) -> dict[Language, _T]:
        result: dict[Language, _T] = {}
        for language in LANGUAGES:
            table = self
            if language not in self.data:
                message = Both(
                    "書かれていません。どの文章も日本語と英語の両方で書いてください。",
                    "is missing: every text stands in both languages",
                )
                self.problem("languages", language, message)
                table = Table({}, self.path, [])  # so that nothing else is told of it
            result[language] = make(table, language)  # type: ignore[index]  # LANGUAGES holds just the literal's words
        return result

    def finish(self) -> None:
        for key in self.data:
            if key not in self.read:
                message = Both("テンプレートでは使えないキーです。", "is not a key of the template language")
                self.problem("schema", key, message)
        for child in self.children:
            child.finish()


MISSING = Both("書かれていません。", "is missing")
_TYPE_NAMES: Mapping[type, Both] = {
    str: Both("文字列", "a text"),
    int: Both("整数", "a whole number"),
    list: Both("配列", "a list"),
    dict: Both("テーブル", "a table"),
    bool: Both("true か false ", "true or false"),
}
