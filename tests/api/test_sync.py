"""Devices that were away: every event is taken in once, whatever else comes with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from quizzes import agenda, scheduling, study, tickets
from quizzes.models import Attempt, Card, CardAction, User
from quizzes.study.rows import action_of, answer_of, card_state
from tests.quizzes.answers import right, wrong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bank")]

CONV, CARD = "conv-output-size", "card-formula-conv-size"
HOUR = timedelta(hours=1)


def stamp(moment: datetime) -> str:
    return moment.isoformat()


def attempt(learner: UUID, template: str = CONV, code: str | None = None, **others: Any) -> dict[str, Any]:
    """An event: a right answer to a fresh variant, or that of a misconception."""
    asked = study.next_question(learner, template=template, now=others.pop("asked", None))
    response = wrong(asked.variant, code) if code else right(asked.variant)
    return {"id": str(uuid4()), "kind": "attempt", "variant": asked.token, "response": response, **others}


def flashcards() -> list[str]:
    from quizzes.models import QuestionTemplate

    rows = QuestionTemplate.objects.filter(kind="flashcard").order_by("slug")
    return list(rows.values_list("slug", flat=True)[:3])


def send(api: APIClient, *events: Any, sent_at: datetime | None = None, status: int = 200) -> Any:
    body = {"sent_at": stamp(sent_at or timezone.now()), "events": list(events)}
    answer = api.post("/api/v1/sync/events/", body, format="json")
    assert answer.status_code == status, answer.content
    return answer.json()


def results(api: APIClient, *events: Any, **others: Any) -> list[dict[str, Any]]:
    return list(send(api, *events, **others)["results"])


def check_cards(learner: UUID) -> None:
    """Cards are what the log folds to."""
    for card in Card.objects.filter(learner_id=learner):
        scope = {"learner_id": learner, "template_id": card.template_id}
        events: list[Any] = [answer_of(row) for row in Attempt.objects.filter(**scope).exclude(purpose="cram")]
        events += [action_of(row) for row in CardAction.objects.filter(**scope)]
        key = agenda.card_key(learner, card.template_id)
        assert card_state(card) == scheduling.fold(events, key=key)


def test_events_of_all_kinds_are_taken_in_together(api: APIClient) -> None:
    learner = api.learner  # type: ignore[attr-defined]
    first, second, third = flashcards()
    shown = study.next_question(learner, template=first)
    wronged = attempt(learner, code="forgot-plus-one")
    events = [
        attempt(learner),
        wronged,
        {"id": str(uuid4()), "kind": "rating", "variant": shown.token, "rating": "hard"},
        {"id": str(uuid4()), "kind": "rating", "template": second, "rating": "good"},
        {"id": str(uuid4()), "kind": "suspend", "template": third},
        {"id": str(uuid4()), "kind": "void", "attempt": wronged["id"]},
    ]
    found = results(api, *events)
    assert [one["status"] for one in found] == ["accepted"] * 6
    assert [one["id"] for one in found] == [event["id"] for event in events]
    assert [one.get("verdict") for one in found] == ["correct", "incorrect", "rated", "rated", None, None]
    assert found[0]["card"]["template"] == CONV
    assert found[0]["card"]["revision"] == 3  # all of the batch, the act too
    assert Attempt.objects.count() == 4
    assert {row.act for row in CardAction.objects.all()} == {"suspend", "void"}
    assert Card.objects.get(template__slug=third).suspended
    check_cards(learner)
    assert [one["status"] for one in results(api, *events)] == ["duplicate"] * 6
    assert Attempt.objects.count() == 4


def test_the_server_time_is_told(api: APIClient) -> None:
    before = timezone.now()
    told = datetime.fromisoformat(send(api)["server_time"].replace("Z", "+00:00"))
    assert before <= told <= timezone.now()


def test_the_devices_own_grade_is_not_asked_for(api: APIClient) -> None:
    event = attempt(api.learner, code="forgot-plus-one", verdict="correct", score=1)  # type: ignore[attr-defined]
    (found,) = results(api, event)
    assert (found["status"], found["verdict"]) == ("accepted", "incorrect")


def test_an_answer_sent_both_ways_is_one(api: APIClient) -> None:
    event = attempt(api.learner, duration_ms=5000)  # type: ignore[attr-defined]
    body = {name: value for name, value in event.items() if name != "kind"}
    assert api.post("/api/v1/attempts/", body, format="json").status_code == 201
    assert results(api, event)[0]["status"] == "duplicate"
    again = attempt(api.learner)  # type: ignore[attr-defined]
    assert results(api, again)[0]["status"] == "accepted"
    body = {name: value for name, value in again.items() if name != "kind"}
    assert api.post("/api/v1/attempts/", body, format="json").status_code == 200


def test_what_contradicts_an_earlier_answer_is_a_conflict(api: APIClient) -> None:
    first = attempt(api.learner)  # type: ignore[attr-defined]
    changed = {**first, "response": {"O": "1"}}
    other = {**first, "id": str(uuid4())}
    fresh = attempt(api.learner)  # type: ignore[attr-defined]
    found = results(api, first, changed, other, fresh, {**fresh, "hints_used": 1}, fresh)
    assert [(one["status"], one.get("code")) for one in found] == [
        ("accepted", None),
        ("conflict", "id-reused"),
        ("conflict", "variant-answered"),
        ("accepted", None),
        ("conflict", "id-reused"),
        ("duplicate", None),
    ]
    assert Attempt.objects.count() == 2
    assert Attempt.objects.get(id=first["id"]).verdict == "correct"


BAD: dict[str, Any] = {
    "null": None,
    "text": "attempt",
    "list": [],
    "empty": {},
    "kind": {"id": str(uuid4()), "kind": "dance"},
    "no-kind": {"id": str(uuid4())},
    "kind-list": {"id": str(uuid4()), "kind": ["attempt"]},
    "no-id": {"kind": "attempt", "variant": "x"},
    "id-number": {"id": 7, "kind": "attempt", "variant": "x"},
    "id-text": {"id": "seven", "kind": "attempt", "variant": "x"},
    "nul": {"id": str(uuid4()), "kind": "attempt", "variant": "x", "response": {"O": "1\x00"}},
    "nul-id": {"id": "\x00", "kind": "attempt", "variant": "x"},
    "surrogate": {"id": str(uuid4()), "kind": "attempt", "variant": "x", "response": {"O": "\ud800"}},
    "surrogate-key": {"id": str(uuid4()), "kind": "attempt", "variant": "x", "\ud800": 1},
    "variant": {"id": str(uuid4()), "kind": "attempt", "variant": "forged"},
    "variant-long": {"id": str(uuid4()), "kind": "attempt", "variant": "x" * 5000},
    "time": {"id": str(uuid4()), "kind": "attempt", "variant": "x", "answered_at": "yesterday"},
    "time-naive": {"id": str(uuid4()), "kind": "attempt", "variant": "x", "answered_at": "2026-01-01T00:00:00"},
    "duration": {"id": str(uuid4()), "kind": "attempt", "variant": "x", "duration_ms": 2**70},
    "rating": {"id": str(uuid4()), "kind": "rating", "template": "card-gap", "rating": "perfect"},
    "rating-both": {"id": str(uuid4()), "kind": "rating", "template": "a", "variant": "b", "rating": "good"},
    "rating-none": {"id": str(uuid4()), "kind": "rating", "rating": "good"},
    "rating-question": {"id": str(uuid4()), "kind": "rating", "template": CONV, "rating": "good"},
    "rating-unknown": {"id": str(uuid4()), "kind": "rating", "template": "no-such", "rating": "good"},
    "act-unknown": {"id": str(uuid4()), "kind": "bury", "template": "no-such"},
    "void-unknown": {"id": str(uuid4()), "kind": "void", "attempt": str(uuid4())},
}


def raw(api: APIClient, *events: Any) -> Any:
    """As a client of any kind would write it: also halves of surrogate pairs."""
    body = json.dumps({"sent_at": stamp(timezone.now()), "events": events})
    return api.post("/api/v1/sync/events/", body, content_type="application/json")


@pytest.mark.parametrize("name", BAD)
def test_one_bad_event_keeps_no_other_out(api: APIClient, name: str) -> None:
    good = [attempt(api.learner), attempt(api.learner)]  # type: ignore[attr-defined]
    answer = raw(api, good[0], BAD[name], good[1])
    assert answer.status_code == 200, answer.content
    found = answer.json()["results"]
    assert [one["status"] for one in found] == ["accepted", "rejected", "accepted"]
    assert found[1]["code"]
    assert Attempt.objects.count() == 2


def test_every_bad_event_at_once(api: APIClient) -> None:
    answer = raw(api, *BAD.values())
    assert [one["status"] for one in answer.json()["results"]] == ["rejected"] * len(BAD)
    assert not Attempt.objects.exists()


def test_what_cannot_be_read_is_told_per_field(api: APIClient) -> None:
    event = attempt(api.learner) | {"response": {"O": "fourteen"}}  # type: ignore[attr-defined]
    (found,) = results(api, event)
    assert (found["status"], found["code"]) == ("rejected", "unreadable-response")
    assert [(one["field"], one["code"]) for one in found["errors"]] == [("O", "not-an-integer")]


def test_another_learners_variant_is_rejected(api: APIClient) -> None:
    device, _ = study.create_guest("other")
    (found,) = results(api, attempt(device.user_id))
    assert (found["status"], found["code"]) == ("rejected", "variant-not-yours")


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"events": []},
        {"sent_at": "2026-01-01T00:00:00Z"},
        {"sent_at": "2026-01-01T00:00:00", "events": []},
        {"sent_at": 1, "events": []},
        {"sent_at": "2026-01-01T00:00:00Z", "events": {}},
        {"sent_at": "2026-01-01T00:00:00Z", "events": [{}] * 101},
    ],
)
def test_the_request_itself_is_strict(api: APIClient, body: Any) -> None:
    answer = api.post("/api/v1/sync/events/", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_request_too_large_is_refused(api: APIClient) -> None:
    body = json.dumps({"sent_at": stamp(timezone.now()), "events": ["x" * 300_000]})
    answer = api.post("/api/v1/sync/events/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


@pytest.mark.parametrize("off", [timedelta(0), timedelta(days=-400), timedelta(days=4000), timedelta(hours=3)])
def test_a_wrong_clock_is_put_right(api: APIClient, off: timedelta) -> None:
    now = timezone.now()
    event = attempt(
        api.learner,  # type: ignore[attr-defined]
        asked=now - 5 * HOUR,
        answered_at=stamp(now - 2 * HOUR + off),
        utc_offset_minutes=540,
    )
    assert results(api, event, sent_at=now + off)[0]["status"] == "accepted"
    row = Attempt.objects.get()
    assert abs(row.answered_at - (now - 2 * HOUR)) < timedelta(seconds=20)
    assert row.device_answered_at == now - 2 * HOUR + off
    assert row.device_sent_at == now + off
    assert row.day == scheduling.learner_day(row.answered_at, timedelta(hours=9), 4)


@pytest.mark.parametrize(
    ("answered", "expected"),
    [(timedelta(days=-30), "issued"), (timedelta(days=30), "received"), (timedelta(days=2_900_000), "received")],
)
def test_a_time_that_cannot_be_is_clamped(api: APIClient, answered: timedelta, expected: str) -> None:
    now = timezone.now()
    at = now + answered if answered < timedelta(days=9999) else datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    event = attempt(api.learner, asked=now - HOUR, answered_at=stamp(at))  # type: ignore[attr-defined]
    sent_at = now if answered < timedelta(days=9999) else datetime(1, 1, 2, tzinfo=UTC)
    assert results(api, event, sent_at=sent_at)[0]["status"] == "accepted"
    row = Attempt.objects.get()
    assert row.answered_at == (row.issued_at if expected == "issued" else row.received_at)


def test_a_late_answer_is_put_in_its_place(api: APIClient) -> None:
    """The later card row does not win: the earlier lapse is not lost."""
    now = timezone.now()
    learner = api.learner  # type: ignore[attr-defined]
    late = attempt(
        learner, code="forgot-plus-one", asked=now - 50 * HOUR, answered_at=stamp(now - 49 * HOUR), gave_up=False
    )
    assert results(api, attempt(learner, asked=now - HOUR))[0]["status"] == "accepted"
    assert results(api, late)[0]["status"] == "accepted"
    card = Card.objects.get()
    assert (card.reviews, card.revision) == (2, 2)
    check_cards(learner)
    assert Attempt.objects.get(id=late["id"]).recall is None  # it was the first


def test_an_old_variant_is_refused_by_its_age(api: APIClient) -> None:
    learner = api.learner  # type: ignore[attr-defined]
    old = attempt(learner, asked=timezone.now() - tickets.MAX_AGE - HOUR)
    assert results(api, old)[0]["code"] == "variant-expired"


def test_an_act_may_come_before_the_answer_it_takes_back(api: APIClient) -> None:
    event = attempt(api.learner)  # type: ignore[attr-defined]
    void = {"id": str(uuid4()), "kind": "void", "attempt": event["id"]}
    assert [one["status"] for one in results(api, void, event)] == ["accepted", "accepted"]
    check_cards(api.learner)  # type: ignore[attr-defined]
    assert Card.objects.get().due_day is None


def test_an_act_with_the_id_of_another_is_a_conflict(api: APIClient) -> None:
    act = {"id": str(uuid4()), "kind": "suspend", "template": CONV}
    found = results(api, act, {**act, "kind": "bury"}, act)
    assert [one["status"] for one in found] == ["accepted", "conflict", "duplicate"]


def test_the_clocks_offset_of_the_device_is_kept(api: APIClient) -> None:
    event = attempt(api.learner, utc_offset_minutes=-300)  # type: ignore[attr-defined]
    results(api, event)
    assert User.objects.get().utc_offset_minutes == -300


def test_the_queries_do_not_grow_with_the_events(
    api: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    learner = api.learner  # type: ignore[attr-defined]
    templates = ["conv-output-size", "gap-vs-fc-parameters", "max-pool-matrix"]
    results(api, *(attempt(learner, template) for template in templates))
    api.get("/api/v1/sync/changes/")
    for many in (1, 20):
        events = [attempt(learner, templates[number % 3]) for number in range(many)]
        with django_assert_num_queries(12):
            found = results(api, *events)
        assert [one for one in found if one["status"] != "accepted"] == []
        assert len(found) == many


# The feed


def feed(api: APIClient, cursor: str = "") -> tuple[list[dict[str, Any]], str]:
    """All that changed since ``cursor``."""
    changes = []
    while True:
        answer = api.get("/api/v1/sync/changes/", {"cursor": cursor} if cursor else {})
        assert answer.status_code == 200, answer.content
        body = answer.json()
        changes += body["changes"]
        cursor = body["next_cursor"]
        if not body["has_more"]:
            return changes, cursor


def test_everything_is_told_from_the_beginning_and_then_what_changes(api: APIClient) -> None:
    learner = api.learner  # type: ignore[attr-defined]
    changes, cursor = feed(api)
    assert [(one["type"], one["op"]) for one in changes] == [("preferences", "upsert")]
    results(api, attempt(learner, code="forgot-plus-one"))
    changes, cursor = feed(api, cursor)
    assert {(one["type"], one["op"]) for one in changes} == {("card", "upsert"), ("misconception", "upsert")}
    card = next(one["card"] for one in changes if one["type"] == "card")
    assert (card["template"], card["second_chance"], card["suspended"]) == (CONV, True, False)
    belief = next(one["misconception"] for one in changes if one["type"] == "misconception")
    assert belief == {"code": "forgot-plus-one", "open": True, "met": 1}
    assert feed(api, cursor) == ([], cursor)
    study.set_preferences(learner, new_per_day=3)
    changes, cursor = feed(api, cursor)
    assert [one["preferences"]["new_per_day"] for one in changes] == [3]
    study.undo(learner, Attempt.objects.get().id)
    changes, cursor = feed(api, cursor)
    assert {(one["type"], one["op"]) for one in changes} == {("card", "upsert"), ("misconception", "delete")}


def test_the_feed_comes_in_pieces(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    learner = api.learner  # type: ignore[attr-defined]
    for code in (None, "forgot-plus-one"):
        results(api, *(attempt(learner, template, code) for template in (CONV, CONV)))
    results(api, *({"id": str(uuid4()), "kind": "suspend", "template": slug} for slug in flashcards()))
    whole, end = feed(api)
    monkeypatch.setattr("quizzes.api.sync.PAGE", 1)
    assert feed(api) == (whole, end)
    assert len(whole) == 6


def test_a_changed_retention_moves_cards_in_the_feed(api: APIClient) -> None:
    learner = api.learner  # type: ignore[attr-defined]
    results(api, attempt(learner))
    _, cursor = feed(api)
    study.set_preferences(learner, retention=0.97)
    changes, _ = feed(api, cursor)
    assert [one["type"] for one in changes] == ["card", "preferences"]


@pytest.mark.parametrize("cursor", ["x", "!!!", "MDE5", "A" * 500, "日本", "LjU"])
def test_what_is_no_cursor_is_refused(api: APIClient, cursor: str) -> None:
    answer = api.get("/api/v1/sync/changes/", {"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_cursor_of_another_log_has_expired(api: APIClient) -> None:
    results(api, attempt(api.learner))  # type: ignore[attr-defined]
    _, cursor = feed(api)
    _, token = study.create_guest("other")
    other = APIClient()
    other.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    answer = other.get("/api/v1/sync/changes/", {"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (410, "cursor-expired")
    User.objects.filter(id=api.learner).update(changes=0)  # type: ignore[attr-defined]  # an older copy of the database
    assert api.get("/api/v1/sync/changes/", {"cursor": cursor}).status_code == 410


def test_the_feed_takes_a_fixed_number_of_queries(
    api: APIClient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    learner = api.learner  # type: ignore[attr-defined]
    for many in (1, 4):
        results(api, *(attempt(learner, code="forgot-plus-one") for _ in range(many)))
        feed(api)
        with django_assert_num_queries(4):
            api.get("/api/v1/sync/changes/")
