"""One year in which every model schedules its own reviews.

All cards are new on the first day, and the learner is there whenever one is due. The second chance is given where it
is part of the model: ours only. The others ask once a day. ``truth`` knows the memory and asks on the last day on
which recall is not below the retention: what the target costs where nothing has to be guessed. A model that takes
slips for forgetting asks too often and recalls more than was asked for; so that this is not mistaken for merit or
waste, first answers alone are also scheduled at lower retentions. SM-2 has none to choose.

What was met in a lesson needs fewer reviews than what is missed at first, so these cards are also counted alone.

The plain setting is the one in which the design states its numbers: memories by FSRS-6's published parameters without
spread, every card known on the first day, 10 % slips and no guesses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quizzes.scheduling import DEFAULTS, Preferences

from .answering import Answers, study
from .learners import PLAIN, Kind, Learner, Memory, draws, learner
from .metrics import Floats
from .models import FIRST_ANSWER, MODELS, OURS, SM2, TRUTH
from .size import Size

YEAR = 365  # days


@dataclass(frozen=True)
class Policy:
    """A model and the retention it is asked for."""

    model: str
    retention: float | None = 0.9


POLICIES = (
    Policy(TRUTH),
    Policy(OURS),
    Policy(FIRST_ANSWER),
    Policy(FIRST_ANSWER, 0.85),
    Policy(FIRST_ANSWER, 0.8),
    Policy(SM2, None),
)
PLAIN_POLICIES = (Policy(TRUTH), Policy(OURS), Policy(FIRST_ANSWER))
PLAIN_ANSWERS = Answers(slip=0.1, guess=0.0)


@dataclass(frozen=True)
class Schedule:
    """Means over cards; recall is the memory's own probability, not a prediction."""

    kind: Kind
    slip: float
    guess: float
    model: str
    retention: float | None
    reviews: float  # days with a review, the first included, per card and year
    reviews_met: float  # the same of cards met in a lesson
    answers: float  # per card and year
    recall_at_review: float  # the first not included
    recall: float  # over the year's days


@dataclass(frozen=True)
class _Year:
    """Of one card."""

    met: bool  # in a lesson
    reviews: int
    answers: int
    at_review: list[float]
    daily: Floats


def schedule(kind: Kind, answers: Answers, policy: Policy, size: Size) -> Schedule:
    """Let learners follow a policy."""
    return _schedule([learner(kind, number) for number in range(size.learners)], size.scheduled, answers, policy)


def plain(policy: Policy, size: Size) -> Schedule:
    """Let the plain learner follow a policy, with as many cards as all learners have for predictions."""
    return _schedule([PLAIN], size.learners * size.predicted, PLAIN_ANSWERS, policy)


def _schedule(learners: list[Learner], cards: int, answers: Answers, policy: Policy) -> Schedule:
    years = [
        _year(who.memory(card), f"{who.name} {card}", answers, policy) for who in learners for card in range(cards)
    ]
    return Schedule(
        learners[0].kind,
        answers.slip,
        answers.guess,
        policy.model,
        policy.retention,
        float(np.mean([year.reviews for year in years])),
        float(np.mean([year.reviews for year in years if year.met])),
        float(np.mean([year.answers for year in years])),
        float(np.mean([recall for year in years for recall in year.at_review])),
        float(np.mean([year.daily.mean() for year in years])),
    )


def _year(memory: Memory, key: str, answers: Answers, policy: Policy) -> _Year:
    rng = draws(f"{key} answers")
    preferences = DEFAULTS if policy.retention is None else Preferences(retention=policy.retention)
    model = None if policy.model == TRUTH else MODELS[policy.model](key.encode(), preferences)
    day, reviews, daily = 0, [], []
    while day < YEAR:
        studied = study(memory, day, answers, policy.model == OURS, rng)
        reviews.append(studied)
        if model is None:
            due = _due_by_truth(memory, day, preferences.retention)
        else:
            model.take(studied)
            due = model.due_day
        daily.append(memory.recalls(range(day + 1, min(due, YEAR) + 1)))
        day = due
    return _Year(
        reviews[0].recall > 0,
        len(reviews),
        sum(studied.answers for studied in reviews),
        [studied.recall for studied in reviews[1:]],
        np.concatenate(daily),
    )


def _due_by_truth(memory: Memory, day: int, retention: float) -> int:
    return max(day + int((memory.recalls(range(day + 1, YEAR + 1)) >= retention).sum()), day + 1)
