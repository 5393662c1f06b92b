"""How the coming days would go."""

from __future__ import annotations

import math
import random

import fsrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizzes.scheduling import DEFAULTS, Deck, Memory, Preferences, Projection, Rating, fold, project
from quizzes.scheduling.days import midnight
from quizzes.scheduling.forgetting import LONGEST, interval, retrievability
from quizzes.scheduling.planning import PASS_DAYS
from quizzes.scheduling.preferences import RETENTIONS
from quizzes.scheduling.projection import ANSWERS_PER_NEW, RETURNS_AFTER, good_review, intervals
from tests.lengths import often
from tests.scheduling.histories import TODAY, answer

memories = st.builds(Memory, st.floats(0.01, 5000), st.floats(1, 10), st.just(0))


def decks() -> st.SearchStrategy[Deck]:
    """Up to twenty cards, some of them overdue."""
    cards = st.tuples(st.floats(0.05, 400), st.floats(1, 10), st.integers(1, 120), st.integers(1, 150))
    return st.lists(cards, max_size=20).map(deck_of)


def deck_of(cards: list[tuple[float, float, int, int]]) -> Deck:
    """From stability, difficulty, days since the review and days from it until due."""
    stability, difficulty, ago, due = zip(*cards, strict=True) if cards else [()] * 4
    day = TODAY - np.array(ago, dtype=np.int64)
    return Deck(
        np.array(stability, dtype=np.float64),
        np.array(difficulty, dtype=np.float64),
        day,
        day + np.array(due, dtype=np.int64),
    )


def same(one: Deck, other: Deck) -> bool:
    return all(np.allclose(*pair, rtol=1e-12, atol=0) for pair in zip(one, other, strict=True))


def cut(deck: Deck, start: int, end: int) -> Deck:
    part = slice(start, end)
    return Deck(deck.stability[part], deck.difficulty[part], deck.day[part], deck.due_day[part])


def assert_close(one: list[float], other: list[float]) -> None:
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


@settings(max_examples=often(300), deadline=None)
@given(memories, st.integers(1, 3000))
def test_a_good_review_is_that_of_fsrs(memory: Memory, elapsed: int) -> None:
    before = fsrs.Card(1, fsrs.State.Review, None, memory.stability, memory.difficulty, midnight(0), midnight(0))
    oracle = fsrs.Scheduler(relearning_steps=(), enable_fuzzing=False)
    card, _ = oracle.review_card(before, fsrs.Rating.Good, midnight(elapsed))
    stability = np.array([memory.stability])
    grown, harder = good_review(
        stability, np.array([memory.difficulty]), retrievability(stability, np.array([elapsed]))
    )
    assert grown[0] == pytest.approx(card.stability, rel=1e-9)
    assert harder[0] == pytest.approx(card.difficulty, rel=1e-9)


@given(st.lists(st.floats(0.001, 100_000), min_size=1, max_size=20), st.floats(*RETENTIONS))
def test_intervals_are_those_of_single_cards(stabilities: list[float], retention: float) -> None:
    expected = [interval(stability, retention) for stability in stabilities]
    assert intervals(np.array(stabilities), retention).tolist() == expected
    assert intervals(np.array([1e9]), retention).tolist() == [LONGEST]


def test_a_new_card_starts_as_after_a_hard_first_day() -> None:
    memory = fold([answer(1, self_rating=Rating.HARD)]).memory
    assert memory is not None
    deck = project(deck_of([]), TODAY, 1, DEFAULTS, unseen=1).deck
    assert (deck.stability[0], deck.difficulty[0]) == (memory.stability, pytest.approx(memory.difficulty))
    assert deck.day[0] == TODAY
    assert deck.due_day[0] == TODAY + interval(memory.stability, DEFAULTS.retention)


@settings(max_examples=often(120), deadline=None)
@given(decks(), st.integers(0, 40), st.integers(0, 60), st.integers(0, 10), st.sampled_from([None, 3, 12, 40]))
def test_a_projection_keeps_its_promises(
    deck: Deck, days: int, unseen: int, new_per_day: int, exam_in: int | None
) -> None:
    before = [column.tolist() for column in deck]
    preferences = Preferences(new_per_day=new_per_day, exam_day=None if exam_in is None else TODAY + exam_in)
    found = project(deck, TODAY, days, preferences, unseen)
    assert [column.tolist() for column in deck] == before
    assert len(found.reviews) == len(found.new) == days
    assert found.answers == pytest.approx(sum(found.reviews) + ANSWERS_PER_NEW * sum(found.new))
    introduced = [min(new_per_day, max(unseen - new_per_day * day, 0)) for day in range(days)]
    assert found.new == introduced
    assert len(found.deck.day) == len(deck.day) + sum(introduced)
    seen = found.deck.day[: len(deck.day)]
    assert (seen >= deck.day).all()
    assert sum(found.reviews) >= (seen > deck.day).sum()
    if days:
        assert (found.deck.day < TODAY + days).all()
        assert (found.deck.due_day >= TODAY + days).all()  # nothing due is left over


@settings(max_examples=often(100), deadline=None)
@given(decks(), st.integers(0, 30), st.integers(1, 30), st.integers(0, 80), st.sampled_from([None, 9, 20, 35]))
def test_two_projections_in_a_row_are_one(deck: Deck, first: int, then: int, unseen: int, exam_in: int | None) -> None:
    preferences = Preferences(exam_day=None if exam_in is None else TODAY + exam_in)
    whole = project(deck, TODAY, first + then, preferences, unseen)
    begun = project(deck, TODAY, first, preferences, unseen)
    ended = project(begun.deck, TODAY + first, then, preferences, unseen - sum(begun.new))
    assert same(ended.deck, whole.deck)
    assert begun.new + ended.new == whole.new
    assert_close(begun.reviews, whole.reviews[:first])
    assert_close(ended.reviews[RETURNS_AFTER:], whole.reviews[first + RETURNS_AFTER :])
    assert all(one <= both + 1e-9 for one, both in zip(ended.reviews, whole.reviews[first:], strict=True))


@settings(max_examples=often(120), deadline=None)
@given(decks(), st.integers(0, 20), st.integers(1, 60))
def test_cards_do_not_get_into_each_others_way(deck: Deck, split: int, days: int) -> None:
    whole = project(deck, TODAY, days, DEFAULTS)
    parts = [project(cut(deck, *ends), TODAY, days, DEFAULTS) for ends in ((0, split), (split, len(deck.day)))]
    assert_close(whole.reviews, [sum(pair) for pair in zip(*(part.reviews for part in parts), strict=True)])
    assert same(whole.deck, Deck(*map(np.concatenate, zip(*(part.deck for part in parts), strict=True))))


def test_a_card_is_asked_when_due_and_again_two_days_after_it_was_forgotten() -> None:
    deck = deck_of([(10.0, 5.0, 10, 13)])
    found = project(deck, TODAY, 8, DEFAULTS)
    missed = 1 - retrievability(10.0, 13)
    assert_close(found.reviews, [0, 0, 0, 1 + missed, 0, missed, 0, 0])


def random_deck(count: int, seed: int) -> Deck:
    chance = random.Random(seed)  # noqa: S311  # to repeat, not to hide
    return deck_of(
        [
            (math.exp(chance.uniform(-1, 6)), chance.uniform(1, 10), chance.randint(1, 60), chance.randint(1, 200))
            for _ in range(count)
        ]
    )


def before_an_exam(deck: Deck, exam_in: int, unseen: int = 0) -> Projection:
    return project(deck, TODAY, exam_in, Preferences(exam_day=TODAY + exam_in), unseen)


@pytest.mark.parametrize("exam_in", [1, 2, 5, 7, 8, 20, 60])
def test_before_an_exam_every_card_is_seen_in_the_last_days(exam_in: int) -> None:
    deck = random_deck(200, exam_in)
    found = before_an_exam(deck, exam_in, unseen=30)
    assert (found.deck.day >= TODAY + exam_in - PASS_DAYS).all()
    assert (found.deck.due_day >= TODAY + exam_in).all()
    seen = np.flatnonzero(found.deck.day[:200] > deck.day)
    waits = found.deck.due_day[seen] - found.deck.day[seen]
    assert np.array_equal(waits, intervals(found.deck.stability[seen], DEFAULTS.retention))


def test_the_final_pass_is_spread_evenly_with_the_worst_known_first() -> None:
    chance = random.Random(3)  # noqa: S311  # to repeat, not to hide
    known = [(chance.uniform(100, 400), 5.0, 30, 500) for _ in range(700)]  # none due before the exam
    deck = deck_of(known)
    found = before_an_exam(deck, 10)
    days = found.deck.day - TODAY
    assert [int((days == day).sum()) for day in range(10)] == [0, 0, 0] + [100] * 7
    assert list(days[np.argsort(deck.stability)]) == sorted(days)


def test_cards_seen_in_the_last_days_are_not_asked_again_for_the_exam() -> None:
    fresh = deck_of([(100.0, 5.0, 1, 100)] * 5)
    found = before_an_exam(fresh, 6)
    assert found.reviews == [0] * 6
    assert same(found.deck, fresh)


@pytest.mark.parametrize("exam_in", [-30, -1, 0, 500])
def test_an_exam_that_is_over_or_far_away_changes_nothing(exam_in: int) -> None:
    deck = random_deck(50, 1)
    plain = project(deck, TODAY, 60, DEFAULTS, 20)
    found = project(deck, TODAY, 60, Preferences(exam_day=TODAY + exam_in), 20)
    assert found.reviews == plain.reviews
    assert same(found.deck, plain.deck)


def test_a_higher_retention_costs_more_answers_and_ends_with_more_recall() -> None:
    deck = random_deck(100, 2)
    found = [project(deck, TODAY, 200, Preferences(retention=retention)) for retention in (0.8, 0.9, 0.97)]
    answers = [one.answers for one in found]
    known = [retrievability(one.deck.stability, TODAY + 200 - one.deck.day).mean() for one in found]
    assert answers == sorted(answers)
    assert known == sorted(known)
