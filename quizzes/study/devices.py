"""The devices that a learner is signed in on: each has a token, of which only the hash is kept."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from knox.settings import knox_settings

from quizzes.models import ClosedToken, Device, User

from .errors import Refused


def add_device(user: User, name: str) -> tuple[Device, str]:
    """A new device and its token, which is told only here. Its learner has just signed in on it.

    Raises ``User.DoesNotExist``.
    """
    try:
        device, token = Device.objects.create(user=user, name=name, password_digest=user.password_digest)
    except IntegrityError:
        raise User.DoesNotExist(f"the learner {user.id} was deleted meanwhile") from None
    return device, token


def keep_devices(user: User) -> None:
    """The learner has chosen a first password: who studied as a guest on a device goes on there."""
    Device.objects.filter(user=user).update(password_digest=user.password_digest)


def sign_in_again(device: Device, name: str = "") -> bool:
    """Note that the device's learner has signed in on it once more; ``False`` where its token ended meanwhile."""
    changes = {"signed_in_at": timezone.now()} | ({"name": name} if name else {})
    return bool(Device.objects.filter(digest=device.digest).update(**changes))


def renew(device: Device, expiry: datetime) -> None:
    """Let the token live on because it was used; one that was revoked at this moment stays so."""
    Device.objects.filter(digest=device.digest).update(expiry=expiry, last_used_at=timezone.now())


def rename_device(learner: UUID, id: UUID, name: str) -> Device:
    """Give the device another name. Raises :class:`Refused` (``unknown-device``)."""
    with transaction.atomic():
        device: Device | None = Device.objects.select_for_update().filter(user_id=learner, id=id).first()
        if device is None:
            raise Refused("unknown-device")
        device.name = name
        device.save(update_fields=["name"])
    return device


def revoke_device(learner: UUID, id: UUID) -> None:
    """End the device's token. Raises :class:`Refused` (``unknown-device``)."""
    if not Device.objects.filter(user_id=learner, id=id).delete()[0]:
        raise Refused("unknown-device")


def revoke_other_devices(learner: UUID, this: Device | None) -> None:
    """End all tokens of the learner but that of ``this``."""
    Device.objects.filter(user_id=learner).exclude(digest=this.digest if this else "").delete()


def close(learner: UUID) -> None:
    """Delete the learner with everything, in the caller's transaction. Of the tokens the hashes stay behind, which
    name nobody, so that the devices can be told that there is no account any more.
    """
    User.objects.select_for_update().filter(id=learner).first()  # no device signs in meanwhile
    digests = Device.objects.filter(user_id=learner).values_list("digest", flat=True)
    ClosedToken.objects.bulk_create([ClosedToken(digest=digest) for digest in digests])
    User.objects.filter(id=learner).delete()


def is_closed(digest: str) -> bool:
    """Whether the token of this hash was that of a learner who was deleted, or merged into an account."""
    return ClosedToken.objects.filter(digest=digest).exists()


def purge_closed_tokens(now: datetime) -> int:
    """Forget the tokens of deleted learners that would have expired by now; how many."""
    return ClosedToken.objects.filter(closed_at__lt=now - knox_settings.TOKEN_TTL).delete()[0]
