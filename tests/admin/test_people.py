"""Roles: who gives them, to whom, and what they let in to."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from quizzes.authoring import ROLES, give_roles, roles_of
from quizzes.models import User
from tests.admin.conftest import Staff, signed_in

LIST = "/admin/quizzes/user/"


def page(user: User) -> str:
    return reverse("admin:quizzes_user_change", args=[user.id])


@pytest.fixture
def learner(staff: Staff) -> User:
    return User.objects.create_user("taro@example.org", "a password of theirs")


def test_the_groups_are_there_with_their_permissions(db: None) -> None:
    held = {group.name: {p.codename for p in group.permissions.all()} for group in Group.objects.all()}
    assert set(held) == {*ROLES}
    assert "publish_questiontemplate" in held["editor"]
    assert held["author"] < held["editor"]
    assert held["administrator"] == {"view_user", "change_user"}
    everything = set.union(*held.values())
    assert not {name for name in everything if name.startswith(("delete_user", "add_user", "delete_attempt"))}


def test_an_administrator_makes_an_author_and_takes_it_back(staff: Staff, learner: User) -> None:
    browser = signed_in(staff("administrator"))
    shown = browser.get(LIST, {"q": "taro@"}).content.decode()
    assert "taro@example.org" in shown
    browser.post(page(learner), {"roles": ["author", "editor"], "is_active": "on"})
    learner.refresh_from_db()
    assert (roles_of(learner), learner.is_staff, learner.is_active) == (["author", "editor"], True, True)
    assert signed_in(learner).get("/admin/").status_code == 200
    browser.post(page(learner), {"roles": [], "is_active": "on"})
    learner.refresh_from_db()
    assert (roles_of(learner), learner.is_staff) == ([], False)
    assert signed_in(learner).get("/admin/").status_code == 302


def test_learners_are_not_listed_without_a_search(staff: Staff, learner: User) -> None:
    browser = signed_in(staff("administrator"))
    listed = browser.get(LIST).content.decode()
    assert "administrator@example.org" in listed
    assert "taro@example.org" not in listed
    assert "taro@example.org" not in browser.get(LIST, {"q": "aro@"}).content.decode()


def test_nothing_but_roles_and_activity_can_be_changed(staff: Staff, learner: User) -> None:
    browser = signed_in(staff("administrator"))
    before = learner.password
    posted: dict[str, Any] = {
        "roles": ["author"], "is_superuser": "on", "is_staff": "on", "email": "x@example.org", "password": "x",
    }  # fmt: skip
    browser.post(page(learner), posted)
    learner.refresh_from_db()
    assert (learner.is_superuser, learner.email, learner.password) == (False, "taro@example.org", before)
    assert learner.is_active is False
    assert browser.post(page(learner), {"roles": ["king"], "is_active": "on"}).status_code == 200
    learner.refresh_from_db()
    assert learner.is_active is False


def test_an_administrator_neither_sees_nor_changes_a_superuser(staff: Staff) -> None:
    root = User.objects.create_superuser("root@example.org", "a password of theirs")
    browser = signed_in(staff("administrator"))
    assert "root@example.org" not in browser.get(LIST, {"q": "root"}).content.decode()
    assert browser.post(page(root), {"roles": []}).status_code == 302
    root.refresh_from_db()
    assert (root.is_active, root.is_superuser) == (True, True)


@pytest.mark.parametrize("roles", [(), ("author",), ("editor",)])
def test_others_do_not_get_at_accounts(staff: Staff, learner: User, roles: tuple[str, ...]) -> None:
    browser = signed_in(staff(*roles))
    assert browser.get(LIST).status_code == 403
    assert browser.post(page(learner), {"roles": ["author"], "is_active": "on"}).status_code == 403
    assert roles_of(learner) == []


def test_nobody_adds_or_deletes_accounts_here(staff: Staff, learner: User) -> None:
    root = User.objects.create_superuser("root@example.org", "a password of theirs")
    for user in (staff("administrator"), root):
        browser = signed_in(user)
        assert browser.post(f"{LIST}add/", {"email": "new@example.org"}).status_code == 403
        assert browser.post(reverse("admin:quizzes_user_delete", args=[learner.id]), {"post": "yes"}).status_code == 403
    assert User.objects.filter(id=learner.id).exists()


def test_an_unknown_role_is_refused(learner: User) -> None:
    with pytest.raises(ValueError, match="king"):
        give_roles(learner, ["author", "king"])
    assert roles_of(learner) == []


def test_the_door_is_that_of_the_site(client: Any, learner: User) -> None:
    """Tries are limited and the second factor is asked there; a learner who has signed in gets no further."""
    assert client.get("/admin/login/").url.startswith("/accounts/login/")
    answer = signed_in(learner).get("/admin/login/")
    assert answer.status_code in (302, 403)
