"""Templates as those see them who write them: what is published, what is newer, how it is answered.

Each function takes a fixed number of queries, and looks at a bounded number of attempts for each template.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from quizzes.models import Attempt, CardAction, Publication, QuestionTemplate, TemplateVersion
from quizzes.questions import Language, TemplateError
from quizzes.questions.tables import read_toml

from .naming import title_in

LATEST = 500  # attempts of a template that its row in the list counts
LANGUAGES: tuple[Language, ...] = ("ja", "en")


@dataclass(frozen=True, slots=True)
class Answers:
    """The latest answers to a template that count, and how many of them were right; ``cut``: there may be more."""

    count: int
    right: int
    cut: bool

    @property
    def accuracy(self) -> float | None:
        """The share of right answers."""
        return self.right / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class Authored:
    """One template: ``newest`` is the version saved last, ``published`` the number of the one that is asked."""

    newest: TemplateVersion
    published: int | None
    title: Mapping[Language, str]
    languages: tuple[Language, ...]  # in which every text is there
    answers: Answers


def templates() -> QuerySet[QuestionTemplate]:
    """All templates, with the id of the newest version, and when and by whom the template was last changed.

    ``newest_number`` is that of the newest version that was not voided.
    """
    newest = TemplateVersion.objects.filter(template=OuterRef("pk")).order_by("-number")
    acts = Publication.objects.filter(template=OuterRef("pk")).order_by("-at", "-id")
    rows = QuestionTemplate.objects.annotate(
        newest_id=Subquery(newest.values("id")[:1]),
        newest_number=Subquery(newest.filter(voided_at=None).values("number")[:1]),
        saved_at=Subquery(newest.values("created_at")[:1]),
        saved_by=Subquery(newest.values("author__email")[:1]),
        acted_at=Subquery(acts.values("at")[:1]),
        acted_by=Subquery(acts.values("by__email")[:1]),
    )
    return rows.annotate(changed_at=Greatest(F("saved_at"), Coalesce(F("acted_at"), F("saved_at"))))


def authored(ids: Sequence[UUID]) -> dict[UUID, Authored]:
    """What is told of each of these templates: two queries."""
    newest = TemplateVersion.objects.filter(template=OuterRef("pk")).order_by("-number").values("id")[:1]
    rows = QuestionTemplate.objects.filter(id__in=ids).annotate(
        newest_id=Subquery(newest),
        published=F("current__number"),
        seen=_Count(_latest()),
        counted=_Count(_latest(), "WHERE NOT taken_back"),
        right=_Count(_latest(), "WHERE NOT taken_back AND score >= 1"),
    )
    found = {row.id: row for row in rows}
    versions = TemplateVersion.objects.filter(id__in=[row.newest_id for row in found.values()])
    return {
        version.template_id: Authored(
            newest=version,
            published=found[version.template_id].published,
            title=_text(version, found[version.template_id].slug).title,
            languages=_text(version, found[version.template_id].slug).languages,
            answers=_answers(found[version.template_id]),
        )
        for version in versions
    }


def problems_of_newest() -> list[tuple[UUID, list[Mapping[str, Any]] | None]]:
    """For every template what the proof of its newest version found; ``None`` where it was not proved."""
    later = TemplateVersion.objects.filter(template=OuterRef("template"), number__gt=OuterRef("number"))
    rows = TemplateVersion.objects.filter(~Exists(later))
    return list(rows.values_list("template_id", "proof__problems"))


@dataclass(frozen=True, slots=True)
class Row:
    """One version in the history of a template."""

    version: TemplateVersion
    by: str  # an address; empty where it is not known, or nobody's
    published: bool  # it is the one that is asked
    was_published: bool


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done with a template."""

    at: datetime
    act: str
    number: int | None
    by: str


def history(template: QuestionTemplate) -> tuple[list[Row], list[Act]]:
    """Its versions and what was done with them, the latest first: two queries. Sources and proofs are not read."""
    acts = [
        Act(at, act, number, by or "")
        for at, act, number, by in Publication.objects.filter(template=template)
        .order_by("-at", "-id")
        .values_list("at", "act", "version__number", "by__email")
    ]
    asked = {one.number for one in acts if one.act == "publish"}
    versions = template.versions.annotate(by=F("author__email"), problems=F("proof__problems")).defer("source", "proof")
    return [
        Row(version, version.by or "", version.id == template.current_id, version.number in asked)
        for version in versions.order_by("-number")
    ], acts


@dataclass(frozen=True, slots=True)
class _Text:
    title: Mapping[Language, str]
    languages: tuple[Language, ...]


_texts: dict[UUID, _Text] = {}


def _text(version: TemplateVersion, slug: str) -> _Text:
    """What stands in the text of a version, which never changes: each is read once."""
    if version.id not in _texts:
        _texts[version.id] = _Text(title_in(version.source, slug), languages_of(version.source))
    return _texts[version.id]


def languages_of(source: str) -> tuple[Language, ...]:
    """The languages in which a text has all its words; none for what cannot be read.

    >>> languages_of('title = { ja = "和", en = "Sum" }\\nstem = { ja = "…" }')
    ('ja',)
    """
    try:
        document = read_toml(source)
    except TemplateError:
        return ()
    return tuple(language for language in LANGUAGES if _complete(document, language))


def _complete(value: Any, language: Language) -> bool:
    if isinstance(value, list):
        return all(_complete(item, language) for item in value)
    if not isinstance(value, dict):
        return True
    if value and value.keys() <= {*LANGUAGES}:
        return bool(value.get(language))
    return all(_complete(item, language) for item in value.values())


class _Count(Subquery):
    """How many rows a bounded query of its own gives for each row."""

    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Attempt, Any], where: str = "") -> None:
        super().__init__(rows)
        self.template = f"(SELECT COUNT(*) FROM (%(subquery)s) latest {where})"  # noqa: S608  # words of ours


def _latest() -> QuerySet[Attempt, Any]:
    taken_back = CardAction.objects.filter(learner_id=OuterRef("learner_id"), act="void", voids=OuterRef("id"))
    attempts = Attempt.objects.filter(template=OuterRef("pk")).annotate(taken_back=Exists(taken_back))
    return attempts.order_by("-answered_at").values("score", "taken_back")[:LATEST]


def _answers(row: Any) -> Answers:
    return Answers(row.counted, row.right, cut=row.seen == LATEST)
