"""Voiding a version: a page that says what it means, then the work in steps of about a second."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from quizzes import authoring, study
from quizzes.models import TemplateVersion, User

from .site import allowed, site

MOST = 10_000  # answers that are counted


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("quizzes.publish_questiontemplate")
def void(request: HttpRequest, template: UUID, number: int) -> HttpResponse:
    """Ask first; then take the version back and go on to its answers."""
    version = _version(template, number)
    if version.voided_at is None and request.method == "POST":
        assert isinstance(request.user, User)  # noqa: S101  # allowed() lets in nobody else
        authoring.void(version, by=request.user)
    if version.voided_at is not None:
        return redirect("admin:template_voiding", template, number)
    count = study.count_counting(version.id, MOST)
    others = [one for one in authoring.published_before(version.template) if one.id != version.id]
    context = {
        **site.each_context(request),
        "title": _("Void version %(number)s of %(slug)s") % {"number": number, "slug": version.template.slug},
        "template": version.template,
        "version": version,
        "count": f"{count}+" if count == MOST else str(count),
        "is_asked": version.template.current_id == version.id,
        "next": others[0] if others else None,
    }
    return render(request, "admin/quizzes/questiontemplate_void.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("quizzes.publish_questiontemplate")
def voiding(request: HttpRequest, template: UUID, number: int) -> HttpResponse:
    """How far it got. Each POST does another second's work, from the learner in ``after`` on."""
    version = _version(template, number)
    if version.voided_at is None:
        raise Http404
    done, after, learners = False, _uuid(request.POST.get("after", "")), _count(request.POST.get("learners", ""))
    if request.method == "POST":
        step = study.void_step(version.id, after=after)
        done, after, learners = step.done, step.after, learners + step.learners
    else:
        done = not study.count_counting(version.id, 1)
    context = {"template": version.template, "version": version, "done": done, "after": after, "learners": learners}
    if request.headers.get("HX-Request") == "true":
        return render(request, "admin/quizzes/questiontemplate_voiding_step.html", context)
    title = _("Voiding version %(number)s of %(slug)s") % {"number": number, "slug": version.template.slug}
    context |= {**site.each_context(request), "title": title}
    return render(request, "admin/quizzes/questiontemplate_voiding.html", context)


def _version(template: UUID, number: int) -> TemplateVersion:
    rows = TemplateVersion.objects.select_related("template")
    return get_object_or_404(rows, template_id=template, number=number)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


_PAGE = "quizzes/questiontemplate/<uuid:template>/versions/<int:number>/"

urls: list[URLPattern] = [
    path(f"{_PAGE}void/", void, name="template_void"),
    path(f"{_PAGE}voiding/", voiding, name="template_voiding"),
]
