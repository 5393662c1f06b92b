"""A guest has a session but no password: to the pages of accounts a guest is somebody who is not signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from quizzes.models import User

View = Callable[..., HttpResponseBase]


class Guest(AnonymousUser):
    """A guest as the views of allauth see one; ``row`` is the learner."""

    def __init__(self, row: User) -> None:
        super().__init__()
        self.row = row


def guest_of(request: HttpRequest) -> User | None:
    """The guest whose browser or app sent this request; None for strangers and accounts."""
    user: Any = request.user
    if isinstance(user, Guest):
        return user.row
    if not isinstance(user, User) and (device := getattr(request, "device", None)):  # an app's token
        user = device.user
    return user if isinstance(user, User) and user.is_guest else None


def not_signed_in(view: View) -> View:
    """Let ``view`` take a guest for somebody who is not signed in, and keep its pages out of caches."""

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        row = guest_of(request)
        if row is None:
            return view(request, *args, **kwargs)
        guest = Guest(row)
        request.user = guest
        response = view(request, *args, **kwargs)
        if request.user is guest:  # nobody signed in: the page is rendered for the guest, with the guest's settings
            request.user = row
        return response

    return wrapped
