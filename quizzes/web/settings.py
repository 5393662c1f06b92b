"""What a learner chooses about studying, and how this browser shows it, on one page."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings as site
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from quizzes import study
from quizzes.models import User
from quizzes.scheduling.preferences import DAILY_MINUTES, DAY_START_HOURS, NEW_PER_DAY, RETENTIONS

from . import display, locale
from .display import Display

PERCENT = (round(100 * RETENTIONS[0]), round(100 * RETENTIONS[1]))
AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
EXAM_FORMATS = ["%Y-%m-%d", "%Y/%m/%d"]  # the first is what date fields of browsers send


def _number(
    bounds: tuple[int, int], label: Any, help_text: Any = "", field: type[forms.IntegerField] = forms.IntegerField
) -> forms.IntegerField:
    """A number between bounds, with one message for whatever is wrong with it."""
    low, high = bounds
    wrong = format_lazy(gettext_lazy("Enter a number from {low} to {high}."), low=low, high=high)
    decimal = issubclass(field, forms.FloatField)
    return field(
        min_value=low,
        max_value=high,
        label=label,
        help_text=help_text,
        widget=forms.TextInput({"inputmode": "decimal" if decimal else "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), wrong),
    )


class StudyForm(forms.Form):
    """What belongs to the learner, on every device; the retention in percent."""

    retention = _number(
        PERCENT,
        gettext_lazy("Target retention"),
        gettext_lazy(
            "How much you want to remember when a question comes back. Higher means more reviews for the same "
            "knowledge: 95 takes roughly twice the reviews of 90. Lower means less work, and more forgotten."
        ),
        field=forms.FloatField,
    )
    new_per_day = _number(NEW_PER_DAY, gettext_lazy("New kinds of question a day"))
    daily_minutes = _number(
        DAILY_MINUTES,
        gettext_lazy("Minutes a day"),
        gettext_lazy("Once they are spent, nothing new is offered; reviews still are."),
    )
    exam_date = forms.DateField(
        required=False,
        label=gettext_lazy("Date of the exam"),
        input_formats=EXAM_FORMATS,
        help_text=gettext_lazy(
            "Reviews are then arranged so that you remember the most on that day. May be left empty."
        ),
        error_messages={"invalid": gettext_lazy("Enter a date like 2027-02-19.")},
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    day_start_hour = _number(
        DAY_START_HOURS,
        gettext_lazy("A new day begins at"),
        gettext_lazy("What you answer at night before this hour still counts for the day before."),
    )
    time_zone = forms.CharField(required=False, label=gettext_lazy("Time zone"))
    language = forms.CharField(required=False, label=gettext_lazy("Language"))

    @classmethod
    def initial_of(cls, user: User) -> dict[str, Any]:
        """What the learner chose so far."""
        chosen = {name: getattr(user, name) for name in cls.base_fields}
        return chosen | {"retention": f"{100 * user.retention:.4g}"}

    def save(self, learner: User) -> bool:
        """Store what was typed; ``False`` with messages at the fields where it cannot be."""
        if not self.is_valid():
            return False
        chosen = self.cleaned_data | {"retention": round(self.cleaned_data["retention"] / 100, 4)}
        try:
            study.set_preferences(learner.id, **chosen)
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True


class DisplayForm(forms.Form):
    """What belongs to this browser."""

    theme = forms.ChoiceField(
        label=gettext_lazy("Colours"),
        choices=[
            ("system", gettext_lazy("As the device")),
            ("light", gettext_lazy("Light")),
            ("dark", gettext_lazy("Dark")),
        ],
    )
    grades = forms.TypedChoiceField(
        label=gettext_lazy("Buttons to rate a flashcard"),
        coerce=int,
        choices=[
            (2, gettext_lazy("2: again, knew it")),
            (4, gettext_lazy("4: again, hard, good, easy")),
        ],
    )
    reduced_motion = forms.BooleanField(required=False, label=gettext_lazy("No motion, whatever the device says"))
    shortcuts = forms.BooleanField(required=False, label=gettext_lazy("Keyboard shortcuts"))

    @staticmethod
    def initial_of(shown: Display) -> dict[str, Any]:
        """How pages are shown so far."""
        return {name: getattr(shown, name) for name in DisplayForm.base_fields}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponseBase:
    """Both forms as one: a learner's with the browser's, a stranger's without the study part."""
    user = request.user if isinstance(request.user, User) else None
    if request.method != "POST":
        study_form = StudyForm(initial=StudyForm.initial_of(user)) if user else None
        return _show(request, study_form, DisplayForm(initial=DisplayForm.initial_of(display.of(request))))
    study_form = StudyForm(request.POST) if user else None
    display_form = DisplayForm(request.POST)
    if not display_form.is_valid() or not (user is None or study_form is None or study_form.save(user)):
        return _show(request, study_form, display_form)
    response = redirect("settings")
    display.keep(response, Display(**display_form.cleaned_data))
    language = study_form.cleaned_data["language"] if study_form else ""
    if user and (language or user.language):  # never chosen: the device's own choice stays
        locale.keep(response, language)
    with translation.override(language or translation.get_language()):
        messages.success(request, _("Saved."))
    return response


def _show(request: HttpRequest, study_form: StudyForm | None, display_form: DisplayForm) -> HttpResponse:
    context = {
        "study": study_form,
        "shown": display_form,
        "choices": [display_form["theme"], display_form["grades"]],
        "languages": site.LANGUAGES,
        "hours": range(DAY_START_HOURS[0], DAY_START_HOURS[1] + 1),
        "zones": _zones(),
    }
    return render(request, "quizzes/settings.html", context)


@lru_cache(maxsize=1)
def _zones() -> SafeString:
    """The time zones of the world as options by continent, without the database's older names for them."""
    known = sorted(available_timezones())
    return format_html_join(
        "",
        '<optgroup label="{}">{}</optgroup>',
        (
            (
                area,
                format_html_join("", "<option>{}</option>", ((name,) for name in known if name.split("/")[0] == area)),
            )
            for area in AREAS
        ),
    )
