"""Where a template stands among the others of its level and kind, by how often a first answer is right."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from random import Random
from statistics import quantiles
from typing import Any, Literal
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.db.models import Exists, OuterRef

from quizzes.models import Attempt, QuestionTemplate

from .authors import taken_back
from .intervals import Proportion

MOST = 60  # templates that are compared with
EACH = 300  # of their attempts, the latest
FEWEST_LEARNERS = 5  # of a template that is compared with, or compared
FEWEST = 4  # templates that there have to be
SECONDS = 3600  # for which the others' figures are kept

Standing = Literal["harder", "alike", "easier"]


@dataclass(frozen=True, slots=True)
class Difficulty:
    """The others' shares of right first answers: their number, their quartiles, and where this template lies.

    ``harder_than`` is the share of the others that are more often answered rightly. Harder is what lies below the
    lower quartile; ``sure`` says whether the whole interval lies on that side of it.
    """

    level: int
    kind: str
    compared: int
    quartiles: tuple[float, float, float] | None
    harder_than: float | None
    standing: Standing | None
    sure: bool


def difficulty(template: QuestionTemplate, first: Proportion) -> Difficulty:
    """How ``first``, the template's right first answers, compares; up to an hour old as far as others go.

    Without a standing where too few learners answered it, or too few other templates were answered by enough.
    """
    shares = [
        right / learners
        for other, (right, learners) in _others(template.kind, template.level).items()
        if other != template.id and learners >= FEWEST_LEARNERS
    ]
    if len(shares) < FEWEST:
        return Difficulty(template.level, template.kind, len(shares), None, None, None, False)
    low, middle, high = quantiles(shares, n=4, method="inclusive")
    if first.share is None or first.trials < FEWEST_LEARNERS:
        return Difficulty(template.level, template.kind, len(shares), (low, middle, high), None, None, False)
    standing: Standing = "harder" if first.share < low else "easier" if first.share > high else "alike"
    return Difficulty(
        level=template.level,
        kind=template.kind,
        compared=len(shares),
        quartiles=(low, middle, high),
        harder_than=sum(share > first.share for share in shares) / len(shares),
        standing=standing,
        sure=first.high < low if standing == "harder" else first.low > high if standing == "easier" else True,
    )


def _others(kind: str, level: int) -> dict[UUID, tuple[int, int]]:
    """Right first answers and learners by template, of a fixed choice of the published ones where there are many."""
    key = f"first-answers-{kind}-{level}"
    found: dict[UUID, tuple[int, int]] | None = cache.get(key)
    if found is None:
        published = QuestionTemplate.objects.filter(kind=kind, level=level, current__isnull=False)
        templates = list(published.order_by("id").values_list("id", flat=True))
        if len(templates) > MOST:
            templates = Random(level).sample(templates, MOST)  # noqa: S311  # always the same ones
        found = _first_answers(templates)
        with suppress(OSError):  # a full disk keeps nobody from looking
            cache.set(key, found, SECONDS)
    return found


def _first_answers(templates: list[UUID]) -> dict[UUID, tuple[int, int]]:
    """Among the latest attempts of each template, those before which their learner had not answered it."""
    if not templates:
        return {}
    parts: list[str] = []
    parameters: list[Any] = []
    for number, template in enumerate(templates):
        earlier = Attempt.objects.filter(
            ~taken_back(),
            learner_id=OuterRef("learner_id"),
            template_id=template,
            answered_at__lt=OuterRef("answered_at"),
        )
        latest = Attempt.objects.filter(template_id=template).order_by("-answered_at", "-id")
        sql, values = latest.values_list("score", Exists(earlier), taken_back())[:EACH].query.sql_with_params()
        parts.append(f"SELECT {number}, latest.* FROM ({sql}) AS latest")  # noqa: S608  # Django's own
        parameters += values
    found = dict.fromkeys(templates, (0, 0))
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), parameters)
        for number, score, repeated, void in cursor.fetchall():
            if not repeated and not void:
                right, learners = found[templates[number]]
                found[templates[number]] = right + (score >= 1), learners + 1
    return found
