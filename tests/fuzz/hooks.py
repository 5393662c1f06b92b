"""What Schemathesis is told about this API: whose token, which values are real, what a schema cannot say.

Its command reads this file (``SCHEMATHESIS_HOOKS``). ``FUZZ_SITE``, ``FUZZ_SEED`` and ``FUZZ_COUNTS`` name the site,
the seed and the file that gets the counts.
"""

from __future__ import annotations

import atexit
import json
import os
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData

from tests.fuzz import links
from tests.fuzz.learners import Learner, Student
from tests.fuzz.values import ALSO_IF_WRONG, FEED

Json = dict[str, Any]
Case: TypeAlias = "schemathesis.Case[Any]"

END_THE_CALLER = {"delete_me", "delete_device"}  # each of their requests is a guest's of its own
OF_REQUESTS = ("Request", "Event")  # names of components
LANGUAGE = {"name": "Accept-Language", "in": "header", "schema": {"type": "string"}}

counts: dict[str, Counter[str]] = defaultdict(Counter)
gone: list[str] = []  # tokens of learners who were deleted


@cache
def student() -> Student:
    """Whose token all other requests have."""
    return Student(os.environ["FUZZ_SITE"], int(os.environ["FUZZ_SEED"]))


@schemathesis.auth(refresh_interval=None)
class Token:
    """The token of the student."""

    def get(self, case: Case, context: schemathesis.AuthContext) -> str:
        """For every request."""
        return student().token

    def set(self, case: Case, data: str, context: schemathesis.AuthContext) -> None:
        """As the header that the document names."""
        case.headers["Authorization"] = data


@schemathesis.hook
def before_load_schema(context: schemathesis.HookContext, raw_schema: Json) -> None:
    """Tell of the links, and of the header that every operation reads, so that those without parameters vary too.

    Clients may ignore what they do not know in an answer; here it fails: what is not in the document may be a leak.
    """
    links.add(raw_schema)
    for name, schema in raw_schema["components"]["schemas"].items():
        if "properties" in schema and not name.endswith(OF_REQUESTS):
            schema["additionalProperties"] = False
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            operation.setdefault("parameters", []).append(LANGUAGE)


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: Case, kwargs: Json) -> None:
    """Put real values in three of four requests; give away no token that others need."""
    name = operation(case)
    number = counts[name]["cases"]
    correct = case.meta is not None and case.meta.generation.mode.is_positive
    caller: Learner = student()
    if case.headers.get("Authorization") == caller.token:
        if name in END_THE_CALLER:
            caller = Learner(os.environ["FUZZ_SITE"])
            case.headers["Authorization"] = caller.token
        elif correct and gone and number % 20 == 19:
            case.headers["Authorization"] = gone[number % len(gone)]
    if is_of_another_method(case):
        return
    if number % 4 and name in FEED and (correct or name in ALSO_IF_WRONG):
        FEED[name](case, student(), caller)


@schemathesis.hook
def after_call(context: schemathesis.HookContext, case: Case, response: schemathesis.Response) -> None:
    """Count the request under its operation."""
    if is_of_another_method(case):
        return
    name = operation(case)
    counts[name]["cases"] += 1
    counts[name][str(response.status_code)] += 1
    if name == "delete_me" and response.status_code == 204:
        gone.append(case.headers["Authorization"])
    if name == "create_attempt" and response.status_code == 201:
        student().attempts.append(response.json()["id"])


@schemathesis.hook
def filter_failure(
    context: schemathesis.HookContext, failure: Exception, case: Case, response: schemathesis.Response
) -> bool:
    """Whether it is a failure: not where the server knows of a request what the document cannot say."""
    name = operation(case)
    if isinstance(failure, RejectedPositiveData):
        errors = {(name, error["field"], error["code"]) for error in response.json().get("errors", [])}
        return not errors or not errors <= UNSAID
    if isinstance(failure, AcceptedNegativeData) and name == "sync_events":  # a bad event is refused by itself
        return not any(result["status"] == "rejected" for result in response.json()["results"])
    return True


UNSAID = {
    ("list_templates", "cursor", "invalid"),  # a text that was given here
    ("sync_changes", "cursor", "invalid"),
    ("update_me", "time_zone", "unknown-time-zone"),  # one of 600 names, which change
}


def is_of_another_method(case: Case) -> bool:
    """Whether the document knows no such method at the case's address."""
    return case.method.upper() != str(case.operation.method).upper()


def operation(case: Case) -> str:
    """The name of the case's operation."""
    return str(case.operation.definition.raw["operationId"])


@atexit.register
def write() -> None:
    """Hand over the counts."""
    Path(os.environ["FUZZ_COUNTS"]).write_text(json.dumps(counts))
