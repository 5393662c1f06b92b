"""Learners who have studied for some days, and what they are going to send."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.utils import timezone

from benchmarks.population import Progress
from quizzes import study
from quizzes.models import QuestionTemplate
from quizzes.questions import Variant
from tests.quizzes import answers

DAYS, A_DAY = 8, 4  # how long and how much they have studied
MIX = ("variants", "attempts") * 4 + ("reviews", "progress")  # of ten requests
RIGHT = 0.85
PATHS = {
    "variants": ("POST", "variants/"),
    "attempts": ("POST", "attempts/"),
    "reviews": ("GET", "reviews/"),
    "progress": ("GET", "progress/"),
}


@dataclass(frozen=True)
class Learner:
    """Somebody with a token."""

    id: UUID
    token: str


@dataclass(frozen=True)
class Request:
    """What one learner sends; ``body`` is empty where there is none."""

    kind: str
    learner: Learner
    body: str = ""

    def line(self) -> str:
        """As traffic.lua reads it."""
        method, path = PATHS[self.kind]
        return f"{method}\t{path}\t{self.learner.token}\t{self.body}\n"


def make(count: int, progress: Progress) -> list[Learner]:
    """New learners who have answered what came next, day after day."""
    chance, now = random.Random(1), timezone.now()  # noqa: S311  # to repeat, not to hide
    made = []
    for number in range(count):
        device, token = study.create_guest("measured")
        made.append(Learner(device.user_id, token))
        for ago in range(DAYS, 0, -1):
            for turn in range(A_DAY):
                at = now - timedelta(days=ago) + timedelta(minutes=turn)
                asked = study.next_question(device.user_id, kind="question", now=at)
                answer = study.Submission(uuid4(), asked.token, _response(asked.variant, chance))
                study.submit(device.user_id, answer, now=at + timedelta(seconds=30))
        if (number + 1) % 32 == 0:
            progress(f"{number + 1} of {count} learners have studied {DAYS} days")
    return made


def requests(learners: Sequence[Learner], count: int, progress: Progress) -> list[Request]:
    """So many requests of all kinds in a mixed order, each answer to a question of its own."""
    chance = random.Random(2)  # noqa: S311  # the same
    questions = QuestionTemplate.objects.filter(kind="question", current__isnull=False).order_by("slug")
    slugs = list(questions.values_list("slug", flat=True))
    found = []
    for number in range(count):
        learner = chance.choice(learners)
        kind = chance.choice(MIX)
        found.append(Request(kind, learner, _body(kind, learner, chance.choice(slugs), chance)))
        if (number + 1) % 5000 == 0:
            progress(f"{number + 1} of {count} requests prepared")
    return found


def write(requests: Sequence[Request], file: Path) -> Path:
    """In the form that traffic.lua reads."""
    file.write_text("".join(request.line() for request in requests))
    return file


def _body(kind: str, learner: Learner, slug: str, chance: random.Random) -> str:
    if kind == "variants":
        return json.dumps({"purpose": "review"})
    if kind == "attempts":
        asked = study.next_question(learner.id, template=slug)
        response = _response(asked.variant, chance)
        return json.dumps({"id": str(uuid4()), "variant": asked.token, "response": response, "duration_ms": 30_000})
    return ""


def _response(variant: Variant, chance: random.Random) -> dict[str, object]:
    codes = sorted(variant.wrong)
    if codes and chance.random() > RIGHT:
        return answers.wrong(variant, chance.choice(codes))
    return answers.right(variant)
