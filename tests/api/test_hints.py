"""Hints over the API."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from quizzes import questions, study
from quizzes.authoring import publish
from quizzes.models import Attempt, Device, QuestionTemplate, TemplateVersion
from quizzes.study import templates
from quizzes.tickets import MAX_AGE

CONV = "conv-output-size"

pytestmark = pytest.mark.usefixtures("bank")


def ask(api: APIClient, template: str = CONV, **others: Any) -> dict[str, Any]:
    answer = api.post("/api/v1/variants/", {"template": template, "purpose": "practice", **others}, format="json")
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def url(token: str, number: int | str) -> str:
    return f"/api/v1/variants/{token}/hints/{number}/"


def refused(answer: Any, code: str) -> None:
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json"), answer.content
    document = json.loads(answer.content)
    assert (document["code"], document["status"]) == (code, 404)
    assert document["detail"]


@pytest.mark.parametrize("format", ["free", "choice"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_hint_is_told_in_the_readers_language(api: APIClient, language: str, format: str) -> None:
    asked = ask(api, format=format)
    variant = study.reopen(api.learner, asked["variant"]).variant  # type: ignore[attr-defined]
    assert asked["hints"] == 2
    told = []
    for number in (1, 2):
        answer = api.get(url(asked["variant"], number), headers={"accept-language": language})
        assert (answer.status_code, answer["Content-Language"]) == (200, language)
        hint = questions.hint(variant, number, language)  # type: ignore[arg-type]  # one of the two
        assert answer.json() == {"text": hint.text, "html": hint.html}
        assert bool(re.search("[ぁ-んァ-ン一-龥]", hint.text)) is (language == "ja")
        told.append(hint.text)
    assert told[0] != told[1]
    assert not Attempt.objects.exists()


def test_a_hint_may_be_kept_by_its_learner_only(api: APIClient) -> None:
    answer = api.get(url(ask(api)["variant"], 1))
    assert answer["Cache-Control"] == "private, max-age=86400, immutable"
    assert {"Authorization", "Cookie", "Accept-Language"} <= {*answer["Vary"].split(", ")}
    assert "ETag" not in answer


@pytest.mark.parametrize("number", [0, 3, 20, 10**30, "9" * 4000])
def test_there_are_no_others(api: APIClient, number: int | str) -> None:
    refused(api.get(url(ask(api)["variant"], number)), "unknown-hint")


@pytest.mark.parametrize("number", ["-1", "one", "1.0", "", "１", "9" * 5000])
def test_what_is_no_number_is_no_address(api: APIClient, number: str) -> None:
    refused(api.get(url(ask(api)["variant"], number)), "not-found")


def test_a_flashcard_has_no_hints(api: APIClient) -> None:
    refused(api.get(url(ask(api, "output-size-06")["variant"], 1)), "unknown-hint")


def test_a_token_may_be_written_with_escapes(api: APIClient) -> None:
    token = ask(api)["variant"]
    assert ":" in token
    assert api.get(url(quote(token, safe=""), 1)).json() == api.get(url(token, 1)).json()


@pytest.mark.parametrize("token", ["x", "a:b", "x" * 3000, "あ", "a%2Fb:c", "..", "%0A", "Wzxd:1sA:x"])
def test_a_token_that_was_not_issued_opens_nothing(api: APIClient, token: str) -> None:
    answer = api.get(url(token, 1))
    refused(answer, "not-found" if token == "a%2Fb:c" else "unknown-variant")


def test_a_changed_token_opens_nothing(api: APIClient) -> None:
    token = ask(api)["variant"]
    for changed in (token[:-1] + ("A" if token[-1] != "A" else "B"), "A" + token[1:], token + "A", token + " "):
        refused(api.get(url(changed, 1)), "unknown-variant")


def test_nobody_reads_the_hints_of_another_learner(api: APIClient) -> None:
    token = ask(api)["variant"]
    _, key = study.create_guest("other")
    other = APIClient()
    other.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    refused(other.get(url(token, 1)), "unknown-variant")
    assert json.loads(other.get(url(token, 1)).content) == json.loads(other.get(url("x", 1)).content)


def test_an_old_token_opens_nothing(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    token = ask(api)["variant"]
    later = timezone.now() + MAX_AGE + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    Device.objects.update(expiry=later + timedelta(days=1))
    refused(api.get(url(token, 1)), "unknown-variant")


def test_a_version_that_is_gone_or_cannot_be_posed_opens_nothing(api: APIClient) -> None:
    token = ask(api)["variant"]
    TemplateVersion.objects.filter(template__slug=CONV).update(source="what a former release could read")
    templates.load.cache_clear()
    templates.version.cache_clear()
    refused(api.get(url(token, 1)), "unknown-variant")


def test_a_hint_stays_that_of_the_version_that_was_asked(api: APIClient) -> None:
    token = ask(api)["variant"]
    before = api.get(url(token, 1)).json()
    current = QuestionTemplate.objects.get(slug=CONV).current
    assert current is not None
    publish(re.sub(r"(?s)\[\[hints\]\].*?(?=\n\[(?!\[hints))", "", current.source))
    assert ask(api)["hints"] == 0
    assert api.get(url(token, 1)).json() == before


def test_no_hint_tells_the_answer_of_a_variant_with_large_numbers(api: APIClient) -> None:
    """Small numbers stand in hints by chance."""
    asked = ask(api, "gap-vs-fc-parameters")
    variant = study.reopen(api.learner, asked["variant"]).variant  # type: ignore[attr-defined]
    for number in range(1, asked["hints"] + 1):
        told = api.get(url(asked["variant"], number)).json()
        for value in variant.answers.values():
            if len(str(value)) > 4:
                assert str(value) not in told["text"].replace(",", "")
                assert str(value) not in re.sub("<[^>]*>|,", "", told["html"])


WHO_ASKS = 1  # queries


def test_a_hint_takes_no_query_of_its_own(api: APIClient, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    asked = ask(api)
    for number, own in ((1, 1), (2, 0)):  # once per process: the version
        with django_assert_num_queries(WHO_ASKS + own):
            api.get(url(asked["variant"], number))
