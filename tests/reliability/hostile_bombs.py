"""Texts and uploads by which an author could hurt the machine, through every door: how long each takes, and how much.

The editor's doors are bounded by child processes (``quizzes.bounded``); import and ``loadbank`` read texts where they
are, so what is measured here is that no text takes long to be read.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import thread_time
from typing import Any, NamedTuple

from quizzes.questions import GenerationError, TemplateError, generate, load, split
from tests.questions.hostile_texts import BOMBS, HEAD, corpus, question

TELLTALE = ("open", "os.", "subprocess.", "socket.", "shutil.", "ctypes.", "exec", "import", "code.")


class Cost(NamedTuple):
    """What one text took to be read."""

    name: str
    seconds: float  # of the processor
    outcome: str


def full(make: Callable[[int], str], size: int = 60_000) -> str:
    """Tables as long as a text may be."""
    tables: list[str] = []
    length = 0
    while length + len(table := make(len(tables))) < size:
        tables.append(table)
        length += len(table)
    return "".join(tables)


def packed(sign: str) -> str:
    """A question whose hints hold nothing but this sign, to the end of what a source may be."""
    text = (sign * 4000)[:3900].replace("'", "")
    return question(more=full(lambda n: f"[[hints]]\nja = {json.dumps(text[n:])}\nen = 'a'\n", 58_000))


SIGNS = (
    "*_",
    "*a ",
    "***a*",
    "[a]",
    "![a](b",
    "> ",
    "- ",
    "1. ",
    "| ",
    "`` ",
    "```\n",
    "<",
    "\\",
    "&#x41;",
    "\t",
    "# ",
)


def texts() -> Iterator[tuple[str, str]]:
    """The corpus, and what Markdown likes least, as much of it as goes into one source."""
    yield from corpus()
    for sign in SIGNS:
        yield f"hints of {sign!r}", packed(sign)


def read(name: str, text: str) -> Cost:
    """As import and ``loadbank`` read it. Whatever is raised but that it is no template comes out."""
    start = thread_time()
    try:
        for part in split(text):
            load(part)
        outcome = "read"
    except TemplateError as error:
        outcome = str(error.problems[0])
    return Cost(name, thread_time() - start, outcome)


def catalogue(text: str = "", size: int = 1_000_000) -> str:
    """As many topics as go into a file, each with this much to it."""
    return full(lambda n: f'[[topics]]\nslug = "t{n}"\nrequires = []\ntitle = {{ja="a",en="b"}}\n{text}', size)


def uploads() -> Iterator[tuple[str, dict[str, str]]]:
    """What takes longest to be looked at as a whole."""
    stars, hints = packed("*_"), BOMBS["3,000 hints"]
    yield "120 files of stars", {f"{n}.toml": stars.replace('"hostile"', f'"h{n}"') for n in range(120)}
    yield "100 files of hints", {f"{n}.toml": hints.replace('"hostile"', f'"h{n}"') for n in range(100)}
    yield "16,000 topics", {"topics.toml": catalogue()}
    yield "7 times 16,000 topics", {f"{n}/topics.toml": catalogue() for n in range(7)}
    yield "topics of stars", {"topics.toml": catalogue(f'text = {{ja={json.dumps("*_" * 1990)},en="a"}}\n')}
    yield "a manifest of lists", {"a.toml": HEAD, "bank-manifest.json": "[" * 1_000_000}


_heard: list[str] = []
_listening = False


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _listening and event.startswith(TELLTALE):
        _heard.append(f"{event} {str(arguments)[:100]}")


@contextmanager
def listening() -> Iterator[list[str]]:
    """What of files, modules, programs and sockets Python is asked for meanwhile, by its own audit events."""
    global _listening  # a hook cannot be taken away again
    if not hasattr(sys, "_hostile_hook"):
        sys._hostile_hook = True  # type: ignore[attr-defined]  # once in a process
        sys.addaudithook(_hook)
    _heard.clear()
    _listening = True
    try:
        yield _heard
    finally:
        _listening = False


def draw(text: str) -> None:
    """Read a text and pose what it asks, if it asks anything."""
    with suppress(TemplateError, GenerationError):
        generate(load(text), 1)
