"""A folder of the bank's layout → topics, misconceptions and the sources of single templates."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnncalc.words import Language

from .loading import split
from .tables import Problem, TemplateError
from .values import LANGUAGES

BANK = Path(__file__).resolve().parent.parent / "bank"


@dataclass(frozen=True, slots=True)
class TopicEntry:
    """One syllabus heading."""

    slug: str
    title: Mapping[Language, str]
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MisconceptionEntry:
    """One wrong rule: its name, what was done, what to do instead."""

    code: str
    title: Mapping[Language, str]
    wrong: Mapping[Language, str]
    remedy: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Bank:
    """Everything that a bank folder holds; ``sources`` are (where, text of one template)."""

    topics: tuple[TopicEntry, ...]
    misconceptions: tuple[MisconceptionEntry, ...]
    sources: tuple[tuple[str, str], ...]


def read_bank(folder: Path = BANK) -> Bank:
    """Read ``topics.toml``, ``misconceptions.toml``, ``questions/*.toml`` and ``flashcards/*.toml``, if there are any.

    Raises :class:`TemplateError` for files that are not of this form; templates are not loaded here.
    """
    topics = tuple(
        TopicEntry(entry["slug"], _both(entry, "title"), tuple(entry["requires"]))
        for entry in _entries(folder / "topics.toml", "topics", {"slug", "requires", "title"})
    )
    misconceptions = tuple(
        MisconceptionEntry(entry["code"], _both(entry, "title"), _both(entry, "wrong"), _both(entry, "remedy"))
        for entry in _entries(folder / "misconceptions.toml", "misconceptions", {"code", "title", "wrong", "remedy"})
    )
    _check_order(topics)
    templates = [folder / "questions", *filter(Path.is_dir, [folder / "flashcards"])]
    return Bank(topics, misconceptions, read_sources(templates, folder))


def read_sources(paths: Iterable[Path], root: Path) -> tuple[tuple[str, str], ...]:
    """The single templates in files, and in the ``*.toml`` files of folders; each with its place, seen from ``root``.

    Raises :class:`TemplateError` that names the files which cannot be read.
    """
    sources: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for path in paths:
        for file in sorted(path.rglob("*.toml")) if path.is_dir() else [path]:
            where = str(file.relative_to(root)) if file.is_relative_to(root) else str(file)
            try:
                sources += [(where, source) for source in split(file.read_text(encoding="utf-8"))]
            except TemplateError as error:
                problems += [Problem(p.check, f"{where} {p.where}".strip(), p.message) for p in error.problems]
            except UnicodeDecodeError as error:
                problems.append(Problem("toml", where, f"is not UTF-8: {error.reason} at byte {error.start}"))
            except OSError as error:
                problems.append(Problem("toml", where, error.strerror or str(error)))
    if problems:
        raise TemplateError(problems)
    return tuple(sources)


def _entries(file: Path, key: str, keys: set[str]) -> list[dict[str, Any]]:
    try:
        entries: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))[key]
    except (OSError, KeyError, ValueError) as error:  # ValueError: not TOML, not UTF-8
        raise TemplateError([Problem("toml", file.name, str(error))]) from None
    for index, entry in enumerate(entries):
        if entry.keys() != keys:
            raise TemplateError([Problem("schema", f"{file.name}[{index}]", f"has just the keys {sorted(keys)}")])
    return entries


def _both(entry: Mapping[str, Any], key: str) -> dict[Language, str]:
    text = entry[key]
    if not isinstance(text, dict) or set(text) != set(LANGUAGES) or not all(text.values()):
        raise TemplateError([Problem("languages", str(entry), f"{key} stands in both languages")])
    return {"ja": text["ja"], "en": text["en"]}


def _check_order(topics: tuple[TopicEntry, ...]) -> None:
    """A topic comes after what it requires, so the order of the file is an order to learn in."""
    before: set[str] = set()
    for topic in topics:
        if not before.issuperset(topic.requires):
            raise TemplateError([Problem("order", topic.slug, f"stands before what it requires: {topic.requires}")])
        before.add(topic.slug)
