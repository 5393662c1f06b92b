"""The first page: for a stranger a real question at once, for a learner what today asks for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from quizzes import progress, scheduling
from quizzes.models import Topic, User
from quizzes.reader import language
from quizzes.study import NothingToAsk

from .practice import Practice
from .question import show
from .visitors import Asker, asker, remember


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """A question for who has never answered one, today's work for everyone else."""
    who = asker(request)
    if isinstance(request.user, User):
        return _today(request, request.user)
    return _first_question(request, who)


def _first_question(request: HttpRequest, who: Asker) -> HttpResponse:
    practice = Practice()
    try:
        question = practice.next_question(who)
    except NothingToAsk:
        return render(request, "quizzes/empty.html")
    response = show(request, who, question, practice)
    remember(response, who)
    return response


def _today(request: HttpRequest, user: User) -> HttpResponse:
    reviews = progress.reviews(user, timezone.now())
    titles = Topic.objects.filter(templates__current__isnull=False).distinct()
    context = {
        "reviews": reviews,
        "next_due": reviews.next_due_day and scheduling.date_of(reviews.next_due_day),
        "topics": titles.values_list("slug", f"title_{language()}", named=True),
    }
    return render(request, "quizzes/home.html", context)
