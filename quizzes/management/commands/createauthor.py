"""``manage.py createauthor``: an account for the admin."""

import os
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.urls import reverse

from quizzes.authoring import roles_of
from quizzes.authoring.accounts import account_of, add_roles, is_confirmed, make_account
from quizzes.models import User

PASSWORD = "DJANGO_AUTHOR_PASSWORD"  # noqa: S105  # the name of a variable


class Command(BaseCommand):
    """Safe to repeat: who has an account already is given the roles, and nothing else is changed."""

    help = "Make an author's account for the admin, or give the roles to one that is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who, and as what."""
        parser.add_argument("email", help="the address that the author signs in with")
        parser.add_argument("--editor", action="store_true", help="may publish, and edit topics and misconceptions")
        parser.add_argument("--administrator", action="store_true", help="may give roles")
        parser.add_argument(
            "--no-input",
            action="store_false",
            dest="interactive",
            help=f"ask nothing: the password is that of {PASSWORD}, else a link is printed that sets one once",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account where there is none, then give the roles."""
        email = User.objects.normalize_email(options["email"].strip())
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{options['email']!r} is no e-mail address") from None
        roles = ["author", *(role for role in ("editor", "administrator") if options[role])]
        user = account_of(email)
        if user is None:
            password = self._password(email, interactive=options["interactive"])
            user = make_account(email, password)
            self.stdout.write(f"made an account for {email}")
            if password is None:
                self.stdout.write(f"whoever opens this within 3 days sets its password: {_link(user)}")
        else:
            self.stdout.write(f"{email} has an account already, with its password as it is")
            if not is_confirmed(user, email):
                self.stderr.write(
                    self.style.WARNING(
                        "its address was never confirmed: anybody may have signed up with it. Make sure that it is the "
                        "author's own, or take the role away in the admin."
                    )
                )
        add_roles(user, roles)
        self.stdout.write(f"{email} is {', '.join(roles_of(user))} now")

    def _password(self, email: str, *, interactive: bool) -> str | None:
        """The password that was typed twice, or that of the environment; ``None``: by a link."""
        if not interactive:
            password = os.environ.get(PASSWORD) or None
            if password is not None:
                _validate(password, email)
            return password
        password = getpass("Password: ")
        if password != getpass("Password (again): "):
            raise CommandError("the passwords are not the same; nothing was made")
        _validate(password, email)
        return password


def _validate(password: str, email: str) -> None:
    try:
        validate_password(password, User(email=email))
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None


def _link(user: User) -> str:
    """The page that sets a forgotten password; it works once."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    origin = settings.CSRF_TRUSTED_ORIGINS[0] if settings.CSRF_TRUSTED_ORIGINS else f"http://127.0.0.1:{_port()}"
    return f"{origin}{path}"


def _port() -> str:
    return os.environ.get("PORT", "8000")
