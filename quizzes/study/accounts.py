"""Learners: guests, accounts, and how the one becomes the other without losing an answer."""

from __future__ import annotations

from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from quizzes.models import Attempt, CardAction, Device, User, uuid7

from . import log
from .devices import add_device, close, keep_devices
from .errors import Refused

BATCH = 500


def create_guest(device_name: str) -> tuple[Device, str]:
    """A learner without a password and the token of its first device, which is told only here."""
    with transaction.atomic():
        user = guest()
        user.save(force_insert=True)
        return add_device(user, device_name)


def guest(id: UUID | None = None) -> User:
    """The row of a new guest, not saved yet."""
    user = User(id=id) if id else User()
    user.set_unusable_password()
    return user


def sign_up(learner: UUID, email: str, password: str) -> User:
    """Make the guest an account that signs in with ``email``: the same learner, so that everything is kept.

    The password must have been validated. Raises :class:`Refused` (``not-a-guest``, ``email-taken``).
    """
    email = User.objects.normalize_email(email)
    try:
        with transaction.atomic():
            user = log.lock(learner)
            if not user.is_guest:
                raise Refused("not-a-guest")
            if User.objects.filter(email=email).exists():  # in small letters, as all are
                raise Refused("email-taken")
            user.email = email
            user.set_password(password)
            user.save(update_fields=["email", "password"])
            keep_devices(user)
    except IntegrityError:  # somebody else took it between our look and our update
        raise Refused("email-taken") from None
    return user


def register(learner: UUID, email: str, password: str) -> User:
    """Sign up whoever answers as ``learner``: the guest becomes the account, a stranger gets one of this id.

    Nobody is told that an address is taken: the account then has none of its own, ``User.email`` stays empty until
    :func:`claim`. The same again, as by a form that was sent twice, gives the same account.
    """
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).filter(id=learner).first()
        if user is not None and not user.is_guest:
            if user.check_password(password) and EmailAddress.objects.filter(user=user, email=email).exists():
                return user
            learner, user = uuid7(), None
        if user is None:
            guest(learner).save(force_insert=True)
        user = _become_account(learner, email, password)
        EmailAddress.objects.create(user=user, email=email, primary=True)
    return user


def _become_account(learner: UUID, email: str, password: str) -> User:
    try:
        return sign_up(learner, email, password)
    except Refused as refused:
        if refused.code != "email-taken":
            raise
    user = log.lock(learner)
    user.set_password(password)
    user.save(update_fields=["password"])
    keep_devices(user)
    return user


def readdress(learner: UUID, email: str) -> None:
    """Change the address of an account that has not confirmed one; a taken one is not told, see :func:`register`."""
    try:
        with transaction.atomic():
            User.objects.filter(id=learner).update(email=email)
    except IntegrityError:
        User.objects.filter(id=learner).update(email=None)


def claim(learner: UUID, email: str) -> None:
    """Give a confirmed address to the account. Who used it without confirming it keeps the account, not the address."""
    email = User.objects.normalize_email(email)
    User.objects.filter(email=email).exclude(id=learner).update(email=None)
    User.objects.filter(id=learner).update(email=email)


def change_password(user: User, password: str) -> None:
    """Set a password that has been validated. Tokens of devices end; sessions end because Django compares hashes."""
    user.set_password(password)
    with transaction.atomic():
        user.save(update_fields=["password"])
        Device.objects.filter(user=user).delete()


def count_answers(learner: UUID) -> int:
    """How many answers a learner has given."""
    return Attempt.objects.filter(learner_id=learner).count()


def merge(visitor: UUID, account: UUID) -> int:
    """Move a guest's log into an account that the same person signed in to; how many attempts were taken over.

    Both logs are joined and replayed. An answer that is in both counts once, and of two answers to one variant the
    account's own. The guest is gone afterwards, and its devices are told so. Interrupted, the same again completes it;
    done, it changes nothing. An account without an address of its own (see :func:`register`) is merged like a guest.
    Raises :class:`Refused` (``not-a-guest``, ``not-an-account``).
    """
    source = User.objects.filter(id=visitor).first()
    if source is None:
        return 0
    if source.email is not None:
        raise Refused("not-a-guest")
    if User.objects.get(id=account).is_guest:
        raise Refused("not-an-account")
    taken = 0
    while True:
        copied, new = _copy(visitor, account)
        taken += new
        with transaction.atomic():  # each transaction concerns one learner
            source = User.objects.select_for_update().filter(id=visitor).first()
            if source is None:  # the same request came twice
                return taken
            if source.email is not None:  # signed up meanwhile
                raise Refused("not-a-guest")
            if _size(visitor) == copied:  # nothing came in meanwhile
                close(visitor)
                return taken


def _copy(visitor: UUID, account: UUID) -> tuple[int, int]:
    """Bring the guest's log into the account's; its size, and how many attempts were new there."""
    attempts = list(Attempt.objects.filter(learner_id=visitor))
    actions = list(CardAction.objects.filter(learner_id=visitor))
    for attempt in attempts:
        attempt.learner_id = account
    for action in actions:
        action.learner_id = account
    with transaction.atomic():
        user = log.lock(account)
        before = Attempt.objects.filter(learner_id=account).count()
        Attempt.objects.bulk_create(attempts, BATCH, ignore_conflicts=True)
        CardAction.objects.bulk_create(actions, BATCH, ignore_conflicts=True)
        log.refold(user, {a.template_id for a in attempts} | {a.template_id for a in actions})
        new = Attempt.objects.filter(learner_id=account).count() - before
    return len(attempts) + len(actions), new


def _size(learner: UUID) -> int:
    return sum(table.objects.filter(learner_id=learner).count() for table in (Attempt, CardAction))


def delete_learner(learner: UUID) -> None:
    """Delete the learner with everything: log, cards, beliefs, devices and sessions."""
    with transaction.atomic():
        close(learner)
