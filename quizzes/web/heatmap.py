"""A year of learning as a picture of weeks, and as a table of the same numbers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from quizzes import scheduling
from quizzes.progress import Day

from . import charts, written
from .charts import Caption, Square

DAYS = 365
LEVELS = (1, 5, 15, 30)  # answers from which a day is of the next level
MONTH_ROOM = 3  # columns that the name of a month needs


@dataclass(frozen=True, slots=True)
class Week:
    """A row of the table: when the week began, and its days' answers; ``None`` for days outside the year."""

    began: str
    answers: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The picture, its key, and its table, the latest week first."""

    svg: SafeString
    key: tuple[tuple[SafeString, str], ...]
    weekdays: tuple[str, ...]
    weeks: tuple[Week, ...]


def heat_map(days: Iterable[Day], today: int) -> HeatMap:
    """The last 365 days up to ``today``. Weeks begin on Monday."""
    answers = {day.day: day.answers for day in days}
    shown = range(today - DAYS + 1, today + 1)
    monday = _monday(shown[0])
    weekdays = tuple(written.weekday(monday + row) for row in range(7))
    squares = [_square(day, monday, answers.get(day, 0)) for day in shown]
    active = sum(count > 0 for count in answers.values())
    caption = Caption(
        "year",
        _("Answers on each day of the last year"),
        _("You answered on %(days)d of 365 days. The numbers are in the table below.") % {"days": active},
    )
    return HeatMap(
        svg=charts.heat_map(squares, _months(shown, monday), weekdays, caption),
        key=tuple((charts.heat_key(level), words) for level, words in enumerate(_key())),
        weekdays=weekdays,
        weeks=tuple(_week(start, shown, answers) for start in range(_monday(today), monday - 1, -7)),
    )


def _monday(day: int) -> int:
    """The Monday on or before; day 0 was a Thursday."""
    return day - (day + 3) % 7


def _square(day: int, monday: int, answers: int) -> Square:
    column, row = divmod(day - monday, 7)
    words = _("%(day)s: %(answers)s") % {"day": written.day(day), "answers": written.number(answers)} if answers else ""
    return Square(column, row, bisect_right(LEVELS, answers), words)


def _months(shown: range, monday: int) -> list[tuple[int, str]]:
    """The first column of each month; a name that would run into the next one or over the edge is left out."""
    firsts = [day for day in shown if day == shown[0] or scheduling.date_of(day).day == 1]
    starts = [(day - monday) // 7 for day in firsts]
    ends = [*starts[1:], (shown[-1] - monday) // 7 + 1]
    return [
        (start, written.month(day))
        for day, start, end in zip(firsts, starts, ends, strict=True)
        if end - start >= MONTH_ROOM
    ]


def _week(start: int, shown: range, answers: dict[int, int]) -> Week:
    days = range(start, start + 7)
    return Week(written.day(start), tuple(answers.get(day, 0) if day in shown else None for day in days))


def _key() -> list[str]:
    """The answers of each level in numbers."""
    last = LEVELS[-1]
    between = [f"{low}–{high - 1}" for low, high in pairwise(LEVELS)]
    return ["0", *between, f"{last}+"]
