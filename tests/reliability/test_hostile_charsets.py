"""A charset that is none of text: Django cannot even make a request of it, so it never gets to see the name."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from encodings.aliases import aliases
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

from studysite.charsets import utf8_only

pytestmark = pytest.mark.django_db  # a request looks after the connection, if there is one

NAMES = sorted({*aliases.values(), "undefined", "idna", "punycode", "unicode_escape", "nosuch", '"base64"', "x" * 2000})


def environ(charset: str) -> dict[str, Any]:
    """As a server hands a request over."""
    body = b"language=ja&next=%ff"
    return {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/language/", "QUERY_STRING": "a=%ff\xff", "SERVER_NAME": "testserver",
        "SERVER_PORT": "80", "CONTENT_TYPE": f"application/x-www-form-urlencoded; charset={charset}",
        "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body), "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr, "REMOTE_ADDR": "127.0.0.1",
    }  # fmt: skip


def status(application: Callable[..., Any], charset: str) -> int:
    """What it is answered with."""
    told: list[str] = []
    response = application(environ(charset), lambda line, headers, error=None: told.append(line))
    response.close()
    return int(told[0][:3])


def test_no_codec_of_python_is_a_server_error() -> None:
    application = utf8_only(WSGIHandler())
    assert {name: found for name in NAMES if (found := status(application, name)) >= 500} == {}


def test_django_alone_fails_on_some() -> None:
    """Else the check would not be needed any more."""
    with pytest.raises(LookupError):
        WSGIRequest(environ("base64"))
