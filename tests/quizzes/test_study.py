"""The learner's verbs: ask, submit, look again."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from quizzes import agenda, questions, scheduling, study
from quizzes.models import Attempt, Card, CardAction, QuestionTemplate, User, uuid7
from quizzes.questions import ResponseError
from quizzes.scheduling import Rating
from quizzes.scheduling.planning import loss
from quizzes.study import Conflict, NothingToAsk, Question
from quizzes.study.rows import action_of, answer_of, card_state
from quizzes.tickets import TicketError
from tests.quizzes.answers import ask_and_answer, submission, wrong

Make = Callable[..., QuestionTemplate]
NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)  # at the learners' clock, in Japan
DAY = timedelta(days=1)
CONV = "conv-output-size"


def replayed(learner: UUID, template: UUID) -> scheduling.CardState:
    """The card's state calculated from the stored attempts alone."""
    attempts = Attempt.objects.filter(learner_id=learner, template_id=template).exclude(purpose="cram")
    actions = CardAction.objects.filter(learner_id=learner, template_id=template)
    preferences = agenda.preferences_of(User.objects.get(id=learner))
    events: list[scheduling.Event] = [*map(answer_of, attempts), *map(action_of, actions)]
    return scheduling.fold(events, preferences, agenda.card_key(learner, template))


def only_reads(queries: CaptureQueriesContext) -> bool:
    return all(query["sql"].lstrip("(").upper().startswith("SELECT") for query in queries.captured_queries)


# Submitting


@pytest.mark.usefixtures("bank")
def test_a_right_answer_records_an_attempt_and_a_card(learner: User, template: QuestionTemplate) -> None:
    question = study.next_question(learner.id, template=CONV, purpose="practice", now=NOON)
    sent = submission(question, hints_used=1, duration_ms=5300, utc_offset_minutes=540)
    result = study.submit(learner.id, sent, now=NOON + timedelta(seconds=6))
    stored = Attempt.objects.get()
    assert result.created
    assert (stored.learner_id, stored.id, stored.template_id) == (learner.id, sent.id, template.id)
    assert (stored.version_id, stored.seed) == (template.current_id, question.ticket.seed)
    assert stored.parameters == question.variant.parameters_json()
    assert (stored.response, stored.verdict, stored.score) == (sent.response, "correct", 1.0)
    assert (stored.misconceptions, stored.hints_used, stored.duration_ms) == ([], 1, 5300)
    assert (stored.gave_up, stored.self_rating) == (False, None)
    assert (stored.format, stored.purpose) == ("free", "practice")
    assert (stored.issued_at, stored.received_at) == (NOON, NOON + timedelta(seconds=6))
    assert stored.day == scheduling.learner_day(NOON, timedelta(hours=9))
    card = Card.objects.get()
    assert (card.learner_id, card.template_id, card.revision) == (learner.id, template.id, 1)
    assert card.rating == Rating.HARD
    assert card_state(card) == result.card == replayed(learner.id, template.id)


@pytest.mark.parametrize("code", ["forgot-plus-one", "pad-one-side", "padding-ignored", "stride-ignored"])
@pytest.mark.parametrize("format", ["free", "choice"])
@pytest.mark.usefixtures("bank")
def test_a_wrong_answer_is_diagnosed(learner: User, code: str, format: questions.Format) -> None:
    question = study.next_question(learner.id, template=CONV, format=format)
    result = study.submit(learner.id, submission(question, wrong(question.variant, code)))
    stored = Attempt.objects.get()
    assert (stored.verdict, stored.score, stored.format) == ("incorrect", 0.0, format)
    assert code in stored.misconceptions
    assert result.grade is not None
    assert list(result.grade.misconceptions) == stored.misconceptions
    assert result.card.second_chance


@pytest.mark.usefixtures("bank")
def test_a_wrong_answer_that_no_rule_explains_has_no_diagnosis(learner: User) -> None:
    question = study.next_question(learner.id, template=CONV)
    study.submit(learner.id, submission(question, {"O": "99999"}))
    assert Attempt.objects.get().misconceptions == []


@pytest.mark.usefixtures("bank")
def test_a_partly_right_answer_is_not_a_right_one(learner: User) -> None:
    result = ask_and_answer(learner.id, "gap-vs-fc-parameters", "gap-is-flatten")
    assert (result.attempt.verdict, result.attempt.score) == ("partial", 0.5)
    assert result.card.rating is Rating.AGAIN
    assert result.card.second_chance


@pytest.mark.parametrize("response", [{}, {"O": ""}, {"O": "１４²"}, {"O": "abc"}, {"O": "14", "X": "1"}, None])
@pytest.mark.usefixtures("bank")
def test_an_unreadable_response_records_nothing(learner: User, response: dict[str, str] | None) -> None:
    question = study.next_question(learner.id, template=CONV)
    sent = study.Submission(uuid7(), question.token, response)
    with CaptureQueriesContext(connection) as queries, pytest.raises(ResponseError):
        study.submit(learner.id, sent)
    assert only_reads(queries)
    assert not Attempt.objects.exists()
    assert not Card.objects.exists()
    study.submit(learner.id, submission(question, id=sent.id))  # neither the id nor the variant is used up


@pytest.mark.usefixtures("bank")
def test_i_dont_know_reads_no_response_and_rates_again(learner: User) -> None:
    question = study.next_question(learner.id, template=CONV)
    result = study.submit(learner.id, submission(question, {"O": "nonsense"}, gave_up=True))
    stored = Attempt.objects.get()
    assert (stored.verdict, stored.gave_up, stored.response) == ("incorrect", True, None)
    assert (result.card.rating, result.card.second_chance) == (Rating.AGAIN, False)
    shown = study.result(learner.id, stored.id)
    assert shown.grade is not None
    assert shown.grade.fields[0].given is None


@pytest.mark.usefixtures("bank")
def test_a_flashcard_is_rated_by_the_learner(learner: User) -> None:
    question = study.next_question(learner.id, kind="flashcard")
    with pytest.raises(ResponseError, match="rating: empty"):
        study.submit(learner.id, study.Submission(uuid7(), question.token, gave_up=True))
    sent = study.Submission(uuid7(), question.token, self_rating=Rating.EASY)
    result = study.submit(learner.id, sent)
    assert (result.grade, result.attempt.verdict, result.card.rating) == (None, "rated", Rating.EASY)
    assert study.submit(learner.id, sent).created is False
    assert study.result(learner.id, sent.id).grade is None


@pytest.mark.usefixtures("bank")
def test_a_rating_on_a_question_counts_for_nothing(learner: User) -> None:
    question = study.next_question(learner.id, template=CONV)
    response = wrong(question.variant, "stride-ignored")
    study.submit(learner.id, submission(question, response, self_rating=Rating.EASY))
    assert Attempt.objects.get().self_rating is None
    assert Card.objects.get().rating == Rating.AGAIN


@pytest.mark.usefixtures("bank")
def test_the_same_submission_again_gives_the_first_result(learner: User) -> None:
    question = study.next_question(learner.id, template=CONV)
    sent = submission(question, wrong(question.variant, "forgot-plus-one"), duration_ms=9)
    first = study.submit(learner.id, sent)
    before = card_state(Card.objects.get())
    second = study.submit(learner.id, sent, now=datetime.now(UTC) + timedelta(hours=5))
    assert (first.created, second.created) == (True, False)
    assert second.grade == first.grade
    assert second.card == first.card == before == card_state(Card.objects.get())
    assert Attempt.objects.count() == 1


@pytest.mark.usefixtures("bank")
def test_a_matrix_is_graded_from_storage_as_it_was_at_first(learner: User) -> None:
    question = study.next_question(learner.id, template="max-pool-matrix")
    sent = submission(question, wrong(question.variant, "mean-instead-of-max"))
    first, second = (study.submit(learner.id, sent) for _ in range(2))
    assert first.attempt.misconceptions == second.attempt.misconceptions == ["mean-instead-of-max"]
    assert first.grade is not None
    assert second.grade is not None
    assert (first.grade.fields[0].given == second.grade.fields[0].given).all()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "change",
    [
        {"response": {"O": "1"}},
        {"hints_used": 1},
        {"gave_up": True},
        {"duration_ms": 2},
        {"utc_offset_minutes": 0},
        {"answered_at": NOON},
    ],
)
@pytest.mark.usefixtures("bank")
def test_an_id_with_another_content_is_a_conflict(learner: User, change: dict[str, Any]) -> None:
    question = study.next_question(learner.id, template=CONV)
    first = submission(question)
    study.submit(learner.id, first)
    with pytest.raises(Conflict, match="id-reused") as conflict:
        study.submit(learner.id, submission(question, **{"id": first.id, **change}))
    assert conflict.value.attempt.id == first.id
    assert Attempt.objects.count() == Card.objects.get().revision == 1


@pytest.mark.usefixtures("bank")
def test_an_id_on_another_variant_is_a_conflict_even_with_another_template(learner: User) -> None:
    first = submission(study.next_question(learner.id, template=CONV))
    study.submit(learner.id, first)
    for slug in (CONV, "gap-vs-fc-parameters"):
        question = study.next_question(learner.id, template=slug)
        with pytest.raises(Conflict, match="id-reused"):
            study.submit(learner.id, submission(question, id=first.id))
    assert Attempt.objects.count() == 1
    assert Card.objects.count() == 1


@pytest.mark.usefixtures("bank")
def test_only_the_first_answer_to_a_variant_counts(learner: User) -> None:
    question = study.next_question(learner.id, template=CONV)
    first = study.submit(learner.id, submission(question, {"O": "1"}))
    with pytest.raises(Conflict, match="variant-answered") as conflict:
        study.submit(learner.id, submission(question))
    assert conflict.value.attempt.id == first.attempt.id
    assert Attempt.objects.get().verdict == "incorrect"
    assert Card.objects.get().revision == 1


@pytest.mark.usefixtures("bank")
def test_two_learners_may_use_the_same_id(learner: User) -> None:
    other, _ = study.create_guest("other")
    chosen = uuid7()
    for user in (learner.id, other.user_id):
        study.submit(user, submission(study.next_question(user, template=CONV), id=chosen))
    assert Attempt.objects.filter(id=chosen).count() == 2


@pytest.mark.usefixtures("bank")
def test_the_attempt_and_the_card_are_stored_together_or_not_at_all(learner: User) -> None:
    question = study.next_question(learner.id, template=CONV)
    sent = submission(question)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE FUNCTION broken() RETURNS trigger AS "
                "$$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$ LANGUAGE plpgsql"
            )
            cursor.execute("CREATE TRIGGER broken BEFORE INSERT ON quizzes_card FOR EACH ROW EXECUTE FUNCTION broken()")
        else:
            cursor.execute(
                "CREATE TRIGGER broken BEFORE INSERT ON quizzes_card BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
            )
    with pytest.raises(DatabaseError, match="the disk is full"):
        study.submit(learner.id, sent)
    assert not Attempt.objects.exists()
    assert not Card.objects.exists()
    visitor = uuid7()
    with pytest.raises(DatabaseError, match="the disk is full"):
        study.submit(visitor, submission(study.next_question(visitor, stranger=True)), stranger=True)
    assert not User.objects.filter(id=visitor).exists()
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER broken" + (" ON quizzes_card" if connection.vendor == "postgresql" else ""))
    assert study.submit(learner.id, sent).created


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (timedelta(minutes=-10), timedelta(0)),
        (timedelta(minutes=3), timedelta(minutes=3)),
        (timedelta(days=300), timedelta(minutes=5)),
        (None, timedelta(minutes=5)),
    ],
)
@pytest.mark.usefixtures("bank")
def test_the_devices_clock_is_believed_between_asking_and_receiving(
    learner: User, sent: timedelta | None, stored: timedelta
) -> None:
    question = study.next_question(learner.id, template=CONV, now=NOON)
    answered_at = NOON + sent if sent is not None else None
    study.submit(learner.id, submission(question, answered_at=answered_at), now=NOON + timedelta(minutes=5))
    assert Attempt.objects.get().answered_at == NOON + stored


@pytest.mark.usefixtures("bank")
def test_the_day_is_that_of_the_devices_clock_or_else_of_the_services_zone(learner: User) -> None:
    evening = datetime(2026, 4, 1, 18, 30, tzinfo=UTC)  # 03:30 on the 2nd in Japan, still the 1st for a learner
    days = [
        ask_and_answer(learner.id, CONV, now=evening, utc_offset_minutes=minutes).attempt.day
        for minutes in (None, 540, 600, -720)
    ]
    first = scheduling.learner_day(NOON, timedelta(hours=9))
    assert days == [first, first, first + 1, first]


@pytest.mark.usefixtures("bank")
def test_what_a_client_says_is_kept_within_bounds(learner: User) -> None:
    result = ask_and_answer(learner.id, CONV, hints_used=19, duration_ms=10**15)
    assert (result.attempt.hints_used, result.attempt.duration_ms) == (2, 24 * 3600 * 1000)


# Strangers


@pytest.mark.usefixtures("bank")
def test_a_strangers_first_answer_makes_the_guest() -> None:
    visitor = uuid7()
    question = study.next_question(visitor, stranger=True)
    with pytest.raises(ResponseError):
        study.submit(visitor, submission(question, {"O": "?"}), stranger=True)
    assert not User.objects.exists()
    sent = submission(question)
    assert study.submit(visitor, sent, stranger=True).created
    assert not study.submit(visitor, sent, stranger=True).created
    guest = User.objects.get()
    assert (guest.id, guest.is_guest, guest.email) == (visitor, True, None)
    assert Attempt.objects.get().learner_id == visitor


@pytest.mark.usefixtures("bank")
def test_a_visitors_id_that_has_a_password_is_no_strangers() -> None:
    account = User.objects.create_user("someone@example.org", "correct horse battery")
    question = study.next_question(account.id, stranger=True)
    with pytest.raises(TicketError, match="not-yours"):
        study.submit(account.id, submission(question), stranger=True)
    assert not Attempt.objects.exists()


@pytest.mark.usefixtures("bank")
def test_a_question_is_answered_by_whom_it_was_asked(learner: User) -> None:
    other, _ = study.create_guest("other")
    question = study.next_question(other.user_id, template=CONV)
    with pytest.raises(TicketError, match="not-yours"):
        study.submit(learner.id, submission(question))
    assert not Attempt.objects.exists()


@pytest.mark.usefixtures("bank")
def test_another_learners_attempt_is_not_found(learner: User) -> None:
    attempt = ask_and_answer(learner.id, CONV).attempt
    other, _ = study.create_guest("other")
    assert study.result(learner.id, attempt.id).attempt == attempt
    for stranger in (other.user_id, uuid7()):
        with pytest.raises(Attempt.DoesNotExist):
            study.result(stranger, attempt.id)


# Replay


def check_cards(learner: UUID) -> None:
    for card in Card.objects.filter(learner_id=learner):
        assert card_state(card) == replayed(learner, card.template_id)


@pytest.mark.parametrize("chance", range(12))
@pytest.mark.usefixtures("bank")
def test_cards_can_be_rebuilt_from_the_attempts_after_any_history(learner: User, chance: int) -> None:
    """On the database: days pass, devices send late, travel, repeat themselves, give up, take hints."""
    draw = random.Random(chance)  # noqa: S311  # to repeat, not to hide
    now, count = NOON, 0
    waiting: list[tuple[Question, datetime]] = []
    for _ in range(25):
        now += draw.choice([timedelta(minutes=1), timedelta(hours=7), DAY, 9 * DAY])
        slug = draw.choice([CONV, CONV, "output-size-06"])
        waiting.append((study.next_question(learner.id, template=slug, now=now), now))
        if draw.random() < 0.3:
            continue  # offline for now
        draw.shuffle(waiting)
        while waiting:
            question, asked = waiting.pop()
            flashcard = question.variant.template.kind == "flashcard"
            code = draw.choice([None, "forgot-plus-one", "stride-ignored"])
            sent = submission(
                question,
                {} if flashcard else wrong(question.variant, code) if code else None,
                answered_at=asked + timedelta(seconds=draw.randrange(60)),
                self_rating=Rating(draw.randint(1, 4)) if flashcard else None,
                gave_up=not flashcard and draw.random() < 0.1,
                hints_used=draw.choice([0, 0, 1]),
                utc_offset_minutes=draw.choice([540, 540, -600]),
            )
            study.submit(learner.id, sent, now=now)
            assert study.submit(learner.id, sent, now=now).created is False
            count += 1
    assert Attempt.objects.count() == count == sum(card.revision for card in Card.objects.all())
    check_cards(learner.id)


@pytest.mark.usefixtures("bank")
def test_a_late_attempt_takes_its_place_in_the_history(learner: User, template: QuestionTemplate) -> None:
    offline = study.next_question(learner.id, template=CONV, now=NOON)
    ask_and_answer(learner.id, CONV, now=NOON + DAY)
    assert Card.objects.get().rating == Rating.GOOD
    late = submission(offline, wrong(offline.variant, "stride-ignored"), answered_at=NOON + timedelta(minutes=1))
    result = study.submit(learner.id, late, now=NOON + 2 * DAY)
    card = card_state(Card.objects.get())
    assert card == result.card == replayed(learner.id, template.id)
    assert (card.reviews, card.revision, card.rating) == (2, 2, Rating.GOOD)
    assert card.settled is not None
    assert card.settled.day == scheduling.learner_day(NOON, timedelta(hours=9))


# Asking


@pytest.mark.usefixtures("bank")
def test_asking_writes_nothing(learner: User) -> None:
    ask_and_answer(learner.id, CONV)
    with CaptureQueriesContext(connection) as queries:
        study.next_question(learner.id)
        study.next_question(learner.id, template=CONV, format="choice")
        study.next_question(uuid7(), stranger=True)
    assert queries.captured_queries
    assert only_reads(queries)


def slug_asked(learner: UUID, now: datetime, **what: Any) -> str:
    return study.next_question(learner, now=now, **what).ticket.slug


def test_new_templates_come_in_the_order_of_topics_questions_and_levels(small: Make, learner: User) -> None:
    small("z", topic="first", level=2)
    small("c", topic="first", kind="flashcard")
    small("y", topic="first", level=1)
    small("x", topic="second", level=1)
    small("w", topic="second", level=3)
    small("v", topic="first", level=3)
    order = []
    for minute in range(6):
        now = NOON + timedelta(minutes=minute)
        order.append(slug_asked(learner.id, now))
        question = study.next_question(learner.id, now=now)
        study.submit(learner.id, submission(question, self_rating=Rating.GOOD), now=now)
    assert order == ["y", "c", "z", "x", "v", "w"]
    assert slug_asked(uuid7(), NOON, stranger=True) == "y"


def test_what_is_due_comes_first_and_what_is_lost_fastest_before_all(small: Make, learner: User) -> None:
    for slug in ("a", "b", "c"):
        small(slug)
    for day in (0, 3, 15):
        ask_and_answer(learner.id, "a", now=NOON + day * DAY)  # known well
    ask_and_answer(learner.id, "b", "forgot-one", now=NOON + 15 * DAY)
    ask_and_answer(learner.id, "c", now=NOON + 15 * DAY)
    small("new", topic="later")
    much_later = NOON + 90 * DAY
    cards = {card.template.slug: card for card in Card.objects.select_related("template")}
    today = scheduling.learner_day(much_later, timedelta(hours=9))
    losses = {slug: loss(card.stability or 0, today - (card.day or 0)) for slug, card in cards.items()}
    order = []
    for minute in range(3):
        order.append(slug_asked(learner.id, much_later + timedelta(minutes=minute)))
        ask_and_answer(learner.id, order[-1], now=much_later + timedelta(minutes=minute))
    assert order == sorted(losses, key=lambda slug: -losses[slug])
    assert slug_asked(learner.id, much_later + timedelta(hours=1)) == "new"


def test_then_new_ones_then_a_second_chance_then_what_was_answered_longest_ago(small: Make, learner: User) -> None:
    for slug in ("a", "b", "c", "d"):
        small(slug)
    minute = timedelta(minutes=1)
    ask_and_answer(learner.id, "a", now=NOON)
    ask_and_answer(learner.id, "b", "forgot-one", now=NOON + minute)
    assert slug_asked(learner.id, NOON + 2 * minute) == "c"
    ask_and_answer(learner.id, "c", now=NOON + 2 * minute)
    ask_and_answer(learner.id, "d", now=NOON + 3 * minute)
    assert slug_asked(learner.id, NOON + 4 * minute) == "b"
    ask_and_answer(learner.id, "b", now=NOON + 4 * minute)
    assert slug_asked(learner.id, NOON + 5 * minute) == "a"
    ask_and_answer(learner.id, "a", now=NOON + 5 * minute)
    assert slug_asked(learner.id, NOON + 6 * minute) == "c"


def test_a_second_chance_ends_with_the_day(small: Make, learner: User) -> None:
    """A card known well is due again only days after a lapse; until then it is not asked before others."""
    for slug in ("a", "b", "c"):
        small(slug)
    day = NOON
    for gap in (3, 15, 60, 200):
        ask_and_answer(learner.id, "b", now=day)
        day += gap * DAY
    ask_and_answer(learner.id, "a", now=day - timedelta(minutes=9))
    ask_and_answer(learner.id, "b", "forgot-one", now=day)
    ask_and_answer(learner.id, "c", now=day + timedelta(minutes=1))
    card = Card.objects.get(template__slug="b")
    today = scheduling.learner_day(day, timedelta(hours=9))
    assert card.second_chance
    assert (card.due_day or 0) > today + 1
    assert slug_asked(learner.id, day + timedelta(minutes=2)) == "b"
    assert slug_asked(learner.id, day + DAY) == "a"


def test_the_same_template_comes_twice_in_a_row_only_when_there_is_no_other(small: Make, learner: User) -> None:
    small("a")
    ask_and_answer(learner.id, "a", "forgot-one", now=NOON)
    assert slug_asked(learner.id, NOON) == "a"
    small("b")
    now = NOON
    for _ in range(6):
        now += timedelta(minutes=1)
        question = study.next_question(learner.id, now=now)
        latest = Attempt.objects.latest("answered_at")
        assert question.ticket.slug != latest.template.slug
        study.submit(learner.id, submission(question), now=now)


def test_a_second_chance_does_not_come_at_once_while_there_is_another(small: Make, learner: User) -> None:
    for slug in ("a", "b"):
        small(slug)
    ask_and_answer(learner.id, "a", now=NOON)
    ask_and_answer(learner.id, "b", "forgot-one", now=NOON + timedelta(minutes=1))
    assert slug_asked(learner.id, NOON + timedelta(minutes=2)) == "a"
    ask_and_answer(learner.id, "a", now=NOON + timedelta(minutes=2))
    assert slug_asked(learner.id, NOON + timedelta(minutes=3)) == "b"


def test_a_topic_is_asked_whatever_is_due_elsewhere(small: Make, learner: User) -> None:
    small("here", topic="one")
    small("there", topic="two")
    small("there-too", topic="two", level=2)
    small("turned", topic="one", kind="flashcard")
    ask_and_answer(learner.id, "here", "forgot-one", now=NOON)
    later = NOON + 9 * DAY
    assert slug_asked(learner.id, later, topic="two") == "there"
    ask_and_answer(learner.id, "there", now=later)
    assert slug_asked(learner.id, later, topic="two") == "there-too"
    assert slug_asked(learner.id, later, kind="flashcard") == "turned"
    assert slug_asked(learner.id, later, topic="one", kind="question") == "here"


def test_a_question_is_found_for_who_has_only_a_due_flashcard(small: Make, learner: User) -> None:
    small("turned", kind="flashcard")
    question = study.next_question(learner.id, now=NOON)
    study.submit(learner.id, study.Submission(uuid7(), question.token, self_rating=Rating.AGAIN), now=NOON)
    small("sum")
    assert slug_asked(learner.id, NOON + 9 * DAY, kind="question") == "sum"


def test_what_is_no_longer_published_is_not_asked(small: Make, learner: User) -> None:
    withdrawn = small("withdrawn")
    small("sum")
    ask_and_answer(learner.id, "withdrawn", "forgot-one", now=NOON)
    QuestionTemplate.objects.filter(id=withdrawn.id).update(current=None)
    assert slug_asked(learner.id, NOON + 9 * DAY) == "sum"
    with pytest.raises(NothingToAsk, match="unknown-template"):
        study.next_question(learner.id, template="withdrawn")


def test_there_is_nothing_to_ask_of_what_is_not_there(small: Make, learner: User) -> None:
    for stranger in (False, True):
        with pytest.raises(NothingToAsk, match="empty-bank"):
            study.next_question(learner.id, stranger=stranger)
    small("sum")
    with pytest.raises(NothingToAsk, match="unknown-topic"):
        study.next_question(learner.id, topic="nowhere")
    with pytest.raises(NothingToAsk, match="unknown-template"):
        study.next_question(learner.id, template="nothing")
    with pytest.raises(NothingToAsk, match="no-choice-form"):  # one misconception does not make three distractors
        study.next_question(learner.id, template="sum", format="choice")


@pytest.mark.usefixtures("bank")
def test_a_question_may_be_posed_as_a_choice(learner: User) -> None:
    question = study.next_question(learner.id, template=CONV, format="choice")
    (field,) = questions.render(question.variant, "en").fields
    assert field.type == "choice"
    assert len(field.choices) >= 4
    assert study.reopen(learner.id, question.token).variant.parameters == question.variant.parameters
    result = study.submit(learner.id, submission(question))
    assert (result.attempt.format, result.attempt.verdict) == ("choice", "correct")


def test_a_variant_is_not_asked_again_while_others_exist(small: Make, learner: User) -> None:
    template = small("sum", high=200)
    asked = [ask_and_answer(learner.id, "sum", now=NOON + timedelta(minutes=n)).variant for n in range(60)]
    numbers = [variant.parameters["a"] for variant in asked]
    for position, number in enumerate(numbers):
        assert number not in numbers[max(0, position - study.RECENT) : position]
    for _ in range(30):
        assert study.next_question(learner.id, template="sum").variant.parameters["a"] not in numbers[-study.RECENT :]
    assert Attempt.objects.filter(template=template).count() == 60


def test_where_every_variant_was_asked_the_oldest_comes_again(small: Make, learner: User) -> None:
    small("sum", high=2)
    numbers = [
        ask_and_answer(learner.id, "sum", now=NOON + timedelta(minutes=n)).variant.parameters["a"] for n in range(7)
    ]
    assert all(one != other for one, other in pairwise(numbers))


# Queries


SUBMIT_QUERIES = 9
ASK_QUERIES = 6


@pytest.mark.usefixtures("bank")
def test_an_answer_takes_a_fixed_number_of_queries(
    learner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, second = study.next_question(learner.id, template=CONV), study.next_question(learner.id, template=CONV)
    study.reopen(learner.id, first.token)  # loads the version, once per process
    for question in (first, second):
        with django_assert_num_queries(SUBMIT_QUERIES):
            study.submit(learner.id, submission(question))


@pytest.mark.usefixtures("bank")
def test_the_number_of_queries_does_not_grow_with_the_history(
    learner: User, template: QuestionTemplate, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    question = study.next_question(learner.id, template=CONV)
    first = ask_and_answer(learner.id, CONV, now=NOON)
    pattern = {field.attname: getattr(first.attempt, field.attname) for field in Attempt._meta.concrete_fields}
    Attempt.objects.bulk_create(
        Attempt(**pattern | {"id": uuid7(), "seed": seed, "answered_at": NOON + timedelta(minutes=seed)})
        for seed in range(1, 201)
    )
    with django_assert_num_queries(SUBMIT_QUERIES):
        study.submit(learner.id, submission(question))
    assert study.next_question(learner.id).ticket.slug == study.next_question(learner.id).ticket.slug
    with django_assert_num_queries(ASK_QUERIES):
        study.next_question(learner.id)
