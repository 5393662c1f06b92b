"""Packs: what a device takes along, for whom, how much of it, and what becomes of the answers."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from examples import offline_client
from quizzes import agenda, questions, scheduling, study
from quizzes.authoring import publish
from quizzes.models import Attempt, Card, QuestionTemplate, TemplateVersion, User, uuid7
from quizzes.questions import Variant
from quizzes.study import Pack, Submission, templates
from quizzes.study.choosing import Scope, in_order
from quizzes.tickets import TicketError
from tests.quizzes.answers import ask_and_answer, right, wrong
from tests.quizzes.sources import sum_source

CONV = "conv-output-size"
POOL = "max-pool-matrix"
URL = "/api/v1/packs/next/"
NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)  # at the learners' clock, in Japan
DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("bank")


def get(api: APIClient, query: str = "", **headers: str) -> dict[str, Any]:
    answer = api.get(URL + query, headers=headers)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def learner_of(api: APIClient) -> Any:
    return api.learner  # type: ignore[attr-defined]


def variant_of(api: APIClient, packed: dict[str, Any]) -> Variant:
    return study.reopen(learner_of(api), packed["variant"]).variant


def send(api: APIClient, packed: dict[str, Any], response: dict[str, Any], **others: Any) -> Any:
    body = {"id": str(uuid7()), "variant": packed["variant"], "response": response, **others}
    return api.post("/api/v1/attempts/", body, format="json")


def firsts(pack: dict[str, Any]) -> list[dict[str, Any]]:
    return [packed for packed in pack["variants"] if "second_chance_of" not in packed]


def asked(pack: Pack) -> list[str]:
    return [item.question.ticket.slug for item in pack.items]


def tokens(pack: Pack) -> list[str]:
    return [item.question.token for item in pack.items]


def variants(pack: Pack) -> Iterator[Variant]:
    for item in pack.items:
        yield item.question.variant
        if item.second_chance is not None:
            yield item.second_chance.variant


# What is in it


def test_a_newcomer_takes_new_questions_along_in_the_order_of_learning(api: APIClient) -> None:
    pack = get(api, "?limit=60&days=3")
    new_per_day = User.objects.get().new_per_day
    expected = list(in_order(Scope()).values_list("slug", flat=True)[: 3 * new_per_day])
    assert pack.keys() == {"pack", "issued_at", "expires_at", "variants", "flashcards"}
    assert [packed["template"] for packed in firsts(pack)] == [
        slug for slug in expected if not QuestionTemplate.objects.filter(slug=slug, kind="flashcard").exists()
    ]
    assert len(firsts(pack)) + len(pack["flashcards"]) == 3 * new_per_day
    assert {packed["due"] for packed in (*pack["variants"], *pack["flashcards"])} == {None}
    assert not Attempt.objects.exists()
    assert not Card.objects.exists()


def test_a_variant_is_that_of_the_api_with_what_grades_it(api: APIClient) -> None:
    body = {"template": CONV, "purpose": "review"}
    online = api.post("/api/v1/variants/", body, format="json").json()
    ask_and_answer(learner_of(api), CONV, now=timezone.now() - 30 * DAY)
    first, second = [packed for packed in get(api)["variants"] if packed["template"] == CONV]
    assert first.keys() == online.keys() | {"due", "grading"}
    assert second.keys() == first.keys() | {"second_chance_of"}
    assert second["second_chance_of"] == first["variant"]
    assert first["grading"].keys() == {"fields", "expected", "misconceptions", "solution", "hints"}
    assert first["grading"]["fields"] == [{"name": "O", "type": "integer", "tolerance": "0"}]
    assert first["grading"]["expected"] == right(variant_of(api, first))
    assert first["stem"] != second["stem"]
    assert first["due"] == second["due"]
    assert datetime.fromisoformat(first["due"]).date() <= timezone.now().date() + DAY


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_device_tells_what_the_server_would_tell(api: APIClient, language: str) -> None:
    ask_and_answer(learner_of(api), CONV, now=timezone.now() - 30 * DAY)
    api.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    packed = firsts(get(api))[0]
    assert packed["template"] == CONV
    variant = variant_of(api, packed)
    assert packed["stem"]["text"] == questions.render(variant, language).stem.text  # type: ignore[arg-type]
    for number, hint in enumerate(packed["grading"]["hints"], 1):
        assert api.get(f"/api/v1/variants/{packed['variant']}/hints/{number}/").json() == hint
    assert len(packed["grading"]["hints"]) == packed["hints"] == 2
    response = wrong(variant, "forgot-plus-one")
    told = send(api, packed, response).json()
    assert told["solution"] == packed["grading"]["solution"]
    known = {one.pop("code"): one for one in packed["grading"]["misconceptions"]}
    assert [one["code"] for one in told["misconceptions"]] == ["forgot-plus-one"]
    for one in told["misconceptions"]:
        assert known[one["code"]] == {
            "title": one["title"], "feedback": one["feedback"], "values": {"O": response["O"]},
        }  # fmt: skip


def test_a_flashcard_has_its_back(api: APIClient) -> None:
    slug = "output-size-06"
    asked = study.next_question(learner_of(api), template=slug, now=timezone.now() - 9 * DAY)
    rated = Submission(id=uuid7(), token=asked.token, self_rating=scheduling.Rating.HARD)
    study.submit(learner_of(api), rated, now=timezone.now() - 9 * DAY)
    (card,) = get(api, "?limit=1")["flashcards"]
    assert (card["template"], card["kind"], card["fields"], card["hints"]) == (slug, "flashcard", [], 0)
    assert card["due"] is not None
    assert card["back"] == {**_text(questions.explain(variant_of(api, card), "en").text), "figure": None}
    assert not card.keys() & {"grading", "second_chance_of"}


def _text(text: questions.Text) -> dict[str, str]:
    return {"text": text.text, "html": text.html}


def test_what_falls_due_comes_day_by_day_and_only_for_the_days_asked(learner: User) -> None:
    slugs = list(QuestionTemplate.objects.filter(kind="question").order_by("slug").values_list("slug", flat=True)[:12])
    for ago, slug in enumerate(slugs):
        ask_and_answer(learner.id, slug, now=NOON - ago * DAY)
    due = {card.template.slug: card.due_day or 0 for card in Card.objects.select_related("template")}
    today = agenda.day_of(learner, NOON).today
    for days in (1, 2, 3, 7, 30):
        pack = study.pack(learner.id, 100, days, now=NOON)
        known = [item for item in pack.items if item.due_day is not None]
        within = {slug for slug, day in due.items() if day < today + days}
        assert {item.question.ticket.slug for item in known} == within
        assert [item.due_day for item in known] == [due[item.question.ticket.slug] for item in known]
        turns = [max(item.due_day or 0, today) for item in known]
        assert turns == sorted(turns)
    losses: dict[int, list[float]] = {}
    for item in pack.items:
        if item.due_day is not None:
            card = Card.objects.get(template__slug=item.question.ticket.slug)
            lost = scheduling.planning.loss(card.stability or 0, today - (card.day or 0))
            losses.setdefault(max(item.due_day, today), []).append(lost)
    assert all(found == sorted(found, reverse=True) for found in losses.values())
    assert max(map(len, losses.values())) > 2


def test_what_the_exam_calls_for_is_in_it_when_its_day_comes(learner: User) -> None:
    slugs = list(QuestionTemplate.objects.filter(kind="question").order_by("slug").values_list("slug", flat=True)[:12])
    for slug in slugs:
        for ago in (60, 50, 40, 1):
            ask_and_answer(learner.id, slug, now=NOON - ago * DAY)
    day = agenda.day_of(learner, NOON)
    study.set_preferences(learner.id, new_per_day=0)
    assert not study.pack(learner.id, 100, 12, now=NOON).items
    study.set_preferences(learner.id, exam_date=scheduling.date_of(day.today + 15))
    found = {}
    for days in (5, 12, 16):
        items = study.pack(learner.id, 100, days, now=NOON).items
        assert all(day.today + 8 <= (item.due_day or 0) < day.today + days for item in items)
        found[days] = len(items)
    assert 0 == found[5] < found[12] < found[16] == len(slugs)


def test_more_is_due_than_there_is_place_for(learner: User) -> None:
    slugs = list(QuestionTemplate.objects.filter(kind="question").values_list("slug", flat=True)[:12])
    for slug in slugs:
        ask_and_answer(learner.id, slug, now=NOON - 60 * DAY)
    study.set_preferences(learner.id, new_per_day=0)
    for limit, items in ((1, 1), (2, 1), (3, 2), (10, 5), (23, 12), (24, 12), (100, 12)):
        pack = study.pack(learner.id, limit, 1, now=NOON)
        assert len([*variants(pack)]) == min(limit, 24)
        assert len(pack.items) == items
        assert [item.second_chance is None for item in pack.items] == [
            limit % 2 == 1 and place == items - 1 for place in range(items)
        ]


def test_suspended_and_buried_cards_stay_at_home(learner: User) -> None:
    for slug in (CONV, POOL, "im2col-shape"):
        ask_and_answer(learner.id, slug, now=NOON - 60 * DAY)
    study.suspend(learner.id, CONV, now=NOON)
    study.bury(learner.id, POOL, now=NOON)
    study.suspend(learner.id, "overview-final-shape", now=NOON)  # never seen
    slugs = asked(study.pack(learner.id, 100, 3, now=NOON))
    assert "im2col-shape" in slugs
    assert not {CONV, POOL, "overview-final-shape"} & {*slugs}


def test_a_second_chance_that_is_open_comes_first_and_once(learner: User) -> None:
    ask_and_answer(learner.id, POOL, now=NOON - 60 * DAY)
    missed = ask_and_answer(learner.id, CONV, "forgot-plus-one", now=NOON)
    assert missed.card.second_chance
    pack = study.pack(learner.id, 100, 1, now=NOON)
    assert asked(pack)[:2] == [CONV, POOL]
    assert pack.items[0].second_chance is None
    assert pack.items[0].due_day == agenda.day_of(learner, NOON).today
    assert asked(pack).count(CONV) == 1
    again = Submission(uuid7(), pack.items[0].question.token, right(pack.items[0].question.variant))
    state = study.submit(learner.id, again, now=NOON + timedelta(hours=1)).card
    assert (state.rating, state.second_chance) == (scheduling.Rating.HARD, False)
    # What comes back within the days asked is in the pack once more, with other numbers.
    ask_and_answer(learner.id, "stride-output-size", "forgot-plus-one", now=NOON)
    longer = study.pack(learner.id, 100, 7, now=NOON)
    of_it = [item for item in longer.items if item.question.ticket.slug == "stride-output-size"]
    assert [item.second_chance is None for item in of_it] == [True, False]
    assert of_it[0].question.variant.parameters != of_it[1].question.variant.parameters


def test_new_templates_end_with_the_daily_number_and_the_daily_minutes(learner: User) -> None:
    study.set_preferences(learner.id, new_per_day=4)
    for days in (1, 2, 5):
        assert len(study.pack(learner.id, 100, days, now=NOON).items) == 4 * days
    for slug in (CONV, POOL, "im2col-shape"):
        ask_and_answer(learner.id, slug, now=NOON, duration_ms=1000)
    new = [item for item in study.pack(learner.id, 100, 2, now=NOON).items if item.due_day is None]
    assert len(new) == 1 + 4
    study.set_preferences(learner.id, daily_minutes=5)
    ask_and_answer(learner.id, "stride-output-size", now=NOON, duration_ms=600_000)
    new = [item for item in study.pack(learner.id, 100, 2, now=NOON).items if item.due_day is None]
    assert len(new) == 4
    study.set_preferences(learner.id, new_per_day=0)
    assert not [item for item in study.pack(learner.id, 100, 30, now=NOON).items if item.due_day is None]


def test_templates_on_which_an_open_misconception_shows_come_first(learner: User) -> None:
    code = "forgot-plus-one"
    shows = {*QuestionTemplate.objects.filter(misconceptions__code=code).values_list("slug", flat=True)}
    study.set_preferences(learner.id, new_per_day=0)
    for slug in (POOL, "im2col-shape", "stride-output-size", "padding-output-size"):
        ask_and_answer(learner.id, slug, now=NOON - 60 * DAY)
    ask_and_answer(learner.id, CONV, code, now=NOON - 2 * DAY)
    pack = study.pack(learner.id, 100, 1, now=NOON)
    preferred = [slug in shows for slug in asked(pack)]
    assert preferred == sorted(preferred, reverse=True)
    assert len({*preferred}) == 2
    assert all(code in questions.exposes(one) for one in variants(pack) if one.template.slug in shows)


def test_variants_are_neither_the_recent_ones_nor_each_other(learner: User) -> None:
    publish(sum_source("few", topic="stride", low=1, high=8, code="forgot-plus-one"))
    for number in range(5):
        ask_and_answer(learner.id, "few", "forgot-plus-one", now=NOON - (90 - 10 * number) * DAY)
    recent = list(Attempt.objects.values_list("parameters", flat=True))
    assert len({*map(str, recent)}) == 5
    pack = study.pack(learner.id, 100, 30, now=NOON)
    found = [variant.parameters_json() for variant in variants(pack) if variant.template.slug == "few"]
    assert len(found) == 2
    assert found[0] != found[1]
    assert not [one for one in found if one in recent]


def test_a_template_that_cannot_be_posed_is_passed_over_and_logged(
    learner: User, caplog: pytest.LogCaptureFixture
) -> None:
    ask_and_answer(learner.id, POOL, now=NOON - 60 * DAY)
    study.set_preferences(learner.id, new_per_day=3)
    before = asked(study.pack(learner.id, 100, 1, now=NOON))
    assert len(before) == 4
    TemplateVersion.objects.filter(template__slug__in=[before[0], before[1]]).update(source="schema = 1")
    templates.load.cache_clear()
    templates.version.cache_clear()
    with caplog.at_level(logging.ERROR):
        after = asked(study.pack(learner.id, 100, 1, now=NOON))
    assert after[:2] == before[2:]
    assert len(after) == 3  # as many new ones as before
    for slug in before[:2]:
        assert f"of {slug} cannot be asked" in caplog.text


def test_without_questions_there_is_an_empty_pack(api: APIClient) -> None:
    QuestionTemplate.objects.update(current=None)
    pack = get(api)
    assert (pack["variants"], pack["flashcards"]) == ([], [])
    assert pack["pack"]


def test_a_learner_who_is_up_to_date_takes_new_ones_only(learner: User) -> None:
    ask_and_answer(learner.id, CONV, now=NOON)
    assert all(item.due_day is None for item in study.pack(learner.id, 100, 1, now=NOON).items)


# The same again


def test_a_pack_stays_the_same_until_something_is_answered(api: APIClient) -> None:
    ask_and_answer(learner_of(api), CONV, now=timezone.now() - 30 * DAY)
    first = api.get(URL)
    assert api.get(URL).content == first.content
    unchanged = api.get(URL, headers={"If-None-Match": first["ETag"]})
    assert (unchanged.status_code, unchanged.content, unchanged["ETag"]) == (304, b"", first["ETag"])
    for query in ("?limit=49", "?days=4"):
        other = api.get(URL + query, headers={"If-None-Match": first["ETag"]})
        assert other.status_code == 200
        assert other.json()["pack"] != first.json()["pack"]
    assert api.get(URL, headers={"If-None-Match": first["ETag"], "Accept-Language": "ja"}).status_code == 200
    assert first["Cache-Control"] == "private, no-cache"

    tokens = {packed["variant"] for packed in first.json()["variants"]}
    fewer = {packed["variant"] for packed in get(api, "?limit=9")["variants"]}
    assert fewer < tokens  # a smaller pack is the beginning of a larger one

    packed = first.json()["variants"][0]
    assert send(api, packed, right(variant_of(api, packed))).status_code == 201
    after = api.get(URL, headers={"If-None-Match": first["ETag"]})
    assert after.status_code == 200
    assert not tokens & {packed["variant"] for packed in after.json()["variants"]}
    assert after.json()["pack"] != first.json()["pack"]


def test_a_new_version_of_a_question_makes_another_pack(api: APIClient) -> None:
    publish(sum_source("sum", topic="overview", code="forgot-plus-one"))
    study.set_preferences(learner_of(api), new_per_day=50)
    first = api.get(URL + "?limit=100")
    publish(sum_source("sum", topic="overview", words="Well: ", code="forgot-plus-one"))
    second = api.get(URL + "?limit=100", headers={"If-None-Match": first["ETag"]})
    assert second.status_code == 200
    found = [{one["template"]: one for one in answer.json()["variants"]}["sum"] for answer in (first, second)]
    assert [one["version"] for one in found] == [1, 2]


def test_a_pack_is_of_its_day(learner: User) -> None:
    first = study.pack(learner.id, 20, 3, now=NOON)
    later = study.pack(learner.id, 20, 3, now=NOON + timedelta(hours=15))
    assert (later.id, tokens(later)) == (first.id, tokens(first))
    begins = datetime(2026, 3, 31, 19, tzinfo=UTC)  # four in the morning
    assert (first.issued_at, first.expires_at) == (begins, begins + 3 * DAY)
    assert {item.question.ticket.issued_at for item in first.items} == {begins}
    tomorrow = study.pack(learner.id, 20, 3, now=NOON + DAY)
    assert (tomorrow.id, tomorrow.issued_at) != (first.id, first.issued_at)
    assert not {*tokens(first)} & {*tokens(tomorrow)}


def test_seeds_cannot_be_foreseen(learner: User, settings: Any) -> None:
    def seeds() -> list[int]:
        return [variant.seed for variant in variants(study.pack(learner.id, 20, 3, now=NOON))]

    found = seeds()
    assert len({*found}) == len(found)
    settings.SECRET_KEY = "another one"
    assert not {*found} & {*seeds()}


# Whose it is


def test_a_pack_is_its_learners_alone(api: APIClient, learner: User) -> None:
    mine = get(api)
    theirs = study.pack(learner.id, 50, 3)
    assert mine["pack"] != theirs.id
    assert not {packed["variant"] for packed in mine["variants"]} & {*tokens(theirs)}
    assert not {variant_of(api, packed).seed for packed in mine["variants"]} & {one.seed for one in variants(theirs)}
    question = theirs.items[0].question
    answer = send(api, {"variant": question.token}, right(question.variant))
    assert (answer.status_code, answer.json()["code"]) == (422, "variant-not-yours")
    packed = mine["variants"][0]
    with pytest.raises(TicketError, match="not-yours"):
        study.submit(learner.id, Submission(uuid7(), packed["variant"], packed["grading"]["expected"]))
    assert APIClient().get(URL).status_code == 401
    assert not Attempt.objects.exists()


def test_answers_are_taken_for_ninety_days(learner: User) -> None:
    pack = study.pack(learner.id, 4, 3, now=NOON)
    early, late = pack.items
    last = pack.issued_at + 90 * DAY
    study.submit(learner.id, Submission(uuid7(), early.question.token, right(early.question.variant)), now=last)
    later = Submission(uuid7(), late.question.token, right(late.question.variant))
    with pytest.raises(TicketError, match="expired"):
        study.submit(learner.id, later, now=last + timedelta(seconds=1))


def test_wrong_and_then_right_on_the_second_chance_is_hard(api: APIClient) -> None:
    ask_and_answer(learner_of(api), CONV, now=timezone.now() - 30 * DAY)
    first, second = get(api, "?limit=2")["variants"]
    told = offline_client.grade(first, wrong(variant_of(api, first), "forgot-plus-one"))
    assert told == {"verdict": "incorrect", "fields": {"O": False}, "misconceptions": ["forgot-plus-one"]}
    answer = send(api, first, wrong(variant_of(api, first), "forgot-plus-one")).json()
    assert (answer["verdict"], answer["rating"], answer["second_chance"]) == ("incorrect", None, True)
    answer = send(api, second, second["grading"]["expected"]).json()
    assert (answer["verdict"], answer["rating"], answer["second_chance"]) == ("correct", "hard", False)
    assert Attempt.objects.latest("received_at").purpose == "review"


# Requests


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("limit=", "limit"),
        ("limit=5.0", "limit"),
        ("limit=-5", "limit"),
        ("limit=５", "limit"),
        ("limit=5&limit=6", "limit"),
        ("days=0", "days"),
        ("days=31", "days"),
        ("days=1e1", "days"),
        ("day=3", "day"),
    ],
)
def test_parameters_are_strict(api: APIClient, query: str, field: str) -> None:
    answer = api.get(f"{URL}?{query}")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


QUERIES = 12


def test_the_number_of_queries_does_not_grow(api: APIClient, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    rows = list(QuestionTemplate.objects.filter(kind="question").order_by("slug").values_list("slug", flat=True))
    ask_and_answer(learner_of(api), rows[0], now=timezone.now() - 30 * DAY)
    get(api, "?limit=100")
    for limit in (2, 50, 100):
        with django_assert_num_queries(QUERIES):
            get(api, f"?limit={limit}")
    for slug in rows[1:15]:
        ask_and_answer(learner_of(api), slug, now=timezone.now() - 30 * DAY)
    get(api, "?limit=100")
    answer = None
    for limit in (2, 50, 100):
        with django_assert_num_queries(QUERIES):
            answer = api.get(f"{URL}?limit={limit}")
    assert answer is not None
    with django_assert_num_queries(5):  # what the tag is made of
        assert api.get(f"{URL}?limit=100", headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_a_pack_is_json_of_a_bearable_size(api: APIClient) -> None:
    pack = get(api, "?limit=50")
    assert len(json.dumps(pack, ensure_ascii=False).encode()) < 1_000_000
