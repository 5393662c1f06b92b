"""What templates, versions and proofs are called on the pages about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy

from quizzes.models import QuestionTemplate, Topic
from quizzes.reader import language

KINDS = {"question": gettext_lazy("Question"), "flashcard": gettext_lazy("Flashcard")}
STATUSES = {
    "published": gettext_lazy("Published"),
    "newer": gettext_lazy("Newer draft version"),
    "draft": gettext_lazy("Draft"),
    "archived": gettext_lazy("Archived"),
}
BADGES = {
    "clean": ("✓", gettext_lazy("Clean")),
    "warnings": ("△", gettext_lazy("Warnings")),
    "errors": ("✗", gettext_lazy("Errors")),
    "unproved": ("–", gettext_lazy("Not proved")),
}
ORIGINS = {
    "admin": gettext_lazy("written here"),
    "bank": gettext_lazy("from the bank"),
    "import": gettext_lazy("imported"),
}
ACTS = {
    "publish": gettext_lazy("published"),
    "archive": gettext_lazy("archived"),
    "void": gettext_lazy("voided"),
}


def title_of(topic: Topic) -> str:
    """In the interface's language."""
    return topic.title_ja if language() == "ja" else topic.title_en


def moment(at: datetime) -> str:
    """A moment, for people and programs."""
    local = timezone.localtime(at)
    shown = formats.date_format(local, "SHORT_DATETIME_FORMAT")
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), shown)


def status_of(row: QuestionTemplate) -> str:
    """Of :data:`STATUSES`, without regard to newer versions."""
    if row.current_id is not None:
        return "published"
    return "draft" if row.archived_at is None else "archived"


def status_pill(row: QuestionTemplate, newest: int | None) -> str:
    """The status in words, and the newest version where it is not the one that is asked."""
    status = status_of(row)
    pill = format_html('<span class="pill {}">{}</span>', status, STATUSES[status])
    if row.current is not None and newest is not None and newest > row.current.number:
        return format_html('{} <span class="pill newer">{}</span>', pill, STATUSES["newer"])
    return pill


def badge_pill(badge: str) -> str:
    """The badge with its sign: it does not speak by colour alone."""
    sign, words = BADGES[badge]
    return format_html('<span class="pill {}"><span aria-hidden="true">{}</span> {}</span>', badge, sign, words)


def yield_of(proof: Mapping[str, Any] | None) -> str:
    """The share of diagnosable variants, with ``~`` where not all were looked at."""
    if not proof or "diagnosable" not in proof or proof.get("kind") == "flashcard":
        return "–"
    about = "" if proof.get("exhaustive") and not proof.get("cut") else "~"
    return f"{about}{proof['diagnosable']:.0%}"
