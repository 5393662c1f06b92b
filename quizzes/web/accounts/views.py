"""The pages of accounts where ours differ from allauth's, and the overview of one's account."""

from __future__ import annotations

from typing import Any

from allauth.account import views as allauth
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from quizzes import study
from quizzes.models import User
from quizzes.web.visitors import asker, remember

from .adapter import JOINING
from .guests import guest_of


@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponseBase:
    """Address, password and second factor; for who has no account, what one is good for."""
    user = request.user
    if not isinstance(user, User) or user.is_guest:
        return render(request, "quizzes/no_account.html", {"answers": _answers(request)})
    addresses = EmailAddress.objects.filter(user=user).order_by("-primary", "-verified")
    factors = {factor.type: factor.wrap() for factor in Authenticator.objects.filter(user=user)}
    codes = factors.get(Authenticator.Type.RECOVERY_CODES)
    context = {
        "address": addresses.first() or user,
        "two_factor": Authenticator.Type.TOTP in factors,
        "codes": len(codes.get_unused_codes()) if codes else 0,
    }
    return render(request, "quizzes/account.html", context)


def two_factor(request: HttpRequest) -> HttpResponseBase:
    """Where allauth goes after a change of the second factor: the overview shows it."""
    return redirect("account")


class LoginView(allauth.LoginView):  # type: ignore[misc]  # allauth ships no types
    """Logging in, which brings a guest's answers along."""

    def get_context_data(self, **others: Any) -> dict[str, Any]:
        """How many answers there are to bring along."""
        return {**super().get_context_data(**others), "answers": _answers(self.request)}


class SignUpView(allauth.SignupView):  # type: ignore[misc]  # allauth ships no types
    """Signing up, which makes the guest an account."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let a stranger's browser carry the account's future id, so that a form sent twice makes one account."""
        who = asker(request)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        if request.method == "GET" and guest_of(request) is None:
            remember(response, who)
        return response

    def get_context_data(self, **others: Any) -> dict[str, Any]:
        """How many answers will be kept."""
        return {**super().get_context_data(**others), "answers": _answers(self.request)}


class ConfirmEmailView(allauth.ConfirmEmailView):  # type: ignore[misc]  # allauth ships no types
    """Confirming an address. Where it is another account's, that account can take over this one's answers."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Confirm; or remember which account to join until the other one is logged in."""
        address = self.get_object().email_address
        if address.can_set_verified():
            confirmed: HttpResponseBase = super().post(*args, **kwargs)
            return confirmed
        self.logout()
        self.request.session[JOINING] = str(address.user_id)
        return redirect("account_login")


def _answers(request: HttpRequest) -> int:
    guest = guest_of(request)
    return study.count_answers(guest.id) if guest else 0
