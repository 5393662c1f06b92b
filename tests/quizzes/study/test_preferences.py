"""What a learner chooses, and what follows from it: days, due days, the daily number, the exam."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from quizzes import agenda, scheduling, study
from quizzes.models import Attempt, Card, QuestionTemplate, Topic, User
from quizzes.study.rows import card_columns, card_state
from tests.quizzes.answers import ask_and_answer, submission

Make = Callable[..., QuestionTemplate]
NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)  # at the learners' clock, in Japan
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("retention", 0.79),
        ("retention", 0.98),
        ("new_per_day", -1),
        ("new_per_day", 101),
        ("daily_minutes", 0),
        ("day_start_hour", 24),
        ("time_zone", "Asia/Nowhere"),
        ("time_zone", "../../etc/passwd"),
        ("language", "fr"),
        ("exam_date", "someday"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changed(learner: User, name: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        study.set_preferences(learner.id, **{"daily_minutes": 30, name: value})
    assert name in refused.value.message_dict
    assert User.objects.get(id=learner.id).daily_minutes == 20


def test_nothing_but_preferences_can_be_set(learner: User) -> None:
    with pytest.raises(TypeError, match="is_staff"):
        study.set_preferences(learner.id, is_staff=True)
    assert not User.objects.get(id=learner.id).is_staff


def test_another_retention_moves_due_days_as_replaying_the_log_does(small: Make, learner: User) -> None:
    for slug in ("a", "b", "c"):
        small(slug)
        for day in (0, 3, 15):
            ask_and_answer(learner.id, slug, now=NOON + day * DAY)
    due = dict(Card.objects.values_list("template__slug", "due_day"))
    memories = {row.template_id: card_state(row).memory for row in Card.objects.all()}
    study.set_preferences(learner.id, retention=0.95)
    sooner = dict(Card.objects.values_list("template__slug", "due_day"))
    assert all((sooner[slug] or 0) < (due[slug] or 0) for slug in due)
    assert memories == {row.template_id: card_state(row).memory for row in Card.objects.all()}
    columns = {row.template_id: card_columns(card_state(row)) for row in Card.objects.all()}
    study.refold(User.objects.get(id=learner.id))
    assert columns == {row.template_id: card_columns(card_state(row)) for row in Card.objects.all()}


def test_a_chosen_time_zone_rules_over_the_devices_and_follows_daylight_saving(small: Make, learner: User) -> None:
    small("a")
    study.set_preferences(learner.id, time_zone="America/New_York")
    for moment, offset in (
        (datetime(2026, 3, 8, 6, 0, tzinfo=UTC), -300),
        (datetime(2026, 3, 8, 12, 0, tzinfo=UTC), -240),
    ):
        attempt = ask_and_answer(learner.id, "a", now=moment, utc_offset_minutes=540).attempt
        assert attempt.utc_offset_minutes == offset
        assert attempt.day == scheduling.learner_day(moment, timedelta(minutes=offset))


def test_without_a_chosen_zone_the_day_is_that_of_the_device_that_answered_last(small: Make, learner: User) -> None:
    small("a")
    ask_and_answer(learner.id, "a", now=NOON, utc_offset_minutes=-600)
    user = User.objects.get(id=learner.id)
    assert user.utc_offset_minutes == -600
    assert agenda.day_of(user, NOON).today == scheduling.learner_day(NOON, timedelta(hours=-10))


def test_another_start_of_the_day_moves_no_day_that_is_over(small: Make, learner: User) -> None:
    small("a")
    night = NOON + timedelta(hours=14)  # 02:00, for a learner still the day before
    before = ask_and_answer(learner.id, "a", now=night).attempt.day
    study.set_preferences(learner.id, day_start_hour=0)
    assert Attempt.objects.get().day == before
    assert ask_and_answer(learner.id, "a", now=night + MINUTE).attempt.day == before + 1


def answer_next(learner: User, now: datetime) -> str:
    question = study.next_question(learner.id, now=now)
    study.submit(learner.id, submission(question, duration_ms=60_000), now=now)
    return question.ticket.slug


def test_no_more_new_templates_than_the_daily_number(small: Make, learner: User) -> None:
    for number in range(6):
        small(f"t{number}")
    study.set_preferences(learner.id, new_per_day=2)
    assert [answer_next(learner, NOON + n * MINUTE) for n in range(4)] == ["t0", "t1", "t0", "t1"]
    tomorrow = NOON + DAY
    fresh = []
    for n in range(8):
        fresh.append(answer_next(learner, tomorrow + n * MINUTE))
    assert {"t2", "t3"} < set(fresh)
    assert "t4" not in fresh


def test_when_the_days_minutes_are_spent_nothing_new_comes_but_what_is_due(small: Make, learner: User) -> None:
    for number in range(9):
        small(f"t{number}")
    study.set_preferences(learner.id, daily_minutes=3, new_per_day=9)
    assert [answer_next(learner, NOON + n * MINUTE) for n in range(4)] == ["t0", "t1", "t2", "t0"]
    much_later = NOON + 60 * DAY
    assert {answer_next(learner, much_later + n * MINUTE) for n in range(3)} == {"t0", "t1", "t2"}


def test_practising_a_topic_or_level_knows_no_daily_number(small: Make, learner: User) -> None:
    for number in range(4):
        small(f"t{number}")
    small("hard", level=4)
    study.set_preferences(learner.id, new_per_day=0)
    asked = []
    for n in range(4):
        question = study.next_question(learner.id, topic="sums", level=1, now=NOON + n * MINUTE)
        asked.append(question.ticket.slug)
        study.submit(learner.id, submission(question), now=NOON + n * MINUTE)
    assert asked == ["t0", "t1", "t2", "t3"]
    assert study.next_question(learner.id, level=4).ticket.slug == "hard"
    with pytest.raises(study.NothingToAsk, match="nothing-of-this-kind"):
        study.next_question(learner.id, level=3)


def test_before_the_exam_everything_comes_once_more_and_on_the_day_nothing_must(small: Make, learner: User) -> None:
    for number in range(12):
        small(f"t{number}")
        for day in (0, 3, 15, 60):
            ask_and_answer(learner.id, f"t{number}", now=NOON + day * DAY)
    exam = NOON + 90 * DAY
    today = scheduling.learner_day(exam, timedelta(hours=9))
    assert all((card.due_day or 0) > today for card in Card.objects.all())  # none would come before it
    study.set_preferences(learner.id, exam_date=scheduling.date_of(today))
    seen = []
    for day in range(83, 90):
        n = 0
        while True:
            now = NOON + day * DAY + n * MINUTE
            user = User.objects.get(id=learner.id)
            if not agenda.portion(agenda.day_of(user, now), n):
                break
            seen.append(answer_next(learner, now))
            n += 1
        assert n <= 8  # spread over the week by a hash of ids, which are random here
    assert sorted(seen) == sorted(f"t{number}" for number in range(12))
    assert not agenda.portion(agenda.day_of(User.objects.get(id=learner.id), exam), 0)


def test_cramming_leaves_the_schedule_alone(small: Make, learner: User) -> None:
    for slug in ("a", "b"):
        small(slug)
    ask_and_answer(learner.id, "a", now=NOON)
    before = card_state(Card.objects.get())
    asked = []
    for n in range(1, 5):
        question = study.next_question(learner.id, purpose="cram", now=NOON + n * MINUTE)
        asked.append(question.ticket.slug)
        result = study.submit(learner.id, submission(question), now=NOON + n * MINUTE)
        assert result.attempt.purpose == "cram"
    assert asked == ["b", "a", "b", "a"]
    assert Attempt.objects.count() == 5
    assert card_state(Card.objects.get()) == before
    study.refold(User.objects.get(id=learner.id))
    assert card_state(Card.objects.get()) == before


def test_what_is_forgotten_again_and_again_is_offered_with_help(small: Make, learner: User) -> None:
    small("a")
    for day in range(0, 50, 10):
        result = ask_and_answer(learner.id, "a", gave_up=True, now=NOON + day * DAY)
    assert result.card.leech
    question = study.next_question(learner.id, now=NOON + 60 * DAY)
    offered = study.help_first(learner.id, question)
    assert offered is not None
    assert offered.example.parameters != question.variant.parameters
    small("b")
    assert study.help_first(learner.id, study.next_question(learner.id, template="b")) is None


def test_the_topics_that_come_before_are_named_with_the_help(small: Make, learner: User) -> None:
    small("basic", topic="basics")
    small("a")
    Topic.objects.get(slug="sums").requires.add(Topic.objects.get(slug="basics"))
    for day in range(0, 50, 10):
        ask_and_answer(learner.id, "a", gave_up=True, now=NOON + day * DAY)
    offered = study.help_first(learner.id, study.next_question(learner.id, template="a"))
    assert offered is not None
    assert [topic.slug for topic in offered.requires] == ["basics"]


def test_an_exam_date_is_a_date(learner: User) -> None:
    assert study.set_preferences(learner.id, exam_date=date(2027, 2, 19)).exam_date == date(2027, 2, 19)
    assert study.set_preferences(learner.id, exam_date=None).exam_date is None


def test_an_answer_taken_back_counts_for_no_daily_number(small: Make, learner: User) -> None:
    for number in range(3):
        small(f"t{number}")
    study.set_preferences(learner.id, new_per_day=1, daily_minutes=1)
    ask_and_answer(learner.id, "t0", now=NOON - DAY)
    mistaken = ask_and_answer(learner.id, "t1", now=NOON, duration_ms=90_000).attempt
    assert study.next_question(learner.id, now=NOON + MINUTE).ticket.slug == "t0"  # nothing new any more today
    study.undo(learner.id, mistaken.id, now=NOON + MINUTE)
    assert study.next_question(learner.id, now=NOON + 2 * MINUTE).ticket.slug == "t1"
    ask_and_answer(learner.id, "t1", now=NOON + 2 * MINUTE)
    assert study.next_question(learner.id, now=NOON + 3 * MINUTE).ticket.slug == "t0"
