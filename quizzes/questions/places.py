"""Where in a TOML text a place stands: ``answers[0].value`` → its line. Reads the layout, never a value.

``tomllib`` keeps no positions. The scanner goes on as long as it understands and raises nothing: a text that is no
TOML has the lines of what stands above its mistake.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import suppress

MAX_PATH = 400  # characters; what is longer than that is no place of ours
MAX_DEPTH = 40  # of arrays and tables in each other

_BLANK = re.compile(r"[ \t]*")
_TRIVIA = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
# Without possessive quantifiers of groups: Python before 3.11.5 matches them wrongly where alternatives are inside.
_STRING = re.compile(r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"{3,5}|"[^"\\\n]*(?:\\.[^"\\\n]*)*"', re.DOTALL)
_LITERAL = re.compile(r"'''.*?'{3,5}|'[^'\n]*'", re.DOTALL)
_SCALAR = re.compile(r"[^,\[\]{}#\n\"']+")
_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_NAMED = re.compile(r"(.+)\.(name|key|code|misconception)")
_PART = re.compile(r"\[\d+\]|\.?[^.\[]+|.")
_STEP = re.compile(r"^(.*)(?:\.[^.\[\]]*|\[\d+\])$", re.DOTALL)


def lines(source: str) -> Mapping[str, int]:
    """The line, from 1, of every key and every item of ``source``, by the names that problems call them.

    An answer, an option and a misconception are found by their own name too: ``answers.O.board``, ``forgot-plus-one``.
    """
    scanner = _Scanner(source)
    with suppress(_Unreadable):
        scanner.document()
    return scanner.found | {place: line for place, line in _by_name(scanner) if place not in scanner.found}


def line_of(where: str, found: Mapping[str, int], message: str = "") -> int | None:
    """The line of the place ``where``, else of what holds it, else nothing; a mistake in TOML says its line itself."""
    if told := _LINE.search(message):
        return int(told[1])
    if message.endswith("(at end of document)"):
        return max(found.values(), default=1)  # what begins last has no end
    for place in _spellings(where):
        while place:
            if place in found:
                return found[place]
            shorter = _STEP.match(place)
            place = shorter[1] if shorter else ""
    return None


def _spellings(where: str) -> Iterator[str]:
    """What a place may be called in the text: ``stem, ja`` is ``stem.ja``, or the front of a flashcard."""
    place, *rest = where.split(", ")
    place = place.removesuffix("'s title and description").removesuffix("'s table")
    tail = rest[-1] if rest else ""
    if place == "solution" and tail:
        place = f"solution.trace.{tail}"
    elif place == "fields":
        place = "answers"
    elif tail in ("ja", "en"):
        place = f"{place}.{tail}"
    yield place
    if re.match(r"[\w-]+ = ", place):
        return  # the numbers of a variant
    for name, own in (("stem", "front"), ("title", "front"), ("solution.text", "back"), ("solution", "back")):
        if place == name or place.startswith(f"{name}."):
            yield f"flashcards[0].{own}{place.removeprefix(name)}"
            return
    if not place.startswith("flashcards"):
        yield f"flashcards[0].{place}"


def _by_name(scanner: _Scanner) -> Iterator[tuple[str, int]]:
    """The places again, with names in place of numbers."""
    called: dict[str, str] = {}  # the items of arrays that have a name
    for place, text in scanner.texts.items():
        if not (match := _NAMED.fullmatch(place)):
            continue
        holder, kind = match.groups()
        if kind in ("code", "misconception"):
            yield text, scanner.found[place]
        elif holder.endswith("]"):
            called[holder] = text
    for place, line in scanner.found.items() if called else ():
        read = named = ""
        for part in _PART.findall(place):
            read += part
            named += f".{called[read]}" if read in called else part
        if named != place:
            yield named.replace(".label.", "."), line
            yield named, line


class _Unreadable(Exception):
    """From here on the text is no TOML."""


class _Scanner:
    """Goes through a text once, from top to bottom."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.ends = [match.start() for match in re.finditer("\n", text)]
        self.found: dict[str, int] = {}
        self.texts: dict[str, str] = {}  # short texts, by their place
        self.counts: dict[str, int] = {}  # of the tables in an array of tables

    def document(self) -> None:
        """All statements of the text."""
        prefix = ""
        while True:
            self.skip(_TRIVIA)
            if self.at >= len(self.text):
                return
            if self.text.startswith("[", self.at):
                prefix = self.header()
            else:
                self.pair(prefix, 0)
            self.skip(_BLANK)
            if self.at < len(self.text) and self.text[self.at] not in "\r\n#":
                raise _Unreadable

    def header(self) -> str:
        """``[a.b]`` or ``[[a.b]]``: the place of what follows."""
        array = self.text.startswith("[[", self.at)
        line = self.line()
        self.at += 2 if array else 1
        parts = self.key()
        self.expect("]]" if array else "]")
        path = ""
        for number, part in enumerate(parts):
            path = _join(path, part)
            self.put(path, line)
            if array and number == len(parts) - 1:
                self.counts[path] = self.counts.get(path, 0) + 1
            if path in self.counts:
                path = f"{path}[{self.counts[path] - 1}]"
        if array:
            self.put(path, line)
        return path

    def pair(self, prefix: str, depth: int) -> None:
        """``a.b = value``."""
        line = self.line()
        path = prefix
        for part in self.key():
            path = _join(path, part)
            self.put(path, line)
        self.expect("=")
        self.skip(_BLANK)
        self.value(path, depth)

    def key(self) -> list[str]:
        """The parts of a key with dots."""
        parts = []
        while True:
            self.skip(_BLANK)
            if bare := _BARE.match(self.text, self.at):
                parts.append(bare[0])
                self.at = bare.end()
            else:
                parts.append(_unquoted(self.quoted()))
            self.skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def value(self, path: str, depth: int) -> None:
        """Whatever stands behind a sign of equality or in an array."""
        if depth > MAX_DEPTH or self.at >= len(self.text):
            raise _Unreadable
        start = self.text[self.at]
        if start == "[":
            self.array(path, depth + 1)
        elif start == "{":
            self.table(path, depth + 1)
        elif start in "\"'":
            raw = self.quoted()
            if raw[1:2] != raw[0] and "\\" not in raw and len(raw) <= 100:
                self.texts[path] = raw[1:-1]
        else:
            self.skip(_SCALAR, needed=True)

    def array(self, path: str, depth: int) -> None:
        """``[a, b]``, over several lines too."""
        self.at += 1
        number = 0
        while True:
            self.skip(_TRIVIA)
            if self.text.startswith("]", self.at):
                self.at += 1
                return
            item = f"{path}[{number}]"
            self.put(item, self.line())
            self.value(item, depth)
            number += 1
            self.skip(_TRIVIA)
            if not self.text.startswith("]", self.at):
                self.expect(",")

    def table(self, path: str, depth: int) -> None:
        """``{ a = 1, b = 2 }``."""
        self.at += 1
        self.skip(_TRIVIA)
        while not self.text.startswith("}", self.at):
            self.pair(path, depth)
            self.skip(_TRIVIA)
            if not self.text.startswith("}", self.at):
                self.expect(",")
                self.skip(_TRIVIA)
        self.at += 1

    def quoted(self) -> str:
        """A text with its quotes."""
        for pattern in (_STRING, _LITERAL):
            if match := pattern.match(self.text, self.at):
                self.at = match.end()
                return match[0]
        raise _Unreadable

    def skip(self, pattern: re.Pattern[str], *, needed: bool = False) -> None:
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()
        elif needed:
            raise _Unreadable

    def expect(self, sign: str) -> None:
        self.skip(_BLANK)
        if not self.text.startswith(sign, self.at):
            raise _Unreadable
        self.at += len(sign)

    def line(self) -> int:
        return bisect_left(self.ends, self.at) + 1

    def put(self, path: str, line: int) -> None:
        if len(path) <= MAX_PATH:
            self.found.setdefault(path, line)


def _join(path: str, part: str) -> str:
    return (f"{path}.{part}" if path else part)[: MAX_PATH + 1]


def _unquoted(raw: str) -> str:
    if raw.startswith("'"):
        return raw[1:-1]
    try:
        return next(iter(tomllib.loads(f"{raw} = 0")))
    except ValueError:
        raise _Unreadable from None
