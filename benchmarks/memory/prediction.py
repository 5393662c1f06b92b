"""Predictions on a neutral schedule: the intervals come from no model, but expand at random.

Before every review but the first, each model gives the probability of recall. All scores are of one half of the
learners. The primary score is the log loss against their first answers, with slips and guesses. It is taken twice:

* raw: predicted recall stands for a right answer;
* with share: the predicted recall of every model is taken times that learner's own share of recalled answers that are
  right (:func:`quizzes.scheduling.share`), which follows from the learner's reviews before, of all cards, as this model
  predicted them. Nothing is learned from others.

Three columns are no models of recall, and alike in both. ``truth`` knows memory, slips and guesses: none can be
expected to do better. ``constant`` is the rate of right answers of the other half of the learners. ``own rate`` begins
with that and moves to the rate of the learner's own reviews before, with a prior as heavy as that of the share: what
there is to gain from knowing the learner without knowing the card.

Since the memories are known, raw predictions are also held against recall itself: log loss against the event, and the
distance to the memory's own probability.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

import numpy as np

from quizzes.scheduling import DEFAULTS, Preferences, share
from quizzes.scheduling.answering import PRIOR

from .answering import Answers, Studied, study
from .learners import Kind, Learner, draws, learner
from .metrics import Booleans, Floats, auc, distance, log_loss
from .models import CONSTANT, MODELS, OWN_RATE, TRUTH, Model
from .size import Size

FIRST_INTERVAL = 2.0  # days, the median; each further one is the last times …
GROWTH = 1.6  # … this, the median
FIRST_SPREAD = 0.7  # standard deviations of the logarithms
GROWTH_SPREAD = 0.5
REVIEWS = 9
LAST_DAY = 365

_Review: TypeAlias = tuple[Studied, dict[str, float]]
Models: TypeAlias = Mapping[str, Callable[[bytes, Preferences], Model]]


@dataclass(frozen=True)
class Score:
    """Of one model."""

    model: str
    log_loss: float  # against the first answers, raw …
    log_loss_with_share: float  # … and with the learner's own share, if it is a model of recall
    auc: float  # of the first answers
    recall_log_loss: float  # against recall
    recall_distance: float  # to the memory's probability


@dataclass(frozen=True)
class Prediction:
    """The scores for learners of one kind under one condition, and how many reviews there were."""

    kind: Kind
    slip: float
    guess: float
    reviews: int
    right: float
    recalled: float
    scores: tuple[Score, ...]

    def score(self, model: str) -> Score:
        """Of the model with that name."""
        return next(score for score in self.scores if score.model == model)


def predict(kind: Kind, answers: Answers, size: Size) -> Prediction:
    """Let learners study and all models predict."""
    other_half = [_learner(kind, number, answers, size, {}) for number in range(0, size.learners, 2)]
    mean = float(np.mean([studied.first for reviews in other_half for studied, _ in reviews]))
    learners = [_learner(kind, number, answers, size, MODELS) for number in range(1, size.learners, 2)]
    studied = [one for reviews in learners for one, _ in reviews]
    first = np.array([one.first for one in studied])
    recalled = np.array([one.recalled for one in studied])
    recall = np.array([one.recall for one in studied])
    raw = _joined([_raw(reviews, answers, mean) for reviews in learners])
    shared = _joined([_with_shares(reviews) for reviews in learners])
    scores = tuple(
        Score(
            model,
            log_loss(predicted, first),
            log_loss(shared.get(model, predicted), first),
            auc(predicted, first),
            log_loss(of_recall, recalled),
            distance(of_recall, recall),
        )
        for model, predicted in raw.items()
        for of_recall in [recall if model == TRUTH else predicted]
    )
    return Prediction(
        kind, answers.slip, answers.guess, len(first), float(first.mean()), float(recalled.mean()), scores
    )


def with_share(recall: Floats, first: Booleans) -> Floats:
    """One learner's predicted recalls (n,) in the order of time, each times the share that the answers before it show.

    >>> with_share(np.array([1.0, 0.8]), np.array([False, True])).round(3)
    array([0.9  , 0.686])
    """
    right_before: Floats = np.cumsum(first) - first
    recalled_before: Floats = np.cumsum(recall) - recall
    shares: Floats = np.array([share(*before) for before in zip(right_before, recalled_before, strict=True)])
    return recall * shares


def own_rate(mean: float, first: Booleans) -> Floats:
    """One learner's rate of right answers (n,) before each, as if ``PRIOR`` answers at the mean rate had gone before.

    >>> own_rate(0.5, np.array([True, True, False])).round(3)
    array([0.5  , 0.524, 0.545])
    """
    rates: Floats = (PRIOR * mean + np.cumsum(first) - first) / (PRIOR + np.arange(len(first)))
    return rates


def _raw(reviews: list[_Review], answers: Answers, mean: float) -> dict[str, Floats]:
    return {
        TRUTH: answers.right(np.array([studied.recall for studied, _ in reviews])),
        **{model: np.array([predicted[model] for _, predicted in reviews]) for model in MODELS},
        CONSTANT: np.full(len(reviews), mean),
        OWN_RATE: own_rate(mean, np.array([studied.first for studied, _ in reviews])),
    }


def _with_shares(reviews: list[_Review]) -> dict[str, Floats]:
    first = np.array([studied.first for studied, _ in reviews])
    return {model: with_share(np.array([predicted[model] for _, predicted in reviews]), first) for model in MODELS}


def _joined(learners: list[dict[str, Floats]]) -> dict[str, Floats]:
    return {name: np.concatenate([one[name] for one in learners]) for name in learners[0]}


def _learner(kind: Kind, number: int, answers: Answers, size: Size, models: Models) -> list[_Review]:
    """All reviews of a learner but the first of each card, in the order of time, with what the models predicted."""
    who = learner(kind, number)
    reviews = [review for card in range(size.predicted) for review in _card(who, card, answers, models)]
    return sorted(reviews, key=lambda review: review[0].day)


def _card(who: Learner, card: int, answers: Answers, models: Models) -> Iterator[_Review]:
    memory = who.memory(card)
    key = f"{who.name} {card}"
    rng = draws(f"{key} answers")
    seeing = {name: model(key.encode(), DEFAULTS) for name, model in models.items()}
    for day in _days(draws(f"{key} days")):
        predicted = {name: model.recall(day) for name, model in seeing.items()} if day else {}
        studied = study(memory, day, answers, True, rng)
        for model in seeing.values():
            model.take(studied)
        if day:
            yield studied, predicted


def _days(rng: Random) -> Iterator[int]:
    day, interval = 0, rng.lognormvariate(math.log(FIRST_INTERVAL), FIRST_SPREAD)
    for _ in range(REVIEWS):
        yield day
        day += max(1, round(interval))
        if day > LAST_DAY:
            return
        interval *= rng.lognormvariate(math.log(GROWTH), GROWTH_SPREAD)
