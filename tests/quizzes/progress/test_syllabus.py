"""The syllabus as learners and strangers stand to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quizzes import progress, study
from quizzes.models import QuestionTemplate, User, uuid7
from quizzes.scheduling import LEECH_LAPSES
from tests.quizzes.progress.histories import NOON, learned

Make = Callable[..., QuestionTemplate]


@pytest.fixture
def made(small: Make) -> list[QuestionTemplate]:
    """A topic with a flashcard and questions, the names out of order; another topic; one that is not published."""
    made = [
        small("card", topic="one", kind="flashcard"),
        small("hard", topic="one", level=3),
        small("easy", topic="one"),
        small("also-easy", topic="one"),
        small("other", topic="two"),
        small("gone", topic="one"),
    ]
    QuestionTemplate.objects.filter(slug="gone").update(current=None)
    return made


def test_a_learner_sees_the_topics_of_the_overview(learner: User, made: list[QuestionTemplate]) -> None:
    learned(learner, made[1], days_ago=10, skill=0.4)
    learned(learner, made[2], suspended=True)
    assert progress.topics_of(learner.id, NOON) == progress.overview(learner.id, NOON).topics


def test_a_stranger_has_started_nothing(learner: User, made: list[QuestionTemplate]) -> None:
    untouched = progress.overview(learner.id, NOON).topics
    learned(learner, made[1])
    assert progress.topics_of(None, NOON) == untouched
    topic, templates = progress.topic_of(None, "one", NOON)
    assert topic == untouched[0]
    assert (topic.templates, topic.status) == (4, "not-started")
    assert [(one.seen, one.recall, one.suspended, one.leech) for one in templates] == 4 * [(False, None, False, False)]


def test_the_templates_of_a_topic_are_questions_by_level_and_then_flashcards(made: list[QuestionTemplate]) -> None:
    _, templates = progress.topic_of(None, "one", NOON)
    assert [one.slug for one in templates] == ["also-easy", "easy", "hard", "card"]
    assert [one.kind for one in templates] == [*3 * ["question"], "flashcard"]
    assert [one.level for one in templates] == [1, 1, 3, 1]
    assert templates[2].version == made[1].current_id


def test_each_template_tells_how_it_is_known(learner: User, made: list[QuestionTemplate]) -> None:
    card, hard, easy, also_easy, other, gone = made
    learned(learner, card, days_ago=0)
    learned(learner, hard, days_ago=10, lapses=LEECH_LAPSES)
    learned(learner, easy, days_ago=20, suspended=True, lapses=LEECH_LAPSES - 1)
    study.suspend(learner.id, also_easy.slug, now=NOON)  # never answered
    for elsewhere in (other, gone):
        learned(learner, elsewhere, days_ago=300)
    topic, templates = progress.topic_of(learner.id, "one", NOON)
    assert topic == progress.overview(learner.id, NOON).topics[0]
    assert topic.seen == 3
    assert topic.recall == pytest.approx((1 + 0.9) / 2)
    known = {one.slug: (one.seen, one.recall, one.suspended, one.leech) for one in templates}
    assert known == {
        "card": (True, 1, False, False),
        "hard": (True, pytest.approx(0.9), False, True),
        "easy": (True, None, True, False),
        "also-easy": (False, None, True, False),
    }


@pytest.mark.usefixtures("made")
def test_unknown_learners_and_topics_are_refused(learner: User) -> None:
    for look in (lambda: progress.topics_of(uuid7(), NOON), lambda: progress.topic_of(uuid7(), "one", NOON)):
        with pytest.raises(User.DoesNotExist):
            look()
    for somebody in (None, learner.id):
        with pytest.raises(ValueError, match="unpack"):
            progress.topic_of(somebody, "nowhere", NOON)


def test_the_queries_do_not_grow(learner: User, small: Make) -> None:
    def queries() -> tuple[int, int, int, int]:
        counts = []
        for somebody in (None, learner.id):
            for topic in (None, "t0"):
                with CaptureQueriesContext(connection) as captured:
                    if topic is None:
                        progress.topics_of(somebody, NOON)
                    else:
                        progress.topic_of(somebody, topic, NOON)
                counts.append(len(captured))
        return tuple(counts)  # type: ignore[return-value]  # four of them

    small("first", topic="t0")
    assert queries() == (1, 2, 3, 4)
    for number in range(9):
        learned(learner, small(f"q{number}", topic=f"t{number % 3}"))
    assert queries() == (1, 2, 3, 4)
