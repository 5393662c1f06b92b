"""How an app gets the token of an account: what allauth asks of us when somebody signs in without a browser.

A sign-in of several steps (the second factor) is held together by allauth's session token, which names nobody. Once
all steps are passed, the device gets a token like any other, and no session is left behind that nobody could see.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from allauth.account import app_settings
from allauth.account.models import EmailAddress
from allauth.headless.adapter import DefaultHeadlessAdapter
from allauth.headless.tokens.strategies.sessions import SessionTokenStrategy
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from quizzes import study
from quizzes.models import Device, User

from .base import time_text


@dataclass(slots=True)
class Sender:
    """The app that sends a request: its token, if it has one, what it calls itself, and what it has been given."""

    device: Device | None
    token: str
    name: str
    given: dict[str, Any] | None = None


def sender_of(request: HttpRequest) -> Sender:
    """Set by :mod:`.headless` on all requests that come here."""
    return cast(Sender, request.sender)  # type: ignore[attr-defined]


class HeadlessAdapter(DefaultHeadlessAdapter):  # type: ignore[misc]  # allauth ships no types
    """What apps are told of an account."""

    def serialize_user(self, user: User) -> dict[str, Any]:
        """The same whether or not the address turns out to be somebody else's, see ``study.register``."""
        return {"id": str(user.id), "email": EmailAddress.objects.get_primary_email(user)}


class DeviceTokens(SessionTokenStrategy):  # type: ignore[misc]  # allauth ships no types
    """Gives a device its token when its learner has signed in."""

    def create_session_token(self, request: HttpRequest) -> str:
        """For the steps in between; empty, which means none, once they are passed."""
        if request.user.is_authenticated:
            return ""
        request.session.set_expiry(app_settings.LOGIN_TIMEOUT)
        return str(super().create_session_token(request))

    def lookup_session(self, session_token: str) -> SessionBase | None:
        """The session of a sign-in that is not complete; a browser's key does not work here."""
        session = super().lookup_session(session_token) if session_token.isalnum() else None
        return None if session is None or SESSION_KEY in session else session

    def create_access_token_payload(self, request: HttpRequest) -> dict[str, Any] | None:
        """The device's token; allauth asks for it with every answer of a request."""
        if SESSION_KEY not in request.session:  # signed in by the token that it has
            return None
        sender = sender_of(request)
        if sender.given is None:
            sender.given = _token_for(cast(User, request.user), sender)
        return sender.given


def _token_for(user: User, sender: Sender) -> dict[str, Any]:
    """A device that is the learner's already, as of a guest who signed up, keeps its token: an answer may get lost."""
    device, token = sender.device, sender.token
    if device is None or device.user_id != user.id or not study.sign_in_again(device, sender.name):
        device, token = study.add_device(user, sender.name or (device.name if device else ""))
    return {"access_token": token, "device": str(device.id), "expiry": time_text(device.expiry)}
