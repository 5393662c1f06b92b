"""What today asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quizzes import agenda, progress, study
from quizzes.models import Belief, QuestionTemplate, User
from quizzes.progress import Item
from tests.lengths import LONG
from tests.quizzes.answers import ask_and_answer, submission
from tests.quizzes.progress.histories import DAY, NOON, TODAY, answered, choose, learned, taken_back

Make = Callable[..., QuestionTemplate]


@pytest.fixture
def made(small: Make) -> list[QuestionTemplate]:
    """Twelve questions in three topics."""
    return [small(f"q{n}", topic=f"t{n % 3}") for n in range(12)]


@pytest.mark.usefixtures("made")
def test_a_newcomer_is_offered_the_daily_number_of_new_templates(learner: User) -> None:
    found = progress.reviews(learner.id, NOON)
    assert (found.due, found.new, found.next_due_day, found.items) == (0, 10, None, ())
    assert found.minutes == 10 * 2 * 30 / 60  # ten new templates, two answers each, half a minute an answer


def test_no_more_is_offered_than_is_unseen(learner: User, made: list[QuestionTemplate]) -> None:
    for template in made[:9]:
        learned(learner, template, days_ago=0)
    assert progress.reviews(learner.id, NOON).new == 3
    study.suspend(learner.id, made[9].slug, now=NOON)
    study.bury(learner.id, made[10].slug, now=NOON)
    assert progress.reviews(learner.id, NOON).new == 1
    assert progress.reviews(learner.id, NOON + DAY).new == 2


def test_what_is_due_is_listed_with_its_template(learner: User, small: Make) -> None:
    learned(learner, small("q", topic="t"), days_ago=20)
    learned(learner, small("card", topic="t", kind="flashcard"), days_ago=21)
    found = progress.reviews(learner.id, NOON)
    assert set(found.items) == {Item("q", "t", TODAY - 10, "question"), Item("card", "t", TODAY - 11, "flashcard")}
    assert (found.due, found.new, found.next_due_day) == (2, 0, None)
    assert found.minutes == 2 * 30 / 60


def test_the_first_item_is_the_next_question(learner: User, made: list[QuestionTemplate]) -> None:
    for number, template in enumerate(made):
        learned(learner, template, days_ago=10 + number, stability=10.0 + number % 4)
    asked = []
    for minutes in range(4):
        now = NOON + timedelta(minutes=minutes)
        question = study.next_question(learner.id, now=now)
        assert progress.reviews(learner.id, now).items[0].template == question.variant.template.slug
        study.submit(learner.id, submission(question), now=now)
        asked.append(question.variant.template.topic)
    assert len(set(asked)) > 1


def test_the_topic_just_asked_has_to_wait(learner: User, small: Make) -> None:
    learned(learner, small("fading", topic="a"), stability=3.0, due_day=TODAY - 9, days_ago=12)
    learned(learner, small("stable", topic="b"), stability=300.0, due_day=TODAY - 9, days_ago=400)
    assert [item.template for item in progress.reviews(learner.id, NOON).items] == ["fading", "stable"]
    answered(learner, small("other", topic="a"))
    assert [item.template for item in progress.reviews(learner.id, NOON).items] == ["stable", "fading"]
    assert study.next_question(learner.id, now=NOON).variant.template.slug == "stable"


def test_what_tells_of_an_open_misconception_comes_first(learner: User, small: Make) -> None:
    telling, silent = small("telling"), small("silent")
    silent.misconceptions.clear()
    learned(learner, silent, stability=3.0, due_day=TODAY - 9, days_ago=12)
    learned(learner, telling, stability=300.0, due_day=TODAY - 9, days_ago=400)
    assert [item.template for item in progress.reviews(learner.id, NOON).items] == ["silent", "telling"]
    belief = Belief.objects.create(learner=learner, code="forgot-one", met=1, opened_at=NOON, met_at=NOON)
    assert [item.template for item in progress.reviews(learner.id, NOON).items] == ["telling", "silent"]
    assert study.next_question(learner.id, now=NOON).variant.template.slug == "telling"
    Belief.objects.filter(code=belief.code).update(closed_at=NOON)
    assert [item.template for item in progress.reviews(learner.id, NOON).items] == ["silent", "telling"]


def test_what_was_reviewed_today_is_taken_off_the_portion(learner: User, made: list[QuestionTemplate]) -> None:
    for template in made[:6]:
        learned(learner, template)
    assert progress.reviews(learner.id, NOON).due == 2  # levelled: their windows are open for two days more
    ask_and_answer(learner.id, "q0", now=NOON)
    assert progress.reviews(learner.id, NOON).due == 1


def test_a_template_answered_today_for_the_first_time_is_no_longer_offered(
    learner: User, made: list[QuestionTemplate]
) -> None:
    choose(learner, new_per_day=4)
    ask_and_answer(learner.id, "q0", now=NOON)
    ask_and_answer(learner.id, "q0", now=NOON)  # the same template
    assert progress.reviews(learner.id, NOON).new == 3
    learned(learner, made[1])
    ask_and_answer(learner.id, "q1", now=NOON)  # known before
    assert progress.reviews(learner.id, NOON).new == 3
    answered(learner, made[2], purpose="cram")
    assert progress.reviews(learner.id, NOON).new == 3
    taken_back(answered(learner, made[3]))
    assert progress.reviews(learner.id, NOON).new == 3
    answered(learner, made[4], days_ago=1)
    assert progress.reviews(learner.id, NOON).new == 3
    assert progress.reviews(learner.id, NOON + DAY).new == 4


def test_nothing_new_is_offered_once_the_daily_minutes_are_spent(learner: User, made: list[QuestionTemplate]) -> None:
    choose(learner, daily_minutes=3)
    answered(learner, made[0], duration_ms=179_999)
    assert progress.reviews(learner.id, NOON).new == 9
    answered(learner, made[0], duration_ms=1)
    assert progress.reviews(learner.id, NOON).new == 0


def test_the_time_is_counted_at_the_learners_own_pace(learner: User, made: list[QuestionTemplate]) -> None:
    choose(learner, new_per_day=0)
    for template in made[:4]:
        learned(learner, template, days_ago=20)
    for duration in (None, 30_000, 60_000, 90_000, 900_000, 900_000):
        answered(learner, made[5], days_ago=5, duration_ms=duration)
    taken_back(answered(learner, made[5], days_ago=5, duration_ms=1))
    assert progress.reviews(learner.id, NOON).minutes == 4 * 1.5


def test_who_walks_away_is_not_taken_for_slow(learner: User, made: list[QuestionTemplate]) -> None:
    choose(learner, new_per_day=0)
    learned(learner, made[0], days_ago=20)
    for _ in range(5):
        answered(learner, made[5], days_ago=5, duration_ms=24 * 3600 * 1000)
    assert progress.reviews(learner.id, NOON).minutes == 10


@pytest.mark.parametrize("cards", [[(2, 0)], [(10, 0)], [(10, 5)], [(100, 0)], [(120, 9), (90, 3), (60, 0), (40, 0)]])
@pytest.mark.parametrize("exam_in", [None, 1, 3, 6, 7, 8, 9, 12, 15, 40] if LONG else [None, 3, 8])
def test_the_next_day_is_the_first_that_asks_for_something(
    learner: User, made: list[QuestionTemplate], cards: list[tuple[int, int]], exam_in: int | None
) -> None:
    choose(learner, new_per_day=0, exam_date=NOON.date() + exam_in * DAY if exam_in else None)
    for template, (stability, days_ago) in zip(made, cards, strict=False):
        learned(learner, template, stability=float(stability), days_ago=days_ago)
    learner.refresh_from_db()
    first = next(n for n in range(200) if agenda.portion(agenda.day_of(learner, NOON + n * DAY), reviewed=0))
    assert progress.reviews(learner.id, NOON).next_due_day == (TODAY + first if first else None)


def test_a_card_buried_today_comes_back_tomorrow(learner: User, made: list[QuestionTemplate]) -> None:
    learned(learner, made[0], buried_day=TODAY)
    found = progress.reviews(learner.id, NOON)
    assert (found.due, found.next_due_day) == (0, TODAY + 1)


def test_what_is_suspended_or_withdrawn_is_not_asked(learner: User, made: list[QuestionTemplate]) -> None:
    learned(learner, made[0], suspended=True)
    learned(learner, made[1])
    QuestionTemplate.objects.filter(id=made[1].id).update(current=None)
    found = progress.reviews(learner.id, NOON)
    assert (found.due, found.next_due_day) == (0, None)


def test_others_do_not_count(learner: User, made: list[QuestionTemplate]) -> None:
    other, _ = study.create_guest("other")
    learned(other.user, made[0])
    answered(other.user, made[1], duration_ms=500_000)
    found = progress.reviews(learner.id, NOON)
    assert (found.due, found.new, found.minutes) == (0, 10, 10)


def test_the_queries_do_not_grow_with_the_history(learner: User, made: list[QuestionTemplate]) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            progress.reviews(learner.id, NOON)
        assert all(query["sql"].startswith("SELECT") for query in captured.captured_queries)
        return len(captured)

    assert queries() == 6  # where nothing is due, the next day is looked for
    learned(learner, made[0])
    assert queries() == 6
    for template in made[1:]:
        learned(learner, template)
        answered(learner, template)
        answered(learner, template, days_ago=3)
    assert queries() == 5  # the minutes are spent: nothing new is counted
