"""The REST API as a phone sees it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from quizzes import questions, study
from quizzes.models import Attempt, Card, Device, Topic, User, uuid7
from quizzes.questions import Variant
from quizzes.study import templates
from tests.quizzes.answers import right, wrong

CONV = "conv-output-size"
GAP = "gap-vs-fc-parameters"
POOL = "max-pool-matrix"

pytestmark = pytest.mark.usefixtures("bank")


def ask(api: APIClient, template: str = CONV, **others: Any) -> dict[str, Any]:
    answer = api.post("/api/v1/variants/", {"template": template, "purpose": "practice", **others}, format="json")
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def variant_of(api: APIClient, asked: dict[str, Any]) -> Variant:
    """The variant behind a token, with the answers that the token does not tell."""
    return study.reopen(api.learner, asked["variant"]).variant  # type: ignore[attr-defined]


def send(api: APIClient, asked: dict[str, Any], response: Any = None, **others: Any) -> Any:
    body = {"id": str(uuid7()), "variant": asked["variant"], **others}
    if response is not None or "gave_up" not in others:
        body["response"] = right(variant_of(api, asked)) if response is None else response
    return api.post("/api/v1/attempts/", body, format="json")


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The body of a problem document with this status and code."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].split(";")[0] == "application/problem+json"
    document: dict[str, Any] = json.loads(answer.content)
    assert (document["status"], document["code"], document["type"]) == (status, code, "about:blank")
    assert document["title"]
    assert document["detail"]
    return document


# Guests


def test_a_device_gets_a_guest_and_a_token_that_works() -> None:
    client = APIClient(enforce_csrf_checks=True)
    answer = client.post("/api/v1/guests/", {"device_name": "Pixel 8"}, format="json")
    assert answer.status_code == 201
    body = answer.json()
    assert body.keys() == {"token", "learner", "expiry"}
    guest = User.objects.get(id=UUID(body["learner"]))
    assert guest.is_guest
    device = Device.objects.get()
    assert (device.user_id, device.name) == (guest.id, "Pixel 8")
    assert datetime.fromisoformat(body["expiry"]) > datetime.now(UTC) + timedelta(days=80)
    client.credentials(HTTP_AUTHORIZATION=f"Token {body['token']}")
    assert client.post("/api/v1/variants/", {"purpose": "review"}, format="json").status_code == 201


def test_only_the_hash_of_a_token_is_stored() -> None:
    token = APIClient().post("/api/v1/guests/", {"device_name": "x"}, format="json").json()["token"]
    for values in Device.objects.values():
        assert token not in map(str, values.values())
        assert token[:20] not in str(values)


@pytest.mark.parametrize("name", [None, 5, "", " ", "x" * 101, ["x"]])
def test_a_device_has_a_name(name: Any) -> None:
    body = {} if name is None else {"device_name": name}
    answer = APIClient().post("/api/v1/guests/", body, format="json")
    (error,) = problem(answer, 400, "invalid")["errors"]
    assert error["field"] == "device_name"
    assert not User.objects.exists()


@pytest.mark.parametrize("path", ["variants", "attempts"])
@pytest.mark.parametrize("header", [None, "Token x", "Token " + "a" * 64, "Basic dTpw", "Token", "Token a b"])
def test_without_a_valid_token_there_is_no_way_in(path: str, header: str | None) -> None:
    client = APIClient()
    if header is not None:
        client.credentials(HTTP_AUTHORIZATION=header)
    answer = client.post(f"/api/v1/{path}/", {}, format="json")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Token")
    code = "not-authenticated" if header in (None, "Basic dTpw") else "authentication-failed"
    problem(answer, 401, code)


def test_a_token_expires_and_lives_on_while_it_is_used(api: APIClient) -> None:
    Device.objects.update(expiry=timezone.now() + timedelta(days=10))
    ask(api)
    assert Device.objects.get().expiry > timezone.now() + timedelta(days=80)
    Device.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    answer = api.post("/api/v1/variants/", {"purpose": "review"}, format="json")
    problem(answer, 401, "authentication-failed")


# Variants


@pytest.mark.parametrize(
    ("template", "types", "hints", "figure"),
    [
        (CONV, ["integer"], 2, True),
        (GAP, ["integer", "integer"], 2, True),
        (POOL, ["matrix"], 1, True),
        ("im2col-shape", ["shape"], 2, False),
    ],
)
def test_a_variant_has_every_part_of_the_contract(
    api: APIClient, template: str, types: list[str], hints: int, figure: bool
) -> None:
    asked = ask(api, template)
    assert asked.keys() == {
        "variant",
        "template",
        "version",
        "topic",
        "kind",
        "level",
        "title",
        "stem",
        "figure",
        "fields",
        "hints",
        "issued_at",
    }
    variant = variant_of(api, asked)
    assert (asked["template"], asked["version"], asked["kind"]) == (template, 1, "question")
    assert (asked["topic"], asked["level"]) == (variant.template.topic, variant.template.level)
    assert [field["type"] for field in asked["fields"]] == types
    assert [field["name"] for field in asked["fields"]] == [answer.name for answer in variant.template.answers]
    assert all(field["label"] for field in asked["fields"])
    assert asked["hints"] == hints
    assert asked["stem"].keys() == {"text", "html"}
    assert asked["stem"]["html"].startswith("<p>")
    assert (asked["figure"] is not None) is figure
    if figure:
        assert asked["figure"].keys() == {"svg", "title", "description"}
        assert asked["figure"]["svg"].startswith("<svg")
        assert all(asked["figure"].values())
    issued = datetime.fromisoformat(asked["issued_at"])
    assert abs(issued - datetime.now(UTC)) < timedelta(minutes=1)
    if template == POOL:
        assert asked["fields"][0]["board"] == [4, 4]
    assert not Attempt.objects.exists()
    assert not Card.objects.exists()


def test_a_question_may_be_posed_as_multiple_choice(api: APIClient) -> None:
    asked = ask(api, format="choice")
    (field,) = asked["fields"]
    assert field["type"] == "choice"
    assert all(choice.keys() == {"key", "text", "html"} for choice in field["choices"])
    assert len({choice["text"] for choice in field["choices"]}) == len(field["choices"]) >= 4
    answer = send(api, asked)
    assert (answer.status_code, answer.json()["verdict"]) == (201, "correct")
    assert answer.json()["fields"][0]["given"] in {choice["key"] for choice in field["choices"]}
    refused = api.post("/api/v1/variants/", {"template": GAP, "purpose": "review", "format": "choice"}, format="json")
    problem(refused, 422, "no-choice-form")


def test_the_same_variant_speaks_both_languages(api: APIClient) -> None:
    answers = {}
    for language, sent in (("ja", "ja-JP,ja;q=0.9,en;q=0.5"), ("en", "en-GB"), ("other", "fr")):
        body = {"template": CONV, "purpose": "review"}
        answer = api.post("/api/v1/variants/", body, format="json", HTTP_ACCEPT_LANGUAGE=sent)
        assert answer["Content-Language"] == (language if language != "other" else "en")
        assert "Accept-Language" in answer["Vary"]
        answers[language] = answer.json()
    assert answers["ja"]["title"] == "畳み込みの出力の高さ"
    assert answers["en"]["title"] == answers["other"]["title"] == "Output height of a convolution"
    assert re.search("[ぁ-ん]", answers["ja"]["stem"]["text"] + answers["ja"]["figure"]["description"])
    assert not re.search("[ぁ-んァ-ン一-龥]", json.dumps(answers["en"], ensure_ascii=False))


def test_a_variant_is_asked_of_a_topic_or_of_what_is_most_worth_asking(api: APIClient) -> None:
    for body, topic in (({"topic": "max-mean"}, "max-mean"), ({}, "output-size")):
        answer = api.post("/api/v1/variants/", {"purpose": "review", **body}, format="json")
        assert (answer.status_code, answer.json()["topic"]) == (201, topic)
        assert answer.json()["kind"] == "question"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"template": "nothing"}, 404, "unknown-template"),
        ({"topic": "nowhere"}, 404, "unknown-topic"),
        ({"topic": "empty"}, 404, "unknown-topic"),
        ({"template": CONV, "topic": "output-size"}, 400, "invalid"),
        ({"template": 5}, 400, "invalid"),
        ({"template": ""}, 400, "invalid"),
        ({"template": "a\x00b"}, 400, "parse-error"),
        ({"template": None}, 400, "invalid"),
        ({"purpose": "fun"}, 400, "invalid"),
        ({"purpose": "\ud800"}, 400, None),
        ({"purpose": ["review"]}, 400, "invalid"),
        ({"purpose": True}, 400, "invalid"),
        ({"purpose": None}, 400, "invalid"),
        ({"format": "essay"}, 400, "invalid"),
    ],
)
def test_what_cannot_be_asked_is_told(api: APIClient, body: dict[str, Any], status: int, code: str | None) -> None:
    Topic.objects.create(slug="empty", position=99, title_ja="空", title_en="Empty")
    answer = api.post("/api/v1/variants/", json.dumps({"purpose": "review", **body}), content_type="application/json")
    problem(answer, status, code or answer.json()["code"])


def test_decimals_say_their_places_and_tolerance_in_matrices_too(api: APIClient) -> None:
    (decimal,) = ask(api, "gap-value")["fields"]
    assert (decimal["type"], decimal["places"], decimal["tolerance"]) == ("decimal", 2, 0.005)
    (cells,) = ask(api, "mean-pool-matrix")["fields"]
    assert (cells["type"], cells["places"], cells["tolerance"], cells["board"]) == ("matrix", 2, 0.005, [4, 4])
    (whole,) = ask(api, "max-pool-matrix")["fields"]
    assert not whole.keys() & {"places", "tolerance"}


def test_a_flashcard_asked_by_name_has_no_fields(api: APIClient) -> None:
    asked = ask(api, "output-size-06")
    assert (asked["kind"], asked["fields"], asked["figure"]) == ("flashcard", [], None)
    refused = problem(send(api, asked, {}), 422, "flashcard-not-rated")
    assert [(error["field"], error["code"]) for error in refused["errors"]] == [("rating", "empty")]


# Nothing gives the answer away


@pytest.mark.parametrize(
    ("template", "format"), [(CONV, "free"), (CONV, "choice"), (GAP, "free"), (POOL, "free"), (POOL, "choice")]
)
def test_a_variant_does_not_tell_its_answer(api: APIClient, template: str, format: str) -> None:
    for _ in range(10):
        answer = api.post(
            "/api/v1/variants/", {"template": template, "purpose": "review", "format": format}, format="json"
        )
        asked = answer.json()
        assert "ETag" not in answer
        names = set(re.findall(r'"(\w+)":', json.dumps(asked)))
        assert not names & {"expected", "answer", "answers", "wrong", "misconceptions", "solution", "correct", "seed"}
        variant = variant_of(api, asked)
        told = json.dumps([asked["stem"], asked["figure"], asked["title"], asked["hints"]])
        for name, value in variant.answers.items():
            text = str(value)
            # A number as large as this is in no stem by chance; a small one may well be.
            if text.isdigit() and int(text) > 10_000:
                assert text not in told, name
        for code in variant.template.misconception_codes():
            assert code not in json.dumps(asked)


def test_all_prompts_of_an_answer_have_the_same_form(api: APIClient) -> None:
    """Neither the board nor the boxes follow the answer's size."""
    shapes = {json.dumps([field | {"choices": None} for field in ask(api, POOL)["fields"]]) for _ in range(10)}
    assert len(shapes) == 1


# Attempts


def test_a_right_answer(api: APIClient) -> None:
    asked = ask(api)
    answer = send(api, asked, duration_ms=5300, hints_used=0, utc_offset_minutes=540)
    body = answer.json()
    assert answer.status_code == 201
    assert body.keys() == {
        "id",
        "verdict",
        "score",
        "fields",
        "misconceptions",
        "solution",
        "rating",
        "second_chance",
        "card",
    }
    value = right(variant_of(api, asked))["O"]
    assert (body["verdict"], body["score"], body["misconceptions"]) == ("correct", 1.0, [])
    assert body["fields"] == [{"name": "O", "correct": True, "given": value, "expected": value}]
    assert (body["rating"], body["second_chance"]) == ("good", False)
    assert body["solution"].keys() == {"text", "html", "figure"}
    assert value in body["solution"]["text"]
    assert body["solution"]["figure"]["svg"].startswith("<svg")
    card = body["card"]
    assert card.keys() == {"template", "due", "recall", "interval_days", "revision"}
    assert (card["template"], card["revision"], card["recall"]) == (CONV, 1, 1.0)
    stored = Card.objects.get()
    assert card["interval_days"] == (stored.due_day or 0) - (stored.day or 0) > 0
    assert card["due"] == str(datetime(1970, 1, 1, tzinfo=UTC).date() + timedelta(days=stored.due_day or 0))


@pytest.mark.parametrize(("language", "title"), [("ja", "最後の「+1」を忘れた"), ("en", "The final +1 was forgotten")])
def test_a_wrong_answer_names_the_misconception(api: APIClient, language: str, title: str) -> None:
    asked = ask(api)
    variant = variant_of(api, asked)
    api.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    body = send(api, asked, wrong(variant, "forgot-plus-one")).json()
    assert (body["verdict"], body["score"], body["rating"], body["second_chance"]) == ("incorrect", 0.0, None, True)
    found = {misconception["code"]: misconception for misconception in body["misconceptions"]}
    assert found["forgot-plus-one"]["title"] == title
    assert found["forgot-plus-one"]["feedback"]
    assert body["fields"][0]["correct"] is False
    assert body["fields"][0]["expected"] == right(variant)["O"]


def test_two_fields_may_be_partly_right(api: APIClient) -> None:
    asked = ask(api, GAP)
    variant = variant_of(api, asked)
    body = send(api, asked, right(variant) | {"FC": "1"}).json()
    assert (body["verdict"], body["score"]) == ("partial", 0.5)
    assert [field["correct"] for field in body["fields"]] == [False, True]


def test_a_matrix_is_answered_as_rows_or_as_text(api: APIClient) -> None:
    for form in ("rows", "text", "numbers"):
        asked = ask(api, POOL)
        rows = right(variant_of(api, asked))["Y"]
        given: Any = rows
        if form == "text":
            given = "\n".join(" ".join(row) for row in rows)
        elif form == "numbers":
            given = [[int(cell) for cell in row] for row in rows]
        body = send(api, asked, {"Y": given}).json()
        assert (body["verdict"], body["fields"][0]["given"]) == ("correct", rows)


def test_an_answer_is_read_as_people_type_it(api: APIClient) -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    for typed in (lambda text: text.translate(wide), " {} ".format, "+{}".format, "　{}".format, int):
        asked = ask(api)
        answer = right(variant_of(api, asked))["O"]
        body = send(api, asked, {"O": typed(answer)}).json()
        assert (body["verdict"], body["fields"][0]["given"]) == ("correct", answer)


def test_i_dont_know_shows_the_solution_and_gives_no_second_chance(api: APIClient) -> None:
    body = send(api, ask(api), gave_up=True).json()
    assert (body["verdict"], body["rating"], body["second_chance"]) == ("incorrect", "again", False)
    assert body["fields"][0]["given"] is None
    assert body["solution"]["text"]


def test_the_same_request_again_is_answered_with_200(api: APIClient) -> None:
    asked = ask(api)
    chosen = str(uuid7())
    first, second = (send(api, asked, {"O": "3"}, id=chosen) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Attempt.objects.count() == 1
    problem(send(api, asked, {"O": "4"}, id=chosen), 409, "id-reused")
    problem(send(api, asked, {"O": "3"}), 409, "variant-answered")
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize(
    ("template", "response", "codes"),
    [
        (CONV, {}, {"O": "empty"}),
        (CONV, {"O": ""}, {"O": "empty"}),
        (CONV, {"O": None}, {"O": "empty"}),
        (CONV, {"O": "fourteen"}, {"O": "not-an-integer"}),
        (CONV, {"O": 14.5}, {"O": "not-an-integer"}),
        (CONV, {"O": True}, {"O": "not-an-integer"}),
        (CONV, {"O": 10**30}, {"O": "not-an-integer"}),
        (CONV, {"O": "1²"}, {"O": "not-plain-digits"}),
        (CONV, {"O": {"O": "1"}}, {"O": "not-an-integer"}),
        (CONV, {"O": "1", "X": "2"}, {"X": "unknown-field"}),
        (GAP, {"FC": "x"}, {"FC": "not-an-integer", "GAP": "empty"}),
        (POOL, {"Y": [["1", ""], ["2", "3"]]}, {"Y": "missing-cell"}),
        (POOL, {"Y": [["1"], ["2", "3"]]}, {"Y": None}),
        (POOL, {"Y": [[[["1"]]]]}, {"Y": None}),
    ],
)
def test_what_cannot_be_read_is_told_per_field_and_not_recorded(
    api: APIClient, template: str, response: Any, codes: dict[str, str | None]
) -> None:
    document = problem(send(api, ask(api, template), response), 422, "unreadable-response")
    found = {error["field"]: error["code"] for error in document["errors"]}
    assert found.keys() == codes.keys()
    assert all(code is None or found[name] == code for name, code in codes.items())
    assert all(error["message"] for error in document["errors"])
    assert not Attempt.objects.exists()
    assert not Card.objects.exists()


def test_codes_are_never_translated_but_words_are(api: APIClient) -> None:
    asked = ask(api)
    documents = []
    for language in ("ja", "en"):
        api.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        documents.append(problem(send(api, asked, {"O": "?"}), 422, "unreadable-response"))
        problem(send(api, {"variant": "x"}, {"O": "1"}), 422, "variant-invalid")
    japanese, english = documents
    assert japanese["errors"][0]["code"] == english["errors"][0]["code"] == "not-an-integer"
    assert japanese["errors"][0]["message"] != english["errors"][0]["message"]
    assert japanese["detail"] == "回答を読み取れません。何も記録していません。"


def test_a_token_that_is_not_good_is_told_by_its_code(api: APIClient, learner: User) -> None:
    problem(send(api, {"variant": "forged"}, {"O": "1"}), 422, "variant-invalid")
    asked = ask(api)
    problem(send(api, {"variant": asked["variant"][:-1]}, {"O": "1"}), 422, "variant-invalid")
    old = study.next_question(api.learner, now=timezone.now() - timedelta(days=91))  # type: ignore[attr-defined]
    problem(send(api, {"variant": old.token}, {"O": "1"}), 422, "variant-expired")
    foreign = study.next_question(learner.id)
    problem(send(api, {"variant": foreign.token}, {"O": "1"}), 422, "variant-not-yours")
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "no-uuid"),
        ("id", "\ud800"),
        ("id", 5),
        ("id", True),
        ("id", None),
        ("variant", 5),
        ("variant", "x" * 1001),
        ("variant", ""),
        ("response", "14"),
        ("response", ["14"]),
        ("response", None),
        ("hints_used", "1"),
        ("hints_used", True),
        ("hints_used", 1.0),
        ("hints_used", -1),
        ("hints_used", 21),
        ("gave_up", "true"),
        ("gave_up", 1),
        ("gave_up", None),
        ("duration_ms", "1"),
        ("duration_ms", False),
        ("duration_ms", -1),
        ("duration_ms", 2**53),
        ("duration_ms", 10**400),
        ("answered_at", "yesterday"),
        ("answered_at", 1790000000),
        ("answered_at", None),
        ("answered_at", "0001-01-01T00:00:00+14:00"),
        ("utc_offset_minutes", 841),
        ("utc_offset_minutes", -841),
        ("utc_offset_minutes", "540"),
    ],
)
def test_the_types_of_a_request_are_strict(api: APIClient, field: str, value: Any) -> None:
    body = {"id": str(uuid7()), "variant": ask(api)["variant"], "response": {"O": "1"}, field: value}
    answer = api.post("/api/v1/attempts/", json.dumps(body), content_type="application/json")
    if value != "\ud800":
        (error,) = problem(answer, 400, "invalid")["errors"]
        assert error["field"] == field
    assert answer.status_code == 400
    assert not Attempt.objects.exists()


def test_an_answer_given_offline_counts_on_its_own_day(api: APIClient) -> None:
    asked = study.next_question(api.learner, template=CONV, now=timezone.now() - timedelta(days=3))  # type: ignore[attr-defined]
    moment = asked.ticket.issued_at + timedelta(minutes=1)
    answer = send(api, {"variant": asked.token}, right(asked.variant), answered_at=moment.isoformat())
    assert answer.status_code == 201
    stored = Attempt.objects.get()
    assert stored.answered_at == moment
    assert stored.received_at > stored.answered_at + timedelta(days=2)


# Requests that are no requests


def test_an_unknown_address_under_the_api_is_a_problem_document() -> None:
    client = APIClient(enforce_csrf_checks=True)
    for method in (client.get, client.post, client.put, client.delete):
        for path in ("/api/", "/api/v1/", "/api/v1/nothing/", "/api/v1/variants", "/api/v2/variants/"):
            problem(method(path), 404, "not-found")


@pytest.mark.parametrize("path", ["guests", "variants", "attempts"])
def test_an_endpoint_has_its_methods(api: APIClient, path: str) -> None:
    for method in (api.get, api.put, api.delete, api.patch):
        answer = method(f"/api/v1/{path}/")
        problem(answer, 405, "method-not-allowed")
        assert "POST" in answer["Allow"]


@pytest.mark.parametrize("path", ["guests", "variants", "attempts"])
def test_a_body_is_json(api: APIClient, path: str) -> None:
    address = f"/api/v1/{path}/"
    problem(api.post(address, "a=1", content_type="application/x-www-form-urlencoded"), 415, "unsupported-media-type")
    problem(api.post(address, "<a/>", content_type="text/xml"), 415, "unsupported-media-type")
    for text in ("{", "", "nonsense", '{"a": NaN}', b"\xff\xfe", "[" * 20, '{"a": ' + "9" * 5000 + "}"):
        answer = api.post(address, text, content_type="application/json")
        assert answer.status_code == 400
        assert problem(answer, 400, answer.json()["code"])["code"] in ("parse-error", "invalid")
    for text in ("[]", "5", "null", '"x"'):
        problem(api.post(address, text, content_type="application/json"), 400, "invalid")


def test_only_json_is_answered(api: APIClient) -> None:
    problem(api.post("/api/v1/variants/", {}, format="json", HTTP_ACCEPT="text/html"), 406, "not-acceptable")


@pytest.mark.parametrize("path", ["guests", "variants", "attempts"])
def test_a_body_too_large_is_refused(api: APIClient, path: str) -> None:
    body = json.dumps({"purpose": "review", "device_name": "x", "padding": "x" * 300_000})
    problem(api.post(f"/api/v1/{path}/", body, content_type="application/json"), 413, "too-large")
    assert User.objects.count() == 1


@pytest.mark.parametrize("depth", [100, 500, 900, 1000, 5000, 100_000])
@pytest.mark.parametrize("place", ["body", "response"])
def test_deeply_nested_json_is_refused(api: APIClient, depth: int, place: str) -> None:
    nested = "[" * depth + "]" * depth
    if place == "response":
        token = ask(api, POOL)["variant"]
        nested = f'{{"id": "{uuid7()}", "variant": "{token}", "response": {{"Y": {nested}}}}}'
    answer = api.post("/api/v1/attempts/", nested, content_type="application/json")
    assert 400 <= answer.status_code < 500
    problem(answer, answer.status_code, answer.json()["code"])
    assert not Attempt.objects.exists()


def test_text_that_is_no_unicode_is_refused(api: APIClient) -> None:
    token = ask(api)["variant"]
    for response in (r'{"\ud800": "1"}', r'{"O": "\udfff"}'):
        body = f'{{"id": "{uuid7()}", "variant": "{token}", "response": {response}}}'
        answer = api.post("/api/v1/attempts/", body, content_type="application/json")
        assert 400 <= answer.status_code < 500
        problem(answer, answer.status_code, answer.json()["code"])


# Queries

VARIANT_QUERIES = 7
ATTEMPT_QUERIES = 14


def test_the_number_of_queries_does_not_grow(api: APIClient, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for template in (CONV, GAP, POOL):
        send(api, ask(api, template))
    for _ in range(3):
        templates.load.cache_clear()  # else it depends on what was read before
        with django_assert_num_queries(VARIANT_QUERIES):
            answer = api.post("/api/v1/variants/", {"purpose": "review"}, format="json")
        send(api, answer.json())
    for _ in range(3):
        asked = ask(api, CONV)
        response = wrong(variant_of(api, asked), "forgot-plus-one")
        with django_assert_num_queries(ATTEMPT_QUERIES):
            assert send_raw(api, asked, response).status_code == 201


def send_raw(api: APIClient, asked: dict[str, Any], response: Any) -> Any:
    body = {"id": str(uuid7()), "variant": asked["variant"], "response": response}
    return api.post("/api/v1/attempts/", body, format="json")


def test_asking_writes_nothing_but_the_tokens_life(api: APIClient) -> None:
    ask(api)
    with CaptureQueriesContext(connection) as queries:
        ask(api)
    assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)


def test_the_language_of_the_engine_is_that_of_the_request(api: APIClient) -> None:
    """Fields of a variant and of its result speak the same language."""
    api.defaults["HTTP_ACCEPT_LANGUAGE"] = "ja"
    asked = ask(api)
    prompt = questions.render(variant_of(api, asked), "ja")
    assert asked["stem"]["text"] == prompt.stem.text
    assert "答え" in send(api, asked).json()["solution"]["text"]
