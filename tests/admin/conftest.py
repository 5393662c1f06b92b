"""People of the admin, and a client for each."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from quizzes.models import User
from tests.quizzes.conftest import small

__all__ = ["small"]

Staff = Callable[..., User]


@pytest.fixture
def staff(db: None) -> Staff:
    """Somebody of the staff with these roles: ``staff("author")``, ``staff("author", "editor", email="b@…")``."""

    def make(*roles: str, email: str = "") -> User:
        address = email or f"{'-'.join(roles) or 'nobody'}@example.org"
        user = User.objects.create_user(address, "a password of theirs", is_staff=True)
        user.groups.set(Group.objects.filter(name__in=roles))
        return user

    return make


def signed_in(user: User) -> Client:
    """A browser in which ``user`` has signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
