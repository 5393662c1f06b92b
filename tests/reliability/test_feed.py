"""Many devices write while one reads the feed: it skips nothing."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection

from quizzes import study
from quizzes.models import Belief, Card, QuestionTemplate, uuid7
from quizzes.study import Submission
from quizzes.study.changes import Change
from tests.quizzes.answers import right, wrong

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, EACH = 8, 12


@pytest.mark.usefixtures("bank")
def test_eight_writers_and_a_reader_skip_nothing() -> None:
    device, _ = study.create_guest("test")
    learner: UUID = device.user_id
    slugs = list(QuestionTemplate.objects.filter(kind="question", calculates=True).values_list("slug", flat=True)[:24])
    asked = [[study.next_question(learner, template=slug) for slug in slugs[n : n + EACH]] for n in range(WRITERS)]
    gate, done = threading.Barrier(WRITERS + 1), threading.Event()
    seen: dict[tuple[str, str], int] = {}  # by what is told: the latest number

    def write(number: int) -> None:
        try:
            connection.ensure_connection()
            gate.wait(timeout=60)
            for question in asked[number]:
                codes = list(question.variant.wrong)
                response = wrong(question.variant, codes[0]) if codes and number % 2 else right(question.variant)
                study.submit(learner, Submission(uuid7(), question.token, response))
        finally:
            connection.close()

    def read() -> int:
        """Keep reading from where the last piece ended; the number of pieces."""
        place, pieces = study.BEGINNING, 0
        try:
            connection.ensure_connection()
            gate.wait(timeout=60)
            while True:
                finished = done.is_set()
                page = study.changes(learner, place, 3)
                assert all(place < change.number <= page.number for change in page.changes)
                seen.update({_key(change): change.number for change in page.changes})
                place, pieces = page.number, pieces + 1
                if finished and not page.has_more:
                    return pieces
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        reader = pool.submit(read)
        writers = [pool.submit(write, number) for number in range(WRITERS)]
        for writer in writers:
            writer.result(timeout=300)
        done.set()
        assert reader.result(timeout=60) > 1
    cards = {("card", str(row.template_id)): row.change for row in Card.objects.filter(learner_id=learner)}
    beliefs = {("misconception", row.code): row.change for row in Belief.objects.filter(learner_id=learner)}
    assert seen == {**cards, **beliefs, ("preferences", ""): 0}
    assert len(cards) == len(slugs[: WRITERS + EACH - 1])
    assert beliefs


def _key(change: Change) -> tuple[str, str]:
    if isinstance(change.row, Card):
        return change.kind, str(change.row.template_id)
    return change.kind, change.row.code if isinstance(change.row, Belief) else ""
