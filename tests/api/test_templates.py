"""The catalogue of templates over the API, page by page."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from itertools import chain
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from quizzes.authoring import publish
from quizzes.models import QuestionTemplate, Topic
from quizzes.progress import titles
from tests.quizzes.answers import ask_and_answer
from tests.quizzes.sources import card_source

CONV = "conv-output-size"
URL = "/api/v1/templates/"

pytestmark = pytest.mark.usefixtures("bank")


def listed(api: APIClient, url: str = URL, **parameters: Any) -> dict[str, Any]:
    answer = api.get(url, parameters) if parameters else api.get(url)
    assert answer.status_code == 200, answer.content
    page: dict[str, Any] = answer.json()
    assert page.keys() == {"next", "previous", "results"}
    return page


def slugs(page: dict[str, Any]) -> list[str]:
    return [template["slug"] for template in page["results"]]


def walked(api: APIClient, direction: str, url: str | None, **parameters: Any) -> list[list[str]]:
    """All pages from ``url`` on."""
    pages = []
    while url:
        page = listed(api, url, **parameters)
        pages.append(slugs(page))
        url, parameters = page[direction], {}
    return pages


def together(pages: Iterable[list[str]]) -> list[str]:
    return [*chain.from_iterable(pages)]


def refusal(answer: Any) -> tuple[str, str]:
    """The field that is refused, and why."""
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json"), answer.content
    document = json.loads(answer.content)
    assert document["code"] == "invalid"
    (error,) = document["errors"]
    assert error["message"]
    return error["field"], error["code"]


def test_all_published_templates_are_listed_once_page_by_page(api: APIClient) -> None:
    there_are = sorted(QuestionTemplate.objects.values_list("slug", flat=True))
    for limit in (7, 50, 100):
        pages = walked(api, "next", URL, limit=limit)
        assert together(pages) == there_are
        assert {len(page) for page in pages[:-1]} == {limit}
    of_topic = QuestionTemplate.objects.filter(topic__slug="padding").values_list("slug", flat=True)
    assert together(walked(api, "next", URL, limit=1, topic="padding")) == sorted(of_topic)
    assert len(listed(api)["results"]) == 50


def test_the_way_back_leads_over_the_same_pages(api: APIClient) -> None:
    forward = walked(api, "next", URL, limit=60)
    last = listed(api, URL, limit=60)
    while last["next"]:
        last = listed(api, last["next"])
    backward = walked(api, "previous", last["previous"])
    assert together(reversed(backward)) == together(forward[:-1])
    assert listed(api, URL, limit=60)["previous"] is None


def test_a_template_is_told_with_its_title_in_both_languages(api: APIClient) -> None:
    for language, title in (("ja", "畳み込みの出力の高さ"), ("en", "Output height of a convolution")):
        found = []
        url: str | None = f"{URL}?topic=output-size"
        while url:
            answer = api.get(url, headers={"accept-language": language})
            assert answer["Content-Language"] == language
            found += answer.json()["results"]
            url = answer.json()["next"]
        (template,) = (one for one in found if one["slug"] == CONV)
        assert template == {
            "slug": CONV, "title": title, "topic": "output-size", "kind": "question", "level": 1, "version": 1
        }  # fmt: skip
        assert all(one["title"] for one in found)


def test_a_flashcard_goes_by_its_front_with_numbers_in_it(api: APIClient) -> None:
    for template in listed(api, URL, kind="flashcard", limit=100)["results"]:
        assert "{{" not in template["title"]
        assert template["kind"] == "flashcard"


def test_titles_of_templates_are_what_their_variants_show(api: APIClient) -> None:
    for template in listed(api, URL, kind="question", limit=5)["results"]:
        body = {"template": template["slug"], "purpose": "practice"}
        asked = api.post("/api/v1/variants/", body, format="json").json()
        assert {name: asked[name] for name in ("title", "topic", "kind", "level", "version")} == {
            name: template[name] for name in ("title", "topic", "kind", "level", "version")
        }


def test_they_can_be_narrowed_down(api: APIClient) -> None:
    of_topic = QuestionTemplate.objects.filter(topic__slug="padding")
    for kind in ("question", "flashcard", None):
        rows = of_topic.filter(kind=kind) if kind else of_topic
        page = listed(api, URL, topic="padding", limit=100, **({"kind": kind} if kind else {}))
        assert slugs(page) == sorted(rows.values_list("slug", flat=True))
        assert page["results"]
    assert listed(api, f"{URL}?topic=&kind=&cursor=")["results"] == listed(api)["results"]
    pages = walked(api, "next", URL, topic="padding", kind="flashcard", limit=2)
    assert len(pages) > 1
    assert together(pages) == sorted(of_topic.filter(kind="flashcard").values_list("slug", flat=True))


def test_the_addresses_of_pages_keep_what_was_asked_for(api: APIClient) -> None:
    address = urlsplit(listed(api, URL, topic="padding", kind="flashcard", limit=2)["next"])
    assert (address.scheme, address.netloc, address.path) == ("http", "testserver", URL)
    query = parse_qs(address.query)
    assert {name: query[name] for name in ("topic", "kind", "limit")} == {
        "topic": ["padding"], "kind": ["flashcard"], "limit": ["2"]
    }  # fmt: skip


def test_nothing_unpublished_is_listed(api: APIClient) -> None:
    QuestionTemplate.objects.filter(slug=CONV).update(current=None)
    assert CONV not in together(walked(api, "next", URL, limit=100))


def test_what_is_published_or_withdrawn_meanwhile_neither_repeats_nor_skips_others(api: APIClient) -> None:
    first = listed(api, URL, limit=20)
    before = together(walked(api, "next", first["next"]))
    publish(card_source("aaa-first", topic="padding"))
    QuestionTemplate.objects.filter(slug=slugs(first)[-1]).update(current=None)
    assert together(walked(api, "next", first["next"])) == before
    assert slugs(listed(api, listed(api, first["next"])["previous"])) == ["aaa-first", *slugs(first)[:-1]]


def test_a_page_whose_templates_are_gone_still_leads_to_the_others(api: APIClient) -> None:
    there_are = together(walked(api, "next", URL, limit=100))
    first = listed(api, URL, limit=100)
    QuestionTemplate.objects.filter(slug__in=there_are[100:]).update(current=None)
    page = listed(api, first["next"])
    assert (page["results"], page["next"]) == ([], None)
    assert slugs(listed(api, page["previous"])) == there_are[:100]
    second = listed(api, f"{URL}?limit=1")
    last = listed(api, listed(api, second["next"])["previous"])
    assert (slugs(last), last["previous"]) == (there_are[:1], None)
    QuestionTemplate.objects.filter(slug__in=there_are[:1]).update(current=None)
    page = listed(api, f"{URL}?limit=1&cursor={cursor('before', there_are[1])}")
    assert (page["results"], page["previous"]) == ([], None)
    assert slugs(listed(api, page["next"])) == there_are[1:2]


def cursor(side: str, key: str) -> str:
    return urlsafe_b64encode(f"{side}:{key}".encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("kind=essay", "kind", "invalid-choice"),
        ("kind=Question", "kind", "invalid-choice"),
        ("limit=0", "limit", "min-value"),
        ("limit=101", "limit", "max-value"),
        ("limit=-1", "limit", "invalid"),
        ("limit=", "limit", "invalid"),
        ("limit=5.0", "limit", "invalid"),
        ("limit=1_0", "limit", "invalid"),
        ("limit=%EF%BC%95", "limit", "invalid"),
        ("limit=%2B5", "limit", "invalid"),
        ("limit=" + "9" * 2000, "limit", "max-string-length"),
        ("limit=5&limit=6", "limit", "repeated"),
        ("kinds=question", "kinds", "unknown"),
        ("topic=" + "a" * 61, "topic", "max-length"),
        ("cursor=abc", "cursor", "invalid"),
        ("cursor=%E3%81%82", "cursor", "invalid"),
        ("cursor=" + cursor("around", "a"), "cursor", "invalid"),
        ("cursor=" + cursor("after", "a") + "%3D", "cursor", "invalid"),
        ("cursor=" + urlsafe_b64encode(b"after:\xff").decode().rstrip("="), "cursor", "invalid"),
        ("cursor=" + "a" * 201, "cursor", "max-length"),
    ],
)
def test_parameters_are_read_strictly(api: APIClient, query: str, field: str, code: str) -> None:
    assert refusal(api.get(f"{URL}?{query}")) == (field, code)
    assert refusal(api.get(f"{URL}?{query}", headers={"if-none-match": "*"})) == (field, code)


def test_what_is_wrong_is_told_in_the_readers_language(api: APIClient) -> None:
    words = {}
    for language in ("ja", "en"):
        answer = api.get(f"{URL}?sort=a&cursor=1&cursor=2", headers={"accept-language": language})
        words[language] = {error["field"]: error["message"] for error in json.loads(answer.content)["errors"]}
    assert words["en"] == {"sort": "There is no parameter of this name.", "cursor": "Give this parameter once."}
    assert words["ja"].keys() == words["en"].keys()
    assert all(words["ja"][name] != words["en"][name] for name in words["en"])


def test_a_topic_without_published_templates_is_unknown(api: APIClient) -> None:
    Topic.objects.create(slug="empty", position=99, title_ja="空", title_en="Empty")
    for topic in ("nowhere", "empty", "PADDING"):
        answer = api.get(URL, {"topic": topic})
        assert (answer.status_code, json.loads(answer.content)["code"]) == (404, "unknown-topic")
    QuestionTemplate.objects.filter(topic__slug="padding", kind="flashcard").update(current=None)
    assert listed(api, URL, topic="padding", kind="flashcard")["results"] == []


def test_what_did_not_change_is_not_sent_again(api: APIClient) -> None:
    url = f"{URL}?topic=output-size"
    tag = api.get(url)["ETag"]
    assert api.get(url, headers={"if-none-match": tag}).status_code == 304
    assert api.get(url, headers={"if-none-match": tag, "accept-language": "ja"}).status_code == 200
    publish(QuestionTemplate.objects.get(slug=CONV).current.source.replace("Output height of a", "Height after a"))  # type: ignore[union-attr]
    answer = api.get(url, headers={"if-none-match": tag})
    assert answer.status_code == 200
    (changed,) = (one for one in answer.json()["results"] if one["slug"] == CONV)
    assert (changed["title"], changed["version"]) == ("Height after a convolution", 2)
    assert answer["ETag"] != tag
    assert answer["Cache-Control"] == "private, no-cache"


NOT_MODIFIED_QUERIES = 2  # one of them: who asks; what is published
QUERIES = NOT_MODIFIED_QUERIES
FIRST_QUERIES = QUERIES + 1  # the texts in which titles stand, once per process


def test_the_number_of_queries_does_not_grow(
    api: APIClient, django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.get("/api/v1/reviews/")  # writes down that the token was used
    monkeypatch.setattr("quizzes.progress.naming._known", {})
    for limit in (100, 10):
        with django_assert_num_queries(FIRST_QUERIES if limit == 100 else QUERIES):
            tag = api.get(URL, {"limit": limit})["ETag"]
        with django_assert_num_queries(QUERIES):
            api.get(URL, {"limit": limit})
        with django_assert_num_queries(NOT_MODIFIED_QUERIES):
            assert api.get(URL, {"limit": limit}, headers={"if-none-match": tag}).status_code == 304
        ask_and_answer(api.learner, CONV)  # type: ignore[attr-defined]


def test_a_template_that_cannot_be_read_goes_by_its_slug(api: APIClient, caplog: pytest.LogCaptureFixture) -> None:
    row = QuestionTemplate.objects.get(slug=CONV)
    row.current = row.versions.create(number=2, source="what a former release could read")
    row.save()
    (template,) = (one for one in listed(api, f"{URL}?topic=output-size&limit=100")["results"] if one["slug"] == CONV)
    assert template["title"] == CONV
    assert "a version of conv-output-size has no title" in caplog.text


def test_titles_of_nothing_are_nothing() -> None:
    assert titles([]) == {}
