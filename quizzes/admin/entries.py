"""What the pages of topics and of misconceptions have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from quizzes.models import Misconception, Topic

from .site import site

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*\Z"
SLUG_MESSAGE = _("Small letters, digits and single hyphens.")


class Words(forms.CharField):
    """A text as it was typed, with our line ends; not only blanks."""

    def __init__(self, language: str, *, rows: int = 0, **options: Any) -> None:
        attributes = {"lang": language} | ({"rows": rows} if rows else {})
        widget: forms.Widget = forms.Textarea(attributes) if rows else forms.TextInput(attributes)
        super().__init__(widget=widget, strip=not rows, **options)

    def to_python(self, value: Any) -> str:
        """Browsers send lines with the ends of another system."""
        text = (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")
        return text if text.strip() else ""


class Difference(NamedTuple):
    """What stands here otherwise than the bank had it when it was loaded last."""

    label: str
    bank: str
    column: str


def differences(row: Topic | Misconception, labels: Mapping[str, Any], now: Mapping[str, Any]) -> list[Difference]:
    """The columns that were edited here; none where the bank never had this entry."""
    loaded: dict[str, Any] = row.loaded or {}
    found = []
    for column, label in labels.items():
        bank = loaded.get(column)
        if column in loaded and bank != now[column]:
            told = ", ".join(bank) if isinstance(bank, list) else str(bank)
            found.append(Difference(str(label), told, column))
    return found


def add_problems(form: forms.Form, problems: Mapping[str, Sequence[str]]) -> None:
    """Put what a verb refused to the fields concerned."""
    for field, messages in problems.items():
        form.add_error(field if field in form.fields else None, [ValidationError(message) for message in messages])


def page(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    """A page of ours inside the admin."""
    told = {**site.each_context(request), "title": title, **context}
    return render(request, f"admin/quizzes/{template}.html", told)
