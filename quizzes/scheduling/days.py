"""A learner's days, as whole numbers: they begin at an hour of the learner's own clock, not at midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

DEFAULT_DAY_START_HOUR = 4

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def learner_day(moment: datetime, utc_offset: timedelta, day_start_hour: int = DEFAULT_DAY_START_HOUR) -> int:
    """The learner's day as a count from 1970-01-01: the local date, where a day begins at ``day_start_hour``.

    >>> learner_day(datetime(1970, 1, 2, 3, 59, tzinfo=UTC), timedelta(0), 4)
    0
    >>> learner_day(datetime(1970, 1, 1, 19, 0, tzinfo=UTC), timedelta(hours=9), 4)
    1
    """
    return (moment + utc_offset - timedelta(hours=day_start_hour) - _EPOCH).days


def date_of(day: int) -> date:
    """The calendar date of a learner-day."""
    return (_EPOCH + timedelta(days=day)).date()


def day_of(date: date) -> int:
    """The learner-day of a calendar date."""
    return (date - _EPOCH.date()).days


def midnight(day: int) -> datetime:
    """FSRS counts 24-hour blocks: given these midnights, it counts days."""
    return _EPOCH + timedelta(days=day)
