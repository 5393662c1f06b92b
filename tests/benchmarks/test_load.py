"""The bare views that the load is compared with give the same answers, from the same statements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIRequestFactory

from benchmarks.load import bare, learners
from quizzes import study


@pytest.mark.django_db
def test_a_bare_view_answers_as_the_endpoint_did(bank: None, settings: Any, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path
    made = learners.make(1, lambda line: None)
    asked = learners.requests(made, 40, lambda line: None)
    first = {request.kind: request for request in reversed(asked)}
    assert {*first} == {*learners.PATHS}
    kept = bare.record(list(first.values()))
    answers_before = study.count_answers(made[0].id)
    for kind, request in first.items():
        found = kept[kind, made[0].id]
        method, path = learners.PATHS[kind]
        sent = APIRequestFactory().generic(
            method,
            f"/bare/{path}",
            request.body,
            "application/json",
            headers={"authorization": f"Token {made[0].token}"},
        )
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = bare.Bare.as_view(recorded=kept, kind=kind)(sent)
        assert (answer.status_code, answer.data) == (found.status, found.answer)
        told = {
            query["sql"].removeprefix("1 times: ").split(" ")[0]
            for query in queries
            if "quizzes_device" not in query["sql"]
        }
        assert {statement[0].split(" ")[0] for statement in found.statements} <= told
    assert study.count_answers(made[0].id) == answers_before + 1
