"""Who sends a request: a device by its token, or a browser by its session."""

from __future__ import annotations

import logging
import re
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.internal.flows.login import get_authentication_records
from django.db import DEFAULT_DB_ALIAS, OperationalError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.settings import CONSTANTS, knox_settings
from rest_framework import authentication, exceptions, status
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from quizzes import study
from quizzes.models import Device, User
from quizzes.prepared import Prepared

logger = logging.getLogger(__name__)

CLOSED = "The learner was deleted, or merged into an account (`account-deleted`)."
NO_CSRF = "A browser's session without its CSRF token (`csrf-failed`)."

_TOKEN = re.compile(rb"[0-9a-f]{64}")


class AccountDeleted(exceptions.APIException):
    """The token was good until its learner was deleted. The device may forget what it keeps."""

    status_code = status.HTTP_410_GONE
    default_code = "account-deleted"
    default_detail = _("This learner was deleted, or has become part of an account.")


class CSRFFailed(exceptions.PermissionDenied):
    """A session alone proves nothing: other sites can make browsers send it."""

    default_code = "csrf-failed"
    default_detail = _("A session needs the CSRF token with every change.")


class SignInAgain(exceptions.PermissionDenied):
    """It has been too long since the learner proved to be there."""

    default_code = "sign-in-again"
    default_detail = _("Sign in again on this device, then repeat this within five minutes.")


class DeviceAuthentication(TokenAuthentication):  # type: ignore[misc]  # knox ships no types
    """``Authorization: Token …``, which lives on while it is used; that of a deleted learner is told apart.

    The header is read, and the token made and hashed, as knox does it. It is looked up by a statement that is compiled
    once: that took a fifth of each request.
    """

    def authenticate_credentials(self, token: bytes) -> tuple[User, Device]:
        """The learner and the device."""
        if not _TOKEN.fullmatch(token):  # nothing that a database might not even compare
            raise _invalid()
        text = token.decode()
        digest = hash_token(text)
        for row in _devices(text[: CONSTANTS.TOKEN_KEY_LENGTH]):
            device = Device.from_db(DEFAULT_DB_ALIAS, _DEVICE, row[: len(_DEVICE)])
            if compare_digest(digest, device.digest):
                device.user = User.from_db(DEFAULT_DB_ALIAS, _USER, row[len(_DEVICE) :])
                return _let_in(device)
        if study.is_closed(digest):
            raise AccountDeleted
        raise _invalid()


_DEVICE = [field.attname for field in Device._meta.concrete_fields]
_USER = [field.attname for field in User._meta.concrete_fields]


def _with_learner(key: str) -> QuerySet[Device, tuple[Any, ...]]:
    found: QuerySet[Device] = Device.objects.filter(token_key=key)
    return found.values_list(*_DEVICE, *[f"user__{name}" for name in _USER])


_devices = Prepared(_with_learner, str)


def _let_in(device: Device) -> tuple[User, Device]:
    """The learner of a token that is good; it lives on from now.

    One that is not stays for ``housekeeping`` to forget: reading writes nothing, and who was refused by a clock that
    was wrong for a minute has not lost a guest's only key.
    """
    now = timezone.now()
    if device.expiry is not None and device.expiry < now:
        raise _invalid()
    user: User = device.user
    if not device.is_open or not user.is_active:  # it was given for a password of before
        raise _invalid()
    expiry: datetime = now + knox_settings.TOKEN_TTL
    if device.expiry is not None and expiry - device.expiry > _RENEWED_AFTER:
        _renew(device, expiry)
    return user, device


_RENEWED_AFTER = timedelta(seconds=knox_settings.MIN_REFRESH_INTERVAL)


def _renew(device: Device, expiry: datetime) -> None:
    try:
        study.renew(device, expiry)
    except OperationalError as error:  # a full disk keeps nobody from reading; the next request tries again
        logger.warning("a token was not renewed: %s", error)
    else:
        device.expiry = expiry


def _invalid() -> exceptions.AuthenticationFailed:
    return exceptions.AuthenticationFailed(_("Invalid token."))


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of our own pages."""

    def enforce_csrf(self, request: Request) -> None:
        """Refuse with a code of its own."""
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied:
            raise CSRFFailed from None


class SignedInLately(BasePermission):
    """For what cannot be undone: nobody does it who finds a phone unlocked. A guest has nothing to prove it with."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the learner has signed in here within the last five minutes. Raises :class:`SignInAgain`."""
        user = request.user
        if isinstance(user, User) and not user.is_guest and _signed_in_for(request) > _LATELY:
            raise SignInAgain
        return True


_LATELY = timedelta(seconds=account_settings.REAUTHENTICATION_TIMEOUT)


def _signed_in_for(request: Request) -> timedelta:
    if isinstance(request.auth, Device):
        return timezone.now() - request.auth.signed_in_at
    proofs = [record["at"] for record in get_authentication_records(request, request.user)]
    return timedelta(seconds=timezone.now().timestamp() - max(proofs, default=0))


class DeviceScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]  # drf-spectacular registers it untyped
    """The token in the OpenAPI document."""

    target_class = "quizzes.api.authentication.DeviceAuthentication"
    name = "deviceToken"
    priority = 1


class BrowserScheme(SessionScheme):  # type: ignore[no-untyped-call]  # the same
    """The session in the OpenAPI document."""

    target_class = "quizzes.api.authentication.SessionAuthentication"
    name = "browserSession"
    priority = 1
