"""The site of the admin: who gets in, and which pages of ours stand in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _

View = Callable[..., HttpResponse]

# Django's classes know no type parameters while they run; its types for mypy do.
for generic in (admin.ModelAdmin, ModelForm):
    setattr(generic, "__class_getitem__", classmethod(lambda cls, _model: cls))  # noqa: B010  # mypy looks at names


class AuthoringSite(admin.AdminSite):
    """Signs in as the rest of the site does, with its limits of tries and its second factor."""

    site_title = site_header = _("CNN study: authors")
    index_title = _("Write, see, prove, publish")
    index_template = "admin/quizzes/index.html"
    enable_nav_sidebar = False
    final_catch_all_view = True

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Our own pages go first; what none of ours uses is not there."""
        return [*_pages(), *(one for one in super().get_urls() if getattr(one, "name", None) not in _UNUSED)]

    def password_change(  # type: ignore[override]  # a redirect, where Django has a page of its own
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """That of the site: a changed password ends the other sessions and all devices."""
        return redirect("account_change_password")


_UNUSED = {"view_on_site", "autocomplete", "password_change_done"}


def _pages() -> list[URLPattern | URLResolver]:
    """The addresses that the modules of this package add; each of their views lets in by itself (:func:`allowed`)."""
    from . import catalogue, editor, exchange, people, statistics, templates

    return [*editor.urls, *templates.urls, *statistics.urls, *catalogue.urls, *exchange.urls, *people.urls]


site = AuthoringSite(name="admin")
site.login = secure_admin_login(site.login)  # type: ignore[method-assign]  # allauth's own way


def allowed(*permissions: str) -> Callable[[View], View]:
    """Let in who is staff and has all ``permissions`` (``"quizzes.add_draft"``); others get 403 or sign in first."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perms(permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return site.admin_view(checked)

    return decorate
