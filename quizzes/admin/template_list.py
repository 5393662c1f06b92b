"""The list of templates."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import Truncator, smart_split, unescape_string_literal
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quizzes import names
from quizzes.authoring import proofs
from quizzes.models import QuestionTemplate, TemplateVersion
from quizzes.progress.authored import LATEST, Authored, authored, problems_of_newest, templates
from quizzes.reader import language

from .site import site
from .template_words import BADGES, KINDS, STATUSES, badge_pill, moment, status_pill, title_of, yield_of

MAX_WORDS = 10  # of a search


class Templates(ChangeList):
    """A page of the list, each row with what is told of it."""

    def get_results(self, request: HttpRequest) -> None:
        """Look everything up at once."""
        super().get_results(request)
        rows = list(self.result_list)
        told = authored([row.pk for row in rows])
        for row in rows:
            setattr(row, "told", told.get(row.pk))  # noqa: B010  # for the columns below
        self.result_list = rows


class TopicFilter(admin.SimpleListFilter):
    """By topic, in the order of learning."""

    title = gettext_lazy("Topic")
    parameter_name = "topic"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Their titles."""
        return list(names.topics(language()).items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[QuestionTemplate]) -> QuerySet[QuestionTemplate]:
        """Of this topic."""
        return queryset.filter(topic__slug=self.value()) if self.value() else queryset


class KindFilter(admin.SimpleListFilter):
    """Questions or flashcards."""

    title = gettext_lazy("Kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Both."""
        return list(KINDS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[QuestionTemplate]) -> QuerySet[QuestionTemplate]:
        """Of this kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


class LevelFilter(admin.SimpleListFilter):
    """By level."""

    title = gettext_lazy("Level")
    parameter_name = "level"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """All there are."""
        return [(str(level), str(level)) for level in range(1, 5)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[QuestionTemplate]) -> QuerySet[QuestionTemplate]:
        """Of this level."""
        value = self.value()
        return queryset.filter(level=int(value)) if value in {"1", "2", "3", "4"} else queryset


class StatusFilter(admin.SimpleListFilter):
    """Asked, not asked yet, not asked any more."""

    title = gettext_lazy("Status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The statuses."""
        return list(STATUSES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[QuestionTemplate]) -> QuerySet[QuestionTemplate]:
        """In this status."""
        conditions = {
            "published": Q(current__isnull=False),
            "newer": Q(current__isnull=False, newest_number__gt=F("current__number")),
            "draft": Q(current=None, archived_at=None),
            "archived": Q(archived_at__isnull=False),
        }
        condition = conditions.get(self.value() or "")
        return queryset if condition is None else queryset.filter(condition)


class BadgeFilter(admin.SimpleListFilter):
    """What the proof of the newest version found."""

    title = gettext_lazy("Proof")
    parameter_name = "proof"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The badges."""
        return [(badge, words) for badge, (_sign, words) in BADGES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[QuestionTemplate]) -> QuerySet[QuestionTemplate]:
        """Proofs are read, because the two databases search in JSON differently; there is one for each template."""
        if self.value() not in BADGES:
            return queryset
        return queryset.filter(id__in=[id for id, badge in _badges() if badge == self.value()])


def _badges() -> list[tuple[UUID, str]]:
    return [
        (template, proofs.badge(None if problems is None else {"problems": problems}))
        for template, problems in problems_of_newest()
    ]


@admin.register(QuestionTemplate, site=site)
class TemplateList(admin.ModelAdmin[QuestionTemplate]):
    """Only the list is Django's: a template's page is ours (:mod:`.templates`), and texts are written as drafts."""

    change_list_template = "admin/quizzes/questiontemplate_list.html"
    list_display = (
        "name", "topic_name", "level_number", "status", "badge", "diagnosable", "attempts", "accuracy",
        "languages", "changed",
    )  # fmt: skip
    list_filter = (StatusFilter, BadgeFilter, KindFilter, LevelFilter, TopicFilter)
    list_select_related = ("topic", "current")
    list_per_page = 50
    list_max_show_all = 200
    ordering = ("topic__position", "level", "slug")
    search_fields = ("slug",)
    search_help_text = gettext_lazy("Finds words in the name, the titles and anywhere else in the text.")
    actions = None

    @admin.display(description=gettext_lazy("Level"), ordering="level")
    def level_number(self, row: QuestionTemplate) -> int:
        """Django's own heading would be the column's name."""
        return row.level

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuestionTemplate]:
        """With what filters and orders need."""
        return templates().order_by(*self.ordering)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Ours."""
        return Templates

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[QuestionTemplate], search_term: str
    ) -> tuple[QuerySet[QuestionTemplate], bool]:
        """Each word is in the slug or in the newest or the published text, which has the titles."""
        for bit in list(smart_split(search_term))[:MAX_WORDS]:
            word = unescape_string_literal(bit) if bit[0] in "\"'" and bit[0] == bit[-1] and len(bit) > 1 else bit
            texts = TemplateVersion.objects.filter(source__icontains=word, template=OuterRef("pk"))
            seen = texts.filter(Q(id=OuterRef("newest_id")) | Q(id=OuterRef("current_id")))
            queryset = queryset.filter(Q(slug__icontains=word) | Exists(seen))
        return queryset, False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """It begins as a draft."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: QuestionTemplate | None = None) -> bool:
        """Whoever may view them gets to our page, which asks by itself for each of its buttons."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: QuestionTemplate | None = None) -> bool:
        """Answers refer to it: it is archived instead."""
        return False

    @admin.display(description=gettext_lazy("Template"), ordering="slug")
    def name(self, row: QuestionTemplate) -> str:
        """The title, and the slug below it."""
        told = _told(row)
        title = told.title[language()] if told else row.slug
        return format_html(
            '<span class="template-title">{}</span> <code class="slug">{}</code>', Truncator(title).chars(80), row.slug
        )

    @admin.display(description=gettext_lazy("Topic and kind"), ordering="topic__position")
    def topic_name(self, row: QuestionTemplate) -> str:
        """In the interface's language, and the kind."""
        return format_html('{} <span class="slug">{}</span>', title_of(row.topic), KINDS[row.kind])

    @admin.display(description=gettext_lazy("Status"), ordering="archived_at")
    def status(self, row: QuestionTemplate) -> str:
        """Whether it is asked, and whether something newer waits."""
        return status_pill(row, getattr(row, "newest_number", None))

    @admin.display(description=gettext_lazy("Proof"))
    def badge(self, row: QuestionTemplate) -> str:
        """What the proof of the newest version found."""
        told = _told(row)
        return badge_pill(proofs.badge(told.newest.proof if told else None))

    @admin.display(description=gettext_lazy("Diagnosable"))
    def diagnosable(self, row: QuestionTemplate) -> str:
        """The yield of variants that tell all wrong rules apart."""
        told = _told(row)
        return yield_of(told.newest.proof if told else None)

    @admin.display(description=gettext_lazy("Answers"))
    def attempts(self, row: QuestionTemplate) -> str:
        """How many of the latest count."""
        told = _told(row)
        return "–" if told is None else f"{told.answers.count}{'+' if told.answers.cut else ''}"

    @admin.display(description=gettext_lazy("Accuracy"))
    def accuracy(self, row: QuestionTemplate) -> str:
        """Of these."""
        told = _told(row)
        share = told.answers.accuracy if told else None
        return "–" if share is None else f"{share:.0%}"

    @admin.display(description=gettext_lazy("Languages"))
    def languages(self, row: QuestionTemplate) -> str:
        """Those in which every text of the newest version is there."""
        told = _told(row)
        return " · ".join(told.languages) if told and told.languages else "–"

    @admin.display(description=gettext_lazy("Last change"), ordering="-changed_at")
    def changed(self, row: QuestionTemplate) -> str:
        """When, and by whom."""
        at, by = row.saved_at, row.saved_by  # type: ignore[attr-defined]  # annotated
        if row.acted_at is not None and row.acted_at > at:  # type: ignore[attr-defined]
            at, by = row.acted_at, row.acted_by  # type: ignore[attr-defined]
        return format_html('{} <span class="slug">{}</span>', moment(at), by or "")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """With what the numbers are of."""
        told = {"title": _("Templates"), "latest": LATEST}
        return super().changelist_view(request, {**told, **(extra_context or {})})


def _told(row: QuestionTemplate) -> Authored | None:
    found = getattr(row, "told", None)
    return found if isinstance(found, Authored) else None
