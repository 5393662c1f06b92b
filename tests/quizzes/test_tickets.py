"""Signed tokens for variants."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core import signing

from quizzes import study, tickets
from quizzes.models import Attempt, User, uuid7
from quizzes.questions import MAX_SEED
from quizzes.tickets import Ticket, TicketError, learner_holder, read, visitor_holder
from tests.quizzes.answers import submission

NOW = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
LEARNER = uuid7()
TICKET = Ticket(learner_holder(LEARNER), "conv-output-size", 3, MAX_SEED, "free", "review", NOW)


def payload(token: str) -> str:
    """What anyone can read in a token."""
    encoded = token.split(":")[0]
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()


@pytest.mark.parametrize("format", ["free", "choice"])
@pytest.mark.parametrize("purpose", ["practice", "review"])
def test_a_ticket_survives_the_journey(format: str, purpose: str) -> None:
    ticket = replace(TICKET, format=format, purpose=purpose, seed=0)  # type: ignore[arg-type]
    assert read(ticket.token(), LEARNER, NOW) == ticket
    assert read(TICKET.token(), LEARNER, NOW).seed == MAX_SEED


def test_a_ticket_keeps_its_time_to_the_millisecond() -> None:
    ticket = replace(TICKET, issued_at=NOW + timedelta(microseconds=1999))
    assert read(ticket.token(), LEARNER, NOW + timedelta(seconds=1)).issued_at == NOW + timedelta(milliseconds=1)


def test_a_token_fits_where_clients_keep_it() -> None:
    longest = replace(TICKET, slug="x" * 80, version=2**31 - 1, format="choice", purpose="practice")
    assert len(longest.token()) <= 1000


def test_every_change_to_a_token_is_noticed() -> None:
    token = TICKET.token()
    for position, character in enumerate(token):
        changed = token[:position] + ("A" if character != "A" else "B") + token[position + 1 :]
        with pytest.raises(TicketError, match="invalid"):
            read(changed, LEARNER, NOW)


@pytest.mark.parametrize("length", [0, 1, 20, -1, -10])
def test_a_truncated_token_is_invalid(length: int) -> None:
    with pytest.raises(TicketError, match="invalid"):
        read(TICKET.token()[:length], LEARNER, NOW)


@pytest.mark.parametrize("text", ["", ":", "::", "a:b", "１:２", "\x00", "{}", "🦊:🦊", "x" * 100_000])
def test_anything_else_is_invalid(text: str) -> None:
    with pytest.raises(TicketError, match="invalid"):
        read(text, LEARNER, NOW)


def test_a_token_signed_for_another_purpose_or_by_another_service_is_invalid() -> None:
    issued = int(NOW.timestamp() * 1000)
    body = [TICKET.holder, TICKET.slug, TICKET.version, TICKET.seed, "free", "review", issued]
    assert read(signing.Signer(salt="quizzes.variant").sign_object(body), LEARNER, NOW) == TICKET
    for signer in (signing.Signer(salt="quizzes.visitor"), signing.Signer(key="another", salt="quizzes.variant")):
        with pytest.raises(TicketError, match="invalid"):
            read(signer.sign_object(body), LEARNER, NOW)


def test_a_token_is_good_for_ninety_days() -> None:
    token = TICKET.token()
    assert read(token, LEARNER, NOW + tickets.MAX_AGE) == TICKET
    with pytest.raises(TicketError, match="expired"):
        read(token, LEARNER, NOW + tickets.MAX_AGE + timedelta(seconds=1))


def test_a_token_is_good_for_its_learner_only() -> None:
    with pytest.raises(TicketError, match="not-yours"):
        read(TICKET.token(), uuid7(), NOW)


def test_another_learners_old_token_is_not_called_expired() -> None:
    with pytest.raises(TicketError, match="not-yours"):
        read(TICKET.token(), uuid7(), NOW + timedelta(days=1000))


def test_a_strangers_token_names_no_learner() -> None:
    visitor = uuid7()
    read_by_all = payload(replace(TICKET, holder=visitor_holder(visitor)).token())
    assert json.loads(read_by_all)[1] == "conv-output-size"
    assert visitor.hex not in read_by_all
    assert str(visitor) not in read_by_all
    assert learner_holder(visitor) != visitor_holder(visitor)
    with pytest.raises(TicketError, match="not-yours"):
        read(replace(TICKET, holder=visitor_holder(visitor)).token(), uuid7(), NOW)


def test_a_strangers_token_is_good_for_the_guest_that_the_stranger_becomes(bank: None) -> None:
    visitor = uuid7()
    first, second = (study.next_question(visitor, stranger=True) for _ in range(2))
    assert visitor.hex not in payload(first.token)
    study.submit(visitor, submission(first), stranger=True)
    assert User.objects.get(id=visitor).is_guest
    study.submit(visitor, submission(second))
    assert Attempt.objects.filter(learner_id=visitor).count() == 2


def test_a_ticket_of_a_version_that_is_not_here_is_invalid(bank: None) -> None:
    """For example after the database went back to an older copy."""
    for unknown in (replace(TICKET, version=99), replace(TICKET, slug="gone")):
        with pytest.raises(TicketError, match="invalid"):
            study.reopen(LEARNER, unknown.token(), NOW)
