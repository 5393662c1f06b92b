"""Signed tokens for variants: what the client holds while a variant is unanswered and therefore not stored."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Literal, TypeAlias
from uuid import UUID

from django.core import signing
from django.utils.crypto import salted_hmac

from .questions import Format

MAX_AGE = timedelta(days=90)
Purpose: TypeAlias = Literal["practice", "review", "cram"]
PURPOSES: tuple[Purpose, ...] = ("practice", "review", "cram")


class _Signer(signing.Signer):
    """Django's signer, which derives its key from the secret only once and not for every token."""

    def signature(self, value: str | bytes, key: str | bytes | None = None) -> str:
        """The same as Django's."""
        if key is not None and key != self.key:
            return super().signature(value, key)
        mac = _keyed(self.salt, self.key, self.algorithm).copy()
        mac.update(value.encode() if isinstance(value, str) else value)
        return signing.b64_encode(mac.digest()).decode()


@lru_cache(maxsize=4)
def _keyed(salt: str, secret: str | bytes, algorithm: str) -> hmac.HMAC:
    return salted_hmac(f"{salt}signer", b"", secret, algorithm=algorithm)


_signer = _Signer(salt="quizzes.variant")


class TicketError(ValueError):
    """A token that is forged, damaged, too old, somebody else's or another template's; ``code`` says which."""

    def __init__(self, code: Literal["invalid", "expired", "not-yours", "other-template"]) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Ticket:
    """Which variant was asked, of whom and when.

    ``holder`` is the learner's id; for a stranger a digest of the visitor's id, which names no learner.
    """

    holder: str
    slug: str
    version: int
    seed: int
    format: Format
    purpose: Purpose
    issued_at: datetime

    def token(self) -> str:
        """The signed text form."""
        issued = int(self.issued_at.timestamp() * 1000)
        return _signer.sign_object([self.holder, self.slug, self.version, self.seed, self.format, self.purpose, issued])


def learner_holder(learner: UUID) -> str:
    """The holder of a ticket for a learner."""
    return learner.hex


def visitor_holder(visitor: UUID) -> str:
    """The holder of a ticket for a stranger."""
    return sha256(b"visitor:" + visitor.bytes).hexdigest()[:32]


def read(token: str, learner: UUID, now: datetime) -> Ticket:
    """The ticket in ``token``, which must be this learner's, or asked of them before they were one."""
    try:
        owner, slug, version, seed, format, purpose, issued = _signer.unsign_object(token)
    except (signing.BadSignature, ValueError):
        raise TicketError("invalid") from None
    # Not later than now: our clock was put back since, or that of another machine is ahead.
    issued_at = min(datetime.fromtimestamp(issued / 1000, UTC), now)
    ticket = Ticket(owner, slug, version, seed, format, purpose, issued_at)
    if ticket.holder not in (learner_holder(learner), visitor_holder(learner)):
        raise TicketError("not-yours")
    if now - ticket.issued_at > MAX_AGE:
        raise TicketError("expired")
    return ticket
