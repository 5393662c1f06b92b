"""Who may do what: administrators find an account by its address and give it roles."""

from __future__ import annotations

import logging
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from quizzes.authoring import ROLES, give_roles, roles_of
from quizzes.models import User

from .site import site

urls: list[URLPattern] = []
logger = logging.getLogger(__name__)

ROLE_NAMES = {
    "author": _("Author: writes drafts"),
    "editor": _("Editor: publishes, and edits topics and misconceptions"),
    "administrator": _("Administrator: gives roles"),
}


class RolesForm(forms.ModelForm[User]):
    """An account's roles, and whether it may sign in."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=[(role, ROLE_NAMES[role]) for role in ROLES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Who has a role gets into these pages. Without one it is a learner's account like others."),
    )

    class Meta:
        model = User
        fields = ("is_active",)
        labels: ClassVar[dict[str, Any]] = {"is_active": _("May sign in")}
        help_texts: ClassVar[dict[str, Any]] = {
            "is_active": _("Without this the account stays, but nobody gets in with it.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["roles"] = roles_of(self.instance)


class StaffFilter(admin.SimpleListFilter):
    """Those with a role first of all: learners are found by their address."""

    title = _("Role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """One for each role."""
        return [(role, ROLE_NAMES[role]) for role in ROLES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        """Those who have it."""
        return queryset.filter(groups__name=self.value()) if self.value() in ROLES else queryset


@admin.register(User, site=site)
class People(admin.ModelAdmin[User]):
    """Accounts. Nobody is made or deleted here: ``createauthor`` makes authors, and learners delete themselves."""

    form = RolesForm
    list_display = ("email", "role_names", "is_active", "last_login")
    list_filter = (StaffFilter,)
    search_fields = ("email__istartswith",)
    search_help_text = _("Learners are found by the beginning of their address. Without a search only staff is listed.")
    ordering = ("email",)
    list_per_page = 50
    show_full_result_count = False  # counting all learners takes long
    fields = ("email", "roles", "is_active", "last_login", "created_at")
    readonly_fields = ("email", "last_login", "created_at")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Accounts, not guests. Only a superuser sees superusers, or an administrator could lock them out."""
        rows = super().get_queryset(request).filter(email__isnull=False).prefetch_related("groups")
        return rows if request.user.is_superuser else rows.filter(is_superuser=False)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Nobody leafs through the learners."""
        if (
            not search_term.strip()
            and request.resolver_match is not None
            and "object_id" not in request.resolver_match.kwargs
        ):
            queryset = queryset.filter(is_staff=True)
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=_("Roles"))
    def role_names(self, user: User) -> str:
        """The roles in words."""
        held = {group.name for group in user.groups.all()}
        names = [str(ROLE_NAMES[role]).partition(":")[0].partition("：")[0] for role in ROLES if role in held]
        return ", ".join([*(["superuser"] if user.is_superuser else []), *names]) or "–"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """See above."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """See above."""
        return False

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> None:  # type: ignore[override]
        """Django's own log would keep the address, and the learner's id, when the learner is long gone."""
        logger.info("%s gave %s the roles %s", request.user.pk, obj.pk, roles_of(obj))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """The roles too."""
        obj.save(update_fields=["is_active"])
        give_roles(obj, form.cleaned_data["roles"])
