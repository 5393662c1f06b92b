"""Many requests at once, each in a thread and on a database connection of its own."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import pytest
from django.db import connection

from quizzes import agenda, study
from quizzes.authoring import load_bank
from quizzes.models import Attempt, Card, QuestionTemplate, TemplateVersion, User, uuid7
from quizzes.scheduling import fold
from quizzes.study import Conflict, Result, Submission
from quizzes.study.rows import answer_of, card_state
from tests.bank import BANK
from tests.quizzes.answers import right, submission, wrong

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 32
CONV = "conv-output-size"


@pytest.fixture
def learner_id(transactional_db: None, bank: None) -> UUID:
    """A guest, with the bank loaded, committed for all threads to see."""
    device, _ = study.create_guest("test")
    return device.user_id  # type: ignore[no-any-return]


def at_once(calls: list[Callable[[], Result]]) -> Counter[str]:
    """Start all calls in the same moment; how often each outcome came. What is not expected is raised."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Result]) -> str:
        try:
            connection.ensure_connection()
            gate.wait(timeout=60)
            return "created" if call().created else "repeated"
        except Conflict as conflict:
            return conflict.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(run, calls))


def submits(learner: UUID, submissions: list[Submission], *, stranger: bool = False) -> list[Callable[[], Result]]:
    return [lambda sent=sent: study.submit(learner, sent, stranger=stranger) for sent in submissions]  # type: ignore[misc]


def check_cards(learner: UUID) -> None:
    """Every card is the fold of its attempts, and none was lost."""
    for card in Card.objects.filter(learner_id=learner):
        attempts = Attempt.objects.filter(learner_id=learner, template_id=card.template_id)
        key = agenda.card_key(learner, card.template_id)
        assert card_state(card) == fold(map(answer_of, attempts), key=key)
        assert card.revision == attempts.count()


def test_the_same_attempt_sent_many_times_is_recorded_once(learner_id: UUID) -> None:
    sent = submission(study.next_question(learner_id, template=CONV))
    assert at_once(submits(learner_id, [sent] * MANY)) == {"created": 1, "repeated": MANY - 1}
    assert Attempt.objects.count() == 1
    check_cards(learner_id)


def test_of_many_answers_to_one_variant_one_counts(learner_id: UUID) -> None:
    question = study.next_question(learner_id, template=CONV)
    answers = [right(question.variant), wrong(question.variant, "stride-ignored")]
    sent = [submission(question, answers[number % 2]) for number in range(MANY)]
    assert at_once(submits(learner_id, sent)) == {"created": 1, "variant-answered": MANY - 1}
    assert Attempt.objects.count() == 1
    check_cards(learner_id)


def test_one_id_on_many_variants_is_recorded_once(learner_id: UUID) -> None:
    """On two templates, so that no card's row holds the others back."""
    chosen = uuid7()
    slugs = [CONV, "gap-vs-fc-parameters"] * (MANY // 2)
    sent = [submission(study.next_question(learner_id, template=slug), id=chosen) for slug in slugs]
    assert at_once(submits(learner_id, sent)) == {"created": 1, "id-reused": MANY - 1}
    assert Attempt.objects.count() == Card.objects.filter(revision=1).count() == Card.objects.count() == 1
    check_cards(learner_id)


@pytest.mark.parametrize("known", [False, True])
def test_many_answers_to_one_card_are_all_taken_in(learner_id: UUID, known: bool) -> None:
    if known:
        study.submit(learner_id, submission(study.next_question(learner_id, template=CONV)))
    asked = [study.next_question(learner_id, template=CONV) for _ in range(MANY)]
    sent = [
        submission(question, wrong(question.variant, "stride-ignored") if number % 3 else None)
        for number, question in enumerate(asked)
    ]
    assert at_once(submits(learner_id, sent)) == {"created": MANY}
    assert Attempt.objects.count() == MANY + known
    assert Card.objects.get().revision == MANY + known
    check_cards(learner_id)


@pytest.mark.usefixtures("learner_id")
def test_a_strangers_first_answer_sent_many_times_makes_one_guest() -> None:
    visitor = uuid7()
    sent = submission(study.next_question(visitor, stranger=True))
    before = User.objects.count()
    assert at_once(submits(visitor, [sent] * MANY, stranger=True)) == {"created": 1, "repeated": MANY - 1}
    assert User.objects.count() == before + 1
    assert User.objects.get(id=visitor).is_guest
    assert Attempt.objects.get().learner_id == visitor
    check_cards(visitor)


def test_a_strangers_first_answers_from_several_tabs_make_one_guest(learner_id: UUID) -> None:
    visitor = uuid7()
    sent = [submission(study.next_question(visitor, stranger=True, template=CONV)) for _ in range(MANY)]
    assert at_once(submits(visitor, sent, stranger=True)) == {"created": MANY}
    assert Card.objects.get().revision == MANY
    assert User.objects.filter(id=visitor).count() == 1
    check_cards(visitor)


@pytest.mark.usefixtures("learner_id")
def test_many_learners_answer_at_once() -> None:
    learners = [study.create_guest("test")[0].user_id for _ in range(MANY)]
    calls = [call for one in learners for call in submits(one, [submission(study.next_question(one, template=CONV))])]
    assert at_once(calls) == {"created": MANY}
    for one in learners:
        check_cards(one)


def test_a_template_is_published_while_learners_answer(learner_id: UUID) -> None:
    part = [one for one in BANK.sources if f'slug = "{CONV}"' in one[1]] + list(BANK.sources[-20:])
    changed = replace(BANK, sources=tuple((where, f"{source}\n# again\n") for where, source in part))
    asked = [study.next_question(learner_id, template=CONV) for _ in range(8)]

    def load() -> None:
        load_bank(changed)
        connection.close()

    publishers = [threading.Thread(target=load) for _ in range(4)]
    for publisher in publishers:
        publisher.start()
    assert at_once(submits(learner_id, [submission(question) for question in asked])) == {"created": 8}
    for publisher in publishers:
        publisher.join(60)
    assert TemplateVersion.objects.filter(template__slug=CONV).count() == 2
    current = QuestionTemplate.objects.get(slug=CONV).current
    assert current is not None
    assert current.number == 2
    assert set(Attempt.objects.values_list("version__number", flat=True)) == {1}
    check_cards(learner_id)
