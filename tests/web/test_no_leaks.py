"""A learner who follows every link and sends every form, but answers nothing, is never told an answer."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
from django.test import Client

from quizzes import questions, study
from quizzes.models import User
from tests.api.test_no_leaks import ASKED, LANGUAGES, found, tells, whole
from tests.api.test_no_leaks import canaries as canaries

# What tells by design, see there; and what a learner does who is done with studying.
NOT_GONE_TO = re.compile(
    r"^(/practice/[^/]+/worksheet/|/attempts/|/static/|/accounts/logout/|/settings/delete/)|[?&]side=back"
)
NOT_PRESSED = {("action", "give-up")}
EACH = 3  # times that one page may be looked at: every question has an address of its own
MOST = 400


class Step(NamedTuple):
    """A link, or a form with one of its buttons pressed."""

    method: str
    path: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def page(self) -> str:
        """What it is a step to, whichever question it is about."""
        names = sorted({name for name, _ in [*parse_qsl(urlsplit(self.path).query), *self.values]})
        pressed = [value for name, value in self.values if name in ("action", "language", "act")]
        return f"{self.method} {urlsplit(self.path).path} {names} {pressed}"


class Ways(HTMLParser):
    """All links of a page, and all its forms with what is typed into them: nothing that could be right."""

    def __init__(self, page: str, at: str) -> None:
        super().__init__()
        self.at, self.links = at, set[str]()
        self.forms: dict[str, tuple[str, str, list[tuple[str, str]], list[tuple[str, str, str]]]] = {}
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "a" and given.get("href"):
            self.links.add(urljoin(self.at, given["href"]))
        elif tag == "form":
            self.inside = given.get("id", f"form {len(self.forms)}")
            action = urljoin(self.at, given.get("action") or self.at)
            self.forms[self.inside] = (given.get("method", "get").upper(), action, [], [])
        form = self.forms.get(given.get("form", self.inside))
        if form is None or not given.get("name"):
            return
        if tag == "button":
            form[3].append((given["name"], given.get("value", ""), urljoin(self.at, given.get("formaction", form[1]))))
        elif tag == "input" and given.get("type") != "submit" and (given.get("type") != "radio" or "checked" in given):
            typed = given.get("value", "") if given.get("type") in ("hidden", "radio", "checkbox") else "?"
            form[2].append((given["name"], typed))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = ""

    def steps(self) -> Iterator[Step]:
        """Everything that can be done here."""
        yield from (Step("GET", link) for link in sorted(self.links))
        for method, action, typed, buttons in self.forms.values():
            for name, value, there in buttons or [("", "", action)]:
                if (name, value) not in NOT_PRESSED and name != "rating":
                    yield Step(method, there, (*typed, *([(name, value)] if name else [])))


def walk(client: Client, starts: list[str]) -> dict[str, bytes]:
    """Every page that can be come to, by the step that led there."""
    seen: dict[str, bytes] = {}
    times: Counter[str] = Counter()
    waiting = deque(Step("GET", start) for start in starts)
    while waiting and len(seen) < MOST:
        step = waiting.popleft()
        parts = urlsplit(step.path)
        if parts.netloc or parts.scheme or NOT_GONE_TO.search(step.path) or times[step.page] >= EACH:
            continue
        times[step.page] += 1
        if step.method == "POST":
            answer: Any = client.post(step.path, urlencode(step.values), "application/x-www-form-urlencoded")
        else:
            answer = client.get(step.path, dict(step.values) or None)
        assert answer.status_code < 500, step
        seen[f"{step.page} ({times[step.page]})"] = whole(answer)
        if answer.status_code in (301, 302):
            waiting.appendleft(Step("GET", urljoin(step.path, answer.url)))
        elif answer["Content-Type"].startswith("text/html"):
            waiting.extend(Ways(answer.content.decode(), step.path).steps())
    return seen


@pytest.fixture
def learner_of_canaries(canaries: None) -> User:
    """Who has answered nothing."""
    return User.objects.get(id=study.create_guest("phone")[0].user_id)


def learners_walk(user: User, language: str) -> dict[str, bytes]:
    client = Client(headers={"accept-language": language})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    questions = [study.next_question(user.id, template=slug).token for slug in [*ASKED, "canary-card"]]
    starts = [f"/question/?{urlencode({'variant': token, 'practice': '/practice/canaries/'})}" for token in questions]
    return walk(client, ["/", "/practice/canaries/", *starts])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_way_leads_to_an_answer_before_one_is_given(learner_of_canaries: User, language: str) -> None:
    seen = learners_walk(learner_of_canaries, language)
    assert 40 < len(seen) < MOST
    kinds = {place.split()[1] for place in seen}
    assert kinds >= {"/", "/question/", "/topics/", "/topics/canaries/", "/progress/", "/settings/", "/language/"}
    for pressed in ("['hint']", "['answer']", "['ja']", "['en']"):
        assert any(place.startswith("POST") and pressed in place for place in seen), pressed
    assert found(seen) == []
    assert not learner_of_canaries.attempts.exists()


def test_an_answer_on_a_page_is_come_to(learner_of_canaries: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a page that shows, beside a hint, what the answer is."""
    hint = questions.hint

    def telling(variant: Any, n: int, language: Any) -> Any:
        told = hint(variant, n, language)
        return told._replace(html=f"{told.html}<!-- {variant.answers} -->")

    monkeypatch.setattr(questions, "hint", telling)
    places = found(learners_walk(learner_of_canaries, "en"))
    assert places
    assert all("/question/" in place or "/language/" in place for place in places)


def test_who_gives_up_is_told(learner_of_canaries: User) -> None:
    client = Client()
    client.force_login(learner_of_canaries, backend="django.contrib.auth.backends.ModelBackend")
    for slug in ASKED[:-1]:
        token = study.next_question(learner_of_canaries.id, template=slug).token
        answer = client.post("/question/", {"variant": token, "action": "give-up"}, follow=True)
        assert tells(answer.content), slug
