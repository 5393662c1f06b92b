"""The learner's pages: translate a request, call one verb, show the result."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from quizzes import questions, study
from quizzes.feedback import feedback
from quizzes.feedback import language as current_language
from quizzes.models import Attempt, User, uuid7
from quizzes.questions import ResponseError
from quizzes.scheduling import Rating
from quizzes.study import Conflict, Help, NothingToAsk, Question, Submission
from quizzes.tickets import TicketError

from . import forms
from .visitors import Asker, admit, asker, remember

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """A real question at once, for strangers and learners alike."""
    who = asker(request)
    try:
        question = study.next_question(who.id, stranger=who.stranger)
    except NothingToAsk:
        return render(request, "quizzes/empty.html")
    helping = study.help_first(who.id, question) if question.leech else None
    response = _ask(request, question, str(uuid7()), helping=helping)
    remember(response, who)
    return response


@never_cache
@require_POST
def answer(request: HttpRequest) -> HttpResponseBase:
    """Grade an answer and go to its page; or show a hint; or ask again where the answer cannot be read."""
    who = asker(request)
    question = _reopened(request, who)
    if question is None:
        return redirect("home")
    action = request.POST.get("action", "answer")
    if action == "hint":
        return _ask_again(request, question, more_hints=1)
    prompt = questions.render(question.variant, current_language())
    submission = Submission(
        id=forms.attempt_id(request.POST.get("attempt", "")),
        token=question.token,
        response=forms.response(prompt, request.POST),
        hints_used=_hints(request, question),
        gave_up=action == "give-up",
        utc_offset_minutes=_utc_offset(request),
    )
    try:
        return _submit(request, who, submission)
    except ResponseError as error:
        return _ask_again(request, question, errors=error.messages(current_language()))


@never_cache
@require_GET
def reveal(request: HttpRequest) -> HttpResponseBase:
    """The back of a flashcard, with the buttons to rate oneself."""
    who = asker(request)
    question = _reopened(request, who)
    if question is None or question.variant.template.kind != "flashcard":
        return redirect("home")
    return _reveal(request, question)


@never_cache
@require_POST
def rate(request: HttpRequest) -> HttpResponseBase:
    """Record a self-rating and go on to the next question."""
    who = asker(request)
    question = _reopened(request, who)
    if question is None or question.variant.template.kind != "flashcard":
        return redirect("home")
    ratings = {"again": Rating.AGAIN, "good": Rating.GOOD}
    submission = Submission(
        id=forms.attempt_id(request.POST.get("attempt", "")),
        token=question.token,
        self_rating=ratings.get(request.POST.get("rating", "")),
        utc_offset_minutes=_utc_offset(request),
    )
    try:
        return _submit(request, who, submission, onward="home")
    except ResponseError:
        return _reveal(request, question)


@never_cache
@require_safe
def attempt(request: HttpRequest, attempt_id: UUID) -> HttpResponseBase:
    """Verdict, misconceptions, worked solution, and the way on."""
    who = asker(request)
    if who.stranger:  # whoever has answered is a guest with a session
        raise Http404
    try:
        result = study.result(who.id, attempt_id)
    except Attempt.DoesNotExist:
        raise Http404 from None
    language = current_language()
    context = {
        "result": result,
        "prompt": questions.render(result.variant, language),
        "feedback": feedback(result, language),
    }
    return render(request, "quizzes/attempt.html", context)


@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language. A question on the page stays the same variant, with what was typed."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        return redirect("home")
    with translation.override(chosen):
        response = _stay(request)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )
    response["Content-Language"] = chosen
    return response


def _stay(request: HttpRequest) -> HttpResponseBase:
    if "variant" in request.POST:
        question = _reopened(request, asker(request))
        if question is not None:
            return _ask_again(request, question)
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    return redirect(back)


def _reopened(request: HttpRequest, who: Asker) -> Question | None:
    """The question that the form came from. Where it cannot be had, say so and let a fresh one be asked."""
    token = (request.POST if request.method == "POST" else request.GET).get("variant", "")
    if not who.known:
        messages.warning(request, _("Your browser sent no cookie, so the answer could not be kept. Allow cookies."))
        return None
    try:
        return study.reopen(who.id, token)
    except TicketError as error:
        _closed(request, error)
        return None


def _closed(request: HttpRequest, error: TicketError) -> None:
    logger.info("a question could not be reopened: %s", error.code)
    messages.info(request, _("That question is no longer open. Here is a fresh one."))


def _submit(request: HttpRequest, who: Asker, submission: Submission, onward: str | None = None) -> HttpResponseBase:
    try:
        shown = study.submit(who.id, submission, stranger=who.stranger).attempt
    except Conflict as conflict:
        messages.info(request, _("You have answered this one already. The first answer counts."))
        shown = conflict.attempt
    except TicketError as error:  # the visitor's cookie outlived the guest, who has a password by now
        _closed(request, error)
        return redirect("home")
    response = redirect(onward) if onward else redirect("attempt", attempt_id=shown.id)
    admit(request, response, who)
    return response


def _ask(
    request: HttpRequest,
    question: Question,
    attempt_id: str,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    hints: int = 0,
    helping: Help | None = None,
) -> HttpResponse:
    language = current_language()
    prompt = questions.render(question.variant, language)
    context: dict[str, Any] = {
        "question": question,
        "attempt_id": attempt_id,
        "prompt": prompt,
        "boxes": forms.boxes(prompt, typed or {}, errors or {}),
        "hints": [questions.hint(question.variant, n, language) for n in range(1, hints + 1)],
        "more_hints": hints < prompt.hints,
        "help": helping and _help(helping, language),
        "max_input": forms.MAX_INPUT,
    }
    return render(request, f"quizzes/{question.variant.template.kind}.html", context)


def _ask_again(
    request: HttpRequest,
    question: Question,
    *,
    errors: Mapping[str, str] | None = None,
    more_hints: int = 0,
) -> HttpResponse:
    """The same question with everything that was typed."""
    hints = min(_hints(request, question) + more_hints, len(question.variant.template.hints))
    attempt_id = str(forms.attempt_id(request.POST.get("attempt", "")))
    helping = study.help_first(request.user.id, question) if isinstance(request.user, User) else None
    return _ask(request, question, attempt_id, typed=request.POST, errors=errors, hints=hints, helping=helping)


def _help(helping: Help, language: questions.Language) -> dict[str, Any]:
    """A worked example, and the names of the topics that come before."""
    return {
        "stem": questions.render(helping.example, language).stem,
        "solution": questions.explain(helping.example, language),
        "topics": _(", ").join(getattr(topic, f"title_{language}") for topic in helping.requires),
    }


def _reveal(request: HttpRequest, question: Question) -> HttpResponse:
    language = current_language()
    values = request.POST if request.method == "POST" else request.GET
    context = {
        "question": question,
        "attempt_id": str(forms.attempt_id(values.get("attempt", ""))),
        "prompt": questions.render(question.variant, language),
        "solution": questions.explain(question.variant, language),
    }
    return render(request, "quizzes/reveal.html", context)


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
