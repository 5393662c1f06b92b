"""Suspend, bury, reset, undo: events in the log, from which the card follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from quizzes import study
from quizzes.models import Attempt, Belief, Card, CardAction, QuestionTemplate, User, uuid7
from quizzes.study import Refused
from quizzes.study.rows import belief_columns, belief_of, card_columns, card_state
from tests.quizzes.answers import ask_and_answer, submission

Make = Callable[..., QuestionTemplate]
NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)  # at the learners' clock, in Japan
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def slug_asked(learner: UUID, now: datetime) -> str:
    return study.next_question(learner, now=now).ticket.slug


def snapshot(learner: UUID) -> tuple[object, object]:
    cards = {row.template_id: card_columns(card_state(row)) for row in Card.objects.filter(learner_id=learner)}
    beliefs = {row.code: belief_columns(belief_of(row)) for row in Belief.objects.filter(learner_id=learner)}
    return cards, beliefs


def test_what_is_suspended_is_not_asked_until_it_is_resumed(small: Make, learner: User) -> None:
    small("a")
    small("b")
    for slug in ("a", "b"):
        ask_and_answer(learner.id, slug, "forgot-one", now=NOON)
    state = study.suspend(learner.id, "a", now=NOON + MINUTE)
    assert state.suspended
    later = NOON + 30 * DAY
    assert slug_asked(learner.id, later) == "b"
    ask_and_answer(learner.id, "b", now=later)
    assert slug_asked(learner.id, later + MINUTE) == "b"
    study.resume(learner.id, "a", now=later + 2 * MINUTE)
    assert slug_asked(learner.id, later + 3 * MINUTE) == "a"


def test_a_new_template_can_be_suspended_before_it_is_ever_asked(small: Make, learner: User) -> None:
    small("a")
    small("b")
    study.suspend(learner.id, "a", now=NOON)
    assert slug_asked(learner.id, NOON) == "b"
    assert Card.objects.get().due_day is None
    study.resume(learner.id, "a", now=NOON + MINUTE)
    assert slug_asked(learner.id, NOON + 2 * MINUTE) == "a"


def test_what_is_buried_comes_back_on_the_next_day(small: Make, learner: User) -> None:
    small("a")
    small("b")
    study.bury(learner.id, "a", now=NOON)
    assert slug_asked(learner.id, NOON) == "b"
    assert slug_asked(learner.id, NOON + timedelta(hours=15)) == "b"  # 03:00, still the learner's day
    assert slug_asked(learner.id, NOON + timedelta(hours=17)) == "a"


def test_what_is_reset_is_new_again_and_its_attempts_stay(small: Make, learner: User) -> None:
    small("a")
    for day in range(3):
        ask_and_answer(learner.id, "a", now=NOON + 9 * day * DAY)
    state = study.reset(learner.id, "a", now=NOON + 30 * DAY)
    assert (state.memory, state.due_day, state.reviews, state.skill) == (None, None, 0, None)
    assert Attempt.objects.count() == 3
    assert slug_asked(learner.id, NOON + 30 * DAY) == "a"
    again = ask_and_answer(learner.id, "a", now=NOON + 31 * DAY)
    assert (again.card.reviews, again.attempt.recall) == (1, None)


def test_undoing_the_last_answer_leaves_everything_as_if_it_had_not_been_given(small: Make, learner: User) -> None:
    small("a")
    ask_and_answer(learner.id, "a", now=NOON)
    ask_and_answer(learner.id, "a", "forgot-one", now=NOON + DAY)
    cards, beliefs = snapshot(learner.id)
    mistaken = ask_and_answer(learner.id, "a", "forgot-one", now=NOON + 2 * DAY)
    study.undo(learner.id, mistaken.attempt.id, now=NOON + 2 * DAY + MINUTE)
    after, beliefs_after = snapshot(learner.id)
    changed = {"revision", "latest_at", "latest_id"}
    for template, columns in cards.items():  # type: ignore[attr-defined]
        assert {k: v for k, v in columns.items() if k not in changed} == {
            k: v
            for k, v in after[template].items()  # type: ignore[index]
            if k not in changed
        }
    assert beliefs_after == beliefs
    assert Attempt.objects.count() == 3  # nothing is deleted
    assert CardAction.objects.get().voids == mistaken.attempt.id


def test_undo_takes_back_one_answer_after_the_other_but_none_before_another(small: Make, learner: User) -> None:
    for slug in ("a", "b"):
        small(slug)
    first = ask_and_answer(learner.id, "a", now=NOON).attempt.id
    second = ask_and_answer(learner.id, "b", now=NOON + MINUTE).attempt.id
    with pytest.raises(Refused, match="not-the-last"):
        study.undo(learner.id, first)
    study.undo(learner.id, second)
    before = snapshot(learner.id)
    study.undo(learner.id, second)  # again changes nothing
    assert snapshot(learner.id) == before
    study.undo(learner.id, first)
    assert set(Card.objects.values_list("reviews", flat=True)) == {0}
    assert study.next_question(learner.id).ticket.slug == "a"


def test_a_learner_cannot_undo_anothers_answer(small: Make, learner: User) -> None:
    small("a")
    attempt = ask_and_answer(learner.id, "a").attempt
    other, _ = study.create_guest("other")
    with pytest.raises(Refused, match="unknown-attempt"):
        study.undo(other.user_id, attempt.id)
    assert not CardAction.objects.exists()


def test_the_same_action_sent_again_counts_once(small: Make, learner: User) -> None:
    small("a")
    small("b")
    chosen = uuid7()
    first = study.suspend(learner.id, "a", id=chosen, now=NOON)
    assert study.suspend(learner.id, "a", id=chosen, now=NOON + DAY) == first
    assert CardAction.objects.count() == 1
    for verb, slug in ((study.bury, "a"), (study.suspend, "b")):
        with pytest.raises(Refused, match="id-reused"):
            verb(learner.id, slug, id=chosen)
    with pytest.raises(Refused, match="unknown-template"):
        study.suspend(learner.id, "nothing")


def test_a_late_answer_and_a_void_end_in_the_same_card_as_replaying_the_log(small: Make, learner: User) -> None:
    small("a")
    offline = study.next_question(learner.id, template="a", now=NOON)
    ask_and_answer(learner.id, "a", "forgot-one", now=NOON + DAY)
    last = ask_and_answer(learner.id, "a", now=NOON + 4 * DAY).attempt
    study.undo(learner.id, last.id, now=NOON + 5 * DAY)
    late = study.submit(learner.id, submission(offline, answered_at=NOON + MINUTE), now=NOON + 6 * DAY)
    assert late.attempt.recall is None  # it was the first of all
    before = snapshot(learner.id)
    study.refold(User.objects.get(id=learner.id))
    assert snapshot(learner.id) == before
