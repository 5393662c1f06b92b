"""The API through gunicorn, where bodies can be cut short or sent in chunks; and its page in Chromium."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.serving import running

BODY = b'{"device_name": "x"}'
HEAD = b"POST /api/v1/guests/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def send(site: str, request: bytes) -> tuple[int, Any, Any]:
    """Send bytes as they are; status, headers and body of the answer."""
    address = urlsplit(site)
    with socket.create_connection((str(address.hostname), address.port or 80), timeout=20) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused before all was sent, which is what some tests are for
        answer = HTTPResponse(connection)
        answer.begin()
        return answer.status, answer.headers, json.loads(answer.read())


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (b"Content-Length: 25\r\n\r\n" + BODY, 400, "parse-error"),  # cut short, although it is JSON so far
        (b"Content-Length: 25\r\n\r\n" + BODY[:9], 400, "parse-error"),
        (b"Content-Length: 5\r\n\r\n" + BODY, 400, "parse-error"),
        (b"Content-Length: 0\r\n\r\n" + BODY, 400, "invalid"),
        (b"\r\n" + BODY, 400, "invalid"),
        (b"Transfer-Encoding: chunked\r\n\r\n14\r\n" + BODY + b"\r\n0\r\n\r\n", 411, "length-required"),
        (b"Content-Length: 300000\r\n\r\n" + b"x" * 300_000, 413, "too-large"),
        (b"Content-Length: 30000000\r\n\r\n" + b"x" * 1_000_000, 413, "too-large"),
    ],
)
def test_a_body_that_is_not_what_it_says_is_a_problem(site: str, request_: bytes, status: int, code: str) -> None:
    found, headers, document = send(site, HEAD + request_)
    assert (found, document["status"], document["code"]) == (status, status, code)
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Content-Language"] == "en"


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        (b"GET /api/v1/%ff%00%ed%a0%80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 404, "not-found"),
        (b"GET /api/v1/%zz%/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 404, "not-found"),
        (b"GET /api/v1/topics/?a=%ff HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "malformed-query"),
        (b"GET /api/v1/topics/?a=%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "malformed-query"),
        (b"GET /api/v1/topics/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", 400, "bad-request"),
        (b"GET /api/v1/topics/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token \xff\r\n\r\n", 401, None),
        (b"BREW /api/v1/guests/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 405, "method-not-allowed"),
    ],
)
def test_an_odd_request_is_a_problem(site: str, line: bytes, status: int, code: str | None) -> None:
    found, headers, document = send(site, line)
    assert (found, document["status"]) == (status, status)
    assert code in (None, document["code"])
    assert headers["Content-Type"] == "application/problem+json"


# Limits across workers


@pytest.fixture
def limited_site(tmp_path: Path) -> Iterator[str]:
    """A site of two workers at which an address may make 40 guests."""
    database = f"sqlite:///{tmp_path / 'study.sqlite3'}"
    with running(tmp_path, WORKERS="2", API_LIMITS="guests=40/3600,address=", DATABASE_URL=database) as site:
        yield site.address


def test_of_all_workers_together_n_requests_come_through(limited_site: str) -> None:
    address = urlsplit(limited_site)

    def create(_number: int) -> int:
        connection = HTTPConnection(str(address.hostname), address.port or 80, timeout=30)
        connection.request("POST", "/api/v1/guests/", BODY, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        document = json.loads(answer.read())
        if answer.status == 429:
            assert document["code"] == "throttled"
            assert 1 <= int(answer.headers["Retry-After"]) <= 3600
        connection.close()
        return answer.status

    with ThreadPoolExecutor(8) as clients:
        statuses = list(clients.map(create, range(80)))
    assert (statuses.count(201), statuses.count(429)) == (40, 40)


# The page


def test_the_document_can_be_browsed_and_tried_without_another_site(site: str, page: Page) -> None:
    """`page` fails the test with whatever the console says, so also with what the content security policy stops."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}/api/docs/")
    operation = page.locator("[id$=create_guest]")
    expect(operation).to_be_visible()
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table .response .response-col_status")).to_contain_text("201")
    page.get_by_role("button", name="Authorize").first.click()
    expect(page.get_by_role("heading", name="Available authorizations")).to_be_visible()
    assert all(url.startswith((site, "data:")) for url in asked)
