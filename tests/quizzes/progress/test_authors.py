"""What the answers say of a template."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quizzes import progress
from quizzes.authoring import publish
from quizzes.models import Misconception, QuestionTemplate, User
from quizzes.progress import Frequency, Statistics, authors, wilson
from quizzes.study.accounts import guest
from tests.quizzes.progress.histories import MINUTE, NOON, answered, learned, taken_back
from tests.quizzes.sources import sum_source

Make = Callable[..., QuestionTemplate]


@pytest.fixture
def crowd(db: None) -> list[User]:
    """Twelve guests."""
    return User.objects.bulk_create([guest() for _ in range(12)])


def test_a_template_that_nobody_answered_has_no_figures(small: Make) -> None:
    found = progress.template_statistics(small().slug)
    assert found.overall == Statistics(0, 0, wilson(0, 0), wilson(0, 0), None, (), None)
    assert (found.versions, found.cut, found.since) == ({}, False, None)


def test_an_unknown_template_has_no_statistics(db: None) -> None:
    with pytest.raises(QuestionTemplate.DoesNotExist):
        progress.template_statistics("unknown")


def test_first_answers_are_told_from_all_answers(small: Make, crowd: list[User]) -> None:
    template, (ann, bob, *_) = small(), crowd
    answered(ann, template, at=NOON, score=0.0, misconceptions=["a", "b"], duration_ms=30_000)
    answered(ann, template, at=NOON + MINUTE, score=0.5, misconceptions=["b"], duration_ms=None)
    answered(ann, template, at=NOON + 2 * MINUTE, duration_ms=10**8)
    answered(bob, template, at=NOON + 3 * MINUTE, duration_ms=10_000)
    taken_back(answered(bob, template, at=NOON, score=0.0, misconceptions=["a"], duration_ms=1))
    answered(bob, small("other"), score=0.0, misconceptions=["a"])
    found = progress.template_statistics(template.slug).overall
    assert (found.attempts, found.learners, found.median_ms) == (4, 2, 30_000)
    assert (found.first, found.every) == (wilson(1, 2), wilson(2, 4))
    assert found.misconceptions == (Frequency("b", 2, 0.5), Frequency("a", 1, 0.25))


def test_one_learners_void_takes_back_nobody_elses_answer(small: Make, crowd: list[User]) -> None:
    template, (ann, bob, *_) = small(), crowd
    attempt = answered(ann, template)
    theirs = answered(bob, template, score=0.0)
    taken_back(theirs)
    type(attempt).objects.filter(learner_id=ann.id).update(id=theirs.id)  # ids are the clients' own
    assert progress.template_statistics(template.slug).overall.attempts == 1


def test_a_misconception_that_was_merged_counts_as_what_it_is_now(small: Make, crowd: list[User]) -> None:
    template = small()
    forgot_two = Misconception.objects.get(code="forgot-two")
    Misconception.objects.filter(code="forgot-one").update(merged_into=forgot_two)
    answered(crowd[0], template, score=0.0, misconceptions=["forgot-one"])
    answered(crowd[1], template, score=0.0, misconceptions=["forgot-one", "forgot-two"])
    assert progress.template_statistics(template.slug).overall.misconceptions == (Frequency("forgot-two", 2, 1.0),)


def test_what_does_not_count_does_not_make_the_search_longer(
    small: Make, crowd: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    template = small()
    answered(crowd[0], template, at=NOON)
    taken_back(answered(crowd[1], template, at=NOON + MINUTE))
    monkeypatch.setattr(authors, "LATEST", 1)
    found = progress.template_statistics(template.slug)
    assert (found.overall.attempts, found.cut, found.since) == (0, True, NOON + MINUTE)


def test_versions_are_told_apart(small: Make, crowd: list[User]) -> None:
    old = small()
    answered(crowd[0], old, at=NOON, score=0.0)
    publish(sum_source(words="Now: "))
    new = QuestionTemplate.objects.get(slug=old.slug)
    answered(crowd[0], new, at=NOON + MINUTE)
    answered(crowd[1], new, at=NOON + MINUTE)
    found = progress.template_statistics(old.slug)
    assert list(found.versions) == [2, 1]
    assert (found.versions[1].first, found.versions[2].first) == (wilson(0, 1), wilson(2, 2))
    assert (found.overall.first, found.overall.every) == (wilson(1, 2), wilson(2, 3))


def test_discrimination_is_the_correlation_with_the_skill_on_other_cards(small: Make, crowd: list[User]) -> None:
    template, others = small(), [small("b"), small("c")]
    scores = [0, 0, 1, 0, 0.5, 1, 0, 1, 1, 1]
    skills = [0.1, 0.3, 0.2, 0.4, 0.5, 0.6, 0.3, 0.9, 0.8, 1.0]
    for n, (user, score, skill) in enumerate(zip(crowd, scores, skills, strict=False)):
        if n == 9:
            assert progress.template_statistics(template.slug).overall.discrimination is None  # nine learners
        answered(user, template, at=NOON, score=score)
        answered(user, template, at=NOON + MINUTE, score=1 - score)  # a second answer tells nothing
        learned(user, template, skill=n % 2)  # nor does the card of the template itself
        learned(user, others[0], skill=skill - 0.1)
        learned(user, others[1], skill=skill + 0.1)
    answered(crowd[10], template)  # no other cards: not compared
    found = progress.template_statistics(template.slug).overall
    assert found.discrimination == pytest.approx(np.corrcoef(scores, skills)[0, 1])
    assert found.discrimination == pytest.approx(0.6876, abs=5e-5)


def test_where_all_are_alike_nothing_discriminates(small: Make, crowd: list[User]) -> None:
    template, other = small(), small("other")
    for user in crowd:
        answered(user, template)
        learned(user, other, skill=0.5)
    assert progress.template_statistics(template.slug).overall.discrimination is None


def test_only_the_latest_attempts_are_looked_at(
    small: Make, crowd: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    template = small()
    for minutes, score in enumerate([0.0, 1.0, 1.0]):
        answered(crowd[0], template, at=NOON + minutes * MINUTE, score=score)
    assert not progress.template_statistics(template.slug).cut
    monkeypatch.setattr(authors, "LATEST", 2)
    found = progress.template_statistics(template.slug)
    assert (found.overall.every, found.overall.first, found.cut) == (wilson(2, 2), wilson(1, 1), True)


def test_the_queries_do_not_grow_with_the_answers(small: Make, crowd: list[User]) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            progress.template_statistics("sum")
        return len(captured)

    template, other = small(), small("other")
    answered(crowd[0], template)
    assert queries() == 4
    for user in crowd:
        answered(user, template)
        answered(user, template)
        learned(user, other)
    assert queries() == 4
