"""What a database full of others costs a learner: 10⁴, 10⁵ and 10⁶ attempts; and a learner with a long history.

The reference is the same verb for a learner of the same size in the smallest database, asked in turns with the larger.
"""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

from django.db import connection

from benchmarks import population
from benchmarks.population import ATTEMPTS, BIG_ATTEMPTS, BIG_CARDS, BIG_DAYS, NOW, PROTOTYPES, Progress

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = 25

_SECONDS = count()


@dataclass(frozen=True)
class Timing:
    """``ratio`` is to the same verb and learner in the smallest database."""

    verb: str
    learner: str
    attempts: int
    ms: float
    ratio: float


def measure(sizes: tuple[int, ...] = SIZES, progress: Progress = population.say) -> list[Timing]:
    """Fill the database step by step, keep a copy of each size, and ask all copies in turns: medians of each verb."""
    population.make_templates(progress)
    prototypes = [population.make_learner(seed) for seed in range(PROTOTYPES)]
    learners = {
        f"{ATTEMPTS} attempts": prototypes[0],
        f"{BIG_ATTEMPTS:,} attempts, {BIG_CARDS:,} cards": population.make_learner(
            99, BIG_CARDS, BIG_ATTEMPTS, BIG_DAYS
        ),
    }
    copies: dict[int, Path] = {}
    for size in sizes:
        population.fill(size + BIG_ATTEMPTS, prototypes[1:], progress)
        copies[size] = _copy(size)
    found: list[Timing] = []
    for name, learner in learners.items():
        for verb, call in _verbs(learner).items():
            progress(f"{verb}, {name}")
            medians = _medians(call, copies)
            found += [Timing(verb, name, size, ms, ms / medians[sizes[0]]) for size, ms in medians.items()]
    return found


def _copy(size: int) -> Path:
    """The database as it is now, in a file of its own beside it."""
    path = Path(connection.settings_dict["NAME"]).with_name(f"{size}.sqlite3")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
    with sqlite3.connect(path) as copy:
        copy.execute("PRAGMA journal_mode=WAL")
    return path


def table(timings: list[Timing]) -> list[str]:
    """A line per verb, learner and size."""
    return [f"{t.verb:14} {t.learner:34} {t.attempts:>9,} {t.ms:8.2f} ms {t.ratio:6.2f} ×" for t in timings]


def _verbs(learner: UUID) -> dict[str, Callable[[int], object]]:
    from quizzes import progress, study

    def submit(number: int) -> object:
        asked = questions[number]
        now = NOW + timedelta(seconds=next(_SECONDS))  # each answer after the one before: none arrives late
        return study.submit(learner, study.Submission(uuid4(), asked.token, {"s": "1"}), now=now)

    questions = [
        study.next_question(learner, template="sum-7", now=NOW - timedelta(minutes=1)) for _ in range(2 * ROUNDS)
    ]
    return {
        "next question": lambda number: study.next_question(learner, now=NOW),
        "submit": submit,
        "review queue": lambda number: progress.reviews(learner, NOW),
        "progress": lambda number: progress.overview(learner, NOW),
    }


def _medians(call: Callable[[int], object], copies: dict[int, Path]) -> dict[int, float]:
    """Milliseconds by size. The machine's noise falls on all sizes alike, because they are asked in turns."""
    times: dict[int, list[float]] = {size: [] for size in copies}
    for number in range(0, 2 * ROUNDS, 2):
        for size, path in copies.items():
            connection.close()
            connection.settings_dict["NAME"] = path
            call(number)  # the connection is new
            start = time.perf_counter()
            call(number + 1)
            times[size].append(time.perf_counter() - start)
    return {size: statistics.median(found) * 1000 for size, found in times.items()}


def main() -> None:
    """`python -m benchmarks.growth`: in a database of its own, gone afterwards."""
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
