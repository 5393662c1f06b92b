"""What learners answered: the page of one template, and of one of its versions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from quizzes import names, progress
from quizzes.models import QuestionTemplate, TemplateVersion
from quizzes.progress import Statistics
from quizzes.progress.authors import LATEST, NOBODY
from quizzes.progress.wrong_answers import FEWEST_LEARNERS as FEWEST_ALIKE
from quizzes.reader import language as current_language

from .site import allowed, site
from .statistics_words import Strip, Wording

FEWEST_LEARNERS = 5  # of whom rates are shown
LATEST_VERSIONS = 50  # that are listed


@require_safe
@allowed("quizzes.view_questiontemplate")
def template_statistics(request: HttpRequest, template: UUID) -> HttpResponse:
    """Figures, plots, and wrong answers that wait for a misconception; ``?version=2`` for those of a version."""
    row = get_object_or_404(QuestionTemplate.objects.select_related("current"), id=template)
    number = _version(request, row)
    found = progress.template_statistics(row.slug)
    statistics = found.overall if number is None else found.versions.get(number, NOBODY)
    wording = Wording(current_language())
    context = {
        **site.each_context(request),
        "title": _("Statistics: %(slug)s") % {"slug": row.slug},
        "template": row,
        "version": number,
        "statistics": statistics,
        "few": statistics.learners < FEWEST_LEARNERS,
        "fewest": FEWEST_LEARNERS,
        "fewest_alike": FEWEST_ALIKE,
        "cut": found.cut,
        "latest": LATEST,
        "figures": wording.figures(statistics),
        "difficulty": wording.difficulty(progress.difficulty(row, statistics.first), statistics.first),
        "misconceptions": _misconceptions(statistics),
        "unexplained": wording.unexplained(progress.unexplained(row, found.since, number)),
        "versions": _versions(row, found.versions, wording),
        "may_draft": request.user.has_perm("quizzes.change_questiontemplate"),
    }
    return render(request, "admin/quizzes/statistics.html", context)


def _version(request: HttpRequest, row: QuestionTemplate) -> int | None:
    """The version that is asked for. Raises ``Http404`` where the template has none of this number."""
    wanted = request.GET.get("version", "")
    if not wanted:
        return None
    if not (wanted.isascii() and wanted.isdecimal() and len(wanted) < 9):
        raise Http404
    if not row.versions.filter(number=int(wanted)).exists():
        raise Http404
    return int(wanted)


def _misconceptions(statistics: Statistics) -> list[dict[str, Any]]:
    """The most frequent first; the share is of all attempts, and so is the bar."""
    titles = names.misconceptions([one.code for one in statistics.misconceptions], current_language())
    return [
        {
            "code": one.code,
            "title": titles.get(one.code, one.code),
            "count": one.count,
            "percent": f"{100 * one.share:.0f}%",
            "strip": Strip(high=one.share),
        }
        for one in statistics.misconceptions
    ]


def _versions(row: QuestionTemplate, answered: dict[int, Statistics], wording: Wording) -> list[dict[str, Any]]:
    """The latest versions, answered or not, the newest first."""
    versions = TemplateVersion.objects.filter(template_id=row.id).order_by("-number")
    found = []
    for id, number, voided_at in versions.values_list("id", "number", "voided_at")[:LATEST_VERSIONS]:
        statistics = answered.get(number, NOBODY)
        found.append(
            {
                "number": number,
                "is_current": id == row.current_id,
                "is_voided": voided_at is not None,
                "statistics": statistics,
                "few": statistics.learners < FEWEST_LEARNERS,
                "figures": wording.figures(statistics),
            }
        )
    return found


urls: list[URLPattern] = [
    path("quizzes/questiontemplate/<uuid:template>/statistics/", template_statistics, name="template_statistics")
]
