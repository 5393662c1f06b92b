"""Where a template stands among others of its level."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quizzes import progress
from quizzes.models import QuestionTemplate, User
from quizzes.progress import Difficulty, wilson
from quizzes.study.accounts import guest
from tests.quizzes.progress.histories import MINUTE, NOON, answered, taken_back

Make = Callable[..., QuestionTemplate]


@pytest.fixture
def crowd(db: None) -> list[User]:
    """Ten guests."""
    return User.objects.bulk_create([guest() for _ in range(10)])


@pytest.fixture
def others(small: Make, crowd: list[User]) -> list[QuestionTemplate]:
    """Five templates of level 1, of whose ten first answers 2, 4, 5, 6 and 8 are right, and whose second all are."""
    made = []
    for right in (2, 4, 5, 6, 8):
        template = small(f"of-{right}")
        for place, user in enumerate(crowd):
            answered(user, template, at=NOON, score=float(place < right))
            answered(user, template, at=NOON + MINUTE)
        made.append(template)
    return made


@pytest.mark.parametrize(
    ("first", "standing", "harder_than", "sure"),
    [
        (wilson(3, 10), "harder", 0.8, False),
        (wilson(30, 100), "harder", 0.8, True),
        (wilson(5, 10), "alike", 0.4, True),
        (wilson(7, 10), "easier", 0.2, False),
        (wilson(90, 100), "easier", 0.0, True),
    ],
)
def test_quartiles_tell_harder_from_easier(
    small: Make,
    others: list[QuestionTemplate],
    first: progress.Proportion,
    standing: str,
    harder_than: float,
    sure: bool,
) -> None:
    found = progress.difficulty(small("mine"), first)
    assert found == Difficulty(1, "question", 5, (0.4, 0.5, 0.6), harder_than, standing, sure)  # type: ignore[arg-type]


def test_a_template_is_not_compared_with_itself_or_with_what_differs(
    small: Make, others: list[QuestionTemplate], crowd: list[User]
) -> None:
    for place, template in enumerate((small("level-2", level=2), small("card", kind="flashcard"), small("few"))):
        for user in crowd[: 4 if place == 2 else 10]:
            answered(user, template)
    found = progress.difficulty(others[0], wilson(2, 10))
    assert (found.compared, found.harder_than) == (4, 1.0)
    assert found.quartiles == pytest.approx((0.475, 0.55, 0.65))
    assert progress.difficulty(QuestionTemplate.objects.get(slug="level-2"), wilson(1, 10)).quartiles is None


def test_answers_that_were_taken_back_tell_nothing(
    small: Make, others: list[QuestionTemplate], crowd: list[User]
) -> None:
    for user in crowd[:5]:
        answered(user, others[0], at=NOON - MINUTE)  # now these are first, and right
        taken_back(answered(user, others[1], at=NOON - MINUTE, score=0.0))
    found = progress.difficulty(small("mine"), wilson(3, 10))  # the others: 5, 4, 5, 6 and 8 of 10
    assert (found.quartiles, found.harder_than) == ((0.5, 0.5, 0.6), 1.0)


def test_few_learners_or_few_templates_tell_no_difficulty(small: Make, others: list[QuestionTemplate]) -> None:
    few = progress.difficulty(small("mine"), wilson(1, 4))
    assert (few.quartiles, few.standing) == ((0.4, 0.5, 0.6), None)
    cache.clear()
    QuestionTemplate.objects.filter(slug__in=["of-2", "of-4"]).update(current=None)
    assert progress.difficulty(small("mine"), wilson(9, 10)).quartiles is None


def test_the_others_are_read_at_once_and_kept_for_an_hour(small: Make, others: list[QuestionTemplate]) -> None:
    mine = small("mine")
    for queries in (2, 0):
        with CaptureQueriesContext(connection) as captured:
            progress.difficulty(mine, wilson(5, 10))
        assert len(captured) == queries


def test_of_many_templates_a_fixed_choice_is_compared(
    small: Make, others: list[QuestionTemplate], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quizzes.progress.levels.MOST", 4)
    monkeypatch.setattr("quizzes.progress.levels.EACH", 20)
    found = progress.difficulty(small("mine"), wilson(5, 10))
    cache.clear()
    assert progress.difficulty(small("mine"), wilson(5, 10)) == found
    assert found.compared <= 4
