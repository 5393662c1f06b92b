"""The catalogue of wrong rules: the list, the page of one with where it is used, merging two."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.validators import RegexValidator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quizzes import authoring, progress, study
from quizzes.models import Misconception, QuestionTemplate, User
from quizzes.questions import Template, TemplateError
from quizzes.reader import language
from quizzes.study import templates

from .entries import SLUG, SLUG_MESSAGE, EntryForm, Words, differences, page
from .site import allowed

LABELS = {
    "title_ja": _("Title (Japanese)"),
    "title_en": _("Title (English)"),
    "wrong_ja": _("What was done (Japanese)"),
    "wrong_en": _("What was done (English)"),
    "remedy_ja": _("What to do instead (Japanese)"),
    "remedy_en": _("What to do instead (English)"),
}
SHOWN = {"all": _("All"), "unused": _("Unused"), "held": _("Held by learners"), "merged": _("Merged")}


class MisconceptionForm(EntryForm):
    """A misconception's words; a new one has a code, which stays."""

    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        validators=[RegexValidator(SLUG, SLUG_MESSAGE)],
        help_text=_("Small letters, digits and single hyphens. It cannot be changed later: answers keep it."),
    )
    title_ja = Words("ja", label=LABELS["title_ja"], max_length=120)
    title_en = Words("en", label=LABELS["title_en"], max_length=120)
    wrong_ja = Words("ja", rows=3, label=LABELS["wrong_ja"], max_length=2_000)
    wrong_en = Words("en", rows=3, label=LABELS["wrong_en"], max_length=2_000)
    remedy_ja = Words("ja", rows=3, label=LABELS["remedy_ja"], max_length=2_000)
    remedy_en = Words("en", rows=3, label=LABELS["remedy_en"], max_length=2_000)

    def __init__(self, rule: Misconception, data: QueryDict | None = None, code: str = "") -> None:
        is_new = rule._state.adding
        super().__init__(rule, data, {"code": code} if is_new else {name: getattr(rule, name) for name in LABELS})
        self.rule = rule
        if not is_new:
            del self.fields["code"]

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The fields that stand side by side."""
        return [(self[f"{name}_ja"], self[f"{name}_en"]) for name in ("title", "wrong", "remedy")]

    def write(self) -> None:
        """Write what was typed."""
        found = self.cleaned_data
        if self.rule._state.adding:
            self.rule.code = found["code"]
        authoring.save_misconception(self.rule, {name: found[name] for name in LABELS}, stood=found["stood"])


class Use(NamedTuple):
    """A template that names a misconception, and what it says it leads to."""

    template: QuestionTemplate
    number: int
    is_published: bool
    leads_to: list[str]


@allowed("quizzes.view_misconception")
@require_safe
def misconception_list(request: HttpRequest) -> HttpResponse:
    """All of them by code, with a search."""
    held = progress.holders()
    asked, shown = request.GET.get("q", "").strip(), request.GET.get("show", "")
    shown = shown if shown in SHOWN else "all"
    rows = [(row, held.get(row.code, 0)) for row in _rules(asked, shown, held)]
    context = {
        "rules": rows,
        "q": asked,
        "show": shown,
        "choices": SHOWN,
        "unmerged": study.count_unmerged(),
        **_permissions(request),
    }
    return page(request, "misconception_list", gettext("Misconceptions"), context)


@allowed("quizzes.add_misconception")
@require_http_methods(["GET", "HEAD", "POST"])
def add_misconception(request: HttpRequest) -> HttpResponse:
    """Write a new one."""
    rule = Misconception()
    form = MisconceptionForm(rule, request.POST if request.method == "POST" else None, request.GET.get("code", ""))
    if request.method == "POST" and request.POST.get("do") != "preview" and form.save():
        messages.success(request, gettext("The misconception was added. Templates can name it now."))
        return redirect("admin:quizzes_misconception_change", rule.id)
    context = {"form": form, "is_new": True, "preview": _preview(form), "may_change": True}
    return page(request, "misconception", gettext("New misconception"), context)


@allowed("quizzes.view_misconception")
@require_http_methods(["GET", "HEAD", "POST"])
def misconception_page(request: HttpRequest, rule: UUID) -> HttpResponse:
    """One misconception: its words, where it is used, what else can be done with it."""
    row = get_object_or_404(Misconception.objects.select_related("merged_into"), id=rule)
    may = _permissions(request)
    if request.method == "POST" and not may["may_change"]:
        raise PermissionDenied
    form = MisconceptionForm(row, request.POST if request.method == "POST" else None)
    if request.method == "POST" and request.POST.get("do") != "preview" and form.save():
        messages.success(request, gettext("The misconception was saved."))
        return redirect("admin:quizzes_misconception_change", row.id)
    now = {name: getattr(row, name) for name in LABELS}
    context = {
        "rule": row,
        "form": form,
        "preview": _preview(form) if request.method == "POST" else _shown(now),
        "differences": differences(row, LABELS, now),
        "theirs": form.theirs(LABELS, now),
        "uses": _uses(row.code),
        "holders": progress.holders().get(row.code, 0),
        "obstacles": authoring.misconception_uses(row),
        "merged": row.merged.order_by("code"),
        "others": Misconception.objects.filter(merged_into=None).exclude(id=row.id).order_by("code"),
        **may,
    }
    return page(request, "misconception", getattr(row, f"title_{language()}"), context)


@allowed("quizzes.delete_misconception")
@require_POST
def delete_misconception(request: HttpRequest, rule: UUID) -> HttpResponse:
    """Delete one that nothing ever used."""
    row = get_object_or_404(Misconception, id=rule)
    try:
        authoring.delete_misconception(row)
    except authoring.Refused as refused:
        _tell(request, refused)
        return redirect("admin:quizzes_misconception_change", rule)
    messages.success(request, gettext("The misconception %(code)s was deleted.") % {"code": row.code})
    return redirect("admin:quizzes_misconception_changelist")


@allowed("quizzes.change_misconception", "quizzes.delete_misconception", "quizzes.publish_questiontemplate")
@require_http_methods(["GET", "HEAD", "POST"])
def merge_misconception(request: HttpRequest, rule: UUID) -> HttpResponse:
    """Tell what merging one into another would do; do it."""
    rows = Misconception.objects.select_related("merged_into")
    old = get_object_or_404(rows, id=rule)
    new = get_object_or_404(rows, code=request.POST.get("into") or request.GET.get("into", ""))
    names = {"old": old.code, "new": new.code}
    if request.method == "POST" and isinstance(request.user, User):
        try:
            authoring.merge_misconceptions(old, new, by=request.user)
        except authoring.Refused as refused:
            _tell(request, refused)
        else:
            messages.success(request, gettext("The misconception %(old)s was merged into %(new)s.") % names)
            return redirect("admin:merge_beliefs")
    context = {
        "old": old,
        "new": new,
        "plan": authoring.misconception_merge(old, new),
        "holders": progress.holders().get(old.code, 0),
    }
    return page(request, "misconception_merge", gettext("Merge %(old)s into %(new)s") % names, context)


@allowed("quizzes.change_misconception")
@require_http_methods(["GET", "HEAD", "POST"])
def merge_beliefs(request: HttpRequest) -> HttpResponse:
    """Bring learners up to date after a merge, about a second's worth at a time."""
    if request.method == "POST":
        step = study.merge_beliefs(after=_learner(request.POST.get("after", "")))
        if not step.done:
            return redirect(f"{reverse('admin:merge_beliefs')}?after={step.after}")
        messages.success(request, gettext("All learners are up to date."))
        return redirect("admin:quizzes_misconception_changelist")
    after = _learner(request.GET.get("after", ""))
    context = {"unmerged": study.count_unmerged(), "after": after}
    return page(request, "misconception_beliefs", gettext("Learners after a merge"), context)


def _rules(asked: str, shown: str, held: dict[str, int]) -> QuerySet[Misconception]:
    rows = Misconception.objects.select_related("merged_into").annotate(used=Count("templates")).order_by("code")
    if asked:
        words = Q(code__icontains=asked)
        for name in LABELS:
            words |= Q(**{f"{name}__icontains": asked})
        rows = rows.filter(words)
    if shown == "unused":
        return rows.filter(used=0, merged_into=None)
    if shown == "held":
        return rows.filter(code__in=held)
    return rows.filter(merged_into__isnull=False) if shown == "merged" else rows


def _uses(code: str) -> list[Use]:
    return [
        Use(text.template, text.version.number, text.is_published, _leads_to(text.version.id, code))
        for text in authoring.texts_of_misconception(code)
    ]


def _leads_to(version: UUID, code: str) -> list[str]:
    """A template's formulas for a misconception, and its options that stand for it."""
    try:
        template: Template = templates.load(version)
    except TemplateError:
        return []
    spoken = language()
    formulas = [
        f"{name} = {expression.text}"
        for rule in template.misconceptions
        if rule.code == code
        for name, expression in rule.values.items()
    ]
    options = [
        choice.label[spoken].source
        for answer in template.answers
        for choice in answer.choices
        if choice.misconception == code
    ]
    return formulas + options


def _permissions(request: HttpRequest) -> dict[str, bool]:
    has = request.user.has_perm
    may = {f"may_{act}": has(f"quizzes.{act}_misconception") for act in ("add", "change", "delete")}
    return may | {"may_merge": may["may_change"] and may["may_delete"] and has("quizzes.publish_questiontemplate")}


def _preview(form: MisconceptionForm) -> list[dict[str, str]]:
    return _shown(form.cleaned_data) if form.is_bound and form.is_valid() else []


def _shown(words: dict[str, Any]) -> list[dict[str, str]]:
    """As it is told after an answer."""
    joints = {"ja": "", "en": " "}
    return [
        {
            "language": one,
            "title": words[f"title_{one}"],
            "told": joint.join((words[f"wrong_{one}"], words[f"remedy_{one}"])),
        }
        for one, joint in joints.items()
    ]


def _learner(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _tell(request: HttpRequest, refused: authoring.Refused) -> None:
    for problems in refused.problems.values():
        for problem in problems:
            messages.error(request, problem)


urls = [
    path("quizzes/misconception/", misconception_list, name="quizzes_misconception_changelist"),
    path("quizzes/misconception/add/", add_misconception, name="quizzes_misconception_add"),
    path("quizzes/misconception/learners/", merge_beliefs, name="merge_beliefs"),
    path("quizzes/misconception/<uuid:rule>/change/", misconception_page, name="quizzes_misconception_change"),
    path("quizzes/misconception/<uuid:rule>/delete/", delete_misconception, name="quizzes_misconception_delete"),
    path("quizzes/misconception/<uuid:rule>/merge/", merge_misconception, name="merge_misconception"),
]
