"""The author's verbs: publish a template, load the bank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction

from .models import Misconception, QuestionTemplate, TemplateVersion, Topic
from .questions import Problem, Template, TemplateError, load
from .questions.catalogue import Bank, unfit_examples


@dataclass(slots=True)
class BankReport:
    """What loading the bank changed, by slug."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)  # published, but not in this bank; left as they are


def publish(source: str) -> tuple[TemplateVersion, bool]:
    """Make ``source`` the published version of its template; the same text again changes nothing.

    Returns the version and whether it is new. Raises :class:`TemplateError` for a source that does not load, that
    names an unknown topic or misconception, or that would turn a question into a flashcard.
    """
    template = load(source)
    with transaction.atomic():
        topic = _topic(template)
        row, _ = QuestionTemplate.objects.select_for_update().get_or_create(
            slug=template.slug, defaults={"topic": topic, "kind": template.kind, "level": template.level}
        )
        if row.kind != template.kind:
            raise TemplateError([Problem("schema", "slug", f"{template.slug} is a {row.kind} already")])
        row.misconceptions.set(Misconception.objects.filter(code__in=template.misconception_codes()))
        newest = row.versions.order_by("-number").first()
        row.topic, row.level, row.calculates = topic, template.level, bool(template.parameters)
        if newest is not None and newest.source == source and row.current_id == newest.id:
            row.save(update_fields=["topic", "level", "calculates"])
            return newest, False
        version = TemplateVersion.objects.create(template=row, number=newest.number + 1 if newest else 1, source=source)
        row.current = version
        row.save(update_fields=["topic", "level", "current", "calculates"])
    return version, True


def load_bank(bank: Bank, progress: Callable[[str], None] = lambda line: None) -> BankReport:
    """Bring topics, misconceptions and templates in step with ``bank``: all of it or nothing; idempotent."""
    report = BankReport()
    places: dict[str, str] = {}
    with transaction.atomic():
        _load_topics(bank)
        _load_misconceptions(bank)
        for where, source in bank.sources:
            progress(where)
            try:
                version, new = publish(source)
            except TemplateError as error:
                raise TemplateError(
                    [Problem(p.check, f"{where}: {p.where}", p.message) for p in error.problems]
                ) from None
            slug = version.template.slug
            if slug in places:  # each loading would publish one after the other
                raise TemplateError([Problem("schema", f"{where}: slug", f"{slug} is in {places[slug]} already")])
            places[slug] = where
            (report.unchanged if not new else report.created if version.number == 1 else report.updated).append(slug)
        _choose_examples(bank)
        published = QuestionTemplate.objects.filter(current__isnull=False).values_list("slug", flat=True)
        report.absent = sorted(set(published) - places.keys())
    return report


def _topic(template: Template) -> Topic:
    problems = []
    topic = Topic.objects.filter(slug=template.topic).first()
    if topic is None:
        problems.append(Problem("unknown-topic", "topic", f"there is no topic {template.topic!r}"))
    codes = template.misconception_codes()
    known = set(Misconception.objects.filter(code__in=codes).values_list("code", flat=True))
    problems += [
        Problem("unknown-misconception", code, "is not in the catalogue of misconceptions")
        for code in codes
        if code not in known
    ]
    if problems or topic is None:
        raise TemplateError(problems)
    return topic


def _load_topics(bank: Bank) -> None:
    rows = {}
    for position, entry in enumerate(bank.topics):
        rows[entry.slug], _ = Topic.objects.update_or_create(
            slug=entry.slug,
            defaults={"position": position}
            | {
                f"{name}_{language}": text[language]
                for name, text in (("title", entry.title), ("text", entry.text), ("formula", entry.formula))
                for language in text
            },
        )
        rows[entry.slug].requires.set([rows[slug] for slug in entry.requires])


def _choose_examples(bank: Bank) -> None:
    """Point the topics at their examples, once these are published."""
    wanted = {entry.slug: entry.example for entry in bank.topics}
    published = QuestionTemplate.objects.filter(slug__in=wanted.values(), current__isnull=False)
    rows = {row.slug: row for row in published.select_related("topic")}
    problems = unfit_examples(bank.topics, {slug: (row.topic.slug, row.kind) for slug, row in rows.items()})
    if problems:
        raise TemplateError(problems)
    for topic, example in wanted.items():
        Topic.objects.filter(slug=topic).update(example=rows.get(example))


def _load_misconceptions(bank: Bank) -> None:
    for entry in bank.misconceptions:
        Misconception.objects.update_or_create(
            code=entry.code,
            defaults={
                f"{name}_{language}": text[language]
                for name, text in (("title", entry.title), ("wrong", entry.wrong), ("remedy", entry.remedy))
                for language in text
            },
        )
