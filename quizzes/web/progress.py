"""The learner's progress as a page, and the learner's data to take along."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from quizzes import export, names
from quizzes.models import User
from quizzes.progress import Held, Progress, Retention, Topic, overview
from quizzes.reader import language as current_language
from quizzes.scheduling import day_of
from quizzes.scheduling.misconceptions import RIGHTS_TO_CLOSE

from . import charts, written
from .charts import Caption
from .heatmap import heat_map


@never_cache
@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """The whole course on one page; a friendly word where nothing was answered yet."""
    if not isinstance(request.user, User):
        return render(request, "quizzes/progress_empty.html")
    found = overview(request.user.id, timezone.now())
    if not found.days and not any(topic.seen for topic in found.topics):
        return render(request, "quizzes/progress_empty.html")
    return render(request, "quizzes/progress.html", _context(request.user, found))


@never_cache
@require_safe
def export_json(request: HttpRequest) -> HttpResponseBase:
    """Everything, as one document."""
    if not isinstance(request.user, User):
        return redirect("progress")
    return _attachment(export.export_json(request.user.id), "application/json", "json")


@never_cache
@require_safe
def export_csv(request: HttpRequest) -> HttpResponseBase:
    """The answers, as a table for spreadsheets."""
    if not isinstance(request.user, User):
        return redirect("progress")
    return _attachment(export.attempts_csv(request.user.id), "text/csv; charset=utf-8", "csv")


def _attachment(pieces: Iterator[str], content_type: str, ending: str) -> StreamingHttpResponse:
    name = f"cnn-study-{timezone.now():%Y-%m-%d}.{ending}"
    response = StreamingHttpResponse(pieces, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class Measure(NamedTuple):
    """A share in figures and as a bar."""

    percent: str
    bar: SafeString


class TopicRow(NamedTuple):
    """A topic by its name; what was never answered has no measures."""

    slug: str
    title: str
    seen: int
    templates: int
    recall: Measure | None
    skill: Measure | None


class HeldRow(NamedTuple):
    """A misconception by its name. One that left the catalogue goes by its code, and there is no practising it."""

    code: str
    title: str
    met: int
    rights: int
    marks: str
    wants_another_day: bool
    known: bool


def _context(user: User, found: Progress) -> dict[str, Any]:
    language = current_language()
    titles = names.topics(language)
    wrong_rules = names.misconceptions([held.code for held in found.misconceptions], language)
    held = [(one, _held(one, wrong_rules)) for one in found.misconceptions]
    return {
        "progress": found,
        "just_begun": len(found.days) <= 1,
        "week_answers": written.number(found.week.answers),
        "week_minutes": written.number(ceil(found.week.minutes)),
        "week_days": found.week.days,
        "week_right": written.percent(found.week.right / found.week.answers) if found.week.answers else None,
        "year": heat_map(found.days, found.today),
        "topics": [_topic(topic, titles) for topic in found.topics if topic.templates],
        "open": [row for one, row in held if one.closed_at is None],
        "closed": [row for one, row in held if one.closed_at is not None],
        "rights_to_close": RIGHTS_TO_CLOSE,
        "retention": _retention(found.retention),
        "forecast": _forecast(found.forecast, found.today),
        "exam": _exam(user, found),
    }


def _topic(topic: Topic, titles: dict[str, str]) -> TopicRow:
    measures = _measure(topic.recall), _measure(topic.skill)
    return TopicRow(topic.slug, titles[topic.slug], topic.seen, topic.templates, *measures)


def _measure(share: float | None) -> Measure | None:
    return None if share is None else Measure(written.percent(share), charts.bar(share))


def _held(held: Held, titles: dict[str, str]) -> HeldRow:
    rights = min(held.rights, RIGHTS_TO_CLOSE)
    return HeldRow(
        code=held.code,
        title=titles.get(held.code, held.code),
        met=held.met,
        rights=rights,
        marks="●" * rights + "○" * (RIGHTS_TO_CLOSE - rights),
        wants_another_day=held.closed_at is None and rights == RIGHTS_TO_CLOSE,
        known=held.code in titles,
    )


def _retention(retention: Retention) -> dict[str, Any]:
    low, high = written.percent(retention.recalled.low), written.percent(retention.recalled.high)
    values = {
        "target": written.percent(retention.target),
        "low": low,
        "high": high,
        "reviews": written.number(retention.reviews),
    }
    known = {"standing": retention.standing, **values}
    if retention.achieved is None or retention.predicted is None or retention.standing == "unknown":
        return known
    achieved = written.percent(retention.achieved)
    caption = Caption(
        "retention",
        _("Remembered and target"),
        _("Remembered: %(achieved)s, with an interval from %(low)s to %(high)s. Target: %(target)s.")
        % {"achieved": achieved, **values},
    )
    recalled = retention.recalled
    chart = charts.interval(recalled.low, retention.achieved, recalled.high, retention.target, caption)
    return known | {"achieved": achieved, "predicted": written.percent(retention.predicted), "svg": chart}


def _forecast(reviews: tuple[int, ...], today: int) -> dict[str, Any]:
    total, most = sum(reviews), max(reviews)
    busiest = written.day(today + reviews.index(most))
    words = {"total": written.number(total), "most": written.number(most), "day": busiest}
    told = _("If you learn nothing new, %(total)s reviews will be due. The most, %(most)s, are on %(day)s.")
    summary = told % words if total else ""
    days = [(written.day(today + ahead), count) for ahead, count in enumerate(reviews)]
    return {
        "svg": charts.columns(reviews, Caption("forecast", _("Reviews on each of the next 30 days"), summary)),
        "summary": summary,
        "days": days,
        "middle": days[len(days) // 2][0],
        "last": days[-1][0],
    }


def _exam(user: User, found: Progress) -> dict[str, Any]:
    """What there is to say of the exam: nothing chosen, over, too far ahead, or how it would go."""
    if user.exam_date is None:
        return {"state": "none"}
    day = day_of(user.exam_date)
    ahead = found.readiness
    if ahead is None:
        return {"state": "over" if day <= found.today else "far", "date": written.full_day(day)}
    return {
        "state": "ahead",
        "date": written.full_day(day),
        "days_left": ahead.days_left,
        "needed": ceil(ahead.minutes_per_day),
        "given": ahead.daily_minutes,
        "is_enough": ahead.is_enough,
        "seen": ahead.seen,
        "templates": ahead.templates,
        "recall": None if ahead.recall is None else written.percent(ahead.recall),
    }
