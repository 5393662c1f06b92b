"""Topics, misconceptions and templates → a zip of the bank's layout, which can be loaded and imported again."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from io import BytesIO
from typing import Literal, TypeAlias
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from quizzes.models import Misconception, QuestionTemplate, TemplateVersion, Topic
from quizzes.questions import Language
from quizzes.questions.catalogue import MisconceptionEntry, TopicEntry
from quizzes.questions.loading import load
from quizzes.questions.writing import flashcard_files, misconceptions_file, topics_file

Which: TypeAlias = Literal["published", "newest"]

MANIFEST = "export.json"  # what each thing was when it was exported, so that an import sees who changed it
_QUOTED = re.compile(r"""["']([a-z0-9-]+)["']""")


def export_bank(which: Which = "published", chosen: Collection[UUID] | None = None) -> bytes:
    """A zip with the ``chosen`` templates, or with all; the same content gives the same bytes.

    ``which`` of their versions: what learners are asked, or what was saved last (then drafts too, but nothing that
    is archived). A choice brings along the topics and misconceptions that it needs, and the topics' examples.
    """
    sources = _sources(which)
    topics = {row.slug: row for row in Topic.objects.select_related("example").prefetch_related("requires")}
    if chosen is not None:
        wanted = {slug for slug, (row, _) in sources.items() if row.id in chosen}
        needed = _needed({sources[slug][0].topic.slug for slug in wanted}, topics)
        topics = {slug: row for slug, row in topics.items() if slug in needed}
        wanted |= {row.example.slug for row in topics.values() if row.example} & sources.keys()
        sources = {slug: sources[slug] for slug in sources if slug in wanted}
    texts = {slug: source for slug, (_, source) in sources.items()}
    entries = [_topic(row, texts) for row in sorted(topics.values(), key=lambda row: row.position)]
    rules = _misconceptions(texts.values(), everything=chosen is None)
    files = {
        "topics.toml": topics_file(entries),
        "misconceptions.toml": misconceptions_file(rules),
        MANIFEST: manifest(texts, entries, rules),
    }
    cards: dict[str, list[str]] = {}
    for slug, (row, source) in sources.items():
        if row.kind == "flashcard":
            cards.setdefault(row.topic.slug, []).append(source)
        else:
            files[f"questions/{slug}.toml"] = source
    for topic, held in cards.items():
        for number, file in enumerate(flashcard_files(held), 1):
            files[f"flashcards/{topic}{f'-{number}' if number > 1 else ''}.toml"] = file
    return pack(files)


def pack(files: Mapping[str, str]) -> bytes:
    """A zip that depends on nothing but its content."""
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for path in sorted(files):
            entry = ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = ZIP_DEFLATED, 3, 0o100644 << 16
            archive.writestr(entry, files[path].encode())
    return buffer.getvalue()


def manifest(
    texts: Mapping[str, str], topics: Iterable[TopicEntry], misconceptions: Iterable[MisconceptionEntry]
) -> str:
    """What everything was, as digests by name."""
    found = {
        "templates": {slug: digest(source) for slug, source in texts.items()},
        "topics": {entry.slug: topic_digest(entry) for entry in topics},
        "misconceptions": {entry.code: rule_digest(entry) for entry in misconceptions},
    }
    return json.dumps(found, indent=1, sort_keys=True) + "\n"


def digest(text: str) -> str:
    """By which a text is known again."""
    return sha256(text.encode()).hexdigest()


def topic_digest(entry: TopicEntry) -> str:
    """By which what a topic says is known again. Its example is none of it: a choice of templates may leave it out."""
    words = [entry.slug, *(text[one] for text in (entry.title, entry.text, entry.formula) for one in ("ja", "en"))]
    return digest(json.dumps([*words, sorted(entry.requires)]))


def rule_digest(entry: MisconceptionEntry) -> str:
    """By which what a misconception says is known again."""
    words = [text[one] for text in (entry.title, entry.wrong, entry.remedy) for one in ("ja", "en")]
    return digest(json.dumps([entry.code, *words]))


def topic_entry(row: Topic, example: str = "") -> TopicEntry:
    """A topic as the bank's file has it."""
    return TopicEntry(
        row.slug,
        _both(row, "title"),
        tuple(one.slug for one in sorted(row.requires.all(), key=lambda one: one.position)),
        _both(row, "text"),
        _both(row, "formula"),
        example,
    )


def rule_entry(row: Misconception) -> MisconceptionEntry:
    """A misconception as the bank's file has it."""
    return MisconceptionEntry(row.code, _both(row, "title"), _both(row, "wrong"), _both(row, "remedy"))


def _sources(which: Which) -> dict[str, tuple[QuestionTemplate, str]]:
    """The template and its text, by slug."""
    rows = QuestionTemplate.objects.select_related("topic", "current").order_by("slug")
    if which == "published":
        return {row.slug: (row, row.current.source) for row in rows if row.current is not None}
    newest: dict[UUID, str] = {}
    for template, source in (
        TemplateVersion.objects.filter(voided_at=None).order_by("template", "number").values_list("template", "source")
    ):
        newest[template] = source
    return {row.slug: (row, newest[row.id]) for row in rows.filter(archived_at=None) if row.id in newest}


def _topic(row: Topic, texts: Mapping[str, str]) -> TopicEntry:
    """The topic, with its example where that goes out with it and still is a question of it."""
    example = row.example.slug if row.example is not None else ""
    if example:
        template = load(texts[example]) if example in texts else None
        if template is None or template.topic != row.slug or template.kind != "question":
            example = ""
    return topic_entry(row, example)


def _misconceptions(sources: Iterable[str], *, everything: bool) -> list[MisconceptionEntry]:
    """All that are in use, and what the texts name even where it was merged into another; else only what they name."""
    named = {code for source in sources for code in _QUOTED.findall(source)}
    rows = Misconception.objects.order_by("id")  # as they came
    return [rule_entry(row) for row in rows if row.code in named or (everything and row.merged_into_id is None)]


def _needed(slugs: set[str], topics: Mapping[str, Topic]) -> set[str]:
    """These topics and all that have to be learned before them."""
    found: set[str] = set()
    waiting = list(slugs)
    while waiting:
        slug = waiting.pop()
        if slug not in found:
            found.add(slug)
            waiting += [one.slug for one in topics[slug].requires.all()]
    return found


def _both(row: Topic | Misconception, name: str) -> dict[Language, str]:
    return {"ja": getattr(row, f"{name}_ja"), "en": getattr(row, f"{name}_en")}
