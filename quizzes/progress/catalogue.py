"""What there is to learn, as rows that tell everything shown of it: an answer made of them changes when they do.

Each function takes one or two queries, however long the catalogue is.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, F, QuerySet, When

from quizzes import models
from quizzes.models import Misconception, QuestionTemplate
from quizzes.prepared import Prepared
from quizzes.questions import Language


class Published(NamedTuple):
    """A published template in its current version."""

    slug: str
    topic: str
    kind: str
    level: int
    version: UUID
    number: int


class Heading(NamedTuple):
    """A topic's words; ``example`` names a published question, ``requires`` the topics that come before."""

    slug: str
    position: int
    title_ja: str
    title_en: str
    text_ja: str
    text_en: str
    formula_ja: str
    formula_en: str
    example: str | None
    requires: tuple[str, ...]

    def in_language(self, language: Language) -> tuple[str, str, str]:
        """Title, text and formula; the latter two may be empty."""
        if language == "ja":
            return self.title_ja, self.text_ja, self.formula_ja
        return self.title_en, self.text_en, self.formula_en


class WrongRule(NamedTuple):
    """A misconception's words; ``merged_into`` is the code that it goes by now, if that is another."""

    code: str
    title_ja: str
    title_en: str
    wrong_ja: str
    wrong_en: str
    remedy_ja: str
    remedy_en: str
    merged_into: str | None = None


def published() -> list[Published]:
    """All published templates, by slug."""
    return sorted(Published(*row) for row in _published())


def headings() -> list[Heading]:
    """All topics in the order of learning."""
    requires: dict[str, list[str]] = {}
    for slug, required in _requires():
        requires.setdefault(slug, []).append(required)
    return [Heading._make((*row, tuple(requires.get(row[0], ())))) for row in _headings()]


def wrong_rules() -> list[WrongRule]:
    """All misconceptions, by code."""
    return sorted(WrongRule(*row) for row in _wrong_rules())


def by_code(rules: list[WrongRule]) -> dict[str, WrongRule]:
    """Each rule by its code, and what it was merged into by the codes of before."""
    rows = {rule.code: rule for rule in rules}
    return {code: rows[rule.merged_into or code] for code, rule in rows.items()}


def _templates() -> QuerySet[QuestionTemplate, tuple[Any, ...]]:
    found = QuestionTemplate.objects.filter(current__isnull=False)
    return found.values_list("slug", "topic__slug", "kind", "level", "current_id", "current__number")


def _topics() -> QuerySet[models.Topic, tuple[Any, ...]]:
    words = [f"{name}_{language}" for name in ("title", "text", "formula") for language in ("ja", "en")]
    example = Case(When(example__current__isnull=False, then=F("example__slug")))
    return models.Topic.objects.order_by("position", "slug").values_list("slug", "position", *words, example)


def _requirements() -> QuerySet[Any, tuple[str, str]]:
    required = models.Topic.objects.filter(requires__isnull=False)
    return required.order_by("requires__position", "requires__slug").values_list("slug", "requires__slug")


_published = Prepared(_templates)
_headings = Prepared(_topics)
_requires = Prepared(_requirements)
_wrong_rules = Prepared(lambda: Misconception.objects.values_list(*WrongRule._fields[:-1], "merged_into__code"))
