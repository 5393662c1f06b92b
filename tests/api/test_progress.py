"""The whole course over the API."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from quizzes import agenda, progress, scheduling, study
from quizzes.models import Misconception, Topic, User
from tests.quizzes.answers import ask_and_answer

CONV = "conv-output-size"
URL = "/api/v1/progress/"

pytestmark = pytest.mark.usefixtures("bank")


def course(api: APIClient, **headers: str) -> dict[str, Any]:
    answer = api.get(URL, headers=headers)
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "private, no-cache"
    assert "ETag" not in answer
    return dict(answer.json())


def learner_of(api: APIClient) -> User:
    return User.objects.get(id=api.learner)  # type: ignore[attr-defined]


def today_of(api: APIClient) -> date:
    return scheduling.date_of(agenda.day_of(learner_of(api), timezone.now()).today)


def test_a_guest_who_never_answered_sees_the_syllabus_and_no_figures(api: APIClient) -> None:
    found = course(api)
    assert found.keys() == {
        "today", "topics", "days", "week", "forecast", "misconceptions", "retention", "readiness"
    }  # fmt: skip
    assert found["today"] == str(today_of(api))
    assert [topic["slug"] for topic in found["topics"]] == [*Topic.objects.values_list("slug", flat=True)]
    for topic in found["topics"]:
        assert topic.keys() == {
            "slug", "title", "templates", "seen", "recall", "skill", "exam_recall", "status"
        }  # fmt: skip
        assert (topic["seen"], topic["recall"], topic["status"]) == (0, None, "not-started")
    assert (found["days"], found["misconceptions"], found["readiness"]) == ([], [], None)
    assert found["week"] == {"answers": 0, "right": 0, "minutes": 0.0, "days": 0}
    days = [str(today_of(api) + timedelta(days=ahead)) for ahead in range(30)]
    assert found["forecast"] == [{"date": day, "reviews": 0} for day in days]
    assert found["retention"] == {
        "reviews": 0, "recalled": 0, "achieved": None, "low": 0.0, "high": 1.0, "predicted": None,
        "target": learner_of(api).retention, "standing": "unknown",
    }  # fmt: skip


def test_it_tells_what_was_done_and_what_lies_ahead(api: APIClient) -> None:
    user = learner_of(api)
    now = timezone.now()
    ask_and_answer(user.id, CONV, duration_ms=60_000, now=now - timedelta(days=1))
    ask_and_answer(user.id, CONV, duration_ms=30_000, now=now)
    ask_and_answer(user.id, CONV, "forgot-plus-one", duration_ms=30_000, now=now)
    study.set_preferences(user.id, exam_date=today_of(api) + timedelta(days=60))
    found = course(api)
    today = today_of(api)
    assert found["days"] == [
        {"date": str(today - timedelta(days=1)), "answers": 1, "right": 1, "minutes": 1.0},
        {"date": str(today), "answers": 2, "right": 1, "minutes": 1.0},
    ]
    assert found["week"] == {"answers": 3, "right": 2, "minutes": 2.0, "days": 2}
    assert [day["date"] for day in found["forecast"]] == [str(today + timedelta(days=ahead)) for ahead in range(30)]
    assert sum(day["reviews"] for day in found["forecast"]) > 0
    (topic,) = (topic for topic in found["topics"] if topic["seen"])
    assert (topic["slug"], topic["seen"], topic["status"]) == ("output-size", 1, "learning")
    assert 0 < topic["exam_recall"] < topic["recall"] <= 1
    assert (found["retention"]["reviews"], found["retention"]["recalled"]) == (1, 1)
    assert found["retention"]["low"] < found["retention"]["achieved"] == 1.0
    ahead = progress.overview(user.id, timezone.now()).readiness
    assert ahead is not None
    assert found["readiness"] == {
        "exam_date": str(today + timedelta(days=60)),
        "days_left": 60,
        "minutes": ahead.minutes,
        "minutes_per_day": ahead.minutes / 60,
        "daily_minutes": user.daily_minutes,
        "is_enough": ahead.is_enough,
        "seen": ahead.seen,
        "templates": ahead.templates,
        "recall": ahead.recall,
    }


def test_misconceptions_go_by_their_names(api: APIClient) -> None:
    user = learner_of(api)
    now = timezone.now()
    ask_and_answer(user.id, CONV, "forgot-plus-one", now=now)
    for language, title in (("ja", "最後の「+1」を忘れた"), ("en", "The final +1 was forgotten")):
        held = {one["code"]: one for one in course(api, accept_language=language)["misconceptions"]}
        one = held["forgot-plus-one"]
        assert one.keys() == {"code", "title", "met", "rights", "opened_at", "met_at", "closed_at"}
        assert (one["title"], one["met"], one["rights"], one["closed_at"]) == (title, 1, 0, None)
        assert datetime.fromisoformat(one["met_at"]) == datetime.fromisoformat(one["opened_at"]) == now
        assert one["met_at"].endswith("Z")
    for days in (1, 2, 2):
        ask_and_answer(user.id, CONV, now=now - timedelta(seconds=1) + timedelta(days=days))
    closed = {one["code"]: one for one in course(api)["misconceptions"]}["forgot-plus-one"]
    assert (closed["rights"], closed["closed_at"] is None) == (3, False)
    Misconception.objects.filter(code="forgot-plus-one").delete()
    assert {one["code"]: one for one in course(api)["misconceptions"]}["forgot-plus-one"]["title"] is None


def test_it_speaks_both_languages(api: APIClient) -> None:
    japanese, english = (course(api, accept_language=language) for language in ("ja", "en"))
    assert {topic["slug"]: topic["title"] for topic in japanese["topics"]}["padding"] == "パディング"
    assert not re.search("[ぁ-んァ-ン一-龥]", json.dumps(english, ensure_ascii=False))


def test_others_have_no_part_in_it(api: APIClient) -> None:
    other, _ = study.create_guest("other")
    before = course(api)
    ask_and_answer(other.user_id, CONV, "forgot-plus-one")
    assert course(api) == before


def test_an_answer_that_is_taken_back_counts_nowhere(api: APIClient) -> None:
    user = learner_of(api)
    before = course(api)
    attempt = ask_and_answer(user.id, CONV, "forgot-plus-one").attempt
    assert course(api) != before
    study.undo(user.id, attempt.id)
    assert course(api) == before


NOTHING_HELD_QUERIES = 7  # one of them: who asks; the five of the overview, topics' titles
QUERIES = NOTHING_HELD_QUERIES + 1  # misconceptions' titles


def test_the_number_of_queries_does_not_grow(api: APIClient, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    course(api)  # writes down that the token was used
    with django_assert_num_queries(NOTHING_HELD_QUERIES):
        course(api)
    for slug, code in ((CONV, "forgot-plus-one"), ("im2col-shape", None), (CONV, "pad-one-side")):
        ask_and_answer(learner_of(api).id, slug, code)
        if code:
            with django_assert_num_queries(QUERIES):
                course(api)
