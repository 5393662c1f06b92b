"""Accounts of those who write, made by who runs the site."""

from __future__ import annotations

from collections.abc import Collection
from secrets import token_urlsafe

from allauth.account.models import EmailAddress
from django.db import transaction

from quizzes.models import User

from .roles import give_roles, roles_of


def account_of(email: str) -> User | None:
    """The account that signs in with this address."""
    address = User.objects.normalize_email(email)
    confirmed = EmailAddress.objects.filter(email=address, verified=True).select_related("user").first()
    found: User | None = confirmed.user if confirmed else User.objects.filter(email=address).first()
    return found


def is_confirmed(user: User, email: str) -> bool:
    """Whether the account's owner has shown that the address is theirs."""
    return bool(
        EmailAddress.objects.filter(user=user, email=User.objects.normalize_email(email), verified=True).exists()
    )


def make_account(email: str, password: str | None) -> User:
    """A new account whose address counts as confirmed; without a ``password`` nobody gets in before setting one."""
    with transaction.atomic():
        user = User.objects.create_user(email, password or token_urlsafe(48))
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def add_roles(user: User, roles: Collection[str]) -> None:
    """Give an account these roles too."""
    give_roles(user, {*roles_of(user), *roles})
