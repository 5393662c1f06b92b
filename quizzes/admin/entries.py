"""What the pages of topics and of misconceptions have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from quizzes import authoring
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


class EntryForm(forms.Form):
    """What an editor writes of an entry, with how it stood when it was opened: nobody replaces a text unread."""

    stood = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, row: Topic | Misconception, data: QueryDict | None, initial: Mapping[str, Any]) -> None:
        stood = "" if row._state.adding else authoring.standing(row)
        super().__init__(data, initial={**initial, "stood": stood})
        self.row, self.sent, self.is_overtaken = row, data or QueryDict(), False

    def save(self) -> bool:
        """Write it, if it can be; else the reasons stand at the fields."""
        if not self.is_valid():
            return False
        try:
            self.write()
        except authoring.Refused as refused:
            add_problems(self, refused.problems)
        except authoring.Changed:
            self.is_overtaken = True
            self.add_error(None, _("Somebody else has saved this while you were writing. Save again to replace it."))
            self.data = read = self.sent.copy()
            read["stood"] = authoring.standing(type(self.row).objects.get(id=self.row.id))
        return not self.errors

    def write(self) -> None:
        """Write what was typed. Raises :class:`authoring.Refused` and :class:`authoring.Changed`."""
        raise NotImplementedError

    def theirs(self, labels: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Where somebody else was quicker: what stands now, by label, where it is not what was typed."""
        if not self.is_overtaken:
            return []
        typed = {name: plain(value) for name, value in self.cleaned_data.items()}
        return [(str(label), told(now[name])) for name, label in labels.items() if typed[name] != now[name]]


def plain(value: Any) -> Any:
    """A column as pages compare and tell it: templates and topics by their names."""
    if isinstance(value, Model):
        return getattr(value, "slug", "")
    if isinstance(value, str) or value is None:
        return value or ""
    return sorted(plain(one) for one in value)


def told(value: Any) -> str:
    """It in one line."""
    return ", ".join(value) if isinstance(value, list) else str(value)


def differences(row: Topic | Misconception, labels: Mapping[str, Any], now: Mapping[str, Any]) -> list[Difference]:
    """The columns that were edited here; none where the bank never had this entry."""
    loaded: dict[str, Any] = row.loaded or {}
    found = []
    for column, label in labels.items():
        bank = loaded.get(column)
        if column in loaded and bank != now[column]:
            found.append(Difference(str(label), told(bank), column))
    return found


def add_problems(form: forms.Form, problems: Mapping[str, Sequence[str]]) -> None:
    """Put what a verb refused to the fields concerned."""
    for field, messages in problems.items():
        form.add_error(field if field in form.fields else None, [ValidationError(message) for message in messages])


def page(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    """A page of ours inside the admin."""
    told = {**site.each_context(request), "title": title, **context}
    return render(request, f"admin/quizzes/{template}.html", told)
