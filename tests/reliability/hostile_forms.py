"""Every form of every page that links lead to, with hostile texts in each of its fields.

Pages are found by following links and addresses by Django's resolver, so a new page or field is tried without being
named anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote_plus, urldefrag, urljoin, urlsplit

from django.urls import Resolver404, resolve

from tests.reliability.hostile_doors import Answer, Send, Tally
from tests.reliability.texts import ALL

URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
LINE = 1000  # characters of an address: servers refuse long ones themselves
TOKEN = "csrfmiddlewaretoken"
LEAVES = ("/accounts/logout/", "/admin/logout/", "/settings/delete/")  # what would end the visit
QUERIES = ("q", "next", "language", "topic", "upload", "version", "o", "p", "_popup", "variant", "practice")
BODIES: Mapping[str, tuple[str, bytes]] = {
    "no UTF-8": (URLENCODED["Content-Type"], b"a=%ff%fe&b=\xff"),
    "Shift JIS": ("application/x-www-form-urlencoded; charset=shift_jis", "a=能力".encode("shift_jis")),
    "an unknown encoding": ("application/x-www-form-urlencoded; charset=nosuch", b"a=b"),
    "300 kB": (URLENCODED["Content-Type"], b"a=" + b"x" * 300_000),
    "5,000 fields": (URLENCODED["Content-Type"], b"&".join(b"a%d=b" % n for n in range(5000))),
    "parts without an end": ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n'),
    "parts without a boundary": ("multipart/form-data", b"x"),
    "parts in base64 that is none": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n@\r\n--x--\r\n',
    ),
    "a file instead of a text": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="q"; filename="../../x\\0"\r\n\r\n\xff\r\n--x--\r\n',
    ),
    "JSON": ("application/json", b'{"a":1}'),
}  # fmt: skip


@dataclass
class Form:
    """A form as a page has it."""

    method: str
    action: str
    page: str
    values: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it another form: where it leads, and its fields without their numbers."""
        route = route_of(urlsplit(self.action).path) or self.action
        return (self.method, route, *sorted({re.sub(r"\d+", "#", name) for name in self.values}))

    def fields(self) -> Iterator[str]:
        """One of each kind of field, hidden ones and choices too: a stranger can send anything."""
        seen = set()
        for name in self.values:
            shape = re.sub(r"\d+", "#", name)
            if name and name != TOKEN and shape not in seen:
                seen.add(shape)
                yield name


class Page(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, address: str, html: str) -> None:
        super().__init__()
        self.address = address
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.loose: list[tuple[str, str, str, str]] = []  # form's id, name, value, kind of fields outside of it
        self.ids: dict[str, Form] = {}
        self._open: Form | None = None
        self._text: tuple[str, list[str]] | None = None
        self._select = ""
        self.feed(html)
        for owner, name, value, kind in self.loose:
            if owner in self.ids:
                self.ids[owner].values.setdefault(name, value)
                self.ids[owner].kinds.setdefault(name, kind)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what stands in a form, and where links lead."""
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "form":
            action = urljoin(self.address, given.get("action") or self.address)
            self._open = Form(given.get("method", "get").upper(), action, self.address)
            self.forms.append(self._open)
            self.ids[given.get("id", "")] = self._open
        elif tag in ("input", "button"):
            self._input(given, "submit" if tag == "button" else "text")
        elif tag == "textarea":
            self._put(given, given.get("name", ""), "", "textarea")
            self._text = (given.get("name", ""), [])
        elif tag == "select":
            self._select = given.get("name", "")
            self._put(given, self._select, "", "select")
        elif (
            tag == "option"
            and self._select
            and self._open is not None
            and ("selected" in given or not self._open.values.get(self._select))
        ):
            self._open.values[self._select] = given.get("value", "")

    def _input(self, given: dict[str, str], otherwise: str) -> None:
        kind, name = given.get("type", otherwise), given.get("name", "")
        if kind in ("checkbox", "radio") and "checked" not in given:
            if self._open is not None and kind == "radio" and name not in self._open.values:
                self._put(given, name, given.get("value", "on"), kind)
            return
        self._put(given, name, given.get("value", ""), kind)

    def _put(self, given: dict[str, str], name: str, value: str, kind: str) -> None:
        if not name:
            return
        if "form" in given:
            self.loose.append((given["form"], name, value, kind))
        elif self._open is not None and not (kind == "submit" and name in self._open.values):
            self._open.values[name] = value
            self._open.kinds[name] = kind

    def handle_endtag(self, tag: str) -> None:
        """A form, a text area or a list of choices ends."""
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._text is not None:
            if self._open is not None and self._text[0] in self._open.values:
                text = "".join(self._text[1])
                self._open.values[self._text[0]] = text.removeprefix("\r").removeprefix("\n")
            self._text = None

    def handle_data(self, data: str) -> None:
        """The text of a text area."""
        if self._text is not None:
            self._text[1].append(data)


def route_of(path: str) -> str:
    """The pattern of an address; empty for none of ours."""
    try:
        return resolve(path).route
    except (Resolver404, ValueError):
        return ""


def crawl(send: Send, starts: Sequence[str], most: int = 2) -> Iterator[tuple[str, Answer, Page]]:
    """Pages of each pattern of addresses, at most so many of one, by following links from ``starts``."""
    waiting, seen, count = list(starts), set(starts), dict[str, int]()
    while waiting:
        address = waiting.pop(0)
        route = route_of(urlsplit(address).path)
        if not route and urlsplit(address).path != "/":
            continue
        count[route] = count.get(route, 0) + 1
        if count[route] > most or any(address.startswith(leave) for leave in ("/admin/logout",)):
            continue
        answer = send("GET", address, b"", {"Accept-Language": "en"})
        if answer.location:
            target = urldefrag(urljoin(address, answer.location))[0]
            if target not in seen and target.startswith("/"):
                seen.add(target)
                waiting.append(target)
        if not answer.kind.startswith("text/html"):
            continue
        page = Page(address, answer.body.decode())
        yield route, answer, page
        for link in page.links:
            target = urldefrag(urljoin(address, link))[0]
            if target.startswith("/") and not target.startswith("//") and target not in seen:
                seen.add(target)
                waiting.append(target)


def run(
    send: Send,
    starts: Sequence[str],
    come_back: Callable[[], object] = lambda: None,
    *,
    every: int = 1,
    say: Any = lambda line: None,
) -> Tally:
    """Fill in every form. ``come_back`` signs in again, where a form has ended the visit."""
    tally, forms, routes = Tally(), dict[tuple[str, ...], Form](), dict[str, str]()
    for route, answer, page in crawl(send, starts):
        tally.note(f"page {route}", page.address, answer)
        routes.setdefault(route, page.address)
        for form in page.forms:
            forms.setdefault(form.key, form)
    say(f"{len(routes)} patterns of addresses, {len(forms)} forms")
    turn = 0
    for form in forms.values():
        if urlsplit(form.action).path in LEAVES or not form.action.startswith("/"):
            continue
        for name in form.fields():
            turn += 1
            for what, text in list(ALL.items())[turn % every :: every]:
                _filled(tally, send, form, name, what, text)
        for what, (kind, body) in list(BODIES.items())[turn % every :: every]:
            headers = {"Content-Type": kind, "X-CSRFToken": form.values.get(TOKEN, "")}
            tally.note(f"{form.method} {form.key[1]} body", what, send("POST", form.action, body, headers))
        come_back()
        say(f"{form.method} {form.key[1]}: {tally.statuses.total()} requests")
    for address in routes.values():
        for name in QUERIES:
            turn += 1
            for what, text in list(ALL.items())[turn % (3 * every) :: 3 * every]:
                path = urlsplit(address).path
                tally.note(
                    f"GET {name} of {route_of(path)}", what, send("GET", f"{path}?{name}={coded(text[:LINE])}", b"", {})
                )
    return tally


def coded(text: str) -> str:
    """As a browser would send it, where a browser could; what is no UTF-8 too."""
    return quote_plus(text.encode("utf-8", "surrogatepass"))


def _filled(tally: Tally, send: Send, form: Form, name: str, what: str, text: str) -> None:
    """One text in one field; a page that shows the form again has the text as it was sent, or what stood there."""
    text = text if form.method == "POST" else text[:LINE]
    values = {**form.values, name: text}
    query = "&".join(f"{quote_plus(one)}={coded(value)}" for one, value in values.items())
    place = f"{form.method} {form.key[1]} {re.sub(r'[0-9]+', '#', name)}"
    if form.method == "GET":
        answer = send("GET", f"{urlsplit(form.action).path}?{query}", b"", {})
    else:
        answer = send("POST", form.action, query.encode(), {**URLENCODED, "Referer": f"http://testserver{form.page}"})
    tally.note(place, what, answer)
    if "\ud800" <= max(text, default="") <= "\udfff" or form.kinds.get(name) not in ("text", "search", "textarea"):
        return
    if not answer.kind.startswith("text/html"):
        return
    for again in Page(form.page, answer.body.decode()).forms:
        shown = again.values.get(name)
        if again.key == form.key and again.kinds.get(name) == form.kinds[name] and shown:
            if normal(shown) not in {normal(text), normal(form.values[name])}:
                tally.same(place, what, normal(text), normal(shown))
            else:
                tally.kept += 1


def normal(text: str) -> str:
    """But for how lines end, and blank around."""
    return re.sub(r"\r\n?", "\n", text).strip()
