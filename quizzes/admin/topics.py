"""The syllabus: its topics in order, the page of one, merging two."""

from __future__ import annotations

from copy import copy
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.validators import RegexValidator
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from quizzes import authoring
from quizzes.models import QuestionTemplate, Topic, User
from quizzes.questions.markup import MarkupError, compile_prose, mathml
from quizzes.reader import language

from .entries import SLUG, SLUG_MESSAGE, EntryForm, Words, add_problems, differences, page, plain
from .site import allowed

LAST = 2**31 - 1  # where a new topic stands, as long as it is not written

LABELS = {
    "title_ja": _("Title (Japanese)"),
    "title_en": _("Title (English)"),
    "text_ja": _("Explanation (Japanese)"),
    "text_en": _("Explanation (English)"),
    "formula_ja": _("Formula (Japanese)"),
    "formula_en": _("Formula (English)"),
    "requires": _("Needs"),
    "example": _("Example"),
}


class TopicForm(EntryForm):
    """What an editor writes of a topic; a new one has a name in addresses, which stays."""

    slug = forms.CharField(
        label=_("Name in addresses"),
        max_length=60,
        validators=[RegexValidator(SLUG, SLUG_MESSAGE)],
        help_text=_("Small letters, digits and single hyphens. It cannot be changed later."),
    )
    title_ja = Words("ja", label=LABELS["title_ja"], max_length=120)
    title_en = Words("en", label=LABELS["title_en"], max_length=120)
    text_ja = Words("ja", rows=14, label=LABELS["text_ja"], max_length=20_000)
    text_en = Words("en", rows=14, label=LABELS["text_en"], max_length=20_000)
    formula_ja = Words("ja", rows=3, label=LABELS["formula_ja"], max_length=4_000, required=False)
    formula_en = Words("en", rows=3, label=LABELS["formula_en"], max_length=4_000, required=False)
    requires = forms.ModelMultipleChoiceField(
        Topic.objects.none(), label=LABELS["requires"], required=False, widget=forms.CheckboxSelectMultiple
    )
    example = forms.ModelChoiceField(
        QuestionTemplate.objects.none(), label=LABELS["example"], required=False, empty_label=_("none")
    )

    def __init__(self, topic: Topic, data: QueryDict | None = None) -> None:
        super().__init__(topic, data, {} if topic._state.adding else initial(topic))
        self.topic = topic
        if not topic._state.adding:
            del self.fields["slug"]
        before = Topic.objects.exclude(id=topic.id)
        self.fields["requires"].queryset = before  # type: ignore[attr-defined]  # a field of models
        self.fields["example"].queryset = _examples(topic)  # type: ignore[attr-defined]

    @property
    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The fields that stand side by side."""
        return [(self[f"{name}_ja"], self[f"{name}_en"]) for name in ("title", "text", "formula")]

    def clean(self) -> dict[str, Any]:
        """Look at all of it together, so that a preview finds what saving would."""
        found = self.cleaned_data
        if not self.errors:
            typed = copy(self.topic)
            for name in LABELS:
                if name.endswith(("_ja", "_en")):
                    setattr(typed, name, found[name])
            typed.example = found["example"]
            if typed._state.adding:
                typed.position = LAST
            add_problems(self, authoring.topic_problems(typed, list(found["requires"])))
        return found

    def write(self) -> None:
        """Write what was typed."""
        found = self.cleaned_data
        words = {name: found[name] for name in LABELS if name.endswith(("_ja", "_en"))}
        if self.topic._state.adding:
            self.topic.slug = found["slug"]
        authoring.save_topic(self.topic, words, list(found["requires"]), found["example"], stood=found["stood"])


def initial(topic: Topic) -> dict[str, Any]:
    """A topic as it stands, by the fields of the form."""
    words = {name: getattr(topic, name) for name in LABELS if name.endswith(("_ja", "_en"))}
    return words | {"requires": list(topic.requires.all()), "example": topic.example}


@allowed("quizzes.view_topic")
@require_safe
def topic_list(request: HttpRequest) -> HttpResponse:
    """The syllabus in its order."""
    return page(request, "topic_list", gettext("Topics"), {"topics": _topics(), **_permissions(request)})


@allowed("quizzes.add_topic")
@require_http_methods(["GET", "HEAD", "POST"])
def add_topic(request: HttpRequest) -> HttpResponse:
    """Write a new topic, which comes last."""
    topic = Topic()
    form = TopicForm(topic, request.POST if request.method == "POST" else None)
    if request.method == "POST" and request.POST.get("do") != "preview" and form.save():
        messages.success(request, gettext("The topic was added. It comes last; move it where it belongs."))
        return redirect("admin:quizzes_topic_change", topic.id)
    return page(request, "topic", gettext("New topic"), {"form": form, "preview": _preview(form), "is_new": True})


@allowed("quizzes.view_topic")
@require_http_methods(["GET", "HEAD", "POST"])
def topic_page(request: HttpRequest, topic: UUID) -> HttpResponse:
    """One topic: read it, or edit it."""
    row = get_object_or_404(_topics(), id=topic)
    may = _permissions(request)
    if request.method == "POST" and not may["may_change"]:
        raise PermissionDenied
    form = TopicForm(row, request.POST if request.method == "POST" else None)
    if request.method == "POST" and request.POST.get("do") != "preview" and form.save():
        messages.success(request, gettext("The topic was saved."))
        return redirect("admin:quizzes_topic_change", row.id)
    stands = get_object_or_404(_topics(), id=topic)  # whatever was typed into the form
    now = {name: plain(value) for name, value in initial(stands).items()}
    others = Topic.objects.exclude(id=row.id)
    other = "en" if language() == "ja" else "ja"
    order = list(Topic.objects.order_by("position", "slug").values_list("id", flat=True))
    return page(
        request,
        "topic",
        getattr(stands, f"title_{language()}"),
        {
            "topic": stands,
            "other": {"language": other, "title": getattr(stands, f"title_{other}")},
            "form": form,
            "preview": _preview(form) if request.method == "POST" else _shown(now),
            "differences": differences(stands, LABELS, now),
            "theirs": form.theirs(LABELS, now),
            "templates": QuestionTemplate.objects.filter(topic=row).order_by("-kind", "level", "slug"),
            "uses": authoring.topic_uses(row),
            "others": others,
            "place": order.index(row.id) + 1,
            "places": range(1, len(order) + 1),
            **may,
        },
    )


@allowed("quizzes.change_topic")
@require_POST
def move_topic(request: HttpRequest, topic: UUID) -> HttpResponse:
    """Put a topic one place up or down, or at a place."""
    row = get_object_or_404(Topic, id=topic)
    order = list(Topic.objects.order_by("position", "slug").values_list("id", flat=True))
    place, to = order.index(row.id), request.POST.get("place", "")
    steps = {"up": place - 1, "down": place + 1}
    if to.isascii() and to.isdecimal() and len(to) < 6:
        place = int(to) - 1
    elif to in steps:
        place = steps[to]
    try:
        authoring.move_topic(row, place)
    except authoring.Refused as refused:
        _tell(request, refused)
    else:
        messages.success(request, gettext("The topic %(topic)s was moved.") % {"topic": row.slug})
    if request.POST.get("from") == "page":
        return redirect("admin:quizzes_topic_change", row.id)
    return redirect("admin:quizzes_topic_changelist")


@allowed("quizzes.delete_topic")
@require_POST
def delete_topic(request: HttpRequest, topic: UUID) -> HttpResponse:
    """Delete a topic that nothing uses."""
    row = get_object_or_404(Topic, id=topic)
    try:
        authoring.delete_topic(row)
    except authoring.Refused as refused:
        _tell(request, refused)
        return redirect("admin:quizzes_topic_change", topic)
    messages.success(request, gettext("The topic %(topic)s was deleted.") % {"topic": row.slug})
    return redirect("admin:quizzes_topic_changelist")


@allowed("quizzes.change_topic", "quizzes.delete_topic", "quizzes.publish_questiontemplate")
@require_http_methods(["GET", "HEAD", "POST"])
def merge_topic(request: HttpRequest, topic: UUID) -> HttpResponse:
    """Tell what merging a topic into another would do; do it."""
    old = get_object_or_404(Topic, id=topic)
    into = request.POST.get("into") or request.GET.get("into", "")
    new = get_object_or_404(Topic, slug=into)
    if request.method == "POST" and isinstance(request.user, User):
        try:
            authoring.merge_topics(old, new, by=request.user)
        except authoring.Refused as refused:
            _tell(request, refused)
        else:
            told = gettext("The topic %(old)s was merged into %(new)s.")
            messages.success(request, told % {"old": old.slug, "new": new.slug})
            return redirect("admin:quizzes_topic_change", new.id)
    plan = authoring.topic_merge(old, new)
    told = gettext("Merge %(old)s into %(new)s")
    return page(
        request, "topic_merge", told % {"old": old.slug, "new": new.slug}, {"old": old, "new": new, "plan": plan}
    )


def _topics() -> QuerySet[Topic]:
    titled = Topic.objects.only("slug", "title_ja", "title_en", "position")
    published = Count("templates", filter=Q(templates__current__isnull=False))
    return (
        Topic.objects.select_related("example")
        .prefetch_related(Prefetch("requires", titled), Prefetch("required_by", titled))
        .annotate(templates_in_all=Count("templates"), published=published)
        .order_by("position", "slug")
    )


def _examples(topic: Topic) -> QuerySet[QuestionTemplate]:
    if topic._state.adding:
        return QuestionTemplate.objects.none()
    return QuestionTemplate.objects.filter(topic=topic, kind="question", current__isnull=False).order_by("slug")


def _permissions(request: HttpRequest) -> dict[str, bool]:
    has = request.user.has_perm
    may = {f"may_{act}": has(f"quizzes.{act}_topic") for act in ("add", "change", "delete")}
    return may | {"may_merge": may["may_change"] and may["may_delete"] and has("quizzes.publish_questiontemplate")}


def _preview(form: TopicForm) -> list[dict[str, Any]]:
    """What was typed as learners would see it; nothing before something was sent, or where it cannot be read."""
    return _shown(form.cleaned_data) if form.is_bound and form.is_valid() else []


def _shown(words: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "language": language,
            "title": words[f"title_{language}"],
            "text": _prose(words[f"text_{language}"]),
            "formula": _formula(words[f"formula_{language}"]),
        }
        for language in ("ja", "en")
    ]


def _prose(source: str) -> SafeString | str:
    try:
        return mark_safe(compile_prose(source).render({}).html)  # noqa: S308  # sanitised
    except (MarkupError, KeyError):  # KeyError: {{name}} of nothing
        return source


def _formula(source: str) -> SafeString | str:
    try:
        return mark_safe(mathml(source, display=True)) if source else ""  # noqa: S308  # our own MathML
    except MarkupError:
        return source


def _tell(request: HttpRequest, refused: authoring.Refused) -> None:
    for problems in refused.problems.values():
        for problem in problems:
            messages.error(request, problem)


urls = [
    path("quizzes/topic/", topic_list, name="quizzes_topic_changelist"),
    path("quizzes/topic/add/", add_topic, name="quizzes_topic_add"),
    path("quizzes/topic/<uuid:topic>/change/", topic_page, name="quizzes_topic_change"),
    path("quizzes/topic/<uuid:topic>/move/", move_topic, name="move_topic"),
    path("quizzes/topic/<uuid:topic>/delete/", delete_topic, name="quizzes_topic_delete"),
    path("quizzes/topic/<uuid:topic>/merge/", merge_topic, name="merge_topic"),
]
