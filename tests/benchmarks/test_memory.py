"""The figures on predicted recall and the schedule hold in the small: a few learners, one condition."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.memory import Figures, Size, measure, table
from benchmarks.memory.answering import Answers, study
from benchmarks.memory.learners import KINDS, Kind, draws, learner
from benchmarks.memory.metrics import auc, log_loss
from benchmarks.memory.models import CONSTANT, FIRST_ANSWER, OURS, SM2, TRUTH
from benchmarks.memory.prediction import Prediction, own_rate, predict, with_share
from benchmarks.memory.schedules import Schedule

SMALL = Size(learners=40, predicted=6, scheduled=2)
SLIPS = Answers(slip=0.1, guess=0.0)


@pytest.fixture(scope="module")
def figures() -> Figures:
    return measure(SMALL, (SLIPS,))


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return next(kind for kind in KINDS if kind == request.param)


def _prediction(figures: Figures, kind: Kind) -> Prediction:
    return next(one for one in figures.predictions if one.kind == kind)


def _schedule(figures: Figures, kind: Kind, model: str) -> Schedule:
    return next(one for one in figures.schedules if (one.kind, one.model, one.retention or 0.9) == (kind, model, 0.9))


def test_the_same_sizes_give_the_same_figures() -> None:
    tiny = Size(learners=8, predicted=2, scheduled=3)
    assert measure(tiny, (SLIPS,)) == measure(tiny, (SLIPS,))


def test_every_figure_is_in_the_table(figures: Figures) -> None:
    lines = table(figures)
    plain = len(figures.plain)
    assert sum("FSRS-like" in line for line in lines) == sum("ACT-R-like" in line for line in lines) + plain
    assert sum("SM-2" in line for line in lines) == 5 + len(KINDS)  # measures, schedules


def test_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        predicted = rng.integers(0, 6, 30) / 5  # with ties
        happened = rng.random(30) < predicted
        hits, misses = predicted[happened], predicted[~happened]
        pairs = [(hit > miss) + (hit == miss) / 2 for hit in hits for miss in misses]
        assert auc(predicted, happened) == pytest.approx(np.mean(pairs))


def test_auc_of_one_outcome_is_not_a_number() -> None:
    assert np.isnan(auc(np.array([0.1, 0.9]), np.array([True, True])))


def test_certainty_that_was_wrong_costs_a_finite_loss() -> None:
    assert log_loss(np.array([0.0]), np.array([True])) == pytest.approx(-np.log(1e-4))


def test_the_share_and_the_own_rate_follow_from_the_answers_before() -> None:
    rng = np.random.default_rng(0)
    recall, first = rng.uniform(0.9, 1, 30), rng.random(30) < 0.5  # no share is cut off at 1
    for place in range(30):
        changed = first.copy()
        changed[place] = not first[place]
        until, after = slice(place + 1), slice(place + 1, None)
        assert (with_share(recall, changed)[until] == with_share(recall, first)[until]).all()
        assert (own_rate(0.7, changed)[until] == own_rate(0.7, first)[until]).all()
        assert (with_share(recall, changed)[after] != with_share(recall, first)[after]).all()
        assert (own_rate(0.7, changed)[after] != own_rate(0.7, first)[after]).all()


def test_recall_falls_between_reviews_and_is_the_same_for_one_day_as_for_many(kind: Kind) -> None:
    memory = learner(kind, 0).memory(0)
    memory.study(0, recalled=False)
    recalls = memory.recalls(range(1, 100))
    assert (np.diff(recalls) < 0).all()
    assert recalls == pytest.approx([memory.recall(day) for day in range(1, 100)])


def test_spaced_study_is_remembered_longer_than_massed(kind: Kind) -> None:
    recalls = []
    for days in ((0, 1, 2), (0, 7, 21)):
        memory = learner(kind, 0).memory(0)
        for day in days:
            memory.study(day, recalled=True)
        recalls.append(memory.recall(days[-1] + 60))
    assert recalls[0] < recalls[1]


def test_a_second_answer_follows_only_a_wrong_one_where_there_is_a_second_chance(kind: Kind) -> None:
    rng = draws("test")
    for second_chance in (True, False):
        for card in range(30):
            studied = study(learner(kind, 0).memory(card), 0, SLIPS, second_chance, rng)
            assert (studied.second is not None) == (second_chance and not studied.first)


def test_nobody_predicts_better_than_the_truth(figures: Figures, kind: Kind) -> None:
    scores = _prediction(figures, kind).scores
    best = min(scores, key=lambda score: score.log_loss)
    assert best.model == TRUTH
    assert best.recall_distance == 0


def test_our_prediction_is_better_than_sm2(figures: Figures, kind: Kind) -> None:
    one = _prediction(figures, kind)
    assert one.score(OURS).log_loss < one.score(SM2).log_loss
    assert one.score(OURS).recall_log_loss < one.score(SM2).recall_log_loss


def test_without_slips_our_prediction_is_better_than_the_mean(kind: Kind) -> None:
    one = predict(kind, Answers(slip=0.0, guess=0.0), SMALL)
    assert one.score(OURS).log_loss < one.score(CONSTANT).log_loss


def test_with_slips_our_prediction_of_recall_is_better_than_the_mean(figures: Figures, kind: Kind) -> None:
    one = _prediction(figures, kind)
    assert one.score(OURS).recall_log_loss < one.score(CONSTANT).recall_log_loss
    assert one.score(OURS).recall_distance < one.score(CONSTANT).recall_distance


def test_with_slips_our_prediction_of_first_answers_needs_the_share(figures: Figures, kind: Kind) -> None:
    one = _prediction(figures, kind)
    ours = one.score(OURS)
    assert ours.log_loss_with_share < one.score(CONSTANT).log_loss < ours.log_loss


def test_our_prediction_is_better_than_sm2_when_both_have_the_share(figures: Figures, kind: Kind) -> None:
    one = _prediction(figures, kind)
    assert one.score(OURS).log_loss_with_share < one.score(SM2).log_loss_with_share < one.score(SM2).log_loss


def test_slips_cost_fewer_reviews_with_a_second_chance(figures: Figures, kind: Kind) -> None:
    ours = _schedule(figures, kind, OURS)
    for model in (FIRST_ANSWER, SM2):
        assert ours.reviews < 0.75 * _schedule(figures, kind, model).reviews
        assert ours.answers < _schedule(figures, kind, model).answers


def test_what_was_met_in_a_lesson_needs_at_most_nine_reviews_a_year(figures: Figures, kind: Kind) -> None:
    assert _schedule(figures, kind, OURS).reviews_met <= 9


def test_in_the_plain_setting_a_card_needs_at_most_nine_reviews_a_year(figures: Figures) -> None:
    reviews = {one.model: one.reviews for one in figures.plain}
    assert reviews[OURS] <= 9
    assert reviews[FIRST_ANSWER] > 1.4 * reviews[OURS]
