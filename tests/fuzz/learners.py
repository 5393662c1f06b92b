"""Learners of the site under test: what a fuzzer cannot guess (tokens, names, answers) is asked for as apps do it."""

from __future__ import annotations

import random
import uuid
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

Json = dict[str, Any]

PASSWORD = "correct horse battery"


class Learner:
    """A device with a token."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.session = requests.Session()
        guest = self._ask("POST", "/api/v1/guests/", {"device_name": "fuzzer"})
        self.token = f"Token {guest['token']}"

    def get(self, path: str, **query: Any) -> Any:
        """What is at an address of the API's."""
        return self._ask("GET", f"/api/v1/{path}", None, **query)

    def post(self, path: str, body: Json) -> Any:
        """What is answered to a body."""
        return self._ask("POST", f"/api/v1/{path}", body)

    def sign_up(self) -> None:
        """Become an account; the token stays."""
        body = {"email": f"{uuid.uuid4().hex}@example.org", "password": PASSWORD}
        self._ask("POST", "/_allauth/app/v1/auth/signup", body)

    def device(self) -> str:
        """The id of this device."""
        return str(next(one["id"] for one in self.get("me/devices/") if one["current"]))

    def _ask(self, method: str, path: str, body: Any, **query: Any) -> Any:
        headers = {"Authorization": self.token} if hasattr(self, "token") else {}
        answer = self.session.request(method, self.site + path, json=body, params=query, headers=headers, timeout=20)
        answer.raise_for_status()
        return answer.json()


class Student(Learner):
    """An account that studies all the time: it has questions to be answered, and knows many of the answers."""

    def __init__(self, site: str, seed: int) -> None:
        super().__init__(site)
        self.sign_up()
        self.random = random.Random(seed)  # noqa: S311  # no secret
        self.topics = [topic["slug"] for topic in self.get("topics/")]
        self.flashcards = self._slugs("flashcard")
        self.questions = self._slugs("question")
        self.packed: list[Json] = []
        self.attempts: list[str] = []

    def question(self) -> Json:
        """A question that was not answered yet."""
        body: Json = {"purpose": self.random.choice(["practice", "review", "cram"])}
        if self.random.random() < 0.8:
            body["template"] = self.random.choice(self.questions)
        return dict(self.post("variants/", body))

    def hinted(self) -> Json:
        """A question with hints."""
        while not (asked := self.question())["hints"]:
            pass
        return asked

    def flashcard(self) -> Json:
        """A flashcard that was not rated yet."""
        return dict(self.post("variants/", {"purpose": "review", "template": self.random.choice(self.flashcards)}))

    def answered(self) -> tuple[str, Json]:
        """The token of a question, and a response to it that can be read."""
        if not self.packed:
            self.packed = self.get("packs/next/", limit=20, days=1)["variants"]
        if self.packed and self.random.random() < 0.5:
            packed = self.packed.pop(self.random.randrange(len(self.packed)))
            return packed["variant"], packed["grading"]["expected"]
        asked = self.question()
        return asked["variant"], {field["name"]: self._guess(field) for field in asked["fields"]}

    def cursor(self) -> str:
        """A place in the feed of changes."""
        return str(self.get("sync/changes/")["next_cursor"])

    def page(self) -> str:
        """A place in the list of templates."""
        following = self.get("templates/", limit=self.random.randint(1, 60))["next"]
        return str(parse_qs(urlsplit(following).query)["cursor"][0])

    def _slugs(self, kind: str) -> list[str]:
        return [template["slug"] for template in self.get("templates/", kind=kind, limit=100)["results"]]

    def _guess(self, field: Json) -> Any:
        number = str(self.random.randint(0, 99))
        match field["type"]:
            case "choice":
                return self.random.choice(field["choices"])["key"]
            case "shape":
                return [number for _ in field["parts"]]
            case "matrix":
                return [[number, "0"], ["0", number]]
            case _:
                return number
