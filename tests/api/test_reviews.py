"""The review queue over the API, and when it goes on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from quizzes import agenda, progress, scheduling, study
from quizzes.models import Card, QuestionTemplate, User
from tests.quizzes.answers import ask_and_answer

CONV = "conv-output-size"
URL = "/api/v1/reviews/"

pytestmark = pytest.mark.usefixtures("bank")


def queue(api: APIClient) -> dict[str, Any]:
    answer = api.get(URL)
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "private, no-cache"
    return dict(answer.json())


def learner_of(api: APIClient) -> User:
    return User.objects.get(id=api.learner)  # type: ignore[attr-defined]


def due_since(user: User, slug: str, days: int) -> Card:
    """A card that is due since so many days."""
    today = agenda.day_of(user, timezone.now()).today
    return Card.objects.create(
        learner=user,
        template=QuestionTemplate.objects.get(slug=slug),
        stability=10.0,
        difficulty=5.0,
        day=today - days - 10,
        due_day=today - days,
        first_day=today - days - 10,
        reviews=2,
        revision=2,
        skill=1.0,
        latest_at=timezone.now() - timedelta(days=days + 10),
    )


def test_a_newcomer_has_nothing_due_and_new_templates(api: APIClient) -> None:
    assert queue(api) == {"due": 0, "new": 10, "next_due_at": None, "minutes": 10.0, "items": []}


def test_what_is_due_is_listed_in_the_order_of_asking(api: APIClient) -> None:
    user = learner_of(api)
    due_since(user, CONV, 3)
    due_since(user, "output-size-06", 5)
    due_since(user, "max-pool-matrix", 7)
    found = queue(api)
    today = scheduling.date_of(agenda.day_of(user, timezone.now()).today)
    assert found.keys() == {"due", "new", "next_due_at", "minutes", "items"}
    assert (found["due"], found["new"], found["next_due_at"]) == (3, 10, None)
    assert [item["template"] for item in found["items"]] == [
        item.template for item in progress.reviews(user, timezone.now()).items
    ]
    assert {item["template"]: item for item in found["items"]} == {
        slug: {"template": slug, "topic": topic, "due": str(today - timedelta(days=days)), "kind": kind}
        for slug, topic, days, kind in (
            (CONV, "output-size", 3, "question"),
            ("output-size-06", "output-size", 5, "flashcard"),
            ("max-pool-matrix", "max-mean", 7, "question"),
        )
    }
    assert found["minutes"] == (3 + 2 * 10) * 30 / 60


def test_the_first_item_is_the_next_question(api: APIClient) -> None:
    for slug, days in ((CONV, 3), ("max-pool-matrix", 7), ("im2col-shape", 20)):
        due_since(learner_of(api), slug, days)
    asked = api.post("/api/v1/variants/", {"purpose": "review"}, format="json").json()
    assert queue(api)["items"][0]["template"] == asked["template"]


def test_after_the_last_answer_it_tells_when_it_goes_on(api: APIClient) -> None:
    user = learner_of(api)
    study.set_preferences(user.id, time_zone="America/New_York", day_start_hour=5)
    ask_and_answer(user.id, CONV)
    found = queue(api)
    assert (found["due"], found["items"]) == (0, [])
    at = datetime.fromisoformat(found["next_due_at"])
    assert found["next_due_at"].endswith("Z")
    next_day = progress.reviews(learner_of(api), timezone.now()).next_due_day
    assert next_day is not None
    assert at > timezone.now()
    assert agenda.day_of(learner_of(api), at).today == next_day
    assert agenda.day_of(learner_of(api), at - timedelta(seconds=1)).today == next_day - 1


DAY = scheduling.day_of(date(2026, 3, 29))  # clocks in Europe go forward at 01:00 UTC
WINTER = scheduling.day_of(date(2026, 10, 25))  # and back


@pytest.mark.parametrize(
    ("zone", "minutes", "hour", "day", "begins"),
    [
        ("", None, 4, DAY, datetime(2026, 3, 28, 19, tzinfo=UTC)),  # the service's zone, in Japan
        ("", -300, 4, DAY, datetime(2026, 3, 29, 9, tzinfo=UTC)),  # the device's
        ("", 0, 0, DAY, datetime(2026, 3, 29, 0, tzinfo=UTC)),
        ("Asia/Kathmandu", -300, 4, DAY, datetime(2026, 3, 28, 22, 15, tzinfo=UTC)),  # the learner's choice first
        ("Europe/Berlin", None, 4, DAY - 1, datetime(2026, 3, 28, 3, tzinfo=UTC)),
        ("Europe/Berlin", None, 4, DAY, datetime(2026, 3, 29, 2, tzinfo=UTC)),
        ("Europe/Berlin", None, 2, DAY, datetime(2026, 3, 29, 1, tzinfo=UTC)),  # there is no two o'clock
        ("Europe/Berlin", None, 2, WINTER, datetime(2026, 10, 25, 0, tzinfo=UTC)),  # there are two: the first
        ("Europe/Berlin", None, 4, WINTER, datetime(2026, 10, 25, 3, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_the_learners_hour(
    zone: str, minutes: int | None, hour: int, day: int, begins: datetime
) -> None:
    user = User(time_zone=zone, utc_offset_minutes=minutes, day_start_hour=hour)
    assert agenda.begins(user, day) == begins
    assert agenda.begins(user, day).tzinfo is UTC
    assert agenda.day_of(user, begins).today == day
    assert agenda.day_of(user, begins - timedelta(seconds=1)).today == day - 1


def test_others_have_no_part_in_it(api: APIClient) -> None:
    other, token = study.create_guest("other")
    due_since(User.objects.get(id=other.user_id), CONV, 3)
    assert queue(api)["items"] == []
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert [item["template"] for item in queue(client)["items"]] == [CONV]


QUERIES = 6  # one of them: who asks; today's answers, what is due, its templates, what is new, the pace


def test_the_number_of_queries_does_not_grow(api: APIClient, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    queue(api)  # writes down that the token was used
    for slugs in ([CONV, "max-pool-matrix"], ["im2col-shape", "output-size-06", "gap-vs-fc-parameters"]):
        for slug in slugs:
            due_since(learner_of(api), slug, 3)
        with django_assert_num_queries(QUERIES):
            queue(api)
