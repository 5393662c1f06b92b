"""The editor: a draft on the left, what it makes on the right; the list of one's drafts."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quizzes import authoring
from quizzes.authoring import skeletons
from quizzes.authoring.conflicts import take_theirs
from quizzes.models import Draft, QuestionTemplate, User
from quizzes.questions import TemplateError
from quizzes.reader import language as current_language

from . import editor_work
from .editor_form import MAX_NOTE, is_htmx, note_of, seeds_of, source_of, wish_of
from .editor_guard import keeps_text
from .editor_page import page, part
from .site import allowed, site

_WRITES = "quizzes.change_questiontemplate"
_BEGINNINGS = (
    ("integer", gettext_lazy("A whole number")),
    ("decimal", gettext_lazy("A decimal number")),
    ("shape", gettext_lazy("A shape")),
    ("matrix", gettext_lazy("A matrix")),
    ("choice", gettext_lazy("One of several options")),
    ("flashcard", gettext_lazy("A flashcard")),
)


@require_safe
@allowed(_WRITES)
def drafts(request: HttpRequest) -> HttpResponse:
    """What this author is writing, and the ways to begin."""
    rows = Draft.objects.filter(author=_author(request)).select_related("template").order_by("-updated_at")
    context = {
        **site.each_context(request),
        "title": _("My drafts"),
        "drafts": [(row, row.template.slug if row.template else skeletons.slug_of(row.source)) for row in rows],
        "beginnings": _BEGINNINGS,
        "may_begin": request.user.has_perm("quizzes.add_questiontemplate"),
    }
    return render(request, "admin/quizzes/drafts.html", context)


@require_POST
@allowed(_WRITES)
def start_draft(request: HttpRequest) -> HttpResponse:
    """Begin from a template, a copy of one, a skeleton, or a text that lost its draft; go to the editor."""
    author = _author(request)
    if "template" in request.POST:
        draft = authoring.start(author, _template(request.POST["template"]))
    else:
        if not request.user.has_perm("quizzes.add_questiontemplate"):
            raise PermissionDenied
        draft = authoring.start(author, source=_beginning(request))
    addition = request.POST.get("addition", "").replace("\r\n", "\n").strip()
    if addition:
        authoring.keep(draft, f"{draft.source.rstrip()}\n\n{addition}\n")
    return redirect("admin:draft", draft.id)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_text(_WRITES)
def edit(request: HttpRequest, draft: UUID) -> HttpResponse:
    """The editor; a post saves the text as the newest version. Whatever happens then, the text is kept."""
    row = _own(request, draft)
    if request.method != "POST":
        return page(request, row, wish_of(request.GET))
    authoring.keep(row, source_of(request))
    if request.POST.get("save") == "theirs":
        return _take_theirs(request, row)
    return _save(request, row)


@require_POST
@keeps_text(_WRITES)
def show_preview(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Six variants of the text as it stands."""
    row, wish = _own(request, draft), wish_of(request.POST)
    authoring.keep(row, source_of(request))
    if not is_htmx(request):
        return page(request, row, wish)
    preview = editor_work.preview(row.source, wish)
    context: dict[str, Any] = {"preview": preview, "problems": preview.get("problems", ())}
    variants = preview.get("variants")
    if variants and "tried" not in request.POST:  # the page began with a text that could not be read
        context["trial"] = editor_work.trial_of(preview["made"], wish, variants[0]["seed"])
    # A text that cannot be read for the moment leaves the last preview where it is.
    stale = not variants and "unavailable" not in preview and "shown" in request.POST
    response = part(request, "preview", row, wish, {**context, "stale": stale})
    if stale:
        response["HX-Reswap"] = "none"
    return response


@require_POST
@keeps_text(_WRITES)
def show_proof(request: HttpRequest, draft: UUID) -> HttpResponse:
    """What holds over all variants of the text as it stands."""
    row, wish = _own(request, draft), wish_of(request.POST)
    authoring.keep(row, source_of(request))
    proof = editor_work.proof(row.source, wish)
    if not is_htmx(request):
        return page(request, row, wish, proof=proof)
    return part(request, "proof", row, wish, {"proof": proof})


@require_POST
@keeps_text(_WRITES)
def show_answer(request: HttpRequest, draft: UUID) -> HttpResponse:
    """One variant to be answered as a learner would, or the answer graded."""
    row, wish = _own(request, draft), wish_of(request.POST)
    authoring.keep(row, source_of(request))
    other = seeds_of(request.POST.get("try", ""))
    seeds = other or seeds_of(request.POST.get("tried", "")) or wish.seeds
    trial = editor_work.trial(row.source, wish, seeds[0], {} if other else request.POST.dict(), grade=not other)
    if not is_htmx(request):
        return page(request, row, wish, trial=trial)
    return part(request, "trial", row, wish, {"trial": trial})


@require_POST
@allowed(_WRITES)
def discard_draft(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Ask whether the draft shall go, then let it go."""
    row = _own(request, draft)
    slug = row.template.slug if row.template else skeletons.slug_of(row.source)
    if request.POST.get("sure") != "yes":
        context = {**site.each_context(request), "title": _("Discard this draft?"), "draft": row, "slug": slug}
        return render(request, "admin/quizzes/draft_discard.html", context)
    row.delete()
    messages.success(request, _("The draft is gone."))
    return redirect("admin:drafts")


def _save(request: HttpRequest, row: Draft) -> HttpResponse:
    wish, note, base = wish_of(request.POST), note_of(request), request.POST.get("base", "")
    if len(note) > MAX_NOTE:
        error = _("At most %(count)d characters.") % {"count": MAX_NOTE}
        return page(request, row, wish, note_error=error, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if "unavailable" in editor_work.preview(row.source, wish):  # it could not even be read within the bounds
        return page(request, row, wish, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        known = int(base) if base.isdecimal() and len(base) < 9 else None
        version = authoring.save(row, note=note, base=known)
    except TemplateError as error:
        problems = editor_work.problems(row.source, error)
        return page(request, row, wish, refused=problems, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except authoring.Conflict as error:
        return page(request, row, wish, conflict=error.newest, status=HTTPStatus.CONFLICT)
    messages.success(
        request,
        _("Version %(number)d is saved. Learners are asked it once it is published.") % {"number": version.number},
    )
    return redirect("admin:quizzes_questiontemplate_change", version.template_id)


def _take_theirs(request: HttpRequest, row: Draft) -> HttpResponse:
    newest = row.template.versions.order_by("-number").first() if row.template else None
    if newest is None:
        raise Http404
    if take_theirs(row, newest) is not None:
        messages.info(request, _("The draft goes on from the newest version. Your own text is kept as another draft."))
    return redirect("admin:draft", row.id)


def _beginning(request: HttpRequest) -> str:
    if "copy" in request.POST:
        return skeletons.copy_of(_template(request.POST["copy"]))
    if "source" in request.POST:
        return source_of(request)
    try:
        return skeletons.skeleton(request.POST.get("skeleton", ""), current_language())
    except KeyError:
        raise Http404 from None


def _template(text: str) -> QuestionTemplate:
    try:
        return get_object_or_404(QuestionTemplate, id=UUID(text))
    except ValueError:
        raise Http404 from None


def _own(request: HttpRequest, draft: UUID) -> Draft:
    """A draft belongs to its author alone."""
    return get_object_or_404(Draft.objects.select_related("template", "author"), id=draft, author=_author(request))


def _author(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  # only who has signed in gets here
    return request.user


urls = [
    path("quizzes/drafts/", drafts, name="drafts"),
    path("quizzes/drafts/start/", start_draft, name="start_draft"),
    path("quizzes/drafts/<uuid:draft>/", edit, name="draft"),
    path("quizzes/drafts/<uuid:draft>/preview/", show_preview, name="draft_preview"),
    path("quizzes/drafts/<uuid:draft>/proof/", show_proof, name="draft_proof"),
    path("quizzes/drafts/<uuid:draft>/answer/", show_answer, name="draft_answer"),
    path("quizzes/drafts/<uuid:draft>/discard/", discard_draft, name="draft_discard"),
]
