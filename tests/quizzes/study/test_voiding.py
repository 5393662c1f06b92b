"""Voided versions: their answers count for nothing, whenever they came or come in, and nobody is punished."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes import agenda, authoring, progress, study
from quizzes.models import Attempt, Belief, Card, CardAction, QuestionTemplate, TemplateVersion, User
from quizzes.study import voiding
from quizzes.study.rows import belief_columns, belief_of, card_columns, card_state
from tests.lengths import often
from tests.quizzes.answers import ask_and_answer, submission, wrong
from tests.quizzes.sources import sum_source

Make = Callable[..., QuestionTemplate]
NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BOOKKEEPING = {"revision", "latest_at", "latest_id"}


def guest() -> UUID:
    learner: UUID = study.create_guest("device")[0].user_id
    return learner


def publish(slug: str = "sum", words: str = "") -> TemplateVersion:
    return authoring.publish(sum_source(slug, words=words))[0]


def void(version: TemplateVersion) -> None:
    assert authoring.void(version)


def learned(learner: UUID) -> tuple[dict[UUID, Any], dict[str, Any]]:
    """Cards and beliefs of which something is left, without how they came about."""
    cards = {}
    for row in Card.objects.filter(learner_id=learner):
        columns = {key: value for key, value in card_columns(card_state(row)).items() if key not in BOOKKEEPING}
        if columns["reviews"]:
            cards[row.template_id] = columns
    rows = Belief.objects.filter(learner_id=learner, met__gt=0)
    return cards, {row.code: belief_columns(belief_of(row)) for row in rows}


def refolded(learner: UUID) -> tuple[dict[UUID, Any], dict[str, Any]]:
    with transaction.atomic():
        study.refold(study.lock(learner))
    return learned(learner)


def test_answers_to_a_voided_version_are_as_if_they_had_not_been_given(small: Make) -> None:
    learner = guest()
    small("sum")
    small("other")
    ask_and_answer(learner, "sum", now=NOON)
    ask_and_answer(learner, "other", "forgot-one", now=NOON + DAY)
    before = learned(learner)
    second = publish(words="Wrong: ")
    ask_and_answer(learner, "sum", "forgot-one", now=NOON + 5 * DAY)
    ask_and_answer(learner, "sum", "forgot-one", now=NOON + 9 * DAY)
    assert learned(learner) != before
    void(second)
    assert study.count_counting(second.id) == 2
    assert study.void_step(second.id).done
    assert learned(learner) == before == refolded(learner)
    assert study.count_counting(second.id) == 0
    assert Attempt.objects.count() == 4  # nothing is deleted
    assert agenda.counted(learner).count() == 2
    assert progress.template_statistics("sum").overall.attempts == 1


def test_the_same_again_changes_nothing(small: Make) -> None:
    learner = guest()
    small()
    second = publish(words="Wrong: ")
    ask_and_answer(learner, "sum")
    void(second)
    study.void_step(second.id)
    before = (list(CardAction.objects.values()), User.objects.get(id=learner).changes)
    assert study.void_step(second.id) == study.VoidStep(0, learner, done=True)
    assert study.finish_voids() == 0
    assert (list(CardAction.objects.values()), User.objects.get(id=learner).changes) == before


def test_it_goes_on_where_it_was_broken_off(small: Make) -> None:
    small()
    second = publish(words="Wrong: ")
    learners = sorted(guest() for _ in range(5))
    for learner in learners:
        ask_and_answer(learner, "sum")
    void(second)
    step = study.void_step(second.id, seconds=0)
    assert step == study.VoidStep(1, learners[0], done=False)
    step = study.void_step(second.id, after=step.after, seconds=0)
    assert step == study.VoidStep(1, learners[1], done=False)
    assert study.finish_voids(limit=2) == 2
    assert study.count_counting(second.id) == 1
    step = study.void_step(second.id, after=step.after)
    assert (step.learners, step.done) == (1, True)
    assert study.count_counting(second.id) == 0
    assert CardAction.objects.count() == 5


def test_many_learners_are_looked_up_in_pieces(small: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voiding, "BATCH", 2)
    small()
    second = publish(words="Wrong: ")
    for _ in range(5):
        ask_and_answer(guest(), "sum")
    void(second)
    assert study.void_step(second.id).learners == 5
    assert study.count_counting(second.id) == 0


def test_the_command_completes_what_was_left(small: Make, capsys: pytest.CaptureFixture[str]) -> None:
    small()
    second = publish(words="Wrong: ")
    for _ in range(2):
        ask_and_answer(guest(), "sum")
    void(second)
    call_command("finishvoids", limit=1)
    assert study.count_counting(second.id) == 1
    call_command("finishvoids")
    assert study.count_counting(second.id) == 0
    assert capsys.readouterr().out.splitlines() == ["answers of 1 learner taken back"] * 2


def test_only_a_voided_version_is_taken_back(small: Make) -> None:
    template = small()
    ask_and_answer(guest(), "sum")
    assert template.current_id is not None
    with pytest.raises(ValueError, match="was not voided"):
        study.void_step(template.current_id)
    assert study.finish_voids() == 0
    assert not CardAction.objects.exists()


def test_an_answer_that_comes_late_is_graded_and_does_not_count(small: Make) -> None:
    learner = guest()
    small()
    ask_and_answer(learner, "sum", now=NOON)
    before = learned(learner)
    second = publish(words="Wrong: ")
    open_question = study.next_question(learner, template="sum", now=NOON + 5 * DAY)
    void(second)
    late = submission(open_question, wrong(open_question.variant, "forgot-one"))
    result = study.submit(learner, late, now=NOON + 5 * DAY + timedelta(hours=1))
    assert (result.attempt.verdict, result.attempt.misconceptions) == ("incorrect", ["forgot-one"])
    assert result.attempt.version_id == second.id
    assert learned(learner) == before == refolded(learner)
    assert result.card.reviews == 1
    assert not study.submit(learner, late, now=NOON + 6 * DAY).created
    assert CardAction.objects.get().voids == late.id
    assert study.finish_voids() == 0


def test_an_answer_of_a_device_that_was_away_is_graded_and_does_not_count(small: Make) -> None:
    learner = guest()
    small()
    small("other")
    second = publish(words="Wrong: ")
    open_question = study.next_question(learner, template="sum", now=NOON)
    good = study.next_question(learner, template="other", now=NOON)
    void(second)
    sent = [
        submission(open_question, wrong(open_question.variant, "forgot-one"), answered_at=NOON),
        submission(good, answered_at=NOON),
    ]
    found = study.sync(learner, sent, NOON + DAY, NOON + DAY)
    assert [(one.status, one.verdict) for one in found] == [("accepted", "incorrect"), ("accepted", "correct")]
    assert found[0].card is not None
    assert found[0].card.reviews == 0
    assert found[1].card is not None
    assert found[1].card.reviews == 1
    cards, beliefs = learned(learner)
    assert len(cards) == 1
    assert not beliefs
    assert (cards, beliefs) == refolded(learner)
    assert [one.status for one in study.sync(learner, sent, NOON + DAY, NOON + DAY)] == ["duplicate"] * 2
    assert CardAction.objects.get().voids == sent[0].id


def test_an_answer_that_was_on_its_way_is_found_afterwards(small: Make) -> None:
    """It was appended before the void could be seen, by a learner whom the steps had passed."""
    learner = guest()
    small()
    second = publish(words="Wrong: ")
    ask_and_answer(learner, "sum", "forgot-one")
    TemplateVersion.objects.filter(id=second.id).update(voided_at=NOON)
    assert study.finish_voids() == 1
    assert learned(learner) == ({}, {})


def test_devices_hear_of_it_by_the_feed(small: Make) -> None:
    learner = guest()
    small()
    second = publish(words="Wrong: ")
    ask_and_answer(learner, "sum", "forgot-one")
    seen = study.changes(learner, study.BEGINNING, 100).number
    void(second)
    study.void_step(second.id)
    page = study.changes(learner, seen, 100)
    assert [(change.kind, change.number > seen) for change in page.changes] == [("card", True), ("misconception", True)]
    card = page.changes[0].row
    assert isinstance(card, Card)
    assert (card.reviews, card.due_day) == (0, None)
    assert page.changes[1].deleted


def test_an_id_that_a_client_took_first_stands_in_nobodys_way(small: Make) -> None:
    learner = guest()
    small()
    second = publish(words="Wrong: ")
    attempt = ask_and_answer(learner, "sum").attempt
    study.suspend(learner, "sum", id=voiding._id(attempt))
    void(second)
    assert study.finish_voids() == 1
    assert CardAction.objects.get(act="void").voids == attempt.id


def test_what_the_learner_took_back_stays_taken_back_once(small: Make) -> None:
    learner = guest()
    small()
    second = publish(words="Wrong: ")
    attempt = ask_and_answer(learner, "sum").attempt
    study.undo(learner, attempt.id)
    void(second)
    assert study.finish_voids() == 0
    assert CardAction.objects.count() == 1


def test_a_guests_log_keeps_its_voids_when_it_moves_into_an_account(small: Make) -> None:
    visitor, account = guest(), guest()
    study.sign_up(account, "somebody@example.org", "a password of theirs")
    small()
    second = publish(words="Wrong: ")
    ask_and_answer(visitor, "sum", "forgot-one")
    void(second)
    study.finish_voids()
    study.merge(visitor, account)
    assert learned(account) == ({}, {})
    assert study.finish_voids() == 0


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["sum", "other"]),
        st.sampled_from([None, "forgot-one"]),
        st.integers(0, 20),  # days since the last
        st.sampled_from(["answer", "open", "publish", "void", "step"]),
    ),
    max_size=14,
)


@settings(max_examples=often(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_however_it_came_about_only_what_counts_is_learned(small: Make, events: list[Any]) -> None:
    """A log with voided versions ends in the same cards and beliefs as the same log without their answers."""
    with transaction.atomic():
        try:
            _lives(small, events)
        finally:
            transaction.set_rollback(True)


def _lives(small: Make, events: list[Any]) -> None:
    learner, now, count = guest(), NOON, 0
    waiting = []
    for slug in ("sum", "other"):
        small(slug)
    for slug, code, days, what in events:
        now += days * DAY + timedelta(minutes=1)
        current = QuestionTemplate.objects.get(slug=slug).current
        if what == "publish" or current is None:
            count += 1
            publish(slug, words=f"{count}: ")
        elif what == "answer":
            ask_and_answer(learner, slug, code, now=now)
        elif what == "open":
            question = study.next_question(learner, template=slug, now=now)
            waiting.append(submission(question, wrong(question.variant, code) if code else None, answered_at=now))
        elif what == "void":
            void(current)
        else:
            study.finish_voids(limit=1)
    study.sync(learner, waiting, now + DAY, now + DAY)
    study.finish_voids()
    found = learned(learner)
    assert found == refolded(learner)
    voided = Attempt.objects.filter(learner_id=learner, version__voided_at__isnull=False)
    assert set(voided.values_list("id", flat=True)) == set(agenda.voided(learner))
    voided.delete()
    CardAction.objects.filter(learner_id=learner).delete()
    assert found == refolded(learner)
