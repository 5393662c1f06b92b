"""What an answer came to, and what may be done with it afterwards."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from quizzes import questions, study
from quizzes.feedback import feedback
from quizzes.models import Attempt, QuestionTemplate, User
from quizzes.questions import GenerationError, Language
from quizzes.reader import language as current_language
from quizzes.study import Refused, Result

from .practice import practice_of
from .visitors import asker

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def attempt(request: HttpRequest, attempt_id: UUID) -> HttpResponseBase:
    """Verdict, misconceptions, worked solution, and the way on."""
    practice = practice_of(request.GET.get("practice", ""))
    try:
        context = _told(study.result(_learner(request), attempt_id), current_language())
    except Attempt.DoesNotExist:
        raise Http404 from None
    except GenerationError:  # it was asked before an update that cannot read it any more
        logger.exception("the question of an attempt cannot be shown any more")
        messages.info(request, _("Your answer is kept, but its question cannot be shown any more."))
        return redirect(practice.url)
    return render(request, "quizzes/attempt.html", {**context, "practice": practice})


def _told(result: Result, language: Language) -> dict[str, Any]:
    told = feedback(result, language)
    return {
        "result": result,
        "title": questions.title(result.variant, language),
        "stem": questions.stem(result.variant, language),
        "feedback": told,
        "frames": questions.walk(result.variant, language) if told.figure else (),
    }


@require_POST
def act(request: HttpRequest, attempt_id: UUID) -> HttpResponseBase:
    """Take the answer back, or put its question aside: for today, for good, or until it is wanted again."""
    learner = _learner(request)
    slug = get_object_or_404(
        Attempt.objects.select_related("template"), learner_id=learner, id=attempt_id
    ).template.slug
    match request.POST.get("act", ""):
        case "undo":
            try:
                study.undo(learner, attempt_id)
                messages.info(request, _("The answer was taken back. It counts for nothing."))
            except Refused:
                messages.info(request, _("Only the last answer can be taken back."))
        case "bury":
            study.bury(learner, slug)
            messages.info(request, _("This question will not come again today."))
        case "suspend":
            study.suspend(learner, slug)
            messages.info(request, _("This question will not come again. You find it under its topic."))
        case "resume":
            _resume(request, learner, slug)
    return redirect(practice_of(request.POST.get("practice", "")).url)


@require_POST
def resume(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Ask a suspended template again."""
    template = get_object_or_404(QuestionTemplate.objects.select_related("topic"), slug=slug)
    if isinstance(request.user, User):
        _resume(request, request.user.id, slug)
    return redirect("topic", template.topic.slug)


def _resume(request: HttpRequest, learner: UUID, slug: str) -> None:
    study.resume(learner, slug)
    messages.info(request, _("This question will come again."))


def _learner(request: HttpRequest) -> UUID:
    who = asker(request)
    if who.stranger:  # whoever has answered is a guest with a session
        raise Http404
    return who.id
