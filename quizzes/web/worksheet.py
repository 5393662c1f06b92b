"""A sheet of questions to print, with the answers on a page of their own."""

from __future__ import annotations

import secrets

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from quizzes import questions, study
from quizzes.models import Topic
from quizzes.reader import language as current_language
from quizzes.study import NothingToAsk

COUNTS = (5, 10, 20)
SEEDS = 10_000


@require_safe
def worksheet(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The sheet of the number in the address; without one, a fresh one."""
    topic = Topic.objects.filter(slug=slug).first()
    if topic is None:
        raise Http404
    count = _among(request.GET.get("count", ""), COUNTS, 10)
    seed = request.GET.get("sheet", "")
    if not (seed.isascii() and seed.isdecimal() and int(seed[:9]) < SEEDS):
        return redirect(f"{reverse('worksheet', args=[slug])}?count={count}&sheet={secrets.randbelow(SEEDS)}")
    try:
        variants = study.worksheet(slug, count, int(seed))
    except NothingToAsk:
        raise Http404 from None
    language = current_language()
    context = {
        "topic": getattr(topic, f"title_{language}"),
        "slug": slug,
        "counts": COUNTS,
        "count": count,
        "sheet": int(seed),
        "questions": [
            {
                "prompt": questions.render(variant, language),
                "solution": questions.explain(variant, language),
                "answers": [
                    (answer.label[language], questions.shown(variant, answer, variant.answers[answer.name], language))
                    for answer in variant.template.answers
                ],
            }
            for variant in variants
        ],
    }
    return render(request, "quizzes/worksheet.html", context)


def _among(text: str, allowed: tuple[int, ...], default: int) -> int:
    return next((number for number in allowed if str(number) == text), default)
