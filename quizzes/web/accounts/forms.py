"""The forms of accounts: allauth's, with our words, and with our verbs where they save."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from quizzes import study
from quizzes.models import User
from quizzes.web.visitors import asker

from .guests import guest_of

LABELS = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "password": _("Password"),
    "oldpassword": _("Password until now"),
    "password1": _("New password"),
    "password2": _("The new password again"),
    "code": _("Code"),
}
HELP = {
    "password1": _("At least 8 characters, not only digits, and none of the passwords that everybody uses."),
}


class Ours:
    """Put in front of a form of allauth: labels and help in our words, and no placeholders that repeat them."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS[name]
            field.help_text = HELP.get(name, "")
            field.widget.attrs.pop("placeholder", None)
            if name == "code":
                field.widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}


class OfOneAccount(Ours):
    """A form with passwords that does not ask for the address."""

    user: User

    @property
    def address(self) -> str:
        """Whose passwords these are: password managers want to know. That of the account, see ``study.register``."""
        return EmailAddress.objects.get_primary_email(self.user) or ""


class LoginForm(Ours, account.LoginForm):  # type: ignore[misc]  # allauth ships no types
    """Address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignUpForm(Ours, account.SignupForm):  # type: ignore[misc]  # allauth ships no types
    """Address and password of a new account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("Password")
        self.fields["password2"].label = _("The password again")

    def save(self, request: HttpRequest) -> User:
        """Make the guest, or the stranger, an account."""
        learner = guest_of(request) or asker(request)
        return study.register(learner.id, self.cleaned_data["email"], self.cleaned_data["password1"])


class ChangeEmailForm(Ours, account.AddEmailForm):  # type: ignore[misc]  # allauth ships no types
    """The address to use from now on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New address")

    def save(self, request: HttpRequest) -> EmailAddress:
        """Keep a confirmed address until the new one is confirmed; replace one that never was, it may be mistyped."""
        address = EmailAddress.objects.filter(user=self.user).order_by("-primary", "-verified").first()
        if address is None or address.verified:
            return super().save(request)
        address.email = self.cleaned_data["email"]
        with transaction.atomic():
            study.readdress(self.user.id, address.email)
            address.save(update_fields=["email"])
        send_verification_email_to_address(request, address)
        return address


class ChangePasswordForm(OfOneAccount, account.ChangePasswordForm):  # type: ignore[misc]  # allauth ships no types
    """The old password, and the new one twice."""


class ResetPasswordForm(Ours, account.ResetPasswordForm):  # type: ignore[misc]  # allauth ships no types
    """Where to send the link."""


class ResetPasswordKeyForm(OfOneAccount, account.ResetPasswordKeyForm):  # type: ignore[misc]  # allauth ships no types
    """The new password twice."""


class ReauthenticateForm(OfOneAccount, account.ReauthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """The password once more."""


class CodeForm(Ours, mfa.AuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """The second factor when logging in."""


class CodeAgainForm(Ours, mfa.ReauthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """The second factor once more."""


class ActivateForm(Ours, totp.ActivateTOTPForm):  # type: ignore[misc]  # allauth ships no types
    """The first code that the app shows."""

    @property
    def readable_secret(self) -> str:
        """The secret in groups of four, as one types it."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))
