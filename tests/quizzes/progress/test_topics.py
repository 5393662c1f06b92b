"""How far a learner has come in each topic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from quizzes import progress, study
from quizzes.models import QuestionTemplate, User
from quizzes.progress import Topic
from tests.quizzes.answers import ask_and_answer
from tests.quizzes.progress.histories import DAY, NOON, TODAY, choose, learned

Make = Callable[..., QuestionTemplate]
PROVEN = {"days_ago": 0, "first_right_day": TODAY - 5, "right_day": TODAY}


@pytest.fixture
def made(small: Make) -> list[QuestionTemplate]:
    """Five questions in one topic."""
    return [small(f"q{n}") for n in range(5)]


def first_topic(learner: User, days: int = 0) -> Topic:
    return progress.overview(learner.id, NOON + days * DAY).topics[0]


def test_topics_come_in_order_with_what_was_seen_of_them(learner: User, small: Make) -> None:
    made = [small("a", topic="early"), small("b", topic="late"), small("c", topic="late"), small("d", topic="gone")]
    QuestionTemplate.objects.filter(slug="d").update(current=None)
    learned(learner, made[1], days_ago=10, skill=0.4)
    learned(learner, made[3])
    early, late, gone = progress.overview(learner.id, NOON).topics
    assert early == Topic("early", 1, 0, None, None, None, "not-started")
    assert (late.slug, late.templates, late.seen, late.skill, late.status) == ("late", 2, 1, 0.4, "learning")
    assert late.recall == pytest.approx(0.9)
    assert gone == Topic("gone", 0, 0, None, None, None, "not-started")


def test_recall_leaves_out_what_is_suspended_and_skill_does_not(learner: User, made: list[QuestionTemplate]) -> None:
    learned(learner, made[0], days_ago=10, skill=1.0)
    learned(learner, made[1], days_ago=0, skill=0.5)
    learned(learner, made[2], days_ago=300, skill=0.0, suspended=True)
    topic = first_topic(learner)
    assert (topic.seen, topic.skill) == (3, 0.5)
    assert topic.recall == pytest.approx((0.9 + 1) / 2)


def test_a_card_that_was_reset_is_unseen(learner: User, made: list[QuestionTemplate]) -> None:
    ask_and_answer(learner.id, made[0].slug, now=NOON)
    assert first_topic(learner).seen == 1
    study.reset(learner.id, made[0].slug, now=NOON)
    assert first_topic(learner).seen == 0


@pytest.mark.parametrize(
    ("seen", "changes", "status"),
    [
        (3, {}, "proficient"),
        (2, {}, "learning"),  # of five templates, half is three
        (3, {"skill": 0.79}, "learning"),
        (4, {"skill": 0.8}, "proficient"),
        (3, {"stability": 1.0, "days_ago": 9}, "learning"),  # recall has fallen
        (3, {"first_right_day": TODAY}, "learning"),  # right on one day only
        (3, {"first_right_day": None, "right_day": None}, "learning"),
        (3, {"suspended": True}, "learning"),
    ],
)
def test_who_is_proficient(
    learner: User, made: list[QuestionTemplate], seen: int, changes: dict[str, Any], status: str
) -> None:
    for template in made[:seen]:
        learned(learner, template, **(PROVEN | changes))
    assert first_topic(learner).status == status


def test_the_two_days_may_be_those_of_two_cards(learner: User, made: list[QuestionTemplate]) -> None:
    for template in made[:3]:
        learned(learner, template, **(PROVEN | {"first_right_day": TODAY - 1, "right_day": TODAY - 1}))
    assert first_topic(learner).status == "learning"
    learned(learner, made[3], **(PROVEN | {"first_right_day": TODAY, "right_day": TODAY}))
    assert first_topic(learner).status == "proficient"


@pytest.mark.parametrize(("templates", "needed"), [(1, 1), (2, 2), (3, 2), (4, 2), (5, 3)])
def test_half_of_the_templates_are_enough_but_two_at_least(
    learner: User, small: Make, templates: int, needed: int
) -> None:
    made = [small(f"q{n}") for n in range(templates)]
    for seen, template in enumerate(made, 1):
        learned(learner, template, **PROVEN)
        assert first_topic(learner).status == ("proficient" if seen >= needed else "learning")


def test_a_status_falls_as_time_passes(learner: User, made: list[QuestionTemplate]) -> None:
    for template in made:
        learned(learner, template, **PROVEN)
    statuses = [first_topic(learner, days).status for days in range(0, 61, 10)]
    assert statuses[0] == "proficient"
    assert statuses[-1] == "learning"
    assert statuses == sorted(statuses, reverse=True)  # and it does not come back by itself


def test_recall_on_the_exam_day_is_foreseen_for_an_exam_ahead(learner: User, made: list[QuestionTemplate]) -> None:
    learned(learner, made[0], days_ago=4)
    learned(learner, made[1], days_ago=4, suspended=True)
    assert first_topic(learner).exam_recall is None
    choose(learner, exam_date=(NOON + 6 * DAY).date())
    assert first_topic(learner).exam_recall == pytest.approx(0.9)
    assert first_topic(learner, days=5).exam_recall is not None
    assert first_topic(learner, days=6).exam_recall is None  # it is today
