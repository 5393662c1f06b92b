"""Commands for who runs the site: accounts of authors, and the nightly job."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from quizzes import study
from quizzes.authoring import roles_of
from quizzes.authoring.uploads import keep_upload, kept_upload
from quizzes.management.commands import createauthor
from quizzes.models import ClosedToken, Device, QuestionTemplate, Session, TemplateVersion, User

Make = Callable[..., QuestionTemplate]

PASSWORD = "a password of theirs"


def run(command: str, *arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out, stderr=out, no_color=True, **options)
    return out.getvalue()


def log_in(email: str, password: str = PASSWORD) -> Client:
    browser = Client()
    browser.post("/accounts/login/", {"login": email, "password": password})
    return browser


# createauthor


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is typed when a password is asked for."""
    answers = [PASSWORD, PASSWORD]
    monkeypatch.setattr(createauthor, "getpass", lambda prompt: answers.pop(0))
    return answers


@pytest.mark.django_db
@pytest.mark.usefixtures("typed")
def test_an_author_signs_in_however_the_address_is_written() -> None:
    run("createauthor", "Ann@Example.ORG")
    user = User.objects.get()
    assert (user.email, user.is_staff, user.is_superuser, roles_of(user)) == (
        "ann@example.org",
        True,
        False,
        ["author"],
    )
    assert EmailAddress.objects.filter(user=user, email=user.email, primary=True, verified=True).exists()
    assert log_in("ANN@example.org").get("/admin/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("flags", "roles"),
    [
        (["--editor"], ["author", "editor"]),
        (["--administrator"], ["author", "administrator"]),
        (["--editor", "--administrator"], ["author", "editor", "administrator"]),
    ],
)
def test_roles_are_given_to_an_account_that_is_there_and_nothing_else_is_changed(
    flags: list[str], roles: list[str]
) -> None:
    user = User.objects.create_user("ann@example.org", PASSWORD, new_per_day=3)
    before = User.objects.filter(id=user.id).values().get()
    told = run("createauthor", "Ann@example.org", *flags)
    assert User.objects.filter(id=user.id).values().get() == before | {"is_staff": True}
    assert roles_of(user) == roles
    assert "never confirmed" in told
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    assert "never confirmed" not in run("createauthor", "ann@example.org")
    assert roles_of(user) == roles


@pytest.mark.django_db
def test_without_input_a_link_sets_the_password_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(createauthor.PASSWORD, raising=False)
    told = run("createauthor", "ann@example.org", "--no-input")
    assert not User.objects.get().is_guest
    (link,) = re.findall(r"http://127\.0\.0\.1:\d+(/\S+)", told)
    browser = Client()
    page = browser.get(link, follow=True)
    address = page.redirect_chain[-1][0]
    answered = browser.post(address, {"password1": PASSWORD, "password2": PASSWORD})
    assert answered.status_code == 302
    assert log_in("ann@example.org").get("/admin/").status_code == 200
    assert "password1" not in Client().get(link, follow=True).content.decode()


@pytest.mark.django_db
def test_the_password_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, createauthor.PASSWORD, PASSWORD)
    assert "http" not in run("createauthor", "ann@example.org", "--no-input")
    assert User.objects.get().check_password(PASSWORD)
    monkeypatch.setitem(os.environ, createauthor.PASSWORD, "12345678")
    with pytest.raises(CommandError, match="password"):
        run("createauthor", "bob@example.org", "--no-input")
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_what_cannot_be_is_refused_and_nothing_made(typed: list[str]) -> None:
    with pytest.raises(CommandError, match="no e-mail address"):
        run("createauthor", "ann")
    typed[:] = [PASSWORD, "another"]
    with pytest.raises(CommandError, match="not the same"):
        run("createauthor", "ann@example.org")
    typed[:] = ["short", "short"]
    with pytest.raises(CommandError, match="short"):
        run("createauthor", "ann@example.org")
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_superuser_whose_address_has_capitals_signs_in() -> None:
    User.objects.create_superuser("Root@Example.ORG", PASSWORD)
    assert User.objects.get().email == "root@example.org"
    assert log_in("Root@Example.ORG").get("/admin/").status_code == 200


# housekeeping


@pytest.mark.django_db(transaction=True)
def test_housekeeping_forgets_what_has_expired_and_nothing_else(learner: User, settings: Any, tmp_path: Any) -> None:
    settings.STATE_DIR = tmp_path
    Device.objects.all().delete()
    past, future = timezone.now() - timedelta(days=400), timezone.now() + timedelta(days=1)
    for number, when in enumerate([past, future]):
        Session.objects.create(session_key=f"key-{number}", session_data="", expire_date=when)
        device, _ = study.add_device(learner, f"device {number}")
        Device.objects.filter(pk=device.pk).update(expiry=when)
        ClosedToken.objects.create(digest=f"digest-{number}")
    ClosedToken.objects.filter(digest="digest-0").update(closed_at=past)
    old, new = keep_upload(learner.id, {"a.toml": ""}), keep_upload(learner.id, {"a.toml": ""})
    os.utime(tmp_path / "uploads" / f"{old}.zip", (0, 0))
    told = run("housekeeping")
    assert [line.split(":")[0] for line in told.splitlines()][:4] == ["closed tokens", "sessions", "devices", "uploads"]
    assert (Session.objects.get().session_key, Device.objects.get().name) == ("key-1", "device 1")
    assert ClosedToken.objects.get().digest == "digest-1"
    assert kept_upload(learner.id, old) is None
    assert kept_upload(learner.id, new) is not None
    assert "FAILED" not in told
    assert run("housekeeping", verbosity=0) == ""


@pytest.mark.django_db(transaction=True)
def test_housekeeping_proves_what_is_published_and_unproved(small: Make) -> None:
    small("one")
    small("two")
    assert "proofs: 1 made" in run("housekeeping", "--proofs", "1")
    assert TemplateVersion.objects.filter(proof__isnull=True).count() == 1
    assert "proofs: 1 made" in run("housekeeping")
    assert "proofs: 0 made" in run("housekeeping")


@pytest.mark.django_db(transaction=True)
def test_a_step_that_fails_keeps_no_other_from_running(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(now: Any) -> int:
        raise RuntimeError("no tokens today")

    monkeypatch.setattr(study, "purge_closed_tokens", refuse)
    out = StringIO()
    with pytest.raises(CommandError, match=r"^failed: closed tokens$") as failed:
        call_command("housekeeping", stdout=out, stderr=out, no_color=True)
    assert failed.value.returncode == 1
    assert "closed tokens: FAILED: no tokens today" in out.getvalue()
    assert "proofs: 0 made" in out.getvalue()
