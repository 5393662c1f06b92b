"""The settings of a learner and of a browser, and the way out."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import available_timezones

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from quizzes import study
from quizzes.models import Attempt, Belief, Card, Device, Session, User
from quizzes.scheduling import day_of
from quizzes.web import display
from quizzes.web.display import Display
from quizzes.web.settings import AREAS
from tests.quizzes.answers import ask_and_answer
from tests.web.pages import check_languages, look, text

PASSWORD = "correct horse battery"
SHOWN = {"theme": "system", "grades": "2", "shortcuts": "on"}
CHOSEN = {
    "retention": "92.5",
    "new_per_day": "7",
    "daily_minutes": "45",
    "exam_date": "2027-02-19",
    "day_start_hour": "3",
    "time_zone": "Europe/Berlin",
    "language": "",
}

pytestmark = pytest.mark.usefixtures("bank")


@pytest.fixture
def student(learner: User) -> Client:
    """The browser of a guest."""
    client = Client()
    client.force_login(learner)
    return client


@pytest.fixture
def account(learner: User) -> User:
    """The guest with a password."""
    return study.sign_up(learner.id, "someone@example.org", PASSWORD)


def send(client: Client, path: str = "/settings/", /, asks: str = "en", **values: str) -> str:
    """What the form leads to in a browser that asks for a language."""
    response = client.post(path, values, follow=True, headers={"accept-language": asks})
    assert response.status_code == 200
    return str(response.content.decode())


# Studying


def test_a_learner_chooses_about_studying(student: Client, learner: User) -> None:
    page = send(student, **CHOSEN, **SHOWN)
    assert "Saved." in page
    learner.refresh_from_db()
    assert (learner.retention, learner.new_per_day, learner.daily_minutes) == (0.925, 7, 45)
    assert (learner.exam_date, learner.day_start_hour) == (date(2027, 2, 19), 3)
    assert (learner.time_zone, learner.language) == ("Europe/Berlin", "")
    page = look(student, "/settings/")
    for value in ("92.5", "7", "45", "2027-02-19"):
        assert f'value="{value}"' in page
    assert '<option value="3" selected>3:00</option>' in page
    assert "<option selected>Europe/Berlin</option>" in page


def test_saving_what_is_shown_changes_nothing(student: Client, learner: User) -> None:
    before = User.objects.filter(id=learner.id).values().get()
    unchanged = {"retention": "90", "new_per_day": "10", "daily_minutes": "20", "day_start_hour": "4"}
    send(student, **unchanged, exam_date="", time_zone="", language="", **SHOWN)
    assert User.objects.filter(id=learner.id).values().get() == before


def test_due_days_follow_the_target(student: Client, learner: User) -> None:
    for _ in range(2):
        ask_and_answer(learner.id, "conv-output-size")
    before = Card.objects.get().due_day
    send(student, **CHOSEN | {"retention": "80"}, **SHOWN)
    after = Card.objects.get().due_day
    assert before is not None
    assert after is not None
    assert after > before


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("retention", "79", "Enter a number from 80 to 97."),
        ("retention", "97.1", "Enter a number from 80 to 97."),
        ("retention", "nan", "Enter a number from 80 to 97."),
        ("retention", "", "Enter a number from 80 to 97."),
        ("new_per_day", "101", "Enter a number from 0 to 100."),
        ("new_per_day", "-1", "Enter a number from 0 to 100."),
        ("new_per_day", "2.5", "Enter a number from 0 to 100."),
        ("daily_minutes", "0", "Enter a number from 1 to 600."),
        ("daily_minutes", "9" * 5000, "Enter a number from 1 to 600."),
        ("daily_minutes", '"><script>alert(1)</script>', "Enter a number from 1 to 600."),
        ("day_start_hour", "24", "Enter a number from 0 to 23."),
        ("exam_date", "soon", "Enter a date like 2027-02-19."),
        ("exam_date", "2027-02-30", "Enter a date like 2027-02-19."),
        ("time_zone", "Mars/Olympus", "There is no time zone of this name."),
        ("language", "tlh", "is not a valid choice."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    student: Client, learner: User, name: str, typed: str, said: str
) -> None:
    before = User.objects.filter(id=learner.id).values().get()
    page = send(student, **CHOSEN | {name: typed}, **SHOWN | {"theme": "dark"})
    assert "Nothing was saved yet" in page
    assert f'id="id_{name}_error" role="alert">' in page
    assert f'id_{name}_error"' in page.split(f'name="{name}"')[-1].split(">")[0]  # the field refers to it
    assert said in text(page)
    assert "<script>alert" not in page
    assert User.objects.filter(id=learner.id).values().get() == before
    assert "display" not in student.cookies
    others = {"retention": "92.5", "new_per_day": "7", "daily_minutes": "45", "exam_date": "2027-02-19"}
    for value in {value for field, value in others.items() if field != name}:
        assert f'value="{value}"' in page
    assert 'value="dark" checked' in page


@pytest.mark.parametrize("typed", ["４５", " 45 ", "45.0"])
def test_numbers_are_read_as_people_type_them(student: Client, learner: User, typed: str) -> None:
    send(student, **CHOSEN | {"daily_minutes": typed}, **SHOWN)
    learner.refresh_from_db()
    assert learner.daily_minutes == 45


def test_a_zone_that_the_list_leaves_out_is_kept(student: Client, learner: User) -> None:
    User.objects.filter(id=learner.id).update(time_zone="Japan")
    page = look(student, "/settings/")
    assert page.count(">Japan<") == 1
    assert "<option selected>Japan</option>" in page


# Language


@pytest.mark.parametrize("chosen", ["ja", "en"])
def test_a_chosen_language_holds_at_once_and_on_new_devices(student: Client, learner: User, chosen: str) -> None:
    other = "en" if chosen == "ja" else "ja"
    page = send(student, asks=other, **CHOSEN | {"language": chosen}, **SHOWN)
    assert f'<html lang="{chosen}"' in page
    assert ("保存しました。" if chosen == "ja" else "Saved.") in page
    assert student.cookies["django_language"].value == chosen
    elsewhere = Client(headers={"accept-language": other})
    assert f'<html lang="{other}"' in elsewhere.get("/settings/").content.decode()
    elsewhere.force_login(learner)
    response = elsewhere.get("/settings/")
    assert f'<html lang="{chosen}"' in response.content.decode()
    assert response["Content-Language"] == chosen


def test_the_language_of_this_device_wins_here(student: Client, learner: User) -> None:
    User.objects.filter(id=learner.id).update(language="ja")
    student.post("/language/", {"language": "en"})
    assert '<html lang="en"' in student.get("/settings/", headers={"accept-language": "ja"}).content.decode()


def test_a_damaged_language_cookie_is_none(student: Client, learner: User) -> None:
    User.objects.filter(id=learner.id).update(language="ja")
    student.cookies["django_language"] = "tlh"
    assert '<html lang="ja"' in student.get("/settings/", headers={"accept-language": "en"}).content.decode()


def test_who_chose_no_language_keeps_that_of_the_device(student: Client) -> None:
    student.post("/language/", {"language": "ja"})
    assert "保存しました。" in send(student, **CHOSEN, **SHOWN)


def test_a_language_can_be_given_back_to_the_browser(student: Client, learner: User) -> None:
    send(student, **CHOSEN | {"language": "ja"}, **SHOWN)
    assert '<html lang="en"' in send(student, **CHOSEN | {"language": ""}, **SHOWN)
    assert not student.cookies["django_language"].value


# The browser


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [
        ("", Display()),
        ("dark", Display(theme="dark")),
        ("light.reduced-motion.no-shortcuts.four-grades", Display("light", True, False, 4)),
        ("four-grades.dark", Display("dark", grades=4)),
        ("dark.light", Display(theme="dark")),
        ("DARK", Display()),
        ('"><script>', Display()),
        ("." * 4000, Display()),
        ("theme=dark; \x00日本", Display()),
    ],
)
def test_any_cookie_gives_a_display(cookie: str, expected: Display) -> None:
    request = RequestFactory().get("/")
    request.COOKIES["display"] = cookie
    assert display.of(request) == expected


@pytest.mark.parametrize(
    "chosen", [Display(), Display("dark", True, False, 4), Display("light", grades=4), Display(shortcuts=False)]
)
def test_what_is_kept_comes_back(chosen: Display) -> None:
    response = HttpResponse()
    display.keep(response, chosen)
    request = RequestFactory().get("/")
    request.COOKIES["display"] = response.cookies["display"].value
    assert display.of(request) == chosen
    assert response.cookies["display"]["httponly"]
    assert response.cookies["display"]["samesite"] == "Lax"


def test_a_stranger_chooses_for_the_browser_and_nothing_is_written(client: Client) -> None:
    page = look(client, "/settings/")
    assert "come with your first answer" in page
    assert "id_retention" not in page
    assert "/settings/delete/" not in page
    page = send(client, **CHOSEN, theme="dark", grades="4", reduced_motion="on")
    assert "Saved." in page
    assert 'data-theme="dark"' in page
    assert 'data-motion="reduced"' in page
    assert 'data-shortcuts="off"' in page
    assert 'value="4" checked' in page
    assert not User.objects.exists()
    assert not Session.objects.exists()


def test_the_display_belongs_to_the_browser(student: Client, learner: User) -> None:
    send(student, **CHOSEN, **SHOWN | {"theme": "dark"})
    assert 'data-theme="dark"' in look(student, "/settings/")
    elsewhere = Client()
    elsewhere.force_login(learner)
    assert 'data-theme="system"' in look(elsewhere, "/settings/")


@pytest.mark.parametrize("forged", [{"theme": "pink"}, {"grades": "3"}, {"grades": "x"}])
def test_a_display_that_does_not_exist_is_not_kept(client: Client, forged: dict[str, str]) -> None:
    assert "Nothing was saved yet" in send(client, **SHOWN | forged)
    assert "display" not in client.cookies


# The way out


def rows_of(learner: User) -> list[int]:
    tables: Any = (Attempt, Card, Belief, Session)
    return [
        User.objects.filter(id=learner.id).count(),
        Device.objects.filter(user=learner).count(),
        *(table.objects.filter(learner=learner).count() for table in tables),
    ]


def studied(learner: User) -> None:
    ask_and_answer(learner.id, "conv-output-size", "forgot-plus-one")
    ask_and_answer(learner.id, "gap-vs-fc-parameters")


def test_a_guest_sees_what_goes_and_agrees(student: Client, learner: User) -> None:
    studied(learner)
    page = look(student, "/settings/delete/")
    said = text(page)
    assert "2 answers 2 cards with their schedules" in said
    assert "as a guest, and the sign-in of 1 app" in said
    assert 'type="password"' not in page
    assert "/progress/export.json" in page
    page = send(student, "/settings/delete/")
    assert "Tick this box if everything shall be deleted." in page
    assert all(rows_of(learner))
    page = send(student, "/settings/delete/", agreed="on")
    assert "Everything is deleted." in page
    assert rows_of(learner) == [0] * 6
    assert not Session.objects.exists()
    assert not student.cookies["sessionid"].value


def test_an_account_goes_with_its_password_only(student: Client, learner: User, account: User) -> None:
    studied(learner)
    student.force_login(account)
    assert "your account someone@example.org" in text(look(student, "/settings/delete/"))
    for values in ({}, {"agreed": "on"}, {"password": "wrong"}, {"password": f" {PASSWORD}"}):
        page = send(student, "/settings/delete/", **values)
        assert 'id="id_password_error"' in page
        assert PASSWORD not in page
        assert rows_of(learner)[0] == 1
    send(student, "/settings/delete/", password=PASSWORD)
    assert rows_of(learner) == [0] * 6


def test_the_other_browsers_of_the_learner_are_strangers_afterwards(student: Client, learner: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(learner)
    send(student, "/settings/delete/", agreed="on")
    assert "come with your first answer" in look(elsewhere, "/settings/")


def test_others_stay(student: Client, learner: User) -> None:
    device, _ = study.create_guest("other")
    other = User.objects.get(id=device.user_id)
    studied(other)
    before = rows_of(other)
    send(student, "/settings/delete/", agreed="on")
    assert rows_of(other) == before


def test_to_look_at_the_way_out_deletes_nothing(student: Client, learner: User) -> None:
    response = student.get("/settings/delete/?agreed=on")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert student.put("/settings/delete/").status_code == 405
    assert rows_of(learner)[0] == 1


@pytest.mark.parametrize("path", ["/settings/", "/settings/delete/"])
def test_forms_are_held_to_the_csrf_rules(learner: User, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner)
    assert client.post(path, {"agreed": "on", **SHOWN}).status_code == 403
    assert rows_of(learner)[0] == 1


def test_a_stranger_has_nothing_to_delete(client: Client) -> None:
    for response in (client.get("/settings/delete/"), client.post("/settings/delete/", {"agreed": "on"})):
        assert (response.status_code, response["Location"]) == (302, "/")


# Both pages

NAMES = {"English", *AREAS, *available_timezones()}


@pytest.mark.parametrize("path", ["/settings/", "/settings/delete/"])
def test_pages_are_complete_in_both_languages(student: Client, client: Client, account: User, path: str) -> None:
    student.force_login(account)
    check_languages(student, path, NAMES)
    if path == "/settings/":
        check_languages(client, path, NAMES)


@pytest.mark.parametrize(("path", "number"), [("/settings/", 2), ("/settings/delete/", 5)])
def test_pages_take_few_queries(student: Client, learner: User, path: str, number: int) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            look(student, path)
        assert all(query["sql"].startswith("SELECT") for query in captured.captured_queries)
        return len(captured)

    assert queries() == number
    studied(learner)
    assert queries() == number


def test_the_exam_of_the_settings_is_that_of_the_progress_page(student: Client, learner: User) -> None:
    studied(learner)
    exam = date.fromordinal(timezone.now().date().toordinal() + 30)
    send(student, **CHOSEN | {"exam_date": exam.isoformat()}, **SHOWN)
    learner.refresh_from_db()
    assert learner.exam_date is not None
    assert day_of(learner.exam_date) == day_of(exam)
    assert "Ready for the exam?" in look(student, "/progress/")
