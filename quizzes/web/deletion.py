"""Deleting an account with everything, after showing what that is and asking for a proof."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from quizzes import study
from quizzes.models import User
from quizzes.progress import holdings

from . import written


class ConfirmationForm(forms.Form):
    """Asks for the password, so that nobody who finds the browser open can do it; a guest has none and agrees."""

    password = forms.CharField(
        label=gettext_lazy("Your password, to confirm"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        error_messages={"required": gettext_lazy("Enter your password.")},
    )
    agreed = forms.BooleanField(
        label=gettext_lazy("Yes, delete everything. I know that it cannot be brought back."),
        error_messages={"required": gettext_lazy("Tick this box if everything shall be deleted.")},
    )

    def __init__(self, user: User, data: Mapping[str, str] | None) -> None:
        super().__init__(data)
        self.user = user
        del self.fields["password" if user.is_guest else "agreed"]

    def clean_password(self) -> str:
        """The learner's own."""
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise ValidationError(_("This is not your password."))
        return password


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def delete_account(request: HttpRequest) -> HttpResponseBase:
    """What goes, and the form that lets it go; afterwards nobody is signed in here."""
    user = request.user
    if not isinstance(user, User):
        return redirect("home")
    if request.method == "POST":  # as often as a password may be guessed elsewhere
        too_often: HttpResponseBase | None = ratelimit.consume_or_429(request, action="reauthenticate", user=user)
        if too_often is not None:
            return too_often
    form = ConfirmationForm(user, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "quizzes/delete_account.html", _context(form, user))
    study.delete_learner(user.id)
    logout(request)
    messages.success(request, _("Everything is deleted. Thank you for having been here, and goodbye."))
    return redirect("home")


def _context(form: ConfirmationForm, user: User) -> dict[str, Any]:
    found = holdings(user.id)
    return {
        "form": form,
        "address": None if user.is_guest else EmailAddress.objects.get_primary_email(user) or user.email,
        "holdings": found,
        "answers": written.number(found.answers),
        "cards": written.number(found.cards),
    }
