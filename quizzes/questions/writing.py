"""Topics, misconceptions and flashcards → files of the bank's layout, as a person would write them.

What :mod:`quizzes.questions.catalogue` reads from these files is what was given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from cnncalc.words import Language

from .catalogue import MisconceptionEntry, TopicEntry
from .loading import split
from .tables import MAX_SOURCE, TemplateError

_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_CARD = re.compile(r"(.*?)\n\n(\[\[flashcards\]\]\s*\n.*)", re.DOTALL)


def string(text: str) -> str:
    r"""A TOML string, the way that is easiest to read.

    >>> string("plain"), string(r"\frac{1}{2}"), string("two\nlines\n")
    ('"plain"', "'\\frac{1}{2}'", "'''\ntwo\nlines\n'''")
    """
    if "\n" in text and "'''" not in text and not text.endswith("'") and not _HIDDEN.search(text):
        return f"'''\n{text}'''"
    if ("\\" in text or '"' in text) and "'" not in text and "\n" not in text and not _HIDDEN.search(text):
        return f"'{text}'"
    return '"' + re.sub(r'[\x00-\x1f\x7f"\\]', lambda found: _escaped(found[0]), text) + '"'


def topics_file(entries: Iterable[TopicEntry]) -> str:
    """A ``topics.toml``; what a topic does not have is left out."""
    parts = ["# The syllabus, in the order in which it is learned.\nschema = 1\n"]
    for entry in entries:
        lines = ["[[topics]]", f"slug = {string(entry.slug)}"]
        lines.append(f"requires = [{', '.join(map(string, entry.requires))}]")
        lines.append(f"title = {_table(entry.title)}")
        if entry.example:
            lines.append(f"example = {string(entry.example)}")
        for name, text in (("formula", entry.formula), ("text", entry.text)):
            if any(text.values()):
                lines += [f"{name}.{language} = {string(text[language])}" for language in text]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts) if len(parts) > 1 else parts[0] + "topics = []\n"


def misconceptions_file(entries: Iterable[MisconceptionEntry]) -> str:
    """A ``misconceptions.toml``."""
    parts = ["# Wrong rules. `wrong` says what was done, `remedy` what to do instead.\nschema = 1\n"]
    for entry in entries:
        lines = ["[[misconceptions]]", f"code = {string(entry.code)}"]
        for name, text in (("title", entry.title), ("wrong", entry.wrong), ("remedy", entry.remedy)):
            if any("\n" in one for one in text.values()):
                lines += [f"{name}.{language} = {string(text[language])}" for language in text]
            else:
                lines.append(f"{name} = {_table(text)}")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts) if len(parts) > 1 else parts[0] + "misconceptions = []\n"


def flashcard_files(cards: Sequence[str]) -> list[str]:
    """Files with these flashcards, several in one where that gives every one of them back to the letter."""
    files: list[str] = []
    heads: dict[str, list[str]] = {}
    for card in cards:
        found = _CARD.fullmatch(card)
        if found is None or split(f"{card.rstrip()}\n\n{found[2]}") != [card, card]:
            files.append(card)
        else:
            heads.setdefault(found[1], []).append(found[2])
    for head, bodies in heads.items():
        file = head
        for body in bodies:
            longer = f"{file.rstrip()}\n\n{body}"
            if len(longer) > MAX_SOURCE:
                files.append(file)
                longer = f"{head}\n\n{body}"
            file = longer
        files.append(file)
    return [part for file in files for part in _checked(file, cards)]


def _checked(file: str, cards: Sequence[str]) -> list[str]:
    """The file, or its cards one by one where reading it gives others."""
    try:
        parts = split(file)
    except TemplateError:
        return [file]
    return [file] if set(parts) <= set(cards) else parts


def _table(text: Mapping[Language, str]) -> str:
    return "{ " + ", ".join(f"{language} = {string(text[language])}" for language in text) + " }"


def _escaped(character: str) -> str:
    return _SHORT.get(character, f"\\u{ord(character):04x}")
