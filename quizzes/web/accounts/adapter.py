"""What allauth asks of a site: words, mails, and what happens when somebody signs in."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import is_headless_request
from allauth.headless.internal.restkit.response import ErrorResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.core.mail import EmailMessage
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from quizzes import study
from quizzes.models import User
from quizzes.study import Refused
from quizzes.web.visitors import COOKIE

from .guests import guest_of

logger = logging.getLogger(__name__)

JOINING = "joining_account"  # in the session: the account without an address that the next one logged in takes over

ERRORS = {
    "account_inactive": gettext_lazy("This account is closed."),
    "duplicate_email": gettext_lazy("This is the address of your account already."),
    "email_password_mismatch": gettext_lazy("Address and password do not belong together."),
    "enter_current_password": gettext_lazy("This is not your password."),
    "incorrect_code": gettext_lazy("This is not the right code. Each code works once, and only for a short time."),
    "incorrect_password": gettext_lazy("This is not your password."),
    "invalid_password_reset": gettext_lazy("This link does not work any more."),
    "rate_limited": gettext_lazy("Too many tries. Wait a few minutes."),
    "too_many_login_attempts": gettext_lazy("Too many tries. Wait a few minutes."),
    "cannot_generate_recovery_codes": gettext_lazy("Switch on two-factor authentication first."),
}

NOTICES = {
    "account/messages/cannot_delete_primary_email.txt": gettext_lazy("An account needs an address."),
    "account/messages/email_confirmation_failed.txt": gettext_lazy(
        "%(email)s could not be confirmed: it belongs to another account."
    ),
    "account/messages/email_confirmation_sent.txt": gettext_lazy(
        "We have sent a mail to %(email)s. Open the link in it to confirm the address."
    ),
    "account/messages/email_confirmed.txt": gettext_lazy("%(email)s is confirmed."),
    "account/messages/email_deleted.txt": gettext_lazy("The change to %(email)s is cancelled."),
    "account/messages/logged_out.txt": gettext_lazy("You are logged out."),
    "account/messages/password_changed.txt": gettext_lazy(
        "Your password is changed. Other browsers and devices are logged out."
    ),
    "mfa/messages/totp_activated.txt": gettext_lazy("Two-factor authentication is on."),
    "mfa/messages/totp_deactivated.txt": gettext_lazy("Two-factor authentication is off."),
    "mfa/messages/recovery_codes_generated.txt": gettext_lazy(
        "Here are your recovery codes. Earlier ones do not work any more."
    ),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Signing in keeps what a guest has answered; a new password ends what the old one had let in."""

    error_messages = DefaultAccountAdapter.error_messages | ERRORS
    taken = 0  # answers that came along with the one who signs in

    def is_ajax(self, request: HttpRequest) -> bool:
        """Pages answer with pages."""
        return False

    # Signing in

    def login(self, request: HttpRequest, user: User) -> None:
        """Every step is passed. The guest's log comes first: if that fails, the browser still has its guest."""
        try:
            self.taken = sum(_take_over(visitor, user) for visitor in _visitors(request, user))
            super().login(request, user)
        except (User.DoesNotExist, DatabaseError):
            if User.objects.filter(id=user.id).exists():
                raise
            raise ImmediateHttpResponse(self._gone(request, user)) from None
        request.session.pop(JOINING, None)

    def _gone(self, request: HttpRequest, user: User) -> HttpResponse:
        """The account was deleted while its password was looked at: what is said of one that there never was."""
        if request.session.get(SESSION_KEY) == str(user.id):
            logout(request)
        error = self.validation_error("email_password_mismatch")
        if is_headless_request(request):
            answer: HttpResponse = ErrorResponse(request, exception=error)
            return answer
        messages.error(request, error.message)
        return redirect("account_login")

    def post_login(self, request: HttpRequest, user: User, *, signup: bool, **others: Any) -> HttpResponse:
        """Greet; the stranger's cookie has done its work. An app has neither pages nor cookies."""
        if is_headless_request(request):
            answer: HttpResponse = super().post_login(request, user, signup=signup, **others)
            return answer
        kept = _kept(study.count_answers(user.id) if signup else self.taken)
        greeting = _("Your account is ready. %(kept)s") if signup else _("You are logged in. %(kept)s")
        messages.success(request, (greeting % {"kept": kept}).strip())
        response: HttpResponse = super().post_login(request, user, signup=signup, **others)
        response.delete_cookie(COOKIE, samesite="Lax")
        return response

    def is_safe_url(self, url: str | None) -> bool:
        """Whether it leads to a page of ours; what cannot even be read as an address does not."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    # Passwords and addresses

    def set_password(self, user: User, password: str) -> None:
        """Set it, and let nothing in that came with the old one: no device, no change of address under way."""
        study.change_password(user, password)
        EmailAddress.objects.filter(user=user, primary=False, verified=False).delete()

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Whoever confirms an address has it, and not who signed up with it before without being able to."""
        if email_address.can_set_verified():
            study.claim(email_address.user_id, email_address.email)
        confirmed: bool = super().confirm_email(request, email_address)
        return confirmed

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to the overview."""
        return reverse("account")

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """The overview; it offers to log in where nobody is."""
        return reverse("account")

    # Words and mails

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """A notice in our words; those that we have no words for are not needed. Apps have their own."""
        if is_headless_request(request):
            return
        text = message or NOTICES.get(message_template or "", "")
        if text:
            messages.add_message(request, level, text % (message_context or {}), extra_tags)

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:
        """Ask to confirm; where the address is another account's, tell its owner instead."""
        address = emailconfirmation.email_address
        if address.can_set_verified():
            super().send_confirmation_mail(request, emailconfirmation, signup)
            return
        owner = EmailAddress.objects.select_related("user").get(email=address.email, verified=True).user
        url = self.get_email_confirmation_url(request, emailconfirmation)
        self.send_mail("account/email/account_already_exists", address.email, {"user": owner, "activate_url": url})

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell the owner what was changed, in the owner's language."""
        super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send it in the reader's language. A mail server that is down does not keep anybody from learning."""
        language = getattr(context.get("user"), "language", "") or translation.get_language()
        try:
            with translation.override(language):
                super().send_mail(template_prefix, email, context)
        except OSError:  # that of smtplib, too
            logger.exception("a mail could not be sent: %s", template_prefix)
            self.add_message(
                self.request, messages.ERROR, message=_("The mail could not be sent. Please try again later.")
            )

    def render_mail(
        self, template_prefix: str, email: str, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMessage:
        """One text file per mail: the first line is the subject."""
        text = render_to_string(f"{template_prefix}.txt", context).strip()
        subject, _rest, body = text.partition("\n")
        return EmailMessage(subject.strip(), f"{body.strip()}\n", self.get_from_email(), [email], headers=headers)


class TwoFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """The second factor."""

    error_messages = DefaultMFAAdapter.error_messages | ERRORS

    def build_totp_svg(self, url: str) -> str:
        """The QR code as an element of the page, which our content security policy allows where no data: image is."""
        svg: str = super().build_totp_svg(url)
        return f'<svg class="qr" aria-hidden="true" {svg[svg.index("viewBox=") :]}'


def _visitors(request: HttpRequest, user: User) -> list[UUID]:
    """Whose answers come along: the browser's guest, and an account whose address turned out to be ``user``'s."""
    found = []
    guest = guest_of(request)
    if guest is not None and guest.id != user.id:
        found.append(guest.id)
    if joining := request.session.get(JOINING):
        addresses = EmailAddress.objects.filter(user_id=joining).values("email")
        if EmailAddress.objects.filter(user=user, verified=True, email__in=addresses).exists():
            found.append(UUID(joining))
    return found


def _take_over(visitor: UUID, user: User) -> int:
    try:
        return study.merge(visitor, user.id)
    except Refused:  # in another tab it has become an account by now, and stays one
        return 0


def _kept(answers: int) -> str:
    if not answers:
        return ""
    return ngettext("%(count)d answer was kept.", "%(count)d answers were kept.", answers) % {"count": answers}
