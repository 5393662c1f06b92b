"""What a database full of others costs a learner: 10⁴, 10⁵ and 10⁶ attempts; and a learner with a long history.

The reference is the same verb for a learner of the same size in the smallest database, measured in the same run.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from uuid import UUID, uuid4

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
    """Fill the database step by step; medians of each verb at each size."""
    population.make_templates(progress)
    prototypes = [population.make_learner(seed) for seed in range(PROTOTYPES)]
    learners = {
        f"{ATTEMPTS} attempts": prototypes[0],
        f"{BIG_ATTEMPTS:,} attempts, {BIG_CARDS:,} cards": population.make_learner(
            99, BIG_CARDS, BIG_ATTEMPTS, BIG_DAYS
        ),
    }
    found: list[Timing] = []
    first: dict[tuple[str, str], float] = {}
    for size in sizes:
        population.fill(size + BIG_ATTEMPTS, prototypes[1:], progress)
        for name, learner in learners.items():
            for verb, call in _verbs(learner).items():
                ms = _median(call)
                reference = first.setdefault((verb, name), ms)
                found.append(Timing(verb, name, size, ms, ms / reference))
    return found


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
        study.next_question(learner, template="sum-7", now=NOW - timedelta(minutes=1)) for _ in range(ROUNDS + 1)
    ]
    return {
        "next question": lambda number: study.next_question(learner, now=NOW),
        "submit": submit,
        "review queue": lambda number: progress.reviews(learner, NOW),
        "progress": lambda number: progress.overview(learner, NOW),
    }


def _median(call: Callable[[int], object]) -> float:
    call(0)
    times = []
    for number in range(1, ROUNDS + 1):
        start = time.perf_counter()
        call(number)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


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
