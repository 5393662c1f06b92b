"""What the answers say of a template, for those who write it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import NamedTuple
from uuid import UUID

import numpy as np
from django.db.models import Avg, Exists, OuterRef

from quizzes.agenda import IDLE_MS
from quizzes.merges import Merges, merges
from quizzes.models import Attempt, Card, CardAction, QuestionTemplate

from .intervals import Proportion, wilson

LATEST = 20_000  # attempts that are looked at
COMPARED = 1_000  # learners, the latest, whose other cards are looked at
FEWEST_COMPARED = 10


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often a misconception showed, and in which share of the attempts."""

    code: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Statistics:
    """The answers to a version, or to all versions.

    Right is what has the full score. ``first`` takes each learner's first answer only, ``every`` all of them.
    ``discrimination`` is the correlation, over learners, of the score of the first answer with the mean skill on their
    other cards: near 0 or below, the question does not tell who can do it. ``None`` for fewer than 10 learners, or
    where all are alike.
    """

    attempts: int
    learners: int
    first: Proportion
    every: Proportion
    median_ms: float | None
    misconceptions: tuple[Frequency, ...]  # the most frequent first
    discrimination: float | None


@dataclass(frozen=True, slots=True)
class TemplateStatistics:
    """A template in all and by the number of its version, the newest first.

    Only the latest ``LATEST`` attempts are looked at, and what is first among them counts as first; ``cut`` says
    whether there may be more. ``since`` is the time of the earliest of them.
    """

    slug: str
    overall: Statistics
    versions: dict[int, Statistics]
    cut: bool
    since: datetime | None


def template_statistics(slug: str) -> TemplateStatistics:
    """The answers of all learners to a template. Raises ``QuestionTemplate.DoesNotExist``."""
    template = QuestionTemplate.objects.values_list("id", flat=True).get(slug=slug)
    attempts = _attempts(template)
    answers = [answer for answer in attempts if not answer.void]
    skills, merged = _skills(template, answers), merges()
    by_version: defaultdict[int, list[_Answer]] = defaultdict(list)
    for answer in answers:
        by_version[answer.version].append(answer)
    return TemplateStatistics(
        slug=slug,
        overall=_statistics(answers, skills, merged),
        versions={
            number: _statistics(by_version[number], skills, merged) for number in sorted(by_version, reverse=True)
        },
        cut=len(attempts) == LATEST,
        since=attempts[-1].answered_at if attempts else None,
    )


NOBODY = Statistics(0, 0, wilson(0, 0), wilson(0, 0), None, (), None)


class _Answer(NamedTuple):
    learner: UUID
    version: int
    score: float
    duration_ms: int | None
    misconceptions: list[str]
    answered_at: datetime
    void: bool


def taken_back() -> Exists:
    """Whether an attempt does not count: its learner took it back, or its version was voided."""
    return Exists(CardAction.objects.filter(learner_id=OuterRef("learner_id"), act="void", voids=OuterRef("id")))


def _attempts(template: UUID) -> list[_Answer]:
    """The latest, the latest first. Those that do not count are told, not left out: a million could stand in front."""
    attempts = Attempt.objects.filter(template_id=template).order_by("-answered_at", "-id")
    columns = ("learner_id", "version__number", "score", "duration_ms", "misconceptions", "answered_at")
    return [_Answer(*row) for row in attempts.values_list(*columns, taken_back())[:LATEST]]


def _skills(template: UUID, answers: list[_Answer]) -> dict[UUID, float]:
    """The mean skill of the latest learners on their other cards, where they have any."""
    learners = list(dict.fromkeys(answer.learner for answer in answers))[:COMPARED]
    others = Card.objects.filter(learner_id__in=learners, skill__isnull=False).exclude(template_id=template)
    return dict(others.values_list("learner_id").annotate(mean=Avg("skill")))


def _statistics(answers: list[_Answer], skills: dict[UUID, float], merged: Merges) -> Statistics:
    firsts = {answer.learner: answer.score for answer in answers}  # the earliest overwrites
    durations = [min(answer.duration_ms, IDLE_MS) for answer in answers if answer.duration_ms is not None]
    shown = Counter(code for answer in answers for code in merged.codes(answer.misconceptions))
    ranked = sorted(shown.items(), key=lambda item: (-item[1], item[0]))
    return Statistics(
        attempts=len(answers),
        learners=len(firsts),
        first=wilson(sum(score >= 1 for score in firsts.values()), len(firsts)),
        every=wilson(sum(answer.score >= 1 for answer in answers), len(answers)),
        median_ms=float(median(durations)) if durations else None,
        misconceptions=tuple(Frequency(code, count, count / len(answers)) for code, count in ranked),
        discrimination=_discrimination(firsts, skills),
    )


def _discrimination(firsts: dict[UUID, float], skills: dict[UUID, float]) -> float | None:
    compared = [(score, skills[learner]) for learner, score in firsts.items() if learner in skills]
    if len(compared) < FEWEST_COMPARED:
        return None
    scores, means = np.array(compared, dtype=np.float64).T
    if np.ptp(scores) == 0 or np.ptp(means) == 0:
        return None
    return float(np.corrcoef(scores, means)[0, 1])
