"""Every answer that a test of the API gets is held against the OpenAPI document."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.api.documented import complaints

UNCHECKED = {405, 500}  # of methods that there are not, and of bugs that a test made


@pytest.fixture(autouse=True)
def documented_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """An undocumented status or key fails the test that has met it."""
    request = APIClient.request

    def checked(client: APIClient, **kwargs: Any) -> Any:
        answer = request(client, **kwargs)
        method, path = answer.request["REQUEST_METHOD"], answer.request["PATH_INFO"]
        if answer.status_code not in UNCHECKED and not answer.streaming:
            kind = answer.headers.get("Content-Type", "").partition(";")[0]
            assert complaints(method, path, answer.status_code, kind, answer.content) == []
        return answer

    monkeypatch.setattr(APIClient, "request", checked)
