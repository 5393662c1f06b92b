"""The syllabus over the API, and the tags by which clients keep it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from quizzes import study
from quizzes.authoring import publish
from quizzes.models import QuestionTemplate, TemplateVersion, Topic, User
from tests.quizzes.answers import ask_and_answer
from tests.quizzes.sources import card_source

CONV = "conv-output-size"
URL = "/api/v1/topics/"

pytestmark = pytest.mark.usefixtures("bank")


def learner_of(api: APIClient) -> Any:
    return api.learner  # type: ignore[attr-defined]


def topics(api: APIClient, **headers: str) -> dict[str, dict[str, Any]]:
    answer = api.get(URL, headers=headers)
    assert answer.status_code == 200, answer.content
    return {topic["slug"]: topic for topic in answer.json()}


def test_the_syllabus_is_listed_in_the_order_of_learning(api: APIClient) -> None:
    answer = api.get(URL)
    listed = answer.json()
    rows = list(Topic.objects.order_by("position"))
    assert [topic["slug"] for topic in listed] == [row.slug for row in rows]
    assert [topic["position"] for topic in listed] == [row.position for row in rows]
    for topic, row in zip(listed, rows, strict=True):
        assert topic.keys() == {
            "slug", "title", "templates", "seen", "recall", "skill", "exam_recall", "status", "position", "requires",
            "explanation", "formula", "worked_example",
        }  # fmt: skip
        assert topic["templates"] == row.templates.filter(current__isnull=False).count() > 0
        assert topic["requires"] == [before.slug for before in row.requires.order_by("position")]
        assert (topic["seen"], topic["recall"], topic["skill"], topic["status"]) == (0, None, None, "not-started")
    assert answer["Cache-Control"] == "private, no-cache"


def test_an_explanation_is_text_and_html_and_the_formula_too(api: APIClient) -> None:
    topic = topics(api)["output-size"]
    assert topic["explanation"]["html"].startswith("<p>")
    assert "<" not in topic["explanation"]["text"].replace("<=", "")
    assert topic["formula"]["text"].startswith("$")
    assert topic["formula"]["html"].startswith("<math")
    assert topic["worked_example"] == CONV
    Topic.objects.filter(slug="output-size").update(text_en="", formula_en="")
    topic = topics(api)["output-size"]
    assert (topic["explanation"], topic["formula"]) == (None, None)


def test_the_syllabus_speaks_both_languages(api: APIClient) -> None:
    japanese = topics(api, accept_language="ja")
    english = topics(api, accept_language="en")
    assert (japanese["padding"]["title"], english["padding"]["title"]) == ("パディング", "Padding")
    assert re.search("[ぁ-ん]", japanese["padding"]["explanation"]["html"])
    assert not re.search("[ぁ-んァ-ン一-龥]", json.dumps(english, ensure_ascii=False))
    assert japanese.keys() == english.keys()


def test_a_topic_tells_how_far_the_learner_has_come_and_nothing_of_others(api: APIClient) -> None:
    other, token = study.create_guest("other")
    ask_and_answer(learner_of(api), CONV)
    mine = topics(api)["output-size"]
    assert (mine["seen"], mine["recall"], mine["skill"], mine["status"]) == (1, 1.0, 1.0, "learning")
    stranger = APIClient()
    stranger.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    theirs = topics(stranger)["output-size"]
    assert (theirs["seen"], theirs["recall"], theirs["status"]) == (0, None, "not-started")
    assert api.get(URL)["ETag"] != stranger.get(URL)["ETag"]
    assert other.user_id != learner_of(api)


def test_an_example_that_is_not_published_is_not_named(api: APIClient) -> None:
    QuestionTemplate.objects.filter(slug=CONV).update(current=None)
    assert topics(api)["output-size"]["worked_example"] is None


def test_what_did_not_change_is_not_sent_again(api: APIClient) -> None:
    first = api.get(URL)
    tag = first["ETag"]
    assert re.fullmatch(r'W/"[0-9a-f]{32}"', tag)
    for sent in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = api.get(URL, headers={"if-none-match": sent})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
        assert "Content-Type" not in again
        assert again["Cache-Control"] == "private, no-cache"
        assert {"Authorization", "Cookie", "Accept-Language"} <= {*again["Vary"].split(", ")}
    for sent in ('"other"', "", "nonsense", tag[:-2] + '"'):
        again = api.get(URL, headers={"if-none-match": sent})
        assert (again.status_code, again["ETag"], again.content) == (200, tag, first.content)


def answer_a_question(api: APIClient) -> None:
    ask_and_answer(learner_of(api), CONV)


def choose_an_exam(api: APIClient) -> None:
    study.set_preferences(learner_of(api), exam_date=date.today() + timedelta(days=50))


def put_a_card_aside(api: APIClient) -> None:
    study.suspend(learner_of(api), CONV)


def publish_a_template(api: APIClient) -> None:
    publish(card_source("new", topic="padding"))


def withdraw_a_template(api: APIClient) -> None:
    QuestionTemplate.objects.filter(slug=CONV).update(current=None)


def roll_two_templates_over_cross(api: APIClient) -> None:
    """Neither the number of published templates nor the newest of them changes, nor the sum of their versions."""
    for slug, number in ((CONV, 1), ("max-pool-matrix", 2)):
        row = QuestionTemplate.objects.get(slug=slug)
        row.current = row.versions.get(number=number)
        row.save()


def move_a_template(api: APIClient) -> None:
    QuestionTemplate.objects.filter(slug=CONV).update(topic=Topic.objects.get(slug="padding"))


def correct_a_letter(api: APIClient) -> None:
    Topic.objects.filter(slug="padding").update(text_en="P.")


def translate_a_title_anew(api: APIClient) -> None:
    Topic.objects.filter(slug="padding").update(title_ja="余白")


def change_what_comes_before(api: APIClient) -> None:
    Topic.objects.get(slug="padding").requires.set([Topic.objects.get(slug="im2col")])


@pytest.mark.parametrize(
    "change",
    [
        answer_a_question,
        choose_an_exam,
        put_a_card_aside,
        publish_a_template,
        withdraw_a_template,
        roll_two_templates_over_cross,
        move_a_template,
        correct_a_letter,
        translate_a_title_anew,
        change_what_comes_before,
    ],
)
def test_whatever_changes_changes_the_tag(api: APIClient, change: Callable[[APIClient], None]) -> None:
    for slug, number in ((CONV, 2), ("max-pool-matrix", 1)):
        row = QuestionTemplate.objects.get(slug=slug)
        second = TemplateVersion.objects.create(
            template=row, number=2, source=row.versions.get(number=1).source + "\n# A remark.\n"
        )
        row.current = second if number == 2 else row.current
        row.save()
    tag = api.get(URL)["ETag"]
    change(api)
    answer = api.get(URL, headers={"if-none-match": tag})
    assert answer.status_code == 200
    assert answer["ETag"] != tag
    assert api.get(URL, headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_language_and_day_change_the_tag(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    ask_and_answer(learner_of(api), CONV)
    english, japanese = (api.get(URL, headers={"accept-language": language})["ETag"] for language in ("en", "ja"))
    assert english != japanese
    assert api.get(URL, headers={"accept-language": "ja", "if-none-match": english}).status_code == 200
    recall = topics(api)["output-size"]["recall"]
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    later = api.get(URL, headers={"accept-language": "en", "if-none-match": english})
    assert later.status_code == 200
    assert {topic["slug"]: topic for topic in later.json()}["output-size"]["recall"] < recall


def test_what_others_do_leaves_the_tag_alone(api: APIClient) -> None:
    other, _ = study.create_guest("other")
    tag = api.get(URL)["ETag"]
    ask_and_answer(other.user_id, CONV)
    assert api.get(URL, headers={"if-none-match": tag}).status_code == 304


NOT_MODIFIED_QUERIES = 4  # one of them: who asks; topics, what comes before them, what is published
QUERIES = NOT_MODIFIED_QUERIES + 3  # the learner, the cards, how many templates


def test_the_number_of_queries_does_not_grow(api: APIClient, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    api.get(URL)  # writes down that the token was used
    for _ in range(2):
        with django_assert_num_queries(QUERIES):
            tag = api.get(URL)["ETag"]
        with django_assert_num_queries(NOT_MODIFIED_QUERIES):
            api.get(URL, headers={"if-none-match": tag})
        for slug in (CONV, "im2col-shape", "max-pool-matrix"):
            ask_and_answer(learner_of(api), slug)


@pytest.mark.parametrize("path", ["topics/", "templates/", "reviews/", "progress/", "variants/x:y/hints/1/"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_these_addresses_are_only_looked_at(api: APIClient, path: str, method: str) -> None:
    answer = getattr(api, method)(f"/api/v1/{path}", {}, format="json")
    assert answer.status_code == 405
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["code"] == "method-not-allowed"


@pytest.mark.parametrize("path", ["topics/", "templates/", "reviews/", "progress/", "variants/x:y/hints/1/"])
def test_without_a_token_nothing_is_told(api: APIClient, path: str) -> None:
    api.credentials()
    answer = api.get(f"/api/v1/{path}", headers={"if-none-match": "*"})
    assert answer.status_code == 401
    assert json.loads(answer.content)["code"] == "not-authenticated"


def test_looking_writes_nothing(api: APIClient) -> None:
    api.get(URL)
    before = User.objects.values().get(id=learner_of(api))
    for path in ("topics", "templates", "reviews", "progress"):
        assert api.get(f"/api/v1/{path}/").status_code == 200
    assert User.objects.values().get(id=learner_of(api)) == before
