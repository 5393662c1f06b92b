"""What the statistics of a template cost in processor time: with 10⁴ and 10⁶ attempts at it, and with 10⁶ at others.

`python -m benchmarks.statistics_page`, in a database of its own, gone afterwards. The reference is a template with 10⁴
attempts in a database with 10⁴ others, read before the database grows.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.core.cache import cache
from django.db import connection

from benchmarks.population import Progress, say

SMALL, LARGE = 10_000, 1_000_000
TEMPLATES = 60  # of the level, which are compared with
LEARNERS = 1_000
ROUNDS = 7
NOW = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)

_SOURCE = """
schema = 1
slug = "page-{number}"
topic = "measured"
level = 1
source = "made for measuring"
title = {{ ja = "和", en = "Sum" }}
stem = {{ ja = "{{{{a}}}}に{{{{b}}}}を足すと？", en = "What is {{{{a}}}} + {{{{b}}}}?" }}
parameters = {{ a = {{ integers = [1, 1000] }}, b = {{ integers = [1, 1000] }} }}
answers = [{{ name = "s", type = "integer", value = "a + b", label = {{ ja = "和", en = "Sum" }} }}]
misconceptions = [{{ code = "measured", value = "a" }}]
solution = {{ text = {{ ja = "{{{{a}}}}に{{{{b}}}}を足します。", en = "Add {{{{a}}}} to {{{{b}}}}." }} }}
"""


@dataclass(frozen=True)
class Timing:
    """``ratio`` is to the smallest case."""

    case: str
    ms: float
    ratio: float


def measure(small: int = SMALL, large: int = LARGE, progress: Progress = say) -> list[Timing]:
    """The medians of the three cases."""
    templates = _templates()
    learners = _learners()
    _attempts(templates[0], learners, small)
    for template in templates[2:]:
        _attempts(template, learners, small // TEMPLATES)
    _analyze()
    progress(f"{small:,} attempts at the template, {small:,} at others")
    few = _seconds(templates[0])
    _attempts(templates[1], learners, large)
    _analyze()
    progress(f"{large:,} attempts at another")
    cases = {"10⁴ of its own, 10⁶ of others": templates[0], "10⁶ of its own": templates[1]}
    found = [Timing("10⁴ of its own, 10⁴ of others", few * 1000, 1.0)]
    for case, template in cases.items():
        seconds = _seconds(template)
        found.append(Timing(case, seconds * 1000, seconds / few))
    return found


def table(timings: list[Timing]) -> list[str]:
    """A line per case."""
    return [f"{one.case:34} {one.ms:9.1f} ms {one.ratio:6.2f} ×" for one in timings]


def _seconds(template: UUID) -> float:
    """The median of what the page reads and calculates, the others' figures too."""
    from quizzes import progress
    from quizzes.models import QuestionTemplate

    row = QuestionTemplate.objects.get(id=template)

    def read() -> object:
        cache.clear()
        found = progress.template_statistics(row.slug)
        return progress.difficulty(row, found.overall.first), progress.unexplained(row, found.since)

    read()
    return statistics.median(_timed(read) for _ in range(ROUNDS))


def _timed(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def _templates() -> list[UUID]:
    from quizzes.authoring import publish
    from quizzes.models import Misconception, Topic

    words = {f"{name}_{language}": "…" for name in ("title", "wrong", "remedy") for language in ("ja", "en")}
    Topic.objects.create(slug="measured", position=0, title_ja="題", title_en="Topic")
    Misconception.objects.create(code="measured", **words)
    return [publish(_SOURCE.format(number=number))[0].template_id for number in range(TEMPLATES + 2)]


def _learners() -> list[UUID]:
    from quizzes.models import User
    from quizzes.study.accounts import guest

    return [user.id for user in User.objects.bulk_create([guest() for _ in range(LEARNERS)])]


def _attempts(template: UUID, learners: list[UUID], number: int) -> None:
    """Two thirds right, a sixth as the misconception leads to, a sixth as ``2*a + b``."""
    from quizzes.models import Attempt, TemplateVersion, uuid7

    version = TemplateVersion.objects.get(template_id=template)
    first = {
        learner: Attempt(
            learner_id=learner, id=uuid7(), template_id=template, version=version, seed=-1, format="free",
            parameters={"a": 3, "b": 5}, request_digest="0" * 64, response={"s": "8"}, verdict="correct", score=1.0,
            purpose="practice", duration_ms=20_000, issued_at=NOW, answered_at=NOW, received_at=NOW,
            utc_offset_minutes=540, day=20_000,
        )
        for learner in learners[: min(len(learners), number)]
    }  # fmt: skip
    Attempt.objects.bulk_create(first.values(), batch_size=500)
    sqlite = connection.vendor == "sqlite"
    given = "CASE n % 6 WHEN 0 THEN n % 1000 WHEN 1 THEN 2 * (n % 1000) + n % 997 ELSE n % 1000 + n % 997 END"
    text, later = ("json_object", "datetime(answered_at, n || ' seconds')") if sqlite else (
        "jsonb_build_object", "answered_at + n * interval '1 second'"
    )  # fmt: skip
    changed = {
        "id": "lower(hex(randomblob(16)))" if sqlite else "gen_random_uuid()",
        "seed": "n",
        "answered_at": later,
        "parameters": f"{text}('a', n % 1000, 'b', n % 997)",
        "response": f"{text}('s', CAST({given} AS text))",
        "score": "CASE WHEN n % 6 < 2 THEN 0.0 ELSE 1.0 END",
        "verdict": "CASE WHEN n % 6 < 2 THEN 'incorrect' ELSE 'correct' END",
        "misconceptions": "CASE WHEN n % 6 = 0 THEN '[\"measured\"]' ELSE '[]' END" + ("" if sqlite else "::jsonb"),
    }
    columns = [str(field.column) for field in Attempt._meta.concrete_fields]
    values = ", ".join(changed.get(column, column) for column in columns)
    name = Attempt._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s) "  # noqa: S608
            f"INSERT INTO {name} ({', '.join(columns)}) SELECT {values} FROM {name}, numbers "
            f"WHERE template_id = %s AND seed = -1".replace("%", "%%").replace("%%s", "%s"),
            [number // len(first) - 1, template.hex if sqlite else str(template)],
        )


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def main() -> None:
    """The command."""
    import os
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        os.environ["STATE_DIR"] = folder
        os.environ.pop("DATABASE_URL", None)
        os.environ["DJANGO_SETTINGS_MODULE"] = "studysite.settings"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        print("\n".join(table(measure())))


if __name__ == "__main__":
    main()
