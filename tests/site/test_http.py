"""The API over real HTTP: a device's first steps, and 32 copies of one request at once on two workers."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4


def _post(url: str, body: dict[str, Any], token: str = "", language: str = "en") -> tuple[int, dict[str, Any]]:
    headers = {"Content-Type": "application/json", "Accept-Language": language}
    if token:
        headers["Authorization"] = f"Token {token}"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def _device(site: str) -> str:
    status, guest = _post(f"{site}/api/v1/guests/", {"device_name": "test"})
    assert status == 201
    return str(guest["token"])


def test_a_device_asks_answers_and_is_told_why(site: str) -> None:
    token = _device(site)
    asked = {"template": "conv-output-size", "purpose": "practice"}
    status, variant = _post(f"{site}/api/v1/variants/", asked, token, "ja")
    assert status == 201
    assert "出力の高さ" in variant["stem"]["text"]
    attempt = {"id": str(uuid4()), "variant": variant["variant"], "response": {"O": "３²"}}
    status, problem = _post(f"{site}/api/v1/attempts/", attempt, token, "ja")
    assert (status, problem["code"]) == (422, "unreadable-response")
    attempt["response"] = {"O": "１"}
    status, result = _post(f"{site}/api/v1/attempts/", attempt, token, "ja")
    assert (status, result["verdict"]) == (201, "incorrect")
    assert int(result["fields"][0]["expected"]) > 1


def test_32_copies_of_one_request_at_once_give_one_attempt_and_no_server_error(site: str) -> None:
    token = _device(site)
    _, variant = _post(f"{site}/api/v1/variants/", {"template": "gap-vs-fc-parameters", "purpose": "practice"}, token)
    attempt = {"id": str(uuid4()), "variant": variant["variant"], "response": {"FC": "1", "GAP": "2"}}
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: _post(f"{site}/api/v1/attempts/", attempt, token), range(32)))
    assert sorted(status for status, _ in answers) == [200] * 31 + [201]
    first = answers[0][1]
    assert first["card"]["revision"] == 1
    assert all(result == first for _, result in answers)


def test_32_different_answers_to_one_variant_leave_the_first(site: str) -> None:
    token = _device(site)
    _, variant = _post(f"{site}/api/v1/variants/", {"template": "conv-output-size", "purpose": "practice"}, token)

    def answer(number: int) -> int:
        body = {"id": str(uuid4()), "variant": variant["variant"], "response": {"O": number}}
        return _post(f"{site}/api/v1/attempts/", body, token)[0]

    with ThreadPoolExecutor(32) as pool:
        assert sorted(pool.map(answer, range(32))) == [201] + [409] * 31
