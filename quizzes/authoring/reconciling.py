"""Topics and misconceptions, field by field: what the bank changed, what the admin changed, and where both did.

``loaded`` on each row is the bank's entry as it was loaded last. A field that still is as loaded follows the bank; a
field that was edited in the admin stays, and is reported where the bank has changed it too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any, Literal, TypeAlias

from quizzes.models import Misconception, QuestionTemplate, Topic
from quizzes.questions.catalogue import MisconceptionEntry, TopicEntry

Why: TypeAlias = Literal["edited", "archived", "voided", "merged", "deleted", "example"]

TOPIC_COLUMNS = tuple(f"{name}_{language}" for name in ("title", "text", "formula") for language in ("ja", "en"))
RULE_COLUMNS = tuple(f"{name}_{language}" for name in ("title", "wrong", "remedy") for language in ("ja", "en"))


@dataclass(frozen=True, slots=True)
class Divergence:
    """Something that the bank says otherwise than the admin, where the admin's stays."""

    name: str  # a template's slug, "topic stride: title_ja", "misconception forgot-bias"
    why: Why
    version: int | None = None  # that holds the bank's text


def topic_columns(entry: TopicEntry) -> dict[str, str]:
    """The words of an entry, by the columns of the table."""
    return _columns(title=entry.title, text=entry.text, formula=entry.formula)


def rule_columns(entry: MisconceptionEntry) -> dict[str, str]:
    """The words of an entry, by the columns of the table."""
    return _columns(title=entry.title, wrong=entry.wrong, remedy=entry.remedy)


def load_topics(
    entries: Sequence[TopicEntry], fresh: Collection[str], loaded: Collection[str], *, overwrite: bool
) -> list[Divergence]:
    """Bring the topics' words, order and requirements in step; their examples come last (:func:`choose_examples`).

    ``fresh`` are the bank's texts that are not known yet, ``loaded`` those that are.
    """
    diverged: list[Divergence] = []
    rows = {row.slug: row for row in Topic.objects.select_for_update().prefetch_related("requires")}
    stood = sorted(rows, key=lambda slug: rows[slug].position)
    before = {slug: row.loaded or {} for slug, row in rows.items()}
    there = []
    for entry in entries:
        row, wanted = rows.get(entry.slug), topic_columns(entry)
        if row is None and _was_deleted("topic", entry.slug, fresh, loaded):
            diverged.append(Divergence(f"topic {entry.slug}", "deleted"))
            continue
        there.append(entry)
        if row is None:
            rows[entry.slug] = Topic.objects.create(slug=entry.slug, position=len(rows), loaded=wanted, **wanted)
        else:
            changes = reconcile(row, wanted, overwrite=overwrite)
            diverged += [Divergence(f"topic {entry.slug}: {name}", "edited") for name in changes]
    order, both_moved = _order(stood, [entry.slug for entry in there], before, overwrite)
    required, kept = _requirements(rows, there, before, overwrite)
    ordered = in_order(order, required)
    if ordered is None:  # bank and admin require each other's topics: the admin's requirements stay
        stands = {slug: _required(rows[slug]) for slug in before}
        kept += [slug for slug in before if stands[slug] != required[slug]]
        required |= stands
        ordered = in_order(order, required) or order
    diverged += [Divergence(f"topic {slug}: requires", "edited") for slug in kept]
    if both_moved:
        diverged.append(Divergence("order of the topics", "edited"))
    _write_topics(rows, required, stood, ordered, there)
    return diverged


def _requirements(
    rows: Mapping[str, Topic], entries: Sequence[TopicEntry], before: Mapping[str, Mapping[str, Any]], overwrite: bool
) -> tuple[dict[str, set[str]], list[str]]:
    """What each topic requires, and whose requirements bank and admin have both changed: the admin's stay then."""
    required, kept = {slug: _required(row) for slug, row in rows.items()}, []
    slugs = {entry.slug for entry in entries}
    for entry in entries:
        wanted, old = set(entry.requires) & slugs, before.get(entry.slug, {"requires": []}).get("requires")
        edited = old is None or required[entry.slug] != set(old) & rows.keys()
        if overwrite or not edited:
            required[entry.slug] = wanted
        elif required[entry.slug] != wanted and sorted(entry.requires) != old:
            kept.append(entry.slug)
    return required, kept


def _required(row: Topic) -> set[str]:
    return {one.slug for one in row.requires.all()}


def _write_topics(
    rows: Mapping[str, Topic],
    required: Mapping[str, set[str]],
    stood: list[str],
    order: list[str],
    entries: Iterable[TopicEntry],
) -> None:
    """Write what differs from what stands there."""
    places = {entry.slug: place for place, entry in enumerate(entries)}
    needs = {entry.slug: sorted(entry.requires) for entry in entries}
    for position, slug in enumerate(order):
        row = rows[slug]
        columns = []
        if order != stood and row.position != position:
            row.position = position
            columns.append("position")
        if slug in places:
            loaded = {**(row.loaded or {}), "position": places[slug], "requires": needs[slug]}
            if loaded != row.loaded:
                row.loaded = loaded
                columns.append("loaded")
        if columns:
            row.save(update_fields=columns)
        if _required(row) != required[slug]:
            row.requires.set([rows[one] for one in sorted(required[slug])])


def _order(
    stood: list[str], bank: list[str], loaded: Mapping[str, Mapping[str, Any]], overwrite: bool
) -> tuple[list[str], bool]:
    """The order of all topics, and whether bank and admin have both changed it: the admin's stays then."""
    known = sorted((slug for slug in stood if "position" in loaded[slug]), key=lambda slug: loaded[slug]["position"])
    edited = [slug for slug in stood if slug in known] != known
    shared = [slug for slug in bank if slug in stood]
    moved = [slug for slug in known if slug in shared] != [slug for slug in shared if slug in known]
    if overwrite or not edited:
        return _inserted(bank, stood), False
    differs = [slug for slug in stood if slug in shared] != shared
    return _inserted(stood, bank), moved and differs


def _inserted(first: list[str], second: list[str]) -> list[str]:
    """``first`` with what only ``second`` has, each after its neighbour there."""
    order = list(first)
    for index, slug in enumerate(second):
        if slug not in order:
            order.insert(order.index(second[index - 1]) + 1 if index else 0, slug)
    return order


def in_order(order: Sequence[str], required: Mapping[str, Collection[str]]) -> list[str] | None:
    """``order``, changed as little as lets each stand after what it requires; ``None`` where they go in a circle.

    >>> in_order(["a", "b", "c"], {"a": ["c"]})
    ['b', 'c', 'a']
    """
    places = {one: place for place, one in enumerate(order)}
    before = {one: (set(required.get(one, ())) & places.keys()) - {one} for one in order}
    after: dict[str, list[str]] = {}
    for one, needs in before.items():
        for need in needs:
            after.setdefault(need, []).append(one)
    ready = [places[one] for one in order if not before[one]]  # a heap: it is sorted
    done = []
    while ready:
        first = order[heappop(ready)]
        done.append(first)
        for one in after.get(first, ()):
            before[one].discard(first)
            if not before[one]:
                heappush(ready, places[one])
    return done if len(done) == len(order) else None


def load_misconceptions(
    entries: Sequence[MisconceptionEntry], fresh: Collection[str], loaded: Collection[str], *, overwrite: bool
) -> list[Divergence]:
    """Bring the misconceptions' words in step. One that was merged into another stays merged, a deleted one deleted."""
    diverged, new = [], []
    rows = {row.code: row for row in Misconception.objects.select_for_update()}
    for entry in entries:
        row, wanted = rows.get(entry.code), rule_columns(entry)
        if row is not None:
            changes = reconcile(row, wanted, overwrite=overwrite)
            diverged += [Divergence(f"misconception {entry.code}: {name}", "edited") for name in changes]
            if row.merged_into_id is not None:
                diverged.append(Divergence(f"misconception {entry.code}", "merged"))
        elif _was_deleted("code", entry.code, fresh, loaded):
            diverged.append(Divergence(f"misconception {entry.code}", "deleted"))
        else:
            new.append(Misconception(code=entry.code, loaded=wanted, **wanted))
    Misconception.objects.bulk_create(new)
    return diverged


def reconcile(row: Topic | Misconception, wanted: Mapping[str, str], *, overwrite: bool) -> list[str]:
    """Bring the words of ``row`` in step with the bank's; which of them both have changed: the admin's stay."""
    diverged, changed = [], []
    before: dict[str, Any] = row.loaded or {}
    for name, text in wanted.items():
        stands = getattr(row, name)
        if stands == text:
            continue
        if overwrite or before.get(name) == stands:
            setattr(row, name, text)
            changed.append(name)
        elif before.get(name) != text:
            diverged.append(name)
    after = {**before, **wanted}
    if changed or after != row.loaded:
        row.loaded = after
        row.save(update_fields=[*changed, "loaded"])
    return diverged


def choose_examples(entries: Sequence[TopicEntry], *, overwrite: bool) -> list[Divergence]:
    """Point the topics at their examples, once these are published; one that was chosen in the admin stays."""
    diverged = []
    asked = {
        row.slug: row
        for row in QuestionTemplate.objects.filter(
            slug__in=[entry.example for entry in entries], current__isnull=False, kind="question"
        ).select_related("topic")
    }
    rows = {row.slug: row for row in Topic.objects.select_related("example").select_for_update(of=("self",))}
    for entry in entries:
        row = rows.get(entry.slug)
        if row is None:
            continue
        old = (row.loaded or {}).get("example")
        stands = row.example.slug if row.example is not None and row.example.current_id is not None else ""
        example = asked.get(entry.example)
        if example is not None and example.topic_id != row.id:  # moved to another topic in the admin
            example = None
        columns = []
        if stands != entry.example:
            if (overwrite or (old or "") == stands) and (example is not None or not entry.example):
                row.example = example
                columns.append("example")
            elif old != entry.example:
                diverged.append(Divergence(f"topic {entry.slug}: example", "edited" if example else "example"))
        if old != entry.example:
            row.loaded = {**(row.loaded or {}), "example": entry.example}
            columns.append("loaded")
        if columns:
            row.save(update_fields=columns)
    return diverged


def _columns(**words: Mapping[Any, str]) -> dict[str, str]:
    return {f"{name}_{language}": text[language] for name, text in words.items() for language in ("ja", "en")}


def _was_deleted(key: str, name: str, fresh: Collection[str], loaded: Collection[str]) -> bool:
    """Whether a text that was loaded names it, so that it was there, and no new text needs it."""
    named = re.compile(rf"""\b{key}\s*=\s*["']{re.escape(name)}["']""")
    return any(map(named.search, loaded)) and not any(map(named.search, fresh))
