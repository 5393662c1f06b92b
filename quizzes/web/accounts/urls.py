"""Addresses of accounts: those of allauth's pages that we use, and no others."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import path, re_path
from django.urls.resolvers import URLPattern

from . import views
from .guests import View, not_signed_in


def _page(route: str, view: View, name: str) -> URLPattern:
    return path(route, not_signed_in(view), name=name)


urlpatterns = [
    path("", views.account, name="account"),
    _page("login/", views.LoginView.as_view(), "account_login"),
    _page("signup/", views.SignUpView.as_view(), "account_signup"),
    _page("logout/", account.logout, "account_logout"),
    _page("inactive/", account.account_inactive, "account_inactive"),
    _page("reauthenticate/", account.reauthenticate, "account_reauthenticate"),
    _page("email/", account.email, "account_email"),
    _page("confirm-email/<str:key>/", views.ConfirmEmailView.as_view(), "account_confirm_email"),
    _page("password/change/", account.password_change, "account_change_password"),
    _page("password/reset/", account.password_reset, "account_reset_password"),
    _page("password/reset/done/", account.password_reset_done, "account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        not_signed_in(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    _page("2fa/", views.two_factor, "mfa_index"),
    _page("2fa/authenticate/", mfa.authenticate, "mfa_authenticate"),
    _page("2fa/reauthenticate/", mfa.reauthenticate, "mfa_reauthenticate"),
    _page("2fa/totp/activate/", totp.activate_totp, "mfa_activate_totp"),
    _page("2fa/totp/deactivate/", totp.deactivate_totp, "mfa_deactivate_totp"),
    _page("2fa/recovery-codes/", recovery_codes.view_recovery_codes, "mfa_view_recovery_codes"),
    _page("2fa/recovery-codes/generate/", recovery_codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    _page("2fa/recovery-codes/download/", recovery_codes.download_recovery_codes, "mfa_download_recovery_codes"),
]
