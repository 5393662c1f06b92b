"""Addresses at which apps sign up, in and out: those of allauth's headless views that we use, and no others.

All take JSON objects of texts. ``Authorization: Token …`` says which learner the device has been until now: a guest
who signs up stays the same learner, and one who signs in brings its answers along.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.headless.account import views as account
from allauth.headless.account.inputs import SignupInput
from allauth.headless.base import views as base
from allauth.headless.constants import Client
from allauth.headless.internal.decorators import app_view
from allauth.headless.mfa import views as mfa
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, re_path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.request import Request

from quizzes import study
from quizzes.models import Device, User, uuid7

from . import problems, reading, throttles
from .accounts import Sender, sender_of
from .authentication import DeviceAuthentication
from .base import valid
from .parsers import StrictJSONParser
from .shapes.base import Shape, StrictText

WAIT = 60  # seconds: most of allauth's limits count per minute

View = Callable[..., HttpResponse]


class SignUpInput(SignupInput):  # type: ignore[misc]  # allauth ships no types
    """Address and password of a new account."""

    def save(self, request: HttpRequest) -> User:
        """Make the guest, or the stranger, an account. The same again gives the same account."""
        device = sender_of(request).device
        learner = device.user_id if device else uuid7()
        return study.register(learner, self.cleaned_data["email"], self.cleaned_data["password"])


class SignUpView(account.SignupView):  # type: ignore[misc]  # allauth ships no types
    """Signing up, which makes the guest an account."""

    input_class = {"POST": SignUpInput}  # noqa: RUF012  # as allauth declares it


class SessionView(account.SessionView):  # type: ignore[misc]  # allauth ships no types
    """Who is signed in on the device, and signing out."""

    def delete(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign out: the device's token ends, or a sign-in under way."""
        device = sender_of(request).device
        if device is not None and request.user == device.user:
            study.revoke_device(device.user_id, device.id)
        response: HttpResponse = super().delete(request, *args, **kwargs)
        return response


class DeviceName(Shape):
    """What all bodies may contain besides what allauth reads."""

    device_name = StrictText(max_length=100, required=False, default="")


def _endpoint(route: str, view: type[base.APIView], *, signed_in: bool = False) -> URLPattern:
    """``signed_in``: the view is for accounts, and the device's token says whose."""
    inner = view.as_view(client=Client.APP)
    wrapped: View = app_view(_of_device(inner, signed_in))
    return path(route, wrapped, name=f"app-{route.replace('/', '-')}")


def _of_device(view: View, signed_in: bool) -> View:
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            sender = _sender(request)
        except (exceptions.APIException, RequestDataTooBig) as error:
            return _refusal(error)
        request.sender = sender  # type: ignore[attr-defined]
        request.device = sender.device  # type: ignore[attr-defined]  # quizzes.web.accounts asks whether it is a guest's
        acting = signed_in and sender.device is not None and not sender.device.user.is_guest
        if acting and sender.device is not None:
            request.user = sender.device.user
        try:
            response = view(request, *args, **kwargs)
        except User.DoesNotExist as error:  # deleted since the password was looked at
            request.session.flush()
            return _refusal(error)
        if acting or SESSION_KEY in request.session:  # the token is enough from now on
            request.session.flush()
        if response.status_code == 429:
            response["Retry-After"] = str(WAIT)
        return response

    return wrapped


def _sender(request: HttpRequest) -> Sender:
    """Who sends it. Raises what the rest of the API raises for tokens and bodies that are not good."""
    body = request.body  # read as a whole, for allauth to read it once more
    asked = Request(request, parsers=[StrictJSONParser()])
    reading.check(asked)
    throttles.check("address", throttles.address(asked))
    found = DeviceAuthentication().authenticate(asked)
    device: Device | None = found[1] if found else None
    token = request.headers["Authorization"].split()[1] if found else ""
    return Sender(device, token, _device_name(asked.data) if body and request.method != "GET" else "")


def _device_name(data: Any) -> str:
    if isinstance(data, dict):
        wrong = {name: [serializers.ErrorDetail(_("Not a valid string."), "invalid")] for name in _no_texts(data)}
        if wrong:
            raise serializers.ValidationError(wrong)
    return str(valid(DeviceName, data)["device_name"])


def _no_texts(data: dict[str, Any]) -> list[str]:
    return [name for name, value in data.items() if not isinstance(value, str)]


def _refusal(error: Exception) -> JsonResponse:
    answer = problems.handle(error, {})
    assert answer is not None  # noqa: S101  # it knows all that is caught above
    response = JsonResponse(answer.data, status=answer.status_code, content_type=problems.MEDIA_TYPE)
    if answer.status_code == 401:
        response["WWW-Authenticate"] = DeviceAuthentication().authenticate_header(None)
    if answer.has_header("Retry-After"):
        response["Retry-After"] = answer["Retry-After"]
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    _endpoint("config", base.ConfigView),
    _endpoint("auth/signup", SignUpView),
    _endpoint("auth/login", account.LoginView),
    _endpoint("auth/2fa/authenticate", mfa.AuthenticateView),
    _endpoint("auth/session", SessionView, signed_in=True),
    _endpoint("auth/email/verify", account.VerifyEmailView),
    _endpoint("auth/password/request", account.RequestPasswordResetView),
    _endpoint("auth/password/reset", account.ResetPasswordView),
    _endpoint("account/password/change", account.ChangePasswordView, signed_in=True),
    re_path("", problems.unknown_route),
]
