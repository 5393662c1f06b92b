"""``make bench``: each figure as a ratio to a named reference that was measured in the same run, interleaved.

Machines are shared and noisy: absolute times mean little, medians of ratios more. The table is also written as JSON.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from benchmarks import engine, memory, population
from tests import postgres

ROUNDS = 9
SUBMITS = 30  # in a round


@dataclass(frozen=True)
class Figure:
    """``ratio`` is the subject's time divided by the reference's; below 1 the subject is faster."""

    subject: str
    reference: str
    subject_us: float
    reference_us: float
    ratio: float


def compare(subject: str, run: Callable[[], object], reference: str, other: Callable[[], object], calls: int) -> Figure:
    """Time both in turns; the ratio is the median of the rounds' ratios."""
    run(), other()
    pairs = [(_time(run, calls), _time(other, calls)) for _ in range(ROUNDS)]
    return Figure(
        subject,
        reference,
        statistics.median(mine for mine, _ in pairs) * 1e6,
        statistics.median(theirs for _, theirs in pairs) * 1e6,
        statistics.median(mine / theirs for mine, theirs in pairs),
    )


def _time(run: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return (time.perf_counter() - start) / calls


def submit() -> Figure:
    """Grade, append and refold, against one bare INSERT and UPDATE in a transaction; SQLite, fully synchronous."""
    from django.core.management import call_command
    from django.db import transaction

    from quizzes import study
    from quizzes.models import Attempt, Card

    call_command("migrate", verbosity=0)
    call_command("loadbank", verbosity=0)
    device, _ = study.create_guest("bench")
    learner = device.user_id

    asked = [study.next_question(learner, template="conv-output-size") for _ in range(2 + ROUNDS * SUBMITS)]

    def answer() -> study.Result:
        return study.submit(learner, study.Submission(uuid4(), asked.pop().token, {"O": "14"}))

    key = {"learner_id": learner, "template_id": answer().attempt.template_id}
    row = Attempt.objects.filter(learner_id=learner).get()

    def bare() -> None:
        with transaction.atomic():
            row.id, row.seed = uuid4(), row.seed + 1
            row.save(force_insert=True)
            Card.objects.filter(**key).update(revision=1)

    # Each call's attempt makes the next one's history longer: the reference grows with it, in turns.
    return compare("study.submit", answer, "one INSERT, one UPDATE, one commit", bare, SUBMITS)


def _api(database: dict[str, str]) -> None:
    """In a process of its own: the database is chosen when Django starts."""
    print(f"-- the API on {'PostgreSQL' if database else 'SQLite'}", flush=True)
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | database
    subprocess.run([sys.executable, "-m", "benchmarks.api"], env=environment, check=True)


def main() -> None:
    """Print the table and write it as JSON."""
    state = Path(os.environ.get("STATE_DIR", "var")).resolve()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["STATE_DIR"] = folder
        os.environ.pop("DATABASE_URL", None)
        os.environ["DJANGO_SETTINGS_MODULE"] = "studysite.settings"
        import django

        django.setup()
        from benchmarks import growth, questions  # after the set-up: what they measure must find its settings

        rates = questions.measure()
        figures = [submit()]
        timings = growth.measure()
    print("\n".join(questions.table(rates)))
    for figure in figures:
        print(
            f"{figure.subject:34} {figure.subject_us:10.1f} µs  {figure.ratio:7.3f} × {figure.reference}"
            f" ({figure.reference_us:.1f} µs)"
        )
    print("\n".join(growth.table(timings)))
    _api({})
    if (programs := postgres.programs()) is not None:
        with postgres.server(programs) as url:
            _api({"DATABASE_URL": url})
    memories = memory.measure(progress=population.say)
    print("\n".join(memory.table(memories)))
    state.mkdir(parents=True, exist_ok=True)
    written = {
        "questions": list(map(asdict, rates)),
        "service": list(map(asdict, figures)),
        "growth": list(map(asdict, timings)),
        "memory": asdict(memories),
        "engine": list(map(asdict, engine.measure([]))),
    }
    (state / "bench.json").write_text(json.dumps(written, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
