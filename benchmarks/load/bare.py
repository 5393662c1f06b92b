"""Bare views that give the same answers as the API's endpoints.

A bare view checks the token as knox does, with one look-up through Django, reads and validates the body, sends the
statements that the endpoint sent for this learner, and renders the answer that it gave. All that the endpoint thinks is
left out.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.urls import path
from knox.auth import TokenAuthentication
from rest_framework import serializers
from rest_framework.parsers import JSONParser
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from benchmarks.load.learners import PATHS, Request
from quizzes.models import Attempt, Device
from studysite import urls


class Recorded(NamedTuple):
    """What an endpoint sent to the database for a learner, and what it answered."""

    statements: Sequence[tuple[str, Any, bool]]
    status: int
    answer: Any


def record(requests: Sequence[Request]) -> dict[tuple[str, UUID], Recorded]:
    """Send each through the whole stack here, and keep what it did for the bare views; by kind and learner."""
    kept = {(request.kind, request.learner.id): _recorded(request) for request in requests}
    _file().write_bytes(pickle.dumps(kept))
    return kept


def _file() -> Path:
    return Path(settings.STATE_DIR) / "recorded"


def _recorded(request: Request) -> Recorded:
    found: list[tuple[str, Any, bool]] = []

    def keep(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append((sql, params, many))
        return execute(sql, params, many, context)

    client = APIClient(headers={"authorization": f"Token {request.learner.token}"})
    method, address = PATHS[request.kind]
    with connection.execute_wrapper(keep):
        body = request.body or None
        answer = client.generic(method, f"/api/v1/{address}", body or "", content_type="application/json")
    assert answer.status_code in (200, 201), answer.content
    statements = [one for one in found if "quizzes_device" not in one[0] and not one[0].startswith(_OURS)]
    return Recorded(statements, answer.status_code, answer.json())


_OURS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")  # a bare view begins and ends its transaction itself


class Tokens(TokenAuthentication):  # type: ignore[misc]  # knox ships no types
    """knox's, without its second look-up for what has expired of the learner's other tokens."""

    def _cleanup_token(self, auth_token: Device) -> bool:
        return False


class AttemptBody(serializers.Serializer[Any]):
    """An answer."""

    id = serializers.UUIDField()
    variant = serializers.CharField()
    response = serializers.DictField()
    duration_ms = serializers.IntegerField()


class VariantBody(serializers.Serializer[Any]):
    """A wish for a question."""

    purpose = serializers.CharField()


class Bare(APIView):
    """The same statements and the same answer."""

    authentication_classes = (Tokens,)
    parser_classes = (JSONParser,)
    recorded: Mapping[tuple[str, UUID], Recorded] = {}
    kind = ""

    def get(self, request: Any) -> Response:
        """Read."""
        found = self.recorded[self.kind, request.user.id]
        _send(found.statements)
        return Response(found.answer, found.status)

    def post(self, request: Any) -> Response:
        """Validate, read, write."""
        shape = AttemptBody if self.kind == "attempts" else VariantBody
        shape(data=request.data).is_valid(raise_exception=True)
        if self.kind != "attempts":
            return self.get(request)
        with transaction.atomic():
            return self.get(request)


_COLUMNS = [field.attname for field in Attempt._meta.concrete_fields]
_ID, _SEED = _COLUMNS.index("id"), _COLUMNS.index("seed")


def _send(statements: Sequence[tuple[str, Any, bool]]) -> None:
    with connection.cursor() as cursor:
        for sql, params, many in statements:
            if not many:
                cursor.execute(sql, params)
                if sql.startswith("SELECT"):
                    cursor.fetchall()
            elif Attempt._meta.db_table in sql:
                cursor.executemany(sql, [_fresh(row) for row in params])
            else:
                cursor.executemany(sql, params)


def _fresh(row: Sequence[Any]) -> list[Any]:
    """An attempt that was not there before."""
    changed = list(row)
    changed[_ID] = uuid4() if isinstance(row[_ID], UUID) else uuid4().hex
    changed[_SEED] = uuid4().int >> 66
    return changed


def add() -> None:
    """Serve them beside the API, from what was recorded."""
    recorded = pickle.loads(_file().read_bytes())  # noqa: S301  # our own
    for kind, (_, address) in PATHS.items():
        urls.urlpatterns.insert(0, path(f"bare/{address}", Bare.as_view(recorded=recorded, kind=kind)))
