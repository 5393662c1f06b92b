"""What an author brings back: first only looked at and told, then taken in step by step.

An export says what everything was when it went out (:data:`quizzes.authoring.exporting.MANIFEST`); what is unchanged
here since then takes the file's text, what was changed here only stays, and what both changed is reported. Without
that, a text that stands here in an older version counts as known. A version never takes the place of another: texts
become new versions, and only an editor's wish publishes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from time import monotonic, thread_time
from typing import Any, Literal, TypeAlias

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import override

from quizzes.models import Misconception, QuestionTemplate, TemplateVersion, Topic, User
from quizzes.questions import Problem, Template, TemplateError, load, split
from quizzes.questions.catalogue import (
    MisconceptionEntry,
    TopicEntry,
    no_topic,
    read_misconceptions,
    read_topics,
    stands_twice,
    unknown_references,
)
from quizzes.questions.words import Both
from quizzes.reader import language

from .exporting import MANIFEST, digest, rule_digest, rule_entry, topic_digest, topic_entry
from .loading import slug_of
from .proofs import prove_version
from .publishing import publish_proved
from .reconciling import in_order, rule_columns, topic_columns
from .versions import Conflict, NotPublishable, append, of_other_kind
from .workshop import Busy, TooMuch

Outcome: TypeAlias = Literal["new", "changed", "unchanged", "older", "diverged", "refused", "error"]
Kind: TypeAlias = Literal["topic", "misconception", "template", "file"]
TAKEN: tuple[Outcome, ...] = ("new", "changed")

PLAN_SECONDS = 5.0  # of the processor: the whole bank takes one
STEP_SECONDS = 8.0
PROOF_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing of an upload, and what would become of it."""

    kind: Kind
    where: str  # the file
    name: str  # slug or code; "" where it could not be read
    outcome: Outcome
    problems: tuple[Problem, ...] = ()
    source: str = ""  # of a template
    base: int = 0  # the newest version that stands here


@dataclass(slots=True)
class Plan:
    """All of an upload; ``seal`` changes with anything that matters, here or in the upload."""

    findings: list[Finding] = field(default_factory=list)
    topics: list[TopicEntry] = field(default_factory=list)
    misconceptions: list[MisconceptionEntry] = field(default_factory=list)

    @property
    def seal(self) -> str:
        """By which the author's decision is bound to what was shown."""
        shown = [(one.kind, one.where, one.name, one.outcome, one.base) for one in self.findings]
        return digest(
            json.dumps([shown, list(map(topic_digest, self.topics)), list(map(rule_digest, self.misconceptions))])
        )

    def taken(self, kind: Kind, *, diverged: bool) -> list[Finding]:
        """What would be written."""
        outcomes = (*TAKEN, "diverged") if diverged else TAKEN
        return [one for one in self.findings if one.kind == kind and one.outcome in outcomes]


class TooSlow(Exception):
    """The files take too long to be read."""


def plan(texts: Mapping[str, str], *, catalogue: bool, seconds: float = PLAN_SECONDS) -> Plan:
    """What would become of each thing in ``texts``; nothing is written.

    ``catalogue``: whether topics and misconceptions may be changed. ``seconds`` are those that this thread may have
    of the processor. Raises :class:`TooSlow`.
    """
    end = thread_time() + seconds

    def tick() -> None:
        if thread_time() > end:
            raise TooSlow

    made, known = Plan(), _manifest(texts)
    _plan_catalogue(made, texts, known, tick, catalogue=catalogue)
    topics = {*Topic.objects.values_list("slug", flat=True)}
    codes = {*Misconception.objects.values_list("code", flat=True)}
    if catalogue:
        topics |= {entry.slug for entry in made.topics}
        codes |= {entry.code for entry in made.misconceptions}
    found: list[tuple[str, str, Template | None, tuple[Problem, ...]]] = []
    for where, text in sorted(texts.items()):
        if PurePosixPath(where).name in ("topics.toml", "misconceptions.toml", MANIFEST):
            continue
        try:
            parts = split(text)
        except TemplateError as error:
            found.append((where, text, None, tuple(error.problems)))
            continue
        for part in parts:
            tick()
            template, problems = _loaded(part, topics, codes)
            found.append((where, part, template, problems))
    _plan_templates(made, found, known.get("templates", {}))
    return made


def _loaded(source: str, topics: set[str], codes: set[str]) -> tuple[Template | None, tuple[Problem, ...]]:
    try:
        template = load(source)
    except TemplateError as error:
        return None, tuple(error.problems)
    return template, tuple(unknown_references(template, topics, codes))


def _plan_templates(
    made: Plan, found: Sequence[tuple[str, str, Template | None, tuple[Problem, ...]]], known: Mapping[str, str]
) -> None:
    slugs = [template.slug for _, _, template, _ in found if template is not None]
    rows = {row.slug: row for row in QuestionTemplate.objects.filter(slug__in=slugs).select_related("current")}
    versions: dict[object, list[tuple[int, str]]] = {}
    for one in TemplateVersion.objects.filter(template__in=rows.values()).order_by("number"):
        versions.setdefault(one.template_id, []).append((one.number, one.source))
    places: dict[str, str] = {}
    for where, source, template, problems in found:
        slug = template.slug if template is not None else _name(source)
        row = rows.get(slug)
        if template is not None and slug in places:
            problems += (stands_twice(slug, places[slug]),)
        if template is not None and row is not None and row.kind != template.kind:
            problems += (of_other_kind(row),)
        if template is not None:
            places.setdefault(slug, where)
        history = versions.get(row.id, []) if row is not None else []
        base = history[-1][0] if history else 0
        outcome: Outcome = "error" if problems else _outcome(row, history, source, known.get(slug))
        made.findings.append(Finding("template", where, slug, outcome, problems, source, base))


def _name(source: str) -> str:
    try:
        return slug_of(source)[:80]
    except TemplateError:
        return ""


def _outcome(
    row: QuestionTemplate | None, history: Sequence[tuple[int, str]], source: str, exported: str | None
) -> Outcome:
    if row is None or not history:
        return "new"
    number, newest = history[-1]
    if source == newest or (row.current is not None and source == row.current.source):
        return "unchanged"
    if exported is not None:
        if exported == digest(newest):
            return "changed"
        return "older" if exported == digest(source) else "diverged"
    if any(source == text for _, text in history):
        return "older"
    return "changed" if row.current is not None and row.current.number == number else "diverged"


def _plan_catalogue(
    made: Plan, texts: Mapping[str, str], known: Mapping[str, Any], tick: Callable[[], object], *, catalogue: bool
) -> None:
    before: set[tuple[type, str]] = set()
    rows = {row.slug: row for row in Topic.objects.prefetch_related("requires")}
    rules = {row.code: row for row in Misconception.objects.all()}
    entries: Sequence[TopicEntry | MisconceptionEntry]
    for where, text in sorted(texts.items()):
        name = PurePosixPath(where).name
        if name not in ("topics.toml", "misconceptions.toml"):
            continue
        try:
            entries = read_topics(text, tick) if name == "topics.toml" else read_misconceptions(text)
        except TemplateError as error:
            made.findings.append(Finding("file", where, "", "error", tuple(error.problems)))
            continue
        for entry in entries:
            tick()
            if isinstance(entry, TopicEntry):
                row = rows.get(entry.slug)
                here = topic_digest(topic_entry(row)) if row is not None else None
                bank = _as_loaded(row, topic_columns(entry))
                one = _finding("topic", where, entry.slug, here, topic_digest(entry), known.get("topics", {}), bank)
                problems = _unfit(Topic(slug=entry.slug, position=0, **topic_columns(entry)))
                made.topics.append(entry)
            else:
                rule = rules.get(entry.code)
                here = rule_digest(rule_entry(rule)) if rule is not None else None
                bank = _as_loaded(rule, rule_columns(entry))
                said = known.get("misconceptions", {})
                one = _finding("misconception", where, entry.code, here, rule_digest(entry), said, bank)
                problems = _unfit(Misconception(code=entry.code, **rule_columns(entry)))
                made.misconceptions.append(entry)
            if (type(entry), one.name) in before:
                problems += (
                    Problem("duplicate-slug", one.name, Both("すでに書かれています。", "stands here already")),
                )
            before.add((type(entry), one.name))
            made.findings.append(_allowed(one, problems, catalogue=catalogue))
    made.findings += _unfit_requirements(made, rows)


def _finding(
    kind: Kind, where: str, name: str, here: str | None, there: str, known: Mapping[str, str], bank: Outcome
) -> Finding:
    """``bank``: what follows from how the bank was loaded last, where the upload does not say what there was."""
    outcome: Outcome
    if here is None:
        outcome = "new"
    elif here == there:
        outcome = "unchanged"
    elif name in known:
        outcome = "changed" if known[name] == here else "older" if known[name] == there else "diverged"
    else:
        outcome = bank
    return Finding(kind, where, name, outcome)


def _as_loaded(row: Topic | Misconception | None, words: Mapping[str, str]) -> Outcome:
    """Who has changed the words since the bank was loaded: the file, or the admin, or both."""
    loaded: Mapping[str, Any] = (row.loaded if row is not None else None) or {}
    if row is not None and all(loaded.get(name) == getattr(row, name) for name in words):
        return "changed"
    return "older" if all(loaded.get(name) == text for name, text in words.items()) else "diverged"


def _allowed(one: Finding, problems: tuple[Problem, ...], *, catalogue: bool) -> Finding:
    if problems:
        return Finding(one.kind, one.where, one.name, "error", problems)
    if not catalogue and one.outcome not in ("unchanged", "older"):
        return Finding(one.kind, one.where, one.name, "refused")
    return one


def _unfit(row: Topic | Misconception) -> tuple[Problem, ...]:
    """What the table cannot hold."""
    try:
        row.clean_fields(exclude=["id", "loaded", "merged_into", "example"])
    except ValidationError as error:
        with override("ja"):  # Django puts the texts in words only now
            japanese = error.message_dict
        with override("en"):
            english = error.message_dict
        return tuple(
            Problem("schema", f"{row}.{name}", Both(" ".join(japanese[name]), " ".join(english[name])))
            for name in english
        )
    return ()


def _unfit_requirements(made: Plan, rows: Mapping[str, Topic]) -> list[Finding]:
    """Requirements that lead to no topic, or in a circle."""
    required = {slug: {one.slug for one in row.requires.all()} for slug, row in rows.items()}
    required |= {entry.slug: set(entry.requires) for entry in made.topics}
    problems = [
        Problem("unknown-topic", f"{slug}.requires", no_topic(one))
        for slug, needs in required.items()
        for one in sorted(needs - required.keys())
    ]
    if not problems and in_order(list(required), required) is None:
        message = Both("前提のトピックが循環しています。", "the topics require each other in a circle")
        problems.append(Problem("order", "requires", message))
    return [Finding("file", "topics.toml", "", "error", tuple(problems))] if problems else []


def _manifest(texts: Mapping[str, str]) -> dict[str, Mapping[str, str]]:
    """What the upload says that everything was; nothing where it says nothing that makes sense."""
    text = next((text for where, text in texts.items() if PurePosixPath(where).name == MANIFEST), "{}")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(said, dict):
        return {}
    return {name: table for name, table in said.items() if isinstance(table, dict)}


# Taking it in


@dataclass(slots=True)
class Progress:
    """How far an upload was taken in; plain data, as it is kept between the steps."""

    diverged: bool = False
    publish: bool = False
    catalogue: bool = False
    total: int = 0  # of templates
    words: int = 0  # of topics and misconceptions
    catalogue_done: bool = False
    saved: dict[str, str] = field(default_factory=dict)  # slug → id of the version
    published: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)  # slug → why it was not published
    failed: dict[str, str] = field(default_factory=dict)  # slug → why it was not saved
    todo: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def begin(made: Plan, *, diverged: bool, publish: bool, catalogue: bool) -> Progress:
    """What is to be done; nothing is written yet."""
    todo = [one.name for one in made.taken("template", diverged=diverged)]
    words = sum(len(made.taken(kind, diverged=diverged)) for kind in ("topic", "misconception")) if catalogue else 0
    return Progress(diverged, publish, catalogue, total=len(todo), words=words, todo=todo)


def take_step(progress: Progress, texts: Mapping[str, str], *, by: User, seconds: float = STEP_SECONDS) -> None:
    """Take in as much as fits into ``seconds``, one thing at least: topics and misconceptions first of all.

    The same step again changes nothing. Raises :class:`TooSlow`.
    """
    end = monotonic() + seconds
    if progress.catalogue and not progress.catalogue_done:
        _take_catalogue(plan(texts, catalogue=True), diverged=progress.diverged)
    progress.catalogue_done = True
    found = {one.name: one for one in plan(texts, catalogue=progress.catalogue).findings if one.kind == "template"}
    while progress.todo:
        slug = progress.todo[0]
        try:
            _take_template(progress, found.get(slug), slug, by)
        except Busy:  # others are having theirs proved: again in the next step
            break
        progress.todo.pop(0)
        if monotonic() > end:
            break
    if progress.catalogue and not progress.todo:
        _choose_missing_examples(texts)


def _take_template(progress: Progress, found: Finding | None, slug: str, by: User) -> None:
    """Save one text as the newest version, and publish it where that is wanted. Raises ``Busy``."""
    again = found is not None and found.outcome == "unchanged"  # saved by this step before, and not noted
    if found is None or not (again or found.outcome in TAKEN or (found.outcome == "diverged" and progress.diverged)):
        progress.failed[slug] = "diverged"
        return
    row = QuestionTemplate.objects.filter(slug=slug).first()
    saved = row.versions.filter(source=found.source).order_by("-number").first() if row is not None and again else None
    try:
        version = saved or append(found.source, by=by, origin="import", to=row, base=found.base)[0]
    except (Conflict, TemplateError) as error:
        progress.failed[slug] = "diverged" if isinstance(error, Conflict) else error.told(language())
        return
    progress.saved[slug] = str(version.id)
    if progress.publish:
        _publish(progress, version, slug, by)


def _publish(progress: Progress, version: TemplateVersion, slug: str, by: User) -> None:
    try:
        if version.proof is None:
            prove_version(version, seconds=PROOF_SECONDS)
        publish_proved(version, by=by, accept_warnings=True)
    except NotPublishable as refused:
        progress.kept[slug] = refused.code
    except TooMuch:
        progress.kept[slug] = "too-much"
    except TemplateError as error:
        progress.kept[slug] = error.told(language())
    else:
        progress.published.append(slug)


def _take_catalogue(made: Plan, *, diverged: bool) -> None:
    """Write the words and requirements of topics, and of misconceptions; new topics go to the end."""
    topics = {one.name for one in made.taken("topic", diverged=diverged)}
    rules = {one.name for one in made.taken("misconception", diverged=diverged)}
    with transaction.atomic():
        stood = list(Topic.objects.select_for_update().order_by("position"))
        last = max((row.position for row in stood), default=-1)
        entries = {entry.slug: entry for entry in made.topics if entry.slug in topics}
        for number, (slug, entry) in enumerate(entries.items(), 1):
            words = topic_columns(entry)
            Topic.objects.update_or_create(
                slug=slug, defaults=words, create_defaults={**words, "position": last + number}
            )
        rows = {row.slug: row for row in Topic.objects.all()}
        for slug, entry in entries.items():
            rows[slug].requires.set([rows[one] for one in entry.requires])
        required = {row.slug: {one.slug for one in row.requires.all()} for row in rows.values()}
        order = sorted(rows, key=lambda slug: rows[slug].position)
        better = in_order(order, required) or order
        for position, slug in enumerate(better if better != order else ()):
            Topic.objects.filter(slug=slug).update(position=position)
        for rule in made.misconceptions:
            if rule.code in rules:
                Misconception.objects.update_or_create(code=rule.code, defaults=rule_columns(rule))


def _choose_missing_examples(texts: Mapping[str, str]) -> None:
    """Point topics without an example at the one that the upload names, once that is asked."""
    for where, text in texts.items():
        if PurePosixPath(where).name != "topics.toml":
            continue
        for entry in read_topics(text):
            example = QuestionTemplate.objects.filter(
                slug=entry.example, topic__slug=entry.slug, kind="question", current__isnull=False
            ).first()
            if example is not None:
                Topic.objects.filter(slug=entry.slug, example=None).update(example=example)
