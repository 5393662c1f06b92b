"""Who a learner is, and on which devices."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import QuerySet
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
    return [device for device in _devices(learner).order_by("-last_used_at", "-created", "id") if device.is_open]


def device(learner: UUID, id: UUID) -> Device | None:
    """One of them."""
    found = _devices(learner).filter(id=id).first()
    return found if found is not None and found.is_open else None


def _devices(learner: UUID) -> QuerySet[Device]:
    found: QuerySet[Device] = Device.objects.filter(user_id=learner, expiry__gt=timezone.now())
    return found.select_related("user")
