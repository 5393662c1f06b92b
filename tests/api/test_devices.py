"""Devices and their tokens: seen, named, revoked; and what a token that is not good is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from django.urls.converters import IntConverter, SlugConverter, StringConverter, UUIDConverter
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from quizzes import study
from quizzes.api.base import Endpoint
from quizzes.api.urls import urlpatterns
from quizzes.models import ClosedToken, Device, User, uuid7
from tests.api.apps import App, app_of, guest, make_account, problem

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def account() -> User:
    return make_account()


@pytest.fixture
def phone(account: User) -> App:
    return app_of(account, "phone")


@pytest.fixture
def tablet(account: User) -> App:
    return app_of(account, "tablet")


def listed(app: App) -> list[dict[str, Any]]:
    answer = app.ask("get", "me/devices/")
    assert answer.status_code == 200
    return list(answer.json())


def id_of(app: App) -> str:
    return str(next(device["id"] for device in listed(app) if device["current"]))


# Seeing


def test_devices_are_listed_and_nobody_elses(phone: App, tablet: App, account: User) -> None:
    other = guest("other")
    Device.objects.filter(name="phone").update(last_used_at=timezone.now() - 2 * DAY)
    found = listed(phone)
    assert [(device["name"], device["current"]) for device in found] == [("tablet", False), ("phone", True)]
    assert [device["current"] for device in listed(tablet)] == [True, False]
    assert [device["name"] for device in listed(other)] == ["other"]
    row = Device.objects.get(name="phone")
    assert found[1].keys() == {"id", "name", "created_at", "last_used_at", "expiry", "current"}
    assert UUID(found[1]["id"]) == row.id
    for name, value in (("created_at", row.created), ("last_used_at", row.last_used_at), ("expiry", row.expiry)):
        assert datetime.fromisoformat(found[1][name]) == value


def test_nothing_that_opens_the_account_is_listed(phone: App, tablet: App) -> None:
    text = phone.ask("get", "me/devices/").content.decode()
    for device in Device.objects.all():
        for secret in (device.digest, device.token_key, phone.token[:15], tablet.token[:15]):
            assert secret not in text


def test_one_device_is_seen_by_its_id(phone: App, tablet: App) -> None:
    answer = phone.ask("get", f"me/devices/{id_of(tablet)}/")
    assert answer.json() == next(device for device in listed(phone) if not device["current"])


def test_a_device_whose_token_has_expired_is_not_listed(phone: App, tablet: App) -> None:
    gone = id_of(tablet)
    Device.objects.filter(name="tablet").update(expiry=timezone.now() - timedelta(seconds=1))
    assert [device["name"] for device in listed(phone)] == ["phone"]
    problem(phone.ask("get", f"me/devices/{gone}/"), 404, "unknown-device")


def test_a_browser_is_no_device(account: User, phone: App) -> None:
    browser = Client()
    browser.force_login(account)
    assert [device["current"] for device in browser.get("/api/v1/me/devices/").json()] == [False]


def test_the_list_takes_few_queries(
    phone: App, account: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        study.add_device(account, str(number))
    with django_assert_num_queries(2):
        assert len(listed(phone)) == 6


# Naming


def test_a_device_gets_another_name(phone: App, tablet: App) -> None:
    answer = phone.ask("patch", f"me/devices/{id_of(tablet)}/", {"name": "居間のタブレット"})
    assert (answer.status_code, answer.json()["name"]) == (200, "居間のタブレット")
    assert {device["name"] for device in listed(phone)} == {"phone", "居間のタブレット"}


@pytest.mark.parametrize("name", [None, 5, "", " ", "x" * 101, ["x"]])
def test_a_device_has_a_name(phone: App, name: Any) -> None:
    answer = phone.ask("patch", f"me/devices/{id_of(phone)}/", {} if name is None else {"name": name})
    assert problem(answer, 400, "invalid")["errors"][0]["field"] == "name"


# Revoking


def test_a_revoked_device_is_out(phone: App, tablet: App) -> None:
    answer = phone.ask("delete", f"me/devices/{id_of(tablet)}/")
    assert (answer.status_code, answer.content) == (204, b"")
    problem(tablet.ask("get", "me/"), 401, "authentication-failed")
    assert phone.me()
    assert not ClosedToken.objects.exists()


def test_a_device_signs_itself_out(phone: App, tablet: App) -> None:
    assert phone.ask("delete", f"me/devices/{id_of(phone)}/").status_code == 204
    problem(phone.ask("get", "me/"), 401, "authentication-failed")
    assert tablet.me()


def test_all_other_devices_are_revoked_at_once(phone: App, tablet: App, account: User) -> None:
    other = guest()
    assert phone.ask("delete", "me/devices/").status_code == 204
    assert [device["name"] for device in listed(phone)] == ["phone"]
    problem(tablet.ask("get", "me/"), 401, "authentication-failed")
    assert other.me()


def test_a_browser_revokes_all_devices(phone: App, tablet: App, account: User) -> None:
    browser = Client()
    browser.force_login(account)
    assert browser.delete("/api/v1/me/devices/").status_code == 204
    for app in (phone, tablet):
        problem(app.ask("get", "me/"), 401, "authentication-failed")


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_another_learners_device_is_not_found(phone: App, method: str) -> None:
    other = guest()
    theirs = id_of(other)
    for id in (theirs, str(uuid7())):
        problem(phone.ask(method, f"me/devices/{id}/", {"name": "mine"}), 404, "unknown-device")
    assert listed(other)[0]["name"] == "phone"
    problem(phone.ask(method, "me/devices/5/"), 404, "not-found")


# Tokens


def test_a_token_lives_on_while_it_is_used_and_tells_when_that_was(phone: App) -> None:
    past = timezone.now() - 40 * DAY
    Device.objects.update(expiry=past + 90 * DAY, last_used_at=past)
    phone.me()
    device = Device.objects.get()
    assert device.expiry > timezone.now() + 89 * DAY
    assert device.last_used_at > timezone.now() - DAY


def test_a_token_is_not_written_with_every_request(
    phone: App, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    phone.me()
    before = Device.objects.get()
    phone.me()
    after = Device.objects.get()
    assert (after.expiry, after.last_used_at) == (before.expiry, before.last_used_at)


def test_a_token_that_is_revoked_while_it_is_renewed_stays_so(phone: App) -> None:
    device = Device.objects.get()
    Device.objects.all().delete()
    study.renew(device, timezone.now() + 90 * DAY)
    assert not Device.objects.exists()


def test_a_token_that_has_expired_is_out(phone: App) -> None:
    Device.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    problem(phone.ask("get", "me/"), 401, "authentication-failed")
    problem(phone.ask("get", "me/"), 401, "authentication-failed")


@pytest.mark.parametrize("token", ["\xff", "日", "a\x00b", "0" * 63, "0" * 65, "G" * 64, "A" * 64, "0" * 63 + "０"])
def test_what_can_be_no_token_is_refused_without_a_look(
    token: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    header = f"Token {token}".encode().decode("latin-1")
    with django_assert_num_queries(0):
        problem(App().ask("get", "me/", HTTP_AUTHORIZATION=header), 401, "authentication-failed")


def test_the_account_of_a_token_may_be_closed(phone: App) -> None:
    User.objects.update(is_active=False)
    problem(phone.ask("get", "me/"), 401, "authentication-failed")


# Deleted learners

SAMPLES: dict[type[object], str] = {
    StringConverter: "x",
    SlugConverter: "x",
    IntConverter: "1",
    UUIDConverter: "01980c5e-8d10-7a55-b1f0-5c2f0e9a7b21",
}


def addresses() -> list[str]:
    """Every address of the API that asks for a token, with something for its parameters."""
    found = []
    for pattern in urlpatterns:
        view: Any = getattr(pattern.callback, "cls", object) if isinstance(pattern, URLPattern) else object
        if isinstance(pattern, URLPattern) and issubclass(view, Endpoint) and view.authentication_classes:
            values = {name: SAMPLES[type(one)] for name, one in pattern.pattern.converters.items()}
            found.append(reverse(str(pattern.name), kwargs=values))
    return found


def test_a_deleted_learner_is_told_so_everywhere() -> None:
    device, token = study.create_guest("phone")
    app = App(token)
    study.delete_learner(device.user_id)
    paths = addresses()
    assert len(paths) > 10
    for path in paths:
        view = app.ask("options", path)
        for method in ("get", "post", "patch", "delete"):
            answer = app.ask(method, path, {} if method in ("post", "patch") else None)
            if answer.status_code != 405:
                problem(answer, 410, "account-deleted")
        assert view.status_code == 410
    for path in ("auth/login", "auth/signup", "auth/session"):
        problem(app.ask("post", f"/_allauth/app/v1/{path}", {}), 410, "account-deleted")


def test_the_words_are_in_the_readers_language() -> None:
    device, token = study.create_guest("phone")
    study.delete_learner(device.user_id)
    answer = App(token).ask("get", "me/", HTTP_ACCEPT_LANGUAGE="ja")
    assert "削除" in problem(answer, 410, "account-deleted")["detail"]


def test_a_guest_that_was_merged_is_told_so(account: User) -> None:
    device, token = study.create_guest("phone")
    study.merge(device.user_id, account.id)
    problem(App(token).ask("get", "me/"), 410, "account-deleted")


def test_a_learner_who_is_deleted_during_the_request_is_told_so(phone: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other device was quicker: the token was good when the request was let in."""
    renew = study.renew
    Device.objects.update(expiry=timezone.now() + DAY)

    def quicker(device: Device, expiry: datetime) -> None:
        renew(device, expiry)
        study.delete_learner(device.user_id)

    monkeypatch.setattr(study, "renew", quicker)
    problem(phone.ask("patch", "me/", {"new_per_day": 3}), 410, "account-deleted")


def test_what_is_kept_of_a_deleted_learner_names_nobody_and_goes(phone: App, account: User) -> None:
    device = Device.objects.get()
    study.delete_learner(account.id)
    assert [(row.digest) for row in ClosedToken.objects.all()] == [device.digest]
    assert {field.name for field in ClosedToken._meta.fields} == {"digest", "closed_at"}
    assert study.purge_closed_tokens(timezone.now() + 89 * DAY) == 0
    assert study.purge_closed_tokens(timezone.now() + 91 * DAY) == 1
    problem(phone.ask("get", "me/"), 401, "authentication-failed")
