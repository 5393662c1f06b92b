"""A folder of the bank's layout → topics, misconceptions and the sources of single templates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnncalc.words import Language

from .loading import split
from .markup import MarkupError, compile_prose, mathml
from .tables import MAX_SOURCE, SLUG, Problem, TemplateError, read_toml
from .template import Template
from .values import LANGUAGES
from .words import Both, said

BANK = Path(__file__).resolve().parent.parent / "bank"
MAX_CATALOGUE = 1024 * 1024  # characters of topics.toml or misconceptions.toml

_TOPIC_OPTIONS = {"text", "formula", "example"}


@dataclass(frozen=True, slots=True)
class TopicEntry:
    """One syllabus heading: ``text`` is prose, ``formula`` LaTeX, ``example`` a question's slug; ``""`` for none."""

    slug: str
    title: Mapping[Language, str]
    requires: tuple[str, ...]
    text: Mapping[Language, str]
    formula: Mapping[Language, str]
    example: str


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
    topics = read_topics(_text(folder / "topics.toml"))
    misconceptions = read_misconceptions(_text(folder / "misconceptions.toml"))
    _check_order(topics)
    templates = [folder / "questions", *filter(Path.is_dir, [folder / "flashcards"])]
    return Bank(topics, misconceptions, read_sources(templates, folder))


def read_topics(text: str, tick: Callable[[], object] = lambda: None) -> tuple[TopicEntry, ...]:
    """The entries of a ``topics.toml``, in its order. Raises :class:`TemplateError`.

    ``tick`` is called before each is compiled; what it raises ends the reading.
    """
    entries = []
    for entry in _entries("topics.toml", text, "topics", {"slug", "requires", "title"}, _TOPIC_OPTIONS):
        tick()
        entries.append(_topic(entry))
    return tuple(entries)


def read_misconceptions(text: str) -> tuple[MisconceptionEntry, ...]:
    """The entries of a ``misconceptions.toml``. Raises :class:`TemplateError`."""
    return tuple(
        MisconceptionEntry(entry["code"], _both(entry, "title"), _both(entry, "wrong"), _both(entry, "remedy"))
        for entry in _entries("misconceptions.toml", text, "misconceptions", {"code", "title", "wrong", "remedy"})
    )


def read_sources(paths: Iterable[Path], root: Path) -> tuple[tuple[str, str], ...]:
    """The single templates in files, and in the ``*.toml`` files of folders; each with its place, seen from ``root``.

    Raises :class:`TemplateError` that names the files which cannot be read.
    """
    sources: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for path in paths:
        for file in sorted(filter(Path.is_file, path.rglob("*.toml"))) if path.is_dir() else [path]:
            where = str(file.relative_to(root)) if file.is_relative_to(root) else str(file)
            try:
                sources += [(where, source) for source in split(_beginning(file, MAX_SOURCE))]
            except TemplateError as error:
                problems += [Problem(p.check, f"{where} {p.where}".strip(), p.message) for p in error.problems]
            except UnicodeDecodeError as error:
                message = Both(
                    f"UTF-8ではありません：{error.start}バイト目（{error.reason}）。",
                    f"is not UTF-8: {error.reason} at byte {error.start}",
                )
                problems.append(Problem("toml", where, message))
            except OSError as error:
                problems.append(Problem("toml", where, _unread(error.strerror or str(error))))
    if problems:
        raise TemplateError(problems)
    return tuple(sources)


def unfit_examples(topics: Iterable[TopicEntry], published: Mapping[str, tuple[str, str]]) -> list[Problem]:
    """What is wrong with the topics' examples, where ``published`` tells each template's topic and kind."""
    problems = []
    for topic in topics:
        if not topic.example:
            continue
        where = f"topics.toml: {topic.slug}.example"
        of_topic, kind = published.get(topic.example, ("", "question"))
        if not of_topic:
            message = Both(
                f"{topic.example!r} というテンプレートはありません。", f"there is no template {topic.example!r}"
            )
            problems.append(Problem("example", where, message))
        elif of_topic != topic.slug:
            message = Both(
                f"{topic.example!r} は別のトピック {of_topic!r} の問題です。",
                f"{topic.example!r} belongs to the topic {of_topic!r}",
            )
            problems.append(Problem("example", where, message))
        elif kind != "question":
            message = Both(
                f"{topic.example!r} はフラッシュカードで、解き方の解説がありません。",
                f"{topic.example!r} is a {kind}, which has no worked solution",
            )
            problems.append(Problem("example", where, message))
    return problems


def unknown_references(template: Template, topics: Collection[str], codes: Collection[str]) -> Iterator[Problem]:
    """The topic and the misconceptions that ``template`` names and nobody knows."""
    if template.topic not in topics:
        yield Problem("unknown-topic", "topic", no_topic(template.topic))
    for code in template.misconception_codes():
        if code not in codes:
            message = Both("誤解のカタログにないコードです。", "is not in the catalogue of misconceptions")
            yield Problem("unknown-misconception", code, message)


def stands_twice(slug: str, where: str) -> Problem:
    """A slug that another file has taken: each loading would publish one after the other."""
    return Problem(
        "duplicate-slug", "slug", Both(f"{slug} はすでに {where} にあります。", f"{slug} is in {where} already")
    )


def no_topic(slug: str) -> Both:
    """What is wrong with naming ``slug``."""
    return Both(f"{slug!r} というトピックはありません。", f"there is no topic {slug!r}")


def _topic(entry: Mapping[str, Any]) -> TopicEntry:
    example = entry.get("example", "")
    if not isinstance(example, str):
        message = Both("問題のスラッグを書いてください。", "should be a question's slug")
        raise TemplateError([Problem("schema", f"topics.toml: {entry['slug']}.example", message)])
    formula = entry.get("formula", "")
    requires = entry["requires"]
    if not isinstance(requires, list) or not all(isinstance(slug, str) for slug in requires):
        message = Both("トピックのスラッグを並べてください。", "should be slugs of topics")
        raise TemplateError([Problem("schema", f"topics.toml: {entry['slug']}.requires", message)])
    topic = TopicEntry(
        entry["slug"],
        _both(entry, "title"),
        tuple(requires),
        _both(entry, "text") if "text" in entry else {"ja": "", "en": ""},
        {"ja": formula, "en": formula} if isinstance(formula, str) else _both(entry, "formula"),
        example,
    )
    problems = [problem for language in topic.text for problem in unreadable(topic, language)]
    if problems:
        raise TemplateError(problems)
    return topic


def unreadable(topic: TopicEntry, language: Language) -> Iterator[Problem]:
    """What keeps text and formula from being shown. A topic draws nothing, so its text has no placeholders."""
    where = f"topics.toml: {topic.slug}"
    try:
        names = compile_prose(topic.text[language]).names
    except MarkupError as error:
        yield Problem("prose", f"{where}.text.{language}", said(error))
    else:
        if names:
            message = Both(
                f"トピックの文に値は入れられません：{sorted(names)}", f"a topic has no values: {sorted(names)}"
            )
            yield Problem("unknown-name", f"{where}.text.{language}", message)
    try:
        if topic.formula[language]:
            mathml(topic.formula[language], display=True)
    except MarkupError as error:
        yield Problem("prose", f"{where}.formula.{language}", said(error))


def _beginning(file: Path, most: int) -> str:
    """All of a file, or so much of it that it is seen to be too long."""
    with file.open(encoding="utf-8") as opened:
        return opened.read(most + 1)


def _text(file: Path) -> str:
    try:
        return _beginning(file, MAX_CATALOGUE)
    except (OSError, ValueError) as error:  # ValueError: not UTF-8
        raise TemplateError([Problem("toml", file.name, _unread(str(error)))]) from None


def _unread(why: str) -> Both:
    return Both(f"読み込めません：{why}", why)


def _entries(file: str, text: str, key: str, keys: set[str], optional: Collection[str] = ()) -> list[dict[str, Any]]:
    document = read_toml(text, limit=MAX_CATALOGUE)
    entries = document.get(key)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise TemplateError([Problem("toml", file, Both(f"[[{key}]] を並べてください。", f"holds [[{key}]]"))])
    for index, entry in enumerate(entries):
        if not keys <= entry.keys() <= keys.union(optional):
            message = Both(
                f"{sorted(keys)} をすべて書いてください。"
                + (f"ほかに書けるのは {sorted(optional)} だけです。" if optional else "ほかのキーは書けません。"),
                f"has just the keys {sorted(keys)}" + (f" and perhaps {sorted(optional)}" if optional else ""),
            )
            raise TemplateError([Problem("schema", f"{file}[{index}]", message)])
        name = entry["slug" if "slug" in keys else "code"]
        if not isinstance(name, str) or not SLUG.fullmatch(name):
            message = Both(
                "名前は、英小文字・数字・ハイフンで書いてください。", "is named in small letters, digits and hyphens"
            )
            raise TemplateError([Problem("schema", f"{file}[{index}]", message)])
    return entries


def _both(entry: Mapping[str, Any], key: str) -> dict[Language, str]:
    text = entry[key]
    if not isinstance(text, dict) or set(text) != set(LANGUAGES) or not all(map(_says_something, text.values())):
        message = Both(f"{key} は日本語と英語の両方で書いてください。", f"{key} stands in both languages")
        raise TemplateError([Problem("languages", str(entry)[:400], message)])
    return {"ja": text["ja"], "en": text["en"]}


def _says_something(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())


def _check_order(topics: tuple[TopicEntry, ...]) -> None:
    """A topic comes after what it requires, so the order of the file is an order to learn in."""
    before: set[str] = set()
    for topic in topics:
        if not before.issuperset(topic.requires):
            message = Both(
                f"前提となるトピックより前にあります：{', '.join(topic.requires)}",
                f"stands before what it requires: {topic.requires}",
            )
            raise TemplateError([Problem("order", topic.slug, message)])
        before.add(topic.slug)
