"""All figures, and the table of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from .answering import CONDITIONS, Answers
from .learners import KINDS, Kind, learner
from .models import CONSTANT, MODELS, OWN_RATE, TRUTH
from .prediction import Prediction, Score, predict
from .schedules import PLAIN_POLICIES, POLICIES, Schedule, plain, schedule
from .size import FULL, Size

RETENTION_DAYS = (1, 7, 30)


@dataclass(frozen=True)
class Retention:
    """Mean recall ``RETENTION_DAYS`` after the only study of a card that was not known before."""

    kind: Kind
    recall: tuple[float, ...]


@dataclass(frozen=True)
class Figures:
    """What was measured."""

    retentions: tuple[Retention, ...]
    predictions: tuple[Prediction, ...]
    schedules: tuple[Schedule, ...]
    plain: tuple[Schedule, ...]


def measure(
    size: Size = FULL,
    conditions: tuple[Answers, ...] = CONDITIONS,
    progress: Callable[[str], None] = lambda line: None,
) -> Figures:
    """Simulate learners of both kinds under all conditions."""
    predictions, schedules = [], []
    for kind in KINDS:
        for answers in conditions:
            progress(f"{kind}, slips {answers.slip:.0%}, guesses {answers.guess:.0%}")
            predictions.append(predict(kind, answers, size))
            schedules += [schedule(kind, answers, policy, size) for policy in POLICIES]
    progress("plain setting")
    return Figures(
        tuple(_retention(kind, size) for kind in KINDS),
        tuple(predictions),
        tuple(schedules),
        tuple(plain(policy, size) for policy in PLAIN_POLICIES),
    )


def _retention(kind: Kind, size: Size) -> Retention:
    recalls = []
    for number in range(size.learners):
        who = learner(kind, number)
        for card in range(size.predicted):
            memory = who.memory(card)
            if not memory.recall(0):
                memory.study(0, recalled=False)
                recalls.append([memory.recall(day) for day in RETENTION_DAYS])
    return Retention(kind, tuple(np.mean(recalls, axis=0).tolist()))


def table(figures: Figures) -> list[str]:
    """The figures as lines."""
    return [
        *_retentions(figures.retentions),
        *_predictions(figures.predictions),
        *_schedules("one year", figures.schedules),
        *_schedules("one year, plain: all known, no spread", figures.plain),
    ]


def _retentions(retentions: tuple[Retention, ...]) -> Iterator[str]:
    yield f"recall {', '.join(map(str, RETENTION_DAYS))} days after the only study"
    for retention in retentions:
        yield f"{retention.kind:10} " + " ".join(f"{recall:5.0%}" for recall in retention.recall)


_MEASURES: dict[str, Callable[[Score], float]] = {
    "log loss of first answers, raw": lambda score: score.log_loss,
    "the same, models with own share": lambda score: score.log_loss_with_share,
    "AUC of first answers": lambda score: score.auc,
    "log loss of recall": lambda score: score.recall_log_loss,
    "distance to true recall": lambda score: score.recall_distance,
}


def _predictions(predictions: tuple[Prediction, ...]) -> Iterator[str]:
    names = (TRUTH, *MODELS, CONSTANT, OWN_RATE)
    for measured, value in _MEASURES.items():
        yield ""
        yield f"{measured:36}" + "".join(f"{name:>13}" for name in names)
        for one in predictions:
            scores = "".join(f"{value(one.score(name)):13.4f}" for name in names)
            yield f"{_condition(one):27} right {one.right:3.0%}{scores}"


def _schedules(setting: str, schedules: tuple[Schedule, ...]) -> Iterator[str]:
    yield ""
    yield f"{setting:46} reviews   met before  answers  recall at review  recall"
    for one in schedules:
        policy = one.model if one.retention is None else f"{one.model}, {one.retention:g}"
        counts = f"{one.reviews:7.1f}  {one.reviews_met:10.1f}  {one.answers:7.1f}"
        yield f"{_condition(one):27} {policy:18} {counts}  {one.recall_at_review:16.1%}  {one.recall:6.1%}"


def _condition(one: Prediction | Schedule) -> str:
    return f"{one.kind:10} slip {one.slip:3.0%} guess {one.guess:3.0%}"
