"""Import and export of whole banks."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from quizzes.authoring import exporting, importing, uploads
from quizzes.authoring.uploads import UploadError
from quizzes.models import QuestionTemplate, Topic, User
from quizzes.questions.places import line_of, lines
from quizzes.reader import language

from .site import allowed, site

MAX_BODY = uploads.MAX_UPLOAD + 512 * 1024  # with what a browser puts around the files

REFUSALS = {
    "too-large": gettext_lazy("The files are larger than 4 MB together."),
    "too-many": gettext_lazy("There are more than 1,000 files in it."),
    "file-too-large": gettext_lazy("A template has at most 64 kB, a list of topics or misconceptions 1 MB."),
    "unpacked-too-large": gettext_lazy("Unpacked, the files are larger than 8 MB together."),
    "broken": gettext_lazy("This cannot be read: it is damaged, or says something else of itself than it holds."),
    "encrypted": gettext_lazy("This file is encrypted. Pack it without a password."),
    "compression": gettext_lazy("This file is packed in an unusual way. Make the zip with ordinary compression."),
    "link": gettext_lazy("This is a link, not a file. Pack the file itself."),
    "path": gettext_lazy("This path leads out of the folder, or has signs that a path cannot have."),
    "name": gettext_lazy("The name is not one of a .toml file, or not in UTF-8."),
    "twice": gettext_lazy("This file is there twice."),
    "encoding": gettext_lazy("This file is not UTF-8 text."),
    "nothing": gettext_lazy("There is no .toml file in it."),
    "nested": gettext_lazy("There is a zip inside the zip. Unpack it first."),
    "full": gettext_lazy("Too many uploads wait for their authors at the moment. Try again tomorrow."),
    "slow": gettext_lazy("The files take too long to be read. Import them in several parts."),
}  # fmt: skip

OUTCOMES = {
    "new": gettext_lazy("New"),
    "changed": gettext_lazy("Changed"),
    "unchanged": gettext_lazy("Unchanged"),
    "older": gettext_lazy("Older than here"),
    "diverged": gettext_lazy("Changed on both sides"),
    "refused": gettext_lazy("For editors only"),
    "error": gettext_lazy("Error"),
}

KINDS = {
    "topic": gettext_lazy("Topic"),
    "misconception": gettext_lazy("Misconception"),
    "template": gettext_lazy("Template"),
    "file": gettext_lazy("File"),
}

REASONS = {
    "diverged": gettext_lazy("Somebody else has saved it meanwhile. Import it once more to compare."),
    "errors": gettext_lazy("Saved, not published: its proof found errors."),
    "voided": gettext_lazy("Saved, not published: this text was voided."),
    "too-much": gettext_lazy("Saved, not published: its proof takes too long."),
}

ORDER = ("error", "diverged", "new", "changed", "refused", "older", "unchanged")


# Out


@require_GET
@allowed("quizzes.view_questiontemplate")
def bank_export(request: HttpRequest) -> HttpResponse:
    """Choose what goes out."""
    templates = QuestionTemplate.objects.filter(archived_at=None).order_by("slug")
    by_topic: dict[UUID, list[QuestionTemplate]] = {}
    for row in templates:
        by_topic.setdefault(row.topic_id, []).append(row)
    topics = [(topic, by_topic.get(topic.id, [])) for topic in Topic.objects.all()]
    context = {"title": _("Export the bank"), "topics": topics}
    return render(request, "admin/quizzes/export.html", {**site.each_context(request), **context})


@require_GET
@allowed("quizzes.view_questiontemplate")
def bank_export_zip(request: HttpRequest) -> HttpResponse:
    """The zip. Nothing chosen is everything."""
    topics, templates = request.GET.getlist("topic"), _ids(request.GET.getlist("template"))
    chosen = None
    if topics or templates:
        of_topics = QuestionTemplate.objects.filter(topic__slug__in=topics).values_list("id", flat=True)
        chosen = {*templates, *of_topics}
    which: exporting.Which = "newest" if request.GET.get("versions") == "newest" else "published"
    return _download(exporting.export_bank(which, chosen), "bank.zip", "application/zip")


@require_GET
@allowed("quizzes.view_questiontemplate")
def export_template(request: HttpRequest, template: UUID) -> HttpResponse:
    """One template as a file: its published version, the newest where there is none, or the one that is named."""
    row = get_object_or_404(QuestionTemplate.objects.select_related("current"), id=template)
    number = request.GET.get("version", "")
    if number:
        version = row.versions.filter(number=int(number)).first() if number.isdecimal() and len(number) < 9 else None
    else:
        version = row.current or row.versions.order_by("-number").first()
    if version is None:
        raise Http404
    return _download(version.source.encode(), f"{row.slug}.toml", "application/toml; charset=utf-8")


def _download(data: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _ids(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError:
        raise Http404 from None


# In


@csrf_exempt  # of what is too large nothing is read, so there is no token to look at; what is read is checked
def bank_import(request: HttpRequest) -> HttpResponse:
    """Choose files; they are looked at, and nothing else happens yet."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and not (length.isdecimal() and 0 < int(length) <= MAX_BODY):
        return _too_large(request)
    return _import(request)


@csrf_exempt
def _unread(request: HttpRequest) -> HttpResponse:
    return _ask_for_files(request, str(REFUSALS["too-large"]), HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


_too_large = allowed("quizzes.add_questiontemplate", "quizzes.change_questiontemplate")(_unread)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("quizzes.add_questiontemplate", "quizzes.change_questiontemplate")
def _import(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _ask_for_files(request)
    files = [(file.name or "", file.read()) for file in request.FILES.getlist("files")]
    if not files:
        return _ask_for_files(request, _("Choose at least one file."), HTTPStatus.BAD_REQUEST)
    try:
        name = uploads.keep_upload(_user(request).id, uploads.unpack(files))
    except UploadError as error:
        place = f"{error.where}: " if error.where else ""
        return _ask_for_files(request, place + str(REFUSALS[error.code]), HTTPStatus.BAD_REQUEST)
    return redirect(_address("bank_import_report", name))


def _ask_for_files(request: HttpRequest, problem: str = "", status: int = HTTPStatus.OK) -> HttpResponse:
    context = {"title": _("Import"), "problem": problem}
    return render(request, "admin/quizzes/import.html", {**site.each_context(request), **context}, status=status)


@require_GET
@allowed("quizzes.add_questiontemplate", "quizzes.change_questiontemplate")
def bank_import_report(request: HttpRequest) -> HttpResponse:
    """What would become of each thing."""
    name, texts = _upload(request)
    if uploads.progress_of(name) is not None:
        return redirect(_address("bank_import_progress", name))
    try:
        plan = importing.plan(texts, catalogue=_edits_catalogue(request))
    except importing.TooSlow:
        return _ask_for_files(request, str(REFUSALS["slow"]), HTTPStatus.BAD_REQUEST)
    return render(
        request, "admin/quizzes/import_report.html", {**site.each_context(request), **_report(plan, name, texts)}
    )


def _report(plan: importing.Plan, name: str, texts: Mapping[str, str]) -> dict[str, Any]:
    findings = sorted(plan.findings, key=lambda one: ORDER.index(one.outcome))
    counts = [(OUTCOMES[outcome], outcome, sum(one.outcome == outcome for one in findings)) for outcome in ORDER]
    return {
        "title": _("Import: what would happen"),
        "upload": name,
        "seal": plan.seal,
        "counts": [one for one in counts if one[2]],
        "shown": [_shown(one, texts) for one in findings if one.outcome not in ("unchanged", "older")],
        "quiet": [_shown(one, texts) for one in findings if one.outcome in ("unchanged", "older")],
        "taken": any(one.outcome in importing.TAKEN for one in findings),
        "diverged": any(one.outcome == "diverged" for one in findings),
        "refused": any(one.outcome == "refused" for one in findings),
    }


def _shown(one: importing.Finding, texts: Mapping[str, str]) -> dict[str, Any]:
    whole = one.source != "" and one.source == texts.get(one.where)  # of one card of several, the lines are others
    known = lines(one.source) if whole and one.problems else {}
    return {
        "kind": KINDS[one.kind],
        "name": one.name,
        "where": one.where,
        "outcome": one.outcome,
        "word": OUTCOMES[one.outcome],
        "problems": [
            {
                "line": line_of(p.where, known, p.message.en) if whole else None,
                "problem": p,
                "message": p.message[language()],
            }
            for p in one.problems
        ],
    }


@require_POST
@allowed("quizzes.add_questiontemplate", "quizzes.change_questiontemplate")
def bank_import_confirm(request: HttpRequest) -> HttpResponse:
    """Begin to take it in, if what stands here is what the report was about."""
    name, texts = _upload(request)
    if uploads.progress_of(name) is not None:
        return redirect(_address("bank_import_progress", name))
    catalogue = _edits_catalogue(request)
    try:
        plan = importing.plan(texts, catalogue=catalogue)
    except importing.TooSlow:
        return _ask_for_files(request, str(REFUSALS["slow"]), HTTPStatus.BAD_REQUEST)
    if plan.seal != request.POST.get("seal"):
        messages.warning(request, _("Something was changed here meanwhile. This is the report as it is now."))
        return redirect(_address("bank_import_report", name))
    publish = bool(request.POST.get("publish")) and request.user.has_perm("quizzes.publish_questiontemplate")
    diverged = bool(request.POST.get("diverged"))
    progress = importing.begin(plan, diverged=diverged, publish=publish, catalogue=catalogue)
    return _step(request, name, texts, progress)


@require_POST
@allowed("quizzes.add_questiontemplate", "quizzes.change_questiontemplate")
def bank_import_continue(request: HttpRequest) -> HttpResponse:
    """Take in the next few."""
    name, texts = _upload(request)
    progress = _progress(name)
    progress.publish = progress.publish and request.user.has_perm("quizzes.publish_questiontemplate")
    progress.catalogue = progress.catalogue and _edits_catalogue(request)
    return _step(request, name, texts, progress)


def _step(request: HttpRequest, name: str, texts: Mapping[str, str], progress: importing.Progress) -> HttpResponse:
    try:
        importing.take_step(progress, texts, by=_user(request))
    except importing.TooSlow:
        messages.error(request, REFUSALS["slow"])
    uploads.note_progress(name, progress.to_json())
    return redirect(_address("bank_import_progress", name))


@require_GET
@allowed("quizzes.add_questiontemplate", "quizzes.change_questiontemplate")
def bank_import_progress(request: HttpRequest) -> HttpResponse:
    """What was taken in so far, and the button that goes on."""
    name, _texts = _upload(request)
    progress = _progress(name)
    rows = dict(QuestionTemplate.objects.filter(slug__in=progress.saved).values_list("slug", "id"))
    saved = [
        {
            "slug": slug,
            "id": rows.get(slug),
            "published": slug in progress.published,
            "reason": REASONS.get(progress.kept[slug], progress.kept[slug]) if slug in progress.kept else "",
        }
        for slug in progress.saved
    ]
    context = {
        "title": _("Import: under way") if progress.todo else _("Import: done"),
        "upload": name,
        "progress": progress,
        "finished": progress.total - len(progress.todo),
        "waiting": bool(progress.todo) or not progress.catalogue_done,
        "saved": saved,
        "failed": [(slug, REASONS.get(why, why)) for slug, why in progress.failed.items()],
    }
    return render(request, "admin/quizzes/import_progress.html", {**site.each_context(request), **context})


def _progress(name: str) -> importing.Progress:
    kept = uploads.progress_of(name)
    if kept is None:
        raise Http404
    return importing.Progress(**kept)


def _upload(request: HttpRequest) -> tuple[str, dict[str, str]]:
    """The upload that the request is about, if it is this author's and still there."""
    name = (request.POST if request.method == "POST" else request.GET).get("upload", "")
    texts = uploads.kept_upload(_user(request).id, name)
    if texts is None:
        raise Http404
    return name, texts


def _edits_catalogue(request: HttpRequest) -> bool:
    needed = ("add_topic", "change_topic", "add_misconception", "change_misconception")
    return request.user.has_perms([f"quizzes.{name}" for name in needed])


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  # `allowed` let it in
    return request.user


def _address(view: str, name: str) -> str:
    return f"{reverse(f'admin:{view}')}?{urlencode({'upload': name})}"


urls = [
    path("quizzes/export/", bank_export, name="bank_export"),
    path("quizzes/export/bank.zip", bank_export_zip, name="bank_export_zip"),
    path("quizzes/export/<uuid:template>.toml", export_template, name="export_template"),
    path("quizzes/import/", bank_import, name="bank_import"),
    path("quizzes/import/report/", bank_import_report, name="bank_import_report"),
    path("quizzes/import/confirm/", bank_import_confirm, name="bank_import_confirm"),
    path("quizzes/import/progress/", bank_import_progress, name="bank_import_progress"),
    path("quizzes/import/continue/", bank_import_continue, name="bank_import_continue"),
]
