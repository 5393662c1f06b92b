"""Real values in place of generated ones, operation by operation.

What is real already (a link's value) stays, and so does what is wrong in a request that is meant to be wrong: the rest
of such a request must be right, or it would be refused for another reason.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any, TypeAlias

import schemathesis

from tests.fuzz.learners import Learner, Student

Case: TypeAlias = "schemathesis.Case[Any]"
Feed: TypeAlias = Callable[[Case, Student, Learner], None]

LONGEST = 1000
UUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
ZONES = ["", "Asia/Tokyo", "America/St_Johns", "Pacific/Apia", "UTC"]


def attempt(case: Case, student: Student, caller: Learner) -> None:
    """An answer to an open question; three times in ten with the generated response."""
    body: Any = case.body
    if not isinstance(body, dict) or is_token(body.get("variant")):
        return
    put_id(body)
    variant, response = student.answered()
    put(body, "variant", variant)
    if isinstance(body.get("response", {}), dict) and student.random.random() < 0.7:
        body["response"] = response


def rating(case: Case, student: Student, caller: Learner) -> None:
    """A flashcard, with its token or without."""
    body: Any = case.body
    if not isinstance(body, dict) or is_token(body.get("variant")):
        return
    put_id(body)
    if "variant" in body:
        shown = student.flashcard()
        put(body, "variant", shown["variant"])
        case.path_parameters["slug"] = shown["template"]
    else:
        case.path_parameters["slug"] = student.random.choice(student.flashcards)


def variant(case: Case, student: Student, caller: Learner) -> None:
    """A template, a topic or nothing, as many as there were."""
    body: Any = case.body
    if not isinstance(body, dict):
        return
    if "template" in body and body["template"] not in student.questions:
        body["template"] = student.random.choice(student.questions + student.flashcards)
    if "topic" in body and body["topic"] not in student.topics:
        body["topic"] = student.random.choice(student.topics)


def hint(case: Case, student: Student, caller: Learner) -> None:
    """A hint that there is."""
    if not is_token(case.path_parameters.get("token")):
        asked = student.hinted()
        case.path_parameters |= {"token": asked["variant"], "n": student.random.randint(1, asked["hints"])}


def device(case: Case, student: Student, caller: Learner) -> None:
    """The device that sends the request."""
    case.path_parameters["id"] = caller.device()


def preferences(case: Case, student: Student, caller: Learner) -> None:
    """A time zone that there is."""
    if isinstance(case.body, dict) and "time_zone" in case.body:
        case.body["time_zone"] = student.random.choice(ZONES)


def templates(case: Case, student: Student, caller: Learner) -> None:
    """A topic that there is, a cursor that was given."""
    if "topic" in case.query:
        case.query["topic"] = student.random.choice(student.topics)
    if "cursor" in case.query:
        case.query["cursor"] = student.page()


def changes(case: Case, student: Student, caller: Learner) -> None:
    """A cursor that was given."""
    if "cursor" in case.query:
        case.query["cursor"] = student.cursor()


def events(case: Case, student: Student, caller: Learner) -> None:
    """Open questions, flashcards, templates and answers that there are, for up to three events."""
    body: Any = case.body
    if not isinstance(body, dict) or not isinstance(body.get("events"), list):
        return
    for event in body["events"][:3]:
        if not isinstance(event, dict) or not isinstance(event.get("id"), str):
            continue
        event["id"] = str(uuid.uuid4())
        match event.get("kind"):
            case "attempt" if not is_token(event.get("variant")):
                event["variant"], event["response"] = student.answered()
                student.attempts.append(event["id"])
            case "rating" if "variant" in event:
                event["variant"] = student.flashcard()["variant"]
                event.pop("template", None)
            case "rating":
                event["template"] = student.random.choice(student.flashcards)
            case "void" if student.attempts and event.get("attempt") not in student.attempts:
                event["attempt"] = student.random.choice(student.attempts)
            case "suspend" | "resume" | "bury" | "reset":
                event["template"] = student.random.choice(student.questions)


def put_id(body: dict[str, Any]) -> None:
    """Give it an id that was not used before, in place of one that is correct."""
    if isinstance(body.get("id"), str) and UUID.fullmatch(body["id"]):
        body["id"] = str(uuid.uuid4())


def put(body: dict[str, Any], name: str, value: str) -> None:
    """Give it a real text in place of one that is of the documented form."""
    if isinstance(body.get(name), str) and body[name].strip() and len(body[name]) <= LONGEST:
        body[name] = value


def is_token(value: Any) -> bool:
    """Whether it looks like a variant that was issued."""
    return isinstance(value, str) and value.isascii() and ":" in value and len(value) > 100


ALSO_IF_WRONG = {"create_attempt", "create_rating", "update_device"}
FEED: dict[str, Feed] = {
    "create_attempt": attempt,
    "create_rating": rating,
    "create_variant": variant,
    "retrieve_hint": hint,
    "get_device": device,
    "update_device": device,
    "delete_device": device,
    "update_me": preferences,
    "list_templates": templates,
    "sync_changes": changes,
    "sync_events": events,
}
