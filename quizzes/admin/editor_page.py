"""The editor's page, whole or the part that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from quizzes.authoring.skeletons import slug_of
from quizzes.models import Draft, TemplateVersion

from . import editor_work
from .editor_form import MAX_NOTE, Wish, note_of
from .site import site
from .template_diff import difference


def page(
    request: HttpRequest,
    draft: Draft,
    wish: Wish,
    *,
    proof: dict[str, Any] | None = None,
    trial: dict[str, Any] | None = None,
    refused: Sequence[dict[str, Any]] = (),
    note_error: str = "",
    conflict: TemplateVersion | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """All of it, as it is without scripts too; ``refused`` are the problems for which nothing was saved."""
    preview = editor_work.preview(draft.source, wish)
    known = {(problem["check"], problem["where"]) for problem in preview.get("problems", ())}
    preview["problems"] = [
        *(problem for problem in refused if (problem["check"], problem["where"]) not in known),
        *preview.get("problems", ()),
    ]
    if trial is None and preview.get("variants"):
        trial = editor_work.trial_of(preview["made"], wish, preview["variants"][0]["seed"])
    if conflict is None:
        conflict = _saved_meanwhile(draft)
    context = {
        **site.each_context(request),
        "title": _title(draft),
        "draft": draft,
        "wish": wish,
        "preview": preview,
        "problems": preview["problems"],
        "proof": proof,
        "trial": trial,
        "note": note_of(request),
        "note_error": note_error,
        "max_note": MAX_NOTE,
        "refused": bool(refused),
        "conflict": conflict,
        "difference": difference(conflict.source, draft.source) if conflict else (),
    }
    return render(request, "admin/quizzes/draft.html", context, status=status)


def part(request: HttpRequest, name: str, draft: Draft, wish: Wish, context: dict[str, Any]) -> HttpResponse:
    """What htmx puts into the page, with what else changes by it."""
    return render(request, f"admin/quizzes/draft_{name}_part.html", {"draft": draft, "wish": wish, **context})


def _saved_meanwhile(draft: Draft) -> TemplateVersion | None:
    if draft.template is None:
        return None
    newest = draft.template.versions.select_related("author").order_by("-number").first()
    return newest if newest is not None and newest.number != draft.base else None


def _title(draft: Draft) -> str:
    slug = draft.template.slug if draft.template else slug_of(draft.source)
    return _("Draft of %(slug)s") % {"slug": slug} if slug else _("Draft")
