"""Who may write, publish and give roles: the groups that migration 0008 makes."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import Group
from django.db import transaction

from quizzes.models import User

ROLES = ("author", "editor", "administrator")


def roles_of(user: User) -> list[str]:
    """The roles that somebody has, in the order of ``ROLES``."""
    held = set(user.groups.filter(name__in=ROLES).values_list("name", flat=True))
    return [role for role in ROLES if role in held]


def give_roles(user: User, roles: Collection[str]) -> None:
    """Let ``user`` have just these roles. Who has one gets into the admin; who has none is a learner like others."""
    if unknown := set(roles) - {*ROLES}:
        raise ValueError(f"there is no role {', '.join(sorted(unknown))}")
    with transaction.atomic():
        others = user.groups.exclude(name__in=ROLES)
        user.groups.set([*others, *Group.objects.filter(name__in=roles)])
        user.is_staff = bool(roles) or user.is_superuser
        user.save(update_fields=["is_staff"])
