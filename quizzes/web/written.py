"""Days and numbers as they are written in the reader's language."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import pgettext

from quizzes import scheduling


def day(learner_day: int) -> str:
    """Without its year: 27 November."""
    return _date(learner_day, pgettext("date format", "j F"))


def full_day(learner_day: int) -> str:
    """With its year: 27 November 2026."""
    return _date(learner_day, pgettext("date format", "j F Y"))


def month(learner_day: int) -> str:
    """The month of a day, short: Nov."""
    return _date(learner_day, "M")


def weekday(learner_day: int) -> str:
    """The day of the week, short: Fri."""
    return _date(learner_day, "D")


def number(count: int) -> str:
    """In groups of three, as both languages have it: 1,234."""
    return f"{count:,}"


def percent(share: float) -> str:
    """A share of 1 as a whole percentage: 87%. What is neither all nor nothing is not rounded to it."""
    whole = round(100 * share)
    return f"{min(max(whole, 1), 99) if 0 < share < 1 else whole}%"


def _date(learner_day: int, form: str) -> str:
    return date_format(scheduling.date_of(learner_day), form)
