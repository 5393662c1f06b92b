"""An offline client: takes questions along, asks, grades and diagnoses without the network, and syncs when it is back.

It knows nothing but the API, and needs nothing but Python:

    python examples/offline_client.py http://127.0.0.1:8000 take       # a guest's token and a pack, into study.json
    python examples/offline_client.py http://127.0.0.1:8000 study      # no network: answers are queued in study.json
    python examples/offline_client.py http://127.0.0.1:8000 sync       # sends them, reads what changed elsewhere

Reading and grading are the first half of this file, and all that an app has to write again in its own language.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import sys
import time
import unicodedata
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

JSON = dict[str, Any]

# Reading what was typed. The server reads it again, and its reading counts: where this one is stricter or more lenient
# an answer is only told to be unreadable here, or `rejected` there.

MINUSES = str.maketrans(dict.fromkeys("−‐‑‒–—―ー⁃﹣", "-") | {"、": ",", "､": ","})
WHOLE = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)"


class Unreadable(ValueError):
    """Not a wrong answer: ask again."""


def plain(typed: Any) -> str:
    """Full-width digits and all kinds of minus as ASCII; superscripts and circled digits are no digits."""
    if typed is None or isinstance(typed, bool) or not isinstance(typed, str | int | float):
        raise Unreadable(f"{typed!r} is nothing that was typed")
    text = str(typed)
    if any(unicodedata.category(letter) == "No" for letter in text):
        raise Unreadable(f"{text!r} has digits that are none")
    text = unicodedata.normalize("NFKC", text).translate(MINUSES).strip()
    if not text:
        raise Unreadable("nothing was typed")
    return text


def whole_number(typed: Any) -> Fraction:
    """`14`, `-3` or `1,290`."""
    text = plain(typed)
    if not re.fullmatch(rf"[+-]?{WHOLE}", text):
        raise Unreadable(f"{text!r} is no whole number")
    return Fraction(text.replace(",", ""))


def number(typed: Any) -> Fraction:
    """`2.5`, `.5`, `1,290` or `1/3`, exactly."""
    text = plain(typed)
    if not re.fullmatch(rf"[+-]?(?:{WHOLE}(?:\.[0-9]*)?|\.[0-9]+|{WHOLE} ?/ ?{WHOLE})", text):
        raise Unreadable(f"{text!r} is no number")
    above, _slash, below = text.replace(",", "").partition("/")
    try:
        return Fraction(above.rstrip(". ")) / Fraction(below or 1)
    except ZeroDivisionError:
        raise Unreadable(f"{text!r} divides by zero") from None


def shape(typed: Any, parts: list[str]) -> list[Fraction]:
    """One whole number for each part: by name, as a list, or as `3×4`, `(3, 4)` or `3 4`."""
    if isinstance(typed, dict):
        typed = [typed.get(part) for part in parts]
    if isinstance(typed, str):
        text = plain(typed).strip("()[]").strip().lower()
        typed = re.split(r" ?[x×*✕✖⨯;] ?", text)
        if len(typed) == 1:
            typed = cells(text)
    if not isinstance(typed, list) or len(typed) != len(parts):
        raise Unreadable(f"{len(parts)} numbers are asked for")
    return [whole_number(part) for part in typed]


def matrix(typed: Any) -> list[list[Fraction]]:
    """A list of rows, or a text with a row on each line. What is empty around the numbers does not belong to it."""
    if isinstance(typed, str):
        typed = [cells(line) for line in re.split(r"[\n;]", plain(typed)) if line.strip()]
    if not isinstance(typed, list) or not all(isinstance(row, list) for row in typed):
        raise Unreadable("no matrix")
    filled = [(y, x) for y, row in enumerate(typed) for x, cell in enumerate(row) if not is_empty(cell)]
    if not filled:
        raise Unreadable("nothing was typed")
    (top, left), (bottom, right) = (tuple(map(edge, zip(*filled, strict=True))) for edge in (min, max))
    rows = [[number(cell) for cell in row[left : right + 1]] for row in typed[top : bottom + 1]]
    if len({len(row) for row in rows}) != 1:
        raise Unreadable("the rows are not of one length")
    return rows


def cells(line: str) -> list[str]:
    """The numbers of a line: between tabs, else between spaces, else between commas."""
    line = line.strip(" \r\n")
    separator = r"\t" if "\t" in line else r"\s+" if re.search(r"\s", line) else ","
    return [cell.strip().rstrip(",") for cell in re.split(separator, line)]


def is_empty(cell: Any) -> bool:
    """Whether nothing was typed into a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def read(field: JSON, typed: Any) -> Any:
    """What was typed into a field of the question: a key, a number, numbers, or rows of numbers."""
    if field["type"] == "choice":
        if typed not in [choice["key"] for choice in field["choices"]]:
            raise Unreadable(f"{typed!r} is not among the options")
        return typed
    if field["type"] == "integer":
        return whole_number(typed)
    if field["type"] == "decimal":
        return number(typed)
    return shape(typed, field["parts"]) if field["type"] == "shape" else matrix(typed)


# Grading and diagnosing: everything is in `grading` of the variant.


def exact(value: Any) -> Any:
    """What `grading` writes as text, as exact numbers; lists stay lists."""
    return [exact(one) for one in value] if isinstance(value, list) else Fraction(value)


def alike(given: Any, value: Any, tolerance: Fraction) -> bool:
    """Whether two numbers differ by at most the tolerance; of lists, of equal length, whether all do."""
    if isinstance(given, list) and isinstance(value, list):
        return len(given) == len(value) and all(map(alike, given, value, [tolerance] * len(given)))
    if isinstance(given, list) or isinstance(value, list):
        return False
    return bool(abs(given - value) <= tolerance)


def follows_in_part(given: Any, wrong: Any, expected: Any, tolerance: Fraction) -> bool:
    """Whether some cells, or parts of a shape, follow the wrong rule, and all others are right."""
    if not isinstance(given, list) or form(given) != form(wrong):
        return False
    triples = list(zip(flat(given), flat(wrong), flat(expected), strict=False))
    return len(triples) == len(flat(given)) == len(flat(expected)) and all(
        alike(one, right, tolerance) or alike(one, mistaken, tolerance) for one, mistaken, right in triples
    )


def form(value: Any) -> Any:
    """How many there are; of rows, how many in each."""
    return [form(one) for one in value] if isinstance(value, list) else None


def flat(value: Any) -> list[Any]:
    """The numbers, row by row."""
    return [number for one in value for number in flat(one)] if isinstance(value, list) else [value]


def diagnose(rule: JSON, given: Any, grading: JSON) -> list[str]:
    """The codes of the misconceptions that lead to just this wrong answer; where there are none, to a part of it."""
    name, tolerance = rule["name"], Fraction(rule["tolerance"])
    values = {one["code"]: one["values"][name] for one in grading["misconceptions"] if name in one["values"]}
    if rule["type"] == "choice":
        return [code for code, keys in values.items() if given in keys]
    wrong = {code: exact(value) for code, value in values.items()}
    fully = [code for code, value in wrong.items() if alike(given, value, tolerance)]
    expected = exact(grading["expected"][name])
    return fully or [code for code, value in wrong.items() if follows_in_part(given, value, expected, tolerance)]


def grade(variant: JSON, response: JSON) -> JSON:
    """The verdict, which fields are right, and the codes of misconceptions. Raises `Unreadable`."""
    grading = variant["grading"]
    fields = {field["name"]: field for field in variant["fields"]}
    results: dict[str, bool] = {}
    codes: dict[str, None] = {}
    for rule in grading["fields"]:
        name = rule["name"]
        given, expected = read(fields[name], response.get(name)), grading["expected"][name]
        if rule["type"] == "choice":
            results[name] = given == expected
        else:
            results[name] = alike(given, exact(expected), Fraction(rule["tolerance"]))
        if not results[name]:
            codes |= dict.fromkeys(diagnose(rule, given, grading))
    verdict = "correct" if all(results.values()) else "partial" if any(results.values()) else "incorrect"
    return {"verdict": verdict, "fields": results, "misconceptions": list(codes)}


# The notebook: everything that the device remembers.


class Notebook:
    """A JSON file: token, pack, events that were not sent yet, cards. Written anew after each change, whole or not."""

    def __init__(self, path: Path) -> None:
        self.path = path
        empty: JSON = {
            "token": None,
            "pack": None,
            "etag": None,
            "events": [],
            "refused": [],
            "cursor": None,
            "cards": {},
        }
        self.data: JSON = {**empty, **(json.loads(path.read_text()) if path.exists() else {})}

    def save(self) -> None:
        """Write it."""
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(self.data, ensure_ascii=False))
        os.replace(new, self.path)

    def record(self, verdict: str, **event: Any) -> None:
        """Queue an event. Its id is chosen here and now: sent twice, it counts once."""
        now = datetime.now().astimezone()
        offset = now.utcoffset()
        minutes = int(offset.total_seconds() // 60) if offset else 0
        about = {"id": str(uuid.uuid4()), "answered_at": now.isoformat(), "utc_offset_minutes": minutes}
        self.data["events"].append({**about, **event})
        self.data["pack"].setdefault("done", {})[event["variant"]] = verdict
        self.save()

    def left(self, kind: str) -> list[JSON]:
        """The variants or flashcards of the pack that can be asked, second chances after all others."""
        pack = self.data["pack"] or {kind: []}
        done = pack.get("done", {})
        left = [one for one in pack[kind] if one["variant"] not in done]
        firsts = [one for one in left if "second_chance_of" not in one]
        return firsts + [one for one in left if done.get(one.get("second_chance_of")) in ("partial", "incorrect")]


# The network.


class Problem(Exception):
    """An error that the server told; `document` is its problem document."""

    def __init__(self, status: int, document: JSON) -> None:
        super().__init__(f"{status} {document.get('code')}: {document.get('detail')}")
        self.status, self.document = status, document


class Server:
    """The API at an address. What got no answer is sent again; a guest made twice is the only harm that could do."""

    def __init__(self, address: str, language: str, token: str | None = None, tries: int = 4) -> None:
        self.address, self.language, self.token, self.tries = address.rstrip("/"), language, token, tries

    def call(self, method: str, path: str, body: JSON | None = None, **headers: str) -> tuple[int, JSON, str | None]:
        """Status, document and entity tag. Raises `Problem`, or `URLError` where there is no network."""
        sent = {"Accept-Language": self.language, "Content-Type": "application/json", **headers}
        if self.token:
            sent["Authorization"] = f"Token {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/api/v1/{path}", data, sent, method=method)
        for waiting in range(self.tries):
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return answer.status, json.load(answer), answer.headers["ETag"]
            except urllib.error.HTTPError as error:
                if error.code == 304:
                    return 304, {}, error.headers["ETag"]
                if error.code not in (429, 502, 503, 504) or waiting == self.tries - 1:
                    raise Problem(error.code, _document(error)) from None
                time.sleep(float(error.headers["Retry-After"] or 2**waiting))
            except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError):
                if waiting == self.tries - 1:
                    raise
                time.sleep(2**waiting)
        raise AssertionError("a server is asked at least once")


def _document(error: urllib.error.HTTPError) -> JSON:
    try:
        return dict(json.load(error))
    except ValueError:  # from something on the way
        return {"code": "unknown", "detail": error.reason}


def take(server: Server, notebook: Notebook, limit: int, days: int) -> None:
    """Fetch a pack; the first time, become a guest. What was answered is told before, so that it is not asked again."""
    data = notebook.data
    if server.token is None:
        _status, guest, _tag = server.call("POST", "guests/", {"device_name": "offline client"})
        server.token = data["token"] = guest["token"]
        notebook.save()
    sync(server, notebook)
    known = {"If-None-Match": data["etag"]} if data["etag"] else {}
    status, pack, tag = server.call("GET", f"packs/next/?limit={limit}&days={days}", **known)
    if status == 200:
        data["pack"], data["etag"] = pack, tag
        notebook.save()


def sync(server: Server, notebook: Notebook, batch: int = 100) -> list[JSON]:
    """Send what is queued, in batches; then read what changed, here or on other devices. The results, one per event."""
    data, results = notebook.data, []
    while events := data["events"][:batch]:
        body = {"sent_at": datetime.now(UTC).isoformat(), "events": events}
        _status, answer, _tag = server.call("POST", "sync/events/", body)
        for event, result in zip(events, answer["results"], strict=True):
            if result["status"] in ("conflict", "rejected"):  # the same again would end the same
                data["refused"].append({"event": event, "result": result})
        results += answer["results"]
        del data["events"][: len(events)]  # only now: had the answer been lost, they would go again
        notebook.save()
    _read_changes(server, notebook)
    return results


def _read_changes(server: Server, notebook: Notebook) -> None:
    data, more = notebook.data, True
    while more:
        query = f"?cursor={data['cursor']}" if data["cursor"] else ""
        try:
            _status, page, _tag = server.call("GET", f"sync/changes/{query}")
        except Problem as problem:
            if problem.document.get("code") != "cursor-expired":
                raise
            data["cursor"], data["cards"] = None, {}  # the feed is another one by now: from the beginning
            continue
        for change in page["changes"]:
            if change["type"] == "card":
                card = change["card"]
                data["cards"].pop(card["template"], None)
                if change["op"] == "upsert":
                    data["cards"][card["template"]] = card
        data["cursor"], more = page["next_cursor"], page["has_more"]
        notebook.save()


# Studying, without the network.

Answer = Callable[[JSON], JSON | None]  # a variant → the response; None: "I don't know"


def study(notebook: Notebook, answer: Answer, rate: Callable[[JSON], str], say: Callable[[str], None]) -> None:
    """Ask what is left of the pack. What was answered wrongly gets its second chance after the others."""
    while variants := notebook.left("variants"):
        ask(notebook, variants[0], answer, say)
    for card in notebook.left("flashcards"):
        rating = rate(card)
        notebook.record(rating, kind="rating", variant=card["variant"], rating=rating)


def ask(notebook: Notebook, variant: JSON, answer: Answer, say: Callable[[str], None]) -> None:
    """Ask one variant until the answer can be read; grade it, tell what was wrong, and queue it."""
    started = time.monotonic()
    say(f"\n{variant['title']}\n{variant['stem']['text']}")
    while True:
        response = answer(variant)
        try:
            given_up: JSON = {"verdict": "gave-up", "misconceptions": []}
            result = given_up if response is None else grade(variant, response)
            break
        except Unreadable as error:
            say(f"  {error}")
    spent = int((time.monotonic() - started) * 1000)
    known = {one["code"]: one for one in variant["grading"]["misconceptions"]}
    say(f"→ {result['verdict']}")
    for code in result["misconceptions"]:
        say(f"  {known[code]['title']}: {known[code]['feedback']}")
    if result["verdict"] != "correct":
        say(variant["grading"]["solution"]["text"])
    notebook.record(
        result["verdict"],
        kind="attempt",
        variant=variant["variant"],
        response=response or {},
        gave_up=response is None,
        hints_used=variant.get("hints_shown", 0),
        duration_ms=spent,
    )


def at_the_terminal(variant: JSON) -> JSON | None:
    """The learner's answer; `?` shows a hint, `!` gives up."""
    response: JSON = {}
    for field in variant["fields"]:
        for choice in field.get("choices", []):
            print(f"  {choice['key']}: {choice['text']}")
        while (typed := input(f"{field['label']}> ")) == "?":
            shown = variant.setdefault("hints_shown", 0)
            if shown < len(variant["grading"]["hints"]):
                print(f"  {variant['grading']['hints'][shown]['text']}")
                variant["hints_shown"] += 1
        if typed == "!":
            return None
        response[field["name"]] = typed.replace(";", "\n") if field["type"] == "matrix" else typed
    return response


def rated_at_the_terminal(card: JSON) -> str:
    """The learner's rating of a flashcard."""
    input(f"\n{card['stem']['text']}\n(Enter) ")
    print(card["back"]["text"])
    names = {"1": "again", "2": "hard", "3": "good", "4": "easy"}
    while (rating := names.get(input("1 again, 2 hard, 3 good, 4 easy> "))) is None:
        pass
    return rating


def as_typed(variant: JSON, values: JSON) -> JSON:
    """Values of `grading` as a learner would type them: decimals rounded as asked, one of several keys."""
    return {field["name"]: _as_typed(field, values[field["name"]]) for field in variant["fields"]}


def _as_typed(field: JSON, value: Any) -> Any:
    if field["type"] == "choice":
        return value[0] if isinstance(value, list) else value
    if isinstance(value, list):
        return [_as_typed(field, one) for one in value]
    if "places" not in field:
        return value
    fraction = Fraction(value)
    quotient = Decimal(fraction.numerator) / Decimal(fraction.denominator)
    return str(quotient.quantize(Decimal(1).scaleb(-field["places"]), ROUND_HALF_UP))


def responses(variant: JSON) -> Iterator[JSON]:
    """The right response, and the one of everybody who holds one misconception and is right otherwise."""
    expected = variant["grading"]["expected"]
    yield as_typed(variant, expected)
    for one in variant["grading"]["misconceptions"]:
        yield as_typed(variant, expected | one["values"])


def main(arguments: list[str]) -> int:
    """Take, study, sync, or all three."""
    parser = argparse.ArgumentParser(description="Study offline.")
    parser.add_argument("server", help="the address of the service, such as http://127.0.0.1:8000")
    parser.add_argument(
        "command", nargs="?", choices=["take", "study", "sync"], help="what to do; without it, all three"
    )
    parser.add_argument("--state", type=Path, default=Path("study.json"), help="the file that remembers everything")
    parser.add_argument("--token", help="of an account; without one, a guest is made")
    parser.add_argument("--language", choices=["ja", "en"], default="en")
    parser.add_argument("--limit", type=int, default=20, help="how many questions to take along")
    parser.add_argument("--days", type=int, default=3, help="for how many days")
    parser.add_argument("--answers", choices=["terminal", "right", "random"], default="terminal", help="who answers")
    chosen = parser.parse_args(arguments)
    notebook = Notebook(chosen.state)
    notebook.data["token"] = chosen.token or notebook.data["token"]
    server = Server(chosen.server, chosen.language, notebook.data["token"])
    for command in [chosen.command] if chosen.command else ["take", "study", "sync"]:
        if command == "take":
            take(server, notebook, chosen.limit, chosen.days)
            print(f"taken along: {len(notebook.left('variants'))} variants, {len(notebook.left('flashcards'))} cards")
        elif command == "study":
            answer, rate = _who(chosen.answers)
            study(notebook, answer, rate, print)
        else:
            for result in sync(server, notebook):
                print(result["id"], result["status"], result.get("verdict") or result.get("code") or "")
            print(f"cards: {len(notebook.data['cards'])}, not sent: {len(notebook.data['events'])}")
    return 0


def _who(name: str) -> tuple[Answer, Callable[[JSON], str]]:
    if name == "terminal":
        return at_the_terminal, rated_at_the_terminal
    if name == "right":
        return (lambda variant: next(responses(variant))), (lambda card: "good")
    return (
        lambda variant: random.choice(list(responses(variant))),
        lambda card: random.choice(["again", "hard", "good", "easy"]),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
