"""The list of templates, and the page of one: its versions, publishing, taking back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from quizzes import authoring
from quizzes.authoring import NotPublishable, proofs, workshop
from quizzes.authoring.telling import findings
from quizzes.authoring.workshop import Busy, TooMuch
from quizzes.models import Draft, QuestionTemplate, TemplateVersion, User
from quizzes.progress import authored
from quizzes.questions import Language, TemplateError
from quizzes.reader import language

from . import editor_shown, template_list, template_voiding
from .site import allowed, site
from .template_diff import difference
from .template_words import ACTS, KINDS, ORIGINS, badge_pill, moment, status_of, status_pill, title_of, yield_of

__all__ = ["template_list", "urls"]

VIEW = "quizzes.view_questiontemplate"
WRITE = "quizzes.change_questiontemplate"
PUBLISH = "quizzes.publish_questiontemplate"
SEEDS = (1, 2, 3)  # of the sample that is shown


@require_safe
@allowed(VIEW)
def page(request: HttpRequest, template: UUID) -> HttpResponse:
    """All about one template."""
    row = _template(template)
    return render(request, "admin/quizzes/questiontemplate.html", _context(request, row))


@require_POST
@allowed(WRITE)
def prove(request: HttpRequest, template: UUID) -> HttpResponse:
    """Prove the newest version, which takes up to half a minute; what was found is kept with it."""
    row = _template(template)
    trouble = _prove(_newest(row))
    if request.headers.get("HX-Request") == "true":
        context = _context(request, row) | {"trouble": trouble, "fresh": True}
        return render(request, "admin/quizzes/questiontemplate_proof.html", context)
    if trouble:
        messages.error(request, trouble)
    return redirect("admin:quizzes_questiontemplate_change", row.id)


@require_POST
@allowed(PUBLISH)
def publish(request: HttpRequest, template: UUID) -> HttpResponse:
    """Ask learners the version ``number`` from now on: the newest, or an older one, to go back to it."""
    row = _template(template)
    version = _version(row, request.POST.get("number", ""))
    accepted = request.POST.get("accept") == "warnings"
    known = version.publications.filter(act="publish").exists()
    if version.proof is None and not known and version.voided_at is None and (trouble := _prove(version)):
        messages.error(request, trouble)
        return redirect("admin:quizzes_questiontemplate_change", row.id)
    try:
        changed = authoring.publish_proved(version, by=_editor(request), accept_warnings=accepted)
    except NotPublishable as refused:
        return _refused(request, row, version, refused)
    except TemplateError as error:
        messages.error(request, _("It cannot be asked any more: %(why)s") % {"why": error.told(language())})
    else:
        told = {"number": version.number}
        if not changed:
            messages.info(request, _("Version %(number)s was published already.") % told)
        else:
            messages.success(request, _("Learners are asked version %(number)s from now on.") % told)
    return redirect("admin:quizzes_questiontemplate_change", row.id)


@require_POST
@allowed(PUBLISH)
def archive(request: HttpRequest, template: UUID) -> HttpResponse:
    """Stop asking it."""
    row = _template(template)
    authoring.archive(row, by=_editor(request))
    messages.success(request, _("It is archived: nobody is asked it any more. Its answers and cards stay."))
    return redirect("admin:quizzes_questiontemplate_change", row.id)


@require_POST
@allowed(PUBLISH)
def bring_back(request: HttpRequest, template: UUID) -> HttpResponse:
    """Ask an archived template again, in the version published last; one that never was is a draft again."""
    row = _template(template)
    try:
        version = authoring.bring_back(row, by=_editor(request))
    except NotPublishable as refused:
        if refused.code == "never-published":
            authoring.unarchive(row)
            messages.success(request, _("It is a draft again."))
        else:
            messages.error(request, _why(refused))
    except TemplateError as error:
        messages.error(request, _("It cannot be asked any more: %(why)s") % {"why": error.told(language())})
    else:
        told = {"number": version.number}
        messages.success(request, _("Learners are asked version %(number)s from now on.") % told)
    return redirect("admin:quizzes_questiontemplate_change", row.id)


@require_safe
@allowed(VIEW)
def preview(request: HttpRequest, template: UUID) -> HttpResponse:
    """Three variants of the newest version as learners see them, with the answers: on the page, or for htmx alone."""
    row = _template(template)
    if request.headers.get("HX-Request") == "true":
        return render(request, "admin/quizzes/questiontemplate_preview.html", _preview(request, row))
    return render(request, "admin/quizzes/questiontemplate.html", _context(request, row) | _preview(request, row))


@require_safe
@allowed(VIEW, "quizzes.view_templateversion")
def diff(request: HttpRequest, template: UUID, old: int, new: int) -> HttpResponse:
    """What changed from one version to another."""
    row = _template(template)
    before, after = get_object_or_404(row.versions, number=old), get_object_or_404(row.versions, number=new)
    context = {
        **site.each_context(request),
        "title": _("%(slug)s: from version %(old)s to %(new)s") % {"slug": row.slug, "old": old, "new": new},
        "template": row,
        "old": before,
        "new": after,
        "lines": difference(before.source, after.source),
    }
    return render(request, "admin/quizzes/questiontemplate_diff.html", context)


@require_safe
@allowed(VIEW, "quizzes.view_templateversion")
def compare(request: HttpRequest, template: UUID) -> HttpResponse:
    """From the form that chooses two versions to the address of their difference."""
    row = _template(template)
    chosen = [request.GET.get(name, "") for name in ("old", "new")]
    numbers = [int(text) for text in chosen if text.isascii() and text.isdecimal() and len(text) < 9]
    if len(numbers) != 2 or row.versions.filter(number__in=numbers).count() != len(set(numbers)):
        raise Http404
    return redirect("admin:template_diff", row.id, *numbers)


@require_safe
@allowed(VIEW, "quizzes.view_templateversion")
def source(request: HttpRequest, template: UUID, number: int) -> HttpResponse:
    """The text of one version."""
    row = _template(template)
    version = get_object_or_404(row.versions.select_related("author"), number=number)
    context = {
        **site.each_context(request),
        "title": _("%(slug)s: version %(number)s") % {"slug": row.slug, "number": number},
        "template": row,
        "version": version,
    }
    return render(request, "admin/quizzes/questiontemplate_source.html", context)


def _template(template: UUID) -> QuestionTemplate:
    rows = QuestionTemplate.objects.select_related("topic", "current")
    return get_object_or_404(rows, id=template)


def _newest(row: QuestionTemplate) -> TemplateVersion:
    newest = row.versions.order_by("-number").first()
    if newest is None:
        raise Http404
    return newest


def _version(row: QuestionTemplate, number: str) -> TemplateVersion:
    if not (number.isascii() and number.isdecimal() and len(number) < 9):
        raise Http404
    return get_object_or_404(row.versions, number=int(number))


def _editor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  # allowed() lets in nobody else
    return request.user


def _prove(version: TemplateVersion) -> str:
    """Why there is no proof; empty where there is one now."""
    try:
        proofs.prove_version(version)
    except Busy:
        return _("Others are proving at the moment. Try again shortly.")
    except TooMuch as error:
        return error.message(language())
    return ""


def _refused(
    request: HttpRequest, row: QuestionTemplate, version: TemplateVersion, refused: NotPublishable
) -> HttpResponse:
    """The problems, and for warnings the question whether to publish all the same."""
    if refused.code not in ("errors", "warnings"):
        messages.error(request, _why(refused))
        return redirect("admin:quizzes_questiontemplate_change", row.id)
    found = list(findings(version.proof or {"problems": []}, language()))
    context = {
        **site.each_context(request),
        "title": _("Publish version %(number)s of %(slug)s") % {"number": version.number, "slug": row.slug},
        "template": row,
        "version": version,
        "code": refused.code,
        "problems": found if refused.code == "warnings" else [one for one in found if one["severity"] == "error"],
        "has_draft": Draft.objects.filter(author=_editor(request), template=row).exists(),
    }
    return render(request, "admin/quizzes/questiontemplate_publish.html", context)


def _why(refused: NotPublishable) -> str:
    return {
        "unproved": _("It has to be proved before it can be published."),
        "errors": _("Its proof found errors: it is not published. Mend them in a new version."),
        "warnings": _("Its proof found warnings, which somebody has to accept."),
        "voided": _("A voided version is never published again."),
        "never-published": _("No version was published yet."),
    }[refused.code]


def _context(request: HttpRequest, row: QuestionTemplate) -> dict[str, Any]:
    versions, acts = authored.history(row)
    newest = _newest(row)
    reader = language()
    told = authored.authored([row.id])[row.id]
    proof = newest.proof
    return {
        **site.each_context(request),
        "title": told.title[reader],
        "template": row,
        "newest": newest,
        "told": told,
        "topic_title": title_of(row.topic),
        "kind": KINDS[row.kind],
        "status": status_of(row),
        "status_pill": status_pill(row, newest.number if newest.voided_at is None else None),
        "is_newer": row.current_id != newest.id and newest.voided_at is None,
        "has_draft": Draft.objects.filter(author=_editor(request), template=row).exists(),
        "versions": [
            {
                "row": version,
                "at": moment(version.version.created_at),
                "origin": ORIGINS[version.version.origin],
                "badge": badge_pill(proofs.badge(_proof_of(version.version))),
                "before": versions[number + 1].version.number if number + 1 < len(versions) else None,
            }
            for number, version in enumerate(versions)
        ],
        "voiding": [one.version.number for one in versions if one.version.voided_at is not None],
        "acts": [{"act": ACTS[one.act], "number": one.number, "by": one.by, "at": moment(one.at)} for one in acts],
        "proof": proof,
        "badge": badge_pill(proofs.badge(proof)),
        "yield": yield_of(proof),
        "findings": findings(proof, reader) if proof else [],
        "percents": _percents(proof),
        "shown_language": reader,
    }


def _proof_of(version: TemplateVersion) -> dict[str, Any] | None:
    problems = getattr(version, "problems", None)
    return None if problems is None else {"problems": problems}


def _percents(proof: dict[str, Any] | None) -> dict[str, str]:
    if not proof or "variants" not in proof:
        return {}
    return {
        "choice_form": f"{proof['choice_form']:.0%}",
        "guess": f"{proof['constant_guess']['share']:.1%}",
    }


def _preview(request: HttpRequest, row: QuestionTemplate) -> dict[str, Any]:
    shown: Language = language()
    if request.GET.get("language") in ("ja", "en"):
        shown = "ja" if request.GET["language"] == "ja" else "en"
    newest = _newest(row)
    context: dict[str, Any] = {"template": row, "newest": newest, "shown_language": shown}
    try:
        made = workshop.preview(newest.source, language=shown, seeds=SEEDS, revealed=True, format="free")
    except Busy:
        return context | {"preview_trouble": _("Others are previewing at the moment. Try again shortly.")}
    except TooMuch as error:
        return context | {"preview_trouble": error.message(language())}
    made["problems"] = findings(made, language())
    return context | {"preview": made, "variants": editor_shown.variants(made), "is_card": row.kind == "flashcard"}


_PAGE = "quizzes/questiontemplate/<uuid:template>/"

urls: list[URLPattern] = [
    path(f"{_PAGE}change/", page, name="quizzes_questiontemplate_change"),
    path(f"{_PAGE}prove/", prove, name="template_prove"),
    path(f"{_PAGE}publish/", publish, name="template_publish"),
    path(f"{_PAGE}archive/", archive, name="template_archive"),
    path(f"{_PAGE}bring-back/", bring_back, name="template_bring_back"),
    path(f"{_PAGE}preview/", preview, name="template_preview"),
    path(f"{_PAGE}diff/", compare, name="template_compare"),
    path(f"{_PAGE}diff/<int:old>/<int:new>/", diff, name="template_diff"),
    path(f"{_PAGE}versions/<int:number>/", source, name="template_source"),
    *template_voiding.urls,
]
