"""While the database or the disk fails every address says 503 and when to ask again; what is a bug stays a 500."""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from quizzes.models import User
from studysite import unavailable

PAGES = ["/", "/question/", "/topics/", "/accounts/", "/accounts/login/", "/admin/", "/language/", "/nowhere/"]
ENDPOINTS = ["/api/v1/me/", "/api/v1/reviews/", "/api/v1/sync/changes/", "/_allauth/app/v1/auth/session"]


def sqlite(code: int) -> OperationalError:
    """As Django raises what SQLite refuses with ``code``."""
    cause = sqlite3.OperationalError("SQLite says so")
    cause.sqlite_errorcode = code
    error = OperationalError("SQLite says so")
    error.__cause__ = cause
    return error


@pytest.fixture
def failing(learner: User) -> Client:
    """A browser of a learner with a session; its server's errors are pages, not exceptions."""
    client = Client(raise_request_exception=False)
    client.force_login(learner, "django.contrib.auth.backends.ModelBackend")
    return client


def down(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    raise OperationalError("the database is gone\nand here is more of it")


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_so_in_the_readers_language(failing: Client, page: str, language: str) -> None:
    with connection.execute_wrapper(down):
        answer = failing.get(page, headers={"accept-language": language})
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert answer["Content-Language"] == language
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    with translation.override(language):
        assert f"<h1>{gettext('Back in a moment')}</h1>" in answer.content.decode()


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_an_endpoint_says_so_in_a_problem_document(failing: Client, endpoint: str) -> None:
    with connection.execute_wrapper(down):
        answer = failing.get(endpoint, headers={"authorization": f"Token {'0' * 64}"})
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "unavailable"


def test_an_answer_that_cannot_be_kept_is_not_acknowledged(failing: Client) -> None:
    with connection.execute_wrapper(down):
        answer = failing.post("/api/v1/attempts/", {"id": str(uuid4())}, "application/json")
    assert answer.status_code == 503


def test_the_log_tells_it_in_one_line(failing: Client, caplog: pytest.LogCaptureFixture) -> None:
    with connection.execute_wrapper(down), caplog.at_level(logging.INFO):
        failing.get("/api/v1/me/")
    (record,) = [record for record in caplog.records if record.name == "django.request"]
    assert record.levelname == "WARNING"
    assert record.getMessage() == "Service Unavailable: /api/v1/me/ (OperationalError: the database is gone)"
    assert record.exc_info is None


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("server closed the connection unexpectedly"),
        InterfaceError("connection already closed"),
        sqlite(sqlite3.SQLITE_BUSY),
        sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT),
        sqlite(sqlite3.SQLITE_FULL),
        sqlite(sqlite3.SQLITE_IOERR_WRITE),
        OSError(errno.ENOSPC, "No space left on device"),
        type("ConnectionError", (Exception,), {"__module__": "redis.exceptions"})("Connection refused"),
    ],
)
def test_a_failure_of_the_database_the_disk_or_the_cache_passes(error: Exception) -> None:
    assert unavailable.passes(error)


@pytest.mark.parametrize(
    "error",
    [None, ValueError("a bug"), sqlite(sqlite3.SQLITE_ERROR), FileNotFoundError(errno.ENOENT, "No such file")],
)
def test_a_bug_does_not(error: Exception | None) -> None:
    assert not unavailable.passes(error)


def test_a_mistake_in_a_statement_is_a_server_error(failing: Client) -> None:
    def misspelt(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        return execute(sql.replace("SELECT", "SELCT"), params, many, context)

    with connection.execute_wrapper(misspelt):
        assert failing.get("/api/v1/me/").status_code == 500
