"""Wrong answers that no misconception explains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quizzes import progress, questions
from quizzes.authoring import publish
from quizzes.models import QuestionTemplate, User
from quizzes.progress import Example, Group, Unexplained
from quizzes.study.accounts import guest
from tests.quizzes.progress.histories import NOON, answered, taken_back
from tests.quizzes.sources import sum_source

Make = Callable[..., QuestionTemplate]


@pytest.fixture
def crowd(db: None) -> list[User]:
    """Twelve guests."""
    return User.objects.bulk_create([guest() for _ in range(12)])


def wrong(user: User, template: QuestionTemplate, a: int, given: str, **columns: Any) -> Any:
    """A wrong answer to ``a + 1``; its misconception is to answer ``a``."""
    asked: dict[str, Any] = {"parameters": {"a": a}, "response": {"s": given}, "score": 0.0, "at": NOON} | columns
    parameters = asked.pop("parameters")
    attempt = answered(user, template, **asked)
    type(attempt).objects.filter(learner_id=user.id, id=attempt.id).update(parameters=parameters)
    return attempt


def found(template: QuestionTemplate, version: int | None = None) -> Unexplained:
    return progress.unexplained(template, progress.template_statistics(template.slug).since, version)


def test_nothing_is_unexplained_where_nobody_answered(small: Make) -> None:
    assert found(small()) == Unexplained(("s",), 0, 0, (), (), 0, False)


def test_answers_are_grouped_by_what_was_meant(small: Make, crowd: list[User]) -> None:
    template = small()
    for user, a, given in zip(crowd, (5, 9, 100, 7), ("1,700", "１７００", " 1700", "3"), strict=False):
        wrong(user, template, a, given)
    wrong(crowd[0], template, 6, "1700")
    result = found(template)
    examples = tuple(Example({"a": str(a)}, str(a + 1), "1,700") for a in (6, 100, 9))
    label: dict[questions.Language, str] = {"ja": "和", "en": "Sum"}
    assert result.groups == (Group("s", label, "1,700", 4, 3, examples),)
    assert (result.attempts, result.learners, result.rest, result.fields) == (5, 4, 1, ("s",))


def test_what_few_learners_answered_is_not_shown(small: Make, crowd: list[User]) -> None:
    template = small()
    for a in range(5):
        wrong(crowd[0], template, 20 + a, "17")
        wrong(crowd[1], template, 20 + a, "17")
    result = found(template)
    assert (result.groups, result.rules, result.rest) == ((), (), 10)


def test_only_wrong_answers_that_count_and_that_nothing_explains_are_taken(small: Make, crowd: list[User]) -> None:
    template = small()
    for user in crowd:
        wrong(user, template, 5, "5", misconceptions=["forgot-one"])
        wrong(user, template, 5, "6", score=1.0)
        wrong(user, template, 5, "7", gave_up=True)
        wrong(user, template, 5, "8", response=None)
        taken_back(wrong(user, template, 5, "9"))
        wrong(user, small("other"), 5, "10")
    assert found(template).attempts == 0


def test_a_rule_is_found_and_told_with_its_examples(small: Make, crowd: list[User]) -> None:
    template = small()
    for number, user in enumerate(crowd):
        wrong(user, template, 11 + 7 * number, str(2 * (11 + 7 * number)) if number % 4 else "17")
    (rule,) = found(template).rules
    assert (rule.field, rule.attempts, rule.learners, rule.of) == ("s", 9, 9, 12)
    assert {rule.formula, *rule.others} & {"a * 2", "2 * a", "a + a"}
    assert [(group.given, group.learners) for group in found(template).groups] == [("17", 3)]
    assert len(rule.examples) == 3
    for example in rule.examples:
        a = int(example.parameters["a"])
        assert (int(example.expected), int(example.given)) == (a + 1, 2 * a)


def test_what_a_newer_version_explains_is_explained(small: Make, crowd: list[User]) -> None:
    template = small()
    for user in crowd:
        wrong(user, template, 5, "17")
        wrong(user, template, 16, "18")
    source = sum_source(words="Now: ").replace(
        'value = "a" }', 'value = "a" }, { code = "forgot-two", value = "a + 2" }'
    )
    publish(source)
    template.refresh_from_db()
    assert [(group.given, group.learners) for group in found(template).groups] == [("17", 12)]


def test_what_the_newer_version_asks_differently_stands_by_itself(small: Make, crowd: list[User]) -> None:
    template = small()
    for number, user in enumerate(crowd):
        wrong(user, template, 10 + number, str(2 * (10 + number)))
    assert found(template).rules
    publish(sum_source(value="a + 3"))  # the same parameters lead to another answer
    template.refresh_from_db()
    result = found(template)
    assert (result.attempts, result.rules) == (12, ())


def test_one_version_can_be_looked_at(small: Make, crowd: list[User]) -> None:
    template = small()
    for user in crowd[:4]:
        wrong(user, template, 5, "17")
    publish(sum_source(words="Now: "))
    template.refresh_from_db()
    for user in crowd[:5]:
        wrong(user, template, 5, "19")
    assert [group.given for group in found(template).groups] == ["19", "17"]
    assert [group.given for group in found(template, 1).groups] == ["17"]
    assert [group.given for group in found(template, 2).groups] == ["19"]


def test_what_cannot_be_read_any_more_is_left_out(small: Make, crowd: list[User]) -> None:
    template = small()
    for user in crowd:
        wrong(user, template, 5, "seventeen")
        wrong(user, template, 10**9, "17", response={"s": "²"})
    assert found(template).attempts == 0


def test_the_queries_do_not_grow_with_the_answers(small: Make, crowd: list[User]) -> None:
    template = small()
    counts = []
    for _ in range(2):
        for user in crowd:
            wrong(user, template, 5, "17")
        since = progress.template_statistics(template.slug).since
        with CaptureQueriesContext(connection) as captured:
            progress.unexplained(template, since)
        counts.append(len(captured))
    assert counts == [3, 3]
