"""Every place of the API that takes something, by its OpenAPI document, with texts and bodies that hurt."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import quote

from tests.reliability.hostile_doors import Answer, Send, Tally
from tests.reliability.texts import ALL, is_text

Json: TypeAlias = Any
Place: TypeAlias = tuple[str | int, ...]

JSON = {"Content-Type": "application/json"}
RAW: Mapping[str, str] = {  # as they stand in a body
    "number of 5,000 digits": "7" * 5000,
    "number that is none": "NaN",
    "number beyond all": "-1e999",
    "number close to nothing": "1e-999",
    "number of many places": "0." + "1" * 5000,
    "deep lists": "[" * 15 + "]" * 15,
    "deeper lists": "[" * 500 + "]" * 500,
    "deepest lists": "[" * 100_000,
    "deep objects": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "the same name twice": '{"a":1,"a":2}',
    "wide list": "[" + "1," * 5_000 + "1]",
    "null": "null",
    "true": "true",
    "list": "[]",
    "object": "{}",
    "text without its end": '"',
    "comment": "/**/1",
    "raw half of a pair": '"\ud800"',
}
BODIES: Mapping[str, bytes] = {
    "nothing": b"",
    "a byte": b"\xff",
    "zeros": b"\0" * 1000,
    "UTF-16": '{"name":"é"}'.encode("utf-16"),
    "UTF-32": '{"name":"é"}'.encode("utf-32"),
    "Latin-1": '{"name":"é"}'.encode("latin-1"),
    "Shift JIS": '{"name":"能力"}'.encode("shift_jis"),
    "a mark at the beginning": '\ufeff{"name":"a"}'.encode(),
    "overlong slash": b'{"name":"\xc0\xaf"}',
    "half of a pair": b'{"name":"\xed\xa0\x80"}',
    "300 kB": json.dumps({"name": "x" * 300_000}).encode(),
    "3 MB": b"[" + b"1," * 1_500_000 + b"1]",
    "100,000 lists": b"[" * 100_000,
    "a list": b"[1]",
    "a form": b"name=a&name=b",
}
KINDS = (
    "application/json; charset=utf-16", "application/json; charset=utf-7", "application/json; charset=nosuch",
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
    "multipart/form-data", "text/xml", "application/json;;;=", "*/*",
)  # fmt: skip
HEADERS = ("Accept-Language", "Accept", "If-None-Match", "Authorization", "Content-Type", "X-Request-ID", "Cookie")
HEADLESS = {  # allauth's own, which are in no document of ours
    "auth/signup": ("email", "password"),
    "auth/login": ("email", "password"),
    "auth/2fa/authenticate": ("code",),
    "auth/email/verify": ("key",),
    "auth/password/request": ("email",),
    "auth/password/reset": ("key", "password"),
    "account/password/change": ("current_password", "new_password"),
}
_MARK = "@here@"


class Caller:
    """A guest's device, with what a request needs to be a real one but for the text."""

    def __init__(self, send: Send, document: Json) -> None:
        self.send, self.document = send, document
        self.token = ""
        self.token = f"Token {self.json('POST', '/api/v1/guests/', {'device_name': 'x'})['token']}"
        self.device = self.json("GET", "/api/v1/me/devices/")[0]["id"]
        self.flashcard = self.json("GET", "/api/v1/templates/?kind=flashcard")["results"][0]["slug"]

    def json(self, method: str, path: str, body: Json = None) -> Json:
        """What is answered to a request that nothing is wrong with."""
        answer = self.ask(method, path, b"" if body is None else json.dumps(body).encode())
        assert answer.status < 300, answer
        return json.loads(answer.body or b"null")

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = JSON) -> Answer:
        """Any request, with the device's token."""
        return self.send(method, path, body, {"Authorization": self.token, **headers} if self.token else headers)

    def question(self, template: str = "conv-output-size") -> str:
        """A variant that was not answered yet."""
        asked = {"template": template, "purpose": "practice"}
        return str(self.json("POST", "/api/v1/variants/", asked)["variant"])

    def path(self, path: str) -> str:
        """With names that there are."""
        if "{token}" in path:
            path = path.replace("{token}", self.question())
        return path.replace("{slug}", self.flashcard).replace("{id}", self.device).replace("{n}", "1")

    def real(self, body: Json, path: str) -> None:
        """Put what was really issued in the place of a document's examples."""
        if isinstance(body, dict):
            for name, value in body.items():
                if name == "template" and "rating" in body:
                    body[name] = self.flashcard
                elif name == "id":
                    body[name] = str(uuid.uuid4())
                elif name == "variant":
                    rating = "ratings" in path or "rating" in body
                    body[name] = self.question(self.flashcard) if rating else self.question()
                else:
                    self.real(value, path)
        elif isinstance(body, list):
            for value in body:
                self.real(value, path)


def bodies(document: Json, shape: Json) -> Iterator[Json]:
    """An example of each form of a body."""
    if "$ref" in shape:
        yield from bodies(document, document["components"]["schemas"][shape["$ref"].rpartition("/")[2]])
    elif "oneOf" in shape and "example" not in shape:
        for one in shape["oneOf"]:
            yield from bodies(document, one)
    elif shape.get("type") == "array":
        for one in bodies(document, shape["items"]):
            yield [one]
    elif "properties" in shape:
        forms = {name: list(bodies(document, one)) for name, one in shape["properties"].items()}
        if "not" in shape:  # of two names only one may stand
            forms.pop(shape["not"]["required"][-1], None)
        for number in range(max(map(len, forms.values()))):
            yield {name: json.loads(json.dumps(found[number % len(found)])) for name, found in forms.items()}
    else:
        yield shape.get("example", "x")


def places(body: Json, before: Place = ()) -> Iterator[Place]:
    """Every value in it, and every name of a table of free names."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield from places(value, (*before, name))
        if before and before[-1] == "response":
            yield (*before, "")  # a field that the question does not have
    elif isinstance(body, list):
        for index, value in enumerate(body):
            yield from places(value, (*before, index))
    yield before


def put(body: Json, place: Place, value: Json) -> Json:
    """``body`` with ``value`` at that place; a name that is empty is the value itself."""
    if not place:
        return value
    copy = json.loads(json.dumps(body))
    inner = copy
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1] if place[-1] != "" else value] = value
    return copy


def check(tally: Tally, place: str, what: str, answer: Answer) -> Json:
    """The JSON of an answer; an error has to be a problem document."""
    tally.note(place, what, answer)
    try:
        body = json.loads(answer.body.decode()) if answer.body else None
        json.dumps(body, ensure_ascii=False).encode()
    except ValueError:
        if "json" in answer.kind:
            tally.wrong.append(f"{place}, {what}: the answer is not JSON in UTF-8")
        return None
    code = body.get("code") if isinstance(body, dict) else None
    if answer.status >= 400 and not (answer.kind.startswith("application/problem+json") and code):
        tally.wrong.append(f"{place}, {what}: {answer.status} as {answer.kind}")
    return body


def run(send: Send, *, every: int = 1, say: Any = lambda line: None) -> Tally:
    """All of it, or of the texts at a place each ``every``\\ th, beginning elsewhere at every place."""
    tally = Tally()
    document = json.loads(send("GET", "/api/schema/", b"", {"Accept": "application/json"}).body)
    caller = Caller(send, document)
    turn = 0
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            name = f"{method.upper()} {path}"
            if method == "delete" and path.endswith(("/me/", "/devices/", "/devices/{id}/")):
                for what, text in ALL.items():  # the caller goes on being needed: only an id that is none
                    if "{id}" in path:
                        address = path.replace("{id}", _quoted(text))
                        check(tally, f"{name} id", what, caller.ask("DELETE", address)) if text else None
                continue
            for parameter in operation.get("parameters", ()):
                turn += 1
                _parameter(tally, caller, method, path, parameter, _some(list(ALL.items()), every, turn))
            if "requestBody" not in operation:
                continue
            shape = operation["requestBody"]["content"]["application/json"]["schema"]
            for form in bodies(document, shape):
                for place in places(form):
                    turn += 1
                    _values(tally, caller, (method.upper(), path), form, place, (every, turn))
            for what, body in _some(list(BODIES.items()), every, turn):
                check(tally, f"{name} body", what, caller.ask(method.upper(), caller.path(path), body))
            for kind in _some(KINDS, every, turn):
                headers = {"Content-Type": kind} if _fits(kind) else JSON
                check(tally, f"{name} type", kind, caller.ask(method.upper(), caller.path(path), b"{}", headers))
            say(f"{name}: {tally.statuses.total()} requests")
    _headers(tally, caller, every)
    _headless(tally, caller, every)
    return tally


def _some(all_of_them: Sequence[Any], every: int, turn: int) -> Sequence[Any]:
    return all_of_them[turn % every :: every]


def _quoted(text: str) -> str:
    """As an address has it; what is no UTF-8 too."""
    return quote(text.encode("utf-8", "surrogatepass")[:1000], safe="")


def _fits(text: str) -> bool:
    """Whether it may stand in a header: HTTP has Latin-1 there, in one line."""
    return text.isprintable() and text == text.strip() and text.isascii() and 0 < len(text) < 4000


def _parameter(tally: Tally, caller: Caller, method: str, path: str, parameter: Json, texts: Any) -> None:
    where, name = parameter["in"], parameter["name"]
    for what, text in texts:
        address, headers = caller.path(path.replace("{" + name + "}", "@@")), JSON
        if where == "path":
            if not text or set(_quoted(text)) == {"."}:
                continue
            address = address.replace("@@", _quoted(text))
        elif where == "query":
            address += f"?{name}={_quoted(text)}"
        elif _fits(text):
            headers = {**JSON, name: text}
        answer = caller.ask(method.upper(), address, b"{}" if method == "post" else b"", headers)
        check(tally, f"{method.upper()} {path} {name}", what, answer)


def _values(
    tally: Tally, caller: Caller, operation: tuple[str, str], form: Json, place: Place, which: tuple[int, int]
) -> None:
    """Texts and other JSON at one place of a body; what is accepted is looked up again."""
    method, path = operation
    shown = f"{method} {path} {'.'.join(map(str, place)) or 'body'}"
    values: list[tuple[str, str, str | None]] = [(what, json.dumps(text), text) for what, text in ALL.items()]
    values += [(what, json.dumps(text, ensure_ascii=False), text) for what, text in ALL.items() if not text.isascii()]
    values += [(what, raw, None) for what, raw in RAW.items()]
    for what, raw, text in _some(values, *which):
        body = json.loads(json.dumps(form))
        caller.real(body, path)
        written = json.dumps(put(body, place, _MARK)).replace(f'"{_MARK}"', raw)
        answer = caller.ask(method, caller.path(path), written.encode("utf-8", "surrogatepass"))
        found = check(tally, shown, what, answer)
        if text is not None and answer.status < 300 and found:
            _looked_up(tally, caller, (shown, what, text), place, body, found)


def _looked_up(tally: Tally, caller: Caller, sent: tuple[str, str, str], place: Place, body: Json, found: Json) -> None:
    shown, what, text = sent
    if place[-1:] in (("device_name",), ("name",)):
        if place[-1] == "device_name":
            token = f"Token {found['token']}"
            listed = json.loads(caller.send("GET", "/api/v1/me/devices/", b"", {"Authorization": token}).body)
            tally.same(shown, what, text.strip(), listed[0]["name"])  # blank around a name is no part of it
        else:
            tally.same(shown, what, text.strip(), found["name"])
            tally.same(shown, what, text.strip(), caller.json("GET", f"/api/v1/me/devices/{caller.device}/")["name"])
    elif "response" in place and place[-1] != "response":
        for event in body.get("events", [body]):
            if event.get("gave_up") or found.get("results", [{"status": "accepted"}])[0]["status"] != "accepted":
                return
            kept = {one["id"]: one for one in caller.json("GET", "/api/v1/me/export/")["attempts"]}[event["id"]]
            tally.same(shown, what, text, kept["response"].get(place[-1] or text))
    elif place[-1:] in (("time_zone",), ("language",)):
        tally.same(shown, what, text.strip(), found[place[-1]])


def _headers(tally: Tally, caller: Caller, every: int) -> None:
    for turn, name in enumerate(HEADERS):
        for what, text in _some(list(ALL.items()), every, turn):
            if _fits(text):
                answer = caller.send("GET", "/api/v1/topics/", b"", {"Authorization": caller.token, name: text})
                check(tally, f"header {name}", what, answer)


def _headless(tally: Tally, caller: Caller, every: int) -> None:
    turn = 0
    for route, names in HEADLESS.items():
        for name in names:
            turn += 1
            for what, raw in _some([*((w, json.dumps(t)) for w, t in ALL.items()), *RAW.items()], every, turn):
                body = dict.fromkeys(names, "someone@example.org") | {name: _MARK}
                written = json.dumps(body).replace(f'"{_MARK}"', raw).encode("utf-8", "surrogatepass")
                answer = caller.send("POST", f"/_allauth/app/v1/{route}", written, JSON)
                tally.note(f"{route} {name}", what, answer)


def readable(text: str) -> bool:
    """Whether JSON in UTF-8 can hold it."""
    return is_text(text) and "\0" not in text
