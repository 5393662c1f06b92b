"""Who a learner is, and on which devices."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from allauth.account.models import EmailAddress
from django.utils import timezone

from quizzes.models import Device, User


class Profile(NamedTuple):
    """The learner's row, and the address: of an account also one that somebody else may turn out to own."""

    user: User
    email: str | None
    email_verified: bool


def profile(user: User) -> Profile:
    """The account's address is that of allauth: ``User.email`` stays empty while it is unknown whose it is."""
    address = EmailAddress.objects.filter(user_id=user.id).order_by("-primary", "-verified").first()
    if address is None:
        return Profile(user, user.email, email_verified=False)
    return Profile(user, address.email, address.verified)


def devices(learner: UUID) -> list[Device]:
    """Those whose tokens are still good, the one used last first."""
    return list(
        Device.objects.filter(user_id=learner, expiry__gt=timezone.now()).order_by("-last_used_at", "-created", "id")
    )


def device(learner: UUID, id: UUID) -> Device | None:
    """One of them."""
    found: Device | None = Device.objects.filter(user_id=learner, id=id, expiry__gt=timezone.now()).first()
    return found
