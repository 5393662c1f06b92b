"""Which templates name a topic or a misconception, and new versions that name another one instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from quizzes.models import Draft, QuestionTemplate, TemplateVersion, User
from quizzes.questions import TemplateError, load
from quizzes.questions.rewriting import names_misconception
from quizzes.questions.tables import read_toml
from quizzes.reader import language

from .versions import append, publish_version


@dataclass(frozen=True, slots=True)
class Text:
    """A text that counts: what learners are asked, or the newest."""

    version: TemplateVersion
    is_published: bool
    is_newest: bool

    @property
    def template(self) -> QuestionTemplate:
        """Whose version it is."""
        return self.version.template


@dataclass(frozen=True, slots=True)
class NewTexts:
    """What is written for one template: a text to publish anew, and one that is the newest afterwards, not published.

    ``problems`` say why these texts could not be versions.
    """

    template: QuestionTemplate
    published: tuple[TemplateVersion, str] | None
    newest: tuple[TemplateVersion, str] | None
    problems: tuple[str, ...]


def texts_of_topic(slug: str) -> list[Text]:
    """The texts that say they are in a topic."""
    return [text for text in _texts(slug) if read_toml(text.version.source).get("topic") == slug]


def texts_of_misconception(code: str) -> list[Text]:
    """The texts that name a misconception."""
    return [text for text in _texts(code) if names_misconception(text.version.source, code)]


def drafts_that_name(name: str) -> int:
    """How many texts that somebody is writing have this name in quotes; they may not be readable yet."""
    return Draft.objects.filter(Q(source__contains=f'"{name}"') | Q(source__contains=f"'{name}'")).count()


def new_texts(texts: Iterable[Text], change: Callable[[str], str]) -> list[NewTexts]:
    """What ``change`` makes of the texts, by template; the newest text stays the newest. Nothing is written."""
    by_template: dict[str, list[Text]] = {}
    for text in texts:
        by_template.setdefault(text.template.slug, []).append(text)
    return [_new(found, change) for _slug, found in sorted(by_template.items())]


def write(texts: NewTexts, *, by: User | None, note: str, proof: Callable[[Any], Any]) -> None:
    """Make them versions. ``proof`` makes the proof of the new text from that of the old one, which says the same.

    Called inside a transaction. Raises as :func:`append` and :func:`publish_version` do.
    """
    for old, source in filter(None, (texts.published, texts.newest)):
        version, is_new = append(source, by=by, note=note, to=texts.template)
        if is_new and old.proof is not None:
            version.proof = proof(old.proof)
            version.save(update_fields=["proof"])
        if (old, source) == texts.published:
            publish_version(version, by=by)


def _new(found: list[Text], change: Callable[[str], str]) -> NewTexts:
    template = found[0].template
    published = next((one for one in found if one.is_published), None)
    newest = next((one.version for one in found if one.is_newest and not one.is_published), None)
    if newest is None and published is not None and not published.is_newest:  # the newest names something else
        newest = template.versions.filter(voided_at=None, number__gt=published.version.number).order_by("number").last()
    pairs = [
        (version, change(version.source)) if version is not None else None
        for version in (published.version if published else None, newest)
    ]
    problems = []
    for _version, source in filter(None, pairs):
        try:
            load(source)
        except TemplateError as error:
            problems += [problem.told(language()) for problem in error.problems]
    return NewTexts(template, pairs[0], pairs[1], tuple(problems))


def _texts(name: str) -> list[Text]:
    """The published and the newest texts in which ``name`` stands anywhere."""
    later = TemplateVersion.objects.filter(template=OuterRef("template"), number__gt=OuterRef("number"), voided_at=None)
    rows = TemplateVersion.objects.annotate(is_newest=~Exists(later)).filter(source__contains=name)
    rows = rows.filter(Q(published_for__isnull=False) | Q(is_newest=True, voided_at=None))
    return [
        Text(row, row.template.current_id == row.id, row.is_newest)
        for row in rows.select_related("template").order_by("template__slug", "number")
    ]
