"""One question at its own address: shown, helped with, answered, rated. Nothing typed is lost on the way."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from quizzes import limits, progress, questions, study
from quizzes.models import User, uuid7
from quizzes.questions import GenerationError, ResponseError
from quizzes.reader import language as current_language
from quizzes.scheduling import Rating
from quizzes.study import Conflict, Help, Question, Submission
from quizzes.tickets import TicketError

from . import forms
from .practice import Practice, practice_of, question_url
from .visitors import Asker, admit, asker

logger = logging.getLogger(__name__)

_CLOSED = gettext_lazy("That question is no longer open. Here is a fresh one.")
_RATINGS = {rating.name.lower(): rating for rating in Rating}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest) -> HttpResponseBase:
    """Show the question, or take what its form sends: an answer, a wish for a hint, a rating."""
    who = asker(request)
    values = request.POST if request.method == "POST" else request.GET
    practice = practice_of(values.get("practice", ""))
    reopened = reopen(request, who)
    if reopened is None:  # who has no cookie yet would be sent here again and again
        return redirect("home" if who.stranger else practice.url)
    try:
        return _served(request, who, reopened, practice)
    except GenerationError:  # it was asked before an update that draws some figure in another way
        logger.exception("%s cannot be shown again", reopened.variant.template.slug)
        messages.info(request, _CLOSED)
        return redirect(practice.url)


def _served(request: HttpRequest, who: Asker, question: Question, practice: Practice) -> HttpResponseBase:
    is_card = question.variant.template.kind == "flashcard"
    if request.method != "POST":
        if is_card and request.GET.get("side") == "back":
            return _back(request, who, question, practice)
        return show(request, who, question, practice)
    try:
        return (_rate if is_card else _answer)(request, who, question, practice)
    except limits.TooMany as error:
        return _later(request, who, question, practice, error.wait)


def reopen(request: HttpRequest, who: Asker) -> Question | None:
    """The question that the request names. Where it cannot be had, say so and let a fresh one be asked."""
    values = request.POST if "variant" in request.POST else request.GET
    if not who.known:
        messages.warning(request, _("Your browser sent no cookie, so the answer could not be kept. Allow cookies."))
        return None
    try:
        return study.reopen(who.id, values.get("variant", ""))
    except TicketError as error:
        _closed(request, error)
        return None


def show(
    request: HttpRequest,
    who: Asker,
    question: Question,
    practice: Practice,
    *,
    errors: Mapping[str, str] | None = None,
    more_hints: int = 0,
    warning: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """The question's page, with everything that was typed so far.

    Raises :class:`GenerationError`, and warns of nothing, where the question cannot be shown any more.
    """
    questions.check(question.variant)
    if warning:
        messages.warning(request, warning)
    language = current_language()
    prompt = questions.render(question.variant, language)
    hints = min(_hints(request, question) + more_hints, prompt.hints)
    helping = None if who.stranger else study.help_first(who.id, question)
    context: dict[str, Any] = {
        "question": question,
        "prompt": prompt,
        "boxes": forms.boxes(prompt.fields, request.POST, errors or {}),
        "hints": [questions.hint(question.variant, n, language) for n in range(1, hints + 1)],
        "more_hints": hints < prompt.hints,
        "help": helping and _help(helping, language),
        "max_input": forms.MAX_INPUT,
        **_shared(request, question, practice),
    }
    return render(request, f"quizzes/{question.variant.template.kind}.html", context, status=status)


def show_again(request: HttpRequest) -> HttpResponse | None:
    """The question whose form was refused, with what was typed and a fresh form; ``None`` where it was another form."""
    who = asker(request)
    if request.path not in (reverse("question"), reverse("language")) or not who.known:
        return None
    warning = _("This page had been open for too long. Nothing is lost: please send it once more.")
    practice = practice_of(request.POST.get("practice", ""))
    try:
        question = study.reopen(who.id, request.POST.get("variant", ""))
        return show(request, who, question, practice, warning=warning, status=HTTPStatus.FORBIDDEN)
    except (TicketError, GenerationError):
        return None


def _answer(request: HttpRequest, who: Asker, question: Question, practice: Practice) -> HttpResponseBase:
    action = request.POST.get("action", "answer")
    if action == "hint":
        return show(request, who, question, practice, more_hints=1)
    fields = questions.fields(question.variant, current_language())
    submission = Submission(
        id=forms.attempt_id(request.POST.get("attempt", "")),
        token=question.token,
        response=forms.response(fields, request.POST),
        hints_used=_hints(request, question),
        gave_up=action == "give-up",
        utc_offset_minutes=_utc_offset(request),
    )
    try:
        return _submit(request, who, submission, practice)
    except ResponseError as error:
        return show(request, who, question, practice, errors=error.messages(current_language()))


def _rate(request: HttpRequest, who: Asker, question: Question, practice: Practice) -> HttpResponseBase:
    submission = Submission(
        id=forms.attempt_id(request.POST.get("attempt", "")),
        token=question.token,
        self_rating=_RATINGS.get(request.POST.get("rating", "")),
        utc_offset_minutes=_utc_offset(request),
    )
    try:
        return _submit(request, who, submission, practice, onward=practice.url)
    except ResponseError:
        return _back(request, who, question, practice)


def _back(request: HttpRequest, who: Asker, question: Question, practice: Practice) -> HttpResponse:
    """The back of a flashcard, with the buttons to rate oneself and when each would bring it back."""
    questions.check(question.variant)
    language = current_language()
    context = {
        "question": question,
        "stem": questions.stem(question.variant, language),
        "solution": questions.explain(question.variant, language),
        "days": {rating.name.lower(): days for rating, days in study.intervals(who.id, question).items()},
        **_shared(request, question, practice),
    }
    return render(request, "quizzes/reveal.html", context)


def _later(request: HttpRequest, who: Asker, question: Question, practice: Practice, wait: int) -> HttpResponse:
    """The question with what was typed, for a stranger from where too many have begun: nothing was recorded."""
    minutes = -(-wait // 60)
    text = ngettext(
        "Many people have begun from where you are, and only so many may at a time. Nothing is lost: send it once more "
        "in %(minutes)d minute, or log in.",
        "Many people have begun from where you are, and only so many may at a time. Nothing is lost: send it once more "
        "in %(minutes)d minutes, or log in.",
        minutes,
    )
    messages.warning(request, text % {"minutes": minutes})
    page = _back if question.variant.template.kind == "flashcard" else show
    response = page(request, who, question, practice)
    response.status_code = HTTPStatus.TOO_MANY_REQUESTS
    response["Retry-After"] = str(wait)
    return response


def _shared(request: HttpRequest, question: Question, practice: Practice) -> dict[str, Any]:
    values = request.POST if request.method == "POST" else request.GET
    return {
        "practice": practice,
        "left": _left(request) if practice.is_review else None,
        "attempt_id": str(forms.attempt_id(values.get("attempt", ""))) if "attempt" in values else str(uuid7()),
        "here": question_url(question, practice),
    }


def _left(request: HttpRequest) -> int | None:
    """How many questions today still asks for."""
    if not isinstance(request.user, User):
        return None
    reviews = progress.reviews(request.user, timezone.now())
    return reviews.due + reviews.new


def _submit(
    request: HttpRequest, who: Asker, submission: Submission, practice: Practice, onward: str | None = None
) -> HttpResponseBase:
    if who.stranger:  # the first answer makes a guest, as the API's `guests` does
        limits.check("guests", limits.address(request))
    try:
        shown = study.submit(who.id, submission, stranger=who.stranger).attempt
    except Conflict as conflict:
        messages.info(request, _("You have answered this one already. The first answer counts."))
        shown = conflict.attempt
    except TicketError as error:  # the visitor's cookie outlived the guest, who has a password by now
        _closed(request, error)
        return redirect(practice.url)
    page = f"{reverse('attempt', args=[shown.id])}?{urlencode({'practice': practice.url})}"
    response = redirect(onward or page)
    admit(request, response, who)
    return response


def _closed(request: HttpRequest, error: TicketError) -> None:
    logger.info("a question could not be reopened: %s", error.code)
    messages.info(request, _CLOSED)


def _help(helping: Help, language: questions.Language) -> dict[str, Any]:
    """A worked example, and the topics that come before."""
    return {
        "stem": questions.stem(helping.example, language),
        "solution": questions.explain(helping.example, language),
        "topics": [(topic.slug, getattr(topic, f"title_{language}")) for topic in helping.requires],
    }


def _hints(request: HttpRequest, question: Question) -> int:
    """How many hints this form has shown."""
    shown = request.POST.get("hints_used", "")
    return min(int(shown) if shown.isdecimal() and len(shown) < 3 else 0, len(question.variant.template.hints))


def _utc_offset(request: HttpRequest) -> int | None:
    """The browser's offset, where its script could fill it in."""
    text = request.POST.get("utc_offset_minutes", "")
    if text.removeprefix("-").isdecimal() and len(text) <= 4 and abs(int(text)) <= 14 * 60:
        return int(text)
    return None
