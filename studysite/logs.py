"""How what happens is logged: with the request that it belongs to, and without anything that tells of a person.

Paths, addresses and what exceptions quote may hold names, links that set a password, or answers. So a log says which
route was asked, never which path; of an exception its kind, where it came from, and its words without what they quote.
Whatever looks like an e-mail address, an internet address, an id or a token is left out of everything.

Nothing here needs Django: gunicorn's own lines are written the same way, before there are settings.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")

ACCESS = "studysite.access"
LONGEST = 2000  # characters of a message
FIELDS = ("method", "route", "status", "duration_ms")  # what a line of the access log says besides

_PART = r"[^\s@'\"<>(){}\[\],;:=]"  # of an e-mail address
_HEX = r"[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*"
_HIDDEN = (
    (re.compile(rf"(?<!{_PART}){_PART}+@{_PART}+"), "<e-mail>"),
    (re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s'\"]+", re.I), "<url>"),
    (re.compile(r"(?<![\w-])[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}(?![\w-])", re.I), "<id>"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), "<address>"),
    (
        re.compile(rf"(?<![\w:])(?:(?:[0-9a-f]{{1,4}}:){{7}}[0-9a-f]{{1,4}}|(?:{_HEX})?::(?:{_HEX})?)(?![\w:])", re.I),
        "<address>",
    ),
    (re.compile(r"\?\S*=\S*"), "?<query>"),
    (re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{20,}"), "<token>"),
)
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\(.*\)|\{.*\}|\[.*\]|'.*|\".*")
_GUNICORN = re.compile(r"^(Invalid request|Error handling request)\b.*", re.DOTALL)


class Line(logging.Formatter):
    """For people: one line, and below it where an exception came from."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, request, message."""
        time = datetime.fromtimestamp(record.created).astimezone()
        request = f" [{one}]" if (one := request_id.get()) else ""
        text = f"{time:%Y-%m-%d %H:%M:%S},{int(record.msecs):03d} {record.levelname} {record.name}{request}: "
        text += message(record)
        if record.name == ACCESS:
            text += " " + " ".join(str(getattr(record, name)) for name in FIELDS)
        return "\n".join([text, *_told(record)])


class Json(logging.Formatter):
    """For programs: an object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Only these fields, whatever else somebody attached to the record."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message(record),
            "request_id": request_id.get(),
        }
        if record.name == ACCESS:
            told |= {name: getattr(record, name) for name in FIELDS}
        if trace := list(_told(record)):
            told["exception"] = "\n".join(trace)
        return json.dumps(told, ensure_ascii=False)


def message(record: logging.LogRecord) -> str:
    """What the record says, without what it must not say."""
    arguments = record.args
    request = getattr(record, "request", None)
    if isinstance(arguments, tuple) and (path := getattr(request, "path", None)) is not None:
        paths = {path, path.encode("unicode_escape").decode("ascii")}
        arguments = tuple(route(request) if one in paths else one for one in arguments)
    text = str(record.msg) % arguments if arguments else str(record.msg)
    if record.name.startswith("gunicorn."):
        text = _GUNICORN.sub(r"\1", text)
    if record.name.startswith("django.security"):
        text = _QUOTED.sub("…", text)
    return hide(text).replace("\r", "\\r").replace("\n", "\\n")


def hide(text: str) -> str:
    """The text without addresses, ids and tokens."""
    text = text[: 2 * LONGEST]
    for pattern, instead in _HIDDEN:
        text = pattern.sub(instead, text)
    return text[:LONGEST]


def route(request: Any) -> str:
    """The pattern of the address that was asked for, as the project's routes have it; never the address itself."""
    match = getattr(request, "resolver_match", None)
    return "(none)" if match is None else "/" + str(match.route)


def configuration(form: str, level: str) -> dict[str, Any]:
    """For ``logging.config``: all to the standard error, as lines or as JSON."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": Line}, "json": {"()": Json}},
        "filters": {"one-line": {"()": "studysite.unavailable.OneLine"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json" if form == "json" else "lines"}},
        "root": {"handlers": ["console"], "level": level},
        # Django's own would write to the console once more, or to administrators.
        "loggers": {
            "django": {"handlers": [], "level": "NOTSET"},
            "django.server": {"handlers": [], "propagate": True},
            "django.request": {"filters": ["one-line"]},
        },
    }


def _told(record: logging.LogRecord) -> Iterator[str]:
    """Where an exception came from, and where those that led to it did."""
    if not record.exc_info or not isinstance(record.exc_info, tuple) or record.exc_info[1] is None:
        return
    seen: set[int] = set()
    yield from _traced(record.exc_info[1], seen)


def _traced(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _traced(before, seen)
        yield "which led to:"
    yield "Traceback (most recent call last):"
    yield from "".join(traceback.format_tb(error.__traceback__)).rstrip("\n").split("\n")
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    first = str(error)[: 2 * LONGEST].strip().split("\n")[0]  # databases tell the row itself in those below
    yield f"{name}: {hide(_QUOTED.sub('…', first))}"
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            if id(one) not in seen:
                yield from _traced(one, seen)
