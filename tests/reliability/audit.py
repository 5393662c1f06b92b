"""``python -m tests.reliability.audit < journal``: the database held against what clients sent and were told.

A process of its own, as the database is that of a site under test. It writes what it found as JSON and changes nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from typing import Any

from tests.serving import ROOT, Site

from .journal import Journal


def audit(site: Site, journal: Journal) -> dict[str, Any]:
    """Counts of what is there, and of everything that is not as it must be (``problems``)."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.reliability.audit"],
        cwd=ROOT, env=dict(site.environment), input=json.dumps(journal.told()), text=True, capture_output=True,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return dict(json.loads(done.stdout))


def _found(begun: str, entries: dict[str, dict[str, Any]]) -> dict[str, Any]:
    from quizzes.models import Attempt, CardAction, User

    problems: Counter[str] = Counter()
    learners = User.objects.filter(created_at__gte=begun)  # of this journal alone
    attempts = list(Attempt.objects.filter(learner__in=learners).values_list(*_COLUMNS))
    acts = list(CardAction.objects.filter(learner__in=learners).values_list("id", "learner_id"))
    kept = {str(id): (str(learner), verdict) for id, learner, verdict, _version, _seed in attempts}
    kept |= {str(id): (str(learner), None) for id, learner in acts}
    for id, entry in entries.items():
        learner, verdict = kept.get(id, (None, None))
        if entry["acknowledged"] and learner is None:
            problems[f"lost: an acknowledged {entry['kind']}"] += 1
        elif entry["acknowledged"] and (verdict != entry["verdict"] or entry["learner"] not in (learner, "")):
            problems["kept, but not as it was acknowledged"] += 1
    ids = Counter(str(row[0]) for row in (*attempts, *acts))
    variants = Counter(row[1:2] + row[3:] for row in attempts)
    problems["doubled"] = sum(count - 1 for count in (*ids.values(), *variants.values()))
    problems["never sent"] = len(kept.keys() - entries.keys())
    cards = sum(_check_learner(user, problems) for user in learners)
    _check_database(problems)
    return {
        "attempts": len(attempts),
        "acts": len(acts),
        "cards": cards,
        "problems": {name: count for name, count in problems.items() if count},
    }


_COLUMNS = ("id", "learner_id", "verdict", "version_id", "seed")


def _check_learner(user: Any, problems: Counter[str]) -> int:
    """What follows from the log, against a replay of the log alone; how many cards there are."""
    from django.db import transaction

    from quizzes import agenda, study
    from quizzes.models import Attempt, Belief, Card, CardAction
    from quizzes.scheduling import fold
    from quizzes.study.rows import action_of, answer_of, belief_of, card_state

    def cards() -> dict[Any, Any]:
        return {card.template_id: card_state(card) for card in Card.objects.filter(learner_id=user.id)}

    def beliefs() -> dict[str, Any]:
        return {row.code: belief_of(row) for row in Belief.objects.filter(learner_id=user.id)}

    before, believed = cards(), beliefs()
    for template in {*before, *Attempt.objects.filter(learner_id=user.id).values_list("template_id", flat=True)}:
        key = {"learner_id": user.id, "template_id": template}
        log = [*map(answer_of, Attempt.objects.filter(**key).exclude(purpose="cram"))]
        log += map(action_of, CardAction.objects.filter(**key))  # type: ignore[arg-type]  # events both
        replayed = fold(log, agenda.preferences_of(user), agenda.card_key(user.id, template))
        problems["a card differs from the replay of its log"] += before.get(template) != replayed
    with transaction.atomic():  # as `manage.py refold` does it
        study.refold(study.lock(user.id))
        problems["a card is changed by refold"] += sum(
            before.get(template) != state for template, state in cards().items()
        )
        problems["a belief is changed by refold"] += sum(
            believed.get(code) != belief for code, belief in beliefs().items()
        )
        transaction.set_rollback(True)
    return len(before)


def _check_database(problems: Counter[str]) -> None:
    """Whether the database's own structure is sound."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA integrity_check")
            problems["integrity_check"] = int(cursor.fetchall() != [("ok",)])
            cursor.execute("PRAGMA foreign_key_check")
            problems["foreign_key_check"] = len(cursor.fetchall())
        else:
            cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'amcheck'")
            if cursor.fetchone() != (1,):
                return  # Debian's server brings it along
            cursor.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
            cursor.execute(
                "SELECT bt_index_check(index.oid, true) FROM pg_class index JOIN pg_am ON pg_am.oid = index.relam "
                "WHERE amname = 'btree' AND relkind = 'i' AND relnamespace = 'public'::regnamespace"
            )


def _main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studysite.settings")
    django.setup()
    json.dump(_found(**json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    _main()
