"""A browser without script that learns through the pages: it begins as a stranger and sends forms until answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from .clients import Answer, Client, Wire
from .journal import Journal

TOPICS = ("output-size", "padding", "stride")
_FORM = re.compile(r'<form id="answer".*?</form>', re.DOTALL)
_ACTION = re.compile(r'action="([^"]*)"')
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')
_VERDICT = re.compile(r'<h1 class="verdict ([a-z]*)')


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it is sent, whose answer gets the id ``attempt``, and where it leads to."""

    where: str
    body: bytes
    cookies: str
    attempt: str
    verdict: str
    onward: str


def leads_on(answer: Answer, form: Form) -> bool:
    """Whether the form was taken."""
    return answer.status == 302 and answer.headers["Location"].startswith(form.onward)


class Visitor(Client):
    """Asks for questions of a topic and says that it does not know, and rates flashcards: each is an attempt."""

    def __init__(self, address: str, journal: Journal, seed: int) -> None:
        super().__init__(address, journal, seed)
        self.cookies: dict[str, str] = {}

    def act(self) -> None:
        """One question."""
        form = self.form()
        if form is None:
            return
        self.journal.send(form.attempt, "", "attempt")
        answers = self.twice(lambda wire: self._send(wire, form))
        for answer in answers:
            if not leads_on(answer, form):
                self.journal.problem(f"a form was answered with {answer.status} {answer.headers['Location']}")
                return
            self.keep(answer)
        for answer in answers:
            shown = self._page(answer.headers["Location"])
            if form.verdict == "rated" or _VERDICT.search(shown):
                self.journal.acknowledge(form.attempt, form.verdict)
            else:
                self.journal.problem("the result of a form is not shown")

    def form(self) -> Form | None:
        """Ask for a question; its form, filled in with "I don't know", or a flashcard's with "I knew it"."""
        where, values = self._filled(self._page(f"/practice/{self.random.choice(TOPICS)}/"))
        is_card = values.get("side") == "back"
        if is_card:
            where, values = self._filled(self._page(f"{where}?{urlencode(values)}"))
        if "attempt" not in values:
            return None
        body = urlencode(values | ({"rating": "good"} if is_card else {"action": "give-up"})).encode()
        id, verdict = values["attempt"], "rated" if is_card else "incorrect"
        onward = "/practice/" if is_card else f"/attempts/{id}/"
        return Form(where, body, self._cookies(), id, verdict, onward)

    def _filled(self, page: str) -> tuple[str, dict[str, str]]:
        """Where the form of a page is sent, and what it holds."""
        found = _FORM.search(page)
        if found is None:
            self.journal.problem(f"a page without a question: {page[:200]!r}")
            return "", {}
        values = {name: unescape(value) for name, value in _HIDDEN.findall(found[0])}
        return unescape(_ACTION.findall(found[0])[0]), values

    def _send(self, wire: Wire, form: Form) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": form.cookies}
        self.journal.count("requests")
        return wire.deliver("POST", form.where, form.body, headers)

    def _page(self, where: str) -> str:
        """The page at an address, or where it leads to."""
        for _ in range(5):
            self.journal.count("requests")
            answer = self.wire.deliver("GET", where, None, {"Cookie": self._cookies(), "Accept-Language": "en"})
            self.keep(answer)
            if answer.status != 302:
                break
            where = answer.headers["Location"]
        return answer.body.decode()

    def keep(self, answer: Answer) -> None:
        """Take its cookies."""
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, cookie in SimpleCookie(line).items():
                self.cookies[name] = cookie.coded_value
                if cookie["max-age"] == "0":
                    del self.cookies[name]

    def _cookies(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())
