"""Guests become accounts, or join one, and nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from quizzes import study
from quizzes.models import (
    Attempt,
    Belief,
    Card,
    CardAction,
    ClosedToken,
    Device,
    QuestionTemplate,
    User,
    uuid7,
)
from quizzes.study import Refused, accounts
from quizzes.study.rows import belief_columns, belief_of, card_columns, card_state
from quizzes.tickets import TicketError
from tests.quizzes.answers import ask_and_answer, submission

Make = Callable[..., QuestionTemplate]
NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PASSWORD = "correct horse battery"


@pytest.fixture
def account(db: None) -> User:
    return User.objects.create_user("someone@example.org", PASSWORD)


def ids(learner: UUID) -> set[UUID]:
    return set(Attempt.objects.filter(learner_id=learner).values_list("id", flat=True))


def check_replay(learner: UUID) -> None:
    """Cards and beliefs are what the log says."""
    cards = {row.template_id: card_columns(card_state(row)) for row in Card.objects.filter(learner_id=learner)}
    beliefs = {row.code: belief_columns(belief_of(row)) for row in Belief.objects.filter(learner_id=learner)}
    study.refold(User.objects.get(id=learner))
    assert cards == {row.template_id: card_columns(card_state(row)) for row in Card.objects.filter(learner_id=learner)}
    assert beliefs == {row.code: belief_columns(belief_of(row)) for row in Belief.objects.filter(learner_id=learner)}


def test_signing_up_keeps_everything(small: Make, learner: User) -> None:
    small("a")
    attempt = ask_and_answer(learner.id, "a", "forgot-one").attempt
    study.sign_up(learner.id, "Someone@Example.org", PASSWORD)
    user = User.objects.get()
    assert (user.id, user.email, user.is_guest) == (learner.id, "someone@example.org", False)
    assert user.check_password(PASSWORD)
    assert ids(user.id) == {attempt.id}
    assert Card.objects.get().learner_id == Belief.objects.get().learner_id == user.id
    assert Device.objects.get().user_id == user.id


def test_an_address_that_is_taken_is_refused_whatever_its_case(learner: User, account: User) -> None:
    with pytest.raises(Refused, match="email-taken"):
        study.sign_up(learner.id, "SOMEONE@example.org", PASSWORD)
    with pytest.raises(Refused, match="not-a-guest"):
        study.sign_up(account.id, "other@example.org", PASSWORD)
    assert User.objects.get(id=learner.id).is_guest


def test_signing_in_joins_both_logs_by_replay(small: Make, learner: User, account: User) -> None:
    for slug in ("a", "b", "c"):
        small(slug)
    mine = [ask_and_answer(account.id, "a", now=NOON).attempt, ask_and_answer(account.id, "b", now=NOON).attempt]
    theirs = [
        ask_and_answer(learner.id, "a", "forgot-one", now=NOON + 2 * DAY).attempt,
        ask_and_answer(learner.id, "c", now=NOON + 2 * DAY).attempt,
    ]
    mine.append(ask_and_answer(account.id, "a", now=NOON + 4 * DAY).attempt)
    study.suspend(learner.id, "b", now=NOON + 3 * DAY)
    study.undo(learner.id, theirs[1].id, now=NOON + 3 * DAY)
    assert study.merge(learner.id, account.id) == 2
    assert ids(account.id) == {attempt.id for attempt in mine + theirs}
    assert not User.objects.filter(id=learner.id).exists()
    cards = {row.template.slug: row for row in Card.objects.filter(learner_id=account.id).select_related("template")}
    assert (cards["a"].reviews, cards["a"].lapses) == (3, 1)
    assert cards["b"].suspended
    assert cards["c"].reviews == 0  # taken back
    assert Belief.objects.get().met == 1
    assert set(CardAction.objects.values_list("learner_id", flat=True)) == {account.id}
    check_replay(account.id)


def test_merging_again_changes_nothing(small: Make, learner: User, account: User) -> None:
    small("a")
    ask_and_answer(learner.id, "a")
    assert study.merge(learner.id, account.id) == 1
    assert study.merge(learner.id, account.id) == 0
    assert len(ids(account.id)) == 1


def test_an_answer_that_is_in_both_logs_counts_once(small: Make, learner: User, account: User) -> None:
    small("a")
    attempt = ask_and_answer(learner.id, "a", now=NOON).attempt
    Attempt.objects.bulk_create(
        [
            Attempt(
                **{f.attname: getattr(attempt, f.attname) for f in Attempt._meta.concrete_fields}
                | {"learner_id": account.id}
            )
        ]
    )
    assert study.merge(learner.id, account.id) == 0
    assert ids(account.id) == {attempt.id}
    assert Card.objects.get().reviews == 1
    check_replay(account.id)


def test_of_two_answers_to_one_variant_the_accounts_own_counts(small: Make, learner: User, account: User) -> None:
    small("a")
    attempt = ask_and_answer(learner.id, "a", "forgot-one", now=NOON).attempt
    columns = {f.attname: getattr(attempt, f.attname) for f in Attempt._meta.concrete_fields}
    own = Attempt(**columns | {"learner_id": account.id, "id": uuid7(), "verdict": "correct", "score": 1.0})
    own.save(force_insert=True)
    study.merge(learner.id, account.id)
    assert ids(account.id) == {own.id}
    assert Card.objects.get().lapses == 0


def test_only_a_guest_is_merged_and_only_into_an_account(learner: User, account: User) -> None:
    other, _ = study.create_guest("other")
    with pytest.raises(Refused, match="not-a-guest"):
        study.merge(account.id, account.id)
    with pytest.raises(Refused, match="not-an-account"):
        study.merge(learner.id, other.user_id)
    assert User.objects.count() == 3


def test_a_guest_who_signs_up_during_the_merge_stays(
    small: Make, learner: User, account: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    small("a")
    attempt = ask_and_answer(learner.id, "a").attempt
    copy = accounts._copy

    def overtaken(visitor: UUID, account: UUID) -> tuple[int, int]:
        done = copy(visitor, account)
        study.sign_up(visitor, "new@example.org", PASSWORD)
        return done

    monkeypatch.setattr(accounts, "_copy", overtaken)
    with pytest.raises(Refused, match="not-a-guest"):
        study.merge(learner.id, account.id)
    assert User.objects.get(email="new@example.org").id == learner.id
    assert ids(learner.id) == {attempt.id}


def test_the_guests_token_and_open_questions_end_with_the_guest(small: Make, learner: User, account: User) -> None:
    small("a")
    question = study.next_question(learner.id)
    digests = set(Device.objects.values_list("digest", flat=True))
    study.merge(learner.id, account.id)
    assert not Device.objects.exists()
    assert set(ClosedToken.objects.values_list("digest", flat=True)) == digests
    with pytest.raises(TicketError, match="not-yours"):
        study.submit(account.id, submission(question))


def test_a_deleted_learner_leaves_the_others_alone(small: Make, learner: User, account: User) -> None:
    small("a")
    ask_and_answer(learner.id, "a", "forgot-one")
    kept = ask_and_answer(account.id, "a").attempt
    study.delete_learner(learner.id)
    assert list(User.objects.all()) == [account]
    assert list(Attempt.objects.values_list("id", flat=True)) == [kept.id]
    study.delete_learner(learner.id)  # again changes nothing
    assert ClosedToken.objects.count() == 1


def test_a_learner_whose_deletion_fails_is_there_with_its_tokens(learner: User) -> None:
    def fail(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('DELETE FROM "quizzes_user"'):
            raise OperationalError("the disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail), pytest.raises(OperationalError):
        study.delete_learner(learner.id)
    assert Device.objects.get().user == learner
    assert not ClosedToken.objects.exists()


def test_registering_again_gives_the_same_account_and_only_with_the_same_words(learner: User, account: User) -> None:
    for email in ("new@example.org", "someone@example.org"):  # the second is taken, which nobody is told
        guest = study.create_guest("phone")[0].user
        first = study.register(guest.id, email, PASSWORD)
        assert study.register(guest.id, email, PASSWORD) == first == guest
        for other in (("other@example.org", PASSWORD), (email, "another password")):
            assert study.register(guest.id, *other) not in (first, account)
        assert EmailAddress.objects.filter(user=first).count() == 1


def stored(table: type[Card] | type[Belief]) -> list[dict[str, Any]]:
    """What the rows say; what is rebuilt is told to the learner's devices as a new change."""
    return [{name: value for name, value in row.items() if name != "change"} for row in table.objects.values()]


def test_cards_and_beliefs_are_rebuilt_by_command(
    small: Make, learner: User, capsys: pytest.CaptureFixture[str]
) -> None:
    small("a")
    ask_and_answer(learner.id, "a", "forgot-one")
    rows = [stored(table) for table in (Card, Belief)]
    Card.objects.update(stability=1.0, lapses=9)
    Belief.objects.all().delete()
    call_command("refold")
    assert [stored(table) for table in (Card, Belief)] == rows
    call_command("refold", str(learner.id))
    assert capsys.readouterr().out.splitlines() == ["1 learner done", "1 learner done"]
    with pytest.raises(CommandError, match="there is no learner"):
        call_command("refold", str(uuid7()))
