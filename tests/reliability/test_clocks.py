"""Clocks that are wrong: of devices, of the server, and those that people carry around the world.

No due date, day or sum may become absurd, no page may break, and nothing that was acknowledged may be lost. The laws of
days and folds alone are in ``tests/scheduling``; here the whole way is gone, through verbs, API and pages.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from quizzes import agenda, progress, scheduling, study, tickets
from quizzes.cache import Files
from quizzes.models import Attempt, Card, Device, QuestionTemplate, User
from quizzes.scheduling import Rating, learner_day
from quizzes.study import Submission
from tests.quizzes.answers import ask_and_answer, right, submission
from tests.quizzes.conftest import small

__all__ = ["small"]

pytestmark = pytest.mark.django_db

Make = Callable[..., QuestionTemplate]
NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)  # noon in Japan
TODAY = 20544
HOUR, DAY, YEARS = timedelta(hours=1), timedelta(days=1), timedelta(days=3653)
CONV = "conv-output-size"
SKEWS = [-YEARS, -DAY, -timedelta(seconds=5), timedelta(0), timedelta(seconds=5), DAY, YEARS]
PAGES = (
    "/",
    "/review/",
    "/topics/",
    "/topics/padding/",
    "/progress/",
    "/session/",
    "/settings/",
    "/progress/export.json",
)
READS = ("me/", "reviews/", "progress/", "topics/", "packs/next/", "sync/changes/", "me/devices/", "me/export/")


class Clock:
    """The server's clock, as everything reads it."""

    def __init__(self, now: datetime) -> None:
        self.now = now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """It stands until it is set."""
    found = Clock(NOW)
    monkeypatch.setattr(timezone, "now", lambda: found.now)
    monkeypatch.setattr(time, "time", lambda: found.now.timestamp())
    return found


def browser(learner: User) -> Client:
    """A browser with the learner's session."""
    client = Client()
    client.force_login(learner, "django.contrib.auth.backends.ModelBackend")
    return client


def check_cards(learner: UUID, today: int) -> None:
    """Every card is due within its interval from a day that has been."""
    for card in Card.objects.filter(learner_id=learner):
        assert card.day is not None
        assert card.due_day is not None
        assert today - 1 <= card.day <= today + agenda.TRAVEL
        assert card.day < card.due_day <= card.day + 30


def check_sums(learner: UUID, now: datetime) -> None:
    """What progress tells of days is of the year up to today, and no week has more than seven."""
    found = progress.overview(learner, now)
    days = [one.day for one in found.days]
    assert days == sorted(set(days))
    assert all(found.today - 365 < day <= found.today for day in days)
    assert found.week.days <= 7
    assert found.week.answers == sum(one.answers for one in found.days if one.day > found.today - 7)
    assert sum(one.answers for one in found.days) == agenda.counted(learner).count()


# The clocks of devices


@pytest.mark.usefixtures("bank")
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    off=st.timedeltas(-YEARS, YEARS),
    ago=st.timedeltas(timedelta(0), 20 * HOUR),
    ahead=st.timedeltas(-YEARS, YEARS),
    offset=st.integers(-14 * 60, 14 * 60),
)
def test_no_clock_of_a_device_makes_an_absurd_day(
    off: timedelta, ago: timedelta, ahead: timedelta, offset: int
) -> None:
    """A batch and a single answer, both from a clock that is off; the single one tells no time of sending."""
    device, token = study.create_guest("phone")
    now = timezone.now()
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    asked = study.next_question(device.user_id, template=CONV, now=now - 21 * HOUR)
    rated = {"id": str(uuid4()), "kind": "rating", "template": "padding-01", "rating": "good"}
    event: dict[str, Any] = {
        "id": str(uuid4()),
        "kind": "attempt",
        "variant": asked.token,
        "response": right(asked.variant),
    }
    at = {"answered_at": (now - ago + off).isoformat(), "utc_offset_minutes": offset}
    body = {"sent_at": (now + off).isoformat(), "events": [event | at, rated | at]}
    told = api.post("/api/v1/sync/events/", body, format="json").json()
    assert [one["status"] for one in told["results"]] == ["accepted"] * 2, told
    single = study.next_question(device.user_id, template="conv-macs", now=now - HOUR)
    study.submit(
        device.user_id,
        submission(single, answered_at=now + ahead, utc_offset_minutes=offset),
        now=now,
    )
    rows = {str(row.id): row for row in Attempt.objects.filter(learner_id=device.user_id)}
    assert abs(rows[event["id"]].answered_at - (now - ago)) < timedelta(minutes=1)
    assert all(now - 22 * HOUR <= row.answered_at <= row.received_at for row in rows.values())
    today = agenda.day_of(User.objects.get(id=device.user_id), now).today
    check_cards(device.user_id, today)
    check_sums(device.user_id, now)
    for card in api.get("/api/v1/sync/changes/").json()["changes"]:
        if card["type"] == "card":
            assert 0 < card["card"]["interval_days"] <= 30
            assert date.fromisoformat(card["card"]["due"]) > now.date() - 2 * DAY


# The server's clock


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("back", [timedelta(seconds=2), HOUR, YEARS])
def test_a_question_asked_by_a_clock_that_was_ahead_is_answered_now(
    learner: User, clock: Clock, back: timedelta
) -> None:
    clock.now = NOW + back
    asked = study.next_question(learner.id, template=CONV)
    clock.now = NOW
    result = study.submit(learner.id, submission(asked))
    assert result.attempt.answered_at == result.attempt.issued_at == NOW
    assert result.attempt.day == TODAY
    assert result.attempt.duration_ms == 0
    check_cards(learner.id, TODAY)
    clock.now = NOW + 3 * HOUR  # the same again, as a device does that got no answer
    assert not study.submit(learner.id, submission(asked, id=result.attempt.id)).created


def test_a_token_from_the_future_lives_no_longer_than_any_other() -> None:
    holder = tickets.learner_holder(UUID(int=1))
    token = tickets.Ticket(holder, CONV, 1, 7, "free", "review", NOW + YEARS).token()
    assert tickets.read(token, UUID(int=1), NOW).issued_at == NOW
    with pytest.raises(tickets.TicketError, match="expired"):
        tickets.read(token, UUID(int=1), NOW + YEARS + tickets.MAX_AGE + HOUR)


@pytest.mark.parametrize("back", [timedelta(microseconds=1), timedelta(seconds=2), DAY, YEARS])
def test_a_flashcard_shows_its_intervals_after_the_clock_went_back(
    small: Make, learner: User, clock: Clock, back: timedelta
) -> None:
    """The id of the latest answer was chosen by a device and is above all that we would make."""
    small("card", kind="flashcard")
    asked = study.next_question(learner.id, template="card")
    study.submit(learner.id, Submission(UUID(int=2**128 - 1), asked.token, self_rating=Rating.GOOD))
    clock.now = NOW - back
    again = study.next_question(learner.id, template="card")
    assert set(study.intervals(learner.id, again)) == set(Rating)


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("skew", SKEWS)
def test_every_page_and_endpoint_stands_a_clock_that_was_wrong(learner: User, clock: Clock, skew: timedelta) -> None:
    """Some answers were taken in while it was; then it is put right, and life goes on."""
    for number, slug in enumerate((CONV, "conv-macs", "padding-01")):
        clock.now = NOW - 3 * DAY + number * HOUR
        answer(learner, slug)
    clock.now = NOW + skew
    answer(learner, CONV)
    answer(learner, "stride-01")
    clock.now = NOW
    _, token = study.add_device(learner, "phone")
    api, pages = APIClient(), browser(learner)
    api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    study.set_preferences(learner.id, exam_date=date(2026, 4, 20))
    answer(learner, "conv-macs")
    for path in READS:
        assert api.get(f"/api/v1/{path}").status_code == 200, path
    for path in PAGES:
        assert pages.get(path).status_code in (200, 302), path
    found = progress.overview(learner.id, NOW)
    assert all(found.today - 365 < one.day <= found.today for one in found.days)
    assert found.week.days <= 7
    assert (found.days[-1].day, found.days[-1].answers) == (TODAY, 1 if skew in (-YEARS, -DAY, YEARS) else 3)
    today = agenda.day_of(learner, NOW)
    assert agenda.new_left(today, agenda.answered(today)) > 0
    assert all(0 <= topic.recall <= 1 for topic in found.topics if topic.recall is not None)
    assert found.readiness is not None
    assert found.readiness.recall is not None
    assert 0 <= found.readiness.recall <= 1
    assert progress.session(learner.id, NOW).started_at == NOW or abs(skew) < HOUR
    state = Card.objects.get(template__slug="conv-macs")
    assert (state.day, (state.due_day or 0) - TODAY < 30) == (TODAY, True)


def answer(learner: User, slug: str) -> None:
    """Now; right, or a good rating."""
    asked = study.next_question(learner.id, template=slug)
    if asked.variant.template.kind == "flashcard":
        study.submit(learner.id, Submission(uuid4(), asked.token, self_rating=Rating.GOOD))
    else:
        study.submit(learner.id, submission(asked, id=uuid4()))


@pytest.mark.parametrize("skew", [YEARS, 100 * DAY])
def test_a_clock_that_was_ahead_for_a_minute_takes_no_guests_key(clock: Clock, skew: timedelta) -> None:
    _, token = study.create_guest("phone")
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    clock.now = NOW + skew
    assert api.get("/api/v1/me/").status_code == 401
    clock.now = NOW
    assert api.get("/api/v1/me/").status_code == 200
    assert Device.objects.count() == 1


def test_a_clock_that_was_behind_neither_shortens_nor_ends_a_token(clock: Clock) -> None:
    _, token = study.create_guest("phone")
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    expiry = Device.objects.get().expiry
    for skew in (-YEARS, -DAY, timedelta(0), HOUR):
        clock.now = NOW + skew
        assert api.get("/api/v1/me/").status_code == 200
        assert Device.objects.get().expiry == expiry


def test_a_session_outlives_a_clock_that_went_back(learner: User, clock: Clock) -> None:
    pages = browser(learner)
    for skew in (-YEARS, -HOUR, timedelta(0), 300 * DAY):
        clock.now = NOW + skew
        assert pages.get("/progress/").status_code == 200


def test_what_was_counted_by_a_clock_that_was_ahead_locks_nobody_out(tmp_path: Any) -> None:
    """Tries are kept with their times: those of the future would count for as long as it takes to come."""
    cache = Files(str(tmp_path), {})
    cache.set("tries", [1, 2, 3], 300)
    assert cache.get("tries") == [1, 2, 3]
    ahead = time.time() + YEARS.total_seconds()
    for file in tmp_path.iterdir():
        import os

        os.utime(file, (ahead, ahead))
    assert cache.get("tries") is None
    assert cache.add("tries", [1], 300)


# Travel, zones and days


ROUTES = {
    "east over the date line": ["Asia/Tokyo", "Pacific/Auckland", "Pacific/Honolulu", "America/Los_Angeles"],
    "west over the date line": ["America/Los_Angeles", "Pacific/Honolulu", "Pacific/Kiritimati", "Asia/Tokyo"],
    "to and fro": ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Kiritimati", "Pacific/Pago_Pago"],
}


@pytest.mark.parametrize("zoned", [True, False], ids=["chosen", "of the device"])
@pytest.mark.parametrize("route", ROUTES)
def test_a_week_of_travel_stays_a_week(small: Make, learner: User, route: str, zoned: bool) -> None:
    """An answer every six hours for ten days, in another zone each day or so."""
    small("a"), small("b")
    for number in range(40):
        now = NOW + number * 6 * HOUR
        zone = ROUTES[route][number // 5 % 4]
        offset = int((now.astimezone(ZoneInfo(zone)).utcoffset() or HOUR) / timedelta(minutes=1))
        if zoned:
            study.set_preferences(learner.id, time_zone=zone)
        ask_and_answer(learner.id, "ab"[number % 2], now=now, utc_offset_minutes=offset)
        today = agenda.day_of(User.objects.get(id=learner.id), now).today
        assert abs(scheduling.date_of(today) - now.date()) <= 2 * DAY
        for card in Card.objects.all():
            assert card.due_day is not None
            assert card.day is not None
            assert card.day - today <= agenda.TRAVEL
            assert card.due_day - card.day > 0
        check_sums(learner.id, now)
        assert progress.session(learner.id, now).answered >= 1
    assert Card.objects.filter(reviews__gt=12).count() == 0  # no day counts twice


@settings(max_examples=300)
@given(
    zone=st.sampled_from(sorted(available_timezones())),
    at=st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)),
    hour=st.integers(0, 23),
)
def test_a_day_begins_when_its_first_moment_is_reached(zone: str, at: datetime, hour: int) -> None:
    """In every zone of the world, with gaps, overlaps and days that were left out: ``begins`` fits the days."""
    user = User(time_zone=zone, day_start_hour=hour)
    today = agenda.day_of(user, at).today
    begins = agenda.begins(user, today + 1)
    assert begins > at - 2 * HOUR  # a clock put back by two hours may repeat the end of a day
    assert begins - at <= timedelta(hours=50)  # Samoa and Kiritimati left out a whole day
    assert agenda.day_of(user, begins).today >= today + 1


@pytest.mark.parametrize("gone", ["US/Pacific-New", "Mars/Olympus_Mons", "../../etc/passwd", "a" * 64, "Asia"])
def test_a_zone_that_is_no_more_gives_way_to_the_devices(learner: User, gone: str) -> None:
    """Zones are renamed and deleted; whoever chose one still learns, and is asked to choose anew when saving."""
    User.objects.update(time_zone=gone, utc_offset_minutes=-300)
    user = User.objects.get()
    assert agenda.day_of(user, NOW).today == learner_day(NOW, timedelta(hours=-5), 4)
    assert agenda.begins(user, TODAY) == datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
    User.objects.update(utc_offset_minutes=None)
    assert agenda.day_of(User.objects.get(), NOW).today == learner_day(NOW, 9 * HOUR, 4)
    pages = browser(user)
    for path in PAGES[2:]:
        if path != "/topics/padding/":  # the bank is not loaded
            assert pages.get(path).status_code in (200, 302), path
    study.set_preferences(learner.id, daily_minutes=33)
    study.set_preferences(learner.id, time_zone="Asia/Tokyo")


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chance=st.randoms(use_true_random=False))
def test_however_the_start_of_the_day_is_moved_no_day_or_sum_is_absurd(small: Make, chance: random.Random) -> None:
    small("a")
    device, _ = study.create_guest("test")
    now = NOW
    for _ in range(8):
        now += timedelta(minutes=chance.randint(30, 2000))
        study.set_preferences(device.user_id, day_start_hour=chance.randint(0, 23))
        result = ask_and_answer(device.user_id, "a", now=now, utc_offset_minutes=540)
        today = agenda.day_of(User.objects.get(id=device.user_id), now).today
        assert result.attempt.day == today
        assert result.card.memory is not None
        assert today <= result.card.memory.day <= today + 1
        check_sums(device.user_id, now)
    days = progress.overview(device.user_id, now).days
    assert len(days) <= (now - NOW) / DAY + 3  # half a day before noon, and a day for the hour


# Leap days and the ends of the calendar


@pytest.mark.parametrize("exam", ["2028-02-29", "2028-02-28", "2028-03-01", "0001-01-01", "9999-12-31", "2026-04-01"])
@pytest.mark.usefixtures("bank")
def test_any_date_may_be_that_of_the_exam(learner: User, clock: Clock, exam: str) -> None:
    clock.now = datetime(2028, 2, 27, 3, 0, tzinfo=UTC) if exam.startswith("2028") else NOW
    _, token = study.add_device(learner, "phone")
    api, pages = APIClient(), browser(learner)
    api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    answer(learner, CONV)
    changed = api.patch("/api/v1/me/", {"exam_date": exam}, format="json")
    assert (changed.status_code, changed.json()["exam_date"]) == (200, exam)
    for path in READS:
        assert api.get(f"/api/v1/{path}").status_code == 200, path
    for path in PAGES:
        assert pages.get(path).status_code in (200, 302), path
    found = progress.overview(learner.id, clock.now)
    if exam.startswith("2028"):
        assert found.readiness is not None
        assert found.readiness.days_left == (date.fromisoformat(exam) - date(2028, 2, 27)).days
    else:
        assert found.readiness is None


@pytest.mark.parametrize("day", ["2027-02-29", "2100-02-29", "2026-02-30", "10000-01-01", "0000-01-01", "2028-2-29 "])
def test_a_date_that_is_none_is_refused(learner: User, day: str) -> None:
    _, token = study.add_device(learner, "phone")
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert api.patch("/api/v1/me/", {"exam_date": day}, format="json").status_code == 400


def test_an_interval_over_the_leap_day_has_a_day_more(small: Make, learner: User) -> None:
    """From the 28th of February to the 1st of March: two days in a leap year, one in any other."""
    small("a")
    for year, days in ((2027, 1), (2028, 2), (2100, 1), (2400, 2)):
        end, march = (datetime(year, month, day, 3, tzinfo=UTC) for month, day in ((2, 28), (3, 1)))
        assert learner_day(march, 9 * HOUR) - learner_day(end, 9 * HOUR) == days
    first = ask_and_answer(learner.id, "a", now=datetime(2028, 2, 29, 3, tzinfo=UTC), utc_offset_minutes=540)
    assert scheduling.date_of(first.attempt.day) == date(2028, 2, 29)
    now = datetime(2029, 2, 28, 3, tzinfo=UTC)  # a year of 365 days later: the 29th has left it, the 1st of March not
    assert [one.day for one in progress.overview(learner.id, now).days] == []
    assert [one.day for one in progress.overview(learner.id, now - DAY).days] == [first.attempt.day]
