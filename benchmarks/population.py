"""A database full of learners: `python -m benchmarks.population --attempts 1000000`, into STATE_DIR or DATABASE_URL.

A few learners are made row by row, their cards folded from their attempts as always; all others are copies of them
inside the database under new ids. It refuses a database in which somebody has answered already.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

if TYPE_CHECKING:
    from quizzes.scheduling import Answer

TOPICS = 20
TEMPLATES = 2000
CARDS, ATTEMPTS, DAYS = 100, 400, 60  # of an ordinary learner
BIG_CARDS, BIG_ATTEMPTS, BIG_DAYS = 2000, 20_000, 720
PROTOTYPES = 8
NOW = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)

Progress = Callable[[str], None]

_SOURCE = """
schema = 1
slug = "sum-{number}"
topic = "topic-{topic}"
level = {level}
source = "made for measuring"
title = {{ ja = "和", en = "Sum" }}
stem = {{ ja = "{{{{a}}}}に1を足すと？", en = "What is {{{{a}}}} + 1?" }}
parameters = {{ a = {{ integers = [1, 100000] }} }}
answers = [{{ name = "s", type = "integer", value = "a + 1", label = {{ ja = "和", en = "Sum" }} }}]
misconceptions = [{{ code = "rule-{rule}", value = "a" }}]
solution = {{ text = {{ ja = "{{{{a}}}}に1を足します。", en = "Add 1 to {{{{a}}}}." }} }}
"""


def make_templates(progress: Progress, templates: int = TEMPLATES) -> None:
    """Publish the templates that the learners study."""
    from django.db import transaction

    from quizzes.authoring import publish
    from quizzes.models import Misconception, Topic

    words = {f"{name}_{language}": "…" for name in ("title", "wrong", "remedy") for language in ("ja", "en")}
    with transaction.atomic():
        for number in range(TOPICS):
            Topic.objects.create(slug=f"topic-{number}", position=number, title_ja="題", title_en="Topic")
            Misconception.objects.create(code=f"rule-{number}", **words)
        for number in range(templates):
            names = {"topic": number * TOPICS // templates, "level": 1 + number % 4, "rule": number % TOPICS}
            publish(_SOURCE.format(number=number, **names))
    progress(f"{templates} templates published")


def id_of(seed: int) -> UUID:
    """Which learner :func:`make_learner` makes."""
    return UUID(int=seed + 1)


def make_learner(
    seed: int, cards: int = CARDS, attempts: int = ATTEMPTS, days: int = DAYS, now: datetime = NOW
) -> UUID:
    """A learner who was up to date on the evening before ``now``.

    The cards were met evenly over ``days`` and answered whenever they were due, 85 % right, half of the wrong answers
    explained, each followed by a second chance. What is missing to ``attempts`` was free practice.
    """
    from quizzes import agenda, study
    from quizzes.models import Attempt, QuestionTemplate, User

    chance = random.Random(seed)  # noqa: S311  # to repeat, not to hide
    user = User(id=id_of(seed), utc_offset_minutes=540)
    user.set_unusable_password()
    user.save(force_insert=True)
    published = QuestionTemplate.objects.filter(slug__startswith="sum-").order_by("slug")
    templates = list(published.values_list("id", "current_id", "misconceptions__code")[:cards])
    answers = [
        (number, answer)
        for number in range(cards)
        for answer in _reviews(
            chance, now, number * days // cards, days, agenda.card_key(user.id, templates[number][0])
        )
    ]
    reviews = len(answers)
    if reviews > attempts:
        raise ValueError(f"{cards} cards in {days} days take {reviews} answers, more than {attempts}")
    for number, (answer, _) in chance.choices(answers, k=attempts - reviews):
        again = replace(answer, at=answer.at + timedelta(hours=2), id=uuid4())
        answers.append((number, (again, None)))
    rows: list[Attempt] = []
    for number, (answer, recall) in answers:
        template, version, rule = templates[number]
        rows.append(
            Attempt(
                learner_id=user.id,
                id=answer.id,
                template_id=template,
                version_id=version,
                seed=seed * 1_000_000 + len(rows),
                format="free",
                parameters={"a": len(rows) + 1},
                request_digest="0" * 64,
                response={"s": str(len(rows) + 1 + answer.correct)},
                verdict="correct" if answer.correct else "incorrect",
                score=float(answer.correct),
                misconceptions=[] if answer.correct or chance.random() < 0.5 else [rule],
                exposes=[rule],
                recall=recall,
                purpose="review",
                duration_ms=chance.randrange(5_000, 60_000),
                issued_at=answer.at,
                answered_at=answer.at,
                received_at=answer.at,
                utc_offset_minutes=540,
                day=answer.day,
            )
        )
    Attempt.objects.bulk_create(rows, batch_size=500)
    study.refold(user)
    return user.id


def _reviews(
    chance: random.Random, now: datetime, first: int, days: int, key: bytes
) -> Iterator[tuple[Answer, float | None]]:
    """One card's answers from the day ``first`` of ``days`` on, with the recall that was predicted."""
    from quizzes import scheduling
    from quizzes.scheduling import Answer, CardState

    today = scheduling.learner_day(now, timedelta(hours=9))
    state, day = CardState(), today - days + first
    while day < today:
        at = now - timedelta(days=today - day) + timedelta(seconds=chance.randrange(3600))
        for tried in range(2):
            recall = None if tried else scheduling.recall(state.memory, day)
            right = chance.random() < 0.85
            answer = Answer(at + timedelta(minutes=10 * tried), uuid4(), day, right)
            state = scheduling.step(state, answer, key=key)
            yield answer, recall
            if right:
                break
        day = state.due_day or today


def fill(attempts: int, prototypes: list[UUID], progress: Progress) -> None:
    """Copy the prototypes until the database holds so many attempts."""
    from django.db import transaction

    from quizzes.models import Attempt

    held = Attempt.objects.count()
    number = 0
    while held < attempts:
        with transaction.atomic():
            for _ in range(50):
                if held >= attempts:
                    break
                held += _copy(prototypes[number % len(prototypes)])
                number += 1
        progress(f"{held:,} of {attempts:,} attempts")


def _copy(prototype: UUID) -> int:
    """The learner once more, under a new id."""
    from django.db import connection

    from quizzes.models import Attempt, Belief, Card, User

    user = User.objects.get(id=prototype)
    user.id = uuid4()
    user.save(force_insert=True)
    fresh = "lower(hex(randomblob(16)))" if connection.vendor == "sqlite" else "gen_random_uuid()"
    new, old = (user.id.hex, prototype.hex) if connection.vendor == "sqlite" else (str(user.id), str(prototype))
    with connection.cursor() as cursor:
        for table in (Attempt, Card, Belief):
            columns = [field.column for field in table._meta.concrete_fields]
            chosen = {"learner_id": "%s", "id": fresh}
            values = [chosen.get(str(column), f'"{column}"') for column in columns]
            names = ", ".join(f'"{column}"' for column in columns)
            cursor.execute(
                f'INSERT INTO "{table._meta.db_table}" ({names}) SELECT {", ".join(values)} '  # noqa: S608  # own names
                f'FROM "{table._meta.db_table}" WHERE learner_id = %s',
                [new, old],
            )
            if table is Attempt:
                copied = int(cursor.rowcount)
    return copied


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=100_000, help="how many attempts the database shall hold")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studysite.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from quizzes.models import Attempt

    call_command("migrate", verbosity=0)
    if Attempt.objects.exists():
        sys.stderr.write("This database holds answers already; name an empty one with STATE_DIR or DATABASE_URL.\n")
        return 1
    make_templates(say)
    prototypes = [make_learner(seed) for seed in range(PROTOTYPES)]
    fill(options.attempts, prototypes, say)
    return 0


def say(line: str) -> None:
    """Progress, beside the results."""
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
