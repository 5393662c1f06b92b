"""Whatever way events come in, on time or late, once or often, tampered with or not: the log tells the whole story."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from rest_framework.test import APIClient

from quizzes import authoring, study
from quizzes.models import Attempt, Belief, Card, CardAction, QuestionTemplate, User
from quizzes.study import Question
from tests.lengths import often
from tests.quizzes.answers import right, wrong
from tests.quizzes.sources import sum_source

QUESTIONS, CARDS = ("sum", "other"), ("card",)
RATINGS = ("again", "hard", "good", "easy")
ANSWERS = st.sampled_from(["right", "forgot-one", "gave-up", "nonsense"])
MEASURED = st.integers(0, 10_000)


class _Device:
    """A device of the learner: its clock may be wrong, and what it could not send waits."""

    def __init__(self, learner: UUID, off: timedelta) -> None:
        user = User.objects.get(id=learner)
        _, token = study.add_device(user, "device")
        self.client = APIClient()
        self.client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        self.off = off
        self.waiting: list[dict[str, Any]] = []

    def clock(self) -> datetime:
        return timezone.now() + self.off

    def sync(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        body = {"sent_at": self.clock().isoformat(), "events": events}
        answer = self.client.post("/api/v1/sync/events/", body, format="json")
        assert answer.status_code == 200, answer.content
        return list(answer.json()["results"])


class Devices(RuleBasedStateMachine):
    """Two devices of one learner, and what the service has acknowledged."""

    names: ClassVar[list[str]] = [*QUESTIONS, *CARDS]

    @initialize(hours=st.integers(-1000, 1000))
    def begin(self, hours: int) -> None:
        device, _ = study.create_guest("first")
        self.learner: UUID = device.user_id
        self.devices = [_Device(self.learner, timedelta(0)), _Device(self.learner, timedelta(hours=hours))]
        self.sent: dict[str, dict[str, Any]] = {}  # acknowledged answers and ratings
        self.acts: set[str] = set()
        self.asked: list[Question] = []

    def ask(self, template: str, days_ago: int) -> Question:
        return study.next_question(self.learner, template=template, now=timezone.now() - timedelta(days=days_ago))

    def answered(self, asked: Question, how: str) -> dict[str, Any]:
        if how == "gave-up":
            return {"gave_up": True}
        if how == "nonsense":
            return {"response": {"s": "nonsense"}}
        return {"response": right(asked.variant) if how == "right" else wrong(asked.variant, how)}

    @rule(number=st.integers(0, 1), template=st.sampled_from(QUESTIONS), how=ANSWERS)
    def answer_online(self, number: int, template: str, how: str) -> None:
        asked = self.ask(template, 0)
        body = {"id": str(uuid4()), "variant": asked.token, **self.answered(asked, how)}
        answer = self.devices[number].client.post("/api/v1/attempts/", body, format="json")
        assert answer.status_code == (422 if how == "nonsense" else 201)
        if how != "nonsense":
            self.sent[body["id"]] = {**body, "kind": "attempt"}

    @rule(
        number=st.integers(0, 1),
        template=st.sampled_from(QUESTIONS),
        how=ANSWERS,
        days_ago=st.integers(0, 60),
        minutes=MEASURED,
    )
    def answer_offline(self, number: int, template: str, how: str, days_ago: int, minutes: int) -> None:
        device, asked = self.devices[number], self.ask(template, days_ago)
        at = min(asked.ticket.issued_at + timedelta(minutes=minutes), timezone.now()) + device.off
        event = {"id": str(uuid4()), "kind": "attempt", "variant": asked.token, "answered_at": at.isoformat()}
        device.waiting.append(event | self.answered(asked, how))

    @rule(number=st.integers(0, 1), rating=st.sampled_from(RATINGS), minutes=MEASURED)
    def rate_offline(self, number: int, rating: str, minutes: int) -> None:
        device = self.devices[number]
        at = device.clock() - timedelta(minutes=minutes)
        event = {"id": str(uuid4()), "kind": "rating", "template": "card", "rating": rating}
        device.waiting.append({**event, "answered_at": at.isoformat()})

    @rule(
        number=st.integers(0, 1),
        act=st.sampled_from(["suspend", "resume", "bury", "reset"]),
        template=st.sampled_from([*QUESTIONS, *CARDS, "no-such"]),
        minutes=MEASURED,
    )
    def act_offline(self, number: int, act: str, template: str, minutes: int) -> None:
        device = self.devices[number]
        at = device.clock() - timedelta(minutes=minutes)
        device.waiting.append({"id": str(uuid4()), "kind": act, "template": template, "at": at.isoformat()})

    @rule(number=st.integers(0, 1), chance=st.randoms(use_true_random=False))
    def take_back(self, number: int, chance: random.Random) -> None:
        ids = [*self.sent, *(event["id"] for event in self.devices[number].waiting if event["kind"] == "attempt")]
        if ids:
            event = {"id": str(uuid4()), "kind": "void", "attempt": chance.choice(sorted(ids))}
            self.devices[number].waiting.append(event)

    @rule(number=st.integers(0, 1), chance=st.randoms(use_true_random=False), lost=st.booleans())
    def sync(self, number: int, chance: random.Random, lost: bool) -> None:
        """Shuffled, some of it twice; the answer may get lost, then all of it is sent again."""
        device = self.devices[number]
        batch = [*device.waiting, *chance.sample(device.waiting, len(device.waiting) // 2)]
        chance.shuffle(batch)
        batch = batch[:100]
        for _ in range(1 + lost):
            for event, result in zip(batch, device.sync(batch), strict=True):
                self.note(event, result)
        done = {event["id"] for event in batch}
        device.waiting = [event for event in device.waiting if event["id"] not in done]

    def note(self, event: dict[str, Any], result: dict[str, Any]) -> None:
        assert result["id"] == event["id"]
        nonsense = event.get("response") == {"s": "nonsense"} or event.get("template") == "no-such"
        if nonsense or (event["kind"] == "void" and event["attempt"] not in self.sent):
            if event["kind"] == "void" and result["status"] != "rejected":
                self.acts.add(event["id"])  # its attempt came with it
                return
            assert result["status"] == "rejected"
            return
        assert result["status"] in ("accepted", "duplicate"), result
        if event["kind"] in ("attempt", "rating"):
            self.sent[event["id"]] = event
        else:
            self.acts.add(event["id"])

    @rule(number=st.integers(0, 1), chance=st.randoms(use_true_random=False))
    def retry(self, number: int, chance: random.Random) -> None:
        if self.sent:
            event = self.sent[chance.choice(sorted(self.sent))]
            assert self.devices[number].sync([event])[0]["status"] == "duplicate"

    @rule(number=st.integers(0, 1), chance=st.randoms(use_true_random=False))
    def tamper(self, number: int, chance: random.Random) -> None:
        if not self.sent:
            return
        event = self.sent[chance.choice(sorted(self.sent))]
        forged = [{**event, "duration_ms": 1}]
        if "variant" in event:
            forged.append({**event, "id": str(uuid4())})  # answers the same variant once more
        assert {result["status"] for result in self.devices[number].sync(forged)} == {"conflict"}

    @rule(template=st.sampled_from(QUESTIONS), finished=st.booleans())
    def void_a_version(self, template: str, finished: bool) -> None:
        """What was answered in it, and what still waits on a device, counts for nothing from now on."""
        old = QuestionTemplate.objects.get(slug=template).current
        assert old is not None
        authoring.publish(sum_source(template, words=f"{old.number}: "))
        authoring.void(old)
        if finished:
            study.finish_voids()

    @invariant()
    def every_acknowledged_event_is_there_once(self) -> None:
        if not hasattr(self, "learner"):
            return
        attempts = list(Attempt.objects.filter(learner_id=self.learner).values_list("id", flat=True))
        assert sorted(map(str, attempts)) == sorted(self.sent)
        acts = CardAction.objects.filter(learner_id=self.learner)
        assert {str(id) for id in acts.values_list("id", flat=True)} >= self.acts
        ours = acts.exclude(id__in=self.acts).values_list("voids", flat=True)
        of_voided = Attempt.objects.filter(learner_id=self.learner, version__voided_at__isnull=False)
        assert set(ours) <= set(of_voided.values_list("id", flat=True))

    def teardown(self) -> None:
        if not hasattr(self, "learner"):
            return
        study.finish_voids()
        before = _told(self.learner)
        with transaction.atomic():
            study.refold(study.lock(self.learner))
        assert _told(self.learner) == before


def _told(learner: UUID) -> list[list[dict[str, Any]]]:
    """Cards and beliefs; the numbers of changes are how they came about."""
    return [
        [
            {name: value for name, value in row.items() if name != "change"}
            for row in table.objects.filter(learner_id=learner).order_by(key).values()
            if row.get("met") != 0
        ]
        for table, key in ((Card, "template_id"), (Belief, "code"))
    ]


@pytest.mark.django_db
def test_any_interleaving_ends_in_what_the_log_tells(small: Callable[..., QuestionTemplate]) -> None:
    for name in QUESTIONS:
        small(name)
    for name in CARDS:
        small(name, kind="flashcard")
    examples = often(60) if connection.vendor == "sqlite" else often(20)  # the same rules; a database may differ
    run_state_machine_as_test(
        Devices, settings=settings(max_examples=examples, stateful_step_count=20, deadline=None, print_blob=True)
    )
