"""Versions: publishing, going back, voiding; and an open question is finished on the version that was asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from quizzes import authoring, study
from quizzes.authoring import NotPublishable
from quizzes.models import Attempt, Publication, QuestionTemplate, TemplateVersion, Topic, User
from quizzes.study import NothingToAsk
from tests.quizzes.answers import right, submission
from tests.quizzes.sources import sum_source

Make = Callable[..., QuestionTemplate]
Open = Callable[..., Any]


def saved(slug: str = "sum", **others: Any) -> TemplateVersion:
    version, new = authoring.append(sum_source(slug, **others))
    assert new
    return version


def proof(*severities: str) -> dict[str, Any]:
    return {"problems": [{"check": f"check-{one}", "severity": one, "where": "", "message": "…"} for one in severities]}


def acts(template: QuestionTemplate) -> list[tuple[str, int | None]]:
    rows = Publication.objects.filter(template=template).order_by("at", "id")
    return list(rows.values_list("act", "version__number"))


# Publishing


def test_what_was_never_proved_is_not_published(small: Make) -> None:
    template = small()
    version = saved(words="Now: ")
    with pytest.raises(NotPublishable, match="unproved"):
        authoring.publish_proved(version, by=None)
    template.refresh_from_db()
    assert template.current_id != version.id


def test_what_has_errors_is_not_published_whatever_is_accepted(small: Make) -> None:
    template = small()
    version = saved(words="Now: ")
    version.proof = proof("warning", "error")
    with pytest.raises(NotPublishable) as refused:
        authoring.publish_proved(version, by=None, accept_warnings=True)
    assert refused.value.code == "errors"
    assert [problem["check"] for problem in refused.value.problems] == ["check-error"]
    template.refresh_from_db()
    assert template.current_id != version.id


def test_warnings_have_to_be_accepted(small: Make) -> None:
    template = small()
    version = saved(words="Now: ")
    version.proof = proof("warning")
    with pytest.raises(NotPublishable) as refused:
        authoring.publish_proved(version, by=None)
    assert (refused.value.code, len(refused.value.problems)) == ("warnings", 1)
    assert authoring.publish_proved(version, by=None, accept_warnings=True)
    template.refresh_from_db()
    assert template.current_id == version.id


def test_a_proof_that_was_cut_has_to_be_accepted(small: Make) -> None:
    small()
    version = saved(words="Now: ")
    version.proof = proof() | {"cut": True}
    with pytest.raises(NotPublishable, match="warnings"):
        authoring.publish_proved(version, by=None)
    assert authoring.publish_proved(version, by=None, accept_warnings=True)


def test_what_is_clean_is_published_once(small: Make, learner: User) -> None:
    template = small()
    version = saved(words="Now: ")
    version.proof = proof()
    assert authoring.publish_proved(version, by=learner)
    assert not authoring.publish_proved(version, by=learner)
    assert acts(template) == [("publish", 1), ("publish", 2)]
    assert Publication.objects.latest("at", "id").by == learner


def test_going_back_to_what_was_asked_before_takes_one_step(small: Make) -> None:
    template = small()
    first = template.current
    assert first is not None
    authoring.publish(sum_source(words="Now: "))
    assert authoring.publish_proved(first, by=None)
    assert acts(template) == [("publish", 1), ("publish", 2), ("publish", 1)]
    authoring.publish_proved(TemplateVersion.objects.get(number=2), by=None)
    first.proof = proof("warning")
    assert authoring.publish_proved(first, by=None)
    first.proof = proof("error")
    with pytest.raises(NotPublishable, match="errors"):
        authoring.publish_proved(first, by=None)


# Archiving


def test_an_archived_template_comes_back_in_the_version_published_last(small: Make) -> None:
    template = small()
    second, _ = authoring.publish(sum_source(words="Now: "))
    assert template.current is not None
    authoring.publish_version(template.current)
    saved(words="Later: ")
    authoring.archive(template)
    assert authoring.bring_back(template, by=None).number == 1
    template.refresh_from_db()
    assert template.archived_at is None
    assert template.current is not None
    assert template.current.number == 1
    assert second.number == 2


def test_an_archived_draft_can_only_be_a_draft_again(small: Make) -> None:
    small("other")
    template = saved("sum").template
    authoring.archive(template)
    with pytest.raises(NotPublishable, match="never-published"):
        authoring.bring_back(template, by=None)
    authoring.unarchive(template)
    assert QuestionTemplate.objects.filter(slug="sum", archived_at=None, current=None).exists()


# Voiding


def test_voiding_goes_back_to_the_last_published_version_that_is_good(small: Make, learner: User) -> None:
    template = small()
    for number in (2, 3):
        authoring.publish(sum_source(words=f"{number}: ", level=number))
    saved(words="never published: ")
    first, second, third, _ = template.versions.order_by("number")
    assert authoring.void(second)
    template.refresh_from_db()
    assert template.current == third
    assert authoring.void(third, by=learner)
    template.refresh_from_db()
    assert template.current == first
    assert template.level == 1
    assert acts(template)[3:] == [("void", 2), ("void", 3), ("publish", 1)]
    assert Publication.objects.filter(act="void", by=learner).count() == 1
    authoring.void(first)
    template.refresh_from_db()
    assert template.current_id is None
    assert template.archived_at is None
    with pytest.raises(NothingToAsk):
        study.next_question(learner.id, template="sum")


def test_voiding_twice_is_voiding_once(small: Make) -> None:
    template = small()
    assert template.current is not None
    assert authoring.void(template.current)
    voided_at = TemplateVersion.objects.get().voided_at
    assert not authoring.void(TemplateVersion.objects.get())
    assert TemplateVersion.objects.get().voided_at == voided_at
    assert acts(template) == [("publish", 1), ("void", 1)]


def test_a_voided_version_is_never_published_again(small: Make) -> None:
    template = small()
    seen_before = TemplateVersion.objects.get()
    authoring.void(TemplateVersion.objects.get())
    for version in (TemplateVersion.objects.get(), seen_before):
        version.proof = proof()
        with pytest.raises(NotPublishable, match="voided"):
            authoring.publish_proved(version, by=None)
        with pytest.raises(NotPublishable, match="voided"):
            authoring.publish_version(version)
    template.refresh_from_db()
    assert template.current is None


def test_voiding_a_version_of_an_archived_template_leaves_it_archived(small: Make) -> None:
    template = small()
    authoring.archive(template)
    authoring.void(TemplateVersion.objects.get())
    template.refresh_from_db()
    assert template.current is None
    assert template.archived_at is not None
    with pytest.raises(NotPublishable, match="never-published"):
        authoring.bring_back(template, by=None)


def test_voiding_passes_over_versions_that_cannot_be_asked_any_more(small: Make) -> None:
    template = small()
    authoring.publish(sum_source(topic="sums", words="2: "))
    small("other", topic="differences")
    authoring.publish(sum_source(topic="differences", words="3: "))
    authoring.publish(sum_source(topic="differences", words="4: "))
    Topic.objects.get(slug="sums").delete()
    first, second, third, fourth = template.versions.order_by("number")
    authoring.void(fourth)
    authoring.void(third)
    template.refresh_from_db()
    assert template.current is None
    assert {first.voided_at, second.voided_at} == {None}


# In the middle of a question


def _publish_second(template: QuestionTemplate) -> None:
    authoring.publish(sum_source(words="Now: ", value="a + 2"))


def _roll_back(template: QuestionTemplate) -> None:
    first = template.versions.get(number=1)
    authoring.publish_version(first)


def _archive(template: QuestionTemplate) -> None:
    authoring.archive(template)


def _void(template: QuestionTemplate) -> None:
    authoring.void(template.versions.get(number=2))


CHANGES = {
    "published": (1, _publish_second),
    "rolled back": (2, _roll_back),
    "archived": (2, _archive),
    "voided": (2, _void),
}


@pytest.fixture(params=CHANGES)
def change(request: pytest.FixtureRequest, small: Make) -> tuple[int, Callable[[], None]]:
    """The number of the version that is asked, and what happens to it while the question is open.

    The second version has other right answers than the first, so that grading tells which one was taken.
    """
    number, act = CHANGES[request.param]
    template = small()
    if number == 2:
        _publish_second(template)
    return number, lambda: act(template)


def test_an_open_question_is_graded_by_the_version_that_was_asked(
    change: tuple[int, Callable[[], None]], learner: User
) -> None:
    number, happens = change
    question = study.next_question(learner.id, template="sum")
    assert question.ticket.version == number
    happens()
    assert study.reopen(learner.id, question.token).variant == question.variant
    result = study.submit(learner.id, submission(question))
    assert (result.attempt.verdict, result.attempt.version.number) == ("correct", number)
    assert study.result(learner.id, result.attempt.id).variant == question.variant


def test_an_open_question_is_graded_so_through_the_api(change: tuple[int, Callable[[], None]], api: APIClient) -> None:
    number, happens = change
    question = study.next_question(api.learner, template="sum")  # type: ignore[attr-defined]
    happens()
    body = {"id": str(uuid4()), "variant": question.token, "response": right(question.variant)}
    answer = api.post("/api/v1/attempts/", body, format="json")
    assert (answer.status_code, answer.json()["verdict"]) == (201, "correct")
    assert Attempt.objects.get().version.number == number


def test_an_open_question_is_graded_so_on_the_web(
    change: tuple[int, Callable[[], None]], learner: User, client: Any
) -> None:
    number, happens = change
    client.force_login(learner, backend="django.contrib.auth.backends.ModelBackend")
    question = study.next_question(learner.id, template="sum")
    happens()
    shown = client.get("/question/", {"variant": question.token}, follow=True)
    assert shown.status_code == 200
    form = {"attempt": str(uuid4()), "variant": question.token, **right(question.variant)}
    answer = client.post("/question/", form, follow=True)
    assert answer.status_code == 200, answer.content
    attempt = Attempt.objects.get()
    assert (attempt.verdict, attempt.version.number) == ("correct", number)


def test_a_pack_of_an_older_version_is_graded_by_it_however_late(
    change: tuple[int, Callable[[], None]], learner: User
) -> None:
    number, happens = change
    now = timezone.now()
    packed = study.pack(learner.id, limit=1, days=7, now=now).items[0].question
    token, variant = packed.token, packed.variant
    happens()
    later = now + timedelta(days=6)
    event = study.Submission(id=uuid4(), token=token, response=right(variant), answered_at=now + timedelta(hours=1))
    (found,) = study.sync(learner.id, [event], later, later)
    assert (found.status, found.verdict) == ("accepted", "correct")
    assert Attempt.objects.get().version.number == number
