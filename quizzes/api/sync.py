"""Devices that were away: what happened there comes in, what happened elsewhere goes out."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError

from quizzes import agenda, questions, scheduling, study
from quizzes.models import Belief, Card
from quizzes.reader import language
from quizzes.scheduling import Rating
from quizzes.study.rows import card_state

from . import written
from .base import NO_TOKEN, Endpoint, day_text, learner, responses, time_text, valid
from .parameters import parameters
from .parsers import StrictJSONParser, can_be_kept
from .problems import field_problems
from .shapes.sync import EVENTS, Changes, ChangesParameters, SyncRequest, SyncResult

PAGE = 200


class CursorExpired(exceptions.APIException):
    """The client starts anew, without a cursor."""

    status_code = status.HTTP_410_GONE
    default_code = "cursor-expired"


class BatchParser(StrictJSONParser):
    """JSON; whether its texts can be kept is looked at event by event."""

    check_texts = False


class SyncEvents(Endpoint):
    """Take in what happened while a device was away."""

    limit = "sync"

    parser_classes = (BatchParser,)

    @extend_schema(
        operation_id="sync_events",
        request=SyncRequest,
        responses=responses({200: SyncResult}, _401=NO_TOKEN, _410="The account was deleted (`account-deleted`)."),
    )
    def post(self, request: Request) -> Response:
        """Grade, record and reschedule. One bad event keeps no other out; sending again is always safe."""
        now = timezone.now()
        body = valid(SyncRequest, request.data)
        all_can_be_kept = _can_be_kept(body["events"])  # nearly always: then nothing has to be looked at by itself
        read = [_event(data, all_can_be_kept) for data in body["events"]]
        events = [one for one in read if not isinstance(one, dict)]
        outcomes = iter(study.sync(learner(request).id, events, body["sent_at"], now) if events else ())
        day = agenda.day_of(learner(request), now).today
        results = [one if isinstance(one, dict) else _result(next(outcomes), day) for one in read]
        return Response({"server_time": time_text(now), "results": results})


class SyncChanges(Endpoint):
    """What changed, by whichever device."""

    limit = "sync"

    @extend_schema(
        operation_id="sync_changes",
        parameters=[ChangesParameters],
        responses=responses(
            {200: Changes},
            body=False,
            _400="This is no cursor.",
            _401=NO_TOKEN,
            _410="The cursor is of another log (`cursor-expired`): start without one. Or `account-deleted`.",
        ),
    )
    def get(self, request: Request) -> Response:
        """Cards, misconceptions and preferences as they stand now, those changed last at the end."""
        user, now = learner(request), timezone.now()
        asked = parameters(ChangesParameters, request)
        try:
            page = study.changes(user.id, _place(user.id, asked["cursor"]), PAGE)
        except study.CursorExpired:
            raise CursorExpired(_("The place in the feed is not of this log. Start without a cursor.")) from None
        day = agenda.day_of(page.learner, now).today
        return Response(
            {
                "changes": [_change(change, day) for change in page.changes],
                "next_cursor": _cursor(user.id, page.number),
                "has_more": page.has_more,
            }
        )


def _event(data: Any, can_be_kept: bool) -> study.SyncEvent | dict[str, Any]:
    """An event to take in, or its rejection."""
    id = data.get("id") if isinstance(data, dict) else None
    id = id if isinstance(id, str) and (can_be_kept or _can_be_kept(id)) else None
    shape = EVENTS.get(kind) if isinstance(data, dict) and isinstance(kind := data.get("kind"), str) else None
    if shape is None or not (can_be_kept or _can_be_kept(data)):
        return {"id": id, "status": "rejected", "code": "invalid"}
    try:
        return _read(valid(shape, data))
    except ValidationError as error:
        return {"id": id, "status": "rejected", "code": "invalid", "errors": list(field_problems(error.detail))}


def _read(event: dict[str, Any]) -> study.SyncEvent:
    kind = event.pop("kind")
    if kind == "attempt":
        return study.Submission(token=event.pop("variant"), **event)
    if kind == "rating":
        return study.Submission(
            token=event.pop("variant", None), self_rating=Rating[event.pop("rating").upper()], **event
        )
    return study.CardAct(event["id"], kind, event.get("at"), event.get("template"), event.get("attempt"))


def _can_be_kept(data: Any) -> bool:
    return can_be_kept(data, json.dumps(data, ensure_ascii=False))


def _result(outcome: study.Outcome, day: int) -> dict[str, Any]:
    result: dict[str, Any] = {"id": str(outcome.id), "status": outcome.status}
    if outcome.code is not None:
        result["code"] = outcome.code
    if outcome.errors:
        messages = questions.ResponseError(outcome.errors).messages(language())
        result["errors"] = [
            {"field": name, "code": code, "message": messages[name]} for name, code in outcome.errors.items()
        ]
    if outcome.verdict is not None:
        result["verdict"] = outcome.verdict
    if outcome.card is not None and outcome.template is not None:
        result["card"] = written.card(outcome.card, outcome.template, day)
    return result


def _change(change: study.Change, day: int) -> dict[str, Any]:
    told: dict[str, Any] = {"type": change.kind, "op": "delete" if change.deleted else "upsert"}
    if isinstance(change.row, Card):
        return told | {"card": _card(change.row, day)}
    if isinstance(change.row, Belief):
        row = change.row
        is_open = row.opened_at is not None and row.closed_at is None
        return told | {"misconception": {"code": row.code, "open": is_open, "met": row.met}}
    return told | {"preferences": written.preferences(change.row)}


def _card(row: Card, day: int) -> dict[str, Any]:
    state = card_state(row)
    return {
        "template": row.template.slug,
        "due": _day(state.due_day),
        "recall": scheduling.recall(state.memory, day),
        "interval_days": None if state.due_day is None or state.memory is None else state.due_day - state.memory.day,
        "revision": state.revision,
        "stability": state.memory and state.memory.stability,
        "reviewed": _day(state.memory.day if state.memory else None),
        "lapses": state.lapses,
        "second_chance": state.second_chance,
        "suspended": state.suspended,
        "buried": _day(state.buried_day),
    }


def _day(day: int | None) -> str | None:
    return None if day is None else day_text(scheduling.date_of(day))


def _cursor(id: UUID, number: int) -> str:
    return base64.urlsafe_b64encode(f"{id.hex}.{number}".encode()).decode().rstrip("=")


def _place(id: UUID, cursor: str) -> int:
    """The number in a cursor. Raises ``ValidationError``, and :class:`study.CursorExpired` for another learner's."""
    if not cursor:
        return study.BEGINNING
    try:
        owner, _dot, number = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").partition(".")
        if not (number.isascii() and number.isdigit() and len(number) < 19 and len(owner) == 32):
            raise ValueError
    except (binascii.Error, ValueError):
        raise ValidationError({"cursor": [_("This is no cursor.")]}, code="invalid") from None
    if owner != id.hex:
        raise study.CursorExpired
    return int(number)
