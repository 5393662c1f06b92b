"""Nothing gives an answer away before it is in: every address is searched for answers that no page says by chance."""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.test import Client
from rest_framework.test import APIClient

from quizzes import study
from quizzes.api import written
from quizzes.authoring import publish
from quizzes.models import Misconception, Topic, User, uuid7
from tests.api.addresses import lines

CANARY = "718281828459"  # so long that no hash, token or time contains it by chance
CELL = "718281"  # matrices are calculated with numbers up to a million; it is looked for as a number by itself
LANGUAGES = ("ja", "en")

_QUESTION = """
schema = 1
slug = "canary-{name}"
topic = "canaries"
level = 1
source = "the tests"
title = {{ ja = "カナリア", en = "Canary" }}
stem = {{ ja = "{{{{a}}}} の答えは？", en = "What is the answer to {{{{a}}}}?" }}
parameters = {{ a = {{ {drawn}integers = [1, 500] }} }}
misconceptions = [{{ code = "canary", {wrong} }}]
hints = [{{ ja = "よく考えます。", en = "Think." }}]
solution = {{ text = {{ ja = "答えは {canary} です。", en = "The answer is {canary}." }} }}
[[answers]]
name = "s"
label = {{ ja = "答え", en = "Answer" }}
{answer}
"""
_VALUES = {  # an answer of every type, which is the canary whatever the parameters are
    "integer": ('type = "integer"\nvalue = "{canary} + 0*a"', 'value = "a"'),
    "decimal": ('type = "decimal"\nplaces = 2\nvalue = "{canary} + a - a"', 'value = "a"'),
    "shape": ('type = "shape"\nparts = ["H", "W"]\nvalue = "({canary} + 0*a, {canary})"', 'value = "(a, a)"'),
    "matrix": ('type = "matrix"\nboard = [3, 3]\nvalue = "0*a + {cell}"', 'value = "a"'),
}
_CHOICE = """type = "choice"
value = "'is-{canary}'"
choices = [
    { key = "is-{canary}", label = { ja = "これ", en = "This" } },
    { key = "canary-not-{canary}", label = { ja = "それ", en = "That" }, misconception = "canary" },
]"""
_CARD = """
schema = 1
topic = "canaries"
[[flashcards]]
slug = "canary-card"
source = "the tests"
front = {{ ja = "表", en = "Front" }}
back = {{ ja = "{canary}", en = "{canary}" }}
"""
ASKED = [f"canary-{name}" for name in (*_VALUES, "choice")]
AFTERWARDS = ASKED[:-1]  # an option is called by a letter then too

BY_DESIGN = (
    "/api/v1/packs/next/",  # graded on the device, and again here
    "/practice/{topic}/worksheet/",  # for paper, with the answers on a page of their own; its variants are not asked
    "/attempts/",  # what was answered
)


@pytest.fixture
def canaries(db: None) -> None:
    """Templates whose answers are the canary."""
    Topic.objects.create(slug="canaries", position=1, title_ja="カナリア", title_en="Canaries")
    words = {f"{name}_{language}": "…" for name in ("title", "wrong", "remedy") for language in LANGUAGES}
    Misconception.objects.create(code="canary", **words)
    for name, (answer, wrong) in _VALUES.items():
        drawn = "matrix = [2, 2], " if name == "matrix" else ""
        answer = answer.format(canary=CANARY, cell=CELL)
        publish(_QUESTION.format(name=name, answer=answer, wrong=wrong, canary=CANARY, drawn=drawn))
    choice = _QUESTION.format(name="choice", answer="{choice}", wrong="", canary=CANARY, drawn="")
    choice = choice.replace("{choice}", _CHOICE.replace("{canary}", CANARY))
    publish(re.sub(r"misconceptions = .*\n", "", choice))
    publish(_CARD.format(canary=CANARY))


# Finding an answer however it is written


def readings(data: bytes) -> Iterator[str]:
    """All that can be read in an answer: as it stands, unescaped, and what is packed into tokens."""
    text = data.decode(errors="replace")
    seen = set()
    waiting = [text]
    while waiting:
        found = waiting.pop()
        if found in seen:
            continue
        seen.add(found)
        yield found
        waiting += [html.unescape(found), unquote(found), re.sub("<[^>]*>", "", found)]
        waiting.append(re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), found))
        waiting += [inner for token in re.findall(r"[A-Za-z0-9+/_-]{12,}={0,2}", found) for inner in unpacked(token)]


def unpacked(token: str) -> Iterator[str]:
    """What base64 holds, also where it was compressed first."""
    try:
        data = base64.b64decode(token.rstrip("=") + "=" * (-len(token.rstrip("=")) % 4), altchars="-_", validate=True)
    except (binascii.Error, ValueError):
        try:
            data = base64.b64decode(token + "=" * (-len(token) % 4), validate=True)
        except (binascii.Error, ValueError):
            return
    for expanded in (data, inflated(data)):
        text = expanded.decode(errors="replace")
        if expanded and text.count("\ufffd") * 4 < len(text):  # a hash is no text
            yield text


def inflated(data: bytes) -> bytes:
    try:
        return zlib.decompress(data)
    except zlib.error:
        return b""


def tells(data: bytes) -> bool:
    """Whether a canary is in there, with whatever between its digits that people and programs put there."""
    for text in readings(data):
        squeezed = re.sub(r"(?<=\d)[\s,.'’_\u200b]+(?=\d)", "", unicodedata.normalize("NFKC", text))
        if CANARY in squeezed or re.search(rf"(?<![\w.]){CELL}(?!\w)", squeezed) or CELL * 2 in squeezed:
            return True
    return False


@pytest.mark.parametrize(
    "written",
    [
        CANARY,
        "718,281,828,459",
        "718 281 828 459",
        "718\u202f281\u2009828\xa0459",
        "７１８２８１８２８４５９",
        "".join(f"&#{ord(digit)};" for digit in CANARY),
        "&amp;#55;18281828459",
        "".join(f"%{ord(digit):02x}" for digit in CANARY),
        "".join(rf"\u{ord(digit):04x}" for digit in CANARY),
        f"[[{CELL}, {CELL}], [{CELL}, {CELL}]]",
        f'{{"max": "{CELL}"}}',
        "<td>７１８，２８１</td>",
        "<mn>718</mn><mo>,</mo><mn>281</mn><mn>828459</mn>",
        "<text>7</text><text>18281828459</text>",
        base64.b64encode(f'{{"answer": {CANARY}}}'.encode()).decode(),
        base64.urlsafe_b64encode(f'{{"answer": "？{CANARY}"}}'.encode()).decode().rstrip("="),
        f".{base64.urlsafe_b64encode(zlib.compress(json.dumps([CANARY] * 9).encode())).decode().rstrip('=')}:1x:sig",
        quote(base64.b64encode(html.escape(f"<{CANARY}>").encode()).decode()),
    ],
)
def test_an_answer_is_found_however_it_is_written(written: str) -> None:
    assert tells(f'{{"stem": "…{written}…"}}'.encode())
    assert not tells(b'{"stem": "71828", "more": ["1", "82", "8459"], "at": "12:00:00.718281Z", "id": "a718281"}')


# The crawl


def found(seen: dict[str, bytes]) -> list[str]:
    """Where the canary is, among answers by the place they came from."""
    return [place for place, content in seen.items() if tells(content)]


def crawl(user: User, token: str) -> dict[str, bytes]:
    """Everything that a learner can get before answering, in both languages, by the place it came from."""
    seen = {}
    for language in LANGUAGES:
        headers: dict[str, Any] = {"HTTP_ACCEPT_LANGUAGE": language}
        api = APIClient(HTTP_AUTHORIZATION=f"Token {token}", **headers)
        pages = Client(**headers)
        pages.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        for slug in [*ASKED, "canary-card"]:
            for purpose in ("practice", "review", "cram"):
                body = {"template": slug, "purpose": purpose}
                asked = api.post("/api/v1/variants/", body, format="json")
                assert asked.status_code == 201, asked.content
                seen[f"{language} POST /api/v1/variants/ {body}"] = whole(asked)
            samples = {
                "template": slug,
                "token": asked.json()["variant"],
                "topic": "canaries",
                "misconception": "canary",
                "flashcard": "canary-card",
                "attempt": str(uuid7()),
                "device": str(user.auth_token_set.get().id),
            }
            for line in lines():
                if line.method == "GET" and not line.address.startswith(BY_DESIGN):
                    address = line.address.format(**samples)
                    seen[f"{language} {address}"] = whole(api.get(address))
                    seen[f"{language} {address} (page)"] = whole(pages.get(address, follow=True))
            if slug in ASKED:  # a flashcard has none
                hint = pages.post("/question/", {"variant": samples["token"], "action": "hint"})
                seen[f"{language} a hint to {slug}"] = whole(hint)
            unreadable = {"id": str(uuid7()), "variant": samples["token"], "response": {"s": "?"}}
            seen[f"{language} unreadable {slug}"] = whole(api.post("/api/v1/attempts/", unreadable, format="json"))
    return seen


def whole(answer: Any) -> bytes:
    """Headers and body, of every step on the way."""
    steps = getattr(answer, "redirect_chain", [])
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return repr((sorted(answer.items()), steps, answer.cookies.output())).encode() + content


@pytest.fixture
def someone(canaries: None) -> tuple[User, str]:
    """A learner and the token of a device."""
    device, token = study.create_guest("phone")
    return User.objects.get(id=device.user_id), token


def test_no_address_tells_an_answer(someone: tuple[User, str]) -> None:
    seen = crawl(*someone)
    assert len(seen) > 200
    questions = [place for place, content in seen.items() if b"What is the answer to" in content]
    assert len(questions) > 20  # questions were really seen, on pages and in the API
    assert any("(page)" in place for place in questions)
    assert found(seen) == []


@pytest.mark.parametrize(
    "leak",
    [
        lambda: {"answer": CANARY},
        lambda: {"state": base64.b64encode(f"v1/{CANARY}".encode()).decode()},
        lambda: {"fields": [{"name": "s", "type": "integer", "max": "718,281,828,459"}]},
    ],
)
def test_an_answer_that_is_told_is_found(
    someone: tuple[User, str], monkeypatch: pytest.MonkeyPatch, leak: Callable[[], dict[str, Any]]
) -> None:
    question = written.question
    monkeypatch.setattr(written, "question", lambda asked: question(asked) | leak())
    api = Client(HTTP_AUTHORIZATION=f"Token {someone[1]}")
    body = {"template": "canary-integer", "purpose": "review"}
    assert found({"variants": whole(api.post("/api/v1/variants/", body, "application/json"))}) == ["variants"]


def test_after_an_answer_all_is_told(someone: tuple[User, str]) -> None:
    user, token = someone
    api = APIClient(HTTP_AUTHORIZATION=f"Token {token}")
    pages = Client()
    pages.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for slug in AFTERWARDS:
        asked = api.post("/api/v1/variants/", {"template": slug, "purpose": "review"}, format="json").json()
        body = {"id": str(uuid7()), "variant": asked["variant"], "gave_up": True}
        answer = api.post("/api/v1/attempts/", body, format="json")
        assert answer.status_code == 201
        assert tells(json.dumps(answer.json()["fields"][0]["expected"]).encode()), slug
        assert tells(answer.content)
        assert tells(pages.get(f"/attempts/{body['id']}/").content), slug


def test_what_is_told_by_design_really_is(someone: tuple[User, str]) -> None:
    """The exceptions are no more than that: what stands there is the canary too."""
    api = Client(HTTP_AUTHORIZATION=f"Token {someone[1]}")
    assert tells(api.get("/api/v1/packs/next/").content)
    assert tells(api.get("/practice/canaries/worksheet/", follow=True).content)


def test_the_name_of_an_option_says_nothing(someone: tuple[User, str]) -> None:
    """Authors call options by what they are; learners see letters, in an order that has nothing to do with it."""
    api = Client(HTTP_AUTHORIZATION=f"Token {someone[1]}")
    first = set()
    for _ in range(20):
        body = {"template": "canary-choice", "purpose": "review"}
        (field,) = api.post("/api/v1/variants/", body, "application/json").json()["fields"]
        assert [choice["key"] for choice in field["choices"]] == ["a", "b"]
        first.add(field["choices"][0]["text"])
    assert first == {"This", "That"}
