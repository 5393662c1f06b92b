"""Change single values in the text of a template: its topic, a misconception's code. Everything else stays as it is.

The text is scanned for its string values, so that comments, layout and whatever only looks like a key – a line of code
in a stem – are left alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

from .tables import Problem, TemplateError, read_toml
from .words import Both

Path: TypeAlias = tuple[str, ...]  # the keys that lead to a value; the places in arrays are left out

_CODES: tuple[Path, ...] = (  # where a template names a misconception
    ("misconceptions", "code"),
    ("answers", "choices", "misconception"),
    ("tests", "misconceptions"),
)

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r'[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'')
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_OTHER = re.compile(r"[^\s,\]}#]+(?: [0-9][^\s,\]}#]*)?")  # numbers, truth values, and times, which may hold a space


def with_topic(source: str, old: str, new: str) -> str:
    """The same template in the topic ``new``, if it is in ``old``.

    Raises :class:`TemplateError` where ``source`` is not TOML.
    """
    return _rewritten(source, lambda path, value: new if path == ("topic",) and value == old else value)


def with_misconception(source: str, old: str, new: str) -> str:
    """The same template with the misconception ``new`` wherever it names ``old``. Raises as :func:`with_topic`."""
    return _rewritten(source, lambda path, value: new if path in _CODES and value == old else value)


def names_misconception(source: str, code: str) -> bool:
    """Whether a template names a misconception anywhere. Raises as :func:`with_topic`."""
    read_toml(source)
    return any(one.path in _CODES and _value(source, one) == code for one in _strings(source))


class _Found(NamedTuple):
    """A string value: the keys that lead to it, and from where to where it stands with its quotes."""

    path: Path
    start: int
    end: int


def _rewritten(source: str, change: Callable[[Path, str], str]) -> str:
    before = read_toml(source)
    pieces, at = [], 0
    for found in _strings(source):
        value = _value(source, found)
        changed = change(found.path, value)
        if changed != value:
            quote = source[found.start]
            pieces += [source[at : found.start], quote, changed, quote]
            at = found.end
    result = "".join([*pieces, source[at:]])
    if read_toml(result) != _changed(before, (), change):
        message = Both("名前を書き換えられませんでした。", "could not be rewritten")
        raise TemplateError([Problem("toml", "", message)])
    return result


def _changed(data: Any, path: Path, change: Callable[[Path, str], str]) -> Any:
    """What the rewritten text has to say."""
    if isinstance(data, dict):
        return {key: _changed(value, (*path, key), change) for key, value in data.items()}
    if isinstance(data, list):
        return [_changed(item, path, change) for item in data]
    return change(path, data) if isinstance(data, str) else data


def _value(source: str, found: _Found) -> str:
    return str(tomllib.loads(f"v = {source[found.start : found.end]}")["v"])


def _strings(source: str) -> Iterator[_Found]:
    """The string values of a text that is TOML, in their order."""
    return _Scanner(source).document()


class _Scanner:
    """Walks through a text that is known to be TOML, so that it need not look for mistakes."""

    def __init__(self, source: str) -> None:
        self.source, self.at = source, 0

    def document(self) -> Iterator[_Found]:
        table: Path = ()
        while self.next():
            if self.next() == "[":
                while self.next() == "[":
                    self.at += 1
                table = self.keys()
                while self.next() == "]":
                    self.at += 1
            else:
                yield from self.pair(table)

    def next(self) -> str:
        """The next character that is neither blank nor in a comment; empty at the end."""
        self.take(_BLANK)
        return self.source[self.at : self.at + 1]

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.source, self.at)
        if match is None:
            message = Both(f"{self.at}文字目で読めなくなりました。", f"could not be read at character {self.at}")
            raise TemplateError([Problem("toml", "", message)])
        self.at = match.end()
        return match.group()

    def keys(self) -> Path:
        """A key, dotted perhaps."""
        names = [self.key()]
        while self.next() == ".":
            self.at += 1
            names.append(self.key())
        return tuple(names)

    def key(self) -> str:
        self.next()
        name = self.take(_KEY)
        return str(tomllib.loads(f"v = {name}")["v"]) if name[0] in "\"'" else name

    def pair(self, table: Path) -> Iterator[_Found]:
        path = table + self.keys()
        self.next()
        self.at += 1  # the equals sign
        yield from self.value(path)

    def value(self, path: Path) -> Iterator[_Found]:
        first = self.next()
        if first in ("[", "{"):
            self.at += 1
            while self.next() not in ("]", "}"):
                yield from self.value(path) if first == "[" else self.pair(path)
                if self.next() == ",":
                    self.at += 1
            self.at += 1
        elif first in ('"', "'"):
            start = self.at
            self.take(_STRING)
            yield _Found(path, start, self.at)
        else:
            self.take(_OTHER)
