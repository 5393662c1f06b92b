"""A database full of learners: `python -m benchmarks.population --attempts 1000000`, into STATE_DIR or DATABASE_URL.

A few learners are made row by row, their cards folded from their attempts as always; all others are copies of them
inside the database under new ids. It refuses a database in which somebody has answered already.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

TOPICS = 20
TEMPLATES = 2000
CARDS, ATTEMPTS = 100, 400  # of an ordinary learner
BIG_CARDS, BIG_ATTEMPTS = 2000, 20_000
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


def make_templates(progress: Progress) -> None:
    """Publish the templates that the learners study."""
    from django.db import transaction

    from quizzes.authoring import publish
    from quizzes.models import Misconception, Topic

    words = {f"{name}_{language}": "…" for name in ("title", "wrong", "remedy") for language in ("ja", "en")}
    with transaction.atomic():
        for number in range(TOPICS):
            Topic.objects.create(slug=f"topic-{number}", position=number, title_ja="題", title_en="Topic")
            Misconception.objects.create(code=f"rule-{number}", **words)
        for number in range(TEMPLATES):
            names = {"topic": number * TOPICS // TEMPLATES, "level": 1 + number % 4, "rule": number % TOPICS}
            publish(_SOURCE.format(number=number, **names))
    progress(f"{TEMPLATES} templates published")


def make_learner(seed: int, cards: int = CARDS, attempts: int = ATTEMPTS) -> UUID:
    """A learner with a history up to :data:`NOW`: 85 % of the answers are right, half of the wrong ones explained."""
    from quizzes import study
    from quizzes.models import Attempt, QuestionTemplate, User
    from quizzes.scheduling import learner_day

    chance = random.Random(seed)  # noqa: S311  # to repeat, not to hide
    user = User(utc_offset_minutes=540)
    user.set_unusable_password()
    user.save(force_insert=True)
    published = QuestionTemplate.objects.filter(slug__startswith="sum-").order_by("slug")
    templates = list(published.values_list("id", "current_id", "misconceptions__code")[:cards])
    rows = []
    for number in range(attempts):
        template, version, rule = templates[number % cards]
        at = NOW - timedelta(days=360) * (1 - number / attempts) + timedelta(seconds=chance.randrange(40))
        right = chance.random() < 0.85
        rows.append(
            Attempt(
                learner_id=user.id,
                id=uuid4(),
                template_id=template,
                version_id=version,
                seed=seed * 1_000_000 + number,
                format="free",
                parameters={"a": number + 1},
                request_digest="0" * 64,
                response={"s": str(number + 1 + right)},
                verdict="correct" if right else "incorrect",
                score=float(right),
                misconceptions=[] if right or chance.random() < 0.5 else [rule],
                exposes=[rule],
                recall=0.9 if number >= cards else None,
                purpose="review",
                duration_ms=chance.randrange(5_000, 60_000),
                issued_at=at,
                answered_at=at,
                received_at=at,
                utc_offset_minutes=540,
                day=learner_day(at, timedelta(hours=9)),
            )
        )
    Attempt.objects.bulk_create(rows, batch_size=500)
    study.refold(user)
    return user.id


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
